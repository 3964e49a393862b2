//! The line of sessions that have something to do.
//!
//! Owns: its order, that no session stands in it twice, and the waker of the one task. Must not
//! know: what a session does in its turn.

use std::collections::VecDeque;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard};
use std::task::{Wake, Waker};

use crate::lock::{lock, unlock_and_wake};

/// Where a session is kept by the driver. A place is used again; whoever comes to it by an old
/// sign finds another session, which then has a turn for nothing.
pub(super) type Slot = usize;

#[derive(Default)]
pub(super) struct Ready {
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    line: VecDeque<Slot>,
    driver: Option<Waker>,
    /// Something else than a session wants to be looked at.
    called: bool,
}

impl Ready {
    /// Wakes the task for something that is no session.
    pub(super) fn call(&self) {
        let mut state = self.lock();
        state.called = true;
        wake(state);
    }

    /// Those that stand in the line, which is empty then. Whoever comes stands behind them.
    pub(super) fn take(&self, into: &mut VecDeque<Slot>) {
        let mut state = self.lock();
        state.called = false;
        if into.is_empty() {
            std::mem::swap(&mut state.line, into);
        } else {
            into.append(&mut state.line);
        }
    }

    /// Whether there is nothing to do; then the task is woken when there is.
    pub(super) fn rest(&self, driver: &Waker) -> bool {
        let mut state = self.lock();
        let rest = state.line.is_empty() && !state.called;
        if rest && !state.driver.as_ref().is_some_and(|known| known.will_wake(driver)) {
            state.driver = Some(driver.clone());
        }
        rest
    }

    pub(super) fn len(&self) -> usize {
        self.lock().line.len()
    }

    /// The task is gone: what still holds a waker of a session need not hold the task, too.
    pub(super) fn close(&self) {
        let driver = self.lock().driver.take();
        drop(driver);
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        lock(&self.state)
    }
}

fn wake(state: MutexGuard<'_, State>) {
    unlock_and_wake(state, |state| state.driver.take());
}

/// What wakes one session: puts it into the line.
pub(super) struct Bell {
    slot: Slot,
    in_line: AtomicBool,
    ready: Arc<Ready>,
}

impl Bell {
    pub(super) fn new(slot: Slot, ready: &Arc<Ready>) -> Arc<Self> {
        Arc::new(Self { slot, in_line: AtomicBool::new(false), ready: Arc::clone(ready) })
    }

    /// To be called before the session's turn: what comes from here on needs another one.
    pub(super) fn answer(&self) {
        self.in_line.store(false, Ordering::SeqCst);
    }
}

impl Wake for Bell {
    fn wake(self: Arc<Self>) {
        self.wake_by_ref();
    }

    fn wake_by_ref(self: &Arc<Self>) {
        if !self.in_line.swap(true, Ordering::SeqCst) {
            let mut state = self.ready.lock();
            state.line.push_back(self.slot);
            wake(state);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_session_stands_in_the_line_once_until_its_turn_and_keeps_its_place() {
        let ready = Arc::new(Ready::default());
        let bells: Vec<_> = (0..3).map(|slot| Bell::new(slot, &ready)).collect();
        for slot in [2, 0, 2, 2, 1, 0] {
            bells[slot].wake_by_ref();
        }
        let mut line = VecDeque::new();
        ready.take(&mut line);
        assert_eq!(line, [2, 0, 1]);
        bells[0].answer();
        for slot in [1, 0] {
            bells[slot].wake_by_ref();
        }
        ready.take(&mut line);
        assert_eq!(line, [2, 0, 1, 0], "behind those who wait already");
    }

    #[test]
    fn a_call_keeps_the_task_from_resting_once() {
        let ready = Ready::default();
        ready.call();
        assert!(!ready.rest(Waker::noop()));
        ready.take(&mut VecDeque::new());
        assert!(ready.rest(Waker::noop()));
    }
}

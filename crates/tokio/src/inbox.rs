//! What waits between the handles and the driver.
//!
//! Owns: the queue of inputs, its order and its bound. Must not know: what a session makes of them.
//!
//! Three kinds wait in one line. A [`Command`] has an answer and takes one of a fixed number of
//! places, as a request for a snapshot does. A [`Signal`] tells how things stand (the user types, the
//! window is hidden); nothing can refuse it and it needs no place, because of many that wait only the
//! newest of a kind counts.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard};
use std::task::{Context, Poll, Waker};

use tokio::sync::{OwnedSemaphorePermit, Semaphore, oneshot};
use tokio::time::Instant;
use webmessaging_proto::{Input, InputError, LocalKey, Phase, Snapshot, Stats};

use crate::lock::{lock, unlock_and_wake};
use crate::text::{Confirmed, TextError};

/// Signals in a row that are all kept; beyond it, only the newest of each kind is.
const SIGNALS_IN_A_ROW: usize = 32;

/// An input that nothing can refuse.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Signal {
    Keystroke,
    InputCleared,
    ComposerClosed,
    SetTyping(bool),
    Foreground(bool),
    NetworkAvailable,
    Disconnect,
}

impl Signal {
    pub(crate) const fn input(self) -> Input<'static> {
        match self {
            Self::Keystroke => Input::Keystroke,
            Self::InputCleared => Input::InputCleared,
            Self::ComposerClosed => Input::ComposerClosed,
            Self::SetTyping(on) => Input::SetTyping(on),
            Self::Foreground(on) => Input::Foreground(on),
            Self::NetworkAvailable => Input::NetworkAvailable,
            Self::Disconnect => Input::Disconnect,
        }
    }
}

/// An input with an answer. Boxed where it waits: inputs can be large.
pub(crate) struct Command {
    pub(crate) input: Input<'static>,
    pub(crate) reply: Reply,
}

/// Where an answer goes.
pub(crate) enum Reply {
    Answer(oneshot::Sender<Result<(), InputError>>),
    /// Only a refusal is an answer yet; the rest comes with the session's events.
    Text(LocalKey, oneshot::Sender<Result<Confirmed, TextError>>),
}

/// The next thing of the line.
pub(crate) enum Taken {
    /// And when it was given.
    Signal(Signal, Instant),
    Command(Box<Command>),
    Snapshot(oneshot::Sender<Snapshot>),
    /// The line is empty, and will be: no handle is left.
    HandlesGone,
}

pub(crate) struct Inbox {
    state: Mutex<State>,
    places: Arc<Semaphore>,
}

struct State {
    line: VecDeque<Waiting>,
    /// Signals at the end of the line.
    signals: usize,
    driver: Option<Waker>,
    handles_gone: bool,
    driver_gone: bool,
    phase: Phase,
    /// Who is told once the session has taken its leave.
    farewell: Option<oneshot::Sender<Stats>>,
}

enum Waiting {
    Signal(Signal, Instant),
    Command(Box<Command>, OwnedSemaphorePermit),
    Snapshot(oneshot::Sender<Snapshot>, OwnedSemaphorePermit),
}

impl Inbox {
    pub(crate) fn new(capacity: usize) -> Arc<Self> {
        let places = Arc::new(Semaphore::new(capacity.clamp(1, Semaphore::MAX_PERMITS)));
        let state = State {
            line: VecDeque::new(),
            signals: 0,
            driver: None,
            handles_gone: false,
            driver_gone: false,
            phase: Phase::Idle,
            farewell: None,
        };
        Arc::new(Self { state: Mutex::new(state), places })
    }

    /// A lock, and for a repetition two stores: cheap enough for every key.
    pub(crate) fn signal(&self, signal: Signal) {
        let mut state = self.lock();
        if state.driver_gone {
            return;
        }
        // Under the lock, so that the times of the line are in order.
        let now = Instant::now();
        match state.line.back_mut() {
            Some(Waiting::Signal(last, at)) if *last == signal => *at = now,
            _ => {
                if state.signals >= SIGNALS_IN_A_ROW {
                    state.forget_older(signal);
                }
                state.line.push_back(Waiting::Signal(signal, now));
                state.signals += 1;
            }
        }
        wake(state);
    }

    /// A place in the line, if one is free and nobody waits for it.
    pub(crate) fn place(&self) -> Option<OwnedSemaphorePermit> {
        Arc::clone(&self.places).try_acquire_owned().ok()
    }

    /// Waits for a place; first come, first served. The places are never closed: when the driver
    /// goes, all of them become free.
    pub(crate) async fn wait_for_place(self: Arc<Self>) -> Option<OwnedSemaphorePermit> {
        Arc::clone(&self.places).acquire_owned().await.ok()
    }

    /// Dropped if the driver is gone: the sender of the answer goes with it, which is an answer.
    pub(crate) fn command(&self, command: Box<Command>, place: OwnedSemaphorePermit) {
        self.wait_in_line(Waiting::Command(command, place));
    }

    /// As a command.
    pub(crate) fn snapshot(&self, reply: oneshot::Sender<Snapshot>, place: OwnedSemaphorePermit) {
        self.wait_in_line(Waiting::Snapshot(reply, place));
    }

    fn wait_in_line(&self, waiting: Waiting) {
        let mut state = self.lock();
        if state.driver_gone {
            return;
        }
        state.line.push_back(waiting);
        state.signals = 0;
        wake(state);
    }

    pub(crate) fn handles_gone(&self) {
        let mut state = self.lock();
        state.handles_gone = true;
        wake(state);
    }

    /// As if every handle were gone: the session takes its leave.
    pub(crate) fn leave(&self, farewell: Option<oneshot::Sender<Stats>>) {
        let mut state = self.lock();
        if state.driver_gone {
            return;
        }
        state.handles_gone = true;
        state.farewell = farewell;
        wake(state);
    }

    pub(crate) fn phase(&self) -> Phase {
        self.lock().phase
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        lock(&self.state)
    }
}

fn wake(state: MutexGuard<'_, State>) {
    unlock_and_wake(state, |state| state.driver.take());
}

impl State {
    /// Takes an older signal of the same kind out of the signals at the end of the line. The last
    /// signal of all stays last, so what they say together stays the same.
    fn forget_older(&mut self, signal: Signal) {
        let tail = self.line.len() - self.signals;
        let older = self
            .line
            .range(tail..)
            .position(|waiting| matches!(waiting, Waiting::Signal(other, _) if *other == signal));
        if let Some(at) = older {
            self.line.remove(tail + at);
            self.signals -= 1;
        }
    }
}

/// The driver's end. Dropping it refuses what waits and what comes.
pub(crate) struct Receiver {
    inbox: Arc<Inbox>,
}

impl Receiver {
    pub(crate) fn new(inbox: Arc<Inbox>) -> Self {
        Self { inbox }
    }

    pub(crate) fn poll_take(&mut self, cx: &mut Context<'_>) -> Poll<Taken> {
        let mut state = self.inbox.lock();
        match state.line.pop_front() {
            Some(Waiting::Signal(signal, at)) => {
                state.signals = state.signals.min(state.line.len());
                Poll::Ready(Taken::Signal(signal, at))
            }
            Some(Waiting::Command(command, place)) => {
                drop(state);
                // Frees the place, which wakes whoever waits for it.
                drop(place);
                Poll::Ready(Taken::Command(command))
            }
            Some(Waiting::Snapshot(reply, place)) => {
                drop(state);
                drop(place);
                Poll::Ready(Taken::Snapshot(reply))
            }
            None if state.handles_gone => Poll::Ready(Taken::HandlesGone),
            None => {
                state.driver = Some(cx.waker().clone());
                Poll::Pending
            }
        }
    }

    /// Whether no handle is left; wakes the task when that changes.
    pub(crate) fn handles_are_gone(&self, cx: &mut Context<'_>) -> bool {
        let mut state = self.inbox.lock();
        if !state.handles_gone {
            state.driver = Some(cx.waker().clone());
        }
        state.handles_gone
    }

    pub(crate) fn show_phase(&self, phase: Phase) {
        self.inbox.lock().phase = phase;
    }

    pub(crate) fn farewell(&mut self) -> Option<oneshot::Sender<Stats>> {
        self.inbox.lock().farewell.take()
    }

    /// Refuses what waits and what comes.
    pub(crate) fn close(&mut self) {
        let mut state = self.inbox.lock();
        state.driver_gone = true;
        let refused = std::mem::take(&mut state.line);
        drop(state);
        // Without the lock: this wakes whoever waits for an answer or for a place.
        drop(refused);
    }
}

impl Drop for Receiver {
    fn drop(&mut self) {
        self.close();
        drop(self.farewell());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn take_all(receiver: &mut Receiver) -> Vec<Signal> {
        let mut cx = Context::from_waker(Waker::noop());
        let mut taken = Vec::new();
        while let Poll::Ready(Taken::Signal(signal, _)) = receiver.poll_take(&mut cx) {
            taken.push(signal);
        }
        taken
    }

    #[test]
    fn repeated_keys_are_one_entry_with_the_time_of_the_last() {
        let inbox = Inbox::new(1);
        let mut receiver = Receiver::new(Arc::clone(&inbox));
        for _ in 0..10_000 {
            inbox.signal(Signal::Keystroke);
        }
        assert_eq!(inbox.lock().line.len(), 1);
        assert_eq!(take_all(&mut receiver), [Signal::Keystroke]);
    }

    #[test]
    fn signals_that_nobody_takes_stay_few_and_the_last_of_each_kind_stays_in_order() {
        let inbox = Inbox::new(1);
        let mut receiver = Receiver::new(Arc::clone(&inbox));
        for on in [true, false].into_iter().cycle().take(10_000) {
            inbox.signal(Signal::Keystroke);
            inbox.signal(Signal::Foreground(on));
            inbox.signal(Signal::InputCleared);
        }
        inbox.signal(Signal::Keystroke);
        let taken = take_all(&mut receiver);
        assert!(taken.len() <= SIGNALS_IN_A_ROW + 1, "{}", taken.len());
        let last = &taken[taken.len() - 3..];
        assert_eq!(last, [Signal::Foreground(false), Signal::InputCleared, Signal::Keystroke]);
        assert_eq!(inbox.lock().signals, 0);
    }

    #[test]
    fn a_signal_never_overtakes_a_command() {
        let inbox = Inbox::new(1);
        let mut receiver = Receiver::new(Arc::clone(&inbox));
        inbox.signal(Signal::Keystroke);
        let (reply, _answer) = oneshot::channel();
        let command = Command { input: Input::Connect, reply: Reply::Answer(reply) };
        inbox.command(Box::new(command), inbox.place().expect("the line is empty"));
        assert!(inbox.place().is_none());
        inbox.signal(Signal::Keystroke);
        assert_eq!(take_all(&mut receiver), [Signal::Keystroke]);
        assert!(inbox.place().is_some(), "a command that is taken frees its place");
        assert_eq!(take_all(&mut receiver), [Signal::Keystroke]);
    }
}

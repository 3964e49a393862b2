//! The session's time from tokio's clock, and one sleep.
//!
//! Owns: the origin, the pinned `Sleep`. Must not know: what is due.

use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use tokio::time::{Instant as TokioInstant, Sleep};
use webmessaging_proto::Instant;

/// Stands for "never" where a deadline is too far for the clock, or for a queue of timers.
const FAR: Duration = Duration::from_secs(365 * 24 * 3600);

/// Tells the time since the session was made, by tokio's clock: exact under a paused one.
#[derive(Clone, Copy)]
pub(crate) struct Clock {
    origin: TokioInstant,
}

impl Clock {
    pub(crate) fn start() -> Self {
        Self { origin: TokioInstant::now() }
    }

    pub(crate) fn now(self) -> Instant {
        self.at(TokioInstant::now())
    }

    pub(crate) fn at(self, at: TokioInstant) -> Instant {
        Instant::new(at.saturating_duration_since(self.origin))
    }

    /// When to wake up for `at`: perhaps much too early, if that is far away.
    pub(crate) fn wake_at(self, at: Instant) -> TokioInstant {
        let far = TokioInstant::now() + FAR;
        self.origin.checked_add(at.since_origin()).map_or(far, |at| at.min(far))
    }
}

/// One sleep for everything that is due some time. Whether something is due, the clock decides:
/// this only wakes the task.
pub(crate) struct Alarm {
    clock: Clock,
    /// Made in the first poll, because it needs the runtime.
    sleep: Option<Pin<Box<Sleep>>>,
    /// What the sleep waits for; `None` once it has rung.
    set_for: Option<Instant>,
}

impl Alarm {
    pub(crate) fn new(clock: Clock) -> Self {
        Self { clock, sleep: None, set_for: None }
    }

    /// Ready once `deadline` has passed. Then it is set anew, even for the same deadline: a sleep
    /// that has rung would ring for ever.
    pub(crate) fn poll(&mut self, deadline: Option<Instant>, cx: &mut Context<'_>) -> Poll<()> {
        // What the sleep was set for before may still wake the task; that is harmless.
        let Some(deadline) = deadline else { return Poll::Pending };
        let wake_at = self.clock.wake_at(deadline);
        let sleep = match &mut self.sleep {
            Some(sleep) => {
                if self.set_for != Some(deadline) {
                    sleep.as_mut().reset(wake_at);
                }
                sleep
            }
            none => none.insert(Box::pin(tokio::time::sleep_until(wake_at))),
        };
        self.set_for = Some(deadline);
        let rung = sleep.as_mut().poll(cx);
        if rung.is_ready() {
            self.set_for = None;
        }
        rung
    }
}

#[cfg(test)]
mod tests {
    use std::future::poll_fn;

    use super::*;

    #[tokio::test(start_paused = true)]
    async fn rings_when_the_deadline_has_passed_and_never_before() {
        let clock = Clock::start();
        let mut alarm = Alarm::new(clock);
        for micros in [1, 999, 1_000, 1_001, 2_500, 10_000_000] {
            let deadline = clock.now() + Duration::from_micros(micros);
            poll_fn(|cx| alarm.poll(Some(deadline), cx)).await;
            let late = clock.now() - deadline;
            assert!(clock.now() >= deadline, "{micros} us");
            assert!(late < Duration::from_millis(1), "{micros} us: late by {late:?}");
        }
    }

    #[tokio::test(start_paused = true)]
    async fn a_deadline_that_moves_either_way_is_followed() {
        let clock = Clock::start();
        let mut alarm = Alarm::new(clock);
        let at = Instant::from_millis;
        let waker = std::task::Waker::noop();
        let mut cx = Context::from_waker(waker);
        assert!(alarm.poll(Some(at(5_000)), &mut cx).is_pending());
        assert!(alarm.poll(None, &mut cx).is_pending());
        poll_fn(|cx| alarm.poll(Some(at(2_000)), cx)).await;
        assert_eq!(clock.now(), at(2_000));
        assert!(alarm.poll(Some(at(3_000)), &mut cx).is_pending());
        poll_fn(|cx| alarm.poll(Some(at(9_000)), cx)).await;
        assert_eq!(clock.now(), at(9_000));
    }

    #[tokio::test(start_paused = true)]
    async fn a_deadline_beyond_the_clock_is_no_panic() {
        let mut alarm = Alarm::new(Clock::start());
        let mut cx = Context::from_waker(std::task::Waker::noop());
        assert!(alarm.poll(Some(Instant::new(Duration::MAX)), &mut cx).is_pending());
    }
}

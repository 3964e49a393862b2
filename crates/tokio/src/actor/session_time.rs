//! The session's own time, which stands still while it waits for its turn to dial.
//!
//! Owns: how that time and the clock's belong together. Must not know: why somebody has to wait.
//!
//! Neither the time-out of a dial nor the end of all tries is meant for a wait that the host itself
//! asked for. Typing is the one thing that can't be put off: what has become old meanwhile is over.

use std::time::Duration;

use webmessaging_proto::Instant;

#[derive(Debug, Default)]
pub(super) struct SessionTime {
    /// How long it has stood still so far.
    stood: Duration,
    stands: Option<Standing>,
}

#[derive(Debug)]
struct Standing {
    since: Instant,
    /// The user typed meanwhile.
    typed: Option<Instant>,
}

impl SessionTime {
    /// The session's time when the clock says `now`.
    pub(super) fn of(&self, now: Instant) -> Instant {
        let now = self.stands.as_ref().map_or(now, |standing| now.min(standing.since));
        Instant::new(now.since_origin().saturating_sub(self.stood))
    }

    /// What the clock says when it is `at` for the session; `None` while that can't be told.
    pub(super) fn on_the_clock(&self, at: Instant) -> Option<Instant> {
        self.stands.is_none().then(|| at + self.stood)
    }

    pub(super) fn stop(&mut self, now: Instant) {
        self.stands.get_or_insert(Standing { since: now, typed: None });
    }

    pub(super) fn typed(&mut self, now: Instant) {
        if let Some(standing) = &mut self.stands {
            standing.typed = Some(now);
        }
    }

    /// Goes on; how long ago the user typed, if time stood still for that long at least.
    pub(super) fn go_on(&mut self, now: Instant) -> Duration {
        let Some(Standing { since, typed }) = self.stands.take() else { return Duration::ZERO };
        self.stood += now - since;
        now - typed.unwrap_or(since)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: u64) -> Instant {
        Instant::from_millis(seconds * 1000)
    }

    #[test]
    fn waits_do_not_count() {
        let mut time = SessionTime::default();
        assert_eq!(time.of(at(5)), at(5));
        assert_eq!(time.on_the_clock(at(5)), Some(at(5)));
        time.stop(at(10));
        assert_eq!(time.of(at(9)), at(9), "a signal that was given before");
        assert_eq!(time.of(at(70)), at(10));
        assert_eq!(time.on_the_clock(at(40)), None, "no timer is due");
        assert_eq!(time.go_on(at(70)), Duration::from_secs(60));
        assert_eq!(time.of(at(75)), at(15));
        assert_eq!(time.on_the_clock(at(40)), Some(at(100)));
        time.stop(at(80));
        time.typed(at(81));
        assert_eq!(time.go_on(at(82)), Duration::from_secs(1));
        assert_eq!(time.of(at(82)), at(20), "waits add up");
    }

    #[test]
    fn to_go_on_without_a_stop_changes_nothing() {
        let mut time = SessionTime::default();
        time.typed(at(1));
        assert_eq!(time.go_on(at(2)), Duration::ZERO);
        assert_eq!(time.of(at(2)), at(2));
    }
}

//! The pauses that the server asks for.
//!
//! Owns: how long a pause is, and whom it concerns. Must not know: what waits meanwhile.

use core::time::Duration;

use crate::lazy::{Lazy, Unused};
use crate::time::Instant;
use crate::tree::{Members, Tree};

/// The wait after a refusal that names none.
pub(crate) const DEFAULT_WAIT: Duration = Duration::from_secs(5);
const MIN_WAIT: Duration = Duration::from_secs(1);
pub(crate) const MAX_WAIT: Duration = Duration::from_secs(300);

/// A pause that doubles with each refusal in a row.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(crate) struct Pause {
    until: Option<Instant>,
    /// Refusals in a row.
    streak: u32,
    last_at: Option<Instant>,
}

impl Unused for Pause {
    const UNUSED: &'static Self = &Self { until: None, streak: 0, last_at: None };
}

impl Pause {
    /// A refusal of a request, written at `written_at` if it is known which. Gives the wait.
    pub(crate) fn hit(
        &mut self,
        retry_after: Option<Duration>,
        written_at: Option<Instant>,
        now: Instant,
    ) -> Duration {
        // Requests that were under way before the last refusal came are no further offence.
        let same_incident = self.last_at.is_some_and(|last_at| match written_at {
            Some(written_at) => written_at < last_at,
            None => self.running_until(now).is_some(),
        });
        if !same_incident {
            // Typing and receipts are never answered: after a long peace the row is broken, too.
            if self.until.max(self.last_at).is_some_and(|over_at| now - over_at > MAX_WAIT) {
                self.streak = 0;
            }
            self.streak = self.streak.saturating_add(1);
            self.last_at = Some(now);
        }
        let doublings = self.streak.saturating_sub(1).min(16);
        let wait = retry_after.unwrap_or(DEFAULT_WAIT).clamp(MIN_WAIT, MAX_WAIT);
        let wait = wait.saturating_mul(1 << doublings).min(MAX_WAIT);
        self.until = self.until.max(Some(now + wait));
        wait
    }

    pub(crate) fn running_until(&self, now: Instant) -> Option<Instant> {
        self.until.filter(|until| *until > now)
    }
}

#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct RateLimit {
    /// Texts wait until then.
    texts_until: Option<Instant>,
    /// Typing, receipts and health checks wait for its end.
    rest: Pause,
}

impl Unused for RateLimit {
    const UNUSED: &'static Self = &Self { texts_until: None, rest: *Pause::UNUSED };
}

/// Whom a rate limit concerns besides typing, receipts and health checks.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Scope {
    TextsToo,
    TextsGoOn,
}

impl RateLimit {
    /// The server refused a request, written at `written_at` if it is known which, for its rate.
    /// Gives the pause, if it is longer than what was running already.
    pub(crate) fn hit(
        &mut self,
        retry_after: Option<Duration>,
        scope: Scope,
        written_at: Option<Instant>,
        now: Instant,
    ) -> Option<Duration> {
        let before = self.rest.until;
        let wait = self.rest.hit(retry_after, written_at, now);
        let mut longer = self.rest.until > before;
        if scope == Scope::TextsToo {
            let until = Some(now + wait);
            longer |= until > self.texts_until;
            self.texts_until = self.texts_until.max(until);
        }
        longer.then_some(wait)
    }

    /// The server took a request: the row is broken.
    pub(crate) fn succeeded(limit: &mut Lazy<Self>) {
        if let Some(limit) = limit.used() {
            limit.rest.streak = 0;
        }
    }

    pub(crate) fn texts_paused_until(&self, now: Instant) -> Option<Instant> {
        self.texts_until.filter(|until| *until > now)
    }

    pub(crate) fn rest_paused_until(&self, now: Instant) -> Option<Instant> {
        self.rest.running_until(now)
    }
}

/// What a snapshot holds of it.
impl Pause {
    pub(crate) fn snapshot(&self, now: Instant) -> Tree {
        let mut saved = Members::default();
        saved.put_time("until", self.until, now);
        saved.put("streak", self.streak);
        saved.put_time("last_at", self.last_at, now);
        saved.into()
    }

    pub(crate) fn restore(saved: Option<&Tree>, now: Instant) -> Option<Self> {
        let Some(saved) = saved else { return Some(Self::default()) };
        Some(Self {
            until: saved.time("until", now, MAX_WAIT)?,
            streak: saved.optional("streak")?,
            last_at: saved.time("last_at", now, Duration::ZERO)?,
        })
    }
}

/// What a snapshot holds of it.
impl RateLimit {
    pub(crate) fn snapshot(&self, now: Instant) -> Tree {
        let mut saved = Members::default();
        saved.put_time("texts_until", self.texts_until, now);
        saved.put("rest", self.rest.snapshot(now));
        saved.into()
    }

    pub(crate) fn restore(saved: Option<&Tree>, now: Instant) -> Option<Self> {
        let Some(saved) = saved else { return Some(Self::default()) };
        Some(Self {
            texts_until: saved.time("texts_until", now, MAX_WAIT)?,
            rest: Pause::restore(saved.member("rest"), now)?,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const fn secs(secs: u64) -> Duration {
        Duration::from_secs(secs)
    }

    fn at(seconds: u64) -> Instant {
        Instant::new(secs(seconds))
    }

    #[test]
    fn waits_double_for_refusals_in_a_row_and_stay_in_their_bounds() {
        let mut limit = Lazy::<RateLimit>::new();
        let hit = |limit: &mut Lazy<RateLimit>, retry_after, now| {
            limit
                .hit(retry_after, Scope::TextsToo, Some(at(now)), at(now))
                .map(|wait| wait.as_secs())
        };
        assert_eq!(hit(&mut limit, None, 0), Some(5));
        assert_eq!(hit(&mut limit, None, 5), Some(10));
        assert_eq!(hit(&mut limit, Some(secs(0)), 15), Some(4), "a second, doubled twice");
        assert_eq!(hit(&mut limit, Some(secs(9_999)), 19), Some(300));
        RateLimit::succeeded(&mut limit);
        assert_eq!(limit.hit(None, Scope::TextsToo, Some(at(400)), at(400)), Some(secs(5)));
    }

    #[test]
    fn unused_pauses_are_new_ones() {
        assert_eq!(*Pause::UNUSED, Pause::default());
        assert_eq!(*RateLimit::UNUSED, RateLimit::default());
        let saved = RateLimit::default().snapshot(at(1));
        let restored = RateLimit::restore(Some(&saved), at(2)).map(Lazy::from);
        assert!(restored.is_some_and(|limit| limit.if_used().is_none()));
    }

    #[test]
    fn a_long_peace_breaks_the_row() {
        let mut limit = RateLimit::default();
        for now in [0, 600, 1_200] {
            let wait = limit.hit(Some(secs(1)), Scope::TextsGoOn, Some(at(now)), at(now));
            assert_eq!(wait, Some(secs(1)));
        }
    }

    #[test]
    fn the_longest_pause_is_no_peace() {
        let mut limit = RateLimit::default();
        let mut now = 0;
        for wait in [5, 10, 20, 40, 80, 160, 300, 300, 300] {
            let hit = limit.hit(None, Scope::TextsGoOn, Some(at(now)), at(now));
            assert_eq!(hit, Some(secs(wait)));
            now += wait + 1;
        }
    }

    #[test]
    fn a_peace_of_five_minutes_after_the_pause_breaks_the_row() {
        let second_wait = |peace: u64| {
            let mut pause = Pause::default();
            pause.hit(Some(secs(10)), None, at(0));
            let now = at(10) + secs(peace);
            pause.hit(Some(secs(10)), Some(now), now)
        };
        assert_eq!(second_wait(300), secs(20));
        assert_eq!(second_wait(301), secs(10));
    }

    #[test]
    fn what_was_written_when_the_refusal_came_is_a_further_offence() {
        let mut pause = Pause::default();
        pause.hit(None, Some(at(1)), at(2));
        assert_eq!(pause.hit(None, Some(at(2)), at(3)), secs(10));
        assert_eq!(pause.running_until(at(12)), Some(at(13)));
        assert_eq!(pause.running_until(at(13)), None);
    }

    #[test]
    fn a_pause_that_reaches_the_texts_too_is_news() {
        let mut limit = RateLimit::default();
        let first = limit.hit(Some(secs(9)), Scope::TextsGoOn, Some(at(1)), at(2));
        assert_eq!(first, Some(secs(9)));
        let again = limit.hit(Some(secs(3)), Scope::TextsToo, Some(at(1)), at(2));
        assert_eq!(again, Some(secs(3)), "shorter, but for the texts it is the first");
        assert_eq!(limit.texts_paused_until(at(2)), Some(at(5)));
        assert_eq!(limit.rest_paused_until(at(2)), Some(at(11)));
        assert_eq!(limit.texts_paused_until(at(5)), None);
        let nothing_new = limit.hit(Some(secs(3)), Scope::TextsToo, Some(at(1)), at(2));
        assert_eq!(nothing_new, None);
    }

    #[test]
    fn a_volley_under_way_is_one_offence() {
        let mut limit = RateLimit::default();
        let first = limit.hit(Some(secs(5)), Scope::TextsGoOn, Some(at(1)), at(2));
        assert_eq!(first, Some(secs(5)));
        let second = limit.hit(Some(secs(5)), Scope::TextsGoOn, Some(at(1)), at(2));
        assert_eq!(second, None, "nothing new");
        assert_eq!(limit.rest_paused_until(at(2)), Some(at(7)));
        assert_eq!(limit.texts_paused_until(at(2)), None);
    }
}

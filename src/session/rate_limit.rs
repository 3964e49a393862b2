//! The pauses that the server asks for.
//!
//! Owns: how long a pause is, and whom it concerns. Must not know: what waits meanwhile.

use core::time::Duration;

use serde::{Deserialize, Serialize};

use crate::offset::Offset;
use crate::time::Instant;

/// The wait after a refusal that names none.
pub(crate) const DEFAULT_WAIT: Duration = Duration::from_secs(5);
const MIN_WAIT: Duration = Duration::from_secs(1);
pub(crate) const MAX_WAIT: Duration = Duration::from_secs(300);

#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct RateLimit {
    /// Texts wait until then.
    texts_until: Option<Instant>,
    /// Typing, receipts and health checks wait until then.
    rest_until: Option<Instant>,
    /// Rate limits in a row.
    streak: u32,
    last_at: Option<Instant>,
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
        // Requests that were under way before the last refusal came are no further offence.
        let same_incident = self.last_at.is_some_and(|last_at| match written_at {
            Some(written_at) => written_at < last_at,
            None => self.rest_paused_until(now).is_some(),
        });
        if !same_incident {
            // Typing and receipts are never answered: after a long peace the row is broken, too.
            if self.last_at.is_some_and(|last_at| now - last_at > MAX_WAIT) {
                self.streak = 0;
            }
            self.streak = self.streak.saturating_add(1);
            self.last_at = Some(now);
        }
        let doublings = self.streak.saturating_sub(1).min(16);
        let wait = retry_after.unwrap_or(DEFAULT_WAIT).clamp(MIN_WAIT, MAX_WAIT);
        let wait = wait.saturating_mul(1 << doublings).min(MAX_WAIT);
        let until = Some(now + wait);
        let mut longer = until > self.rest_until;
        self.rest_until = self.rest_until.max(until);
        if scope == Scope::TextsToo {
            longer |= until > self.texts_until;
            self.texts_until = self.texts_until.max(until);
        }
        longer.then_some(wait)
    }

    /// The server took a request: the row is broken.
    pub(crate) fn succeeded(&mut self) {
        self.streak = 0;
    }

    pub(crate) fn texts_paused_until(&self, now: Instant) -> Option<Instant> {
        self.texts_until.filter(|until| *until > now)
    }

    pub(crate) fn rest_paused_until(&self, now: Instant) -> Option<Instant> {
        self.rest_until.filter(|until| *until > now)
    }
}

/// What a snapshot holds of the pauses.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
pub(crate) struct RateLimitSnapshot {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    texts_until: Option<Offset>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    rest_until: Option<Offset>,
    streak: u32,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    last_at: Option<Offset>,
}

impl RateLimit {
    pub(crate) fn snapshot(&self, now: Instant) -> RateLimitSnapshot {
        let offset = |at: Instant| Offset::of(at, now);
        RateLimitSnapshot {
            texts_until: self.texts_until.map(offset),
            rest_until: self.rest_until.map(offset),
            streak: self.streak,
            last_at: self.last_at.map(offset),
        }
    }

    pub(crate) fn restore(saved: &RateLimitSnapshot, now: Instant) -> Self {
        let time = |at: Offset| at.from(now, MAX_WAIT);
        Self {
            texts_until: saved.texts_until.map(time),
            rest_until: saved.rest_until.map(time),
            streak: saved.streak,
            last_at: saved.last_at.map(time),
        }
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
        let mut limit = RateLimit::default();
        let mut hit = |retry_after, now| {
            limit
                .hit(retry_after, Scope::TextsToo, Some(at(now)), at(now))
                .map(|wait| wait.as_secs())
        };
        assert_eq!(hit(None, 0), Some(5));
        assert_eq!(hit(None, 5), Some(10));
        assert_eq!(hit(Some(secs(0)), 15), Some(4), "a second, doubled twice");
        assert_eq!(hit(Some(secs(9_999)), 19), Some(300));
        limit.succeeded();
        assert_eq!(limit.hit(None, Scope::TextsToo, Some(at(400)), at(400)), Some(secs(5)));
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

//! Times as a snapshot holds them: relative to the moment at which it was taken.
//!
//! Owns: [`Offset`]. Must not know: what the times are for.

use core::time::Duration;

use crate::time::Instant;
use crate::tree::{FromTree, Members, Tree};

/// Whole milliseconds from the snapshot to a time: positive is still to come. Rounded to the later
/// one, so that no timer of a restored session is early.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) struct Offset(i64);

impl FromTree<'_> for Offset {
    fn from_tree(tree: &Tree) -> Option<Self> {
        i64::from_tree(tree).map(Self)
    }
}

impl From<Offset> for Tree {
    fn from(offset: Offset) -> Self {
        offset.0.into()
    }
}

impl Members {
    /// Adds a time, if there is one.
    pub(crate) fn put_time(&mut self, name: &'static str, at: Option<Instant>, now: Instant) {
        self.put(name, at.map(|at| Offset::of(at, now)));
    }
}

impl Tree {
    /// A time that may be missing, at most `limit` ahead. `None` if it is there, and something else.
    #[expect(clippy::option_option, reason = "it may be missing, or something else")]
    pub(crate) fn time(
        &self,
        name: &str,
        now: Instant,
        limit: Duration,
    ) -> Option<Option<Instant>> {
        let offset: Option<Offset> = self.optional(name)?;
        Some(offset.map(|offset| offset.from(now, limit)))
    }
}

impl Offset {
    pub(crate) fn of(at: Instant, now: Instant) -> Self {
        let whole = |span: Duration| span.as_secs().saturating_mul(1_000);
        let ahead = whole(at - now) + u64::from((at - now).subsec_nanos().div_ceil(1_000_000));
        let behind = whole(now - at) + u64::from((now - at).subsec_millis());
        let millis = |millis: u64| i64::try_from(millis).unwrap_or(i64::MAX);
        Self(millis(ahead) - millis(behind))
    }

    /// The same distance from `now`, at most `limit` ahead: what is read may be damaged, or from a
    /// session with longer times. What is past keeps its distance, whatever the clock's origin.
    pub(crate) fn from(self, now: Instant, limit: Duration) -> Instant {
        let distance = Duration::from_millis(self.0.unsigned_abs());
        if self.0 > 0 { now + distance.min(limit) } else { now.before(distance) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_keeps_its_distance_from_now() {
        let [then, now] = [Instant::from_millis(70_000), Instant::from_millis(500)];
        let limit = Duration::from_secs(60);
        for (at, expected) in [(70_200, 700), (69_900, 400), (999_999, 60_500)] {
            let offset = Offset::of(Instant::from_millis(at), then);
            assert_eq!(offset.from(now, limit), Instant::from_millis(expected));
        }
    }

    #[test]
    fn what_is_past_stays_past_on_a_younger_clock() {
        for millis in [-1, -60_000, -1_000_000_000_000] {
            let past = Offset(millis).from(Instant::ORIGIN, Duration::MAX);
            let distance = Duration::from_millis(millis.unsigned_abs());
            assert_eq!(Instant::ORIGIN - past, distance);
            assert_eq!(past + distance, Instant::ORIGIN);
            assert_eq!(Offset::of(past, Instant::ORIGIN).0, millis);
        }
    }

    #[test]
    fn what_is_further_away_than_times_go_is_as_far_as_they_go() {
        let past = Offset(i64::MIN).from(Instant::ORIGIN, Duration::MAX);
        assert_eq!(past, Instant::ORIGIN.before(Duration::MAX));
        let future = Offset(i64::MAX).from(Instant::ORIGIN, Duration::MAX);
        assert_eq!(future, Instant::new(Duration::MAX));
    }

    #[test]
    fn rounding_is_never_early() {
        let at = |nanos| Instant::new(Duration::from_nanos(nanos));
        let now = at(10_000_000_500);
        assert_eq!(Offset::of(at(10_000_000_501), now), Offset(1));
        assert_eq!(Offset::of(at(9_999_000_499), now), Offset(-1));
        assert_eq!(Offset::of(at(9_999_900_000), now), Offset(0));
    }
}

//! A wait that the session draws: only its bounds are known, until it shows.
//!
//! Owns: the bounds, and what is allowed. Must not know: what is waited for.

use core::time::Duration;

use webmessaging_proto::Instant;

/// A drawn wait.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Wait {
    pub(super) from: Instant,
    /// The end of the longest wait that could have been drawn.
    pub(super) latest: Instant,
    /// The end, once the session has shown it.
    pub(super) known: Option<Instant>,
    /// Whether it is over by assumption: whoever compares tries both.
    pub(super) assumed_over: bool,
}

impl Wait {
    pub(super) fn new(from: Instant, longest: Duration) -> Self {
        Self { from, latest: from + longest, known: None, assumed_over: false }
    }

    pub(super) fn is_over(&self, now: Instant) -> bool {
        now >= self.known.unwrap_or(self.latest) || self.may_be_over(now) && self.assumed_over
    }

    /// Whether nobody can tell yet.
    pub(super) fn may_be_over(&self, now: Instant) -> bool {
        self.known.is_none() && now >= self.from && now < self.latest
    }

    /// The session shows when it ends; false if that was never possible.
    pub(super) fn learn(&mut self, end: Instant) -> bool {
        let allowed =
            self.known.map_or(self.from <= end && end <= self.latest, |known| known == end);
        self.known = Some(end);
        allowed
    }

    pub(super) fn cut(&mut self, latest: Instant) {
        self.latest = self.latest.min(latest);
        self.known = self.known.map(|known| known.min(latest));
    }
}

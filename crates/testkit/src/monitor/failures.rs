//! How long typing rests while the server fails on it.
//!
//! Owns: the row of failures, and the rest that doubles with each. Must not know: what waits.

use core::time::Duration;

use webmessaging_proto::Instant;

use super::around::{Request, Span};

const FIRST: Duration = Duration::from_secs(5);
/// The longest rest; and the peace that ends a row.
const LONGEST: Duration = Duration::from_secs(300);

/// Failures of typing in a row.
#[derive(Clone, Debug, Default)]
pub(super) struct Failures {
    /// No notice before this.
    pub(super) until: Span,
    row: u32,
    last_at: Option<Instant>,
    /// Whether the row may be longer than what was seen of it.
    unknown: bool,
}

impl Failures {
    pub(super) fn unknown(&mut self, now: Instant) {
        self.unknown = true;
        self.until.perhaps = self.until.perhaps.max(now + LONGEST);
    }

    /// The server failed on this request.
    pub(super) fn rest(&mut self, now: Instant, request: &Request) {
        // What was under way when the last failure came is no further one.
        let under_way = |written: Instant| self.last_at.is_some_and(|last_at| written < last_at);
        if !under_way(request.to) {
            let peace_since = Some(self.until.perhaps).max(self.last_at);
            if peace_since.is_some_and(|since| now - since > LONGEST) {
                (self.row, self.unknown) = (0, false);
            }
            self.unknown |= under_way(request.from);
            self.row = self.row.saturating_add(1);
            self.last_at = Some(now);
        }
        let rest = FIRST.saturating_mul(1 << self.row.saturating_sub(1).min(16)).min(LONGEST);
        if self.unknown {
            self.until.at_least(now + FIRST);
            self.until.perhaps = self.until.perhaps.max(now + LONGEST);
        } else {
            self.until.at_least(now + rest);
        }
    }
}

//! What a snapshot holds of the own typing indicator.
//!
//! Owns: the way from the indicator to data and back. Must not know: the rest of the snapshot.

use core::time::Duration;

use serde::Serialize;

use super::{Belief, Typing};
use crate::offset::Offset;
use crate::time::Instant;
use crate::tree::from_tree;

/// The indicator of a session without a connection.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub(crate) struct TypingSnapshot {
    /// When the user's typing ends if no key follows.
    #[serde(skip_serializing_if = "Option::is_none")]
    lapses: Option<Offset>,
    starts: Offset,
    paused_until: Offset,
    #[serde(skip_serializing_if = "Option::is_none")]
    last_on: Option<Offset>,
    /// Whether the remote may show typing.
    believed: bool,
}

from_tree!(TypingSnapshot { starts, paused_until, believed } { lapses, last_on });

impl TypingSnapshot {
    /// The user is not typing any more.
    pub(crate) fn end(&mut self) {
        self.lapses = None;
    }
}

impl Typing {
    pub(crate) fn snapshot(&self, now: Instant) -> TypingSnapshot {
        let offset = |at: Instant| Offset::of(at, now);
        TypingSnapshot {
            lapses: self.lapses_at().map(offset),
            starts: offset(self.starts_at),
            paused_until: offset(self.paused_until),
            last_on: self.last_on.map(offset),
            believed: self.belief != Belief::Off,
        }
    }

    /// Takes over what a snapshot holds; for an indicator that is closed and new.
    pub(crate) fn restore(
        &mut self,
        saved: &TypingSnapshot,
        longest_pause: Duration,
        now: Instant,
    ) {
        let longest = self.policy.hold.max(self.policy.idle);
        self.held_until = saved.lapses.map(|lapses| lapses.from(now, longest));
        self.starts_at = saved.starts.from(now, self.policy.start_delay);
        self.paused_until = saved.paused_until.from(now, longest_pause);
        self.last_on = saved.last_on.map(|last_on| last_on.from(now, Duration::ZERO));
        self.belief = if saved.believed { Belief::Unknown } else { Belief::Off };
        self.said.settle(self.belief);
    }
}

//! What a snapshot holds of the own typing indicator.
//!
//! Owns: the way from the indicator to data and back. Must not know: the rest of the snapshot.

use core::time::Duration;

use super::{Belief, Typing};
use crate::time::Instant;
use crate::tree::{Members, Tree};

/// The user is not typing any more.
pub(crate) fn end_typing(saved: &mut Tree) {
    saved.take("lapses");
}

impl Typing {
    /// The indicator of a session without a connection.
    pub(crate) fn snapshot(&self, now: Instant) -> Tree {
        let mut saved = Members::default();
        // When the user's typing ends if no key follows.
        saved.put_time("lapses", self.lapses_at(), now);
        saved.put_time("starts", Some(self.starts_at), now);
        saved.put_time("paused_until", Some(self.paused_until), now);
        saved.put_time("last_on", self.last_on, now);
        // Whether the remote may show typing.
        saved.put("believed", self.belief != Belief::Off);
        saved.into()
    }

    /// Takes over what a snapshot holds; for an indicator that is closed and new.
    pub(crate) fn restore(
        &mut self,
        saved: &Tree,
        longest_pause: Duration,
        now: Instant,
    ) -> Option<()> {
        let longest = self.policy.hold.max(self.policy.idle);
        self.held_until = saved.time("lapses", now, longest)?;
        self.starts_at = saved.time("starts", now, self.policy.start_delay)??;
        self.paused_until = saved.time("paused_until", now, longest_pause)??;
        self.last_on = saved.time("last_on", now, Duration::ZERO)?;
        self.belief = if saved.required("believed")? { Belief::Unknown } else { Belief::Off };
        self.said.settle(self.belief);
        Some(())
    }
}

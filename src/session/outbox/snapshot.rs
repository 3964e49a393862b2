//! What a snapshot holds of the texts.
//!
//! Owns: the way from the outbox to data and back, and the check of what is read. Must not know: the
//! rest of the snapshot.

use alloc::vec::Vec;
use core::time::Duration;

use super::{MAX_ATTEMPTS, MAX_TRIES, Outbox, Text};
use crate::error::RestoreError;
use crate::id::TracingId;
use crate::lazy::Lazy;
use crate::offset::Offset;
use crate::sensitive::Sensitive;
use crate::time::Instant;
use crate::tree::{FromTree, Members, Tree};

impl From<Text> for Tree {
    fn from(text: Text) -> Self {
        let mut saved = Members::default();
        saved.put("key", text.key);
        saved.put("text", text.body);
        saved.put("attributes", text.attributes);
        // The names under which it was sent: an echo may still come.
        saved.put("attempts", Self::list(text.attempts).unless_empty());
        saved.put("failures", text.failures);
        saved.into()
    }
}

impl FromTree<'_> for Text {
    fn from_tree(saved: &Tree) -> Option<Self> {
        let mut attempts = Vec::new();
        for name in saved.optional::<&[Tree]>("attempts")? {
            attempts.push(TracingId::from_tree(name)?);
        }
        let text: &str = saved.required("text")?;
        Some(Self {
            key: saved.required("key")?,
            body: Sensitive::from(text).into_owned(),
            attributes: saved.optional("attributes")?,
            attempts,
            failures: saved.optional::<u32>("failures")?.min(MAX_TRIES),
        })
    }
}

impl Outbox {
    /// The texts of a session without a connection: none is in flight.
    pub(crate) fn into_snapshot(self, now: Instant) -> Tree {
        let sent_at = self.sent_at.into_iter().flatten().map(|at| Offset::of(at, now));
        let mut saved = Members::default();
        // Next first.
        saved.put("waiting", Tree::list(self.waiting).unless_empty());
        // With the host.
        saved.put("kept", Tree::list(self.kept).unless_empty());
        saved.put_time("retry_at", self.retry_at, now);
        saved.put("sent_at", Tree::list(sent_at).unless_empty());
        saved.into()
    }

    /// Takes over what a snapshot holds; for an outbox that was never used, and stays so if there is
    /// nothing.
    ///
    /// # Errors
    /// If it is no snapshot of an outbox, or has more texts than `limit`.
    pub(crate) fn restore(
        outbox: &mut Lazy<Self>,
        saved: &Tree,
        limit: usize,
        longest_wait: Duration,
        now: Instant,
    ) -> Result<(), RestoreError> {
        let list = |name| saved.optional::<&[Tree]>(name).ok_or(RestoreError::NO_STATE);
        let (waiting, kept, sent_at) = (list("waiting")?, list("kept")?, list("sent_at")?);
        let found = waiting.len() + kept.len();
        if found > limit {
            return Err(RestoreError::TooMany { what: "texts", found, limit });
        }
        let mut read = || {
            let retry_at = saved.time("retry_at", now, longest_wait)?;
            if found == 0 && sent_at.is_empty() && retry_at.is_none() {
                return Some(());
            }
            let outbox = &mut **outbox;
            for text in kept {
                outbox.take_over(text, limit)?;
            }
            outbox.kept = core::mem::take(&mut outbox.waiting);
            for text in waiting {
                outbox.take_over(text, limit)?;
            }
            outbox.retry_at = retry_at;
            for at in sent_at {
                outbox.note_sent(Offset::from_tree(at)?.from(now, Duration::ZERO));
            }
            Some(())
        };
        read().ok_or(RestoreError::Damaged { part: "texts" })
    }

    /// Puts a text into the line that `check` would let in.
    fn take_over(&mut self, saved: &Tree, limit: usize) -> Option<()> {
        let text = Text::from_tree(saved)?;
        self.check(text.key, &text.body, limit).ok()?;
        if text.attempts.len() > MAX_ATTEMPTS {
            return None;
        }
        self.take(text);
        Some(())
    }
}

//! What a snapshot holds of the texts.
//!
//! Owns: the way from the outbox to data and back, and the check of what is read. Must not know: the
//! rest of the snapshot.

use alloc::vec::Vec;
use core::time::Duration;

use serde::Serialize;

use super::{MAX_ATTEMPTS, MAX_TRIES, Outbox, Text};
use crate::error::RestoreError;
use crate::frame::CustomAttributes;
use crate::id::{LocalKey, TracingId};
use crate::offset::Offset;
use crate::sensitive::Sensitive;
use crate::time::Instant;
use crate::tree::from_tree;

/// The texts of a session without a connection: none is in flight.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub(crate) struct OutboxSnapshot {
    /// Next first.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    waiting: Vec<TextSnapshot>,
    /// With the host.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    kept: Vec<TextSnapshot>,
    #[serde(skip_serializing_if = "Option::is_none")]
    retry_at: Option<Offset>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    sent_at: Vec<Offset>,
}

#[derive(Clone, Debug, PartialEq, Serialize)]
struct TextSnapshot {
    key: LocalKey,
    text: Sensitive<'static>,
    #[serde(skip_serializing_if = "has_none")]
    attributes: CustomAttributes,
    /// The names under which it was sent: an echo may still come.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    attempts: Vec<TracingId>,
    failures: u32,
}

from_tree!(OutboxSnapshot {} { waiting, kept, retry_at, sent_at });
from_tree!(TextSnapshot { key, text } { attributes, attempts, failures });

fn has_none(attributes: &CustomAttributes) -> bool {
    attributes.is_empty()
}

impl From<&Text> for TextSnapshot {
    fn from(text: &Text) -> Self {
        Self {
            key: text.key,
            text: text.body.clone(),
            attributes: text.attributes.clone(),
            attempts: text.attempts.clone(),
            failures: text.failures,
        }
    }
}

impl Outbox {
    pub(crate) fn snapshot(&self, now: Instant) -> OutboxSnapshot {
        let offset = |at: &Instant| Offset::of(*at, now);
        OutboxSnapshot {
            waiting: self.waiting.iter().map(TextSnapshot::from).collect(),
            kept: self.kept.iter().map(TextSnapshot::from).collect(),
            retry_at: self.retry_at.as_ref().map(offset),
            sent_at: self.sent_at.iter().flatten().map(offset).collect(),
        }
    }

    /// The outbox that a snapshot holds.
    ///
    /// # Errors
    /// If it is no snapshot of an outbox, or has more texts than `limit`.
    pub(crate) fn restore(
        saved: OutboxSnapshot,
        limit: usize,
        longest_wait: Duration,
        now: Instant,
    ) -> Result<Self, RestoreError> {
        let found = saved.waiting.len() + saved.kept.len();
        if found > limit {
            return Err(RestoreError::TooMany { what: "texts", found, limit });
        }
        let mut outbox = Self::default();
        for saved in saved.kept {
            outbox.take_over(saved, limit)?;
        }
        outbox.kept = core::mem::take(&mut outbox.waiting).into();
        for saved in saved.waiting {
            outbox.take_over(saved, limit)?;
        }
        outbox.retry_at = saved.retry_at.map(|at| at.from(now, longest_wait));
        for at in saved.sent_at {
            outbox.note_sent(at.from(now, Duration::ZERO));
        }
        Ok(outbox)
    }

    /// Puts a text into the line that `check` would let in.
    fn take_over(&mut self, saved: TextSnapshot, limit: usize) -> Result<(), RestoreError> {
        let TextSnapshot { key, text, attributes, attempts, failures } = saved;
        if self.check(key, &text, limit).is_err() || attempts.len() > MAX_ATTEMPTS {
            return Err(RestoreError::Damaged { part: "texts" });
        }
        let failures = failures.min(MAX_TRIES);
        self.take(Text { key, body: text, attributes, attempts, failures });
        Ok(())
    }
}

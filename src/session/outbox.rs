//! The guest's texts on their way to the server, one in flight at a time.
//!
//! Owns: their order, their attempts, and what is kept for the host. Must not know: frames, phases,
//! the request budget.

mod snapshot;

use alloc::vec::Vec;
use core::time::Duration;

use crate::config::MAX_TEXT_CHARS;
use crate::error::InputError;
use crate::frame::CustomAttributes;
use crate::growth::{insert, push};
use crate::id::{LocalKey, TracingId};
use crate::lazy::Unused;
use crate::sensitive::Sensitive;
use crate::time::Instant;

/// How long an echo may take.
const CONFIRMATION: Duration = Duration::from_secs(30);
/// How often a text is tried against a server that fails.
const MAX_TRIES: u32 = 3;
/// How many attempts of a text are remembered for a late echo.
const MAX_ATTEMPTS: usize = 8;
/// The service takes 5 texts in a second (`wire.md` 5.6); the rest is a margin for jitter.
const RATE: usize = 5;
const RATE_WINDOW: Duration = Duration::from_millis(1_100);

#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Text {
    pub(crate) key: LocalKey,
    pub(crate) body: Sensitive<'static>,
    pub(crate) attributes: CustomAttributes,
    attempts: Vec<TracingId>,
    failures: u32,
}

/// A text that the session holds; see [`Session::texts`](crate::Session::texts).
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub struct HeldText<'a> {
    /// The host's name for it.
    pub key: LocalKey,
    /// What it says.
    pub text: &'a Sensitive<'static>,
    /// Sent along with it.
    pub attributes: &'a CustomAttributes,
    /// How far it is.
    pub state: TextState,
}

/// How far a text is on its way.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum TextState {
    /// It goes out by itself.
    Waiting,
    /// It was written and not confirmed yet.
    InFlight,
    /// It failed or is unconfirmed, and waits for `Retry` or `Discard`.
    Kept,
}

/// What a server error means for the text.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Verdict {
    /// To be tried again; the how many-th failure it was, from 0.
    TryAgain(u32),
    /// Kept for the host.
    Failed,
}

#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Outbox {
    /// Next first, and seldom more than a few. The first one is in flight if `in_flight` is set.
    waiting: Vec<Text>,
    /// Failed or unconfirmed; with the host.
    kept: Vec<Text>,
    /// The keys of both, sorted.
    keys: Vec<LocalKey>,
    in_flight: Option<InFlight>,
    /// Not before this time: the first one is to be tried again.
    retry_at: Option<Instant>,
    /// When the last texts were sent, over all connections, oldest first.
    sent_at: [Option<Instant>; RATE],
}

#[derive(Clone, Copy, Debug, PartialEq)]
struct InFlight {
    tracing_id: TracingId,
    since: Instant,
}

impl Unused for Outbox {
    const UNUSED: &'static Self = &Self {
        waiting: Vec::new(),
        kept: Vec::new(),
        keys: Vec::new(),
        in_flight: None,
        retry_at: None,
        sent_at: [None; RATE],
    };
}

impl Outbox {
    pub(crate) fn check(&self, key: LocalKey, text: &str, limit: usize) -> Result<(), InputError> {
        let chars = text.chars().count();
        if chars == 0 {
            return Err(InputError::EmptyText);
        }
        if chars > MAX_TEXT_CHARS {
            return Err(InputError::TextTooLong { chars });
        }
        if self.holds(key) {
            return Err(InputError::DuplicateKey { key });
        }
        if self.keys.len() >= limit {
            return Err(InputError::OutboxFull { limit });
        }
        Ok(())
    }

    pub(crate) fn push(
        &mut self,
        key: LocalKey,
        body: Sensitive<'static>,
        attributes: CustomAttributes,
    ) {
        self.take(Text { key, body, attributes, attempts: Vec::new(), failures: 0 });
    }

    fn take(&mut self, text: Text) {
        if let Err(place) = self.keys.binary_search(&text.key) {
            insert(&mut self.keys, place, text.key);
        }
        push(&mut self.waiting, text);
    }

    /// Puts a kept text at the end of the line.
    pub(crate) fn retry(&mut self, key: LocalKey) -> Result<(), InputError> {
        let Some(at) = self.kept.iter().position(|text| text.key == key) else {
            return Err(if self.holds(key) {
                InputError::NotKept { key }
            } else {
                InputError::UnknownKey { key }
            });
        };
        let mut text = self.kept.remove(at);
        text.failures = 0;
        push(&mut self.waiting, text);
        Ok(())
    }

    pub(crate) fn discard(&mut self, key: LocalKey) -> Result<(), InputError> {
        let Ok(place) = self.keys.binary_search(&key) else {
            return Err(InputError::UnknownKey { key });
        };
        self.keys.remove(place);
        if self.waiting.first().is_some_and(|text| text.key == key) {
            self.in_flight = None;
            self.retry_at = None;
        }
        self.waiting.retain(|text| text.key != key);
        self.kept.retain(|text| text.key != key);
        if self.keys.is_empty() {
            // A long line leaves no room behind.
            *self = Self { sent_at: self.sent_at, retry_at: self.retry_at, ..Self::default() };
        }
        Ok(())
    }

    /// The text to send now, if the service's rate lets it.
    pub(crate) fn next(&self, now: Instant) -> Option<&Text> {
        let text = self.waiting.first()?;
        let rate_allows = self.rate_allows_at().is_none_or(|at| at <= now);
        let waited = self.retry_at.is_none_or(|retry_at| retry_at <= now);
        (self.in_flight.is_none() && rate_allows && waited).then_some(text)
    }

    /// When [`next`](Self::next) may give a text by itself.
    pub(crate) fn retry_deadline(&self) -> Option<Instant> {
        let waits = !self.waiting.is_empty() && self.in_flight.is_none();
        self.retry_at.max(self.rate_allows_at()).filter(|_| waits)
    }

    /// The first text was written under this name.
    pub(crate) fn written(&mut self, tracing_id: TracingId, now: Instant) {
        let Some(text) = self.waiting.first_mut() else { return };
        if text.attempts.len() == MAX_ATTEMPTS {
            text.attempts.remove(0);
        }
        push(&mut text.attempts, tracing_id);
        self.in_flight = Some(InFlight { tracing_id, since: now });
        self.retry_at = None;
        self.note_sent(now);
    }

    /// The text in flight never left.
    pub(crate) fn unwritten(&mut self) {
        if self.in_flight.take().is_some() {
            if let Some(text) = self.waiting.first_mut() {
                text.attempts.pop();
            }
        }
    }

    /// The server refused the text in flight for now: it stays first.
    pub(crate) fn back_to_head(&mut self) {
        self.in_flight = None;
    }

    /// The server failed on the text in flight.
    pub(crate) fn server_failed(&mut self) -> Verdict {
        let Some(text) = self.waiting.first_mut() else { return Verdict::Failed };
        text.failures += 1;
        if text.failures < MAX_TRIES {
            let failures = text.failures - 1;
            self.in_flight = None;
            return Verdict::TryAgain(failures);
        }
        self.keep_in_flight();
        Verdict::Failed
    }

    pub(crate) fn retry_not_before(&mut self, at: Instant) {
        self.retry_at = Some(at);
    }

    /// Takes the text in flight out of the line and keeps it for the host.
    pub(crate) fn keep_in_flight(&mut self) -> Option<LocalKey> {
        let text = self.leave_slot()?;
        let key = text.key;
        push(&mut self.kept, text);
        Some(key)
    }

    /// Keeps every waiting text for the host; none may be in flight.
    pub(crate) fn keep_waiting(&mut self) -> Vec<LocalKey> {
        self.retry_at = None;
        let keys = self.waiting.iter().map(|text| text.key).collect();
        self.kept.append(&mut self.waiting);
        keys
    }

    /// An echo: forgets the text that was sent under this name, in whatever attempt.
    pub(crate) fn confirm(&mut self, tracing_id: TracingId) -> Option<LocalKey> {
        let is_it = |text: &&Text| text.attempts.contains(&tracing_id);
        let key = self.kept.iter().chain(&self.waiting).find(is_it)?.key;
        self.discard(key).ok().map(|()| key)
    }

    /// Whether this request is the text in flight.
    pub(crate) fn is_in_flight(&self, tracing_id: TracingId) -> bool {
        self.in_flight.is_some_and(|in_flight| in_flight.tracing_id == tracing_id)
    }

    pub(crate) fn in_flight_key(&self) -> Option<LocalKey> {
        self.in_flight.and_then(|_| self.waiting.first()).map(|text| text.key)
    }

    pub(crate) fn confirmation_deadline(&self) -> Option<Instant> {
        self.in_flight.map(|in_flight| in_flight.since + CONFIRMATION)
    }

    /// Whether nothing of it matters any more: no text, and the rate of those that were sent.
    pub(crate) fn is_over(&self, now: Instant) -> bool {
        let newest = self.sent_at[RATE - 1].map(|at| at + RATE_WINDOW);
        self.keys.is_empty() && self.retry_at.max(newest).is_none_or(|at| at <= now)
    }

    fn leave_slot(&mut self) -> Option<Text> {
        self.in_flight.take()?;
        (!self.waiting.is_empty()).then(|| self.waiting.remove(0))
    }

    fn rate_allows_at(&self) -> Option<Instant> {
        self.sent_at[0].map(|at| at + RATE_WINDOW)
    }

    fn note_sent(&mut self, at: Instant) {
        self.sent_at.rotate_left(1);
        self.sent_at[RATE - 1] = Some(at);
    }

    fn holds(&self, key: LocalKey) -> bool {
        self.keys.binary_search(&key).is_ok()
    }

    pub(crate) fn is_kept(&self, key: LocalKey) -> bool {
        self.kept.iter().any(|text| text.key == key)
    }

    /// Every text, in the order in which they go out, then the kept ones.
    pub(crate) fn texts(&self) -> impl Iterator<Item = HeldText<'_>> {
        let in_flight = self.in_flight.is_some();
        let waiting = self.waiting.iter().enumerate().map(move |(at, text)| {
            let first = if in_flight { TextState::InFlight } else { TextState::Waiting };
            (text, if at == 0 { first } else { TextState::Waiting })
        });
        let kept = self.kept.iter().map(|text| (text, TextState::Kept));
        waiting.chain(kept).map(|(text, state)| HeldText {
            key: text.key,
            text: &text.body,
            attributes: &text.attributes,
            state,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_unused_outbox_is_a_new_one() {
        assert_eq!(*Outbox::UNUSED, Outbox::default());
    }
}

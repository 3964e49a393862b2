//! Read receipts: which messages the user has really seen, and what the server knows of that.
//!
//! Owns: the evidence (visible, in the foreground, long enough), and when a receipt is due, told,
//! confirmed or given up. Must not know: frames, budgets, transports.

mod ledger;
mod snapshot;

use alloc::boxed::Box;
use core::time::Duration;

use serde::Serialize;

use crate::error::InputError;
use crate::lazy::Lazy;
use crate::time::Instant;

pub use ledger::LedgerId;
use ledger::{Ledger, State};
pub(crate) use snapshot::empty_screen;

/// The longest id that a ledger keeps, in bytes: ids are the peer's to choose.
pub const MAX_ID_BYTES: usize = 1024;

/// The rules of read receipts.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct ReceiptPolicy {
    /// How long a message must be visible, in one piece, to count as read. Default 0.
    pub dwell: Duration,
    /// Whether the server is told; otherwise the host is, by
    /// [`MessageRead`](crate::Event::MessageRead).
    pub on_wire: bool,
}

impl ReceiptPolicy {
    /// The tutorial's rules: a frame for each message.
    #[must_use]
    pub const fn guide() -> Self {
        Self { dwell: Duration::ZERO, on_wire: true }
    }

    /// The live service's rules: nothing on the wire (`wire.md` 9).
    #[must_use]
    pub const fn live() -> Self {
        Self { dwell: Duration::ZERO, on_wire: false }
    }
}

/// Who wrote a message.
#[derive(Clone, Copy, Debug, Eq, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Sender {
    /// The guest, from this connection or another one of the session.
    Guest,
    /// The organisation: a person or a bot.
    Agent,
}

/// Read receipts as a machine of its own: inputs in, [`poll`](Self::poll) and
/// [`deadline`](Self::deadline) out. Time must not run backward.
///
/// ```
/// use webmessaging_proto::{Instant, ReceiptPolicy, Receipts, Sender};
///
/// let at = Instant::from_millis;
/// let mut receipts = Receipts::new(ReceiptPolicy::guide(), 1_000);
/// receipts.add("m-1", Sender::Agent, false);
/// receipts.visible("m-1", at(0))?;
/// let due = receipts.poll(at(0)).expect("it was seen");
/// assert_eq!(receipts.message(due), Some("m-1"));
/// assert_eq!(receipts.poll(at(0)), None, "once");
/// receipts.connection_lost();
/// assert_eq!(receipts.poll(at(9)), Some(due), "nobody confirmed it");
/// # Ok::<(), webmessaging_proto::InputError>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Receipts {
    policy: ReceiptPolicy,
    limit: usize,
    foreground: bool,
    ledger: Lazy<Ledger>,
}

impl Receipts {
    /// An empty ledger for at most `limit` messages, with the window in the foreground.
    #[must_use]
    pub const fn new(policy: ReceiptPolicy, limit: usize) -> Self {
        Self { policy, limit, foreground: true, ledger: Lazy::new() }
    }

    /// Takes a message into the ledger, unless its id is empty or longer than [`MAX_ID_BYTES`]. A known
    /// id stays as it is, but for what `read` adds: that the message needs no receipt any more.
    pub fn add(&mut self, id: &str, from: Sender, read: bool) -> Added {
        let needs_none = read || from == Sender::Guest;
        if let Some(known) = self.ledger.find(id) {
            if needs_none {
                self.settle(known);
            }
            return Added { new: false, lost: None };
        }
        if self.limit == 0 || check_id(id).is_err() {
            return Added { new: true, lost: None };
        }
        let is_full = self.ledger.entries.len() >= self.limit;
        let lost = if is_full { self.ledger.forget_oldest() } else { None };
        self.ledger.push(id, if needs_none { State::Settled } else { State::Unread });
        Added { new: true, lost }
    }

    /// A message is on screen. Of own and of read messages nothing more is said.
    ///
    /// # Errors
    /// If the ledger does not know the message, or keeps none with such an id.
    pub fn visible(&mut self, id: &str, now: Instant) -> Result<(), InputError> {
        let key = self.find(id)?;
        if self.ledger.state(key) != Some(State::Unread) {
            return Ok(());
        }
        if self.foreground && self.policy.dwell.is_zero() {
            self.ledger.read(key);
        } else {
            self.ledger.watch(key, now);
        }
        Ok(())
    }

    /// A message is not on screen any more; its dwell starts again when it comes back.
    ///
    /// # Errors
    /// If the ledger does not know the message, or keeps none with such an id.
    pub fn hidden(&mut self, id: &str) -> Result<(), InputError> {
        let key = self.find(id)?;
        if self.ledger.state(key) == Some(State::Watched) {
            self.ledger.leave(key, State::Unread);
        }
        Ok(())
    }

    /// Whether the user can see the window at all. Every dwell starts again when it comes back.
    pub fn foreground(&mut self, foreground: bool, now: Instant) {
        if foreground && !self.foreground && !self.ledger.watched.is_empty() {
            for watched in self.ledger.watched.iter_mut() {
                watched.since = now;
            }
        }
        self.foreground = foreground;
    }

    /// The next message whose receipt is due. A receipt that is handed out counts as sent.
    #[must_use = "a receipt that is handed out counts as sent"]
    pub fn poll(&mut self, now: Instant) -> Option<LedgerId> {
        self.pass_time(now);
        self.tell_next()
    }

    /// When the next dwell is met.
    #[must_use]
    pub fn deadline(&self) -> Option<Instant> {
        let watched = self.ledger.watched.front().filter(|_| self.foreground)?;
        Some(watched.since + self.policy.dwell)
    }

    /// How many receipts were handed out so far: what to give to
    /// [`confirm_sends`](Self::confirm_sends) later.
    #[must_use]
    pub fn sends(&self) -> u64 {
        self.ledger.sends
    }

    /// The server has surely seen the first `sends` receipts that were handed out.
    pub fn confirm_sends(&mut self, sends: u64) {
        if self.ledger.has_told() {
            self.ledger.confirm_sends(sends);
        }
    }

    /// Whether the server was told that this message was read, and may still refuse it: nothing else
    /// has settled it since.
    #[must_use]
    pub fn is_told(&self, key: LedgerId) -> bool {
        self.ledger.state(key).is_some_and(State::is_told)
    }

    /// The server took no notice of this receipt: it is due again, unless it is needed no more.
    pub fn refused(&mut self, key: LedgerId) {
        if self.is_told(key) {
            self.ledger.make_due(key);
        }
    }

    /// The server failed on this receipt: it is due again on the next connection, unless it is needed
    /// no more.
    pub fn park(&mut self, key: LedgerId) {
        if self.is_told(key) {
            self.ledger.park(key);
        }
    }

    /// No receipt for this message any more, whatever happened.
    pub fn settle(&mut self, key: LedgerId) {
        if self.ledger.state(key).is_some() {
            self.ledger.leave(key, State::Settled);
        }
    }

    /// What was not confirmed is due again, in the order of reading.
    pub fn connection_lost(&mut self) {
        if self.ledger.has_told() {
            self.ledger.take_back_told();
        }
    }

    /// Forgets every message: they belong to a conversation that is over.
    pub fn clear(&mut self) {
        if !self.ledger.entries.is_empty() {
            self.ledger.clear();
        }
    }

    /// The id of a message in the ledger.
    #[must_use]
    pub fn message(&self, key: LedgerId) -> Option<&str> {
        self.ledger.message(key)
    }

    /// Whether a receipt waits to be sent.
    pub(crate) fn has_due(&self) -> bool {
        !self.ledger.due.is_empty()
    }

    /// As [`poll`](Self::poll), once time has passed.
    pub(crate) fn tell_next(&mut self) -> Option<LedgerId> {
        self.ledger.used()?.tell_next()
    }

    /// Lets the dwells that are met count as reading, whether or not a receipt can be sent now.
    pub(crate) fn pass_time(&mut self, now: Instant) {
        while self.deadline().is_some_and(|met_at| met_at <= now) {
            self.ledger.read_next();
        }
    }

    fn find(&self, id: &str) -> Result<LedgerId, InputError> {
        check_id(id)?;
        self.ledger.find(id).ok_or(InputError::UnknownMessage)
    }
}

/// Whether a ledger keeps messages with such an id.
pub(crate) const fn check_id(id: &str) -> Result<(), InputError> {
    match id.len() {
        1..=MAX_ID_BYTES => Ok(()),
        bytes => Err(InputError::IdNotKept { bytes }),
    }
}

/// What became of a message given to [`Receipts::add`].
#[derive(Clone, Debug, Eq, PartialEq)]
#[must_use]
#[non_exhaustive]
pub struct Added {
    /// Whether the message was not known before.
    pub new: bool,
    /// The id of an older message that was forgotten in its favour although its receipt was owed.
    pub lost: Option<Box<str>>,
}

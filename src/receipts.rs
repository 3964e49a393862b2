//! Read receipts: which messages the user has really seen, and what the server knows of that.
//!
//! Owns: the ledger of messages, the evidence (visible, in the foreground, long enough), and the
//! order of receipts. Must not know: frames, budgets, transports.

mod snapshot;

use alloc::boxed::Box;
use alloc::collections::{BTreeMap, VecDeque};
use alloc::sync::Arc;
use alloc::vec::Vec;
use core::mem;
use core::time::Duration;

use serde::Serialize;

use crate::error::InputError;
use crate::time::Instant;

pub(crate) use snapshot::ReceiptsSnapshot;

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

/// Names a message of one ledger; stays valid until the message is forgotten.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct LedgerId(u64);

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
    /// The messages, oldest first; the number of the first one is `forgotten`.
    entries: VecDeque<Entry>,
    forgotten: u64,
    by_id: BTreeMap<Arc<str>, LedgerId>,
    /// On screen and not read yet, in the order of becoming visible, which is that of the starts of
    /// their dwell.
    watched: BTreeMap<u64, (LedgerId, Instant)>,
    /// Read, not told yet, in the order of reading.
    due: BTreeMap<u64, LedgerId>,
    /// Told, not confirmed: with the number of the telling, ascending.
    sent: VecDeque<(u64, LedgerId)>,
    /// Told in vain on this connection.
    parked: Vec<LedgerId>,
    sends: u64,
    /// Numbers what becomes visible and what is read.
    steps: u64,
}

#[derive(Clone, Debug, PartialEq)]
struct Entry {
    id: Arc<str>,
    state: State,
    /// Its place among the watched, then among those that were read.
    order: u64,
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum State {
    Unread,
    Watched,
    Due,
    Sent,
    Parked,
    /// The server has seen the receipt, but may still refuse it.
    Confirmed,
    /// The own, the read elsewhere, the given up: no receipt whatever the server says.
    Settled,
}

impl State {
    const fn is_owed(self) -> bool {
        matches!(self, Self::Due | Self::Sent | Self::Parked)
    }

    const fn is_told(self) -> bool {
        matches!(self, Self::Sent | Self::Confirmed)
    }

    /// Whether a session that goes on elsewhere has nothing to do for it.
    const fn is_done(self) -> bool {
        matches!(self, Self::Confirmed | Self::Settled)
    }
}

impl Receipts {
    /// An empty ledger for at most `limit` messages, with the window in the foreground.
    #[must_use]
    pub const fn new(policy: ReceiptPolicy, limit: usize) -> Self {
        Self {
            policy,
            limit,
            foreground: true,
            entries: VecDeque::new(),
            forgotten: 0,
            by_id: BTreeMap::new(),
            watched: BTreeMap::new(),
            due: BTreeMap::new(),
            sent: VecDeque::new(),
            parked: Vec::new(),
            sends: 0,
            steps: 0,
        }
    }

    /// Takes a message into the ledger, unless its id is empty or longer than [`MAX_ID_BYTES`]. A known
    /// id stays as it is, but for what `read` adds: that the message needs no receipt any more.
    pub fn add(&mut self, id: &str, from: Sender, read: bool) -> Added {
        let state = if read || from == Sender::Guest { State::Settled } else { State::Unread };
        if let Some(&known) = self.by_id.get(id) {
            if state == State::Settled {
                self.settle(known);
            }
            return Added { new: false, lost: None };
        }
        if self.limit == 0 || check_id(id).is_err() {
            return Added { new: true, lost: None };
        }
        let lost = if self.entries.len() >= self.limit { self.forget_oldest() } else { None };
        let id: Arc<str> = id.into();
        let key = LedgerId(self.forgotten + self.entries.len() as u64);
        self.by_id.insert(Arc::clone(&id), key);
        self.entries.push_back(Entry { id, state, order: 0 });
        Added { new: true, lost }
    }

    /// A message is on screen. Of own and of read messages nothing more is said.
    ///
    /// # Errors
    /// If the ledger does not know the message, or keeps none with such an id.
    pub fn visible(&mut self, id: &str, now: Instant) -> Result<(), InputError> {
        let key = self.find(id)?;
        if self.state(key) != Some(State::Unread) {
            return Ok(());
        }
        if self.foreground && self.policy.dwell.is_zero() {
            self.read(key);
        } else {
            self.watch(key, now);
        }
        Ok(())
    }

    /// A message is not on screen any more; its dwell starts again when it comes back.
    ///
    /// # Errors
    /// If the ledger does not know the message, or keeps none with such an id.
    pub fn hidden(&mut self, id: &str) -> Result<(), InputError> {
        let key = self.find(id)?;
        if self.state(key) == Some(State::Watched) {
            self.watched.remove(&self.order(key));
            self.set(key, State::Unread);
        }
        Ok(())
    }

    /// Whether the user can see the window at all. Every dwell starts again when it comes back.
    pub fn foreground(&mut self, foreground: bool, now: Instant) {
        if foreground && !self.foreground {
            for (_, since) in self.watched.values_mut() {
                *since = now;
            }
        }
        self.foreground = foreground;
    }

    /// The next message whose receipt is due. A receipt that is handed out counts as sent.
    #[must_use = "a receipt that is handed out counts as sent"]
    pub fn poll(&mut self, now: Instant) -> Option<LedgerId> {
        self.pass_time(now);
        let (_, key) = self.due.pop_first()?;
        self.sends += 1;
        self.sent.push_back((self.sends, key));
        self.set(key, State::Sent);
        Some(key)
    }

    /// When the next dwell is met.
    #[must_use]
    pub fn deadline(&self) -> Option<Instant> {
        let (_, since) = self.watched.values().next().filter(|_| self.foreground)?;
        Some(*since + self.policy.dwell)
    }

    /// How many receipts were handed out so far: what to give to
    /// [`confirm_sends`](Self::confirm_sends) later.
    #[must_use]
    pub const fn sends(&self) -> u64 {
        self.sends
    }

    /// The server has surely seen the first `sends` receipts that were handed out.
    pub fn confirm_sends(&mut self, sends: u64) {
        while let Some(&(_, key)) = self.sent.front().filter(|(number, _)| *number <= sends) {
            self.sent.pop_front();
            self.set(key, State::Confirmed);
        }
    }

    /// Whether the server was told that this message was read, and may still refuse it: nothing else
    /// has settled it since.
    #[must_use]
    pub fn is_told(&self, key: LedgerId) -> bool {
        self.state(key).is_some_and(State::is_told)
    }

    /// The server took no notice of this receipt: it is due again, unless it is needed no more.
    pub fn refused(&mut self, key: LedgerId) {
        if self.is_told(key) {
            self.sent.retain(|(_, sent)| *sent != key);
            self.make_due(key);
        }
    }

    /// The server failed on this receipt: it is due again on the next connection, unless it is needed
    /// no more.
    pub fn park(&mut self, key: LedgerId) {
        if self.is_told(key) {
            self.sent.retain(|(_, sent)| *sent != key);
            self.set(key, State::Parked);
            self.parked.push(key);
        }
    }

    /// No receipt for this message any more, whatever happened.
    pub fn settle(&mut self, key: LedgerId) {
        match self.state(key) {
            Some(State::Watched) => {
                self.watched.remove(&self.order(key));
            }
            Some(State::Due) => {
                self.due.remove(&self.order(key));
            }
            Some(State::Sent) => self.sent.retain(|(_, sent)| *sent != key),
            Some(State::Parked) => self.parked.retain(|parked| *parked != key),
            _ => {}
        }
        self.set(key, State::Settled);
    }

    /// What was not confirmed is due again, in the order of reading.
    pub fn connection_lost(&mut self) {
        let sent = mem::take(&mut self.sent);
        let parked = mem::take(&mut self.parked);
        for key in sent.into_iter().map(|(_, key)| key).chain(parked) {
            self.make_due(key);
        }
    }

    /// Forgets every message: they belong to a conversation that is over.
    pub fn clear(&mut self) {
        self.forgotten += self.entries.len() as u64;
        self.entries.clear();
        self.by_id.clear();
        self.watched.clear();
        self.due.clear();
        self.sent.clear();
        self.parked.clear();
    }

    /// The id of a message in the ledger.
    #[must_use]
    pub fn message(&self, key: LedgerId) -> Option<&str> {
        self.entry(key).map(|entry| &*entry.id)
    }

    /// Whether a receipt waits to be sent.
    pub(crate) fn has_due(&self) -> bool {
        !self.due.is_empty()
    }

    /// Lets the dwells that are met count as reading, whether or not a receipt can be sent now.
    pub(crate) fn pass_time(&mut self, now: Instant) {
        while self.deadline().is_some_and(|met_at| met_at <= now) {
            let Some((_, (key, _))) = self.watched.pop_first() else { return };
            self.read(key);
        }
    }

    fn watch(&mut self, key: LedgerId, since: Instant) {
        let order = self.take_step(key);
        self.watched.insert(order, (key, since));
        self.set(key, State::Watched);
    }

    fn read(&mut self, key: LedgerId) {
        self.take_step(key);
        self.make_due(key);
    }

    /// Puts a message into the line at the place that its reading gives it.
    fn make_due(&mut self, key: LedgerId) {
        self.due.insert(self.order(key), key);
        self.set(key, State::Due);
    }

    /// Gives a message the place after all others.
    fn take_step(&mut self, key: LedgerId) -> u64 {
        self.steps += 1;
        let order = self.steps;
        if let Some(entry) = self.entry_mut(key) {
            entry.order = order;
        }
        order
    }

    fn forget_oldest(&mut self) -> Option<Box<str>> {
        let oldest = LedgerId(self.forgotten);
        let owed = self.state(oldest).is_some_and(State::is_owed);
        self.settle(oldest);
        let entry = self.entries.pop_front()?;
        self.forgotten += 1;
        self.by_id.remove(&entry.id);
        owed.then(|| Box::from(&*entry.id))
    }

    fn find(&self, id: &str) -> Result<LedgerId, InputError> {
        check_id(id)?;
        self.by_id.get(id).copied().ok_or(InputError::UnknownMessage)
    }

    fn entry(&self, key: LedgerId) -> Option<&Entry> {
        let at = key.0.checked_sub(self.forgotten)?;
        self.entries.get(usize::try_from(at).ok()?)
    }

    fn entry_mut(&mut self, key: LedgerId) -> Option<&mut Entry> {
        let at = key.0.checked_sub(self.forgotten)?;
        self.entries.get_mut(usize::try_from(at).ok()?)
    }

    fn order(&self, key: LedgerId) -> u64 {
        self.entry(key).map_or(0, |entry| entry.order)
    }

    fn state(&self, key: LedgerId) -> Option<State> {
        self.entry(key).map(|entry| entry.state)
    }

    fn set(&mut self, key: LedgerId, state: State) {
        if let Some(entry) = self.entry_mut(key) {
            entry.state = state;
        }
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

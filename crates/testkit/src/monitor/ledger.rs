//! What is known of each message: seen, owed, told, confirmed.
//!
//! Owns: [`Ledger`], as a host could keep it. Must not know: any rule.

use core::time::Duration;
use std::collections::{BTreeMap, VecDeque};

use webmessaging_proto::{Config, Instant};

use super::around::Around;
use super::family::Family;
use super::seen::Mark;

pub(super) const MAX_ID_BYTES: usize = 1024;

#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum State {
    Own,
    Unread,
    Watched,
    /// To be told.
    Due,
    /// Told on this connection, by the request of this number.
    Sent(u64),
    /// The server failed on it: for the next connection.
    Parked,
    /// Confirmed by an answer to something later; a refusal may still come.
    Confirmed(u64),
    /// Given up, restored as read, or told to the host.
    Settled,
    /// It can't be known.
    Unsure,
}

/// Why a receipt is due again.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Cause {
    Read,
    Refused,
    Lost,
}

#[derive(Clone, Copy, Debug)]
pub(super) struct Message {
    pub(super) state: State,
    /// The how many-th that was read.
    pub(super) order: u64,
    pub(super) cause: Cause,
}

/// The ledger, as the host could keep it.
#[derive(Clone, Debug)]
pub(super) struct Ledger {
    pub(super) dwell: Duration,
    pub(super) limit: usize,
    pub(super) messages: BTreeMap<Mark, Message>,
    /// Oldest first.
    pub(super) ages: VecDeque<Mark>,
    /// On screen since, in the order of coming there.
    pub(super) watched: Vec<(Mark, Instant)>,
    /// In the order of reading.
    pub(super) due: VecDeque<(u64, Mark)>,
    /// Told and not confirmed, in the order of telling.
    pub(super) sent: VecDeque<Mark>,
    pub(super) reads: u64,
    /// Whether the window is in the foreground, if that is known.
    pub(super) foreground: Option<bool>,
    /// Whether every message of the ledger is known here.
    pub(super) complete: bool,
    /// The step's news is an acknowledgement of a receipt, and nothing else happened.
    pub(super) acknowledged: bool,
    pub(super) told: Vec<Mark>,
    /// Given up in this step, and whether it can be known.
    pub(super) given_up: Vec<(Mark, bool)>,
    /// Reported as given up in this step.
    pub(super) reported: Vec<Mark>,
    /// The host restored a message among several inputs: which came first, it or what is told only
    /// now, can't be known.
    pub(super) restored_among: bool,
    /// Own messages that no output has told of, among several inputs: an agent's message of the same
    /// name may have come before.
    pub(super) own_untold: Vec<Mark>,
}

impl Family for Ledger {
    fn unknown(&mut self, _: &Around) {
        for message in self.messages.values_mut() {
            if message.state != State::Own {
                message.state = State::Unsure;
            }
        }
        self.watched.clear();
        self.due.clear();
        self.sent.clear();
        self.foreground = None;
        self.complete = false;
    }
}

impl Ledger {
    pub(super) fn new(config: &Config) -> Self {
        Self {
            dwell: config.receipts().dwell,
            limit: config.limits().messages,
            messages: BTreeMap::new(),
            ages: VecDeque::new(),
            watched: Vec::new(),
            due: VecDeque::new(),
            sent: VecDeque::new(),
            reads: 0,
            foreground: Some(true),
            complete: true,
            acknowledged: false,
            told: Vec::new(),
            given_up: Vec::new(),
            reported: Vec::new(),
            restored_among: false,
            own_untold: Vec::new(),
        }
    }

    pub(super) fn state(&self, id: Mark) -> Option<State> {
        self.messages.get(&id).map(|message| message.state)
    }

    /// Takes the message out of whatever line it stands in.
    pub(super) fn set(&mut self, id: Mark, state: State) {
        let Some(message) = self.messages.get_mut(&id) else { return };
        let before = core::mem::replace(&mut message.state, state);
        match before {
            State::Watched => self.watched.retain(|(watched, _)| *watched != id),
            State::Due => self.due.retain(|(_, due)| *due != id),
            State::Sent(_) => self.sent.retain(|sent| *sent != id),
            _ => {}
        }
    }

    pub(super) fn make_due(&mut self, id: Mark, cause: Cause) {
        self.set(id, State::Due);
        let Some(message) = self.messages.get_mut(&id) else { return };
        message.cause = cause;
        let order = message.order;
        let place = self.due.iter().rposition(|(due, _)| *due < order).map_or(0, |place| place + 1);
        self.due.insert(place, (order, id));
    }

    pub(super) fn add(&mut self, cx: &Around, id: Mark, state: State) {
        if let Some(known) = self.state(id) {
            if state != State::Unread && known != State::Own {
                self.set(id, State::Settled);
            }
            return;
        }
        if self.limit == 0 {
            return;
        }
        if self.ages.len() >= self.limit {
            if let Some(oldest) = self.ages.pop_front() {
                match self.state(oldest) {
                    Some(State::Due | State::Sent(_) | State::Parked) => {
                        self.given_up.push((oldest, true));
                    }
                    Some(State::Unsure) => self.given_up.push((oldest, false)),
                    _ => {}
                }
                self.set(oldest, State::Settled);
                self.messages.remove(&oldest);
            }
        }
        if cx.blurred && self.ages.len() + 1 >= self.limit {
            // Which one was forgotten depends on the order.
            self.unknown(cx);
        }
        // A message that the ledger may have known before is not as fresh as it looks.
        let state = if self.complete || state == State::Own { state } else { State::Unsure };
        self.ages.push_back(id);
        self.messages.insert(id, Message { state, order: 0, cause: Cause::Read });
    }

    pub(super) fn forget(&mut self, id: Mark) {
        self.set(id, State::Settled);
        self.messages.remove(&id);
        self.ages.retain(|known| *known != id);
    }

    pub(super) fn clear(&mut self, known: bool) {
        self.messages.clear();
        self.ages.clear();
        self.watched.clear();
        self.due.clear();
        self.sent.clear();
        self.complete |= known;
    }

    /// Lets the dwells end that have ended by now.
    pub(super) fn advance(&mut self, now: Instant) {
        if self.foreground != Some(true) || self.watched.is_empty() {
            return;
        }
        let dwell = self.dwell;
        let is_met = |(_, since): &(Mark, Instant)| *since + dwell <= now;
        while let Some(place) = self.watched.iter().position(is_met) {
            let (id, _) = self.watched.remove(place);
            self.read(id);
        }
    }

    pub(super) fn read(&mut self, id: Mark) {
        self.reads += 1;
        if let Some(message) = self.messages.get_mut(&id) {
            message.order = self.reads;
            message.state = State::Unread;
        }
        self.make_due(id, Cause::Read);
    }

    /// What was told may be confirmed, or not.
    pub(super) fn doubt_sent(&mut self) {
        for id in core::mem::take(&mut self.sent) {
            if let Some(message) = self.messages.get_mut(&id) {
                message.state = State::Unsure;
            }
        }
    }

    /// Everything before the request of this number has arrived.
    pub(super) fn confirm(&mut self, before: u64) {
        while let Some(&id) = self.sent.front() {
            match self.state(id) {
                Some(State::Sent(number)) if number < before => {
                    self.set(id, State::Confirmed(number));
                }
                Some(State::Sent(_)) => break,
                _ => drop(self.sent.pop_front()),
            }
        }
    }

    /// What was not confirmed is to be told again.
    pub(super) fn lost(&mut self) {
        for id in core::mem::take(&mut self.sent) {
            self.make_due(id, Cause::Lost);
        }
        let parked: Vec<Mark> = self
            .messages
            .iter()
            .filter(|(_, message)| message.state == State::Parked)
            .map(|(id, _)| *id)
            .collect();
        for id in parked {
            self.make_due(id, Cause::Lost);
        }
        for message in self.messages.values_mut() {
            if let State::Confirmed(_) = message.state {
                message.state = State::Settled;
            }
        }
    }
}

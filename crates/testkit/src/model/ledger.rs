//! Which messages are known, which were read, and what the server was told of that.
//!
//! Owns: the list of messages. Must not know: frames, budgets, phases.

use core::time::Duration;

use webmessaging_proto::{Instant, Sender, TracingId};

/// Longer ids are not kept.
const LONGEST_ID: usize = 1024;

#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum State {
    /// The guest's own: of it nothing is said.
    Own,
    Unread,
    /// On screen since a time, as the how many-th.
    OnScreen(Instant, u64),
    /// Read, as the how many-th, and to be told.
    Due(u64),
    /// Told under this name, and not confirmed.
    Sent(u64, TracingId),
    /// Told in vain on this connection: due again on the next.
    Parked(u64),
    /// Confirmed because the server answered something later; its own answer may still come.
    Confirmed(u64, TracingId),
    /// No receipt any more, whatever happens.
    Settled,
}

#[derive(Clone, Debug)]
pub(super) struct Message {
    pub(super) id: String,
    pub(super) state: State,
}

#[derive(Clone, Debug)]
pub(super) struct Ledger {
    dwell: Duration,
    limit: usize,
    /// Oldest first.
    pub(super) messages: Vec<Message>,
    /// Since when the window is in the foreground, if it is.
    foreground_since: Option<Instant>,
    reads: u64,
    views: u64,
}

/// What became of a message that was given to the ledger.
pub(super) struct Added {
    pub(super) new: bool,
    /// An older message that was forgotten although its receipt was owed.
    pub(super) lost: Option<String>,
}

impl Ledger {
    pub(super) const fn new(dwell: Duration, limit: usize) -> Self {
        Self {
            dwell,
            limit,
            messages: Vec::new(),
            foreground_since: Some(Instant::ORIGIN),
            reads: 0,
            views: 0,
        }
    }

    pub(super) fn find(&mut self, id: &str) -> Option<&mut Message> {
        self.messages.iter_mut().find(|message| message.id == id)
    }

    pub(super) fn add(&mut self, id: &str, from: Sender, read: bool) -> Added {
        if let Some(known) = self.find(id) {
            // Decision: what the guest wrote needs no receipt, as whatever it was known before.
            if (read || from == Sender::Guest) && known.state != State::Own {
                known.state = State::Settled;
            }
            return Added { new: false, lost: None };
        }
        let mut lost = None;
        if id.len() > LONGEST_ID || self.limit == 0 {
            return Added { new: true, lost };
        }
        if self.messages.len() >= self.limit {
            let oldest = self.messages.remove(0);
            let owed = matches!(oldest.state, State::Due(_) | State::Sent(..) | State::Parked(_));
            lost = owed.then_some(oldest.id);
        }
        let state = match (from, read) {
            (Sender::Guest, _) => State::Own,
            (Sender::Agent, true) => State::Settled,
            (Sender::Agent, false) => State::Unread,
        };
        self.messages.push(Message { id: id.to_owned(), state });
        Added { new: true, lost }
    }

    /// None if the message is not known.
    pub(super) fn visible(&mut self, id: &str, now: Instant) -> Option<()> {
        let views = self.views + 1;
        let message = self.find(id)?;
        if message.state == State::Unread {
            message.state = State::OnScreen(now, views);
            self.views = views;
        }
        Some(())
    }

    /// None if the message is not known.
    pub(super) fn hidden(&mut self, id: &str) -> Option<()> {
        let message = self.find(id)?;
        if matches!(message.state, State::OnScreen(..)) {
            message.state = State::Unread;
        }
        Some(())
    }

    pub(super) fn foreground(&mut self, foreground: bool, now: Instant) {
        self.foreground_since = match (foreground, self.foreground_since) {
            (false, _) => None,
            (true, None) => Some(now),
            (true, since) => since,
        };
    }

    /// When the dwell of a message is met: on screen and in the foreground in one piece.
    fn read_at(&self, message: &Message) -> Option<Instant> {
        let State::OnScreen(since, _) = message.state else { return None };
        Some(since.max(self.foreground_since?) + self.dwell)
    }

    /// Lets what was on screen for long enough count as read, in the order in which it came there.
    pub(super) fn read_what_was_seen(&mut self, now: Instant) {
        loop {
            let met = |message: &&Message| self.read_at(message).is_some_and(|at| at <= now);
            let first =
                self.messages.iter().filter(met).min_by_key(|message| match message.state {
                    State::OnScreen(_, order) => order,
                    _ => u64::MAX,
                });
            let Some(id) = first.map(|message| message.id.clone()) else { return };
            self.reads += 1;
            let reads = self.reads;
            if let Some(message) = self.find(&id) {
                message.state = State::Due(reads);
            }
        }
    }

    /// The message whose receipt is due first: the one that was read first.
    pub(super) fn first_due(&self) -> Option<&str> {
        let due = self.messages.iter().filter_map(|message| match message.state {
            State::Due(order) => Some((order, &*message.id)),
            _ => None,
        });
        due.min().map(|(_, id)| id)
    }

    /// Its receipt was written under this name.
    pub(super) fn told(&mut self, id: &str, request: TracingId) {
        if let Some(message) = self.find(id) {
            if let State::Due(order) = message.state {
                message.state = State::Sent(order, request);
            }
        }
    }

    pub(super) fn settle(&mut self, id: &str) {
        if let Some(message) = self.find(id) {
            message.state = State::Settled;
        }
    }

    /// The request with this name has surely arrived; true if that is news.
    pub(super) fn confirm(&mut self, request: TracingId) -> bool {
        for message in &mut self.messages {
            if let State::Sent(order, id) = message.state {
                if id == request {
                    message.state = State::Confirmed(order, id);
                    return true;
                }
            }
        }
        false
    }

    /// What was not confirmed is due again; true if there is any.
    pub(super) fn connection_lost(&mut self) -> bool {
        let mut any = false;
        for message in &mut self.messages {
            if let State::Sent(order, _) | State::Parked(order) = message.state {
                message.state = State::Due(order);
                any = true;
            } else if let State::Confirmed(..) = message.state {
                message.state = State::Settled;
            }
        }
        any
    }

    pub(super) fn times(&self) -> Vec<Instant> {
        self.messages.iter().filter_map(|message| self.read_at(message)).collect()
    }
}

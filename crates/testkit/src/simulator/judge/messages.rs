//! What the agent wrote, what of it the guest has really seen, and what the agent knows of that.
//!
//! Owns: the user's eyes, as far as the rules of reading go; each message's way to the host and its receipt's way
//! back. Must not know: frames, phases.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use webmessaging_proto::{Instant, TracingId};

use super::{Fate, Found};

/// A conversation that no guest is in.
const ANOTHER: u64 = u64::MAX;

/// Where the receipt of a message stands.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(in crate::simulator) enum Receipt {
    /// Not sent, or on its way like any other.
    #[default]
    Open,
    /// The service pretends to have it, or has lost it where nobody can know.
    Lied,
    /// The service failed on it: due on the next connection after this link.
    Parked(usize),
    /// The host was told that it is not sent, or not any more.
    Told,
}

#[derive(Clone, Debug, Default)]
#[allow(clippy::struct_excessive_bools, reason = "independent facts")]
struct Message {
    id: Arc<str>,
    conversation: u64,
    /// It came to a session that takes messages.
    reached: bool,
    reports: u32,
    /// On screen since, by the session's clock.
    watched: Option<Instant>,
    seen: bool,
    /// Seen in the life that goes on: its receipt is owed.
    owed: bool,
    read: bool,
    receipt: Receipt,
    /// How often its receipt came to the service on one link, and how often it may.
    arrivals: Option<(usize, u32, u32)>,
    /// The request that told of it last.
    request: Option<TracingId>,
}

#[derive(Clone, Debug, Default)]
pub(in crate::simulator) struct Messages {
    all: Vec<Message>,
    by_id: BTreeMap<Arc<str>, usize>,
    dwell: Duration,
    /// The messages on screen and not seen yet.
    watched: Vec<usize>,
    foreground: bool,
    /// The message in the frame that is being given to the session.
    arriving: Option<(usize, bool)>,
    /// The conversation of the guest's session.
    conversation: u64,
    /// The ledger is so small that it forgets, or the guest can't know which messages are of its session.
    forgets: bool,
    blurred: bool,
}

impl Messages {
    pub(in crate::simulator) fn new(dwell: Duration, forgets: bool) -> Self {
        Self { dwell, forgets, foreground: true, ..Self::default() }
    }

    pub(in crate::simulator) fn len(&self) -> usize {
        self.all.len()
    }

    pub(in crate::simulator) fn id(&self, message: usize) -> Option<Arc<str>> {
        self.all.get(message).map(|message| Arc::clone(&message.id))
    }

    pub(in crate::simulator) fn number(&self, id: &str) -> Option<usize> {
        self.by_id.get(id).copied()
    }

    /// The newest messages that the host was told of.
    pub(in crate::simulator) fn newest(&self, count: usize) -> impl Iterator<Item = usize> + '_ {
        let known = (0..self.all.len())
            .rev()
            .filter(|number| self.all.get(*number).is_some_and(|message| message.reports > 0));
        known.take(count)
    }

    /// The agent writes.
    pub(in crate::simulator) fn written(&mut self, id: &Arc<str>, conversation: u64) {
        self.by_id.insert(Arc::clone(id), self.all.len());
        self.all.push(Message { id: Arc::clone(id), conversation, ..Message::default() });
    }

    /// A frame with the message is about to be given to the session. Before the session is `accepted`, it can't know
    /// that it is a new one.
    pub(in crate::simulator) fn arrives(&mut self, id: &str, accepted: bool) {
        self.arriving = self.number(id).map(|number| (number, accepted));
    }

    /// Whether the session was still there to take it.
    pub(in crate::simulator) fn arrived(&mut self, taken: bool) {
        let Some((number, accepted)) = self.arriving.take().filter(|_| taken) else { return };
        if let Some(message) = self.all.get_mut(number) {
            message.reached = true;
            if !accepted {
                message.conversation = ANOTHER;
            }
        }
    }

    /// The host is told of a message of the agent's.
    pub(in crate::simulator) fn reported(&mut self, id: &str, found: &mut Found) -> Option<usize> {
        let Some(number) = self.number(id) else {
            found.add("message invented", || id.to_owned());
            return None;
        };
        let message = self.all.get_mut(number)?;
        message.reports += 1;
        found.must(message.reached, "message told before it came", || id.to_owned());
        found.must(message.reports == 1 || self.forgets, "message told twice", || id.to_owned());
        Some(number)
    }

    /// Time passes for the eyes; call it before and after every input.
    pub(in crate::simulator) fn look(&mut self, now: Instant) {
        if !self.foreground || self.watched.is_empty() {
            return;
        }
        let (all, dwell) = (&mut self.all, self.dwell);
        self.watched.retain(|number| {
            let Some(message) = all.get_mut(*number) else { return false };
            let met = message.watched.is_some_and(|since| since + dwell <= now);
            if met {
                message.watched = None;
                message.seen = true;
                message.owed = true;
            }
            !met
        });
    }

    /// The session was told that a message is on screen, and knows it.
    pub(in crate::simulator) fn shown(&mut self, number: usize, now: Instant) {
        let Some(message) = self.all.get_mut(number) else { return };
        if message.watched.is_none() && !message.owed && !message.read {
            message.watched = Some(now);
            self.watched.push(number);
            self.look(now);
        }
    }

    /// What is known of the user's look at a message.
    pub(in crate::simulator) fn glance(&self, number: usize) -> (Option<Instant>, bool, bool) {
        let message = self.all.get(number);
        message
            .map_or((None, false, false), |message| (message.watched, message.seen, message.owed))
    }

    /// The session does not know the message: it was not looked at.
    pub(in crate::simulator) fn unsee(
        &mut self,
        number: usize,
        (watched, seen, owed): (Option<Instant>, bool, bool),
    ) {
        if let Some(message) = self.all.get_mut(number) {
            (message.watched, message.seen, message.owed) = (watched, seen, owed);
        }
        if watched.is_none() {
            self.watched.retain(|watched| *watched != number);
        }
    }

    /// The session says that it does not know a message that the host was told of. A session whose
    /// outputs wait may be of the `newest` conversation already.
    pub(in crate::simulator) fn unknown(
        &self,
        number: usize,
        newest: Option<u64>,
        found: &mut Found,
    ) {
        let Some(message) = self.all.get(number) else { return };
        let conversation = newest.unwrap_or(self.conversation);
        let forgotten = self.forgets || message.conversation != conversation;
        found.must(forgotten, "a message is unknown to its session", || {
            message.id.as_ref().to_owned()
        });
    }

    pub(in crate::simulator) fn hidden(&mut self, number: usize) {
        if let Some(message) = self.all.get_mut(number) {
            message.watched = None;
        }
        self.watched.retain(|watched| *watched != number);
    }

    pub(in crate::simulator) fn window(&mut self, foreground: bool, now: Instant) {
        if foreground && !self.foreground {
            for number in &self.watched {
                if let Some(message) = self.all.get_mut(*number) {
                    message.watched = Some(now);
                }
            }
        }
        self.foreground = foreground;
        self.look(now);
    }

    /// The guest takes its session for another one: what came before is not of it.
    pub(in crate::simulator) fn replaced(&mut self) {
        self.watched.clear();
        for message in &mut self.all {
            message.watched = None;
            message.conversation = ANOTHER;
        }
    }

    /// The guest can't know from here on which messages are of its session.
    pub(in crate::simulator) fn blur(&mut self) {
        self.forgets = true;
        self.blurred = true;
    }

    /// The guest's session is of this conversation now. If it `continues` what was accepted before, a
    /// new conversation is told from the old one, whose messages are no more; the first one that a
    /// session hears of is not, and what the host brought stays on screen.
    pub(in crate::simulator) fn of_conversation(&mut self, conversation: u64, continues: bool) {
        if self.conversation != conversation {
            self.conversation = conversation;
            if !continues {
                return;
            }
            for number in std::mem::take(&mut self.watched) {
                if let Some(message) = self.all.get_mut(number) {
                    message.watched = None;
                }
            }
        }
    }

    /// The process ended; without a snapshot, what was seen and not told is lost.
    pub(in crate::simulator) fn process_ended(&mut self, snapshot: bool) {
        for number in std::mem::take(&mut self.watched) {
            if let Some(message) = self.all.get_mut(number) {
                message.watched = None;
            }
        }
        self.foreground = true;
        if !snapshot {
            for message in &mut self.all {
                message.owed = false;
            }
        }
    }

    /// What a host without a snapshot has in its own history: the newest, oldest first, with whether they were read.
    pub(in crate::simulator) fn history(&self) -> Vec<(usize, bool)> {
        let known = |(number, message): (usize, &Message)| {
            (message.reports > 0 && message.conversation == self.conversation)
                .then_some((number, message.read))
        };
        self.all.iter().enumerate().filter_map(known).collect()
    }

    /// The driver sends a receipt.
    pub(in crate::simulator) fn receipt_written(
        &mut self,
        id: &str,
        request: TracingId,
        found: &mut Found,
    ) -> Option<usize> {
        let number = self.number(id);
        let message = number.and_then(|number| self.all.get_mut(number));
        let Some(message) = message else {
            found.add("receipt for no message", || id.to_owned());
            return None;
        };
        let fits = message.seen || self.blurred;
        found.must(fits, "receipt for what was not seen", || id.to_owned());
        message.receipt = Receipt::Open;
        message.request = Some(request);
        number
    }

    /// A receipt comes to the service.
    pub(in crate::simulator) fn receipt_arrives(
        &mut self,
        number: usize,
        link: usize,
        fate: Fate,
        found: &mut Found,
    ) {
        let Some(message) = self.all.get_mut(number) else { return };
        let before = message.arrivals.filter(|(on, ..)| *on == link);
        let (_, times, allowed) = before.unwrap_or((link, 0, 1));
        let times = times + 1;
        message.arrivals = Some((link, times, allowed));
        found.must(times <= allowed, "receipt twice on one connection", || {
            format!("{}: {times} times, {allowed} allowed", message.id)
        });
        message.receipt = match fate.answered {
            _ if fate.swallowed || fate.held || fate.unheard => Receipt::Lied,
            Some(200) => Receipt::Lied,
            Some(408 | 500..=599) => Receipt::Parked(link),
            _ => Receipt::Open,
        };
    }

    /// The service asks for a receipt again on the same connection.
    pub(in crate::simulator) fn receipt_refused(&mut self, request: Option<TracingId>) {
        let is_it =
            |message: &&mut Message| message.request.is_some() && message.request == request;
        if let Some(message) = self.all.iter_mut().rev().find(is_it) {
            if let Some((_, times, allowed)) = &mut message.arrivals {
                *allowed = *times + 1;
            }
        }
    }

    /// The host is told that a receipt is not sent, and may tell by other means.
    pub(in crate::simulator) fn receipt_told(&mut self, id: &str, read: bool, found: &mut Found) {
        let number = self.number(id);
        if let Some(message) = number.and_then(|number| self.all.get_mut(number)) {
            found.must(message.seen || self.blurred, "told of a reading that was none", || {
                format!("{id}, {}", if read { "read" } else { "failed" })
            });
            message.receipt = Receipt::Told;
        }
    }

    /// The agent sees that a message was read.
    pub(in crate::simulator) fn read(&mut self, id: &str, found: &mut Found) {
        let number = self.number(id);
        if let Some(message) = number.and_then(|number| self.all.get_mut(number)) {
            found.must(message.seen || self.blurred, "read but not seen", || id.to_owned());
            found.must(!message.read, "read twice", || id.to_owned());
            message.read = true;
        }
    }

    /// Whether no receipt is owed, but for what is excused anyway.
    pub(in crate::simulator) fn are_settled(&self) -> bool {
        self.all.iter().all(|message| message.read || !message.owed)
    }

    /// The end of time. `receipts`: the guest is online in a conversation that takes receipts; `link` is its link.
    pub(in crate::simulator) fn judge(
        &mut self,
        receipts: bool,
        link: Option<usize>,
        found: &mut Found,
    ) {
        for message in &self.all {
            found.must(!message.reached || message.reports > 0, "message not told", || {
                message.id.as_ref().to_owned()
            });
            let excused = match message.receipt {
                Receipt::Open => false,
                Receipt::Lied | Receipt::Told => true,
                Receipt::Parked(parked) => Some(parked) == link,
            };
            let current = message.conversation == self.conversation;
            let due = receipts && message.owed && current && !self.forgets && !excused;
            found.must(message.read || !due, "seen but not read at the agent", || {
                format!("{}, receipt {:?}", message.id, message.receipt)
            });
        }
    }

    /// How many were seen, how many of them the agent knows to be read.
    pub(in crate::simulator) fn counts(&self) -> (usize, usize, usize) {
        let seen = self.all.iter().filter(|message| message.seen).count();
        let read = self.all.iter().filter(|message| message.read).count();
        let told = self.all.iter().filter(|message| message.receipt == Receipt::Told).count();
        (seen, read, told)
    }
}

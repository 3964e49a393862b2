//! What was asked of the server on this connection, and what was answered.
//!
//! Owns: the list, and the budget that is counted from it. Must not know: what an answer does.

use core::time::Duration;

use webmessaging_proto::{Instant, LocalKey, TracingId};

/// The service counts a minute; the margin is for jitter.
const WINDOW: Duration = Duration::from_secs(62);
const REQUESTS: usize = 60;
/// Over all connections.
const CONFIGURES: usize = 60;
/// The last ten are for configures and texts.
const RESERVED: usize = 10;
const RECEIPTS: usize = 30;
const ECHOES: usize = 2;
/// The service counts a second, over all connections.
const TEXT_WINDOW: Duration = Duration::from_millis(1_100);
const TEXTS: usize = 5;
/// How many are remembered for routing.
const REMEMBERED: usize = 64;

/// What a request is for.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Purpose {
    Configure,
    CloseSession,
    Join,
    Text(LocalKey),
    On,
    Off,
    Receipt(String),
    Echo,
}

#[derive(Clone, Debug)]
pub(super) struct Request {
    pub(super) id: TracingId,
    pub(super) purpose: Purpose,
    at: Instant,
    /// Whether anything was answered.
    pub(super) answered: bool,
    /// Whether an error was answered: the first one counts.
    pub(super) refused: bool,
}

#[derive(Clone, Debug, Default)]
pub(super) struct Requests {
    /// Of this connection, in order.
    list: Vec<Request>,
    /// When the session's texts were written, on any connection.
    texts: Vec<Instant>,
    /// When the session's configures were written, on any connection.
    configures: Vec<Instant>,
    /// The first so many of this connection have surely arrived.
    arrived: usize,
}

impl Requests {
    pub(super) fn write(&mut self, id: TracingId, purpose: Purpose, now: Instant) {
        match purpose {
            Purpose::Text(_) => self.texts.push(now),
            Purpose::Configure => self.configures.push(now),
            _ => {}
        }
        self.list.push(Request { id, purpose, at: now, answered: false, refused: false });
    }

    pub(super) fn connection_lost(&mut self) {
        self.list.clear();
        self.arrived = 0;
    }

    pub(super) fn arrived(&mut self, count: usize) {
        self.arrived = self.arrived.max(count);
    }

    pub(super) fn written_at(&self, id: TracingId) -> Option<Instant> {
        self.list.iter().find(|request| request.id == id).map(|request| request.at)
    }

    fn remembered(&self) -> usize {
        self.list.len().saturating_sub(REMEMBERED)
    }

    pub(super) fn place_of(&self, id: TracingId) -> Option<usize> {
        (self.remembered()..self.list.len()).find(|place| self.list[*place].id == id)
    }

    pub(super) fn get(&mut self, place: usize) -> &mut Request {
        &mut self.list[place]
    }

    pub(super) fn up_to(&self, count: usize) -> &[Request] {
        &self.list[..count.min(self.list.len())]
    }

    pub(super) fn count(&self) -> usize {
        self.list.len()
    }

    /// The requests to which an answer may still come: a later answer says that they have arrived.
    pub(super) fn outstanding(&self) -> Vec<&Request> {
        let from = self.arrived.max(self.remembered());
        self.list[from..].iter().filter(|request| !request.answered).collect()
    }

    pub(super) fn last(&mut self, is_it: impl Fn(&Purpose) -> bool) -> Option<&mut Request> {
        self.list.iter_mut().rev().find(|request| is_it(&request.purpose))
    }

    // ---- the budget

    fn used(&self, now: Instant, counts: impl Fn(&Purpose) -> bool) -> usize {
        let recent = self.list.iter().filter(|request| request.at + WINDOW > now);
        recent.filter(|request| counts(&request.purpose)).count()
    }

    /// Whether `more` configures and texts may go out now.
    pub(super) fn room(&self, more: usize, now: Instant) -> bool {
        self.used(now, |_| true) + more <= REQUESTS
    }

    /// Whether `more` of the others may go out now.
    pub(super) fn common_room(&self, more: usize, now: Instant) -> bool {
        self.used(now, |_| true) + more <= REQUESTS - RESERVED
    }

    pub(super) fn receipt_room(&self, left_to_typing: usize, now: Instant) -> bool {
        let receipts = self.used(now, |purpose| matches!(purpose, Purpose::Receipt(_)));
        self.common_room(1 + left_to_typing, now) && receipts < RECEIPTS
    }

    pub(super) fn echo_room(&self, left_to_typing: usize, now: Instant) -> bool {
        let echoes = self.used(now, |purpose| *purpose == Purpose::Echo);
        self.common_room(1 + left_to_typing, now) && echoes < ECHOES
    }

    pub(super) fn text_room(&self, now: Instant) -> bool {
        self.texts.iter().filter(|at| **at + TEXT_WINDOW > now).count() < TEXTS
    }

    pub(super) fn configure_room(&self, now: Instant) -> bool {
        self.configures.iter().filter(|at| **at + WINDOW > now).count() < CONFIGURES
    }

    /// Every time at which the budget has room again.
    pub(super) fn times(&self) -> Vec<Instant> {
        let requests = self.list.iter().map(|request| request.at).chain(self.configures.clone());
        let texts = self.texts.iter().map(|at| *at + TEXT_WINDOW);
        requests.map(|at| at + WINDOW).chain(texts).collect()
    }
}

//! What was read and what was told, told apart from a record.
//!
//! Owns: a second, slow opinion on the ledger. Must not know: how the session decides.

use std::collections::VecDeque;

use webmessaging_proto::frame::{ClientBody, ServerBody, ServerFrame, SessionResponse};
use webmessaging_proto::{Capability, Event, Input, Output, Phase, Sender, TracingId, TransportId};

use crate::support::script::Setup;
use crate::support::trace::{Around, Entry, Given, SAFE_WINDOW_MS, Share, What, refusal};

#[derive(Clone, Copy, Debug, PartialEq)]
enum State {
    Own,
    Unread,
    /// On screen since, and the how many-th that came there.
    Watched(u64, u64),
    /// Owed since, and the how many-th that was read.
    Due(u64, u64),
    Sent(u64),
    /// To be sent again on the next connection.
    Parked(u64),
    Settled,
}

#[derive(Debug)]
struct Message {
    id: String,
    state: State,
    attempt: Option<TracingId>,
    /// Settled only because the server answered something later.
    inferred: Option<u64>,
}

/// The ledger.
#[derive(Debug)]
pub(super) struct Model {
    dwell: u64,
    limit: usize,
    on_wire: bool,
    wants_wire: bool,
    messages: VecDeque<Message>,
    foreground_since: Option<u64>,
    reads: u64,
    views: u64,
    /// What was written on this connection, in order.
    written: Vec<(TracingId, Option<String>)>,
    accepted: bool,
}

/// What may be wrong with a receipt.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Wrong {
    Unknown,
    Own,
    NoEvidence,
    Again,
    OutOfOrder,
    Missing,
}

impl Model {
    pub(super) fn new(setup: &Setup) -> Self {
        Self {
            dwell: setup.dwell_ms,
            limit: setup.limits().messages,
            on_wire: !setup.live,
            wants_wire: !setup.live,
            messages: VecDeque::new(),
            foreground_since: Some(0),
            reads: 0,
            views: 0,
            written: Vec::new(),
            accepted: false,
        }
    }

    fn find(&mut self, id: &str) -> Option<&mut Message> {
        self.messages.iter_mut().find(|message| message.id == id)
    }

    fn add(&mut self, id: &str, state: State) {
        if let Some(known) = self.find(id) {
            if matches!(state, State::Own | State::Settled) && known.state != State::Own {
                (known.state, known.inferred) = (State::Settled, None);
            }
            return;
        }
        if self.messages.len() == self.limit {
            self.messages.pop_front();
        }
        let id = id.to_owned();
        self.messages.push_back(Message { id, state, attempt: None, inferred: None });
    }

    /// Lets time pass: what was watched long enough is read, first watched first.
    fn advance(&mut self, at: u64) {
        let Some(foreground_since) = self.foreground_since else { return };
        let mut met: Vec<(u64, u64, usize)> = Vec::new();
        for (place, message) in self.messages.iter().enumerate() {
            if let State::Watched(since, order) = message.state {
                if since.max(foreground_since) + self.dwell <= at {
                    met.push((order, since, place));
                }
            }
        }
        met.sort_unstable();
        for (_, since, place) in met {
            self.reads += 1;
            let due_at = since.max(foreground_since) + self.dwell;
            self.messages[place].state = State::Due(due_at, self.reads);
        }
    }

    pub(super) fn then(&mut self, around: &Around, entry: &Entry) {
        self.advance(entry.at);
        match &entry.what {
            What::In(Given::Input(input), Ok(())) => self.given(around, input, entry.at),
            What::Out(output) => self.output(output, entry.at),
            _ => {}
        }
        if let Some(frame) = around.hears(entry) {
            self.heard(around, &frame, entry.at);
        }
        self.advance(entry.at);
    }

    fn given(&mut self, around: &Around, input: &Input<'_>, at: u64) {
        match input {
            Input::MessageVisible { id } => {
                self.views += 1;
                let views = self.views;
                if let Some(message) = self.find(id) {
                    if message.state == State::Unread {
                        message.state = State::Watched(at, views);
                    }
                }
            }
            Input::MessageHidden { id } => {
                if let Some(message) = self.find(id) {
                    if matches!(message.state, State::Watched(..)) {
                        message.state = State::Unread;
                    }
                }
            }
            Input::MessageRestored { id, from, read } => {
                let state = match (from, read) {
                    (Sender::Guest, _) => State::Own,
                    (Sender::Agent, true) => State::Settled,
                    (Sender::Agent, false) => State::Unread,
                };
                self.add(id, state);
            }
            Input::Foreground(true) => self.foreground_since = self.foreground_since.or(Some(at)),
            Input::Foreground(false) => self.foreground_since = None,
            Input::PeerAlive(transport) if is_open(around, *transport) => {
                self.confirm(usize::MAX);
            }
            _ => {}
        }
    }

    fn heard(&mut self, around: &Around, frame: &ServerFrame<'_>, at: u64) {
        match &frame.body {
            ServerBody::SessionResponse(SessionResponse { new_session: true, .. })
                if around.phase == Phase::Configuring && self.accepted =>
            {
                self.messages.clear();
                self.on_wire = self.wants_wire;
            }
            ServerBody::SessionCleared => self.messages.clear(),
            _ => {}
        }
        let custom = match &frame.body {
            ServerBody::Message(message) => message.metadata.get("customMessageId"),
            _ => None,
        };
        let name = frame.tracing_id.as_deref().or(custom);
        let Some(request) = name.and_then(TracingId::parse) else { return };
        let Some(place) = self.written.iter().position(|(id, _)| *id == request) else { return };
        let refused = refusal(frame);
        self.confirm(if refused.is_some() { place } else { place + 1 });
        let (Some((_, code)), Some(id)) = (refused, self.written[place].1.clone()) else { return };
        let Some(message) = self.find(&id).filter(|message| message.attempt == Some(request))
        else {
            return;
        };
        let order = match message.state {
            State::Sent(order) => order,
            State::Settled => match message.inferred {
                Some(order) => order,
                None => return,
            },
            _ => return,
        };
        message.inferred = None;
        message.state = match code {
            429 | 4029 | 400 | 403 => State::Due(at, order),
            408 | 500..=599 => State::Parked(order),
            401 | 4006 | 4007 => State::Sent(order),
            _ => State::Settled,
        };
    }

    /// The first `count` requests on this connection have arrived.
    fn confirm(&mut self, count: usize) {
        let arrived: Vec<_> = self.written.iter().take(count).cloned().collect();
        for (request, id) in arrived {
            let Some(message) = id.and_then(|id| self.find(&id)) else { continue };
            if let (State::Sent(order), Some(attempt)) = (message.state, message.attempt) {
                if attempt == request {
                    (message.state, message.inferred) = (State::Settled, Some(order));
                }
            }
        }
    }

    fn output(&mut self, output: &Output, at: u64) {
        match output {
            Output::OpenTransport(_) => self.written.clear(),
            Output::SendFrame(frame) => {
                let id = match &frame.body {
                    ClientBody::ReadReceipt { message } => Some(message.to_string()),
                    _ => None,
                };
                if let Some(message) = id.as_deref().and_then(|id| self.find(id)) {
                    if let State::Due(_, order) = message.state {
                        message.state = State::Sent(order);
                    }
                    (message.attempt, message.inferred) = (Some(frame.tracing_id), None);
                }
                self.written.push((frame.tracing_id, id));
            }
            Output::Emit(Event::MessageReceived(message)) => {
                let own = message.from == Sender::Guest;
                self.add(&message.id, if own { State::Own } else { State::Unread });
            }
            Output::Emit(Event::MessageConfirmed { id, .. }) => self.add(id, State::Own),
            Output::Emit(Event::MessageRead { id }) => {
                if let Some(message) = self.find(id) {
                    (message.state, message.inferred) = (State::Settled, None);
                }
            }
            Output::Emit(Event::CapabilityLost { capability: Capability::Receipts }) => {
                self.on_wire = false;
            }
            Output::Emit(Event::PhaseChanged(phase)) => match phase {
                Phase::Ready | Phase::ReadOnly => self.accepted = true,
                Phase::Backoff | Phase::Closed | Phase::Failed(_) => self.lost(at),
                _ => {}
            },
            _ => {}
        }
    }

    fn lost(&mut self, at: u64) {
        for message in &mut self.messages {
            message.inferred = None;
            if let State::Sent(order) | State::Parked(order) = message.state {
                message.state = State::Due(at, order);
            }
        }
    }

    /// What is wrong with an output, or with its absence.
    pub(super) fn judge(&mut self, around: &Around, entry: &Entry) -> Option<(Wrong, String)> {
        self.advance(entry.at);
        let first_due = self
            .messages
            .iter()
            .filter_map(|message| match message.state {
                State::Due(since, order) => Some((order, since, message.id.clone())),
                _ => None,
            })
            .min();
        let told = match &entry.what {
            What::Out(Output::SendFrame(frame)) => match &frame.body {
                ClientBody::ReadReceipt { message } => Some(message.to_string()),
                _ => None,
            },
            What::Out(Output::Emit(Event::MessageRead { id })) => Some(id.to_string()),
            _ => None,
        };
        if let Some(id) = told {
            let wrong = match self.find(&id).map(|message| message.state) {
                None => Wrong::Unknown,
                Some(State::Own) => Wrong::Own,
                Some(State::Unread | State::Watched(..)) => Wrong::NoEvidence,
                Some(State::Sent(_) | State::Settled | State::Parked(_)) => Wrong::Again,
                Some(State::Due(..)) if first_due.is_some_and(|(_, _, first)| first != id) => {
                    Wrong::OutOfOrder
                }
                Some(State::Due(..)) => return None,
            };
            return Some((wrong, id));
        }
        let (_, since, id) = first_due.filter(|_| around.is_settled(entry))?;
        let can_tell = if self.on_wire {
            let sendable_at = since.max(around.ready_at).max(around.paused_until);
            let receipts = |at| around.used(at, SAFE_WINDOW_MS, |share| share == Share::Receipt);
            around.phase == Phase::Ready
                && entry.at > sendable_at
                && around.has_room(sendable_at)
                && around.has_room(entry.at)
                && receipts(sendable_at) < 30
        } else {
            entry.at > since
        };
        can_tell.then_some((Wrong::Missing, id))
    }
}

fn is_open(around: &Around, transport: TransportId) -> bool {
    around.transport == transport && (around.online() || around.phase == Phase::Closing)
}

//! The other side: a network that dials and a service that answers, well or badly, as planned.
//!
//! Owns: what follows on a frame, a dial, a close, and how much later. Must not know: the session.

use std::collections::{BTreeMap, VecDeque};

use webmessaging_proto::frame::{ClientBody, ClientFrame};
use webmessaging_proto::{Close, CloseReason, Output, TransportId};

use super::frames::{self, Accept};

/// Something that reaches the session later.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Delivery {
    Opened(TransportId),
    Closed(TransportId, CloseReason),
    Frame(TransportId, String),
}

/// What a request is for, as the plan counts them.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub(crate) enum Kind {
    Dial,
    Close,
    Configure,
    Text,
    Typing,
    Receipt,
    Other,
}

/// How one request is answered.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Reaction {
    /// As it should be.
    Ok,
    /// Twice, as a network may deliver it.
    Twice,
    /// As it should be, but only after this many milliseconds.
    Late(u64),
    /// Not at all.
    Silent,
    /// Under the older name of the request.
    ByMetadata,
    RateLimited {
        retry_after_s: Option<u64>,
        names_request: bool,
        /// How long after the first answer the same comes once more.
        again_after: Option<u64>,
    },
    Error {
        code: u16,
        names_request: bool,
        again_after: Option<u64>,
    },
    /// A conversation that can't be written to.
    ReadOnly,
    /// A new session where an old one was expected.
    Replaced,
    /// The transport breaks.
    Break,
}

const DIAL_MS: u64 = 15;
const TRIP_MS: u64 = 40;

/// The network and the service.
#[derive(Clone, Debug)]
pub(crate) struct Server {
    plan: BTreeMap<Kind, VecDeque<Reaction>>,
    known: bool,
    messages: u64,
}

impl Server {
    pub(crate) fn new(plan: &[(Kind, Reaction)]) -> Self {
        let mut by_kind: BTreeMap<Kind, VecDeque<Reaction>> = BTreeMap::new();
        for (kind, reaction) in plan {
            by_kind.entry(*kind).or_default().push_back(*reaction);
        }
        Self { plan: by_kind, known: false, messages: 0 }
    }

    /// What follows on an output, with the time that it takes.
    pub(crate) fn react(
        &mut self,
        transport: TransportId,
        output: &Output,
    ) -> Vec<(u64, Delivery)> {
        match output {
            Output::OpenTransport(opened) => self.dial(*opened),
            Output::CloseTransport(closed, Close::Normal) => match self.next(Kind::Close) {
                Reaction::Ok => vec![(TRIP_MS, Delivery::Closed(*closed, CloseReason::Code(1000)))],
                _ => Vec::new(),
            },
            Output::CloseTransport(closed, _) => {
                vec![(1, Delivery::Closed(*closed, CloseReason::Lost))]
            }
            Output::SendFrame(frame) => self.answer(transport, frame),
            _ => Vec::new(),
        }
    }

    /// The next dials fail.
    pub(crate) fn outage(&mut self, dials: usize) {
        let broken = core::iter::repeat_n(Reaction::Break, dials);
        self.plan.entry(Kind::Dial).or_default().extend(broken);
    }

    /// How the next configure is answered.
    pub(crate) fn next_configure(&mut self, reaction: Reaction) {
        self.plan.entry(Kind::Configure).or_default().push_front(reaction);
    }

    fn next(&mut self, kind: Kind) -> Reaction {
        self.plan.get_mut(&kind).and_then(VecDeque::pop_front).unwrap_or(Reaction::Ok)
    }

    fn dial(&mut self, transport: TransportId) -> Vec<(u64, Delivery)> {
        match self.next(Kind::Dial) {
            Reaction::Silent => Vec::new(),
            Reaction::Break => {
                vec![(DIAL_MS, Delivery::Closed(transport, CloseReason::Lost))]
            }
            Reaction::Error { .. } => {
                vec![(DIAL_MS, Delivery::Closed(transport, CloseReason::AccessDenied))]
            }
            Reaction::Late(later) => vec![(later, Delivery::Opened(transport))],
            _ => vec![(DIAL_MS, Delivery::Opened(transport))],
        }
    }

    fn answer(&mut self, transport: TransportId, frame: &ClientFrame<'_>) -> Vec<(u64, Delivery)> {
        let id = frame.tracing_id.to_string();
        let kind = match frame.body {
            ClientBody::ConfigureSession { .. } => Kind::Configure,
            ClientBody::Text { .. } => Kind::Text,
            ClientBody::Typing(_) => Kind::Typing,
            ClientBody::ReadReceipt { .. } => Kind::Receipt,
            _ => Kind::Other,
        };
        let reaction = self.next(kind);
        let named = |names_request: bool| names_request.then_some(&*id);
        let frame_at = |after, text| (after, Delivery::Frame(transport, text));
        let bad = |text: String, again_after: Option<u64>| {
            let mut answers = vec![frame_at(TRIP_MS, text.clone())];
            answers.extend(again_after.map(|after| frame_at(TRIP_MS + after, text)));
            answers
        };
        match reaction {
            Reaction::Silent => Vec::new(),
            Reaction::Break => {
                vec![(TRIP_MS, Delivery::Closed(transport, CloseReason::Code(1006)))]
            }
            Reaction::RateLimited { retry_after_s, names_request, again_after } => {
                bad(frames::too_many(named(names_request), retry_after_s), again_after)
            }
            Reaction::Error { code, names_request, again_after } => {
                bad(frames::status(named(names_request), code, "no"), again_after)
            }
            good => {
                let Some(text) = self.good(good, &id, &frame.body) else { return Vec::new() };
                match good {
                    Reaction::Twice => {
                        vec![frame_at(TRIP_MS, text.clone()), frame_at(TRIP_MS + 7, text)]
                    }
                    Reaction::Late(later) => vec![frame_at(later, text)],
                    _ => vec![frame_at(TRIP_MS, text)],
                }
            }
        }
    }

    fn good(&mut self, reaction: Reaction, id: &str, body: &ClientBody<'_>) -> Option<String> {
        Some(match body {
            ClientBody::ConfigureSession { start_new, .. } => {
                let accept = match reaction {
                    Reaction::ReadOnly if !start_new => Accept::READ_ONLY,
                    Reaction::Replaced => Accept::NEW,
                    _ if *start_new || !self.known => Accept::NEW,
                    _ => Accept::RESUMED,
                };
                self.known = true;
                frames::session(Some(id), accept)
            }
            ClientBody::CloseSession { .. } => frames::session(Some(id), Accept::CLOSED),
            ClientBody::Text { text, .. } => {
                self.messages += 1;
                let message = format!("own-{}", self.messages);
                if reaction == Reaction::ByMetadata {
                    frames::echo_by_metadata(id, &message, text)
                } else {
                    frames::echo(Some(id), &message, text)
                }
            }
            ClientBody::Echo => frames::pong(id),
            // The service says nothing when all is well with typing.
            ClientBody::Typing(_) => return None,
            _ => frames::status(Some(id), 200, "ok"),
        })
    }
}

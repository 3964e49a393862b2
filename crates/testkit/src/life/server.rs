//! The server of a life, and the network in between.
//!
//! Owns: which transport is dialed, open or about to close, what was asked on it, and what an answer
//! to that is. Must not know: when an answer is given.

use std::collections::VecDeque;

use webmessaging_proto::frame::{ClientBody, ClientFrame};
use webmessaging_proto::{Output, TransportId};

use super::frames;
use super::op::{Answer, Naming};

/// Requests that can still be answered; a session forgets earlier.
const REMEMBERED: usize = 80;

/// What is to be said about the newest transport.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Line {
    Quiet,
    Dialed,
    Open,
    Closing,
}

/// What a request was for.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Asked {
    Configure { start_new: bool },
    Close,
    Text,
    Echo,
    Typing,
    Other,
}

#[derive(Debug)]
struct Request {
    tracing: String,
    asked: Asked,
    transport: TransportId,
    answered: bool,
}

/// What the server does next of its own will.
pub(super) enum Due {
    Open,
    Close,
    Frame(String),
}

#[derive(Debug)]
pub(super) struct Server {
    line: Line,
    newest: TransportId,
    requests: VecDeque<Request>,
    known: bool,
    own_messages: u64,
}

impl Server {
    pub(super) const fn new() -> Self {
        Self {
            line: Line::Quiet,
            newest: TransportId(0),
            requests: VecDeque::new(),
            known: false,
            own_messages: 0,
        }
    }

    pub(super) const fn newest(&self) -> TransportId {
        self.newest
    }

    pub(super) fn see(&mut self, output: &Output) {
        match output {
            Output::OpenTransport(transport) => {
                self.newest = *transport;
                self.line = Line::Dialed;
            }
            Output::CloseTransport(transport, _) if *transport == self.newest => {
                self.line = Line::Closing;
            }
            Output::SendFrame(frame) => self.ask(frame),
            _ => {}
        }
    }

    fn ask(&mut self, frame: &ClientFrame<'_>) {
        let asked = match &frame.body {
            ClientBody::ConfigureSession { start_new, .. } => {
                Asked::Configure { start_new: *start_new }
            }
            ClientBody::CloseSession { .. } => Asked::Close,
            ClientBody::Text { .. } => Asked::Text,
            ClientBody::Echo => Asked::Echo,
            ClientBody::Typing(_) => Asked::Typing,
            _ => Asked::Other,
        };
        if self.requests.len() == REMEMBERED {
            self.requests.pop_front();
        }
        let tracing = frame.tracing_id.to_string();
        let transport = self.newest;
        self.requests.push_back(Request { tracing, asked, transport, answered: false });
    }

    /// The newest transport has changed by what the life says of it.
    pub(super) fn opened(&mut self) {
        self.line = Line::Open;
    }

    pub(super) fn closed(&mut self) {
        self.line = Line::Quiet;
    }

    /// What the server owes first.
    pub(super) fn due(&mut self) -> Option<Due> {
        match self.line {
            Line::Quiet => None,
            Line::Dialed => {
                self.line = Line::Open;
                Some(Due::Open)
            }
            Line::Closing => {
                self.line = Line::Quiet;
                Some(Due::Close)
            }
            Line::Open => {
                let newest = self.newest;
                let open = |request: &Request| !request.answered && request.transport == newest;
                let at = self.requests.iter().position(open)?;
                let frame = self.answer(at, Answer::Well, Naming::Envelope)?;
                Some(Due::Frame(frame))
            }
        }
    }

    /// An answer to the request that was made this many requests ago.
    pub(super) fn answer_back(
        &mut self,
        back: u8,
        answer: Answer,
        naming: Naming,
    ) -> Option<String> {
        let at = self.requests.len().checked_sub(usize::from(back) + 1)?;
        self.answer(at, answer, naming)
    }

    /// The session is accepted, or not, in answer to the newest configure.
    pub(super) fn accept(&mut self, how: (bool, bool, bool), naming: Naming) -> String {
        let configures = |request: &&mut Request| matches!(request.asked, Asked::Configure { .. });
        let tracing = self.requests.iter_mut().rev().find(configures).map_or("", |request| {
            request.answered = true;
            &request.tracing
        });
        self.known |= how.0;
        frames::session(how, naming, tracing)
    }

    fn answer(&mut self, at: usize, answer: Answer, naming: Naming) -> Option<String> {
        let request = self.requests.get_mut(at)?;
        request.answered = true;
        let (tracing, asked) = (request.tracing.clone(), request.asked);
        let tracing = tracing.as_str();
        Some(match answer {
            Answer::Well => self.answer_well(asked, naming, tracing),
            Answer::ByMetadata if asked == Asked::Text => {
                self.own_messages += 1;
                frames::echo_by_metadata(tracing, self.own_messages)
            }
            Answer::Acknowledged | Answer::ByMetadata => frames::status(200, naming, tracing, "ok"),
            Answer::TooMany(retry_after) => frames::too_many(retry_after, naming, tracing),
            Answer::Status(code) => frames::status(code, naming, tracing, "S3CRET no"),
            Answer::Authenticate => {
                frames::status(403, naming, tracing, "Try to authenticate again")
            }
            Answer::Typed(code) => frames::typed(code, naming, tracing),
            Answer::Never => return None,
        })
    }

    fn answer_well(&mut self, asked: Asked, naming: Naming, tracing: &str) -> String {
        match asked {
            Asked::Configure { start_new } => {
                let new = start_new || !self.known;
                self.known = true;
                frames::session((true, new, false), naming, tracing)
            }
            Asked::Close => frames::session((false, false, true), naming, tracing),
            Asked::Text => {
                self.own_messages += 1;
                frames::echo(naming, tracing, self.own_messages)
            }
            Asked::Echo => frames::pong(naming, tracing),
            Asked::Typing | Asked::Other => frames::status(200, naming, tracing, "ok"),
        }
    }
}

//! What happened in a run: every input, wake-up and output, with its time.
//!
//! Owns: the record and the ways to look at it. Must not know: how it came about.

use webmessaging_proto::frame::{ClientBody, TypingNotice};
use webmessaging_proto::{Event, Input, InputError, Output, Phase, Timer, TracingId, TransportId};

/// One thing that happened.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Entry {
    pub(crate) at: u64,
    /// Counts the calls into the session: what belongs together has the same number.
    pub(crate) step: usize,
    pub(crate) what: What,
}

#[derive(Clone, Debug, PartialEq)]
#[expect(clippy::large_enum_variant, reason = "a record, not a message")]
pub(crate) enum What {
    In(Given, Result<(), InputError>),
    Out(Output),
    /// The phase after a step.
    Phase(Phase),
    /// The timer that was due when a wake-up rang.
    Fired(Timer),
}

/// An input, so that it can be given again.
#[derive(Clone, Debug, PartialEq)]
#[expect(clippy::large_enum_variant, reason = "a record, not a message")]
pub(crate) enum Given {
    Input(Input<'static>),
    /// By the method that a host calls on every key.
    Key,
    /// A frame, as bytes.
    Wire(TransportId, String),
    /// Nothing ran for this long; then a tick.
    Sleep(u64),
}

impl Given {
    pub(crate) fn name(&self) -> &'static str {
        match self {
            Self::Input(input) => input.name(),
            Self::Key => "keystroke",
            Self::Wire(..) => "frame_received",
            Self::Sleep(_) => "sleep",
        }
    }
}

/// A frame that was written, and on which connection.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Sent {
    pub(crate) at: u64,
    pub(crate) step: usize,
    pub(crate) transport: u64,
    pub(crate) id: TracingId,
    pub(crate) body: ClientBody<'static>,
}

impl Sent {
    pub(crate) fn typing(&self) -> Option<TypingNotice> {
        match self.body {
            ClientBody::Typing(notice) => Some(notice),
            _ => None,
        }
    }

    pub(crate) fn receipt(&self) -> Option<&str> {
        match &self.body {
            ClientBody::ReadReceipt { message } => Some(message),
            _ => None,
        }
    }

    pub(crate) fn text(&self) -> Option<&str> {
        match &self.body {
            ClientBody::Text { text, .. } => Some(text),
            _ => None,
        }
    }

    pub(crate) fn is_echo(&self) -> bool {
        self.body == ClientBody::Echo
    }
}

/// The record of a run.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Trace {
    pub(crate) entries: Vec<Entry>,
    /// Breaches of what must hold after every step, found while it ran.
    pub(crate) breaches: Vec<(Rule, String)>,
    /// The most outputs that one step gave.
    pub(crate) most_outputs: usize,
}

/// What is checked after every step rather than at the end.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Rule {
    NeverLate,
    NoBusyLoop,
    RejectedChangesNothing,
    NoSecrets,
    EventsAfterState,
}

impl Trace {
    pub(crate) fn outputs(&self) -> impl Iterator<Item = (u64, &Output)> {
        self.entries.iter().filter_map(|entry| match &entry.what {
            What::Out(output) => Some((entry.at, output)),
            _ => None,
        })
    }

    pub(crate) fn events(&self) -> impl Iterator<Item = (u64, &Event)> {
        self.outputs().filter_map(|(at, output)| match output {
            Output::Emit(event) => Some((at, event)),
            _ => None,
        })
    }

    /// The frames that were written, with the connection that they went to.
    pub(crate) fn sent(&self) -> Vec<Sent> {
        let mut transport = 0;
        let mut sent = Vec::new();
        for entry in &self.entries {
            match &entry.what {
                What::Out(Output::OpenTransport(opened)) => transport = opened.0,
                What::Out(Output::SendFrame(frame)) => sent.push(Sent {
                    at: entry.at,
                    step: entry.step,
                    transport,
                    id: frame.tracing_id,
                    body: frame.body.clone(),
                }),
                _ => {}
            }
        }
        sent
    }

    /// The inputs, in order, wake-ups left out.
    pub(crate) fn given(&self) -> impl Iterator<Item = (u64, usize, &Given, bool)> {
        self.entries.iter().filter_map(|entry| match &entry.what {
            What::In(Given::Input(Input::Tick), _) => None,
            What::In(given, taken) => Some((entry.at, entry.step, given, taken.is_ok())),
            _ => None,
        })
    }
}

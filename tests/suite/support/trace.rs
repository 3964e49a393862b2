//! What happened in a run: every input, wake-up and output, with its time.
//!
//! Owns: the record and the ways to look at it. Must not know: how it came about.

use webmessaging_proto::dialect::{Dialect, WebMessaging};
use webmessaging_proto::frame::{ClientBody, ServerBody, ServerFrame, TypingNotice};
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

    /// Goes through the entries with what is known of the connection before each.
    pub(crate) fn walk(
        &self,
        mut visit: impl FnMut(&Around, &Entry) -> Result<(), String>,
    ) -> Result<(), String> {
        let mut around = Around::default();
        for entry in &self.entries {
            visit(&around, entry)?;
            around.then(entry);
        }
        Ok(())
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

/// The connection, the pauses and the budget around an entry, as the outputs tell of them.
#[derive(Clone, Debug)]
pub(crate) struct Around {
    pub(crate) phase: Phase,
    pub(crate) transport: TransportId,
    /// Since when the session is ready, if it is.
    pub(crate) ready_at: u64,
    /// The end of the newest pause that the session told of.
    pub(crate) paused_until: u64,
    /// The times of the requests on this connection, and which were receipts and health checks.
    pub(crate) requests: Vec<(u64, Share)>,
    /// The step in which the machine woke up too late for its timers.
    woke_in: usize,
}

/// Whose part of the budget a request takes.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Share {
    Essential,
    Typing,
    Receipt,
    Echo,
}

/// The window that the service counts in.
pub(crate) const WINDOW_MS: u64 = 60_000;
/// The window that the session counts in.
pub(crate) const SAFE_WINDOW_MS: u64 = 62_000;

impl Default for Around {
    fn default() -> Self {
        Self {
            phase: Phase::Idle,
            transport: TransportId(0),
            ready_at: 0,
            paused_until: 0,
            requests: Vec::new(),
            woke_in: 0,
        }
    }
}

impl Around {
    fn then(&mut self, entry: &Entry) {
        if let What::In(Given::Sleep(_), _) = &entry.what {
            self.woke_in = entry.step;
        }
        let What::Out(output) = &entry.what else { return };
        match output {
            Output::OpenTransport(transport) => {
                self.transport = *transport;
                self.requests.clear();
            }
            Output::SendFrame(frame) => self.requests.push((entry.at, share(&frame.body))),
            Output::Emit(Event::PhaseChanged(phase)) => {
                self.phase = *phase;
                if *phase == Phase::Ready {
                    self.ready_at = entry.at;
                }
            }
            Output::Emit(Event::RateLimited { retry_after }) => {
                let until = entry.at + u64::try_from(retry_after.as_millis()).unwrap();
                self.paused_until = self.paused_until.max(until);
            }
            _ => {}
        }
    }

    /// Whether what could have happened by now must have: a step has just begun, in time.
    pub(crate) fn is_settled(&self, entry: &Entry) -> bool {
        match &entry.what {
            What::In(Given::Sleep(_), _) => false,
            What::In(..) | What::Fired(_) => self.woke_in != entry.step,
            _ => false,
        }
    }

    pub(crate) fn online(&self) -> bool {
        matches!(self.phase, Phase::Configuring | Phase::Ready | Phase::ReadOnly)
    }

    /// The requests that the window before `at` holds.
    pub(crate) fn used(&self, at: u64, window: u64, counts: impl Fn(Share) -> bool) -> usize {
        let recent = self.requests.iter().filter(|(sent, _)| sent + window > at);
        recent.filter(|(_, share)| counts(*share)).count()
    }

    /// Whether the budget has surely room for typing and the like.
    pub(crate) fn has_room(&self, at: u64) -> bool {
        // Two slots: an On needs one for its Off.
        self.used(at, SAFE_WINDOW_MS, |_| true) + 2 <= 50
    }

    /// A frame that counts: on the connection that stands.
    pub(crate) fn hears<'a>(&self, entry: &'a Entry) -> Option<ServerFrame<'a>> {
        match &entry.what {
            What::In(Given::Wire(transport, text), Ok(()))
                if *transport == self.transport && self.online() =>
            {
                WebMessaging.decode(text.as_bytes()).ok()
            }
            _ => None,
        }
    }
}

/// The part of the budget that a request takes.
pub(crate) fn share(body: &ClientBody<'_>) -> Share {
    match body {
        ClientBody::Typing(_) => Share::Typing,
        ClientBody::ReadReceipt { .. } => Share::Receipt,
        ClientBody::Echo => Share::Echo,
        _ => Share::Essential,
    }
}

/// The request that a frame refuses, and the code.
pub(crate) fn refusal(frame: &ServerFrame<'_>) -> Option<(Option<TracingId>, u16)> {
    let request = frame.tracing_id.as_deref().and_then(TracingId::parse);
    match &frame.body {
        ServerBody::Status(_) if !(200..300).contains(&frame.code) => Some((request, frame.code)),
        ServerBody::TooManyRequests(_) => Some((request, 429)),
        _ => None,
    }
}

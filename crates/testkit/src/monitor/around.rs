//! What every family of rules asks: the time, the phase, the connection, the pauses.
//!
//! Owns: the observer's view of these, built from inputs and outputs alone. Must not know: any rule.

use core::time::Duration;
use std::collections::VecDeque;

use webmessaging_proto::frame::{ClientBody, TypingNotice};
use webmessaging_proto::{
    Capability, Config, Deadline, Event, FailReason, Instant, Output, Phase, TracingId, TransportId,
};

use super::seen::{Heard, Mark, Seen, What, mark};

/// The window in which requests are counted, with its margin.
pub(super) const WINDOW: Duration = Duration::from_secs(62);
/// All requests of a window.
pub(super) const BUDGET: usize = 60;
/// What is not reserved for configures and texts.
pub(super) const UNRESERVED: usize = 50;
/// The requests that are remembered: "the last 64 of a connection".
const REMEMBERED: usize = 64;

const DEFAULT_WAIT: Duration = Duration::from_secs(5);
const MIN_WAIT: Duration = Duration::from_secs(1);
const MAX_WAIT: Duration = Duration::from_secs(300);

/// What a request is for.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Kind {
    Configure,
    Close,
    Join,
    Text,
    On,
    Off,
    Receipt(Mark),
    Echo,
}

impl Kind {
    pub(super) fn of(body: &ClientBody<'_>) -> Self {
        match body {
            ClientBody::ConfigureSession { .. } => Self::Configure,
            ClientBody::CloseSession { .. } => Self::Close,
            ClientBody::Text { .. } => Self::Text,
            ClientBody::Typing(TypingNotice::On) => Self::On,
            ClientBody::Typing(TypingNotice::Off) => Self::Off,
            ClientBody::Join { .. } => Self::Join,
            ClientBody::ReadReceipt { message } => Self::Receipt(mark(&**message)),
            // What else there may be one day counts as what has no rights of its own.
            _ => Self::Echo,
        }
    }

    pub(super) const fn is_essential(self) -> bool {
        matches!(self, Self::Configure | Self::Close | Self::Join | Self::Text)
    }
}

/// A request of the connection.
#[derive(Clone, Copy, Debug)]
pub(super) struct Request {
    pub(super) id: TracingId,
    pub(super) kind: Kind,
    /// The how many-th of the session.
    pub(super) number: u64,
    /// It was handed out in this time.
    pub(super) from: Instant,
    pub(super) to: Instant,
    failed: bool,
}

/// A frame that counts, and the request that it answers.
#[derive(Clone, Copy, Debug)]
pub(super) struct News<'a> {
    pub(super) heard: &'a Heard,
    pub(super) request: Option<Request>,
    /// The request of the older name.
    pub(super) custom: Option<Request>,
    /// The same error for the same request once more: it means nothing.
    pub(super) again: bool,
    /// It may be that: what was sent before the watch began is not known.
    pub(super) unsure: bool,
}

impl News<'_> {
    /// The error that it tells of.
    pub(super) fn refusal(&self) -> Option<u16> {
        match self.heard.what {
            What::Refused { code, .. } if !self.again => Some(code),
            _ => None,
        }
    }

    pub(super) fn is_rate_limit(&self) -> bool {
        matches!(self.refusal(), Some(429 | 4029))
    }
}

/// The features in use; each `None` if it can't be known.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Features {
    pub(super) typing: Option<bool>,
    pub(super) typing_off: Option<bool>,
    pub(super) receipts: Option<bool>,
}

/// A session that the server has accepted.
#[derive(Clone, Copy, Debug)]
pub(super) struct Opened {
    /// Another conversation than before.
    pub(super) replaces: bool,
    /// Whether there was one before can't be known.
    pub(super) unsure: bool,
}

/// The observer's view.
#[derive(Clone, Debug)]
#[expect(clippy::struct_excessive_bools, reason = "each is a fact of its own")]
pub(super) struct Around {
    pub(super) now: Instant,
    /// The time of the first input since the outputs were drained.
    pub(super) since: Instant,
    /// Several inputs, or timers and an input, are behind the outputs to come.
    pub(super) blurred: bool,
    /// The phase told last, and since when.
    pub(super) phase: Phase,
    pub(super) phase_since: Instant,
    /// Whether a phase was told since the outputs were drained.
    pub(super) phase_told: bool,
    /// Whether what was seen can't be brought together.
    pub(super) astray: bool,
    /// The one dialed last, if that was seen.
    pub(super) transport: Option<TransportId>,
    /// The newest one of which anything was heard.
    newest_heard: Option<TransportId>,
    pub(super) log: VecDeque<Request>,
    pub(super) requests: u64,
    /// Whether all of the connection's requests are in `log`.
    log_complete: bool,
    /// No notice, receipt or health check before this.
    pub(super) pause: Span,
    /// No text before this.
    pub(super) text_pause: Span,
    pub(super) features: Features,
    supported: Features,
    /// Whether the server has accepted the session before, if that is known.
    accepted: Option<bool>,
    start_new: bool,
    /// The server said that the session is over by time: the next one is another.
    expired: bool,
    newest_answer: Option<bool>,
    /// Just now, by the output at hand.
    pub(super) opened: Option<Opened>,
    pub(super) deadline: Option<Deadline>,
    /// The session asks for a tick at once: what is due waits for it.
    pub(super) wants_tick: bool,
}

/// A time that lies between two.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Span {
    /// At the earliest.
    pub(super) sure: Instant,
    /// At the latest.
    pub(super) perhaps: Instant,
}

impl Around {
    pub(super) fn new(config: &Config, now: Instant) -> Self {
        let features = Features {
            typing: Some(true),
            typing_off: Some(config.typing().sends_off),
            receipts: Some(config.receipts().on_wire),
        };
        Self {
            now,
            since: now,
            blurred: false,
            phase: Phase::Idle,
            phase_since: now,
            phase_told: false,
            astray: false,
            transport: None,
            newest_heard: None,
            log: VecDeque::new(),
            requests: 0,
            log_complete: true,
            pause: Span::default(),
            text_pause: Span::default(),
            features,
            supported: features,
            accepted: Some(false),
            start_new: false,
            expired: false,
            newest_answer: None,
            opened: None,
            deadline: None,
            wants_tick: false,
        }
    }

    /// A session of which only this is known.
    pub(super) fn unknown(&mut self, phase: Phase, features: Features) {
        (self.features, self.supported) = (features, Features::default());
        self.phase = phase;
        self.accepted = None;
        self.log_complete = false;
        self.pause.perhaps = self.now + MAX_WAIT;
        self.text_pause.perhaps = self.now + MAX_WAIT;
    }

    /// Whether a frame on this transport counts, in the phase in force.
    pub(super) fn hears(&self, transport: TransportId, phase: Phase) -> bool {
        let online = matches!(phase, Phase::Configuring | Phase::Ready | Phase::ReadOnly);
        online && self.is_current(transport)
    }

    pub(super) fn is_current(&self, transport: TransportId) -> bool {
        // Of a transport that is not told yet the driver should not know.
        let guessed = |current: TransportId| self.blurred && transport > current;
        match self.transport {
            Some(current) => current == transport || guessed(current),
            None => self.newest_heard.is_none_or(|newest| transport >= newest),
        }
    }

    pub(super) fn find(&self, id: Option<TracingId>) -> Option<Request> {
        let id = id?;
        self.log.iter().rev().find(|request| request.id == id).copied()
    }

    /// Takes note of an accepted input; gives what a frame is about, if it counts.
    pub(super) fn input<'a>(&mut self, seen: &'a Seen, phase: Phase) -> Option<News<'a>> {
        if let Seen::Opened(transport) | Seen::Frame(transport, _) | Seen::Alive(transport) = seen {
            self.newest_heard = self.newest_heard.max(Some(*transport));
        }
        match seen {
            Seen::StartNew => self.start_new = true,
            Seen::Disconnect => self.start_new = false,
            _ => {}
        }
        let Seen::Frame(transport, heard) = seen else { return None };
        if !self.hears(*transport, phase) {
            return None;
        }
        let request = self.find(heard.request);
        let custom = self.find(heard.custom);
        // An answer to what is not drained yet: a driver that knows more than it can.
        self.astray |= self.blurred && heard.request.is_some() && request.is_none();
        self.astray |= self.blurred && heard.custom.is_some() && custom.is_none();
        let (mut again, mut unsure) = (false, false);
        match heard.what {
            What::Session { new, .. } => self.newest_answer = Some(new),
            What::Refused { code, retry_after } => {
                again = self.fails(request);
                if !again && matches!(code, 429 | 4029) {
                    let known = request.is_some() || !heard.named;
                    let known = known || (self.log_complete && !self.astray);
                    // It may have come by a transport that was given up before the watch began.
                    let sure = known && (self.transport.is_some() || request.is_some());
                    self.rate_limited(request, retry_after, phase, sure);
                    unsure = !sure;
                }
            }
            _ => {}
        }
        Some(News { heard, request, custom, again, unsure })
    }

    /// Notes an error; whether it was noted before.
    fn fails(&mut self, request: Option<Request>) -> bool {
        let Some(request) = request else { return false };
        let known = self.log.iter_mut().find(|known| known.id == request.id);
        known.is_some_and(|known| core::mem::replace(&mut known.failed, true))
    }

    fn rate_limited(
        &mut self,
        to: Option<Request>,
        after: Option<Duration>,
        phase: Phase,
        sure: bool,
    ) {
        let until = self.now + after.unwrap_or(DEFAULT_WAIT).clamp(MIN_WAIT, MAX_WAIT);
        if !sure {
            self.pause.perhaps = self.pause.perhaps.max(until);
            self.text_pause.perhaps = self.text_pause.perhaps.max(until);
            return;
        }
        self.pause.at_least(until);
        let texts_too = match to.map(|request| request.kind) {
            Some(Kind::Text | Kind::Join) => true,
            Some(_) => false,
            None => phase != Phase::Configuring,
        };
        if texts_too {
            self.text_pause.at_least(until);
        }
    }

    /// Takes note of an output; call it after the rules have seen it, but for `opened`, which is
    /// set before.
    pub(super) fn output(&mut self, output: &Output) {
        match output {
            Output::OpenTransport(transport) => {
                self.transport = Some(*transport);
                self.log.clear();
                self.log_complete = true;
            }
            Output::SendFrame(frame) => {
                if self.log.len() == REMEMBERED {
                    self.log.pop_front();
                }
                self.log.push_back(Request {
                    id: frame.tracing_id,
                    kind: Kind::of(&frame.body),
                    number: self.requests,
                    from: self.since,
                    to: self.now,
                    failed: false,
                });
                self.requests += 1;
            }
            Output::Emit(Event::PhaseChanged(phase)) => {
                (self.phase, self.phase_since, self.phase_told) = (*phase, self.now, true);
                self.opened = None;
                self.expired |= *phase == Phase::Failed(FailReason::SessionExpired);
            }
            Output::Emit(Event::RateLimited { retry_after }) => {
                self.pause.at_least(self.since + *retry_after);
                self.pause.perhaps = self.pause.perhaps.max(self.now + *retry_after);
                self.text_pause.perhaps = self.text_pause.perhaps.max(self.now + *retry_after);
            }
            Output::Emit(Event::CapabilityLost { capability }) => {
                let feature = match capability {
                    Capability::Typing => &mut self.features.typing,
                    Capability::TypingOff => &mut self.features.typing_off,
                    _ => &mut self.features.receipts,
                };
                *feature = Some(false);
            }
            _ => {}
        }
    }

    /// A key met a full queue when something else was due: that waits for the tick that the session
    /// asks for.
    pub(super) const fn waits_for_tick(&self) -> bool {
        self.wants_tick && self.blurred
    }

    /// Notes an acceptance, before anything else is made of the output.
    pub(super) fn before_output(&mut self, output: &Output) {
        let Output::Emit(Event::PhaseChanged(Phase::Ready | Phase::ReadOnly)) = output else {
            return;
        };
        if self.phase != Phase::Configuring {
            return;
        }
        let new = self.newest_answer.unwrap_or(false) || self.start_new || self.expired;
        // A session that lived before the watch may have expired then.
        let unsure = self.accepted.is_none();
        let replaces = new && self.accepted == Some(true);
        if replaces || unsure {
            self.features = self.supported;
        }
        self.accepted = Some(true);
        (self.start_new, self.expired) = (false, false);
        self.opened = Some(Opened { replaces, unsure });
    }

    /// Whether it can't be told what met what: several inputs and a change of phase, or answers to
    /// what was not drained.
    pub(super) fn lost_the_thread(&mut self) -> bool {
        let astray = core::mem::take(&mut self.astray);
        if astray {
            self.log.clear();
            self.log_complete = false;
        }
        astray || (self.blurred && self.phase_told)
    }

    /// The requests that surely lie in the window.
    pub(super) fn used(&self, counts: impl Fn(Kind) -> bool) -> usize {
        // They stand in the order of their times.
        let newest = self.log.iter().rev();
        let recent = newest.take_while(|request| request.from + WINDOW > self.now);
        recent.filter(|request| counts(request.kind)).count()
    }

    /// Whether there is surely room for `count` more under `limit`.
    pub(super) fn has_room(&self, count: usize, limit: usize) -> bool {
        let is_recent = |request: &&Request| request.to + WINDOW > self.now;
        let fits = |recent: usize| recent + count <= limit;
        self.log_complete
            && (fits(self.log.len()) || fits(self.log.iter().rev().take_while(is_recent).count()))
    }

    /// Whether a request that is not in the log was surely not sent.
    pub(super) const fn knows_all_requests(&self) -> bool {
        self.log_complete
    }

    /// Whether the features can be known only from the session itself.
    pub(super) const fn must_ask(&self) -> bool {
        self.supported.typing.is_none()
    }
}

impl Span {
    pub(super) fn at_least(&mut self, until: Instant) {
        self.sure = self.sure.max(until);
        self.perhaps = self.perhaps.max(until);
    }
}

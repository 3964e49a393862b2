//! A reference model of a session: the written rules once more, slow and plain.
//!
//! Owns: [`Model`], what it takes in and what it expects. Must not know: how the session does it. It
//! is written from the design, the wire reference and the public documentation; where those leave
//! something open, a comment starts with "Decision:".
//!
//! What is free in the machine is taken from it, and checked: the names of requests (fresh, never
//! used twice), and the waits that it draws (within their bounds). All else is expected exactly.

mod connection;
mod difference;
mod expected;
mod flush;
mod heard;
mod horizon;
mod ledger;
mod lockstep;
mod messages;
mod pause;
mod peers;
mod refusal;
mod requests;
mod rule;
mod texts;
mod typing;
mod wait;

use std::collections::VecDeque;

use webmessaging_proto::frame::{ClientBody, ClientFrame, JourneyContext, SessionResponse};
use webmessaging_proto::{
    Capability, Config, Event, FailureCode, Input, InputError, Instant, LocalKey, MAX_ID_BYTES,
    MAX_TEXT_CHARS, Output, PeerTypingEnd, Phase, Sender, Sensitive, TracingId, Typist,
};

pub use difference::Difference;
pub use lockstep::Lockstep;
pub use rule::Rule;

use connection::Connection;
use expected::Expected;
use ledger::Ledger;
use pause::Pause;
use peers::Typists;
#[cfg(feature = "simulator")]
pub(crate) use refusal::asks_to_authenticate;
use requests::{Purpose, Requests};
use texts::{Text, Texts};
use typing::Indicator;

/// Where the guest comes from: no public face of a configuration tells.
#[derive(Clone, Debug)]
enum Journey {
    NotSeen,
    Seen(Option<Box<JourneyContext>>),
}

/// What the session should be doing.
#[derive(Clone, Debug)]
pub struct Model {
    config: Config,
    now: Instant,
    phase: Phase,
    connection: Connection,
    requests: Requests,
    typing: Indicator,
    texts: Texts,
    ledger: Ledger,
    typists: Typists,
    /// Who started or stopped typing in this step, and was not told of.
    typing_news: Vec<Event>,
    /// Whether receipts go out on the wire.
    receipts_on_wire: bool,
    /// The pause of typing, receipts and health checks.
    pause: Pause,
    /// The rest of typing while the server fails on it.
    typing_rest: Pause,
    info: Option<SessionResponse<'static>>,
    /// What this step gives.
    expected: Vec<Expected>,
    /// The names that the session gave its requests in this step.
    names: VecDeque<TracingId>,
    /// The journey context of the first configure: every further one has the same.
    journey: Journey,
    /// How often each rule was used, in their order.
    hits: [u64; Rule::COUNT],
}

impl Model {
    /// A session that has not started.
    #[must_use]
    pub fn new(config: &Config, now: Instant) -> Self {
        Self {
            config: config.clone(),
            now,
            phase: Phase::Idle,
            connection: Connection::default(),
            requests: Requests::default(),
            typing: Indicator::new(*config.typing()),
            texts: Texts::new(),
            ledger: Ledger::new(config.receipts().dwell, config.limits().messages),
            typists: Typists::default(),
            typing_news: Vec::new(),
            receipts_on_wire: config.receipts().on_wire,
            pause: Pause::default(),
            typing_rest: Pause::default(),
            info: None,
            expected: Vec::new(),
            names: VecDeque::new(),
            journey: Journey::NotSeen,
            hits: [0; Rule::COUNT],
        }
    }

    /// Where the session should stand.
    #[must_use]
    pub const fn phase(&self) -> Phase {
        self.phase
    }

    /// Whether a feature should be in use.
    #[must_use]
    pub const fn has(&self, capability: Capability) -> bool {
        match capability {
            Capability::Typing => !self.typing.forbidden,
            Capability::TypingOff => self.typing.rules.sends_off,
            Capability::Receipts => self.receipts_on_wire,
            _ => false,
        }
    }

    /// How often a rule was used so far.
    #[must_use]
    pub const fn hits(&self, rule: Rule) -> u64 {
        self.hits[rule as usize]
    }

    /// One step: time first, then the input, then what follows from it.
    fn step(&mut self, input: &Input<'_>, now: Instant) -> Result<(), InputError> {
        self.now = self.now.max(now);
        self.time_passes();
        let taken = self.take(input);
        self.flush();
        taken
    }

    fn take(&mut self, input: &Input<'_>) -> Result<(), InputError> {
        let now = self.now;
        match input {
            Input::Connect => self.connect()?,
            Input::Disconnect => self.disconnect(),
            Input::NetworkAvailable => self.network_available(),
            Input::TransportOpened(transport) => self.opened(*transport),
            Input::TransportClosed(transport, reason) => self.closed(*transport, *reason),
            Input::FrameReceived(transport, frame) => self.heard(*transport, frame),
            Input::FrameUndecodable(transport) => self.undecodable(*transport),
            Input::PeerAlive(transport) => self.peer_alive(*transport),
            Input::Keystroke => self.typing.key(now),
            Input::SetTyping(true) => self.typing.hold(now),
            Input::InputCleared | Input::ComposerClosed | Input::SetTyping(false) => {
                self.typing.end();
            }
            Input::Foreground(foreground) => {
                self.ledger.foreground(*foreground, now);
                if !foreground {
                    self.typing.end();
                }
            }
            Input::SendText { key, text, attributes } => {
                self.can_take_text(*key, text)?;
                self.typing.end();
                self.texts.line.push(Text {
                    key: *key,
                    body: text.clone().into_owned(),
                    attributes: attributes.clone(),
                    attempts: Vec::new(),
                    failures: 0,
                });
            }
            Input::Retry { key } => self.retry(*key)?,
            Input::Discard { key } => {
                self.texts.remove(*key).ok_or(InputError::UnknownKey { key: *key })?;
                self.hit(Rule::TextDiscarded);
            }
            Input::StartNew => self.start_new()?,
            Input::MessageVisible { id }
            | Input::MessageHidden { id }
            | Input::MessageRestored { id, .. }
                if !(1..=MAX_ID_BYTES).contains(&id.len()) =>
            {
                return Err(InputError::IdNotKept { bytes: id.len() });
            }
            Input::MessageVisible { id } => {
                self.ledger.visible(id, now).ok_or(InputError::UnknownMessage)?;
            }
            Input::MessageHidden { id } => {
                self.ledger.hidden(id).ok_or(InputError::UnknownMessage)?;
            }
            Input::MessageRestored { id, from, read } => {
                self.add_message(id, *from, *read);
            }
            // The credentials are no part of any frame.
            _ => {}
        }
        self.ledger.read_what_was_seen(now);
        Ok(())
    }

    /// Texts are taken while the session is, or may yet be, ready for them.
    const fn takes_no_text(&self) -> bool {
        matches!(self.phase, Phase::ReadOnly | Phase::Closing | Phase::Closed | Phase::Failed(_))
    }

    fn can_take_text(&mut self, key: LocalKey, text: &Sensitive<'_>) -> Result<(), InputError> {
        let chars = text.chars().count();
        let limit = self.config.limits().texts;
        let refused = if self.takes_no_text() {
            InputError::InvalidState { input: "send_text", phase: self.phase }
        } else if chars == 0 {
            InputError::EmptyText
        } else if chars > MAX_TEXT_CHARS {
            InputError::TextTooLong { chars }
        } else if self.texts.has(key) {
            InputError::DuplicateKey { key }
        } else if self.texts.count() >= limit {
            InputError::OutboxFull { limit }
        } else {
            return Ok(());
        };
        self.hit(Rule::TextRejected);
        Err(refused)
    }

    fn retry(&mut self, key: LocalKey) -> Result<(), InputError> {
        // Decision: where no text is taken, none is retried, whatever its key.
        if self.takes_no_text() {
            return Err(InputError::InvalidState { input: "retry", phase: self.phase });
        }
        let Some(place) = self.texts.kept.iter().position(|text| text.key == key) else {
            let refused = if self.texts.has(key) {
                InputError::NotKept { key }
            } else {
                InputError::UnknownKey { key }
            };
            return Err(refused);
        };
        let mut text = self.texts.kept.remove(place);
        text.failures = 0;
        self.texts.line.push(text);
        self.hit(Rule::TextRetried);
        Ok(())
    }

    fn add_message(&mut self, id: &str, from: Sender, read: bool) -> bool {
        let added = self.ledger.add(id, from, read);
        if let Some(lost) = added.lost {
            self.hit(Rule::ReceiptLostToTheCap);
            let code = FailureCode::LedgerFull;
            self.tell(Event::ReceiptFailed { id: lost.into(), code });
        }
        added.new
    }

    // ---- what is expected

    fn hit(&mut self, rule: Rule) {
        self.hits[rule as usize] += 1;
    }

    fn expect(&mut self, output: Output) {
        self.expected.push(Expected::Output(output));
    }

    fn tell(&mut self, event: Event) {
        self.expect(Output::Emit(event));
    }

    fn enter(&mut self, phase: Phase) {
        self.phase = phase;
        self.tell(Event::PhaseChanged(phase));
    }

    /// Everybody stops typing. Decision: the host is told at the end of the step.
    fn peers_stop(&mut self, reason: PeerTypingEnd) {
        let gone = self.typists.clear();
        self.stopped(gone, reason);
    }

    fn stopped(&mut self, gone: Vec<Typist>, reason: PeerTypingEnd) {
        for typist in gone {
            self.hit(Rule::PeerStops);
            if !self.was_news(&typist) {
                self.typing_news.push(Event::PeerTypingStopped { typist, reason });
            }
        }
    }

    fn started(&mut self, typist: Typist) {
        self.hit(Rule::PeerStarts);
        if !self.was_news(&typist) {
            self.typing_news.push(Event::PeerTypingStarted { typist });
        }
    }

    /// What starts and stops, or stops and starts, within one frame is no news (I5).
    fn was_news(&mut self, who: &Typist) -> bool {
        let of_this = |event: &Event| match event {
            Event::PeerTypingStarted { typist } | Event::PeerTypingStopped { typist, .. } => {
                typist == who
            }
            _ => false,
        };
        let before = self.typing_news.len();
        self.typing_news.retain(|event| !of_this(event));
        self.typing_news.len() < before
    }

    fn tell_who_types(&mut self) {
        for event in core::mem::take(&mut self.typing_news) {
            self.tell(event);
        }
    }

    /// Sends a request, under the name that the session gave it.
    fn send(&mut self, purpose: Purpose, body: ClientBody<'static>) -> TracingId {
        // A name of its own if the session did not send: the difference will show.
        let id = self.names.pop_front().unwrap_or(TracingId::from_bits(0));
        self.requests.write(id, purpose, self.now);
        self.expect(Output::SendFrame(ClientFrame::new(id, body)));
        id
    }
}

//! The driver of a life, on virtual time.
//!
//! Owns: the clock, the wake-up, draining, how each operation is carried out, and the bounds that
//! keep any life short. Must not know: any rule of a session but those of its driver: it may not
//! be late, and it may not run for ever.

use core::time::Duration;
use std::collections::BTreeSet;

use thiserror::Error;
use webmessaging_proto::frame::CustomAttributes;
use webmessaging_proto::{
    CloseReason, Credentials, Event, Input, InputError, Instant, LocalKey, Output, Sender,
    TransportId,
};

use super::frames;
use super::op::{Ending, Naming, Op, Presence, SpokenText};
use super::server::{Due, Server};
use super::setup::{SECRET, attributes};
use super::{Life, Subject};

/// A life is over after this many wake-ups.
pub const MAX_TICKS: u32 = 10_000;
/// More wake-ups at one time are a finding.
pub const MAX_TICKS_AT_ONCE: u32 = 200;
/// More outputs in one go are a finding.
pub const MAX_OUTPUTS_AT_ONCE: u32 = 5_000;
/// What a server does in one go.
const MAX_SERVED: u32 = 200;

/// What is wrong.
#[derive(Clone, Debug, Eq, Error, PartialEq)]
#[error("operation {op}, at {at_ms} ms: {what}")]
#[non_exhaustive]
pub struct Finding {
    /// Which operation of the life, counted from 0.
    pub op: usize,
    /// When.
    pub at_ms: u64,
    /// What is wrong.
    pub what: String,
}

/// What came of a life, for those who want to know whether lives are eventful.
#[derive(Clone, Debug, Default, PartialEq)]
#[non_exhaustive]
pub struct Tale {
    /// Operations that were carried out.
    pub ops: usize,
    /// Inputs, ticks included.
    pub inputs: u64,
    /// Inputs that were refused.
    pub refused: u64,
    /// Wake-ups.
    pub ticks: u32,
    /// The last moment.
    pub end: Instant,
    /// The names of the phases and of the events that were seen, of the frames that were sent, and
    /// of the refusals.
    pub seen: BTreeSet<&'static str>,
}

/// Plays a life, one operation after the other.
#[derive(Debug)]
pub struct Player<'l, S> {
    life: &'l Life,
    subject: S,
    server: Server,
    now: Instant,
    armed: Option<Instant>,
    ticks_at_once: u32,
    next_key: u64,
    lazy: u8,
    is_over: bool,
    tale: Tale,
}

/// How an operation can end early.
type Step = Result<(), String>;

impl<'l, S: Subject> Player<'l, S> {
    /// A player at the beginning of a life.
    #[must_use]
    pub fn new(life: &'l Life, subject: S) -> Self {
        Self::starting_at(life, subject, Instant::ORIGIN)
    }

    /// The same for a subject whose time has come to `now`.
    #[must_use]
    pub fn starting_at(life: &'l Life, subject: S, now: Instant) -> Self {
        Self {
            life,
            subject,
            server: Server::new(),
            now,
            armed: None,
            ticks_at_once: 0,
            next_key: 0,
            lazy: 0,
            is_over: false,
            tale: Tale::default(),
        }
    }

    /// Plays the next operation; `false` when there is none.
    ///
    /// # Errors
    /// If the subject, or the driver, finds something wrong.
    pub fn step(&mut self) -> Result<bool, Finding> {
        let Some(op) = self.life.ops().get(self.tale.ops) else { return Ok(false) };
        if self.is_over {
            return Ok(false);
        }
        let done = self.carry_out(op).and_then(|()| self.settle());
        self.judge(done)?;
        self.tale.ops += 1;
        Ok(true)
    }

    /// The end of the life: what is left is drained, and the subject looks back.
    ///
    /// # Errors
    /// If the subject, or the driver, finds something wrong.
    pub fn end(mut self) -> Result<Tale, Finding> {
        let done = self.drain();
        self.subject.finish(self.now);
        self.judge(done)?;
        self.tale.end = self.now;
        Ok(self.tale)
    }

    /// Ticks the subject once and drains it, out of turn.
    ///
    /// # Errors
    /// If the subject, or the driver, finds something wrong.
    pub fn settle_down(&mut self) -> Result<(), Finding> {
        let done = self.drain().and_then(|()| self.tick());
        self.judge(done)
    }

    /// The time of the life.
    #[must_use]
    pub const fn now(&self) -> Instant {
        self.now
    }

    /// Who the life is played to.
    #[must_use]
    pub const fn subject(&self) -> &S {
        &self.subject
    }

    /// Goes on with another subject, as after a restart of the process: the outputs of the old one
    /// that were not drained are gone, and the new one is asked for its wake-up. Gives back the old
    /// one.
    pub fn replace_subject(&mut self, subject: S) -> S {
        self.armed = subject.deadline().map(|deadline| deadline.at);
        self.server.closed();
        core::mem::replace(&mut self.subject, subject)
    }

    fn judge(&mut self, done: Step) -> Result<(), Finding> {
        let own = done.err();
        let Some(what) = self.subject.finding().or(own) else { return Ok(()) };
        self.is_over = true;
        Err(Finding { op: self.tale.ops, at_ms: self.now.as_millis(), what })
    }

    /// After each operation: outputs leave, and a diligent server answers them.
    fn settle(&mut self) -> Step {
        if self.lazy > 0 {
            self.lazy -= 1;
            return Ok(());
        }
        self.drain()?;
        if self.life.setup().diligent_server() {
            self.serve(MAX_SERVED)?;
        }
        Ok(())
    }

    fn carry_out(&mut self, op: &Op) -> Step {
        match op {
            Op::Key => {
                self.subject.keystroke(self.now);
                self.tale.inputs += 1;
            }
            Op::KeyInput => self.give(Input::Keystroke)?,
            Op::Burst { keys, gap_ms } => {
                for _ in 0..*keys {
                    self.subject.keystroke(self.now);
                    self.tale.inputs += 1;
                    self.drain()?;
                    self.pass_to(self.now.after(*gap_ms))?;
                }
            }
            Op::InputCleared => self.give(Input::InputCleared)?,
            Op::ComposerClosed => self.give(Input::ComposerClosed)?,
            Op::SetTyping(on) => self.give(Input::SetTyping(*on))?,
            Op::Foreground(on) => self.give(Input::Foreground(*on))?,
            Op::Send(text) => self.send(*text)?,
            Op::Retry(back) => self.give(Input::Retry { key: self.key(*back) })?,
            Op::Discard(back) => self.give(Input::Discard { key: self.key(*back) })?,
            Op::Visible(message) => {
                self.give(Input::MessageVisible { id: frames::message_id(*message).into() })?;
            }
            Op::Hidden(message) => {
                self.give(Input::MessageHidden { id: frames::message_id(*message).into() })?;
            }
            Op::Restored { message, own, read } => {
                let from = if *own { Sender::Guest } else { Sender::Agent };
                let id = frames::message_id(*message).into();
                self.give(Input::MessageRestored { id, from, read: *read })?;
            }
            Op::Connect => self.give(Input::Connect)?,
            Op::Disconnect => self.give(Input::Disconnect)?,
            Op::StartNew => self.give(Input::StartNew)?,
            Op::NetworkAvailable => self.give(Input::NetworkAvailable)?,
            Op::Renew(token) => {
                let token = format!("{SECRET}-token-{token}");
                self.give(Input::Renew(Credentials::new(token)))?;
            }
            Op::Pass(_)
            | Op::Sleep(_)
            | Op::ToDeadline
            | Op::BeforeDeadline
            | Op::Tick
            | Op::Earlier(_) => self.let_time_pass(op)?,
            Op::Lazy(ops) => self.lazy = *ops,
            transport_or_server => self.outside(transport_or_server)?,
        }
        Ok(())
    }

    fn let_time_pass(&mut self, op: &Op) -> Step {
        self.drain()?;
        match op {
            Op::Pass(ms) => self.pass_to(self.now.after(*ms)),
            Op::Sleep(ms) => {
                self.now = self.now.after(*ms);
                self.tick()
            }
            Op::ToDeadline => match self.subject.deadline() {
                Some(deadline) => self.pass_to(self.now.max(deadline.at)),
                None => Ok(()),
            },
            Op::BeforeDeadline => {
                if let Some(deadline) = self.subject.deadline() {
                    let at = deadline.at.since_origin().saturating_sub(Duration::from_millis(1));
                    self.pass_to(self.now.max(Instant::new(at)))?;
                }
                self.tick()
            }
            Op::Earlier(ms) => {
                let before = self.now.since_origin().saturating_sub(Duration::from_millis(*ms));
                let now = core::mem::replace(&mut self.now, Instant::new(before));
                let done = self.tick();
                self.now = now;
                done
            }
            _ => self.tick(),
        }
    }

    /// What transports and the server have to say.
    fn outside(&mut self, op: &Op) -> Step {
        let newest = self.server.newest();
        match op {
            Op::Opened => {
                self.server.opened();
                self.give(Input::TransportOpened(newest))
            }
            Op::Closed(reason) => {
                self.server.closed();
                self.give(Input::TransportClosed(newest, *reason))
            }
            Op::PeerAlive => self.give(Input::PeerAlive(newest)),
            Op::Stale { back, news } => self.stale(*back, *news),
            Op::Serve => self.serve(MAX_SERVED),
            Op::ServeOne => self.serve(1),
            Op::Accept { connected, new, read_only, naming } => {
                let frame = self.server.accept((*connected, *new, *read_only), *naming);
                self.receive(frame.as_bytes())
            }
            Op::Answer { back, answer, naming, twice } => {
                let Some(frame) = self.server.answer_back(*back, *answer, *naming) else {
                    return Ok(());
                };
                self.receive(frame.as_bytes())?;
                if *twice { self.receive(frame.as_bytes()) } else { Ok(()) }
            }
            Op::AgentSays { message, form } => {
                self.receive(frames::agent_says(*message, *form).as_bytes())
            }
            Op::AgentTypes { on, form } => {
                self.receive(frames::typing("Outbound", *on, *form).as_bytes())
            }
            Op::OwnSays(message) => self.receive(frames::own_says(*message).as_bytes()),
            Op::OwnTypes(on) => self.receive(frames::typing("Inbound", *on, 0).as_bytes()),
            Op::Presence(presence) => self.receive(presence_frame(*presence).as_bytes()),
            Op::Ending(ending) => self.receive(ending_frame(*ending).as_bytes()),
            Op::Garbage(kind) => self.receive(garbage(*kind)),
            Op::Frame { class, bytes } => self.receive(&frames::wrapped(*class, bytes)),
            _ => Ok(()),
        }
    }

    fn stale(&mut self, back: u8, news: u8) -> Step {
        let newest = self.server.newest().0;
        let transport = match back {
            0 => TransportId(newest.saturating_add(7)),
            back => TransportId(newest.saturating_sub(u64::from(back))),
        };
        let now = self.now;
        match news % 5 {
            0 => self.give(Input::TransportOpened(transport)),
            1 => self.give(Input::TransportClosed(transport, CloseReason::Code(1006))),
            2 => self.give(Input::PeerAlive(transport)),
            3 => self.give(Input::FrameUndecodable(transport)),
            _ => {
                let frame = self
                    .server
                    .answer_back(news >> 4, super::Answer::Well, Naming::Envelope)
                    .unwrap_or_else(|| frames::agent_says(news, 1));
                self.offer(&mut |subject| subject.receive(transport, frame.as_bytes(), now))
            }
        }
    }

    /// The key that was given this many texts ago, or one that never was.
    fn key(&self, back: u8) -> LocalKey {
        LocalKey(self.next_key.checked_sub(u64::from(back) + 1).unwrap_or(u64::MAX))
    }

    fn send(&mut self, text: SpokenText) -> Step {
        let key = match text {
            SpokenText::OldKey => self.key(0),
            _ => LocalKey(self.next_key),
        };
        if text != SpokenText::OldKey {
            self.next_key += 1;
        }
        let mut given = CustomAttributes::default();
        let text = match text {
            SpokenText::Empty => String::new(),
            // No two texts are alike.
            SpokenText::Longest => {
                let number = format!("{:06}", key.0);
                "\u{1f600}".repeat(4_096 - number.len()) + &number
            }
            SpokenText::TooLong => "x".repeat(4_097),
            SpokenText::WithAttributes => {
                given = attributes(&[("basket", "B-2"), ("\u{e9}\"", "\\")]);
                format!("{SECRET} with \"attributes\" {}\n", key.0)
            }
            SpokenText::OldKey => format!("{SECRET} text again {}", self.next_key),
            SpokenText::Short => format!("{SECRET} text {}", key.0),
        };
        self.give(Input::SendText { key, text: text.into(), attributes: given })
    }

    /// The server does what it owes, and what comes of that, for a while.
    fn serve(&mut self, most: u32) -> Step {
        for _ in 0..most {
            self.drain()?;
            let newest = self.server.newest();
            match self.server.due() {
                None => break,
                Some(Due::Open) => self.give(Input::TransportOpened(newest))?,
                Some(Due::Close) => {
                    self.give(Input::TransportClosed(newest, CloseReason::Code(1000)))?;
                }
                Some(Due::Frame(frame)) => self.receive(frame.as_bytes())?,
            }
        }
        Ok(())
    }

    fn receive(&mut self, wire: &[u8]) -> Step {
        let (newest, now) = (self.server.newest(), self.now);
        self.offer(&mut |subject| subject.receive(newest, wire, now))
    }

    #[expect(clippy::needless_pass_by_value, reason = "an input is made where it is given")]
    fn give(&mut self, input: Input<'_>) -> Step {
        let now = self.now;
        self.offer(&mut |subject| subject.handle(input.clone(), now))
    }

    /// Hands something over; what is refused for outputs that wait is handed over again.
    fn offer(&mut self, hand_over: &mut dyn FnMut(&mut S) -> Result<(), InputError>) -> Step {
        self.tale.inputs += 1;
        let mut taken = hand_over(&mut self.subject);
        if taken == Err(InputError::OutputsPending) {
            self.tale.seen.insert(InputError::OutputsPending.code());
            self.drain()?;
            taken = hand_over(&mut self.subject);
            if taken == Err(InputError::OutputsPending) {
                return Err("refused for outputs that wait, and none waits".into());
            }
        }
        if let Err(error) = taken {
            self.tale.refused += 1;
            self.tale.seen.insert(error.code());
        }
        Ok(())
    }

    fn tick(&mut self) -> Step {
        if self.armed.is_some_and(|armed| armed <= self.now) {
            self.armed = None;
        }
        self.give(Input::Tick)?;
        self.drain()
    }

    /// Lets time pass, with a tick at each time that was asked for.
    fn pass_to(&mut self, at: Instant) -> Step {
        while let Some(armed) = self.armed.filter(|armed| *armed <= at) {
            if armed > self.now {
                self.now = armed;
                self.ticks_at_once = 0;
            }
            self.ticks_at_once += 1;
            self.tale.ticks += 1;
            if self.ticks_at_once > MAX_TICKS_AT_ONCE {
                return Err(format!("{MAX_TICKS_AT_ONCE} wake-ups without any time passing"));
            }
            if self.tale.ticks > MAX_TICKS {
                self.is_over = true;
                return Ok(());
            }
            self.tick()?;
        }
        if at > self.now {
            self.now = at;
            self.ticks_at_once = 0;
        }
        Ok(())
    }

    fn drain(&mut self) -> Step {
        let mut count = 0;
        while let Some(output) = self.subject.poll_output() {
            count += 1;
            if count > MAX_OUTPUTS_AT_ONCE {
                return Err("outputs without end".into());
            }
            match &output {
                Output::ArmTimer(deadline) => self.armed = Some(deadline.at),
                Output::ClearTimer => self.armed = None,
                Output::SendFrame(frame) => {
                    self.tale.seen.insert(frame_name(&frame.body));
                }
                Output::Emit(event) => {
                    self.tale.seen.insert(event_name(event));
                }
                _ => {}
            }
            self.server.see(&output);
        }
        self.tale.seen.insert(self.subject.phase().name());
        let late =
            self.subject.deadline().filter(|due| self.armed.is_none_or(|armed| armed > due.at));
        match late {
            Some(due) => Err(format!("due: {due:?}, but the wake-up is at {:?}", self.armed)),
            None => Ok(()),
        }
    }
}

/// Time as operations count it.
trait After {
    fn after(self, ms: u64) -> Self;
}

impl After for Instant {
    fn after(self, ms: u64) -> Self {
        Self::new(self.since_origin().saturating_add(Duration::from_millis(ms)))
    }
}

fn presence_frame(presence: Presence) -> String {
    match presence {
        Presence::DisconnectReadOnly => frames::presence("Disconnect", true),
        Presence::Disconnect => frames::presence("Disconnect", false),
        Presence::Join => frames::presence("Join", false),
        Presence::Clear => frames::presence("Clear", false),
        Presence::SignIn => frames::presence("SignIn", false),
        Presence::SessionExpired => frames::presence("SessionExpired", false),
        Presence::Unknown => frames::presence("Pigeon", true),
    }
}

fn ending_frame(ending: Ending) -> String {
    match ending {
        Ending::ConnectionClosed => frames::of_class("ConnectionClosedEvent", ""),
        Ending::SignedIn => frames::of_class("ConnectionClosedEvent", r#""reason":"signedIn""#),
        Ending::SessionExpired => frames::of_class("SessionExpiredEvent", ""),
        Ending::SessionCleared => frames::of_class("SessionClearedEvent", ""),
        Ending::Logout => frames::of_class("LogoutEvent", ""),
        Ending::Jwt => frames::of_class("JwtResponse", r#""jwt":"S3CRET","exp":1780000000"#),
        Ending::Unknown => frames::of_class("PigeonEvent", r#""wings":2"#),
    }
}

const fn garbage(kind: u8) -> &'static [u8] {
    match kind {
        0 => b"{\"type\":\"message\",\"class\":\"Struct",
        1 => b"\xff\xfe",
        2 => b"[]",
        _ => b"",
    }
}

/// What a frame is called in a tale.
const fn frame_name(body: &webmessaging_proto::frame::ClientBody<'_>) -> &'static str {
    use webmessaging_proto::frame::{ClientBody, TypingNotice};
    match body {
        ClientBody::ConfigureSession { start_new: false, .. } => "send configure",
        ClientBody::ConfigureSession { .. } => "send configure anew",
        ClientBody::CloseSession { .. } => "send close",
        ClientBody::Text { .. } => "send text",
        ClientBody::Typing(TypingNotice::On) => "send on",
        ClientBody::Typing(TypingNotice::Off) => "send off",
        ClientBody::Join { .. } => "send join",
        ClientBody::ReadReceipt { .. } => "send receipt",
        ClientBody::Echo => "send echo",
        _ => "send other",
    }
}

/// What an event is called in a tale: its `type` in logs.
const fn event_name(event: &Event) -> &'static str {
    match event {
        Event::PhaseChanged(_) => "phase_changed",
        Event::MessageReceived(_) => "message_received",
        Event::MessageConfirmed { .. } => "message_confirmed",
        Event::MessageUnconfirmed { .. } => "message_unconfirmed",
        Event::MessageFailed { .. } => "message_failed",
        Event::PeerTypingStarted { .. } => "peer_typing_started",
        Event::PeerTypingStopped { .. } => "peer_typing_stopped",
        Event::MessageRead { .. } => "message_read",
        Event::ReceiptFailed { .. } => "receipt_failed",
        Event::CapabilityLost { .. } => "capability_lost",
        Event::MessagesMayBeMissing => "messages_may_be_missing",
        Event::SessionReplaced => "session_replaced",
        Event::RateLimited { .. } => "rate_limited",
        Event::AuthenticationFailed => "authentication_failed",
        Event::SessionExpired => "session_expired",
        Event::AccessDenied => "access_denied",
        Event::ConnectionClosed { .. } => "connection_closed",
        Event::ConversationEnded { .. } => "conversation_ended",
        Event::SessionCleared => "session_cleared",
        Event::Fault { .. } => "fault",
        Event::Other(_) => "other",
        _ => "another",
    }
}

//! The session: composes the machines into one, and is the only one that knows them all.
//!
//! Owns: the order of things in one step (time first, then the input, then what follows from it).
//! Must not know: bytes, sockets, clocks.

mod connection;
mod flush;
mod handshake;
mod inbound;
mod outbox;
mod parting;
mod phase;
mod rate_limit;
mod requests;
mod routing;
mod snapshot;

use alloc::sync::Arc;

use crate::config::{Capability, Config};
use crate::dialect::EncodeContext;
use crate::error::InputError;
use crate::frame::{ClientBody, ClientFrame, ServerFrame, SessionResponse};
use crate::id::{LocalKey, TracingId, TransportId};
use crate::input::Input;
use crate::lazy::Lazy;
use crate::line::Line;
use crate::output::{Event, Output};
use crate::peer_typing::{PeerTyping, PeerTypingChange};
use crate::receipts::{Receipts, check_id};
use crate::rng::Rng;
use crate::time::{Deadline, Instant};
use crate::timer::{Timer, TimerTable, WakeUp};
use crate::typing::Typing;

use connection::Connection;
use outbox::Outbox;
pub use outbox::{HeldText, TextState};
pub use phase::{FailReason, Phase, phase_diagram};
use rate_limit::{Pause, RateLimit};
use requests::{Cause, Requests};
pub use snapshot::Snapshot;

/// The guest's side of a conversation, as a state machine.
///
/// Give it what happens ([`handle`](Self::handle)), do what it says
/// ([`poll_output`](Self::poll_output)), and tick it when it asks for it
/// ([`deadline`](Self::deadline), [`Output::ArmTimer`]). It opens no socket and reads no clock.
///
/// * `now` never runs backward: an earlier time counts as the latest one seen.
/// * Drain the outputs when you like: none is lost, and a frame that was not drained when its
///   connection ends was never sent. But time-outs run meanwhile: 30 s for a text. And a frame
///   counts against the limits of the service from its making: what piles up for longer than the
///   minute of the budget goes out together, and may exceed them.
/// * An early tick changes nothing; a late one gives what is still true.
/// * An input that is refused changes nothing but the time.
#[derive(Clone, Debug, PartialEq)]
// In this order: what every input touches lies together, which is what many sessions live on.
#[repr(C)]
pub struct Session {
    now: Instant,
    phase: Phase,
    /// What the policies want and the dialect supports.
    supported: Capabilities,
    /// What of it the server has not refused.
    capabilities: Capabilities,
    typing: Typing,
    timers: TimerTable,
    outputs: Line<Output>,
    config: Config,
    receipts: Receipts,
    outbox: Lazy<Outbox>,
    peer_typing: PeerTyping,
    requests: Requests,
    rng: Rng,
    connection: Connection,
    stats: Stats,
    rate_limit: Lazy<RateLimit>,
    /// Typing rests while the server fails on it.
    typing_rest: Lazy<Pause>,
}

#[derive(Clone, Copy, Debug, PartialEq)]
struct Capabilities {
    typing: bool,
    typing_off: bool,
    receipts: bool,
}

impl Capabilities {
    const fn get(self, capability: Capability) -> bool {
        match capability {
            Capability::Typing => self.typing,
            Capability::TypingOff => self.typing_off,
            Capability::Receipts => self.receipts,
        }
    }

    const fn get_mut(&mut self, capability: Capability) -> &mut bool {
        match capability {
            Capability::Typing => &mut self.typing,
            Capability::TypingOff => &mut self.typing_off,
            Capability::Receipts => &mut self.receipts,
        }
    }
}

/// Counts over the life of a session in one process: a restored one counts from 0.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
#[non_exhaustive]
pub struct Stats {
    /// Frames handed out to be sent.
    pub frames_sent: u64,
    /// Frames taken from the current transport, the undecodable ones too.
    pub frames_received: u64,
    /// Dials.
    pub dials: u64,
    /// Texts that the server has taken.
    pub texts_confirmed: u64,
    /// Receipts that were sent, repetitions too.
    pub receipts_sent: u64,
    /// Rate limits that the server answered.
    pub rate_limits: u64,
}

impl Session {
    /// An idle session. [`Input::Connect`] starts it.
    #[must_use]
    pub fn new(config: Config, now: Instant) -> Self {
        let supported = Capabilities {
            typing: true,
            typing_off: config.typing().sends_off,
            receipts: config.receipts().on_wire,
        };
        Self {
            now,
            rng: Rng::new(config.seed),
            phase: Phase::Idle,
            timers: TimerTable::new(),
            outputs: Line::new(),
            connection: Connection::default(),
            requests: Requests::default(),
            rate_limit: Lazy::new(),
            typing_rest: Lazy::new(),
            typing: Typing::from_checked(Arc::clone(config.shared_typing())),
            peer_typing: PeerTyping::new(config.limits().typists),
            receipts: Receipts::new(*config.receipts(), config.limits().messages),
            outbox: Lazy::new(),
            supported,
            capabilities: supported,
            stats: Stats::default(),
            config,
        }
    }

    /// The session on a wire that lacks `capability`, from here on and for each further conversation.
    #[must_use]
    pub fn without(mut self, capability: Capability) -> Self {
        *self.supported.get_mut(capability) = false;
        if capability == Capability::TypingOff {
            self.config.lose_off();
        }
        self.turn_off(capability);
        self
    }

    /// Takes one input at the time `now`.
    ///
    /// # Errors
    /// The caller's mistakes; such an input changes nothing. The peer's mistakes are events.
    pub fn handle(&mut self, input: Input<'_>, now: Instant) -> Result<(), InputError> {
        if self.is_full() {
            return Err(InputError::OutputsPending);
        }
        self.advance(now);
        let taken = self.apply(input);
        self.flush();
        taken
    }

    /// [`Input::Keystroke`], which nothing can refuse. While the agent sees the guest typing
    /// already, it costs two stores and a comparison.
    pub fn keystroke(&mut self, now: Instant) {
        if self.go_on_typing(now) {
            return;
        }
        if self.is_full() {
            self.now = now.max(self.now);
            self.typing.keystroke(self.now);
            // Acted on by a tick, once the outputs are drained.
            self.timers.set(Timer::Typing, Some(self.now));
        } else {
            self.advance(now);
            self.typing.keystroke(self.now);
            self.flush();
        }
    }

    /// A [`keystroke`](Self::keystroke) while the agent sees the guest typing already, and nothing
    /// is due: it changes nothing but its own time, and leaves nothing to poll. Of any other
    /// keystroke it says `false`, and does nothing.
    #[must_use = "a keystroke that was not taken is still to be told"]
    pub fn go_on_typing(&mut self, now: Instant) -> bool {
        let now = now.max(self.now);
        let goes_on = self.typing.is_steady() && self.timers.is_quiet(now);
        if goes_on {
            self.now = now;
            self.typing.keystroke(now);
        }
        goes_on
    }

    /// [`Input::Tick`].
    ///
    /// # Errors
    /// If the outputs are not drained.
    pub fn tick(&mut self, now: Instant) -> Result<(), InputError> {
        self.handle(Input::Tick, now)
    }

    /// [`Input::MessageVisible`].
    ///
    /// # Errors
    /// If the outputs are not drained, or no such message is known.
    pub fn message_visible(&mut self, id: &str, now: Instant) -> Result<(), InputError> {
        self.handle(Input::MessageVisible { id: id.into() }, now)
    }

    /// [`Input::FrameReceived`].
    ///
    /// # Errors
    /// If the outputs are not drained.
    pub fn frame_received(
        &mut self,
        transport: TransportId,
        frame: ServerFrame<'_>,
        now: Instant,
    ) -> Result<(), InputError> {
        self.handle(Input::FrameReceived(transport, frame), now)
    }

    /// The next thing for the driver to do; `None` when all is done for now.
    ///
    /// The wake-up comes last: only a change of it is told, and only when it must ring earlier than
    /// the one that was asked for, or that one has rung.
    #[must_use = "an output that is dropped is never carried out"]
    pub fn poll_output(&mut self) -> Option<Output> {
        let output = self.outputs.pop_front();
        if output.is_some() {
            return output;
        }
        Some(match self.timers.wake_up(self.now)? {
            WakeUp::Arm(deadline) => Output::ArmTimer(deadline),
            WakeUp::Clear => Output::ClearTimer,
        })
    }

    /// When to tick at the latest, for a driver that asks rather than listens to
    /// [`Output::ArmTimer`].
    #[must_use]
    pub fn deadline(&self) -> Option<Deadline> {
        self.timers.next()
    }

    /// Where the session stands.
    #[must_use]
    pub const fn phase(&self) -> Phase {
        self.phase
    }

    /// The counts so far.
    #[must_use]
    pub const fn stats(&self) -> Stats {
        self.stats
    }

    /// What the session was built with, but for the rules of typing on a wire
    /// [`without`](Self::without) Off, and for the credentials: those of its next connection.
    #[must_use]
    pub const fn config(&self) -> &Config {
        &self.config
    }

    /// What the server said of the session when it accepted it last; known with the feature
    /// `whole-frames` alone.
    #[must_use]
    pub fn session_info(&self) -> Option<&SessionResponse<'static>> {
        self.connection.info.as_deref()
    }

    /// Whether a feature is in use on this session's wire.
    #[must_use]
    pub const fn has(&self, capability: Capability) -> bool {
        self.capabilities.get(capability)
    }

    /// Whether the user is typing, as far as the inputs tell.
    #[must_use]
    pub fn is_typing(&self) -> bool {
        self.typing.is_desired(self.now)
    }

    /// Whether the agent's side may be showing that the guest types: an On was handed out, and
    /// neither an Off nor time has ended it.
    #[must_use]
    pub fn is_typing_shown(&self) -> bool {
        self.typing.is_believed(self.now)
    }

    /// The text that a frame of the current connection carries, by the frame's name: for a driver
    /// that reports what was written.
    ///
    /// ```
    /// use webmessaging_proto::{Config, Instant, Session, TracingId};
    ///
    /// let guest = Session::new(Config::new("deployment", "token", 1), Instant::ORIGIN);
    /// assert_eq!(guest.text_sent_as(TracingId::from_bits(1)), None, "nothing was sent");
    /// ```
    #[must_use]
    pub fn text_sent_as(&self, tracing_id: TracingId) -> Option<LocalKey> {
        match self.requests.find(tracing_id)?.cause {
            Cause::Text(key) => Some(key),
            _ => None,
        }
    }

    /// The texts that are not settled: those that wait, in their order, the one in flight first;
    /// then those that are kept for the host.
    pub fn texts(&self) -> impl Iterator<Item = HeldText<'_>> {
        self.outbox.texts()
    }

    /// What a dialect needs to encode this session's frames; from [`Output::OpenTransport`] on with the
    /// token of the new transport, for carriers that show it when they dial.
    #[must_use]
    pub fn encode_context(&self) -> EncodeContext<'_> {
        let token = self.connection.token_before.as_deref();
        let token = token.unwrap_or(&self.config.credentials.token);
        EncodeContext::new(token, self.config.deployment_id())
    }

    fn apply(&mut self, input: Input<'_>) -> Result<(), InputError> {
        match input {
            Input::Tick => {}
            Input::Connect => return self.connect(),
            Input::Disconnect => self.disconnect(),
            Input::NetworkAvailable => self.network_available(),
            Input::StartNew => return self.start_new(),
            Input::Renew(credentials) => self.renew(credentials),

            Input::TransportOpened(transport) => self.transport_opened(transport),
            Input::TransportClosed(transport, reason) => self.transport_closed(transport, reason),
            Input::FrameReceived(transport, frame) => self.receive(transport, frame),
            Input::FrameUndecodable(transport) => self.receive_undecodable(transport),
            Input::PeerAlive(transport) => self.peer_alive(transport),

            Input::Keystroke => self.typing.keystroke(self.now),
            Input::SetTyping(true) => self.typing.hold(self.now),
            Input::InputCleared | Input::ComposerClosed | Input::SetTyping(false) => {
                self.typing.end();
            }
            Input::Foreground(foreground) => {
                if !foreground {
                    self.typing.end();
                }
                self.receipts.foreground(foreground, self.now);
            }

            Input::SendText { key, text, attributes } => {
                self.refuse_unless_writable("send_text")?;
                self.outbox.check(key, &text, self.config.limits().texts)?;
                self.typing.end();
                self.outbox.push(key, text.into_owned(), attributes);
            }
            Input::Retry { key } => {
                self.refuse_unless_writable("retry")?;
                self.outbox.retry(key)?;
            }
            Input::Discard { key } => self.outbox.discard(key)?,

            Input::MessageVisible { id } => self.receipts.visible(&id, self.now)?,
            Input::MessageHidden { id } => self.receipts.hidden(&id)?,
            Input::MessageRestored { id, from, read } => {
                check_id(&id)?;
                let added = self.receipts.add(&id, from, read);
                self.report_lost_receipt(added.lost);
            }
        }
        Ok(())
    }

    /// Texts are taken while the session is, or may yet be, ready for them.
    fn refuse_unless_writable(&self, input: &'static str) -> Result<(), InputError> {
        match self.phase {
            Phase::Idle
            | Phase::Connecting
            | Phase::Configuring
            | Phase::Ready
            | Phase::Backoff => Ok(()),
            phase => Err(InputError::InvalidState { input, phase }),
        }
    }

    /// Lets time pass: timers that are due fire before whatever happens now.
    fn advance(&mut self, now: Instant) {
        self.now = now.max(self.now);
        if self.timers.is_quiet(self.now) {
            return;
        }
        let due = self.timers.take_due(self.now);
        // An early tick changes nothing.
        if due.is_empty() {
            return;
        }
        for timer in due {
            self.fire(timer);
        }
        self.flush();
    }

    fn fire(&mut self, timer: Timer) {
        match timer {
            Timer::Dial | Timer::HealthCheckAnswer => self.transport_unresponsive(),
            Timer::Configure => self.configure_timed_out(),
            Timer::Close => self.closed(),
            Timer::Backoff => self.backoff_over(),
            Timer::GiveUp => self.give_up(),
            Timer::TextConfirmation => self.text_unconfirmed(),
            // What these wait for is decided by time alone, when everything is flushed.
            Timer::RateLimit
            | Timer::TextRetry
            | Timer::HealthCheck
            | Timer::Budget
            | Timer::Typing
            | Timer::PeerTyping
            | Timer::Dwell => {}
        }
    }

    fn is_full(&self) -> bool {
        self.outputs.len() >= self.config.limits().outputs.max(1)
    }

    fn emit(&mut self, event: Event) {
        self.put_out(Output::Emit(event));
    }

    fn put_out(&mut self, output: Output) {
        self.outputs.push_back(output);
    }

    fn send(&mut self, body: ClientBody<'static>, cause: Cause) -> TracingId {
        // A receipt that is being sent has just been counted itself.
        let receipts_before = self.receipts.sends() - u64::from(matches!(cause, Cause::Receipt(_)));
        // Beyond that, receipts would only be sent again.
        let receipts_before = u32::try_from(receipts_before).unwrap_or(u32::MAX);
        let unwritten = self.unwritten().count();
        let tracing_id =
            self.requests.push(cause, self.now, receipts_before, unwritten, &mut self.rng);
        self.put_out(Output::SendFrame(ClientFrame::new(tracing_id, body)));
        self.stats.frames_sent += 1;
        tracing_id
    }

    /// The frames that were not drained yet.
    fn unwritten(&self) -> impl DoubleEndedIterator<Item = &ClientFrame<'static>> {
        self.outputs.iter().filter_map(|output| match output {
            Output::SendFrame(frame) => Some(frame),
            _ => None,
        })
    }

    fn text_unconfirmed(&mut self) {
        if let Some(key) = self.outbox.used().and_then(Outbox::keep_in_flight) {
            self.emit(Event::MessageUnconfirmed { key });
        }
    }

    fn emit_peer_typing(&mut self) {
        while let Some(change) = self.peer_typing.poll(self.now) {
            self.emit(match change {
                PeerTypingChange::Started(typist) => Event::PeerTypingStarted { typist },
                PeerTypingChange::Stopped(typist, reason) => {
                    Event::PeerTypingStopped { typist, reason }
                }
            });
        }
    }
}

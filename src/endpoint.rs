//! A session and its dialect: the same verbs, with bytes.
//!
//! Owns: decoding before, encoding after the session. Must not know: sockets, what a frame means.

use alloc::vec::Vec;

use crate::config::{Capability, Config};
use crate::dialect::{Dialect, EncodeContext};
use crate::error::{InputError, RestoreError};
use crate::id::TransportId;
use crate::input::Input;
use crate::output::{Close, Event, FaultCode, Output};
use crate::session::{Phase, Session, Snapshot};
use crate::time::{Deadline, Instant};

/// A [`Session`] that takes and gives bytes.
///
/// ```
/// use webmessaging_proto::{Config, Endpoint, EndpointOutput, Input, Instant, TransportId};
/// use webmessaging_proto::dialect::WebMessaging;
///
/// let now = Instant::ORIGIN;
/// let mut guest = Endpoint::new(Config::new("deployment", "token", 1), WebMessaging, now);
/// let mut wire = Vec::new();
/// guest.handle(Input::Connect, now)?;
/// guest.handle(Input::TransportOpened(TransportId(1)), now)?;
/// let mut sent = Vec::new();
/// while let Some(output) = guest.poll_output(&mut wire) {
///     if output == EndpointOutput::Send {
///         sent.push(String::from_utf8_lossy(&wire).into_owned());
///     }
/// }
/// assert!(sent[0].contains("configureSession"));
/// # Ok::<(), webmessaging_proto::InputError>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Endpoint<D> {
    session: Session,
    dialect: D,
}

/// [`Output`], with the frame as bytes in the caller's buffer.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum EndpointOutput {
    /// [`Output::OpenTransport`].
    OpenTransport(TransportId),
    /// [`Output::CloseTransport`].
    CloseTransport(TransportId, Close),
    /// [`Output::SendFrame`]: send what is in the buffer, as one text message.
    Send,
    /// [`Output::ArmTimer`].
    ArmTimer(Deadline),
    /// [`Output::ClearTimer`].
    ClearTimer,
    /// [`Output::Emit`].
    Emit(Event),
}

impl EndpointOutput {
    /// A session's output in a dialect, for hosts that keep the two apart; the frame to send, if it
    /// is one, replaces what is in `wire`. What the dialect can't spell becomes [`Event::Fault`].
    pub fn encode<D: Dialect>(
        output: Output,
        dialect: &D,
        context: &EncodeContext<'_>,
        wire: &mut Vec<u8>,
    ) -> Self {
        match output {
            Output::OpenTransport(transport) => Self::OpenTransport(transport),
            Output::CloseTransport(transport, close) => Self::CloseTransport(transport, close),
            Output::SendFrame(frame) => {
                wire.clear();
                match dialect.encode(context, &frame, wire) {
                    Ok(()) => Self::Send,
                    Err(_) => Self::Emit(Event::Fault { code: FaultCode::Unencodable }),
                }
            }
            Output::ArmTimer(deadline) => Self::ArmTimer(deadline),
            Output::ClearTimer => Self::ClearTimer,
            Output::Emit(event) => Self::Emit(event),
        }
    }
}

impl<D: Dialect> Endpoint<D> {
    /// An idle session that speaks `dialect`, and does without what that can't say.
    #[must_use]
    pub fn new(config: Config, dialect: D, now: Instant) -> Self {
        let mut session = Session::new(config, now);
        for capability in [Capability::Typing, Capability::TypingOff, Capability::Receipts] {
            if !dialect.supports(capability) {
                session = session.without(capability);
            }
        }
        Self { session, dialect }
    }

    /// [`Session::restore`], with a session that speaks `dialect`.
    ///
    /// # Errors
    /// As [`Session::restore`].
    pub fn restore(
        config: Config,
        dialect: D,
        snapshot: Snapshot,
        now: Instant,
    ) -> Result<Self, RestoreError> {
        let Self { session, dialect } = Self::new(config, dialect, now);
        Ok(Self { session: session.resumed(snapshot)?, dialect })
    }

    /// [`Session::handle`].
    ///
    /// # Errors
    /// The caller's mistakes; such an input changes nothing.
    pub fn handle(&mut self, input: Input<'_>, now: Instant) -> Result<(), InputError> {
        self.session.handle(input, now)
    }

    /// Takes one whole message from a transport. What can't be decoded becomes
    /// [`Event::Fault`].
    ///
    /// # Errors
    /// If the outputs are not drained.
    pub fn receive(
        &mut self,
        transport: TransportId,
        wire: &[u8],
        now: Instant,
    ) -> Result<(), InputError> {
        match self.dialect.decode(wire) {
            Ok(frame) => self.session.frame_received(transport, frame, now),
            Err(_) => self.session.handle(Input::FrameUndecodable(transport), now),
        }
    }

    /// [`Session::keystroke`].
    pub fn keystroke(&mut self, now: Instant) {
        self.session.keystroke(now);
    }

    /// [`Session::tick`].
    ///
    /// # Errors
    /// If the outputs are not drained.
    pub fn tick(&mut self, now: Instant) -> Result<(), InputError> {
        self.session.tick(now)
    }

    /// [`Session::message_visible`].
    ///
    /// # Errors
    /// If the outputs are not drained, or no such message is known.
    pub fn message_visible(&mut self, id: &str, now: Instant) -> Result<(), InputError> {
        self.session.message_visible(id, now)
    }

    /// [`Session::poll_output`]; on [`EndpointOutput::Send`], `wire` holds the frame and nothing
    /// else. Reuse the buffer, and nothing is allocated once it has grown.
    #[must_use = "an output that is dropped is never carried out"]
    pub fn poll_output(&mut self, wire: &mut Vec<u8>) -> Option<EndpointOutput> {
        let output = self.session.poll_output()?;
        Some(EndpointOutput::encode(output, &self.dialect, &self.session.encode_context(), wire))
    }

    /// [`Session::deadline`].
    #[must_use]
    pub fn deadline(&self) -> Option<Deadline> {
        self.session.deadline()
    }

    /// [`Session::phase`].
    #[must_use]
    pub const fn phase(&self) -> Phase {
        self.session.phase()
    }

    /// The session inside, to look at.
    #[must_use]
    pub const fn session(&self) -> &Session {
        &self.session
    }
}

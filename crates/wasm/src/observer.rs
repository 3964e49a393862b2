//! What a driver tells whoever runs it.
//!
//! Owns: [`Observer`] and what it is told. Must not know: JavaScript's form of it.

use std::borrow::Cow;

use wasm_bindgen::JsValue;
use webmessaging_proto::frame::{ClientBody, ClientFrame, TypingNotice};
use webmessaging_proto::{Deadline, Event, LocalKey, Session, TransportId};

/// Listens to a driver. Each call comes after the driver's work for it is done, so that all of the
/// driver's methods can be called from it; what they cause is told after it has returned.
pub trait Observer: 'static {
    /// The session's news.
    fn event(&self, event: Event);

    /// A frame was given to the socket.
    fn written(&self, _frame: Written) {}

    /// A frame as it went out, with the token in it.
    fn frame_sent(&self, _text: &str, _transport: TransportId) {}

    /// A message as it came in.
    fn frame_received(&self, _text: &str, _transport: TransportId) {}

    /// News of a socket.
    fn transport(&self, _transport: TransportId, _news: TransportNews<'_>) {}

    /// The session's next deadline is another one.
    fn deadline(&self, _deadline: Option<Deadline>) {}
}

/// What a frame was for.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum Written {
    /// The first request on every transport.
    Configure,
    /// The opening of a conversation.
    Join,
    /// A text; `None` if it was discarded meanwhile.
    Text(Option<LocalKey>),
    /// The guest is typing.
    TypingOn,
    /// The guest has stopped.
    TypingOff,
    /// A read receipt for this message.
    Receipt(Cow<'static, str>),
    /// A health check.
    Echo,
    /// Anything else.
    Other,
}

impl Written {
    /// What `frame`, which `session` has just handed out, is for.
    pub(crate) fn of(frame: &ClientFrame<'static>, session: &Session) -> Self {
        match &frame.body {
            ClientBody::ConfigureSession { .. } => Self::Configure,
            ClientBody::Join { .. } => Self::Join,
            ClientBody::Text { .. } => Self::Text(session.text_sent_as(frame.tracing_id)),
            ClientBody::Typing(TypingNotice::On) => Self::TypingOn,
            ClientBody::Typing(TypingNotice::Off) => Self::TypingOff,
            ClientBody::ReadReceipt { message } => Self::Receipt(message.clone()),
            ClientBody::Echo => Self::Echo,
            _ => Self::Other,
        }
    }

    /// Its name in logs.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Configure => "configure",
            Self::Join => "join",
            Self::Text(_) => "text",
            Self::TypingOn => "typing_on",
            Self::TypingOff => "typing_off",
            Self::Receipt(_) => "receipt",
            Self::Echo => "echo",
            Self::Other => "other",
        }
    }
}

/// What became of a socket.
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub enum TransportNews<'a> {
    /// It is being dialed, at this address, which holds no secret.
    Dialing(&'a str),
    /// It is open.
    Open,
    /// It was closed with this code.
    Closed(u16),
    /// It was given up here, or ended without a word.
    Dropped,
    /// It could not be dialed at all: the exception of its constructor.
    Refused(&'a JsValue),
}

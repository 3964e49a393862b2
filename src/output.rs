//! What a session wants done, as data.
//!
//! Owns: [`Output`], [`Event`] and their parts. Must not know: who carries it out.

use alloc::borrow::Cow;
use alloc::boxed::Box;
use alloc::string::String;
use alloc::vec::Vec;
use core::time::Duration;

use serde::{Serialize, Serializer};

use crate::config::Capability;
use crate::frame::{ClientFrame, Content, OriginatingEntity, ServerFrame};
use crate::id::{LocalKey, TransportId};
use crate::peer_typing::{PeerTypingEnd, Typist};
use crate::receipts::Sender;
use crate::sensitive::Sensitive;
use crate::session::Phase;
use crate::time::Deadline;

/// Something for the driver to do. Carry outputs out in the order in which they come.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum Output {
    /// Dial [`Config::url`](crate::Config::url), and report the end of it under this identity.
    OpenTransport(TransportId),
    /// Close this transport, or abandon its dial. Closing what is closed is harmless.
    CloseTransport(TransportId, Close),
    /// Send this on the transport that was opened last.
    SendFrame(ClientFrame<'static>),
    /// Tick at this time; replaces the wake-up that was armed before. It is asked for once: if a timer
    /// rings early, let it ring again, since a tick before this time changes nothing and arms nothing.
    ArmTimer(Deadline),
    /// No wake-up is needed.
    ClearTimer,
    /// Tell the host.
    Emit(Event),
}

/// How to close a transport.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum Close {
    /// Done with it.
    Normal,
    /// The peer does not answer; do not wait for a closing handshake.
    Unresponsive,
}

impl Close {
    /// The WebSocket close code (`wire.md` 1.4).
    #[must_use]
    pub const fn code(self) -> u16 {
        match self {
            Self::Normal => 1000,
            Self::Unresponsive => 1001,
        }
    }
}

/// News for the host. The state that an event tells of is in force before the event.
///
/// Serialized as an object with a `type`, for logs and replays; message texts are in it.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(tag = "type", rename_all = "snake_case")]
#[non_exhaustive]
pub enum Event {
    /// The session is in another phase.
    PhaseChanged(Phase),
    /// A message that was not known before, by the agent, or by the guest from elsewhere.
    MessageReceived(Box<Message>),
    /// The server has taken a text.
    MessageConfirmed {
        /// The text.
        key: LocalKey,
        /// The message's key in the conversation.
        id: Box<str>,
        /// The server's time of it, as written by the server.
        #[serde(skip_serializing_if = "Option::is_none")]
        time: Option<Box<str>>,
    },
    /// Nobody knows whether the server has taken a text. It is kept for `Retry` or `Discard`; a
    /// late confirmation may still come.
    MessageUnconfirmed {
        /// The text.
        key: LocalKey,
    },
    /// The server will not take a text, or it was not sent before the conversation ended. It is
    /// kept for `Retry` or `Discard`.
    MessageFailed {
        /// The text.
        key: LocalKey,
        /// Why.
        code: FailureCode,
    },
    /// Somebody is typing.
    PeerTypingStarted {
        /// Who.
        #[serde(flatten)]
        typist: Typist,
    },
    /// Somebody is typing no more. Comes exactly once for each start.
    PeerTypingStopped {
        /// Who.
        #[serde(flatten)]
        typist: Typist,
        /// Why.
        reason: PeerTypingEnd,
    },
    /// The user has read a message, and the wire cannot say so.
    MessageRead {
        /// The message's key.
        id: Box<str>,
    },
    /// A receipt was given up.
    ReceiptFailed {
        /// The message's key.
        id: Box<str>,
        /// Why.
        code: FailureCode,
    },
    /// The server refused a feature; it is off for the rest of the session.
    CapabilityLost {
        /// Which.
        capability: Capability,
    },
    /// The session was resumed after a loss: fetch the history to see what arrived meanwhile.
    MessagesMayBeMissing,
    /// The server opened a new session in place of the old one: messages seen before belong to
    /// another conversation.
    SessionReplaced,
    /// The server asked for a pause.
    RateLimited {
        /// How long it is.
        #[serde(rename = "retry_after_ms", serialize_with = "as_millis")]
        retry_after: Duration,
    },
    /// The server does not accept the token: [`Renew`](crate::Input::Renew), then connect.
    AuthenticationFailed,
    /// The session is over by time: connect with a new token.
    SessionExpired,
    /// The upgrade was refused: check the deployment's id, state and allowed domains.
    AccessDenied,
    /// The server closed the connection for good.
    ConnectionClosed {
        /// Why.
        reason: ClosedReason,
    },
    /// The agent's side ended the conversation.
    ConversationEnded {
        /// Whether the guest can write no more.
        read_only: bool,
    },
    /// The conversation was wiped.
    SessionCleared,
    /// The peer sent something that should not be.
    Fault {
        /// What.
        code: FaultCode,
    },
    /// A frame that the session makes no use of; without the feature `whole-frames`, its class alone.
    #[serde(serialize_with = "class_only")]
    Other(Box<ServerFrame<'static>>),
}

/// A message of the conversation.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Message {
    /// The key that names it in receipts: `channel.messageId`, else `id` (`wire.md` 3.7).
    pub id: Box<str>,
    /// Who wrote it.
    pub from: Sender,
    /// The writer's nickname.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub nickname: Option<Box<str>>,
    /// Whether a person or a bot wrote it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub entity: Option<OriginatingEntity>,
    /// The server's time of it, as written by the server (ISO 8601 by rule).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub time: Option<Box<str>>,
    /// What it says.
    pub text: Option<Sensitive<'static>>,
    /// Cards, quick replies, attachments and the like.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub content: Vec<Content<'static>>,
}

/// Why something failed: a code of the server's (`wire.md` 4.1), or what happened here.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum FailureCode {
    /// The server's.
    Server(u16),
    /// The conversation is read-only.
    ReadOnly,
    /// The host disconnected.
    Disconnected,
    /// A new session took the place of the old one.
    SessionReplaced,
    /// The ledger was full.
    LedgerFull,
}

impl Serialize for FailureCode {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Server(code) => serializer.serialize_u16(*code),
            Self::ReadOnly => serializer.serialize_str("read_only"),
            Self::Disconnected => serializer.serialize_str("disconnected"),
            Self::SessionReplaced => serializer.serialize_str("session_replaced"),
            Self::LedgerFull => serializer.serialize_str("ledger_full"),
        }
    }
}

/// What the peer did wrong.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum FaultCode {
    /// An error that belongs to no request of ours, or to one that has no failure of its own.
    Server(u16),
    /// Something that is no frame.
    Undecodable,
    /// A configure was answered without a usable session.
    NotConnected,
    /// A frame of ours that the dialect could not spell; it was not sent.
    Unencodable,
}

impl Serialize for FaultCode {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Server(code) => serializer.serialize_u16(*code),
            Self::Undecodable => serializer.serialize_str("undecodable"),
            Self::NotConnected => serializer.serialize_str("not_connected"),
            Self::Unencodable => serializer.serialize_str("unencodable"),
        }
    }
}

/// Why the server closed the connection for good (`wire.md` 1.4, 4.3).
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum ClosedReason {
    /// A close with code 1000.
    ByServer,
    /// More connections than a session may have: another tab or device took over.
    SessionLimit,
    /// The guest signed in elsewhere.
    SignedIn,
    /// The conversation was wiped.
    ConversationCleared,
    /// The guest logged out elsewhere.
    Logout,
    /// Another reason, in the server's words.
    Other(Box<str>),
}

impl ClosedReason {
    /// The reason's name.
    #[must_use]
    pub fn as_str(&self) -> &str {
        match self {
            Self::ByServer => "by_server",
            Self::SessionLimit => "session_limit",
            Self::SignedIn => "signed_in",
            Self::ConversationCleared => "conversation_cleared",
            Self::Logout => "logout",
            Self::Other(reason) => reason,
        }
    }

    pub(crate) fn of_event(reason: Option<Cow<'_, str>>, cleared: bool) -> Self {
        match reason {
            Some(reason) if reason.eq_ignore_ascii_case("signedIn") => Self::SignedIn,
            _ if cleared => Self::ConversationCleared,
            Some(reason) => Self::Other(String::from(reason).into()),
            None => Self::SessionLimit,
        }
    }
}

impl Serialize for ClosedReason {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

fn as_millis<S: Serializer>(duration: &Duration, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_u64(u64::try_from(duration.as_millis()).unwrap_or(u64::MAX))
}

/// An unused frame in a log: its class is enough, its body may hold anything.
fn class_only<S: Serializer>(frame: &ServerFrame<'_>, serializer: S) -> Result<S::Ok, S::Error> {
    #[derive(Serialize)]
    struct Class<'a> {
        class: &'a str,
    }
    Class { class: frame.body.class() }.serialize(serializer)
}

//! What can happen to a session, as data: to be logged, generated, replayed.
//!
//! Owns: [`Input`] and its parts. Must not know: what a session makes of it.

use alloc::borrow::Cow;

use crate::config::Credentials;
use crate::frame::{CustomAttributes, ServerFrame};
use crate::id::{LocalKey, TransportId};
use crate::receipts::Sender;
use crate::sensitive::Sensitive;

/// Something that happened: to the host, to the user, to the transport, or just time.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
#[expect(clippy::large_enum_variant, reason = "an input lives on the stack, for one call")]
pub enum Input<'a> {
    /// The host wants the session: from `Idle`, `Closed` or `Failed`; in `Backoff`, without a
    /// further wait.
    Connect,
    /// The host leaves. Legal in every phase.
    Disconnect,
    /// The network is back: a wait in `Backoff` is cut to a second at most. Counts once in 5 s.
    NetworkAvailable,
    /// Time has passed. Too early is harmless, but is no substitute for the tick that is still due.
    Tick,

    /// The transport is open.
    TransportOpened(TransportId),
    /// The transport is gone, or its dial has failed.
    TransportClosed(TransportId, CloseReason),
    /// The transport brought a frame.
    FrameReceived(TransportId, ServerFrame<'a>),
    /// The transport brought something that is no frame.
    FrameUndecodable(TransportId),
    /// The peer answered a ping that was sent after every frame drained so far: what it was sent
    /// has arrived.
    PeerAlive(TransportId),

    /// The user edited the text, by whatever means.
    Keystroke,
    /// The text is empty again.
    InputCleared,
    /// The composer is gone: blurred, closed, cancelled.
    ComposerClosed,
    /// The host keeps its own idle timer: typing until `false`, one minute at most.
    SetTyping(bool),
    /// Whether the user can see the window.
    Foreground(bool),

    /// Send a text.
    SendText {
        /// The host's name for it.
        key: LocalKey,
        /// 1 to 4096 characters.
        text: Sensitive<'a>,
        /// Sent along with it.
        attributes: CustomAttributes,
    },
    /// Send a failed or unconfirmed text again, after all that wait.
    Retry {
        /// The text.
        key: LocalKey,
    },
    /// Forget a text.
    Discard {
        /// The text.
        key: LocalKey,
    },
    /// Open a new conversation in place of one that is read-only.
    StartNew,

    /// A message is on screen, as much of it as the host wants for reading.
    MessageVisible {
        /// The message's key.
        id: Cow<'a, str>,
    },
    /// A message is not on screen any more.
    MessageHidden {
        /// The message's key.
        id: Cow<'a, str>,
    },
    /// The host has a message from its own history.
    MessageRestored {
        /// The message's key, of 1 to [`MAX_ID_BYTES`](crate::MAX_ID_BYTES) bytes.
        id: Cow<'a, str>,
        /// Who wrote it.
        from: Sender,
        /// Whether it was read before.
        read: bool,
    },

    /// Credentials for the next connection; the one that stands keeps its own.
    Renew(Credentials),
}

impl<'a> Input<'a> {
    /// [`Input::SendText`] without attributes.
    #[must_use]
    pub fn send_text(key: LocalKey, text: impl Into<Sensitive<'a>>) -> Self {
        Self::SendText { key, text: text.into(), attributes: CustomAttributes::default() }
    }

    /// The input's name in logs and replays.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Connect => "connect",
            Self::Disconnect => "disconnect",
            Self::NetworkAvailable => "network_available",
            Self::Tick => "tick",
            Self::TransportOpened(_) => "transport_opened",
            Self::TransportClosed(..) => "transport_closed",
            Self::FrameReceived(..) => "frame_received",
            Self::FrameUndecodable(_) => "frame_undecodable",
            Self::PeerAlive(_) => "peer_alive",
            Self::Keystroke => "keystroke",
            Self::InputCleared => "input_cleared",
            Self::ComposerClosed => "composer_closed",
            Self::SetTyping(_) => "set_typing",
            Self::Foreground(_) => "foreground",
            Self::SendText { .. } => "send_text",
            Self::Retry { .. } => "retry",
            Self::Discard { .. } => "discard",
            Self::StartNew => "start_new",
            Self::MessageVisible { .. } => "message_visible",
            Self::MessageHidden { .. } => "message_hidden",
            Self::MessageRestored { .. } => "message_restored",
            Self::Renew(_) => "renew",
        }
    }
}

/// How a transport ended.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum CloseReason {
    /// The peer closed with this code; 1000 is final, all others are a loss (`wire.md` 1.4).
    Code(u16),
    /// The dial failed, or the transport broke without a word.
    Lost,
    /// The upgrade was answered with 403: deployment or origin is not allowed. Final.
    AccessDenied,
}

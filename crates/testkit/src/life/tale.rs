//! What came of a life.
//!
//! Owns: [`Tale`], [`Finding`], and the names of what was seen. Must not know: how a life is played.

use std::collections::BTreeSet;

use thiserror::Error;
use webmessaging_proto::frame::{ClientBody, TypingNotice};
use webmessaging_proto::{Event, Instant};

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

/// What a frame is called in a tale.
pub(super) const fn frame_name(body: &ClientBody<'_>) -> &'static str {
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
pub(super) const fn event_name(event: &Event) -> &'static str {
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

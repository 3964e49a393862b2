//! What the service says of the session itself (`wire.md` 1.8, 3.2).
//!
//! Owns: the bodies around configure, close, history access. Must not know: the session's phases.

use alloc::borrow::Cow;
use core::time::Duration;

use serde::Serialize;

use super::TextList;
use super::owned::{millis, owned};
use crate::sensitive::Sensitive;

/// `SessionResponse` (`wire.md` 1.8). A truth value that is absent is false.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[non_exhaustive]
#[expect(clippy::struct_excessive_bools, reason = "the service's own shape")]
pub struct SessionResponse<'a> {
    /// The session can be used.
    pub connected: bool,
    /// The session was made just now.
    pub new_session: bool,
    /// The conversation is over, and nothing more can be written in it.
    pub read_only: bool,
    /// Another session of the same customer was cleared.
    pub cleared_existing_session: bool,
    /// The service started the conversation by itself.
    pub auto_started: bool,
    /// What may be uploaded.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub allowed_media: Option<AllowedMedia<'a>>,
    /// File name extensions that may not be uploaded, with their dot.
    pub blocked_extensions: TextList<'a>,
    /// How large custom attributes may be in sum.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max_custom_data_bytes: Option<u64>,
    /// `durationSeconds`: how long the session lives without a message.
    #[serde(
        rename = "duration_ms",
        serialize_with = "millis",
        skip_serializing_if = "Option::is_none"
    )]
    pub duration: Option<Duration>,
    /// When the session ends, in seconds since 1970.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub expiration_date: Option<u64>,
}

owned!(SessionResponse {
    connected,
    new_session,
    read_only,
    cleared_existing_session,
    auto_started,
    allowed_media,
    blocked_extensions,
    max_custom_data_bytes,
    duration,
    expiration_date,
});

/// What may be uploaded (`wire.md` 1.8). Without [`inbound`](Self::inbound), nothing.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[non_exhaustive]
pub struct AllowedMedia<'a> {
    /// What the guest may upload.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub inbound: Option<InboundMedia<'a>>,
}

owned!(AllowedMedia { inbound });

/// What a guest may upload (`wire.md` 1.8).
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[non_exhaustive]
pub struct InboundMedia<'a> {
    /// Media types, as the service lists them: `*/*` may stand between others. Without any, nothing
    /// may be uploaded.
    pub file_types: TextList<'a>,
    /// How large a file may be.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max_file_size_kb: Option<u64>,
}

owned!(InboundMedia { file_types, max_file_size_kb });

impl InboundMedia<'_> {
    /// Whether a file of any type may be uploaded.
    #[must_use]
    pub fn any_type(&self) -> bool {
        self.file_types.contains("*/*")
    }
}

/// `ConnectionClosedEvent` (`wire.md` 3.2, 4.3).
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[non_exhaustive]
pub struct ConnectionClosed<'a> {
    /// `reason`, or `reasonCode`: `signedIn`, or any other text.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<Cow<'a, str>>,
}

owned!(ConnectionClosed { reason });

/// `JwtResponse` (`wire.md` 3.2).
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Jwt<'a> {
    /// The bearer secret for the history.
    pub jwt: Sensitive<'a>,
    /// `exp`: when it expires, in seconds since 1970.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub exp: Option<u64>,
}

owned!(Jwt { jwt, exp });

/// `ResumeTokenResponse` (`wire.md` 2.10, 3.2).
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[non_exhaustive]
pub struct ResumeToken<'a> {
    /// The bearer secret to resume with.
    pub resume_token: Sensitive<'a>,
    /// `exp`: when it expires, in seconds since 1970.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub exp: Option<u64>,
}

owned!(ResumeToken { resume_token, exp });

/// `GetConfigurationResponse` (`wire.md` 3.2).
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Configuration<'a> {
    /// What may be uploaded.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub allowed_media: Option<AllowedMedia<'a>>,
    /// File name extensions that may not be uploaded, with their dot.
    pub blocked_extensions: TextList<'a>,
    /// How large custom attributes may be in sum.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max_custom_data_bytes: Option<u64>,
    /// Whether messages are routed to an agent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub message_routing_enabled: Option<bool>,
    /// `sessionDurationSeconds`: how long a session lives without a message.
    #[serde(
        rename = "session_duration_ms",
        serialize_with = "millis",
        skip_serializing_if = "Option::is_none"
    )]
    pub session_duration: Option<Duration>,
}

owned!(Configuration {
    allowed_media,
    blocked_extensions,
    max_custom_data_bytes,
    message_routing_enabled,
    session_duration,
});

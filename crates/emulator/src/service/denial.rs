//! Why a request is refused, and the code that the wire has for it.

use std::time::Duration;

/// Each becomes one error frame to the connection that asked, and changes nothing else.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Denial {
    #[error("The request is not valid JSON.")]
    NotJson,
    #[error("The request must be a JSON object.")]
    NotAnObject,
    #[error("Binary frames are not supported, send JSON in text frames.")]
    Binary,
    #[error("The request is larger than {0} bytes.")]
    TooLarge(usize),
    #[error("{name} must be {expected}.")]
    WrongType { name: &'static str, expected: &'static str },
    #[error("Missing required parameter: {0}.")]
    Missing(&'static str),
    #[error("Unknown action.")]
    UnknownAction,
    #[error("Unsupported message type.")]
    UnsupportedMessage,
    #[error("Unknown receipt status.")]
    UnknownStatus,
    #[error("Unsupported typing type.")]
    UnsupportedTyping,
    #[error("Message type Receipt is not supported.")]
    ReceiptUnsupported,
    #[error("The session is not configured, send configureSession first.")]
    NotConfigured,
    #[error("The deployment ID does not match the one of this connection.")]
    WrongDeployment,
    #[error("The session token must have 1 to 2048 characters.")]
    BadToken,
    #[error("User is unauthorized")]
    Unauthorized,
    #[error("Authentication is not enabled for this deployment.")]
    AuthenticationOff,
    #[error("Turn on the Feature Toggle or fix the configuration.")]
    TypingOff,
    #[error("Presence events Conversation Clear are not supported")]
    ClearOff,
    #[error("Message ID not found.")]
    UnknownMessage,
    #[error("The conversation is read-only.")]
    ReadOnly,
    #[error("Too many sessions, try again later.")]
    Full,
    #[error("This feature is not available.")]
    FeatureUnavailable,
    #[error("Session expired.")]
    SessionExpired,
    #[error("Session not found.")]
    SessionNotFound,
    #[error("Attachment not found.")]
    AttachmentNotFound,
    #[error("Message length {length} is larger than {limit}")]
    TextTooLong { length: usize, limit: usize },
    #[error("Custom Attributes in channel metadata is larger than {0} bytes")]
    AttributesTooLarge(usize),
    #[error("{what} rate too high for this {whose}")]
    TooMany { what: &'static str, whose: &'static str, wait: Duration },
}

impl Denial {
    /// The envelope's code.
    pub(crate) const fn code(&self) -> u16 {
        match self {
            Self::NotJson
            | Self::NotAnObject
            | Self::Binary
            | Self::TooLarge(_)
            | Self::WrongType { .. }
            | Self::UnknownAction
            | Self::UnsupportedMessage
            | Self::UnknownStatus
            | Self::UnsupportedTyping
            | Self::ReceiptUnsupported
            | Self::NotConfigured
            | Self::WrongDeployment
            | Self::BadToken => 400,
            Self::Unauthorized => 401,
            Self::AuthenticationOff | Self::TypingOff | Self::ClearOff => 403,
            Self::UnknownMessage => 404,
            Self::ReadOnly => 409,
            Self::TooMany { .. } => 429,
            Self::Full => 503,
            Self::FeatureUnavailable => 4000,
            Self::SessionExpired => 4006,
            Self::SessionNotFound => 4007,
            Self::AttachmentNotFound => 4009,
            Self::TextTooLong { .. } => 4011,
            Self::AttributesTooLarge(_) => 4013,
            Self::Missing(_) => 4020,
        }
    }
}

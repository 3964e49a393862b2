//! What the service says to the guest (`wire.md` 3).
//!
//! Owns: [`ServerFrame`], its envelope and the table of its bodies. Must not know: the spelling, and
//! what a session makes of a frame.

mod attachment;
mod content;
mod error;
mod event;
mod message;
mod metadata;
mod owned;
mod raw;
mod session;
mod text_list;

use alloc::borrow::Cow;

use serde::Serialize;

pub use attachment::*;
pub use content::*;
pub use error::*;
pub use event::*;
pub use message::*;
pub use metadata::Metadata;
pub(crate) use raw::RAW_VALUE;
pub use raw::RawJson;
pub use session::*;
pub use text_list::TextList;

use crate::sensitive::Sensitive;
use owned::{IntoOwned, owned};

/// One frame from the service (`wire.md` 3.1), borrowing from the bytes that it was read from.
///
/// `Debug` shows ids, codes, names of classes and times, and no text, address, token or attribute.
/// [`Serialize`] shows everything.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct ServerFrame<'a> {
    /// What the envelope says that the frame is. Not to be relied on: the service is not of one
    /// mind about it.
    pub envelope: Envelope,
    /// The envelope's code; 0 if there is none, or none that fits.
    pub code: u16,
    /// The name of the request that caused the frame: the envelope's, or else the body's.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tracing_id: Option<Cow<'a, str>>,
    /// What is said.
    pub body: ServerBody<'a>,
}

owned!(ServerFrame { envelope, code, tracing_id, body });

impl<'a> ServerFrame<'a> {
    /// The frame made of these parts.
    #[must_use]
    pub const fn new(
        envelope: Envelope,
        code: u16,
        tracing_id: Option<Cow<'a, str>>,
        body: ServerBody<'a>,
    ) -> Self {
        Self { envelope, code, tracing_id, body }
    }

    /// The frame without what it says, owning all of its text.
    pub(crate) fn into_class(self) -> ServerFrame<'static> {
        let class = Cow::Owned(self.body.class().into());
        ServerFrame {
            envelope: self.envelope,
            code: self.code,
            tracing_id: self.tracing_id.into_owned(),
            body: ServerBody::Unknown { class, body: RawJson::NULL },
        }
    }
}

/// The envelope's `type` (`wire.md` 3.1).
#[derive(Clone, Copy, Debug, Default, Eq, Hash, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Envelope {
    /// Pushed by the service.
    Message,
    /// An answer to a request of this connection.
    Response,
    /// Absent, or a value that is not known.
    #[default]
    Unknown,
}

/// What a frame says, by its class (`wire.md` 3.2).
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
#[allow(
    clippy::large_enum_variant,
    reason = "a message is the frequent case, and boxing it would be its only allocation; with pointers of 32 bits it is not even large"
)]
pub enum ServerBody<'a> {
    /// `SessionResponse`: the answer to a configure or a close.
    SessionResponse(SessionResponse<'a>),
    /// `StructuredMessage`: a message, or events.
    Message(StructuredMessage<'a>),
    /// `string`: an acknowledgement or an error, by the frame's code. A body that is not a string
    /// shows as its JSON text.
    Status(Sensitive<'a>),
    /// `TooManyRequestsErrorMessage`: a rate limit.
    TooManyRequests(TooManyRequests<'a>),
    /// `ConnectionClosedEvent`: this connection is about to be closed for good.
    ConnectionClosed(ConnectionClosed<'a>),
    /// `SessionExpiredEvent`: the session is over.
    SessionExpired,
    /// `SessionClearedEvent`: the conversation was wiped.
    SessionCleared,
    /// `LogoutEvent`: the guest logged out elsewhere.
    Logout,
    /// `PresignedUrlResponse`: where to put, or get, an attachment.
    PresignedUrl(PresignedUrl<'a>),
    /// `AttachmentDeletedResponse`.
    AttachmentDeleted(AttachmentDeleted<'a>),
    /// `UploadSuccessEvent`.
    UploadSuccess(UploadSuccess<'a>),
    /// `UploadFailureEvent`.
    UploadFailure(UploadFailure<'a>),
    /// `GenerateUrlError`: an attachment that the service won't take.
    GenerateUrlError(GenerateUrlError<'a>),
    /// `JwtResponse`: access to the history.
    Jwt(Jwt<'a>),
    /// `GetConfigurationResponse`.
    Configuration(Configuration<'a>),
    /// `ResumeTokenResponse`.
    ResumeToken(ResumeToken<'a>),
    /// `Error`, `ErrorMessage` or `Unknown`: an error with a body of its own.
    Error(ErrorBody<'a>),
    /// Any other class.
    Unknown {
        /// The class as it was written.
        class: Cow<'a, str>,
        /// The body as it was written; `null` if there was none.
        body: RawJson<'a>,
    },
}

impl ServerBody<'_> {
    /// The name of the class on the wire; `Error` for each of the three that carry an error.
    #[must_use]
    pub fn class(&self) -> &str {
        match self {
            Self::SessionResponse(_) => "SessionResponse",
            Self::Message(_) => "StructuredMessage",
            Self::Status(_) => "string",
            Self::TooManyRequests(_) => "TooManyRequestsErrorMessage",
            Self::ConnectionClosed(_) => "ConnectionClosedEvent",
            Self::SessionExpired => "SessionExpiredEvent",
            Self::SessionCleared => "SessionClearedEvent",
            Self::Logout => "LogoutEvent",
            Self::PresignedUrl(_) => "PresignedUrlResponse",
            Self::AttachmentDeleted(_) => "AttachmentDeletedResponse",
            Self::UploadSuccess(_) => "UploadSuccessEvent",
            Self::UploadFailure(_) => "UploadFailureEvent",
            Self::GenerateUrlError(_) => "GenerateUrlError",
            Self::Jwt(_) => "JwtResponse",
            Self::Configuration(_) => "GetConfigurationResponse",
            Self::ResumeToken(_) => "ResumeTokenResponse",
            Self::Error(_) => "Error",
            Self::Unknown { class, .. } => class,
        }
    }

    /// The same, owning all of its text.
    #[must_use]
    pub fn into_owned(self) -> ServerBody<'static> {
        match self {
            Self::SessionResponse(body) => ServerBody::SessionResponse(body.into_owned()),
            Self::Message(body) => ServerBody::Message(body.into_owned()),
            Self::Status(body) => ServerBody::Status(body.into_owned()),
            Self::TooManyRequests(body) => ServerBody::TooManyRequests(body.into_owned()),
            Self::ConnectionClosed(body) => ServerBody::ConnectionClosed(body.into_owned()),
            Self::SessionExpired => ServerBody::SessionExpired,
            Self::SessionCleared => ServerBody::SessionCleared,
            Self::Logout => ServerBody::Logout,
            Self::PresignedUrl(body) => ServerBody::PresignedUrl(body.into_owned()),
            Self::AttachmentDeleted(body) => ServerBody::AttachmentDeleted(body.into_owned()),
            Self::UploadSuccess(body) => ServerBody::UploadSuccess(body.into_owned()),
            Self::UploadFailure(body) => ServerBody::UploadFailure(body.into_owned()),
            Self::GenerateUrlError(body) => ServerBody::GenerateUrlError(body.into_owned()),
            Self::Jwt(body) => ServerBody::Jwt(body.into_owned()),
            Self::Configuration(body) => ServerBody::Configuration(body.into_owned()),
            Self::ResumeToken(body) => ServerBody::ResumeToken(body.into_owned()),
            Self::Error(body) => ServerBody::Error(body.into_owned()),
            Self::Unknown { class, body } => ServerBody::Unknown {
                class: Cow::Owned(class.into_owned()),
                body: body.into_owned(),
            },
        }
    }
}

impl IntoOwned for ServerBody<'_> {
    type Owned = ServerBody<'static>;

    fn into_owned(self) -> Self::Owned {
        self.into_owned()
    }
}

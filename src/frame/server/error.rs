//! What the service says when it refuses (`wire.md` 3.2, 4).
//!
//! Owns: the bodies of typed errors. Must not know: whose fault it was, and what to do.

use alloc::borrow::Cow;
use core::time::Duration;

use serde::Serialize;

use super::owned::{millis, owned};
use crate::sensitive::Sensitive;

/// The members that all typed errors share (`wire.md` 3.2).
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[non_exhaustive]
pub struct ErrorBody<'a> {
    /// `errorCode`: what is wrong (`wire.md` 4.1). More exact than the frame's code, which has been
    /// seen to be 200.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub code: Option<u16>,
    /// `errorMessage`, or the whole body where a string stands in for it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error_message: Option<Sensitive<'a>>,
    /// `name`: the kind of error.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<Cow<'a, str>>,
    /// `message`: most often the same as `error_message`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub message: Option<Sensitive<'a>>,
}

owned!(ErrorBody { code, error_message, name, message });

impl ErrorBody<'_> {
    /// The words for a human; empty if there are none.
    #[must_use]
    pub fn text(&self) -> &str {
        self.error_message.as_deref().or(self.message.as_deref()).unwrap_or_default()
    }
}

/// `TooManyRequestsErrorMessage`: a rate limit (`wire.md` 3.2).
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[non_exhaustive]
pub struct TooManyRequests<'a> {
    /// How long to wait.
    #[serde(
        rename = "retry_after_ms",
        serialize_with = "millis",
        skip_serializing_if = "Option::is_none"
    )]
    pub retry_after: Option<Duration>,
    /// Code 4029, and the words.
    pub error: ErrorBody<'a>,
}

owned!(TooManyRequests { retry_after, error });

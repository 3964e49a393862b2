//! What the service says of uploads (`wire.md` 2.8, 3.2).
//!
//! Owns: the bodies of the upload's steps. Must not know: HTTP.

use alloc::borrow::Cow;

use serde::Serialize;

use super::owned::owned;
use super::{ErrorBody, Metadata};
use crate::sensitive::Sensitive;

/// `PresignedUrlResponse`: an address to upload to, or a fresh one to download from
/// (`wire.md` 3.2).
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[non_exhaustive]
pub struct PresignedUrl<'a> {
    /// The attachment.
    pub attachment_id: Cow<'a, str>,
    /// The address, good for some minutes; whoever has it can use it.
    pub url: Sensitive<'a>,
    /// To send with the upload exactly as they are. None: this is a download.
    pub headers: Metadata<'a>,
    /// The file's name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub file_name: Option<Sensitive<'a>>,
    /// The file's size in bytes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub file_size: Option<u64>,
    /// The file's media type.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub file_type: Option<Cow<'a, str>>,
}

owned!(PresignedUrl { attachment_id, url, headers, file_name, file_size, file_type });

/// `AttachmentDeletedResponse` (`wire.md` 3.2).
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[non_exhaustive]
pub struct AttachmentDeleted<'a> {
    /// The attachment.
    pub attachment_id: Cow<'a, str>,
}

owned!(AttachmentDeleted { attachment_id });

/// `UploadSuccessEvent` (`wire.md` 3.2).
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[non_exhaustive]
pub struct UploadSuccess<'a> {
    /// The attachment.
    pub attachment_id: Cow<'a, str>,
    /// Where it can be had; whoever has the address can use it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub download_url: Option<Sensitive<'a>>,
    /// When it was done, in ISO 8601.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub timestamp: Option<Cow<'a, str>>,
}

owned!(UploadSuccess { attachment_id, download_url, timestamp });

/// `UploadFailureEvent` (`wire.md` 3.2).
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[non_exhaustive]
pub struct UploadFailure<'a> {
    /// The attachment.
    pub attachment_id: Cow<'a, str>,
    /// What is wrong.
    pub error: ErrorBody<'a>,
    /// When it failed, in ISO 8601.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub timestamp: Option<Cow<'a, str>>,
}

owned!(UploadFailure { attachment_id, error, timestamp });

/// `GenerateUrlError` (`wire.md` 3.2).
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[non_exhaustive]
pub struct GenerateUrlError<'a> {
    /// The attachment, if the service says which.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub attachment_id: Option<Cow<'a, str>>,
    /// What is wrong.
    pub error: ErrorBody<'a>,
    /// When it failed, in ISO 8601.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub timestamp: Option<Cow<'a, str>>,
}

owned!(GenerateUrlError { attachment_id, error, timestamp });

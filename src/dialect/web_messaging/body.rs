//! The bodies of all classes but messages (`wire.md` 1.8, 3.2).
//!
//! Owns: which member goes where. Must not know: the envelope.

use alloc::borrow::Cow;

use super::lenient::{Object, Seconds};
use super::message::pairs;
use crate::frame::{
    AllowedMedia, AttachmentDeleted, Configuration, ConnectionClosed, ErrorBody, GenerateUrlError,
    InboundMedia, Jwt, PresignedUrl, ResumeToken, SessionResponse, TextList, TooManyRequests,
    UploadFailure, UploadSuccess, WHOLE,
};
use crate::json::{Cursor, Place, Result};

/// The body of an event that says it all by its class.
#[derive(Default)]
pub(super) struct Nothing;

impl<'a> Object<'a> for Nothing {
    fn member(&mut self, _: &str, json: &mut Cursor<'a>) -> Result<()> {
        json.skip()
    }
}

impl<'a> Object<'a> for SessionResponse<'a> {
    fn member(&mut self, name: &str, json: &mut Cursor<'a>) -> Result<()> {
        match name {
            "connected" => json.put(&mut self.connected),
            "newSession" => json.put(&mut self.new_session),
            "readOnly" => json.put(&mut self.read_only),
            "clearedExistingSession" if WHOLE => json.put(&mut self.cleared_existing_session),
            "autoStarted" if WHOLE => json.put(&mut self.auto_started),
            "allowedMedia" if WHOLE => json.put(&mut self.allowed_media),
            "blockedExtensions" if WHOLE => json.put(&mut self.blocked_extensions),
            "maxCustomDataBytes" if WHOLE => json.put(&mut self.max_custom_data_bytes),
            "durationSeconds" if WHOLE => json.put(&mut Seconds(&mut self.duration)),
            "expirationDate" if WHOLE => json.put(&mut self.expiration_date),
            _ => json.skip(),
        }
    }
}

impl<'a> Object<'a> for AllowedMedia<'a> {
    fn member(&mut self, name: &str, json: &mut Cursor<'a>) -> Result<()> {
        match name {
            "inbound" => json.put(&mut self.inbound),
            _ => json.skip(),
        }
    }
}

impl<'a> Object<'a> for InboundMedia<'a> {
    fn member(&mut self, name: &str, json: &mut Cursor<'a>) -> Result<()> {
        match name {
            "fileTypes" => json.put(&mut FileTypes(&mut self.file_types)),
            "maxFileSizeKB" => json.put(&mut self.max_file_size_kb),
            _ => json.skip(),
        }
    }
}

/// The place of media types.
struct FileTypes<'s, 'a>(&'s mut TextList<'a>);

impl<'a> Place<'a> for FileTypes<'_, 'a> {
    fn put_array(&mut self, json: &mut Cursor<'a>) -> Result<()> {
        *self.0 = TextList::of_types(json.raw()?);
        Ok(())
    }
}

impl<'a> Object<'a> for ConnectionClosed<'a> {
    fn member(&mut self, name: &str, json: &mut Cursor<'a>) -> Result<()> {
        match name {
            "reason" | "reasonCode" => json.put(&mut self.reason),
            _ => json.skip(),
        }
    }
}

impl<'a> Object<'a> for Jwt<'a> {
    fn member(&mut self, name: &str, json: &mut Cursor<'a>) -> Result<()> {
        match name {
            "jwt" => json.put(&mut self.jwt),
            "exp" => json.put(&mut self.exp),
            _ => json.skip(),
        }
    }
}

impl<'a> Object<'a> for ResumeToken<'a> {
    fn member(&mut self, name: &str, json: &mut Cursor<'a>) -> Result<()> {
        match name {
            "resumeToken" => json.put(&mut self.resume_token),
            "exp" => json.put(&mut self.exp),
            _ => json.skip(),
        }
    }
}

impl<'a> Object<'a> for Configuration<'a> {
    fn member(&mut self, name: &str, json: &mut Cursor<'a>) -> Result<()> {
        match name {
            "allowedMedia" => json.put(&mut self.allowed_media),
            "blockedExtensions" => json.put(&mut self.blocked_extensions),
            "maxCustomDataBytes" => json.put(&mut self.max_custom_data_bytes),
            "messageRoutingEnabled" => json.put(&mut self.message_routing_enabled),
            "sessionDurationSeconds" => json.put(&mut Seconds(&mut self.session_duration)),
            _ => json.skip(),
        }
    }
}

impl<'a> Object<'a> for ErrorBody<'a> {
    fn member(&mut self, name: &str, json: &mut Cursor<'a>) -> Result<()> {
        match name {
            "errorCode" => json.put(&mut self.code),
            "errorMessage" => json.put(&mut self.error_message),
            "name" => json.put(&mut self.name),
            "message" => json.put(&mut self.message),
            _ => json.skip(),
        }
    }

    fn instead(&mut self, text: Cow<'a, str>) {
        self.error_message = Some(text.into());
    }
}

impl<'a> Object<'a> for TooManyRequests<'a> {
    fn member(&mut self, name: &str, json: &mut Cursor<'a>) -> Result<()> {
        match name {
            "retryAfter" => json.put(&mut Seconds(&mut self.retry_after)),
            _ => self.error.member(name, json),
        }
    }

    fn instead(&mut self, text: Cow<'a, str>) {
        self.error.instead(text);
    }
}

impl<'a> Object<'a> for PresignedUrl<'a> {
    fn member(&mut self, name: &str, json: &mut Cursor<'a>) -> Result<()> {
        match name {
            "attachmentId" => json.put(&mut self.attachment_id),
            "url" => json.put(&mut self.url),
            "headers" => pairs(json, &mut self.headers),
            "fileName" => json.put(&mut self.file_name),
            "fileSize" => json.put(&mut self.file_size),
            "fileType" => json.put(&mut self.file_type),
            _ => json.skip(),
        }
    }
}

impl<'a> Object<'a> for AttachmentDeleted<'a> {
    fn member(&mut self, name: &str, json: &mut Cursor<'a>) -> Result<()> {
        match name {
            "attachmentId" => json.put(&mut self.attachment_id),
            _ => json.skip(),
        }
    }
}

impl<'a> Object<'a> for UploadSuccess<'a> {
    fn member(&mut self, name: &str, json: &mut Cursor<'a>) -> Result<()> {
        match name {
            "attachmentId" => json.put(&mut self.attachment_id),
            "downloadUrl" => json.put(&mut self.download_url),
            "timestamp" => json.put(&mut self.timestamp),
            _ => json.skip(),
        }
    }
}

impl<'a> Object<'a> for UploadFailure<'a> {
    fn member(&mut self, name: &str, json: &mut Cursor<'a>) -> Result<()> {
        match name {
            "attachmentId" => json.put(&mut self.attachment_id),
            "timestamp" => json.put(&mut self.timestamp),
            _ => self.error.member(name, json),
        }
    }

    fn instead(&mut self, text: Cow<'a, str>) {
        self.error.instead(text);
    }
}

impl<'a> Object<'a> for GenerateUrlError<'a> {
    fn member(&mut self, name: &str, json: &mut Cursor<'a>) -> Result<()> {
        match name {
            "attachmentId" => json.put(&mut self.attachment_id),
            "timestamp" => json.put(&mut self.timestamp),
            _ => self.error.member(name, json),
        }
    }

    fn instead(&mut self, text: Cow<'a, str>) {
        self.error.instead(text);
    }
}

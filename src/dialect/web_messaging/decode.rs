//! From bytes to a frame (`wire.md` 3.1, 3.2).
//!
//! Owns: the envelope and the choice of the body by its class. Must not know: the bodies' members.

use alloc::borrow::Cow;

use super::DecodeError;
use super::body::Nothing;
use super::lenient::Object;
use crate::frame::{Envelope, RawJson, ServerBody, ServerFrame, StructuredMessage, WHOLE};
use crate::json::{Cursor, Place, Result};
use crate::sensitive::Sensitive;

pub(super) fn decode(wire: &[u8]) -> core::result::Result<ServerFrame<'_>, DecodeError> {
    let text = core::str::from_utf8(wire)
        .map_err(|error| DecodeError::NotUtf8 { byte: error.valid_up_to() })?;
    let mut json = Cursor::new(text);
    let mut reading = Reading::new();
    json.put(&mut reading)?;
    json.end()?;
    reading.finish()
}

/// A frame while it is read. It is filled where it stands, because it is too large to be handed
/// around.
struct Reading<'a> {
    frame: ServerFrame<'a>,
    code: Option<u16>,
    class: Option<Cow<'a, str>>,
    /// A body that came before the class, or is absent, which is the same as null.
    unread: Option<&'a str>,
    body_tracing_id: Option<Cow<'a, str>>,
    is_object: bool,
}

impl<'a> Reading<'a> {
    const fn new() -> Self {
        Self {
            frame: ServerFrame::new(Envelope::Unknown, 0, None, ServerBody::Logout),
            code: None,
            class: None,
            unread: Some("null"),
            body_tracing_id: None,
            is_object: false,
        }
    }

    fn finish(mut self) -> core::result::Result<ServerFrame<'a>, DecodeError> {
        let Some(class) = self.class else {
            return Err(if self.is_object {
                DecodeError::NoClass
            } else {
                DecodeError::NotAnObject
            });
        };
        if let Some(written) = self.unread {
            let json = &mut Cursor::new(written);
            read_body(&class, json, &mut self.frame.body, &mut self.body_tracing_id)?;
        }
        self.frame.code = self.code.unwrap_or_default();
        if self.frame.tracing_id.is_none() {
            self.frame.tracing_id = self.body_tracing_id;
        }
        Ok(self.frame)
    }
}

impl<'a> Place<'a> for Reading<'a> {
    fn put_object(&mut self, json: &mut Cursor<'a>) -> Result<()> {
        self.is_object = true;
        json.members(|json, name| match name {
            "type" => json.put(&mut self.frame.envelope),
            "code" => json.put(&mut self.code),
            "tracingId" => json.put(&mut self.frame.tracing_id),
            "class" if self.class.is_none() => json.put(&mut self.class),
            "body" => {
                self.body_tracing_id = None;
                let Some(class) = &self.class else {
                    self.unread = Some(json.raw()?);
                    return Ok(());
                };
                self.unread = None;
                read_body(class, json, &mut self.frame.body, &mut self.body_tracing_id)
            }
            _ => json.skip(),
        })
    }
}

/// Reads the body of a class into its place.
#[expect(clippy::ptr_arg, reason = "a class that is not known is kept, still borrowed")]
fn read_body<'a>(
    class: &Cow<'a, str>,
    json: &mut Cursor<'a>,
    body: &mut ServerBody<'a>,
    tracing_id: &mut Option<Cow<'a, str>>,
) -> Result<()> {
    // The frequent one is filled in place.
    if class == "StructuredMessage" {
        *body = ServerBody::Message(StructuredMessage::default());
        if let ServerBody::Message(message) = body {
            json.put(&mut Traced { object: message, tracing_id })?;
        }
        return Ok(());
    }
    *body = match &**class {
        "string" => ServerBody::Status(status(json)?),
        "SessionResponse" => ServerBody::SessionResponse(object(json, tracing_id)?),
        "TooManyRequestsErrorMessage" => ServerBody::TooManyRequests(object(json, tracing_id)?),
        "ConnectionClosedEvent" => ServerBody::ConnectionClosed(object(json, tracing_id)?),
        "SessionExpiredEvent" => nothing(json, tracing_id, ServerBody::SessionExpired)?,
        "SessionClearedEvent" => nothing(json, tracing_id, ServerBody::SessionCleared)?,
        "LogoutEvent" => nothing(json, tracing_id, ServerBody::Logout)?,
        "PresignedUrlResponse" if WHOLE => ServerBody::PresignedUrl(object(json, tracing_id)?),
        "AttachmentDeletedResponse" if WHOLE => {
            ServerBody::AttachmentDeleted(object(json, tracing_id)?)
        }
        "UploadSuccessEvent" if WHOLE => ServerBody::UploadSuccess(object(json, tracing_id)?),
        "UploadFailureEvent" if WHOLE => ServerBody::UploadFailure(object(json, tracing_id)?),
        "GenerateUrlError" if WHOLE => ServerBody::GenerateUrlError(object(json, tracing_id)?),
        "JwtResponse" if WHOLE => ServerBody::Jwt(object(json, tracing_id)?),
        "GetConfigurationResponse" if WHOLE => ServerBody::Configuration(object(json, tracing_id)?),
        "ResumeTokenResponse" if WHOLE => ServerBody::ResumeToken(object(json, tracing_id)?),
        "Error" | "ErrorMessage" | "Unknown" => ServerBody::Error(object(json, tracing_id)?),
        _ => {
            let raw = json.clone().raw()?;
            let body =
                ServerBody::Unknown { class: class.clone(), body: RawJson::from_written(raw) };
            nothing(json, tracing_id, body)?
        }
    };
    Ok(())
}

fn object<'a, T: Object<'a> + Default>(
    json: &mut Cursor<'a>,
    tracing_id: &mut Option<Cow<'a, str>>,
) -> Result<T> {
    let mut object = T::default();
    json.put(&mut Traced { object: &mut object, tracing_id })?;
    Ok(object)
}

/// Looks into the body for the request's name alone.
fn nothing<'a>(
    json: &mut Cursor<'a>,
    tracing_id: &mut Option<Cow<'a, str>>,
    body: ServerBody<'a>,
) -> Result<ServerBody<'a>> {
    object::<Nothing>(json, tracing_id)?;
    Ok(body)
}

/// A body, which may name the request that caused it.
struct Traced<'s, 'a, T> {
    object: &'s mut T,
    tracing_id: &'s mut Option<Cow<'a, str>>,
}

impl<'a, T: Object<'a>> Place<'a> for Traced<'_, 'a, T> {
    fn put_text(&mut self, text: Cow<'a, str>) {
        self.object.instead(text);
    }

    fn put_object(&mut self, json: &mut Cursor<'a>) -> Result<()> {
        json.members(|json, name| match name {
            "tracingId" => json.put(self.tracing_id),
            _ => self.object.member(name, json),
        })
    }
}

/// The body of class `string`: its text, or whatever else is written there.
fn status<'a>(json: &mut Cursor<'a>) -> Result<Sensitive<'a>> {
    let written = json.clone().raw()?;
    let mut text = Sensitive::from(if written == "null" { "" } else { written });
    json.put(&mut text)?;
    Ok(text)
}

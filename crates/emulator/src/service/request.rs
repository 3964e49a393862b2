//! Client frames as the service reads them: lenient in what it does not need, exact in what it does.
//!
//! Absent and `null` are the same, unknown members are ignored, and a `tracingId` is found even in a frame that is
//! refused, so that the answer can name it.

use std::borrow::Cow;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::{
    denial::Denial,
    guest_message::GuestMessage,
    json::{Children, Document, Json, Kind},
};

/// What a client's frame asks for, as faults and counters name it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum RequestKind {
    /// `configureSession`, `configureAuthenticatedSession`
    Configure,
    /// A text or structured message.
    Text,
    /// A typing event of any type; in a filter it stands for the three typing kinds.
    Typing,
    /// Typing On.
    TypingOn,
    /// Typing Off.
    TypingOff,
    /// A receipt.
    Receipt,
    /// Presence and other events.
    Event,
    /// A health check.
    Echo,
    /// `closeSession`
    CloseSession,
    /// `getJwt`
    GetJwt,
    /// `getConfiguration`
    GetConfiguration,
    /// `onAttachment`, `getAttachment`, `deleteAttachment`
    Attachment,
    /// Anything else, also what could not be read.
    Other,
}

impl RequestKind {
    /// Whether a filter that names `self` means a request of kind `other`.
    pub(crate) fn covers(self, other: Self) -> bool {
        self == other || (self == Self::Typing && matches!(other, Self::TypingOn | Self::TypingOff))
    }
}

pub(crate) struct Request<'a> {
    pub(crate) tracing_id: Option<Cow<'a, str>>,
    /// The action with the token of the frame, or why the frame is refused.
    pub(crate) action: Result<(Option<Cow<'a, str>>, Action<'a>), Denial>,
}

pub(crate) enum Action<'a> {
    Configure { deployment_id: Option<Cow<'a, str>>, start_new: bool },
    ConfigureAuthenticated,
    Message(GuestMessage<'a>),
    Echo { text: Cow<'a, str>, metadata: Map<String, Value> },
    GetJwt,
    GetConfiguration,
    CloseSession { all_connections: bool },
    Attachment { id: Option<Cow<'a, str>>, errors_as_json: bool },
    Unavailable,
}

impl<'a> Request<'a> {
    /// Reads a text frame.
    pub(crate) fn decode(frame: &'a str) -> Self {
        let document = Document::parse(frame);
        let Some(json) = document.as_ref().and_then(Document::root) else {
            return Self::refused(Denial::NotJson);
        };
        Fields::of(json)
            .map_or_else(|| Self::refused(Denial::NotAnObject), |fields| Self::read(fields))
    }

    /// A frame that is not even read.
    pub(crate) const fn refused(denial: Denial) -> Self {
        Self { tracing_id: None, action: Err(denial) }
    }

    fn read(fields: Fields<'_, 'a>) -> Self {
        let read = || {
            fields.text("tracingId")?;
            let token = fields.text("token")?.cloned();
            Ok((token, Action::read(fields)?))
        };
        let tracing_id = fields.text("tracingId").ok().flatten().cloned();
        Self { tracing_id, action: read() }
    }

    pub(crate) fn kind(&self) -> RequestKind {
        match &self.action {
            Ok((_, action)) => action.kind(),
            Err(_) => RequestKind::Other,
        }
    }
}

impl<'a> Action<'a> {
    fn read(fields: Fields<'_, 'a>) -> Result<Self, Denial> {
        Ok(match &**fields.required("action")? {
            "configureSession" => Self::Configure {
                deployment_id: fields.text("deploymentId")?.cloned(),
                start_new: fields.flag("startNew")?,
            },
            "configureAuthenticatedSession" => Self::ConfigureAuthenticated,
            "onMessage" => Self::Message(GuestMessage::read(fields)?),
            "echo" => {
                let message = fields.object("message")?;
                let part = |name| message.map_or(Ok(None), |message| message.text(name));
                Self::Echo {
                    text: part("text")?.cloned().unwrap_or_default(),
                    metadata: message.map_or_else(|| Ok(Map::new()), Fields::metadata)?,
                }
            }
            "getJwt" => Self::GetJwt,
            "getConfiguration" => Self::GetConfiguration,
            "closeSession" => {
                Self::CloseSession { all_connections: fields.flag("closeAllConnections")? }
            }
            "onAttachment" | "getAttachment" | "deleteAttachment" => Self::Attachment {
                id: fields.text("attachmentId")?.cloned(),
                errors_as_json: fields.flag("errorsAsJson")?,
            },
            "disconnectCustomer" | "resumeToken" => Self::Unavailable,
            _ => return Err(Denial::UnknownAction),
        })
    }

    fn kind(&self) -> RequestKind {
        match self {
            Self::Configure { .. } | Self::ConfigureAuthenticated => RequestKind::Configure,
            Self::Message(message) => message.kind(),
            Self::Echo { .. } => RequestKind::Echo,
            Self::GetJwt => RequestKind::GetJwt,
            Self::GetConfiguration => RequestKind::GetConfiguration,
            Self::CloseSession { .. } => RequestKind::CloseSession,
            Self::Attachment { .. } => RequestKind::Attachment,
            Self::Unavailable => RequestKind::Other,
        }
    }
}

/// An object's members by type; `'t` is the document that was read, `'a` the frame.
#[derive(Clone, Copy)]
pub(crate) struct Fields<'t, 'a>(Json<'t, 'a>);

impl<'t, 'a> Fields<'t, 'a> {
    fn get<T>(
        self,
        name: &'static str,
        expected: &'static str,
        read: impl FnOnce(Json<'t, 'a>) -> Option<T>,
    ) -> Result<Option<T>, Denial> {
        // Of members of one name the last one counts.
        let named = self.0.children().filter(|member| member.name() == name);
        match named.last().filter(|member| !matches!(member.kind(), Kind::Null)) {
            None => Ok(None),
            Some(value) => read(value).map(Some).ok_or(Denial::WrongType { name, expected }),
        }
    }

    pub(crate) fn text(self, name: &'static str) -> Result<Option<&'t Cow<'a, str>>, Denial> {
        self.get(name, "a string", |value| match value.kind() {
            Kind::Text(text) => Some(text),
            _ => None,
        })
    }

    pub(crate) fn required(self, name: &'static str) -> Result<&'t Cow<'a, str>, Denial> {
        self.text(name)?.ok_or(Denial::Missing(name))
    }

    pub(crate) fn flag(self, name: &'static str) -> Result<bool, Denial> {
        let truth = self.get(name, "true or false", |value| match value.kind() {
            Kind::Bool(truth) => Some(*truth),
            _ => None,
        })?;
        Ok(truth.unwrap_or(false))
    }

    pub(crate) fn object(self, name: &'static str) -> Result<Option<Self>, Denial> {
        self.get(name, "an object", Self::of)
    }

    pub(crate) fn of(value: Json<'t, 'a>) -> Option<Self> {
        matches!(value.kind(), Kind::Object).then_some(Self(value))
    }

    pub(crate) fn list(self, name: &'static str) -> Result<Children<'t, 'a>, Denial> {
        let list = self.get(name, "an array", |value| {
            matches!(value.kind(), Kind::List).then_some(value.children())
        })?;
        Ok(list.unwrap_or_default())
    }

    pub(crate) fn to_map(self) -> Map<String, Value> {
        self.0.to_map()
    }

    /// `metadata`: string to string; other values are not echoed.
    pub(crate) fn metadata(self) -> Result<Map<String, Value>, Denial> {
        let mut metadata = self.object("metadata")?.map(Self::to_map).unwrap_or_default();
        metadata.retain(|_, value| value.is_string());
        Ok(metadata)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn denied(frame: &str) -> Denial {
        Request::decode(frame).action.err().unwrap()
    }

    #[test]
    fn what_is_wrong_is_named() {
        assert_eq!(denied("{"), Denial::NotJson);
        assert_eq!(denied("[]"), Denial::NotAnObject);
        assert_eq!(denied("{}"), Denial::Missing("action"));
        assert_eq!(denied(r#"{"action":null}"#), Denial::Missing("action"));
        assert_eq!(denied(r#"{"action":"fly"}"#), Denial::UnknownAction);
        let wrong = |name, expected| Denial::WrongType { name, expected };
        assert_eq!(denied(r#"{"action":1}"#), wrong("action", "a string"));
        assert_eq!(denied(r#"{"action":"echo","token":{}}"#), wrong("token", "a string"));
        assert_eq!(
            denied(r#"{"action":"configureSession","startNew":"no"}"#),
            wrong("startNew", "true or false")
        );
    }

    #[test]
    fn a_refused_frame_keeps_its_tracing_id() {
        let request = Request::decode(r#"{"action":"fly","tracingId":"t"}"#);
        assert_eq!(request.tracing_id.as_deref(), Some("t"));
        assert!(request.action.is_err());
    }

    #[test]
    fn nesting_without_end_is_refused() {
        assert_eq!(denied(&"[".repeat(100_000)), Denial::NotJson);
    }
}

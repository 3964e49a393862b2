//! The `message` of an `onMessage`: text, events and receipts of a guest, and what of them counts against limits.

use std::borrow::Cow;

use serde_json::{Map, Value};

use super::{
    denial::Denial,
    json::Json,
    request::{Fields, RequestKind},
};

pub(crate) struct GuestMessage<'a> {
    pub(crate) body: GuestBody<'a>,
    /// Custom attributes of the message, from inside it or from the top level where older clients put them.
    pub(crate) attributes: Option<Map<String, Value>>,
    /// Echoed, so that older clients find their `customMessageId` again.
    pub(crate) metadata: Map<String, Value>,
}

pub(crate) enum GuestBody<'a> {
    Text(GuestText<'a>),
    Events(Vec<GuestEvent>),
    Receipt { id: Cow<'a, str>, status: ReceiptStatus },
}

pub(crate) struct GuestText<'a> {
    pub(crate) text: Cow<'a, str>,
    pub(crate) structured: bool,
    pub(crate) content: Vec<Value>,
    pub(crate) has_attachment: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum GuestEvent {
    Typing(TypingSignal),
    Join,
    Clear,
    /// Known to nobody here; skipped, the rest of the frame survives.
    Other,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum TypingSignal {
    On,
    Off,
    Unknown,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ReceiptStatus {
    Read,
    /// Another status of the schema: taken, without effect.
    Other,
}

impl<'a> GuestMessage<'a> {
    pub(crate) fn read(frame: Fields<'_, 'a>) -> Result<Self, Denial> {
        let message = frame.object("message")?.ok_or(Denial::Missing("message"))?;
        let body = match &**message.required("type")? {
            "Text" => GuestBody::Text(GuestText::read(frame, message, false)?),
            "Structured" => GuestBody::Text(GuestText::read(frame, message, true)?),
            "Event" => GuestBody::Events(read_events(message)?),
            "Receipt" => GuestBody::Receipt {
                id: message.required("id")?.clone(),
                status: ReceiptStatus::read(message.required("status")?)?,
            },
            _ => return Err(Denial::UnsupportedMessage),
        };
        let attributes = match attributes(message)? {
            Some(inner) => Some(inner),
            None => attributes(frame)?,
        };
        Ok(Self { body, attributes, metadata: message.metadata()? })
    }

    pub(crate) fn kind(&self) -> RequestKind {
        match &self.body {
            GuestBody::Text(_) => RequestKind::Text,
            GuestBody::Receipt { .. } => RequestKind::Receipt,
            GuestBody::Events(events) => match events.first() {
                Some(GuestEvent::Typing(TypingSignal::On)) => RequestKind::TypingOn,
                Some(GuestEvent::Typing(TypingSignal::Off)) => RequestKind::TypingOff,
                Some(GuestEvent::Typing(TypingSignal::Unknown)) => RequestKind::Typing,
                _ => RequestKind::Event,
            },
        }
    }

    /// The size of the custom attributes as the limit counts it: UTF-8 bytes of keys and values.
    pub(crate) fn attribute_bytes(&self) -> usize {
        let size = |(key, value): (&String, &Value)| {
            let value = value.as_str().map_or_else(|| value.to_string().len(), str::len);
            key.len() + value
        };
        self.attributes.iter().flatten().map(size).sum()
    }
}

impl<'a> GuestText<'a> {
    fn read(
        frame: Fields<'_, 'a>,
        message: Fields<'_, 'a>,
        structured: bool,
    ) -> Result<Self, Denial> {
        let text = message.text("text")?;
        let content = message.list("content")?;
        let is_attachment = |element: Json<'_, '_>| {
            let kind = Fields::of(element).map(|element| element.text("contentType"));
            matches!(kind, Some(Ok(Some(kind))) if kind == "Attachment")
        };
        let has_attachment =
            content.clone().any(is_attachment) || !frame.list("attachmentIds")?.is_empty();
        if text.is_none_or(|text| text.is_empty()) && content.is_empty() && !has_attachment {
            return Err(Denial::Missing("text"));
        }
        Ok(Self {
            text: text.cloned().unwrap_or_default(),
            structured,
            content: content.map(Json::to_value).collect(),
            has_attachment,
        })
    }
}

impl ReceiptStatus {
    fn read(status: &str) -> Result<Self, Denial> {
        match status {
            "Read" => Ok(Self::Read),
            "Delivered" | "Failed" | "Published" | "Removed" | "Sent" => Ok(Self::Other),
            _ => Err(Denial::UnknownStatus),
        }
    }
}

fn read_events(message: Fields<'_, '_>) -> Result<Vec<GuestEvent>, Denial> {
    let events = message.list("events")?;
    if events.is_empty() {
        return Err(Denial::Missing("events"));
    }
    events.map(read_event).collect()
}

fn read_event(event: Json<'_, '_>) -> Result<GuestEvent, Denial> {
    let wrong = Denial::WrongType { name: "events", expected: "an array of objects" };
    let event = Fields::of(event).ok_or(wrong)?;
    let member_type =
        |member| event.object(member)?.ok_or(Denial::Missing(member))?.required("type");
    Ok(match &**event.required("eventType")? {
        "Typing" => GuestEvent::Typing(match &**member_type("typing")? {
            "On" => TypingSignal::On,
            "Off" => TypingSignal::Off,
            _ => TypingSignal::Unknown,
        }),
        "Presence" => match &**member_type("presence")? {
            "Join" => GuestEvent::Join,
            "Clear" => GuestEvent::Clear,
            _ => GuestEvent::Other,
        },
        _ => GuestEvent::Other,
    })
}

fn attributes(holder: Fields<'_, '_>) -> Result<Option<Map<String, Value>>, Denial> {
    let Some(channel) = holder.object("channel")? else { return Ok(None) };
    let Some(metadata) = channel.object("metadata")? else { return Ok(None) };
    Ok(metadata.object("customAttributes")?.map(Fields::to_map))
}

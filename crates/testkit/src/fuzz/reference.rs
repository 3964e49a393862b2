//! What a frame must hold, read from its tree by another parser.
//!
//! Owns: the members that a session lives on, of a tree in which every name stands once: of names
//! that stand twice, two parsers take different ones. Must not know: how the decoder reads.

use core::fmt;
use core::time::Duration;
use std::collections::BTreeSet;

use serde::de::{Deserialize, Deserializer, MapAccess, SeqAccess, Visitor};
use serde_json::Value;
use webmessaging_proto::frame::{
    Direction, Envelope, ErrorBody, MessageEvent, MessageKind, OriginatingEntity, ServerBody,
    ServerFrame, StructuredMessage, TypingNotice,
};

/// Whether no object has two members of one name.
pub(super) fn names_are_unique(data: &[u8]) -> bool {
    serde_json::from_slice::<Unique>(data).is_ok()
}

struct Unique;

impl<'de> Deserialize<'de> for Unique {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Self)
    }
}

impl<'de> Visitor<'de> for Unique {
    type Value = Self;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("names that stand once")
    }

    fn visit_bool<E>(self, _: bool) -> Result<Self, E> {
        Ok(self)
    }

    fn visit_u64<E>(self, _: u64) -> Result<Self, E> {
        Ok(self)
    }

    fn visit_i64<E>(self, _: i64) -> Result<Self, E> {
        Ok(self)
    }

    fn visit_f64<E>(self, _: f64) -> Result<Self, E> {
        Ok(self)
    }

    fn visit_str<E>(self, _: &str) -> Result<Self, E> {
        Ok(self)
    }

    fn visit_unit<E>(self) -> Result<Self, E> {
        Ok(self)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Self, A::Error> {
        while list.next_element::<Self>()?.is_some() {}
        Ok(self)
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Self, A::Error> {
        let mut names = BTreeSet::new();
        while let Some(name) = members.next_key::<String>()? {
            members.next_value::<Self>()?;
            if !names.insert(name) {
                return Err(serde::de::Error::custom("twice"));
            }
        }
        Ok(self)
    }
}

pub(super) fn check(frame: &ServerFrame<'_>, tree: &Value) {
    let body = &tree["body"];
    let envelope = match tree["type"].as_str() {
        Some("message") => Envelope::Message,
        Some("response") => Envelope::Response,
        _ => Envelope::Unknown,
    };
    assert_eq!(frame.envelope, envelope, "type");
    // Fractions and decimal strings have rules of their own.
    if let Some(code) = tree["code"].as_u64() {
        assert_eq!(frame.code, u16::try_from(code).unwrap_or_default(), "code");
    }
    let class = tree["class"].as_str().expect("a frame has a class");
    let shown = if matches!(class, "ErrorMessage" | "Unknown") { "Error" } else { class };
    assert_eq!(frame.body.class(), shown, "class");
    let from_body = if class == "string" { None } else { body["tracingId"].as_str() };
    let tracing_id = tree["tracingId"].as_str().or(from_body);
    assert_eq!(frame.tracing_id.as_deref(), tracing_id, "tracingId");
    match &frame.body {
        ServerBody::Message(message) => check_message(message, body),
        ServerBody::SessionResponse(response) => {
            for (name, ours) in [
                ("connected", response.connected),
                ("newSession", response.new_session),
                ("readOnly", response.read_only),
            ] {
                assert_eq!(ours, truth(&body[name]), "{name}");
            }
        }
        ServerBody::Status(text) => {
            if let Some(said) = body.as_str() {
                assert_eq!(**text, *said, "text");
            }
        }
        ServerBody::TooManyRequests(limit) => {
            if let Some(seconds) = body["retryAfter"].as_u64() {
                assert_eq!(limit.retry_after, Some(Duration::from_secs(seconds)), "retryAfter");
            }
            check_error(&limit.error, body);
        }
        ServerBody::ConnectionClosed(closed) => {
            let reason = body["reason"].as_str().or_else(|| body["reasonCode"].as_str());
            if body["reason"].is_string() != body["reasonCode"].is_string() {
                assert_eq!(closed.reason.as_deref(), reason, "reason");
            }
        }
        ServerBody::Error(error) => check_error(error, body),
        _ => {}
    }
}

fn truth(tree: &Value) -> bool {
    tree.as_bool().unwrap_or_else(|| tree.as_str() == Some("true"))
}

fn check_error(error: &ErrorBody<'_>, body: &Value) {
    if let Some(code) = body["errorCode"].as_u64() {
        assert_eq!(error.code, u16::try_from(code).ok(), "errorCode");
    }
    // A body that is a bare text is taken for the message.
    if body.is_object() {
        assert_eq!(error.error_message.as_deref(), body["errorMessage"].as_str(), "errorMessage");
        assert_eq!(error.message.as_deref(), body["message"].as_str(), "message");
    }
}

fn check_message(message: &StructuredMessage<'_>, body: &Value) {
    assert_eq!(message.id, body["id"].as_str().unwrap_or_default(), "id");
    assert_eq!(message.text.as_deref(), body["text"].as_str(), "text");
    let kind = match body["type"].as_str() {
        Some("Text") => MessageKind::Text,
        Some("Structured") => MessageKind::Structured,
        Some("Event") => MessageKind::Event,
        Some("Receipt") => MessageKind::Receipt,
        Some("Message") => MessageKind::Message,
        _ => MessageKind::Unknown,
    };
    assert_eq!(message.kind, kind, "type");
    let direction = match body["direction"].as_str() {
        Some("Inbound") => Direction::Inbound,
        Some("Outbound") => Direction::Outbound,
        _ => Direction::Unknown,
    };
    assert_eq!(message.direction, direction, "direction");
    let entity = match body["originatingEntity"].as_str() {
        None | Some("") => None,
        Some("Human") => Some(OriginatingEntity::Human),
        Some("Bot") => Some(OriginatingEntity::Bot),
        Some(_) => Some(OriginatingEntity::Unknown),
    };
    assert_eq!(message.originating_entity, entity, "originatingEntity");
    let channel = &body["channel"];
    let ours = message.channel.as_ref();
    assert_eq!(ours.is_some(), channel.is_object(), "channel");
    let id = ours.and_then(|channel| channel.message_id.as_deref());
    assert_eq!(id, channel["messageId"].as_str(), "messageId");
    let nickname = ours.and_then(|channel| channel.from.as_ref()?.nickname.as_deref());
    assert_eq!(nickname, channel["from"]["nickname"].as_str(), "nickname");
    let metadata = body["metadata"].as_object();
    for (name, value) in metadata.into_iter().flatten() {
        if value.is_string() || value.is_boolean() {
            let said = value.as_str().map_or_else(|| value.to_string(), String::from);
            assert_eq!(message.metadata.get(name), Some(&*said), "metadata");
        }
    }
    let count = |tree: &Value| tree.as_array().map_or(0, Vec::len);
    assert_eq!(message.content.len(), count(&body["content"]), "content");
    assert_eq!(message.events.len(), count(&body["events"]), "events");
    for (event, tree) in message.events.iter().zip(body["events"].as_array().into_iter().flatten())
    {
        check_event(event, tree);
    }
}

fn check_event(event: &MessageEvent<'_>, tree: &Value) {
    let kind = tree["eventType"].as_str();
    if let MessageEvent::Typing(typing) = event {
        assert_eq!(kind, Some("Typing"), "eventType");
        let said = |word: &str| {
            tree["typing"]["type"].as_str().is_some_and(|kind| kind.eq_ignore_ascii_case(word))
        };
        let on = said("on").then_some(TypingNotice::On);
        let notice = on.or_else(|| said("off").then_some(TypingNotice::Off));
        assert_eq!(typing.notice, notice, "typing");
        if let Some(millis) = tree["typing"]["duration"].as_u64() {
            assert_eq!(typing.duration, Some(Duration::from_millis(millis)), "duration");
        }
    } else if kind == Some("Typing") && tree["typing"].is_object() {
        panic!("typing is taken for something else");
    }
}

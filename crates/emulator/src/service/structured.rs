//! A `StructuredMessage`: what the service makes of a text or an event, and its frame.
//!
//! Owns: which member stands where, in the order of their names. Must not know: who gets it.

use serde_json::{Map, Value};

use super::{
    random::{Hex32, Uuid},
    reply::{envelope, push_json, push_string},
};

/// The events that the service tells of, as JSON.
pub(crate) mod events {
    /// How long one typing On of an agent shows: 5 s.
    pub(crate) const AGENT_ON: &str =
        r#"[{"eventType":"Typing","typing":{"duration":5000,"type":"On"}}]"#;
    pub(crate) const ON: &str = r#"[{"eventType":"Typing","typing":{"type":"On"}}]"#;
    pub(crate) const OFF: &str = r#"[{"eventType":"Typing","typing":{"type":"Off"}}]"#;
    pub(crate) const JOIN: &str = r#"[{"eventType":"Presence","presence":{"type":"Join"}}]"#;
    pub(crate) const DISCONNECT: &str =
        r#"[{"eventType":"Presence","presence":{"type":"Disconnect"}}]"#;
}

#[derive(Clone)]
pub(crate) struct Structured<'a> {
    pub(crate) kind: &'static str,
    pub(crate) direction: &'static str,
    pub(crate) id: Hex32,
    pub(crate) message_id: Uuid,
    pub(crate) correlation_id: Uuid,
    pub(crate) time: String,
    /// Of the agent that says it.
    pub(crate) nickname: Option<&'a str>,
    pub(crate) text: Option<&'a str>,
    pub(crate) content: Option<Vec<Value>>,
    /// One of [`events`].
    pub(crate) events: Option<&'static str>,
    /// What the guest gave with it.
    pub(crate) metadata: Map<String, Value>,
    /// Nobody can write any more.
    pub(crate) read_only: bool,
}

impl Structured<'_> {
    /// The frame that pushes it.
    pub(crate) fn frame(&self, tracing_id: Option<&str>) -> String {
        envelope("message", "StructuredMessage", 200, tracing_id, |out| self.push_to(out))
    }

    fn push_to(&self, out: &mut String) {
        out.push_str(r#"{"channel":{"#);
        if let Some(nickname) = self.nickname {
            out.push_str(r#""from":{"nickname":"#);
            push_string(out, nickname);
            out.push_str("},");
        }
        out.push_str(r#""messageId":""#);
        self.message_id.push_to(out);
        out.push_str(r#"","time":""#);
        out.push_str(&self.time);
        out.push('"');
        if self.nickname.is_some() {
            out.push_str(r#","to":{},"type":"Private""#);
        }
        out.push('}');
        if let Some(content) = &self.content {
            out.push_str(r#","content":"#);
            match &content[..] {
                [] => out.push_str("[]"),
                content => push_json(out, content),
            }
        }
        out.push_str(r#","direction":""#);
        out.push_str(self.direction);
        out.push('"');
        if let Some(events) = self.events {
            out.push_str(r#","events":"#);
            out.push_str(events);
        }
        out.push_str(r#","id":""#);
        self.id.push_to(out);
        out.push_str(r#"","metadata":"#);
        self.push_metadata(out);
        out.push_str(r#","originatingEntity":"Human""#);
        if let Some(text) = self.text {
            out.push_str(r#","text":"#);
            push_string(out, text);
        }
        out.push_str(r#","type":""#);
        out.push_str(self.kind);
        out.push_str(r#""}"#);
    }

    fn push_metadata(&self, out: &mut String) {
        if !self.metadata.is_empty() {
            let mut all = self.metadata.clone();
            all.insert("correlationId".to_owned(), Value::String(self.correlation_id.into()));
            push_json(out, &all);
            return;
        }
        out.push_str(r#"{"correlationId":""#);
        self.correlation_id.push_to(out);
        out.push_str(if self.read_only { r#"","readOnly":"true"}"# } else { r#""}"# });
    }
}

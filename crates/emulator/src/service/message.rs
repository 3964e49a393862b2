//! What a guest writes: texts, events and receipts, their limits, and who gets to see them.

use serde_json::{Map, Value, json};

use super::{
    AgentEventKind, ConnectionId, MessageState, Service, TypingEnd,
    denial::Denial,
    guest_message::{GuestBody, GuestEvent, GuestMessage, GuestText, ReceiptStatus},
    session::SessionLife,
    view::{Author, MessageView},
};
use crate::options::Mode;

impl Service {
    pub(super) fn on_message(
        &mut self,
        id: ConnectionId,
        conversation: &str,
        message: GuestMessage,
        tracing_id: Option<&str>,
    ) -> Result<(), Denial> {
        if let Some(limit) = self.options.limits.custom_data {
            if message.attribute_bytes() > limit {
                return Err(Denial::AttributesTooLarge(limit));
            }
        }
        match message.body {
            GuestBody::Text(text) => {
                self.guest_text(id, conversation, text, message.metadata, tracing_id)?;
            }
            GuestBody::Events(events) => {
                for event in events {
                    self.guest_event(id, conversation, event, tracing_id)?;
                }
            }
            GuestBody::Receipt { id: key, status } => {
                return self.guest_receipt(conversation, &key, status);
            }
        }
        if let (Some(attributes), Some(session)) =
            (message.attributes, self.sessions.get_mut(conversation))
        {
            session.attributes = attributes;
        }
        Ok(())
    }

    fn guest_text(
        &mut self,
        id: ConnectionId,
        conversation: &str,
        text: GuestText,
        metadata: Map<String, Value>,
        tracing_id: Option<&str>,
    ) -> Result<(), Denial> {
        self.check_writable(conversation)?;
        if let Some(limit) = self.options.limits.guest_text {
            let length = text.text.chars().count();
            if length > limit {
                return Err(Denial::TextTooLong { length, limit });
            }
        }
        if text.has_attachment {
            return Err(Denial::AttachmentNotFound);
        }
        let (rate, now) = (self.options.limits.texts_per_session, self.clock.now());
        let Some(session) = self.sessions.get_mut(conversation) else { return Ok(()) };
        session.texts.admit(rate, now).map_err(|wait| Denial::TooMany {
            what: "Message",
            whose: "session",
            wait,
        })?;
        if self.options.mode == Mode::Live {
            self.end_guest_typing(conversation, TypingEnd::Message);
        }
        let kind = if text.structured { "Structured" } else { "Text" };
        let mut body = self.message_body(kind, "Inbound");
        body.insert("text".to_owned(), json!(text.text));
        if !text.content.is_empty() {
            body.insert("content".to_owned(), Value::Array(text.content));
        }
        if let Some(Value::Object(ours)) = body.get_mut("metadata") {
            let mut all = metadata;
            all.append(ours);
            *ours = all;
        }
        let message = self.message_view(&body, Author::Guest, None);
        self.keep_message(conversation, message.clone());
        self.emit_agent(conversation, AgentEventKind::GuestMessage { message });
        self.fan_out(conversation, &body, Some((id, tracing_id)));
        Ok(())
    }

    fn guest_event(
        &mut self,
        id: ConnectionId,
        conversation: &str,
        event: GuestEvent,
        tracing_id: Option<&str>,
    ) -> Result<(), Denial> {
        match event {
            GuestEvent::Typing(signal) => self.guest_typing(id, conversation, signal),
            GuestEvent::Join => {
                self.check_writable(conversation)?;
                if let Some(session) = self.sessions.get_mut(conversation) {
                    session.joined = true;
                }
                self.emit_agent(conversation, AgentEventKind::GuestJoined);
                let body = self.presence_body("Join", "Inbound");
                self.fan_out(conversation, &body, Some((id, tracing_id)));
                Ok(())
            }
            GuestEvent::Clear => self.clear_conversation(id, conversation, tracing_id),
            GuestEvent::Other => Ok(()),
        }
    }

    /// Silence is the only answer to a receipt that was taken.
    fn guest_receipt(
        &mut self,
        conversation: &str,
        key: &str,
        status: ReceiptStatus,
    ) -> Result<(), Denial> {
        if self.options.mode == Mode::Live {
            return Err(Denial::ReceiptUnsupported);
        }
        let session = self.sessions.get_mut(conversation).ok_or(Denial::UnknownMessage)?;
        let message = session.agent_message(key).ok_or(Denial::UnknownMessage)?;
        if status == ReceiptStatus::Read && message.state != MessageState::Read {
            message.state = MessageState::Read;
            let message_id = message.message_id.clone();
            self.emit_agent(conversation, AgentEventKind::MessageRead { message_id });
        }
        Ok(())
    }

    pub(super) fn check_writable(&self, conversation: &str) -> Result<(), Denial> {
        match self.sessions.get(conversation).map(|session| session.life) {
            Some(SessionLife::Open) => Ok(()),
            Some(SessionLife::ReadOnly) => Err(Denial::ReadOnly),
            Some(SessionLife::Expired) => Err(Denial::SessionExpired),
            None => Err(Denial::SessionNotFound),
        }
    }

    pub(super) fn keep_message(&mut self, conversation: &str, message: MessageView) {
        let cap = self.options.caps.messages;
        if let Some(session) = self.sessions.get_mut(conversation) {
            session.remember(message, cap);
        }
        self.extend_life(conversation);
    }

    /// The body of a `StructuredMessage`, with ids and the time of now.
    pub(super) fn message_body(&mut self, kind: &str, direction: &str) -> Map<String, Value> {
        let body = json!({
            "type": kind,
            "direction": direction,
            "id": self.random.hex32(),
            "channel": {"time": self.clock.iso(), "messageId": self.random.uuid()},
            "originatingEntity": "Human",
            "metadata": {"correlationId": self.random.uuid()},
        });
        match body {
            Value::Object(body) => body,
            _ => Map::new(),
        }
    }

    /// The body of a Presence event.
    pub(super) fn presence_body(&mut self, kind: &str, direction: &str) -> Map<String, Value> {
        let mut body = self.message_body("Event", direction);
        let events = json!([{"eventType": "Presence", "presence": {"type": kind}}]);
        body.insert("events".to_owned(), events);
        body
    }

    /// A message as the agent's side keeps it.
    pub(super) fn message_view(
        &self,
        body: &Map<String, Value>,
        from: Author,
        nickname: Option<String>,
    ) -> MessageView {
        let text = |value: Option<&Value>| value.and_then(Value::as_str).unwrap_or_default().into();
        let member = |name| -> String { text(body.get(name)) };
        MessageView {
            id: member("id"),
            message_id: text(body.get("channel").and_then(|channel| channel.get("messageId"))),
            from,
            nickname,
            text: member("text").into(),
            time: self.clock.iso(),
            state: MessageState::Sent,
        }
    }
}

//! What a guest writes: texts, events and receipts, their limits, and who gets to see them.

use std::sync::Arc;

use serde_json::{Map, Value};

use super::{
    AgentEventKind, ConnectionId, MessageState, Service, TypingEnd,
    denial::Denial,
    guest_message::{GuestBody, GuestEvent, GuestMessage, GuestText, ReceiptStatus},
    session::{ConversationId, SessionLife},
    structured::{Structured, events},
    view::{Author, MessageView, Timestamp},
};
use crate::options::Mode;

impl Service {
    pub(super) fn on_message(
        &mut self,
        id: ConnectionId,
        conversation: &ConversationId,
        message: GuestMessage<'_>,
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
        conversation: &ConversationId,
        text: GuestText<'_>,
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
        let body = Structured {
            text: Some(&text.text),
            content: (!text.content.is_empty()).then_some(text.content),
            metadata,
            ..self.structured(kind, "Inbound")
        };
        let message = Arc::new(body.view(Author::Guest, self.clock.timestamp()));
        self.keep_message(conversation, Arc::clone(&message));
        self.emit_agent(conversation, AgentEventKind::GuestMessage { message });
        self.fan_out(conversation, &body, Some((id, tracing_id)));
        Ok(())
    }

    fn guest_event(
        &mut self,
        id: ConnectionId,
        conversation: &ConversationId,
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
                let body = self.event(events::JOIN, "Inbound");
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
        conversation: &ConversationId,
        key: &str,
        status: ReceiptStatus,
    ) -> Result<(), Denial> {
        if self.options.mode == Mode::Live {
            return Err(Denial::ReceiptUnsupported);
        }
        let session = self.sessions.get_mut(conversation).ok_or(Denial::UnknownMessage)?;
        let message = session.agent_message(key).ok_or(Denial::UnknownMessage)?;
        if status == ReceiptStatus::Read && message.state != MessageState::Read {
            Arc::make_mut(message).state = MessageState::Read;
            let message_id = Arc::clone(&message.message_id);
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

    pub(super) fn keep_message(&mut self, conversation: &str, message: Arc<MessageView>) {
        let cap = self.options.caps.messages;
        if let Some(session) = self.sessions.get_mut(conversation) {
            session.remember(message, cap);
        }
        self.extend_life(conversation);
    }

    /// A `StructuredMessage` with ids and the time of now, and nothing in it.
    pub(super) fn structured(
        &mut self,
        kind: &'static str,
        direction: &'static str,
    ) -> Structured<'static> {
        Structured {
            kind,
            direction,
            id: self.random.hex32(),
            message_id: self.random.uuid(),
            correlation_id: self.random.uuid(),
            time: self.clock.iso(),
            nickname: None,
            text: None,
            content: None,
            events: None,
            metadata: Map::new(),
            read_only: false,
        }
    }

    /// The same with one of [`events`].
    pub(super) fn event(
        &mut self,
        events: &'static str,
        direction: &'static str,
    ) -> Structured<'static> {
        Structured { events: Some(events), ..self.structured("Event", direction) }
    }
}

impl Structured<'_> {
    /// The message as the agent's side keeps it.
    pub(super) fn view(&self, from: Author, time: Timestamp) -> MessageView {
        MessageView {
            id: self.id.into(),
            message_id: self.message_id.into(),
            from,
            nickname: self.nickname.map(str::to_owned),
            text: self.text.unwrap_or_default().into(),
            time,
            state: MessageState::Sent,
        }
    }
}

//! The agent's commands: write, type, end. What the agent sees stands in the events and views.

use std::{sync::Arc, time::Duration};

use super::{
    AgentEventKind, MessageView, Service, TypingEnd,
    rate::retry_after,
    session::{Session, SessionLife},
    structured::{Structured, events},
    view::Author,
};

/// The name of an agent that gives none.
const NICKNAME: &str = "Agent";

/// An agent's command is refused and changes nothing.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum AgentError {
    /// No session of this conversation.
    #[error("no session has conversation id {0:?}")]
    NotFound(String),
    /// It is read-only or expired.
    #[error("the conversation has ended")]
    Ended,
    /// There is nothing to send.
    #[error("text must not be empty")]
    EmptyText,
    /// The text is too long.
    #[error("text has {length} characters, {limit} are allowed")]
    TextTooLong {
        /// Its characters.
        length: usize,
        /// Those allowed.
        limit: usize,
    },
    /// Typing On too often.
    #[error("typing too often in this conversation, retry after {retry_after} s")]
    TooMany {
        /// Seconds to wait.
        retry_after: u64,
    },
}

impl Service {
    /// The agent sends a text.
    ///
    /// # Errors
    /// No such session, or it has ended, or the text is empty or too long.
    pub fn agent_text(
        &mut self,
        conversation_id: &str,
        text: &str,
        nickname: Option<&str>,
        now: Duration,
    ) -> Result<Arc<MessageView>, AgentError> {
        self.advance(now);
        if text.is_empty() {
            return Err(AgentError::EmptyText);
        }
        if let Some(limit) = self.options.limits.agent_text {
            let length = text.chars().count();
            if length > limit {
                return Err(AgentError::TextTooLong { length, limit });
            }
        }
        let session = self.open_session(conversation_id)?;
        session.agent_typing = false;
        let conversation = Arc::clone(&session.conversation_id);
        let nickname = nickname.unwrap_or(NICKNAME);
        let body = Structured {
            nickname: Some(nickname),
            text: Some(text),
            content: Some(Vec::new()),
            ..self.structured("Text", "Outbound")
        };
        let message = Arc::new(body.view(Author::Agent, self.clock.timestamp()));
        self.keep_message(&conversation, Arc::clone(&message));
        let event = AgentEventKind::AgentMessage { message: Arc::clone(&message) };
        self.emit_agent(&conversation, event);
        self.fan_out(&conversation, &body, None);
        Ok(message)
    }

    /// The agent starts or stops typing: one event to the guest each time. Off is not in the schema of the wire; a
    /// client that does not know it shows the indicator until its 5 s are over.
    ///
    /// # Errors
    /// No such session, or it has ended, or On was sent too often.
    pub fn agent_typing(
        &mut self,
        conversation_id: &str,
        typing: bool,
        nickname: Option<&str>,
        now: Duration,
    ) -> Result<(), AgentError> {
        self.advance(now);
        let rate = self.options.limits.agent_typing_per_conversation;
        let now = self.clock.now();
        let session = self.open_session(conversation_id)?;
        if typing {
            session
                .agent_typings
                .admit(rate, now)
                .map_err(|wait| AgentError::TooMany { retry_after: retry_after(wait) })?;
        }
        session.agent_typing = typing;
        let conversation = Arc::clone(&session.conversation_id);
        self.emit_agent(&conversation, AgentEventKind::AgentTyping { typing });
        let events = if typing { events::AGENT_ON } else { events::OFF };
        let body = Structured {
            nickname: Some(nickname.unwrap_or(NICKNAME)),
            ..self.event(events, "Outbound")
        };
        self.fan_out(&conversation, &body, None);
        Ok(())
    }

    /// The agent ends the conversation. Read-only, nobody writes any more until the guest starts a new one; else the
    /// guest's next text goes on with it.
    ///
    /// # Errors
    /// No such session, or it has ended already.
    pub fn agent_end(
        &mut self,
        conversation_id: &str,
        read_only: bool,
        now: Duration,
    ) -> Result<(), AgentError> {
        self.advance(now);
        let session = self.open_session(conversation_id)?;
        session.agent_typing = false;
        if read_only {
            session.life = SessionLife::ReadOnly;
        }
        let conversation = Arc::clone(&session.conversation_id);
        self.end_guest_typing(&conversation, TypingEnd::Ended);
        self.emit_agent(&conversation, AgentEventKind::ConversationEnded { read_only });
        let body = Structured { read_only, ..self.event(events::DISCONNECT, "Outbound") };
        self.fan_out(&conversation, &body, None);
        Ok(())
    }

    fn open_session(&mut self, conversation_id: &str) -> Result<&mut Session, AgentError> {
        let session = self
            .sessions
            .get_mut(conversation_id)
            .ok_or_else(|| AgentError::NotFound(conversation_id.to_owned()))?;
        if session.is_read_only() { Err(AgentError::Ended) } else { Ok(session) }
    }
}

//! How sessions end: closed by the guest, wiped by the guest, expired.

use std::sync::Arc;

use super::{
    AgentEventKind, ConnectionId, Service, Timer, TypingEnd,
    denial::Denial,
    reply,
    session::{ConversationId, SessionLife},
};

impl Service {
    /// With all connections the session ends: the others are closed, and this one may configure with `startNew`.
    /// Without, only this connection leaves its session.
    pub(super) fn close_session(
        &mut self,
        id: ConnectionId,
        conversation: &ConversationId,
        all_connections: bool,
        tracing_id: Option<&str>,
    ) {
        if all_connections {
            for other in self.connections_besides(conversation, Some(id)) {
                self.close_announced(other);
            }
            self.end_guest_typing(conversation, TypingEnd::Ended);
            if let Some(session) = self.sessions.get_mut(conversation) {
                session.life = SessionLife::ReadOnly;
                session.agent_typing = false;
            }
            self.emit_agent(conversation, AgentEventKind::SessionClosed);
        }
        let read_only = all_connections.then_some(true);
        self.send_session_response(id, conversation, false, false, read_only, tracing_id);
        self.detach(id);
    }

    /// Wipes the conversation: acknowledged, announced, and every connection closed.
    pub(super) fn clear_conversation(
        &mut self,
        id: ConnectionId,
        conversation: &ConversationId,
        tracing_id: Option<&str>,
    ) -> Result<(), Denial> {
        if !self.options.conversation_clear {
            return Err(Denial::ClearOff);
        }
        self.send(id, reply::string(200, "Conversation cleared.", tracing_id));
        for connection in self.connections_of(conversation) {
            self.send(connection, reply::event("SessionClearedEvent"));
            self.close_announced(connection);
        }
        self.emit_agent(conversation, AgentEventKind::SessionCleared);
        self.forget_session(conversation);
        Ok(())
    }

    /// Announces the end and leaves the connections open, as the live service does; what they still send is
    /// answered 4006.
    pub(super) fn expire_session(&mut self, conversation: &ConversationId) {
        let Some(session) = self.sessions.get_mut(conversation) else { return };
        if session.life == SessionLife::Expired {
            return;
        }
        session.life = SessionLife::Expired;
        session.agent_typing = false;
        self.timers.set(Timer::Expiry(Arc::clone(&session.conversation_id)), None);
        self.end_guest_typing(conversation, TypingEnd::Ended);
        self.emit_agent(conversation, AgentEventKind::SessionExpired);
        for connection in self.connections_of(conversation) {
            self.send(connection, reply::event("SessionExpiredEvent"));
        }
    }
}

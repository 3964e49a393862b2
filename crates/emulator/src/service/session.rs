//! A session: its connections, messages and limits. Knows nothing of frames.

use std::{
    collections::{BTreeMap, VecDeque},
    sync::Arc,
    time::Duration,
};

use serde::Serialize;
use serde_json::{Map, Value};

use super::{
    connection::ConnectionId,
    private::Private,
    rate::Window,
    token::TokenKey,
    view::{Author, MessageView, SessionView},
};

/// How far a session has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum SessionLife {
    /// Guest and agent may write.
    Open,
    /// The agent ended it, or the guest closed it: nobody writes any more.
    ReadOnly,
    /// Idle for too long.
    Expired,
}

/// What names a session; shared by all that refer to it.
pub(crate) type ConversationId = Arc<str>;

#[derive(Clone, Debug)]
pub(crate) struct Session {
    pub(crate) conversation_id: ConversationId,
    pub(crate) key: TokenKey,
    pub(crate) deployment_id: String,
    pub(crate) life: SessionLife,
    /// Oldest first.
    pub(crate) connections: Vec<ConnectionId>,
    pub(crate) messages: VecDeque<Arc<MessageView>>,
    pub(crate) attributes: Map<String, Value>,
    pub(crate) joined: bool,
    pub(crate) guest_typing: bool,
    pub(crate) agent_typing: bool,
    pub(crate) last_message: Duration,
    pub(crate) expires: Duration,
    pub(crate) texts: Window,
    pub(crate) configures: Window,
    pub(crate) agent_typings: Window,
    /// Guest tokens with a lower number are refused; a token of the client's own, if this is not 0.
    pub(crate) revoked_below: u64,
}

impl Session {
    pub(crate) fn new(
        conversation_id: ConversationId,
        key: TokenKey,
        deployment_id: String,
        now: Duration,
    ) -> Self {
        Self {
            conversation_id,
            key,
            deployment_id,
            life: SessionLife::Open,
            connections: Vec::new(),
            messages: VecDeque::new(),
            attributes: Map::new(),
            joined: false,
            guest_typing: false,
            agent_typing: false,
            last_message: now,
            expires: now,
            texts: Window::default(),
            configures: Window::default(),
            agent_typings: Window::default(),
            revoked_below: 0,
        }
    }

    pub(crate) fn is_read_only(&self) -> bool {
        self.life != SessionLife::Open
    }

    /// Keeps a message; with `cap` of them the oldest is forgotten.
    pub(crate) fn remember(&mut self, message: Arc<MessageView>, cap: usize) {
        while self.messages.len() >= cap.max(1) {
            self.messages.pop_front();
        }
        self.messages.push_back(message);
    }

    /// The agent's message that `id` names, by either of its ids.
    pub(crate) fn agent_message(&mut self, id: &str) -> Option<&mut Arc<MessageView>> {
        self.messages
            .iter_mut()
            .find(|m| m.from == Author::Agent && (*m.message_id == *id || m.id == id))
    }

    pub(crate) fn view(&self, expires_at: u64) -> SessionView {
        SessionView {
            conversation_id: self.conversation_id.as_ref().to_owned(),
            deployment_id: self.deployment_id.clone(),
            life: self.life,
            read_only: self.is_read_only(),
            connections: self.connections.clone(),
            joined: self.joined,
            guest_typing: self.guest_typing,
            agent_typing: self.agent_typing,
            expires_at,
            custom_attributes: self
                .attributes
                .iter()
                .map(|(key, value)| {
                    let value = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
                    (Private::from(key.as_str()), Private::from(value))
                })
                .collect(),
            messages: self.messages.iter().cloned().collect(),
        }
    }
}

/// All sessions, by conversation and by what opens them.
#[derive(Clone, Debug, Default)]
pub(crate) struct Sessions {
    /// Apart from the tree, whose nodes have room for many.
    by_conversation: BTreeMap<ConversationId, Box<Session>>,
    current: BTreeMap<TokenKey, ConversationId>,
}

impl Sessions {
    pub(crate) fn get(&self, conversation_id: &str) -> Option<&Session> {
        self.by_conversation.get(conversation_id).map(|session| &**session)
    }

    pub(crate) fn get_mut(&mut self, conversation_id: &str) -> Option<&mut Session> {
        self.by_conversation.get_mut(conversation_id).map(|session| &mut **session)
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = &Session> {
        self.by_conversation.values().map(|session| &**session)
    }

    pub(crate) fn iter_mut(&mut self) -> impl Iterator<Item = &mut Session> {
        self.by_conversation.values_mut().map(|session| &mut **session)
    }

    /// The conversation of the session that `key` opens now.
    pub(crate) fn current(&self, key: &TokenKey) -> Option<&ConversationId> {
        self.current.get(key)
    }

    /// Adds a session as the current one of its key.
    pub(crate) fn insert(&mut self, session: Session) {
        self.current.insert(session.key.clone(), session.conversation_id.clone());
        self.by_conversation.insert(session.conversation_id.clone(), Box::new(session));
    }

    pub(crate) fn remove(&mut self, conversation_id: &str) -> Option<Session> {
        let session = *self.by_conversation.remove(conversation_id)?;
        if self.current(&session.key) == Some(&session.conversation_id) {
            self.current.remove(&session.key);
        }
        Some(session)
    }

    pub(crate) fn len(&self) -> usize {
        self.by_conversation.len()
    }

    /// The session to forget first: without a connection, ended ones before open ones, then by idle time.
    pub(crate) fn least_needed(&self) -> Option<ConversationId> {
        self.iter()
            .filter(|session| session.connections.is_empty())
            .min_by_key(|session| (!session.is_read_only(), session.last_message))
            .map(|session| session.conversation_id.clone())
    }
}

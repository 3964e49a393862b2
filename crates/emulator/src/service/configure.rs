//! Opening and resuming sessions: tokens, deployments, `startNew`, and the connections of a session.

use std::sync::Arc;

use super::{
    AgentEventKind, ConnectionId, Service, Timer,
    connection::Presented,
    denial::Denial,
    ingress::is_revoked,
    reply::{self, SessionState},
    session::{ConversationId, Session, SessionLife},
    token::{Identity, TokenError, TokenKey},
};

impl Service {
    pub(super) fn configure(
        &mut self,
        id: ConnectionId,
        token: Option<&str>,
        deployment_id: Option<&str>,
        start_new: bool,
        tracing_id: Option<&str>,
    ) -> Result<(), Denial> {
        let deployment_id = deployment_id.ok_or(Denial::Missing("deploymentId"))?;
        let connection = self.connections.get(&id).ok_or(Denial::NotConfigured)?;
        let deployment = connection.deployment_id.clone();
        if !deployment.eq_ignore_ascii_case(deployment_id) {
            return Err(Denial::WrongDeployment);
        }
        let token = token.ok_or(Denial::Missing("token"))?;
        let identity = self.identify(token)?;
        if identity.deployment_id.as_ref().is_some_and(|d| !d.eq_ignore_ascii_case(&deployment)) {
            return Err(Denial::Unauthorized);
        }
        let (conversation, new_session) = match self.current_session(&identity)? {
            Some((old, SessionLife::ReadOnly | SessionLife::Expired)) if start_new => {
                (self.replace_session(id, &old, deployment)?, true)
            }
            Some((_, SessionLife::Expired)) => return Err(Denial::SessionNotFound),
            Some((conversation, _)) => (conversation, false),
            None => (self.create_session(identity.key, deployment)?, true),
        };
        let presented = Presented { token: token.into(), serial: identity.serial };
        self.emit_agent(
            &conversation,
            if new_session {
                AgentEventKind::SessionOpened
            } else {
                AgentEventKind::SessionResumed
            },
        );
        self.attach(id, &conversation, presented);
        self.send_session_response(id, &conversation, true, new_session, None, tracing_id);
        self.enforce_connection_limit(&conversation);
        Ok(())
    }

    pub(super) fn identify(&self, token: &str) -> Result<Identity, Denial> {
        self.signer.identify(token, self.clock.unix()).map_err(|error| match error {
            TokenError::Empty | TokenError::TooLong => Denial::BadToken,
            TokenError::Forged | TokenError::Expired => Denial::Unauthorized,
        })
    }

    /// What the session of a token says of itself. `read_only` is the session's own unless given.
    pub(super) fn send_session_response(
        &mut self,
        id: ConnectionId,
        conversation: &str,
        connected: bool,
        new_session: bool,
        read_only: Option<bool>,
        tracing_id: Option<&str>,
    ) {
        let Some(session) = self.sessions.get(conversation) else { return };
        let state = SessionState {
            connected,
            new_session,
            read_only: read_only.unwrap_or_else(|| session.is_read_only()),
            duration_seconds: self.options.session_life.as_secs(),
            expiration_date: self.unix_seconds(session.expires),
            max_custom_data: self.max_custom_data(),
        };
        self.send(id, reply::session_response(state, tracing_id));
    }

    /// A message was written: the session lives on from here.
    pub(super) fn extend_life(&mut self, conversation: &str) {
        let (now, life) = (self.clock.now(), self.options.session_life);
        let Some(session) = self.sessions.get_mut(conversation) else { return };
        session.last_message = now;
        session.expires = now.saturating_add(life);
        let timer = Timer::Expiry(Arc::clone(&session.conversation_id));
        self.timers.set(timer, Some(session.expires));
    }

    /// Forgets a session that has no connections.
    pub(super) fn forget_session(&mut self, conversation: &str) {
        let Some(session) = self.sessions.remove(conversation) else { return };
        self.timers.set(Timer::Expiry(Arc::clone(&session.conversation_id)), None);
        self.timers.set(Timer::Typing(session.conversation_id), None);
    }

    /// The session that a token opens, after its limits and revocations.
    fn current_session(
        &mut self,
        identity: &Identity,
    ) -> Result<Option<(ConversationId, SessionLife)>, Denial> {
        // A token of the client's own is new with its session, so that only numbered ones can be revoked before it.
        if identity.serial.is_some() && is_revoked(identity.serial, self.revoked_below) {
            return Err(Denial::Unauthorized);
        }
        let Some(conversation) = self.sessions.current(&identity.key).cloned() else {
            return Ok(None);
        };
        let (rate, now) = (self.options.limits.configures_per_session, self.clock.now());
        let Some(session) = self.sessions.get_mut(&conversation) else { return Ok(None) };
        session.configures.admit(rate, now).map_err(|wait| Denial::TooMany {
            what: "Configure",
            whose: "session",
            wait,
        })?;
        if is_revoked(identity.serial, session.revoked_below) {
            return Err(Denial::Unauthorized);
        }
        Ok(Some((conversation, session.life)))
    }

    /// Opens a new session under the token of an ended one. Connections that are still in the old one are closed.
    fn replace_session(
        &mut self,
        id: ConnectionId,
        old: &str,
        deployment: String,
    ) -> Result<ConversationId, Denial> {
        let Some(session) = self.sessions.get(old) else { return Err(Denial::SessionNotFound) };
        let (key, configures) = (session.key.clone(), session.configures.clone());
        let new = self.create_session(key, deployment)?;
        if let Some(session) = self.sessions.get_mut(&new) {
            session.configures = configures;
        }
        for other in self.connections_besides(old, Some(id)) {
            self.close_announced(other);
        }
        Ok(new)
    }

    fn create_session(
        &mut self,
        key: TokenKey,
        deployment: String,
    ) -> Result<ConversationId, Denial> {
        if self.sessions.len() >= self.options.caps.sessions {
            let forgotten = self.sessions.least_needed().ok_or(Denial::Full)?;
            self.forget_session(&forgotten);
        }
        let conversation: ConversationId = match &key {
            TokenKey::Guest(promised) if self.sessions.get(promised).is_none() => {
                promised.as_str().into()
            }
            _ => String::from(self.random.uuid()).into(),
        };
        let (rate, now) = (self.options.limits.configures_per_session, self.clock.now());
        let mut session = Session::new(Arc::clone(&conversation), key, deployment, now);
        // The first configure counts as well; an empty window has room for it.
        let _ = session.configures.admit(rate, now);
        self.sessions.insert(session);
        self.extend_life(&conversation);
        Ok(conversation)
    }

    fn attach(&mut self, id: ConnectionId, conversation: &ConversationId, presented: Presented) {
        let before = self.connections.get(&id).and_then(|c| c.session.clone());
        if before.as_ref() != Some(conversation) {
            self.detach(id);
            let Some(session) = self.sessions.get_mut(conversation) else { return };
            session.connections.push(id);
            let count = session.connections.len();
            self.emit_agent(conversation, AgentEventKind::Connections { count });
        }
        if let Some(connection) = self.connections.get_mut(&id) {
            connection.session = Some(Arc::clone(conversation));
            connection.presented = Some(presented);
        }
        self.refresh_mute(id);
    }

    fn enforce_connection_limit(&mut self, conversation: &str) {
        let limit = self.options.limits.connections_per_session.max(1);
        loop {
            let connections = self.connections_of(conversation);
            match connections.first() {
                Some(oldest) if connections.len() > limit => self.close_announced(*oldest),
                _ => return,
            }
        }
    }
}

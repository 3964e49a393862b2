//! The backend's step before a guest connects: a conversation and the token that opens it.

use std::time::Duration;

use serde::Serialize;

use super::{Private, Service, token::TokenKey};

/// What a guest needs to connect.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct Conversation {
    /// The session token: a signed JWT with `exp`.
    pub guest_token: Private,
    /// The conversation.
    pub conversation_id: String,
    /// The deployment that the token is bound to.
    pub deployment_id: String,
    /// When the token expires, in Unix seconds.
    pub expires_at: u64,
}

/// No token is given out.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ConversationError {
    /// No such deployment.
    #[error("no deployment has id {0:?}")]
    UnknownDeployment(String),
    /// Only a conversation that was opened with a guest token can be given a further one.
    #[error("no conversation of a guest token has id {0:?}")]
    UnknownConversation(String),
}

impl Service {
    /// Gives out a guest token: for a new conversation, or a further one for a conversation that a guest token has
    /// opened. If the guest has started a new conversation behind that one, the answer names the new one: it is what the
    /// token opens.
    ///
    /// # Errors
    /// The deployment or the conversation does not exist.
    pub fn create_conversation(
        &mut self,
        deployment_id: Option<&str>,
        conversation_id: Option<&str>,
        now: Duration,
    ) -> Result<Conversation, ConversationError> {
        self.advance(now);
        if let Some(id) = deployment_id.filter(|id| !self.options.knows_deployment(id)) {
            return Err(ConversationError::UnknownDeployment(id.to_owned()));
        }
        let (promised, conversation_id, deployment_id) = match conversation_id {
            None => {
                let id = String::from(self.random.uuid());
                let deployment = deployment_id.unwrap_or_else(|| self.options.default_deployment());
                (id.clone(), id, deployment.to_owned())
            }
            Some(id) => {
                let session = self.sessions.get(id);
                match session.map(|session| (&session.key, &session.deployment_id)) {
                    Some((key @ TokenKey::Guest(promised), deployment)) => {
                        let current = self.sessions.current(key).map_or(id, |current| &**current);
                        (promised.clone(), current.to_owned(), deployment.clone())
                    }
                    _ => return Err(ConversationError::UnknownConversation(id.to_owned())),
                }
            }
        };
        self.last_serial += 1;
        let (guest_token, expires_at) = self.signer.guest(
            &promised,
            &deployment_id,
            self.last_serial,
            self.clock.unix(),
            self.options.guest_token_life,
        );
        Ok(Conversation { guest_token, conversation_id, deployment_id, expires_at })
    }
}

//! Requests that change nothing: health check, JWT, configuration.

use serde_json::{Map, Value};

use super::{ConnectionId, Service, denial::Denial, reply};

impl Service {
    pub(super) fn echo(
        &mut self,
        id: ConnectionId,
        conversation: &str,
        text: &str,
        mut metadata: Map<String, Value>,
        tracing_id: Option<&str>,
    ) -> Result<(), Denial> {
        let (rate, now) = (self.options.limits.echoes_per_connection, self.clock.now());
        let Some(connection) = self.connections.get_mut(&id) else { return Ok(()) };
        connection.echoes.admit(rate, now).map_err(|wait| Denial::TooMany {
            what: "Echo",
            whose: "connection",
            wait,
        })?;
        let Some(session) = self.sessions.get(conversation) else { return Ok(()) };
        let expires = self.unix_seconds(session.expires);
        let duration = self.options.session_life.as_secs();
        metadata.insert("durationSeconds".to_owned(), Value::String(duration.to_string()));
        metadata.insert("expirationDate".to_owned(), Value::String(expires.to_string()));
        let id_of_answer = self.random.hex32();
        self.send(id, reply::echo(id_of_answer, text, &metadata, tracing_id));
        Ok(())
    }

    pub(super) fn get_jwt(
        &mut self,
        id: ConnectionId,
        conversation: &str,
        tracing_id: Option<&str>,
    ) {
        let (jwt, exp) = self.signer.history(conversation, self.clock.unix());
        self.send(id, reply::jwt(&jwt, exp, tracing_id));
    }

    pub(super) fn get_configuration(&mut self, id: ConnectionId, tracing_id: Option<&str>) {
        let duration = self.options.session_life.as_secs();
        self.send(id, reply::configuration(self.max_custom_data(), duration, tracing_id));
    }

    /// What clients are told when the limit is off is still the documented number.
    pub(super) fn max_custom_data(&self) -> usize {
        self.options.limits.custom_data.unwrap_or(2048)
    }
}

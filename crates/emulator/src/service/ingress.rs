//! Frames from guests: faults of that direction, limits, who may ask, and which part of the service answers.

use std::borrow::Cow;

use super::{
    ConnectionId, Service, Timer,
    connection::Ingress,
    denial::Denial,
    fault::Direction,
    reply,
    request::{Action, Request},
    session::{ConversationId, SessionLife},
};

/// What came in one WebSocket message.
#[derive(Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Payload<'a> {
    /// A text message.
    Text(&'a str),
    /// A binary message; what is in it does not matter.
    Binary,
}

impl std::fmt::Debug for Payload<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Text(text) => write!(f, "Text(<{} bytes>)", text.len()),
            Self::Binary => f.write_str("Binary"),
        }
    }
}

impl Service {
    /// A WebSocket message has come in. What comes from a connection that is over is ignored.
    pub fn receive(
        &mut self,
        connection: ConnectionId,
        payload: Payload<'_>,
        now: std::time::Duration,
    ) {
        self.advance(now);
        let id = connection;
        let Some(connection) = self.connections.get(&id) else { return };
        if connection.closing || connection.muted {
            return;
        }
        let holding = connection.ingress.is_holding();
        let frame = match payload {
            Payload::Text(text) if text.len() <= self.options.caps.frame => Ok(text),
            Payload::Text(_) => Err(Denial::TooLarge(self.options.caps.frame)),
            Payload::Binary => Err(Denial::Binary),
        };
        let request = match &frame {
            Ok(text) => Request::decode(text),
            Err(denial) => Request::refused(denial.clone()),
        };
        let is_first = connection.ingress.is_empty();
        let kind = Some(request.kind());
        let Some(passage) = self.passage(id, Direction::ToServer, kind, holding) else { return };
        if is_first && passage.is_plain() {
            self.answer(id, request);
            return;
        }
        let request = frame.map_or_else(Ingress::Refused, |text| Ingress::Frame(text.into()));
        for _ in 0..passage.copies {
            self.admit(id, request.clone(), passage.delay, passage.hold);
        }
    }

    /// The WebSocket is gone, whoever ended it.
    pub fn disconnected(&mut self, connection: ConnectionId, now: std::time::Duration) {
        self.advance(now);
        // Nothing more is to be done with it, whatever happens while it is being forgotten.
        if let Some(gone) = self.connections.get_mut(&connection) {
            gone.closing = true;
        }
        self.forget_connection(connection);
    }

    /// Answers a request now, or once it is due.
    fn admit(
        &mut self,
        id: ConnectionId,
        request: Ingress,
        delay: std::time::Duration,
        hold: bool,
    ) {
        let now = self.clock.now();
        let Some(connection) = self.connections.get_mut(&id) else { return };
        let lane = &mut connection.ingress;
        if hold {
            lane.hold(request, now, delay);
        } else if lane.is_empty() && delay.is_zero() {
            self.answer_held(id, &request);
            return;
        } else {
            lane.push(request, now, delay);
        }
        self.watch_ingress(id);
    }

    pub(super) fn release_ingress(&mut self, id: ConnectionId) {
        let now = self.clock.now();
        while let Some(connection) = self.connections.get_mut(&id) {
            let Some(request) = connection.ingress.pop_due(now) else { break };
            self.answer_held(id, &request);
        }
        self.watch_ingress(id);
    }

    fn watch_ingress(&mut self, id: ConnectionId) {
        let Some(connection) = self.connections.get(&id) else { return };
        let (due, held) = (connection.ingress.due(), connection.ingress.len());
        if held > self.options.caps.held_frames {
            self.abort(id);
        } else {
            self.timers.set(Timer::Ingress(id), due);
        }
    }

    fn answer_held(&mut self, id: ConnectionId, request: &Ingress) {
        let request = match request {
            Ingress::Frame(text) => Request::decode(text),
            Ingress::Refused(denial) => Request::refused(denial.clone()),
        };
        self.answer(id, request);
    }

    fn answer(&mut self, id: ConnectionId, request: Request<'_>) {
        if self.connections.get(&id).is_none_or(|c| c.closing || c.muted) {
            return;
        }
        let kind = request.kind();
        let tracing_id = request.tracing_id;
        self.cause = Some((id, kind));
        if !self.meet_fault(id, kind, tracing_id.as_deref()) {
            if let Err(denial) = self.dispatch(id, tracing_id.as_deref(), request.action) {
                tracing::debug!(connection = id.0, ?kind, code = denial.code(), "refused");
                self.send(id, reply::denial(&denial, tracing_id.as_deref()));
            }
        }
        self.cause = None;
    }

    fn dispatch<'a>(
        &mut self,
        id: ConnectionId,
        tracing_id: Option<&str>,
        action: Result<(Option<Cow<'a, str>>, Action<'a>), Denial>,
    ) -> Result<(), Denial> {
        self.count_request(id)?;
        let (token, action) = action?;
        let token = token.as_deref();
        match action {
            Action::Configure { deployment_id, start_new } => {
                return self.configure(id, token, deployment_id.as_deref(), start_new, tracing_id);
            }
            Action::ConfigureAuthenticated => return Err(Denial::AuthenticationOff),
            _ => {}
        }
        let conversation = self.authorize(id, token)?;
        match action {
            Action::Configure { .. } | Action::ConfigureAuthenticated => Ok(()),
            Action::Message(message) => self.on_message(id, &conversation, message, tracing_id),
            Action::Echo { text, metadata } => {
                self.echo(id, &conversation, &text, metadata, tracing_id)
            }
            Action::GetJwt => {
                self.get_jwt(id, &conversation, tracing_id);
                Ok(())
            }
            Action::GetConfiguration => {
                self.get_configuration(id, tracing_id);
                Ok(())
            }
            Action::CloseSession { all_connections } => {
                self.close_session(id, &conversation, all_connections, tracing_id);
                Ok(())
            }
            Action::Attachment { id: attachment, errors_as_json: true } => {
                let frame = reply::attachment_unavailable(attachment.as_deref(), tracing_id);
                self.send(id, frame);
                Ok(())
            }
            Action::Attachment { .. } | Action::Unavailable => Err(Denial::FeatureUnavailable),
        }
    }

    fn count_request(&mut self, id: ConnectionId) -> Result<(), Denial> {
        let (rate, now) = (self.options.limits.requests_per_connection, self.clock.now());
        let Some(connection) = self.connections.get_mut(&id) else { return Ok(()) };
        let whose = "connection";
        connection.requests.admit(rate, now).map_err(|wait| Denial::TooMany {
            what: "Request",
            whose,
            wait,
        })
    }

    /// The conversation that a request of a configured connection is about.
    fn authorize(&self, id: ConnectionId, token: Option<&str>) -> Result<ConversationId, Denial> {
        let connection = self.connections.get(&id).ok_or(Denial::NotConfigured)?;
        let conversation = connection.session.as_ref().ok_or(Denial::NotConfigured)?;
        let presented = connection.presented.as_ref().ok_or(Denial::NotConfigured)?;
        let session = self.sessions.get(conversation).ok_or(Denial::SessionNotFound)?;
        let serial = match token {
            Some(token) if *token != *presented.token => {
                // A renewed token of the same conversation is as good as the one of the configure.
                let identity = self.identify(token)?;
                if identity.key != session.key {
                    return Err(Denial::Unauthorized);
                }
                identity.serial
            }
            _ => presented.serial,
        };
        if is_revoked(serial, session.revoked_below) {
            return Err(Denial::Unauthorized);
        }
        if session.life == SessionLife::Expired {
            return Err(Denial::SessionExpired);
        }
        Ok(conversation.clone())
    }
}

/// A token of the client's own has no number: it is revoked with the session's first ones.
pub(super) fn is_revoked(serial: Option<u64>, below: u64) -> bool {
    serial.unwrap_or_default() < below
}

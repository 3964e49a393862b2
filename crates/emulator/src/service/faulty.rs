//! What faults do to requests, frames and connections, and the commands that put them in force and clear them.

use std::time::Duration;

use super::{
    ConnectionId, RequestKind, Service,
    fault::{Direction, Fault, FaultError, FaultKind, FaultView, Target, Transit},
    reply,
};

/// Garbage, unless a fault brings its own.
const BROKEN: &str = r#"{"type":"message","class":"StructuredMessage","code":200,"body":{"#;

/// How one frame goes on.
#[derive(Clone, Copy, Debug)]
pub(super) struct Passage {
    pub(super) copies: u8,
    pub(super) delay: Duration,
    /// To be overtaken by the next frame.
    pub(super) hold: bool,
}

impl Passage {
    /// Once, at once, in its turn.
    pub(super) const fn is_plain(&self) -> bool {
        self.copies == 1 && self.delay.is_zero() && !self.hold
    }
}

impl Service {
    /// Puts a fault in force, or lets it happen at once ([`Fault::is_immediate`]: then there is no number).
    ///
    /// # Errors
    /// [`FaultError::Full`] if there are too many in force.
    pub fn add_fault(&mut self, fault: Fault, now: Duration) -> Result<Option<u64>, FaultError> {
        self.advance(now);
        if fault.is_immediate() {
            self.strike(&fault);
            return Ok(None);
        }
        let id = self.faults.add(fault, self.options.caps.faults)?;
        self.refresh_all_mutes();
        Ok(Some(id))
    }

    /// Clears one fault, or all of them; says how many. Frames that are held back still arrive when they are due.
    pub fn clear_faults(&mut self, id: Option<u64>, now: Duration) -> usize {
        self.advance(now);
        let cleared = self.faults.clear(id);
        self.refresh_all_mutes();
        cleared
    }

    /// The faults in force.
    #[must_use]
    pub fn faults(&self) -> Vec<FaultView> {
        self.faults.list()
    }

    /// Lets a fault happen once to everyone that it is for.
    fn strike(&mut self, fault: &Fault) {
        if fault.kind == FaultKind::ExpireToken {
            self.expire_tokens(fault.conversation_id.as_deref(), fault.connection);
            return;
        }
        let hit: Vec<ConnectionId> = self
            .connections
            .iter()
            .filter(|(id, connection)| {
                fault.is_for(Target {
                    connection: Some(**id),
                    conversation: connection.session.as_deref(),
                    request: None,
                })
            })
            .map(|(id, _)| *id)
            .collect();
        for id in hit {
            self.hit(id, &fault.kind);
        }
    }

    /// A fault that waits for requests meets one. Says whether the request is done with.
    pub(super) fn meet_fault(
        &mut self,
        id: ConnectionId,
        kind: RequestKind,
        tracing_id: Option<&str>,
    ) -> bool {
        if self.faults.is_empty() {
            return false;
        }
        let conversation = self.connections.get(&id).and_then(|c| c.session.clone());
        let target = Target {
            connection: Some(id),
            conversation: conversation.as_deref(),
            request: Some(kind),
        };
        let pick = |kind: &FaultKind| match kind {
            FaultKind::Drop
            | FaultKind::Close(_)
            | FaultKind::Garbage(_)
            | FaultKind::ExpireToken
            | FaultKind::RateLimit(_)
            | FaultKind::Answer(..) => Some(kind.clone()),
            _ => None,
        };
        let Some(fault) = self.faults.take(target, pick) else { return false };
        tracing::debug!(connection = id.0, ?kind, "met a fault");
        match &fault {
            FaultKind::RateLimit(seconds) => {
                let message = "Request rate too high for this session";
                self.send(id, reply::too_many_requests(*seconds, message, tracing_id));
                true
            }
            FaultKind::Answer(code, body) => {
                self.send(id, reply::string(*code, body, tracing_id));
                true
            }
            FaultKind::ExpireToken => {
                self.expire_tokens(conversation.as_deref(), Some(id));
                false
            }
            // Garbage comes besides the answer.
            FaultKind::Garbage(_) => {
                self.hit(id, &fault);
                false
            }
            _ => {
                self.hit(id, &fault);
                true
            }
        }
    }

    fn hit(&mut self, id: ConnectionId, fault: &FaultKind) {
        match fault {
            FaultKind::Drop => self.abort(id),
            FaultKind::Close(code) => self.close(id, *code),
            FaultKind::Garbage(text) => {
                self.send(id, text.clone().unwrap_or_else(|| BROKEN.to_owned()));
            }
            _ => {}
        }
    }

    /// Refuses every token so far: of one conversation, of one connection's session, or of everyone.
    fn expire_tokens(&mut self, conversation: Option<&str>, connection: Option<ConnectionId>) {
        let below = self.last_serial + 1;
        let of_connection = connection
            .and_then(|id| self.connections.get(&id))
            .and_then(|connection| connection.session.clone());
        match conversation.or(of_connection.as_deref()) {
            Some(conversation) => {
                if let Some(session) = self.sessions.get_mut(conversation) {
                    session.revoked_below = below;
                }
            }
            None if connection.is_some() => {}
            None => {
                self.revoked_below = below;
                for session in self.sessions.iter_mut() {
                    session.revoked_below = below;
                }
            }
        }
    }

    /// How a frame passes the faults of its direction; `None`: not at all.
    pub(super) fn passage(
        &mut self,
        id: ConnectionId,
        way: Direction,
        request: Option<RequestKind>,
        holding: bool,
    ) -> Option<Passage> {
        let mut passage = Passage { copies: 1, delay: Duration::ZERO, hold: false };
        if self.faults.is_empty() {
            return Some(passage);
        }
        let conversation = self.connections.get(&id).and_then(|c| c.session.clone());
        let target =
            Target { connection: Some(id), conversation: conversation.as_deref(), request };
        let faults = &mut self.faults;
        let mut meets = |transit| {
            faults.take(target, |kind| (kind.transit(way)? == transit).then_some(())).is_some()
        };
        if meets(Transit::Swallow) {
            return None;
        }
        if meets(Transit::Duplicate) {
            passage.copies = 2;
        }
        // One frame at a time is overtaken, and not by its own copy.
        passage.hold = !holding && passage.copies == 1 && meets(Transit::Reorder);
        let delay = |kind: &FaultKind| match kind.transit(way)? {
            Transit::Delay(delay) => Some(delay),
            _ => None,
        };
        passage.delay = self.faults.take(target, delay).unwrap_or_default();
        Some(passage)
    }

    /// Tells the host whether to read from a connection.
    pub(super) fn refresh_mute(&mut self, id: ConnectionId) {
        let Some(connection) = self.connections.get_mut(&id) else { return };
        let target = Target {
            connection: Some(id),
            conversation: connection.session.as_deref(),
            request: None,
        };
        let muted = self.faults.has(target, |kind| *kind == FaultKind::Mute);
        if muted != connection.muted && !connection.closing {
            connection.muted = muted;
            let reading = !muted;
            self.outputs.push_back(super::Output::SetReading { connection: id, reading });
        }
    }

    fn refresh_all_mutes(&mut self) {
        let all: Vec<ConnectionId> = self.connections.keys().copied().collect();
        for id in all {
            self.refresh_mute(id);
        }
    }
}

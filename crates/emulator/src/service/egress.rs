//! Everything on its way to guests: faults of that direction, closing, dropping, and who loses a connection by it.

use super::{
    AgentEventKind, ConnectionId, Output, Service, Timer, TypingEnd, connection::Egress,
    fault::Direction, reply, structured::Structured,
};

/// The close code of an ending that the service announced by a frame.
pub(super) const NORMAL: u16 = 1000;

impl Service {
    /// Sends a frame, as far as the faults let it through.
    pub(super) fn send(&mut self, id: ConnectionId, frame: String) {
        let Some(connection) = self.connections.get(&id) else { return };
        if connection.closing || connection.muted {
            return;
        }
        let (holding, is_first) = (connection.egress.is_holding(), connection.egress.is_empty());
        let kind = self.cause.filter(|(cause, _)| *cause == id).map(|(_, kind)| kind);
        let Some(passage) = self.passage(id, Direction::ToClient, kind, holding) else { return };
        let frame = Egress::Frame(frame.into());
        if is_first && passage.is_plain() {
            self.emit(id, frame);
            return;
        }
        let now = self.clock.now();
        for _ in 0..passage.copies {
            let Some(connection) = self.connections.get_mut(&id) else { return };
            let lane = &mut connection.egress;
            if passage.hold {
                lane.hold(frame.clone(), now, passage.delay);
            } else if lane.is_empty() && passage.delay.is_zero() {
                self.emit(id, frame.clone());
                continue;
            } else {
                lane.push(frame.clone(), now, passage.delay);
            }
            self.watch_egress(id);
        }
    }

    /// Sends a message to all connections of a session; the one that caused it first, and with its `tracingId`.
    pub(super) fn fan_out(
        &mut self,
        conversation: &str,
        message: &Structured<'_>,
        origin: Option<(ConnectionId, Option<&str>)>,
    ) {
        if let Some((id, tracing_id)) = origin {
            self.send(id, message.frame(tracing_id));
        }
        self.fan_out_others(conversation, message, origin.map(|(id, _)| id));
    }

    /// Sends a message to all connections of a session but one.
    pub(super) fn fan_out_others(
        &mut self,
        conversation: &str,
        message: &Structured<'_>,
        except: Option<ConnectionId>,
    ) {
        for id in self.connections_besides(conversation, except) {
            self.send(id, message.frame(None));
        }
    }

    pub(super) fn connections_of(&self, conversation: &str) -> Vec<ConnectionId> {
        self.connections_besides(conversation, None)
    }

    pub(super) fn connections_besides(
        &self,
        conversation: &str,
        except: Option<ConnectionId>,
    ) -> Vec<ConnectionId> {
        let all = self.sessions.get(conversation).into_iter().flat_map(|s| &s.connections);
        all.copied().filter(|id| Some(*id) != except).collect()
    }

    /// Announces the end of a connection, then closes it.
    pub(super) fn close_announced(&mut self, id: ConnectionId) {
        self.send(id, reply::event("ConnectionClosedEvent"));
        self.close(id, NORMAL);
    }

    /// Closes a connection behind what is still on its way to it.
    pub(super) fn close(&mut self, id: ConnectionId, code: u16) {
        let now = self.clock.now();
        let Some(connection) = self.connections.get_mut(&id) else { return };
        if connection.closing {
            return;
        }
        connection.closing = true;
        self.timers.set(Timer::Ingress(id), None);
        self.detach(id);
        let Some(connection) = self.connections.get_mut(&id) else { return };
        if connection.egress.is_empty() {
            self.emit(id, Egress::Close(code));
        } else {
            connection.egress.finish(Egress::Close(code), now);
        }
    }

    /// Drops a connection with everything that is on its way to it.
    pub(super) fn abort(&mut self, id: ConnectionId) {
        if self.connections.contains_key(&id) {
            self.forget_connection(id);
            // Beyond the cap of outputs on purpose: at most one for each connection.
            self.outputs.push_back(Output::Abort { connection: id });
        }
    }

    /// Forgets a connection that is gone.
    pub(super) fn forget_connection(&mut self, id: ConnectionId) {
        self.detach(id);
        if self.connections.remove(&id).is_some() {
            tracing::debug!(connection = id.0, "gone");
        }
        self.timers.set(Timer::Ingress(id), None);
        self.timers.set(Timer::Egress(id), None);
    }

    /// Takes a connection out of its session.
    pub(super) fn detach(&mut self, id: ConnectionId) {
        let Some(connection) = self.connections.get_mut(&id) else { return };
        connection.presented = None;
        let Some(conversation) = connection.session.take() else { return };
        let Some(session) = self.sessions.get_mut(&conversation) else { return };
        session.connections.retain(|other| *other != id);
        let count = session.connections.len();
        self.emit_agent(&conversation, AgentEventKind::Connections { count });
        if count == 0 {
            self.end_guest_typing(&conversation, TypingEnd::Disconnected);
        }
        self.refresh_mute(id);
    }

    pub(super) fn release_egress(&mut self, id: ConnectionId) {
        let now = self.clock.now();
        while let Some(connection) = self.connections.get_mut(&id) {
            let Some(item) = connection.egress.pop_due(now) else { break };
            if matches!(item, Egress::Close(_)) || !connection.muted {
                self.emit(id, item);
            }
        }
        self.watch_egress(id);
    }

    /// Hands an item to the host.
    fn emit(&mut self, id: ConnectionId, item: Egress) {
        if self.outputs.len() >= self.options.caps.outputs {
            self.abort(id);
            return;
        }
        match item {
            Egress::Frame(text) => self.outputs.push_back(Output::Send { connection: id, text }),
            Egress::Close(code) => {
                self.outputs.push_back(Output::Close { connection: id, code });
                self.forget_connection(id);
            }
        }
    }

    fn watch_egress(&mut self, id: ConnectionId) {
        let Some(connection) = self.connections.get(&id) else { return };
        let (due, held) = (connection.egress.due(), connection.egress.len());
        if held > self.options.caps.held_frames {
            self.abort(id);
        } else {
            self.timers.set(Timer::Egress(id), due);
        }
    }
}

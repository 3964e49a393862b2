//! What the server says.
//!
//! Owns: what each frame means, messages and errors left out. Must not know: when anything is sent.

use webmessaging_proto::frame::{Direction, ServerBody, ServerFrame, SessionResponse};
use webmessaging_proto::{
    Close, ClosedReason, Event, FailReason, FailureCode, FaultCode, Output, PeerTypingEnd, Phase,
    TracingId, TransportId,
};

use super::connection::StartNew;
use super::requests::Purpose;
use super::{Model, Rule};

impl Model {
    fn listens(&self, transport: TransportId) -> bool {
        transport == self.transport()
            && matches!(
                self.phase,
                Phase::Configuring | Phase::Ready | Phase::ReadOnly | Phase::Closing
            )
    }

    pub(super) fn undecodable(&mut self, transport: TransportId) {
        if self.listens(transport) && self.phase != Phase::Closing {
            self.tell(Event::Fault { code: FaultCode::Undecodable });
        }
    }

    /// What was written has arrived.
    pub(super) fn peer_alive(&mut self, transport: TransportId) {
        if self.listens(transport) {
            self.confirm_up_to(self.requests.count());
            self.requests.arrived(self.requests.count());
        }
    }

    /// The first requests of this connection have arrived.
    fn confirm_up_to(&mut self, count: usize) {
        for request in self.requests.up_to(count).to_vec() {
            if matches!(request.purpose, Purpose::Receipt(_)) && self.ledger.confirm(request.id) {
                self.hit(Rule::ReceiptConfirmed);
            }
        }
    }

    pub(super) fn heard(&mut self, transport: TransportId, frame: &ServerFrame<'_>) {
        if !self.listens(transport) {
            self.hit(Rule::Stale);
            return;
        }
        let custom = match &frame.body {
            ServerBody::Message(message) if message.direction == Direction::Inbound => {
                message.metadata.get("customMessageId")
            }
            _ => None,
        };
        let name = frame.tracing_id.as_deref().and_then(TracingId::parse);
        let name = name.or_else(|| custom.and_then(TracingId::parse));
        let code = match &frame.body {
            ServerBody::Status(_) if (200..300).contains(&frame.code) => None,
            ServerBody::Status(text) => Some((frame.code, None, text.to_string())),
            ServerBody::TooManyRequests(body) => {
                Some((429, body.retry_after, body.error.text().to_owned()))
            }
            ServerBody::Error(body) => {
                Some((body.code.unwrap_or(frame.code), None, body.text().to_owned()))
            }
            _ => None,
        };
        let place = name.and_then(|id| self.requests.place_of(id));
        if let Some(place) = place {
            self.confirm_up_to(if code.is_some() { place } else { place + 1 });
            let request = self.requests.get(place);
            // Decision: the same error once more is no sign of life.
            let again = code.is_some() && request.refused;
            if request.purpose == Purpose::Echo && !again {
                self.echo_answered();
            }
        }
        if let Some((code, retry_after, text)) = code {
            self.refused(place, name, code, retry_after, &text);
            return;
        }
        if let Some(place) = place {
            self.requests.get(place).answered = true;
            self.requests.arrived(place + 1);
            // The row is broken.
            self.pause.row = 0;
        }
        // Decision: while closing, only what was sent is looked at.
        if self.phase == Phase::Closing && !matches!(frame.body, ServerBody::Message(_)) {
            return;
        }
        match &frame.body {
            ServerBody::SessionResponse(response) => self.session_response(place, response),
            ServerBody::Message(message) => self.message(frame, name, place, message),
            ServerBody::Status(_) => {}
            ServerBody::ConnectionClosed(body) => {
                let reason = match body.reason.as_deref() {
                    Some(reason) if reason.eq_ignore_ascii_case("signedIn") => {
                        ClosedReason::SignedIn
                    }
                    _ if self.connection.cleared => ClosedReason::ConversationCleared,
                    Some(reason) => ClosedReason::Other(reason.into()),
                    None => ClosedReason::SessionLimit,
                };
                self.told_to_go(reason);
            }
            ServerBody::Logout => self.told_to_go(ClosedReason::Logout),
            ServerBody::SessionExpired => self.expired(),
            ServerBody::SessionCleared => {
                self.connection.cleared = true;
                self.ledger.messages.clear();
                self.peers_stop(PeerTypingEnd::Ended);
                self.tell(Event::SessionCleared);
            }
            _ => self.tell(Event::Other(Box::new(frame.clone().into_owned()))),
        }
    }

    pub(super) fn echo_answered(&mut self) {
        if self.connection.health_answer_ends.take().is_some() {
            self.hit(Rule::EchoAnswered);
        }
    }

    fn told_to_go(&mut self, reason: ClosedReason) {
        if self.phase == Phase::Closing {
            return;
        }
        if self.connection.start_new == StartNew::No || reason == ClosedReason::Logout {
            self.closed_by_server(reason, true);
        } else {
            // It is the close that was asked for.
            self.lost(Some(Close::Normal));
        }
    }

    pub(super) fn expired(&mut self) {
        if self.phase == Phase::Closing {
            return;
        }
        self.hit(Rule::SessionExpired);
        self.connection.expired = true;
        self.failed(FailReason::SessionExpired);
        self.text_lost();
        self.tell(Event::SessionExpired);
    }

    /// The session ends with an error.
    pub(super) fn failed(&mut self, reason: FailReason) {
        let transport = self.transport();
        self.over(Phase::Failed(reason));
        self.expect(Output::CloseTransport(transport, Close::Normal));
    }

    // ---- the session

    fn session_response(&mut self, place: Option<usize>, response: &SessionResponse<'_>) {
        match self.phase {
            Phase::Configuring => {}
            Phase::Ready if response.read_only => {
                self.read_only();
                return;
            }
            _ => return,
        }
        // Decision: a session that can only be read can be read, connected or not.
        let usable = response.connected || response.read_only;
        let is_close =
            place.is_some_and(|place| self.requests.get(place).purpose == Purpose::CloseSession);
        if self.connection.start_new == StartNew::Closing {
            if is_close || !response.connected {
                self.close_answered();
            }
            return;
        }
        if self.connection.start_new == StartNew::Configuring && (is_close || !response.connected) {
            // A late word of the old conversation.
            return;
        }
        self.connection.configure_ends = None;
        if usable {
            self.accepted(response);
        } else {
            self.tell(Event::Fault { code: FaultCode::NotConnected });
            self.lost(Some(Close::Normal));
        }
    }

    /// The old conversation is closed, or can't be: on to the new one.
    pub(super) fn close_answered(&mut self) {
        self.connection.start_new = StartNew::Configuring;
        self.connection.configure_ends = None;
        self.connection.configure_at = Some(self.now);
    }

    fn accepted(&mut self, response: &SessionResponse<'_>) {
        let asked = self.connection.start_new == StartNew::Configuring;
        // Decision: what was asked for is another conversation, whatever the answer calls it.
        // After an expiry it is another one, too: the answer that said so may have been lost.
        let expired = core::mem::take(&mut self.connection.expired);
        let new = response.new_session || asked || expired;
        let before = self.connection.accepted;
        self.connection.start_new = StartNew::No;
        self.connection.accepted = true;
        self.requests.arrived(self.requests.count());
        self.connection.gives_up_at = None;
        self.info = Some(response.clone().into_owned());
        // Decision: what is over does not go on, whatever an answer says that may be older.
        let over = core::mem::take(&mut self.connection.over) && !new;
        let read_only = response.read_only || over;
        let phase = if read_only { Phase::ReadOnly } else { Phase::Ready };
        let replaced = before && new && !asked;
        if new {
            self.connection.ended_by = None;
            self.typing.afresh();
            if before {
                self.ledger.messages.clear();
                self.receipts_on_wire = self.config.receipts().on_wire;
                // Decision: nobody types from one conversation into the next.
                self.peers_stop(PeerTypingEnd::Ended);
            }
        }
        self.enter(phase);
        if replaced {
            self.hit(Rule::Replaced);
            self.tell(Event::SessionReplaced);
            self.give_texts_back(FailureCode::SessionReplaced);
        } else if before && !new {
            self.hit(Rule::Resumed);
            self.tell(Event::MessagesMayBeMissing);
        }
        if phase == Phase::ReadOnly {
            self.entered_read_only();
            return;
        }
        self.connection.ready_since.get_or_insert(self.now);
        self.connection.join_owed |= new && self.config.auto_start().is_some();
        self.connection.health_check_at =
            self.config.health_check().map(|interval| self.now + interval);
        if self.typing.owes_off(self.now) {
            self.hit(Rule::OffOwedAfterLoss);
        }
    }

    pub(super) fn read_only(&mut self) {
        self.enter(Phase::ReadOnly);
        self.entered_read_only();
    }

    fn entered_read_only(&mut self) {
        self.hit(Rule::ReadOnly);
        // Decision: a Join that is owed to a conversation that is over is owed no more.
        self.connection.join_owed = false;
        self.connection.health_check_at = None;
        self.connection.health_answer_ends = None;
        self.typing.end();
        self.typing.nothing_shows();
        self.peers_stop(PeerTypingEnd::Ended);
        self.give_texts_back(FailureCode::ReadOnly);
    }
}

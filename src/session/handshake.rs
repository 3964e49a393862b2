//! From an open transport to a conversation, and from one conversation to the next.
//!
//! Owns: configure and its answer, what is new in a session that the server has accepted, the way out of
//! a read-only conversation. Must not know: dials, what is sent once the session is ready.

use alloc::boxed::Box;
use alloc::sync::Arc;
use core::time::Duration;

use crate::error::InputError;
use crate::frame::{ClientBody, SessionResponse, WHOLE};
use crate::output::{Close, Event, FailureCode, FaultCode};
use crate::peer_typing::PeerTypingEnd;
use crate::time::Instant;
use crate::timer::Timer;

use super::connection::Past;
use super::phase::Trigger;
use super::requests::{Cause, Share};
use super::{Phase, Session};

const CONFIGURE: Duration = Duration::from_secs(10);

/// The step of the handshake that is due.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) enum Handshake {
    /// Waiting for the answer to a configure.
    #[default]
    Configure,
    /// Waiting to send the configure.
    ConfigureLater,
    /// Waiting for the read-only conversation to be closed.
    CloseSession,
    /// Waiting to ask for that.
    CloseSessionLater,
}

impl Session {
    /// Sends the configure; the first frame on every transport.
    pub(super) fn configure(&mut self) {
        self.connection.handshake = Handshake::Configure;
        if let Some(room_at) = self.requests.configure_room_at(self.now) {
            self.shake_hands_again_at(room_at);
            return;
        }
        if !self.has_room_or_waits() {
            return;
        }
        let start_new = self.connection.start_new;
        let journey_context = self.config.journey_context().cloned().map(Box::new);
        self.send(ClientBody::ConfigureSession { start_new, journey_context }, Cause::Configure);
        self.timers.set(Timer::Configure, Some(self.now + CONFIGURE));
    }

    fn has_room_or_waits(&mut self) -> bool {
        let has_room = self.requests.has_room(Share::Essential, 1, self.now);
        if let (false, Some(room_at)) = (has_room, self.requests.room_at(self.now)) {
            self.shake_hands_again_at(room_at);
        }
        has_room
    }

    /// The server, or the budget, asks for patience with the step of the handshake that is due.
    fn shake_hands_again_at(&mut self, at: Instant) {
        if self.phase == Phase::Configuring {
            self.connection.handshake = match self.connection.handshake {
                Handshake::Configure | Handshake::ConfigureLater => Handshake::ConfigureLater,
                Handshake::CloseSession | Handshake::CloseSessionLater => {
                    Handshake::CloseSessionLater
                }
            };
            self.timers.set(Timer::Configure, Some(at));
        }
    }

    /// The server wants the handshake, as far as it is, to be tried again later.
    pub(super) fn handshake_put_off(&mut self, until: Instant) {
        if self.phase == Phase::Configuring {
            self.shake_hands_again_at(until);
            // To wait as it was told is no try.
            self.limit_tries(until);
        }
    }

    pub(super) fn configure_timed_out(&mut self) {
        match self.connection.handshake {
            Handshake::ConfigureLater => self.configure(),
            Handshake::CloseSessionLater => self.close_session(),
            Handshake::Configure | Handshake::CloseSession => self.transport_unresponsive(),
        }
    }

    /// What an answer without a name is for, before the session is accepted.
    pub(super) fn handshake_cause(&self) -> Option<Cause> {
        (self.phase == Phase::Configuring).then_some(match self.connection.handshake {
            Handshake::Configure | Handshake::ConfigureLater => Cause::Configure,
            Handshake::CloseSession | Handshake::CloseSessionLater => Cause::CloseSession,
        })
    }

    pub(super) fn session_response(&mut self, response: SessionResponse<'_>) {
        match (self.phase, self.connection.handshake) {
            (Phase::Configuring, Handshake::CloseSession | Handshake::CloseSessionLater)
                if response.connected => {}
            (Phase::Configuring, Handshake::CloseSession | Handshake::CloseSessionLater) => {
                self.configure();
            }
            // A late word of the conversation that was just closed.
            (Phase::Configuring, _) if self.connection.start_new && !response.connected => {}
            (Phase::Configuring, _) if response.connected || response.read_only => {
                self.accepted(response);
            }
            (Phase::Configuring, _) => {
                self.emit(Event::Fault { code: FaultCode::NotConnected });
                self.lose_transport(Some(Close::Normal));
            }
            (Phase::Ready, _) if response.read_only => {
                self.enter_read_only();
            }
            _ => {}
        }
    }

    fn accepted(&mut self, response: SessionResponse<'_>) {
        let past = core::mem::replace(&mut self.connection.past, Past::Accepted);
        let gone = matches!(past, Past::Lost | Past::Expired);
        let expired = matches!(past, Past::Expired | Past::ExpiredUnseen);
        let new_session = response.new_session || self.connection.start_new || expired;
        let replaced = new_session && gone && !self.connection.start_new;
        let resumed = !new_session && past == Past::Lost;
        // What the answer says of it may be older.
        let over = core::mem::take(&mut self.connection.over) && !new_session;
        let read_only = response.read_only || over;
        self.connection.info = WHOLE.then(|| Box::new(response.into_owned()));
        // A new conversation on a connection that has proved itself does not make it a new one.
        self.connection.accepted_at.get_or_insert(self.now);
        self.connection.start_new = false;
        self.requests.all_answered(0);
        self.timers.clear(Timer::Configure);
        self.timers.clear(Timer::GiveUp);
        if new_session {
            // What was said to have ended was another one, even before the first.
            self.connection.ended_by = None;
        }
        if new_session && !matches!(past, Past::Nothing | Past::ExpiredUnseen) {
            self.receipts.clear();
            self.typing.reset();
            // Who typed after the end of the old one, before there was this one.
            self.peer_typing.clear(PeerTypingEnd::Ended);
            self.capabilities = self.supported;
            self.typing.set_policy(Arc::clone(self.config.shared_typing()));
        }
        let opened = if read_only { Trigger::AcceptedReadOnly } else { Trigger::Accepted };
        self.transition(opened);
        if replaced {
            self.emit(Event::SessionReplaced);
            self.keep_texts(FailureCode::SessionReplaced);
        } else if resumed {
            self.emit(Event::MessagesMayBeMissing);
        }
        if read_only {
            self.conversation_over();
            return;
        }
        self.connection.owes_join |= new_session && self.config.auto_start().is_some();
        self.connection.health_check_at = self.config.health_check().map(|every| self.now + every);
        if self.capabilities.typing {
            self.typing.open();
        }
    }

    /// Whether the conversation could still be written to before. Before the session is accepted, it
    /// is kept in mind: the server need not say things in the order in which they happened.
    pub(super) fn enter_read_only(&mut self) -> bool {
        self.connection.over |= self.phase == Phase::Configuring;
        let entered = self.phase == Phase::Ready && self.transition(Trigger::AcceptedReadOnly);
        if entered {
            self.conversation_over();
        }
        entered
    }

    /// The conversation can't be written to any more; its texts and typing are over.
    fn conversation_over(&mut self) {
        self.timers.clear(Timer::HealthCheckAnswer);
        self.connection.owes_join = false;
        self.typing.end();
        self.typing.close();
        self.typing.reset();
        self.peer_typing.clear(PeerTypingEnd::Ended);
        self.keep_texts(FailureCode::ReadOnly);
    }

    /// The way out of a read-only conversation (`wire.md` 1.9).
    pub(super) fn start_new(&mut self) -> Result<(), InputError> {
        let phase = self.phase;
        if !self.transition(Trigger::StartNew) {
            return Err(InputError::InvalidState { input: "start_new", phase });
        }
        self.connection.start_new = true;
        self.close_session();
        Ok(())
    }

    fn close_session(&mut self) {
        self.connection.handshake = Handshake::CloseSession;
        if self.has_room_or_waits() {
            let body = ClientBody::CloseSession { close_all_connections: true };
            self.send(body, Cause::CloseSession);
            self.timers.set(Timer::Configure, Some(self.now + CONFIGURE));
        }
    }
}

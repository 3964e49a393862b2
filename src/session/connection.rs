//! The life of a session's connections: dial, handshake, loss, backoff, end.
//!
//! Owns: which transport counts, and what is done on each change of phase. Must not know: what is
//! sent once the session is ready.

use alloc::boxed::Box;
use alloc::sync::Arc;
use alloc::vec::Vec;
use core::time::Duration;

use crate::config::Credentials;
use crate::error::InputError;
use crate::frame::{ClientBody, SessionResponse, WHOLE};
use crate::id::{TracingId, TransportId};
use crate::input::CloseReason;
use crate::output::{Close, ClosedReason, Event, FailureCode, FaultCode, Output};
use crate::peer_typing::PeerTypingEnd;
use crate::receipts::check_id;
use crate::sensitive::Sensitive;
use crate::time::{Instant, earliest};
use crate::timer::Timer;
use crate::tree::{Members, Tree};

use super::outbox::Outbox;
use super::phase::Trigger;
use super::requests::{Cause, Share};
use super::{FailReason, Phase, Session};

const DIAL: Duration = Duration::from_secs(30);
const CONFIGURE: Duration = Duration::from_secs(10);
const CLOSE: Duration = Duration::from_secs(2);
const HEALTH_CHECK_ANSWER: Duration = Duration::from_secs(10);
/// The smallest bound of a wait: no policy makes a busy loop of a server that hangs up.
const MIN_BACKOFF: Duration = Duration::from_millis(100);
/// The longest wait left once the network is back.
const NETWORK_AVAILABLE_WAIT: Duration = Duration::from_secs(1);
/// More than any session dials, and a number that JSON can hold.
const MOST_DIALS: u64 = 1 << 53;
/// How often that news counts.
const NETWORK_AVAILABLE_EVERY: Duration = Duration::from_secs(5);

/// What a session remembers of its connections.
#[derive(Clone, Debug, Default, PartialEq)]
#[expect(clippy::struct_excessive_bools, reason = "each is a fact of its own")]
pub(super) struct Connection {
    /// Whether the transport that was dialed last counts: it is dialing or open.
    attached: bool,
    /// The token of the current transport, if the next one is to have another.
    pub(super) token_before: Option<Box<Sensitive<'static>>>,
    dialed: u64,
    handshake: Handshake,
    /// A new conversation was asked for and is not there yet.
    start_new: bool,
    /// Failed tries in a row.
    tries: u32,
    accepted_at: Option<Instant>,
    network_available_at: Option<Instant>,
    past: Past,
    /// The key of the newest event that ended the conversation.
    pub(super) ended_by: Option<Box<str>>,
    /// The conversation was wiped on this connection.
    pub(super) cleared: bool,
    pub(super) owes_join: bool,
    pub(super) health_check_at: Option<Instant>,
    pub(super) info: Option<Box<SessionResponse<'static>>>,
}

/// What the host has of this session from earlier connections.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
enum Past {
    #[default]
    Nothing,
    /// The session was accepted, and the connection still stands.
    Accepted,
    /// The session was accepted, and the connection is lost since.
    Lost,
    /// The session is over by time: the next one is another, whether or not the answer that says so
    /// arrives.
    Expired,
    /// The same before a session was ever accepted: there is nothing that the next one could replace.
    ExpiredUnseen,
}

impl Past {
    const ALL: [Self; 5] =
        [Self::Nothing, Self::Accepted, Self::Lost, Self::Expired, Self::ExpiredUnseen];

    /// Its name in a snapshot.
    const fn name(self) -> &'static str {
        match self {
            Self::Nothing => "nothing",
            Self::Accepted => "accepted",
            Self::Lost => "lost",
            Self::Expired => "expired",
            Self::ExpiredUnseen => "expired_unseen",
        }
    }

    fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|past| past.name() == name)
    }
}

impl Connection {
    pub(super) const fn transport(&self) -> Option<TransportId> {
        if self.attached { Some(TransportId(self.dialed)) } else { None }
    }

    pub(super) const fn dialed(&self) -> u64 {
        self.dialed
    }

    /// A copy without what the server said of the session.
    pub(super) fn without_info(&self) -> Self {
        Self { token_before: None, ended_by: self.ended_by.clone(), info: None, ..*self }
    }

    pub(super) fn snapshot(&self, now: Instant) -> Tree {
        let mut saved = Members::default();
        saved.put("dialed", self.dialed);
        saved.put("tries", self.tries);
        saved.put("past", self.past.name());
        saved.put("start_new", self.start_new);
        saved.put("owes_join", self.owes_join);
        saved.put("ended_by", self.ended_by.clone());
        saved.put_time("network_available_at", self.network_available_at, now);
        saved.into()
    }

    /// Takes over what a snapshot holds; for a connection that never was.
    pub(super) fn restore(&mut self, saved: &Tree, now: Instant) -> Option<()> {
        self.dialed = saved.required("dialed")?;
        self.tries = saved.required("tries")?;
        self.past = Past::named(saved.required("past")?)?;
        if self.past == Past::Accepted {
            self.past = Past::Lost;
        }
        self.start_new = saved.optional("start_new")?;
        self.owes_join = saved.optional("owes_join")?;
        let ended_by: Option<&str> = saved.optional("ended_by")?;
        self.ended_by = ended_by.filter(|id| check_id(id).is_ok()).map(Box::from);
        self.network_available_at = saved.time("network_available_at", now, Duration::ZERO)?;
        Some(())
    }

    /// Whether there may have been so many dials.
    pub(super) const fn is_possible(&self) -> bool {
        self.dialed <= MOST_DIALS
    }
}

#[derive(Clone, Copy, Debug, Default, PartialEq)]
enum Handshake {
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
    pub(super) fn connect(&mut self) -> Result<(), InputError> {
        let phase = self.phase;
        if !self.transition(Trigger::Connect) {
            return Err(InputError::InvalidState { input: "connect", phase });
        }
        if phase != Phase::Backoff {
            self.connection.tries = 0;
            self.timers.clear(Timer::GiveUp);
        }
        self.dial();
        Ok(())
    }

    pub(super) fn disconnect(&mut self) {
        self.typing.end();
        self.flush();
        if !self.transition(Trigger::Disconnect) {
            // It is over already; what still waits is not to go out by itself later.
            self.keep_texts(FailureCode::Disconnected);
            return;
        }
        self.timers.clear(Timer::Backoff);
        self.timers.clear(Timer::GiveUp);
        self.connection.start_new = false;
        self.keep_texts(FailureCode::Disconnected);
        if let (Phase::Closing, Some(transport)) = (self.phase, self.connection.transport()) {
            self.clear_connection_timers();
            self.typing.close();
            self.peer_typing.clear(PeerTypingEnd::Disconnected);
            self.timers.set(Timer::Close, Some(self.now + CLOSE));
            self.put_out(Output::CloseTransport(transport, Close::Normal));
        }
    }

    pub(super) fn network_available(&mut self) {
        let heard = self.connection.network_available_at;
        let too_soon = heard.is_some_and(|heard| self.now - heard < NETWORK_AVAILABLE_EVERY);
        if self.phase != Phase::Backoff || too_soon {
            return;
        }
        self.connection.network_available_at = Some(self.now);
        let latest = self.now + NETWORK_AVAILABLE_WAIT;
        let at = self.timers.get(Timer::Backoff).map_or(latest, |at| at.min(latest));
        self.timers.set(Timer::Backoff, Some(at));
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

    /// The next transport has other credentials.
    pub(super) fn renew(&mut self, credentials: Credentials) {
        let before = core::mem::replace(&mut self.config.credentials, credentials);
        self.connection.token_before.get_or_insert_with(|| Box::new(before.token));
    }

    pub(super) fn transport_opened(&mut self, transport: TransportId) {
        if self.connection.transport() != Some(transport) || self.phase == Phase::Closing {
            self.put_out(Output::CloseTransport(transport, Close::Normal));
        } else if self.transition(Trigger::TransportOpened) {
            self.timers.clear(Timer::Dial);
            self.connection.token_before = None;
            self.configure();
        }
    }

    pub(super) fn transport_closed(&mut self, transport: TransportId, reason: CloseReason) {
        if self.connection.transport() != Some(transport) {
            return;
        }
        let opened = !matches!(self.phase, Phase::Connecting);
        match (self.phase, reason) {
            (Phase::Closing, _) => self.closed(),
            (_, CloseReason::AccessDenied) => self.fail(FailReason::AccessDenied, None),
            (_, CloseReason::Code(1000)) if opened && !self.connection.start_new => {
                self.closed_by_server(ClosedReason::ByServer, None);
            }
            (_, CloseReason::Code(_) | CloseReason::Lost) => self.lose_transport(None),
        }
    }

    pub(super) fn is_current(&self, transport: TransportId) -> bool {
        self.connection.transport() == Some(transport) && self.phase != Phase::Connecting
    }

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

    fn has_room_or_waits(&mut self) -> bool {
        let has_room = self.requests.has_room(Share::Essential, 1, self.now);
        if let (false, Some(room_at)) = (has_room, self.requests.room_at(self.now)) {
            self.shake_hands_again_at(room_at);
        }
        has_room
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
        let read_only = response.read_only;
        let past = core::mem::replace(&mut self.connection.past, Past::Accepted);
        let gone = matches!(past, Past::Lost | Past::Expired);
        let expired = matches!(past, Past::Expired | Past::ExpiredUnseen);
        let new_session = response.new_session || self.connection.start_new || expired;
        let replaced = new_session && gone && !self.connection.start_new;
        let resumed = !new_session && past == Past::Lost;
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

    /// Whether the conversation could still be written to before.
    pub(super) fn enter_read_only(&mut self) -> bool {
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

    pub(super) fn transport_unresponsive(&mut self) {
        self.lose_transport(Some(Close::Unresponsive));
    }

    /// The connection is gone, or given up with `close`; another one will be tried.
    pub(super) fn lose_transport(&mut self, close: Option<Close>) {
        if self.transition(Trigger::TransportLost) {
            self.detach(close, PeerTypingEnd::Disconnected);
            self.back_off();
        }
    }

    /// The server said goodbye.
    pub(super) fn closed_by_server(&mut self, reason: ClosedReason, close: Option<Close>) {
        if self.connection.start_new && reason != ClosedReason::Logout {
            // It closed the old conversation's connections, this one too.
            self.lose_transport(close);
        } else if self.transition(Trigger::ServerClosed) {
            self.connection.start_new = false;
            self.timers.clear(Timer::GiveUp);
            self.detach(close, PeerTypingEnd::Disconnected);
            self.emit(Event::ConnectionClosed { reason });
        }
    }

    pub(super) fn fail(&mut self, reason: FailReason, close: Option<Close>) {
        if !self.transition(Trigger::Fail(reason)) {
            return;
        }
        self.timers.clear(Timer::GiveUp);
        self.detach(close, PeerTypingEnd::Ended);
        match reason {
            FailReason::AccessDenied => self.emit(Event::AccessDenied),
            FailReason::AuthenticationFailed => self.emit(Event::AuthenticationFailed),
            FailReason::SessionExpired => {
                self.connection.past = match self.connection.past {
                    Past::Nothing | Past::ExpiredUnseen => Past::ExpiredUnseen,
                    Past::Accepted | Past::Lost | Past::Expired => Past::Expired,
                };
                self.emit(Event::SessionExpired);
            }
            FailReason::ConfigureRefused | FailReason::GaveUp => {}
        }
    }

    pub(super) fn give_up(&mut self) {
        if self.transition(Trigger::GiveUp) {
            self.timers.clear(Timer::Backoff);
            // A dial that failed at the same time has set it anew.
            self.timers.clear(Timer::GiveUp);
            self.detach(Some(Close::Unresponsive), PeerTypingEnd::Disconnected);
        }
    }

    /// The transport is closed after a disconnect, or took too long to.
    pub(super) fn closed(&mut self) {
        if self.transition(Trigger::TransportClosed) {
            self.detach(None, PeerTypingEnd::Disconnected);
        }
    }

    pub(super) fn backoff_over(&mut self) {
        if self.transition(Trigger::RetryDue) {
            self.dial();
        }
    }

    pub(super) fn health_check_sent(&mut self) {
        self.connection.health_check_at = self.config.health_check().map(|every| self.now + every);
        self.timers.set(Timer::HealthCheckAnswer, Some(self.now + HEALTH_CHECK_ANSWER));
    }

    /// A uniform wait under a bound that doubles with each try.
    pub(super) fn draw_backoff(&mut self, tries: u32) -> Duration {
        let bound = self.config.reconnect().base.saturating_mul(1 << tries.min(16));
        self.rng.duration_up_to(bound.min(self.longest_backoff()).max(MIN_BACKOFF))
    }

    pub(super) fn longest_backoff(&self) -> Duration {
        self.config.reconnect().cap.max(MIN_BACKOFF)
    }

    fn transition(&mut self, trigger: Trigger) -> bool {
        let Some(phase) = self.phase.after(trigger) else { return false };
        self.phase = phase;
        self.emit(Event::PhaseChanged(phase));
        true
    }

    fn dial(&mut self) {
        self.connection.dialed += 1;
        let transport = TransportId(self.connection.dialed);
        self.connection.attached = true;
        // No frame is left of the transport before: what is sent from here on has the new token.
        self.connection.token_before = None;
        self.connection.cleared = false;
        self.connection.accepted_at = None;
        self.timers.clear(Timer::Backoff);
        self.timers.set(Timer::Dial, Some(self.now + DIAL));
        self.put_out(Output::OpenTransport(transport));
        self.stats.dials += 1;
    }

    fn back_off(&mut self) {
        let stable = self.config.reconnect().stable;
        if self.connection.accepted_at.take().is_some_and(|at| self.now - at >= stable) {
            self.connection.tries = 0;
        }
        let wait = self.draw_backoff(self.connection.tries);
        self.connection.tries = self.connection.tries.saturating_add(1);
        self.timers.set(Timer::Backoff, Some(self.now + wait));
        self.limit_tries(self.now);
    }

    /// The tries end some day, counted from the first.
    fn limit_tries(&mut self, from: Instant) {
        if let Some(after) = self.config.reconnect().give_up {
            let first = self.timers.get(Timer::GiveUp);
            self.timers.set(Timer::GiveUp, earliest(first, Some(from + after)));
        }
    }

    /// Lets go of the transport and of all that was true only while it lasted.
    fn detach(&mut self, close: Option<Close>, peers: PeerTypingEnd) {
        self.take_back_unwritten();
        if let (Some(transport), Some(close)) = (self.connection.transport(), close) {
            self.put_out(Output::CloseTransport(transport, close));
        }
        self.connection.attached = false;
        self.clear_connection_timers();
        if self.connection.past == Past::Accepted {
            self.connection.past = Past::Lost;
        }
        self.requests.clear();
        self.typing.close();
        self.receipts.connection_lost();
        self.peer_typing.clear(peers);
        self.text_unconfirmed();
    }

    fn clear_connection_timers(&mut self) {
        for timer in [Timer::Dial, Timer::Configure, Timer::Close, Timer::HealthCheckAnswer] {
            self.timers.clear(timer);
        }
        self.connection.health_check_at = None;
    }

    /// Frames that were not drained never left: each is undone.
    fn take_back_unwritten(&mut self) {
        let unwritten = self.causes_of_unwritten();
        if unwritten.is_empty() {
            return;
        }
        for (tracing_id, cause) in unwritten {
            self.take_back(tracing_id, cause);
        }
        // All others keep their order.
        for _ in 0..self.outputs.len() {
            match self.outputs.pop_front() {
                Some(Output::SendFrame(_)) | None => {}
                Some(output) => self.outputs.push_back(output),
            }
        }
    }

    /// What the frames that were not drained are for, newest first.
    pub(super) fn causes_of_unwritten(&self) -> Vec<(TracingId, Option<Cause>)> {
        let mut unwritten = Vec::new();
        for frame in self.unwritten().rev() {
            let request = self.requests.find(frame.tracing_id);
            unwritten.push((frame.tracing_id, request.map(|request| request.cause)));
        }
        unwritten
    }

    /// Undoes what was done for a frame.
    pub(super) fn take_back(&mut self, tracing_id: TracingId, cause: Option<Cause>) {
        match cause {
            Some(Cause::Text(_)) if self.outbox.is_in_flight(tracing_id) => {
                self.outbox.unwritten();
            }
            Some(Cause::Typing(sent)) => self.typing.unwritten(&sent),
            Some(Cause::Join) => self.connection.owes_join = true,
            // It is due again on every loss.
            Some(Cause::Receipt(_)) => self.stats.receipts_sent -= 1,
            // The rest belongs to its connection.
            _ => {}
        }
        self.stats.frames_sent -= 1;
    }

    /// Keeps every text for the host: it must not go into another conversation by itself.
    fn keep_texts(&mut self, code: FailureCode) {
        self.text_unconfirmed();
        for key in self.outbox.used().map(Outbox::keep_waiting).into_iter().flatten() {
            self.emit(Event::MessageFailed { key, code });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_past_is_read_as_it_is_written() {
        for past in Past::ALL {
            // A further one is to be told of here.
            match past {
                Past::Nothing
                | Past::Accepted
                | Past::Lost
                | Past::Expired
                | Past::ExpiredUnseen => {}
            }
            assert_eq!(Past::named(past.name()), Some(past));
        }
    }
}

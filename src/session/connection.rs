//! The life of a session's connections: dial, loss, backoff, end.
//!
//! Owns: which transport counts, and what is done on each change of phase. Must not know: what is said
//! on a connection.

use alloc::boxed::Box;
use core::time::Duration;

use crate::config::Credentials;
use crate::error::InputError;
use crate::frame::SessionResponse;
use crate::id::TransportId;
use crate::input::CloseReason;
use crate::output::{Close, ClosedReason, Event, FailureCode, Output};
use crate::peer_typing::PeerTypingEnd;
use crate::receipts::check_id;
use crate::sensitive::Sensitive;
use crate::time::{Instant, earliest};
use crate::timer::Timer;
use crate::tree::{Members, Tree};

use super::handshake::Handshake;
use super::phase::Trigger;
use super::{FailReason, Phase, Session};

const DIAL: Duration = Duration::from_secs(30);
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
    pub(super) attached: bool,
    /// The token of the current transport, if the next one is to have another.
    pub(super) token_before: Option<Box<Sensitive<'static>>>,
    dialed: u64,
    pub(super) handshake: Handshake,
    /// A new conversation was asked for and is not there yet.
    pub(super) start_new: bool,
    /// Failed tries in a row.
    tries: u32,
    pub(super) accepted_at: Option<Instant>,
    network_available_at: Option<Instant>,
    pub(super) past: Past,
    /// The key of the newest event that ended the conversation.
    pub(super) ended_by: Option<Box<str>>,
    /// The conversation was said to be over for good on this connection, before it was accepted on it.
    pub(super) over: bool,
    /// The conversation was wiped on this connection.
    pub(super) cleared: bool,
    pub(super) owes_join: bool,
    pub(super) health_check_at: Option<Instant>,
    pub(super) info: Option<Box<SessionResponse<'static>>>,
}

/// What the host has of this session from earlier connections.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) enum Past {
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

    pub(super) fn transition(&mut self, trigger: Trigger) -> bool {
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
        self.connection.over = false;
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
    pub(super) fn limit_tries(&mut self, from: Instant) {
        if let Some(after) = self.config.reconnect().give_up {
            let first = self.timers.get(Timer::GiveUp);
            self.timers.set(Timer::GiveUp, earliest(first, Some(from + after)));
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

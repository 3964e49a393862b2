//! Phases, dials, losses: when there is a connection.
//!
//! Owns: every change of the phase, and the timers around them. Must not know: what frames say.

use core::time::Duration;

use webmessaging_proto::{
    Close, CloseReason, ClosedReason, Event, FailReason, FailureCode, InputError, Instant, Output,
    PeerTypingEnd, Phase, TransportId,
};

use super::typing::Shown;
use super::wait::Wait;
use super::{Model, Rule};

const DIAL: Duration = Duration::from_secs(30);
const CONFIGURE: Duration = Duration::from_secs(10);
const CLOSING: Duration = Duration::from_secs(2);
const HEALTH_CHECK_ANSWER: Duration = Duration::from_secs(10);
/// `NetworkAvailable` makes the wait at most this, once in a while.
const NETWORK_IS_BACK: Duration = Duration::from_secs(1);
const ONCE_IN: Duration = Duration::from_secs(5);
const SHORTEST_BASE: Duration = Duration::from_millis(100);

/// How far the way out of a read-only conversation has come.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) enum StartNew {
    #[default]
    No,
    /// A `closeSession` is due or not answered.
    Closing,
    /// The next configure asks for a new conversation.
    Configuring,
}

#[derive(Clone, Debug, Default)]
#[expect(clippy::struct_excessive_bools, reason = "each is a fact of its own")]
pub(super) struct Connection {
    pub(super) dials: u64,
    pub(super) dial_ends: Option<Instant>,
    /// The end of the wait for the answer to a configure.
    pub(super) configure_ends: Option<Instant>,
    /// When a configure, or a close before it, is to be written.
    pub(super) configure_at: Option<Instant>,
    pub(super) closing_ends: Option<Instant>,
    pub(super) backoff: Option<Wait>,
    pub(super) gives_up_at: Option<Instant>,
    pub(super) ready_since: Option<Instant>,
    /// The dials in a row that led to nothing.
    pub(super) tries: u32,
    network_was_back: Option<Instant>,
    /// Whether a session was accepted before.
    pub(super) accepted: bool,
    pub(super) start_new: StartNew,
    pub(super) join_owed: bool,
    /// Whether the session was over by time since a session was accepted last.
    pub(super) expired: bool,
    /// Whether the agent's side ended the conversation for good before the answer to the configure.
    pub(super) over: bool,
    /// Whether the server said that it wiped the conversation.
    pub(super) cleared: bool,
    /// The key of the event by which the agent's side ended the conversation.
    pub(super) ended_by: Option<String>,
    pub(super) health_check_at: Option<Instant>,
    pub(super) health_answer_ends: Option<Instant>,
}

impl Model {
    pub(super) const fn transport(&self) -> TransportId {
        TransportId(self.connection.dials)
    }

    /// The timers that are due fire, each once, in the order of their names.
    pub(super) fn time_passes(&mut self) {
        let now = self.now;
        let due = |timer: Option<Instant>| timer.is_some_and(|at| at <= now);
        let dial = due(self.connection.dial_ends);
        let configure = due(self.connection.configure_ends);
        let closing = due(self.connection.closing_ends);
        let backoff = self.connection.backoff.is_some_and(|wait| wait.is_over(now));
        let gives_up = due(self.connection.gives_up_at);
        let flight = self.texts.in_flight.map(|flight| flight.since + super::flush::CONFIRMATION);
        let unconfirmed = due(flight);
        let answer = due(self.connection.health_answer_ends);
        if dial || configure {
            self.hit(Rule::NoAnswer);
            self.lost(Some(Close::Unresponsive));
        }
        if closing {
            self.hit(Rule::ClosingTimedOut);
            self.over(Phase::Closed);
        }
        if backoff && self.phase == Phase::Backoff {
            self.hit(Rule::DialedAgain);
            self.dial();
        }
        if gives_up {
            self.give_up();
        }
        if unconfirmed && self.texts.in_flight.is_some() {
            self.hit(Rule::TextTimedOut);
            if let Some(key) = self.texts.keep_first() {
                self.tell(Event::MessageUnconfirmed { key });
            }
        }
        if answer && self.connection.health_answer_ends.is_some() {
            self.hit(Rule::NoAnswer);
            self.lost(Some(Close::Unresponsive));
        }
        let gone = self.typists.expired(now);
        self.stopped(gone, PeerTypingEnd::Expired);
        self.ledger.read_what_was_seen(now);
        self.flush();
    }

    // ---- the host

    pub(super) fn connect(&mut self) -> Result<(), InputError> {
        match self.phase {
            Phase::Idle | Phase::Closed | Phase::Failed(_) => {
                self.connection.tries = 0;
                self.dial();
                Ok(())
            }
            Phase::Backoff => {
                self.dial();
                Ok(())
            }
            phase => Err(InputError::InvalidState { input: "connect", phase }),
        }
    }

    fn dial(&mut self) {
        self.connection.backoff = None;
        self.connection.dials += 1;
        self.connection.dial_ends = Some(self.now + DIAL);
        self.enter(Phase::Connecting);
        self.expect(Output::OpenTransport(self.transport()));
    }

    pub(super) fn disconnect(&mut self) {
        self.typing.end();
        if self.phase == Phase::Ready {
            // The Off that this needs comes before the end.
            self.flush();
        }
        match self.phase {
            Phase::Connecting | Phase::Configuring | Phase::Ready | Phase::ReadOnly => {
                self.hit(Rule::Disconnected);
                self.enter(Phase::Closing);
                self.gone();
                self.give_texts_back(FailureCode::Disconnected);
                self.expect(Output::CloseTransport(self.transport(), Close::Normal));
                self.connection.closing_ends = Some(self.now + CLOSING);
            }
            Phase::Idle | Phase::Backoff | Phase::Failed(_) => {
                self.hit(Rule::Disconnected);
                self.enter(Phase::Closed);
                self.gone();
                self.give_texts_back(FailureCode::Disconnected);
            }
            // Decision: who leaves a session that the server has closed leaves its texts, too.
            Phase::Closed => self.give_texts_back(FailureCode::Disconnected),
            _ => {}
        }
        self.connection.start_new = StartNew::No;
    }

    pub(super) fn network_available(&mut self) {
        let now = self.now;
        let lately = self.connection.network_was_back.is_some_and(|at| now < at + ONCE_IN);
        if let (Some(wait), false) = (&mut self.connection.backoff, lately) {
            wait.cut(now + NETWORK_IS_BACK);
            self.connection.network_was_back = Some(now);
            self.hit(Rule::NetworkBack);
        }
    }

    pub(super) fn start_new(&mut self) -> Result<(), InputError> {
        if self.phase != Phase::ReadOnly {
            return Err(InputError::InvalidState { input: "start_new", phase: self.phase });
        }
        self.hit(Rule::StartNew);
        self.connection.start_new = StartNew::Closing;
        self.enter(Phase::Configuring);
        self.connection.configure_at = Some(self.now);
        Ok(())
    }

    // ---- the transport

    pub(super) fn opened(&mut self, transport: TransportId) {
        if transport != self.transport()
            || !matches!(
                self.phase,
                Phase::Connecting | Phase::Configuring | Phase::Ready | Phase::ReadOnly
            )
        {
            // Nobody wants it.
            self.hit(Rule::Stale);
            self.expect(Output::CloseTransport(transport, Close::Normal));
        } else if self.phase == Phase::Connecting {
            self.connection.dial_ends = None;
            self.enter(Phase::Configuring);
            self.connection.configure_at = Some(self.now);
        }
    }

    pub(super) fn closed(&mut self, transport: TransportId, reason: CloseReason) {
        if transport != self.transport() {
            self.hit(Rule::Stale);
            return;
        }
        match (self.phase, reason) {
            (Phase::Closing, _) => self.over(Phase::Closed),
            (
                Phase::Connecting | Phase::Configuring | Phase::Ready | Phase::ReadOnly,
                CloseReason::AccessDenied,
            ) => {
                self.over(Phase::Failed(FailReason::AccessDenied));
                self.text_lost();
                self.tell(Event::AccessDenied);
            }
            (Phase::Configuring | Phase::Ready | Phase::ReadOnly, CloseReason::Code(1000))
                if self.connection.start_new == StartNew::No =>
            {
                self.closed_by_server(ClosedReason::ByServer, false);
            }
            (Phase::Connecting | Phase::Configuring | Phase::Ready | Phase::ReadOnly, _) => {
                self.lost(None);
            }
            _ => {}
        }
    }

    /// The server will have no more of this connection.
    pub(super) fn closed_by_server(&mut self, reason: ClosedReason, close: bool) {
        self.hit(Rule::ClosedByServer);
        self.over(Phase::Closed);
        if close {
            self.expect(Output::CloseTransport(self.transport(), Close::Normal));
        }
        self.text_lost();
        self.tell(Event::ConnectionClosed { reason });
    }

    /// A transport is lost: a further try after a wait.
    pub(super) fn lost(&mut self, close: Option<Close>) {
        self.hit(Rule::Lost);
        let policy = *self.config.reconnect();
        let stable = self.connection.ready_since.is_some_and(|at| self.now >= at + policy.stable);
        if stable {
            self.connection.tries = 0;
        }
        let transport = self.transport();
        self.over(Phase::Backoff);
        if let Some(close) = close {
            self.expect(Output::CloseTransport(transport, close));
        }
        self.text_lost();
        let doubled = 2_u32.checked_pow(self.connection.tries).unwrap_or(u32::MAX);
        let longest = policy.base.max(SHORTEST_BASE).saturating_mul(doubled).min(policy.cap);
        self.connection.tries += 1;
        self.connection.backoff = Some(Wait::new(self.now, longest));
        self.limit_tries(self.now);
    }

    pub(super) fn limit_tries(&mut self, from: Instant) {
        if let Some(after) = self.config.reconnect().give_up {
            let so_far = self.connection.gives_up_at.unwrap_or(from + after);
            self.connection.gives_up_at = Some(so_far.min(from + after));
        }
    }

    fn give_up(&mut self) {
        self.hit(Rule::GaveUp);
        let dialing = matches!(self.phase, Phase::Connecting | Phase::Configuring);
        let transport = self.transport();
        self.over(Phase::Failed(FailReason::GaveUp));
        if dialing {
            self.expect(Output::CloseTransport(transport, Close::Unresponsive));
        }
    }

    /// Whatever there was of a connection is gone.
    pub(super) fn over(&mut self, phase: Phase) {
        self.enter(phase);
        self.gone();
        let connection = &mut self.connection;
        connection.closing_ends = None;
        if phase != Phase::Backoff {
            connection.gives_up_at = None;
            if matches!(phase, Phase::Closed) {
                connection.start_new = StartNew::No;
            }
        }
    }

    /// Nothing can be sent from here.
    fn gone(&mut self) {
        let connection = &mut self.connection;
        connection.dial_ends = None;
        connection.configure_ends = None;
        connection.configure_at = None;
        connection.backoff = None;
        connection.ready_since = None;
        connection.cleared = false;
        connection.over = false;
        connection.health_check_at = None;
        connection.health_answer_ends = None;
        if connection.start_new == StartNew::Closing {
            connection.start_new = StartNew::Configuring;
        }
        if self.phase == Phase::Closing || self.phase == Phase::Closed {
            connection.gives_up_at = None;
        }
        if matches!(self.typing.shown(self.now), Shown::Yes(_)) {
            self.hit(Rule::BeliefUnknownAfterLoss);
        }
        self.typing.connection_lost(self.now);
        if self.ledger.connection_lost() {
            self.hit(Rule::ReceiptDueAgain);
        }
        self.requests.connection_lost();
        self.peers_stop(match self.phase {
            Phase::Failed(FailReason::GaveUp) => PeerTypingEnd::Disconnected,
            Phase::Failed(_) => PeerTypingEnd::Ended,
            _ => PeerTypingEnd::Disconnected,
        });
    }

    /// The text in flight may or may not have arrived.
    pub(super) fn text_lost(&mut self) {
        if self.texts.in_flight.is_some() {
            self.hit(Rule::TextLost);
            if let Some(key) = self.texts.keep_first() {
                self.tell(Event::MessageUnconfirmed { key });
            }
        }
    }

    /// Every text is the host's again.
    pub(super) fn give_texts_back(&mut self, code: FailureCode) {
        self.text_lost();
        while let Some(key) = self.texts.keep_first() {
            self.hit(Rule::TextGivenBack);
            self.tell(Event::MessageFailed { key, code });
        }
    }

    pub(super) fn configure_is_out(&mut self) {
        self.connection.configure_at = None;
        self.connection.configure_ends = Some(self.now + CONFIGURE);
    }

    pub(super) fn health_check_is_out(&mut self) {
        self.connection.health_answer_ends = Some(self.now + HEALTH_CHECK_ANSWER);
        self.connection.health_check_at =
            self.config.health_check().map(|interval| self.now + interval);
    }
}

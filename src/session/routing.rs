//! Answers, routed to what caused them.
//!
//! Owns: the meaning of every error code for every kind of request. Must not know: how a frame is
//! read, what is sent next.

use alloc::boxed::Box;
use core::time::Duration;

use crate::config::Capability;
use crate::frame::{ClientBody, ClientFrame, TypingNotice};
use crate::id::{LocalKey, TracingId, TransportId};
use crate::output::{Close, Event, FailureCode, FaultCode};
use crate::receipts::LedgerId;
use crate::time::Instant;
use crate::timer::Timer;
use crate::typing::SentNotice;

use super::outbox::Verdict;
use super::rate_limit::{DEFAULT_WAIT, RateLimit, Scope};
use super::requests::{Cause, Request};
use super::{FailReason, Phase, Session};

/// What the server's error means, by its code (`wire.md` 4.1).
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum ServerError {
    RateLimited(Option<Duration>),
    /// The token is not, or no longer, good.
    Unauthenticated,
    /// The session is gone.
    Expired,
    /// This will never be taken: 400, 403.
    Refused(u16),
    /// Not known to the server: 404.
    NotFound(u16),
    /// The server failed: 408, 5xx.
    Failed(u16),
    /// Not taken as it is: all others.
    Rejected(u16),
}

impl ServerError {
    /// The meaning of a code and its text.
    pub(super) fn of_status(code: u16, text: &str) -> Self {
        match code {
            401 => Self::Unauthenticated,
            403 if asks_to_authenticate(text) => Self::Unauthenticated,
            429 | 4029 => Self::RateLimited(None),
            4006 | 4007 => Self::Expired,
            400 | 403 => Self::Refused(code),
            404 => Self::NotFound(code),
            408 | 500..=599 | 5000..=5999 => Self::Failed(code),
            _ => Self::Rejected(code),
        }
    }
}

/// The two forms of "forbidden" that mean the token and not the request (`wire.md` 4.1).
fn asks_to_authenticate(text: &str) -> bool {
    ["session authentication failed", "try to authenticate again"]
        .iter()
        .any(|form| text.get(..form.len()).is_some_and(|start| start.eq_ignore_ascii_case(form)))
}

impl Session {
    /// The server took a request; gives what it was for.
    pub(super) fn answered(&mut self, request: Option<TracingId>) -> Option<Cause> {
        let request = request.and_then(|id| self.requests.find(id))?;
        RateLimit::succeeded(&mut self.rate_limit);
        let own = u32::from(matches!(request.cause, Cause::Receipt(_)));
        self.requests.answered(request.tracing_id);
        self.receipts.confirm_sends(request.receipts_before.saturating_add(own).into());
        if request.cause == Cause::Echo {
            self.timers.clear(Timer::HealthCheckAnswer);
        }
        Some(request.cause)
    }

    /// The peer is alive, and has all that was written.
    pub(super) fn peer_alive(&mut self, transport: TransportId) {
        if !self.is_current(transport) {
            return;
        }
        self.requests.all_answered(self.unwritten().count());
        let is_receipt =
            |frame: &&ClientFrame<'_>| matches!(frame.body, ClientBody::ReadReceipt { .. });
        let receipts = self.unwritten().filter(is_receipt).count() as u64;
        self.receipts.confirm_sends(self.receipts.sends() - receipts);
    }

    pub(super) fn receive_error(&mut self, request: Option<TracingId>, error: ServerError) {
        let known = request.filter(|id| self.requests.find(*id).is_some());
        let request = known.and_then(|id| self.requests.failed(id));
        if known.is_some() && request.is_none() {
            return;
        }
        if let Some(request) = &request {
            self.receipts.confirm_sends(request.receipts_before.into());
        }
        let cause = match &request {
            Some(request) => Some(request.cause),
            None => self.handshake_cause(),
        };
        match (error, cause) {
            // The server may have told the agent before it failed.
            (ServerError::Failed(_), Some(Cause::Typing(sent))) => self.typing.failed(&sent),
            (_, Some(Cause::Typing(sent))) => self.typing.refused(&sent),
            _ => {}
        }
        match (error, cause) {
            (ServerError::RateLimited(retry_after), _) => {
                self.rate_limited(retry_after, cause, request.as_ref());
            }
            (ServerError::Unauthenticated, _) => {
                if let Some(outbox) = self.outbox.used() {
                    outbox.back_to_head();
                }
                self.fail(FailReason::AuthenticationFailed, Some(Close::Normal));
            }
            (ServerError::Expired, _) => {
                self.fail(FailReason::SessionExpired, Some(Close::Normal));
            }
            (_, Some(Cause::Configure | Cause::CloseSession)) => {
                self.configure_failed(error, cause == Some(Cause::CloseSession));
            }
            (_, Some(Cause::Text(key))) => self.text_failed(key, request.as_ref(), error),
            (_, Some(Cause::Typing(sent))) => self.typing_failed(&sent, request.as_ref(), error),
            (_, Some(Cause::Receipt(key))) => self.receipt_failed(key, error),
            (_, Some(Cause::Echo)) => self.timers.clear(Timer::HealthCheckAnswer),
            (_, Some(Cause::Join) | None) => self.fault(error),
        }
    }

    fn rate_limited(
        &mut self,
        retry_after: Option<Duration>,
        cause: Option<Cause>,
        request: Option<&Request>,
    ) {
        self.stats.rate_limits += 1;
        let refused = match request {
            Some(request) => Some(request.tracing_id),
            None => self.requests.only_text_unanswered(),
        };
        let scope = match cause {
            None | Some(Cause::Text(_) | Cause::Join) => Scope::TextsToo,
            Some(_) => Scope::TextsGoOn,
        };
        let written_at = request.map(|request| request.at);
        let wait = self.rate_limit.hit(retry_after, scope, written_at, self.now);
        if refused.is_some_and(|refused| self.outbox.is_in_flight(refused)) {
            self.outbox.back_to_head();
        }
        match cause {
            Some(Cause::Receipt(key)) => self.receipts.refused(key),
            Some(Cause::Join) => self.connection.owes_join = true,
            Some(Cause::Echo) => self.timers.clear(Timer::HealthCheckAnswer),
            Some(Cause::Configure | Cause::CloseSession) => {
                self.handshake_put_off(self.end_of_pause());
            }
            _ => {}
        }
        if let Some(until) = self.rate_limit.rest_paused_until(self.now) {
            self.typing.pause(until);
        }
        if let Some(retry_after) = wait {
            self.emit(Event::RateLimited { retry_after });
        }
    }

    fn end_of_pause(&self) -> Instant {
        self.rate_limit.rest_paused_until(self.now).unwrap_or(self.now)
    }

    fn configure_failed(&mut self, error: ServerError, closing_old: bool) {
        self.fault(error);
        if self.phase != Phase::Configuring {
            return;
        }
        match error {
            ServerError::Failed(_) => {
                self.handshake_put_off(self.now + DEFAULT_WAIT);
            }
            // What can't be closed can still be replaced.
            _ if closing_old => self.configure(),
            _ => self.fail(FailReason::ConfigureRefused, Some(Close::Normal)),
        }
    }

    fn text_failed(&mut self, key: LocalKey, request: Option<&Request>, error: ServerError) {
        // An older attempt, or a text that is with the host already.
        if !request.is_some_and(|request| self.outbox.is_in_flight(request.tracing_id)) {
            return;
        }
        match error {
            ServerError::Failed(code) => match self.outbox.server_failed() {
                Verdict::TryAgain(failures) => {
                    let wait = self.draw_backoff(failures);
                    self.outbox.retry_not_before(self.now + wait);
                }
                Verdict::Failed => self.message_failed(key, code),
            },
            ServerError::Refused(code)
            | ServerError::NotFound(code)
            | ServerError::Rejected(code) => {
                self.outbox.keep_in_flight();
                self.message_failed(key, code);
            }
            ServerError::RateLimited(_) | ServerError::Unauthenticated | ServerError::Expired => {}
        }
    }

    fn message_failed(&mut self, key: LocalKey, code: u16) {
        self.emit(Event::MessageFailed { key, code: FailureCode::Server(code) });
    }

    fn typing_failed(&mut self, sent: &SentNotice, request: Option<&Request>, error: ServerError) {
        match (error, sent.notice()) {
            (ServerError::Refused(_), TypingNotice::On) => {
                self.lose(Capability::Typing);
            }
            (ServerError::Refused(_), TypingNotice::Off) => {
                self.lose(Capability::TypingOff);
            }
            _ => {
                let wait = self.typing_rest.hit(None, request.map(|it| it.at), self.now);
                self.typing.pause(self.now + wait);
                self.fault(error);
            }
        }
    }

    fn receipt_failed(&mut self, key: LedgerId, error: ServerError) {
        match error {
            ServerError::Failed(_) => self.receipts.park(key),
            ServerError::Refused(_) => {
                self.receipts.refused(key);
                self.lose(Capability::Receipts);
            }
            ServerError::NotFound(code) | ServerError::Rejected(code) => {
                let told = self.receipts.is_told(key);
                self.receipts.settle(key);
                if let Some(id) = self.receipts.message(key).filter(|_| told).map(Box::from) {
                    let code = FailureCode::Server(code);
                    self.emit(Event::ReceiptFailed { id, code });
                }
            }
            ServerError::RateLimited(_) | ServerError::Unauthenticated | ServerError::Expired => {}
        }
    }

    fn lose(&mut self, capability: Capability) {
        if self.turn_off(capability) {
            self.emit(Event::CapabilityLost { capability });
        }
    }

    /// Goes on without a feature; gives whether it was in use.
    pub(super) fn turn_off(&mut self, capability: Capability) -> bool {
        let was_in_use = core::mem::take(self.capabilities.get_mut(capability));
        if was_in_use {
            match capability {
                Capability::Typing => {
                    self.typing.close();
                    self.typing.reset();
                }
                Capability::TypingOff => self.typing.lose_off(),
                Capability::Receipts => {}
            }
        }
        was_in_use
    }

    fn fault(&mut self, error: ServerError) {
        let code = match error {
            ServerError::Refused(code)
            | ServerError::NotFound(code)
            | ServerError::Failed(code)
            | ServerError::Rejected(code) => code,
            ServerError::RateLimited(_) | ServerError::Unauthenticated | ServerError::Expired => {
                return;
            }
        };
        self.emit(Event::Fault { code: FaultCode::Server(code) });
    }
}

//! Failures, routed by their name to what caused them.
//!
//! Owns: the table of failures. Must not know: when what was refused is sent again.

use core::time::Duration;

use webmessaging_proto::{
    Capability, Event, FailReason, FailureCode, FaultCode, LocalKey, Phase, TracingId,
};

use super::connection::StartNew;
use super::ledger::State;
use super::requests::Purpose;
use super::typing::Fate;
use super::wait::Wait;
use super::{Model, Rule};

const REST: Duration = Duration::from_secs(5);
const TEXT_TRIES: u32 = 3;
const TEXT_BACKOFF: Duration = Duration::from_secs(1);

/// Whether the words of a 403 ask for other credentials.
pub(crate) fn asks_to_authenticate(text: &str) -> bool {
    let text = text.to_ascii_lowercase();
    text.starts_with("session authentication failed")
        || text.starts_with("try to authenticate again")
}

const fn is_rate_limit(code: u16) -> bool {
    matches!(code, 429 | 4029)
}

const fn is_failure(code: u16) -> bool {
    matches!(code, 408 | 500..=599 | 5000..=5999)
}

impl Model {
    pub(super) fn refused(
        &mut self,
        place: Option<usize>,
        name: Option<TracingId>,
        code: u16,
        retry_after: Option<Duration>,
        text: &str,
    ) {
        if self.phase == Phase::Closing {
            return;
        }
        let request = place.map(|place| self.requests.get(place).clone());
        if let Some(place) = place {
            let request = self.requests.get(place);
            request.answered = true;
            request.refused = true;
            self.requests.arrived(place + 1);
        }
        if request.as_ref().is_some_and(|request| request.refused) {
            // The first error counts, whatever the next ones say.
            return;
        }
        let authentication = code == 401 || code == 403 && asks_to_authenticate(text);
        let expired = matches!(code, 4006 | 4007);
        if authentication || expired {
            // Whatever it was for was not taken.
            if let Some(id) = name {
                self.typing.answered(id, Fate::Refused);
            }
            if authentication {
                self.authentication_failed();
            } else {
                self.expired();
            }
            return;
        }
        let purpose = request.as_ref().map(|request| request.purpose.clone());
        if is_rate_limit(code) {
            self.rate_limited(purpose, request.map(|request| request.id), retry_after);
            return;
        }
        let name = name.unwrap_or(TracingId::from_bits(0));
        match purpose {
            Some(Purpose::Configure) if self.phase != Phase::Configuring => self.fault(code),
            Some(Purpose::Configure) => self.configure_refused(code),
            Some(Purpose::CloseSession) => self.close_refused(code),
            Some(Purpose::Text(key)) => self.text_refused(key, name, code),
            Some(Purpose::On | Purpose::Off) => {
                let on = purpose == Some(Purpose::On);
                self.notice_refused(on, name, code);
            }
            Some(Purpose::Receipt(id)) => self.receipt_refused(&id, name, code),
            Some(Purpose::Echo) => {}
            None if self.phase == Phase::Configuring => {
                if self.connection.start_new == StartNew::Closing {
                    self.close_refused(code);
                } else {
                    self.configure_refused(code);
                }
            }
            Some(Purpose::Join) | None => self.fault(code),
        }
    }

    fn fault(&mut self, code: u16) {
        self.hit(Rule::Fault);
        self.tell(Event::Fault { code: FaultCode::Server(code) });
    }

    fn authentication_failed(&mut self) {
        self.hit(Rule::AuthenticationFailed);
        // First in line for the renewed session.
        self.texts.in_flight = None;
        self.failed(FailReason::AuthenticationFailed);
        self.tell(Event::AuthenticationFailed);
    }

    fn configure_refused(&mut self, code: u16) {
        self.connection.configure_ends = None;
        self.fault(code);
        if is_failure(code) {
            self.configure_later(self.now + REST);
        } else {
            self.hit(Rule::ConfigureRefused);
            self.failed(FailReason::ConfigureRefused);
        }
    }

    /// What can't be closed is still replaced.
    fn close_refused(&mut self, code: u16) {
        self.fault(code);
        if self.phase != Phase::Configuring || self.connection.start_new == StartNew::No {
            return;
        }
        // Decision: even if it was answered well before, and its configure is out.
        if is_failure(code) {
            self.configure_later(self.now + REST);
        } else {
            self.close_answered();
        }
    }

    // ---- rate limits

    fn rate_limited(
        &mut self,
        purpose: Option<Purpose>,
        request: Option<TracingId>,
        retry_after: Option<Duration>,
    ) {
        let now = self.now;
        self.hit(Rule::RateLimited);
        let written_at = request.and_then(|id| self.requests.written_at(id));
        let pauses = (self.pause.until, self.texts.paused_until);
        let wait = self.pause.refusal(retry_after, written_at, now);
        if self.pause.row > 1 {
            self.hit(Rule::RateLimitDoubled);
        }
        let until = now + wait;
        match purpose {
            Some(Purpose::Configure | Purpose::CloseSession) => {
                self.configure_later(self.pause.until);
            }
            Some(Purpose::Join) => {
                // Decision: texts come after the Join, and wait with it.
                self.texts.paused_until = self.texts.paused_until.max(until);
                self.connection.join_owed = true;
            }
            Some(Purpose::Text(key)) => {
                self.texts.paused_until = self.texts.paused_until.max(until);
                if let Some(id) = request {
                    self.text_rate_limited(key, id);
                }
            }
            Some(Purpose::On | Purpose::Off) => {
                self.hit(Rule::NoticeRefused);
                if let Some(id) = request {
                    self.typing.answered(id, Fate::Refused);
                }
            }
            Some(Purpose::Receipt(id)) => {
                if let Some(request) = request {
                    self.receipt_due_again(&id, request);
                }
            }
            Some(Purpose::Echo) => {}
            None if self.phase == Phase::Configuring => self.configure_later(self.pause.until),
            None => {
                self.texts.paused_until = self.texts.paused_until.max(until);
                let outstanding = self.requests.outstanding();
                if let [only] = outstanding[..] {
                    if let (Purpose::Text(key), id) = (&only.purpose, only.id) {
                        let key = *key;
                        self.hit(Rule::UnnamedRateLimitMeansText);
                        self.text_rate_limited(key, id);
                    }
                }
            }
        }
        // Decision: the host is told of what makes a pause longer.
        if (self.pause.until, self.texts.paused_until) != pauses {
            self.tell(Event::RateLimited { retry_after: wait });
        }
    }

    fn configure_later(&mut self, until: webmessaging_proto::Instant) {
        self.hit(Rule::ConfigureAgain);
        self.connection.configure_ends = None;
        // Decision: the newest word on when counts.
        self.connection.configure_at = Some(until);
        if self.phase == Phase::Configuring {
            self.limit_tries(until);
        }
    }

    fn text_rate_limited(&mut self, key: LocalKey, id: TracingId) {
        if self.is_in_flight(key, id) {
            self.hit(Rule::TextRateLimited);
            self.texts.in_flight = None;
        }
    }

    fn is_in_flight(&self, key: LocalKey, id: TracingId) -> bool {
        self.texts.line.first().is_some_and(|text| text.key == key)
            && self.texts.in_flight.is_some_and(|flight| flight.id == id)
    }

    // ---- texts

    fn text_refused(&mut self, key: LocalKey, id: TracingId, code: u16) {
        if !self.is_in_flight(key, id) {
            return;
        }
        if is_failure(code) {
            let text = &mut self.texts.line[0];
            text.failures += 1;
            let failures = text.failures;
            if failures < TEXT_TRIES {
                self.hit(Rule::TextTriedAgain);
                self.texts.in_flight = None;
                let longest = TEXT_BACKOFF.saturating_mul(1 << (failures - 1));
                let wait = Wait::new(self.now, longest);
                let assumed_over = self.texts.again_at_once;
                self.texts.again = Some(Wait { assumed_over, ..wait });
                return;
            }
            self.hit(Rule::TextFailedThrice);
        } else {
            self.hit(Rule::TextRefused);
        }
        self.texts.keep_first();
        self.tell(Event::MessageFailed { key, code: FailureCode::Server(code) });
    }

    // ---- typing

    fn notice_refused(&mut self, on: bool, id: TracingId, code: u16) {
        if matches!(code, 400 | 403) {
            self.typing.answered(id, Fate::Refused);
            self.hit(Rule::NoticeRefused);
            if on && !self.typing.forbidden {
                self.typing.forbidden = true;
                self.lose(Capability::Typing);
            } else if !on && self.typing.rules.sends_off {
                self.typing.lose_off();
                self.lose(Capability::TypingOff);
            }
            return;
        }
        // Decision: a server that failed may have passed it on; one that refused has not.
        if is_failure(code) {
            self.hit(Rule::NoticeFailed);
            self.typing.answered(id, Fate::Failed);
        } else {
            self.hit(Rule::NoticeRefused);
            self.typing.answered(id, Fate::Refused);
        }
        // Longer for each further failure in a row.
        let written_at = self.requests.written_at(id);
        let wait = self.typing_rest.refusal(None, written_at, self.now);
        self.typing.rest_until(self.now + wait);
        self.fault(code);
    }

    fn lose(&mut self, capability: Capability) {
        self.hit(Rule::CapabilityLost);
        self.tell(Event::CapabilityLost { capability });
    }

    // ---- receipts

    /// The order of the reading of a message whose receipt had this name.
    fn order_of_receipt(&mut self, id: &str, request: TracingId) -> Option<u64> {
        match self.ledger.find(id)?.state {
            State::Sent(order, sent) | State::Confirmed(order, sent) if sent == request => {
                Some(order)
            }
            _ => None,
        }
    }

    fn receipt_due_again(&mut self, id: &str, request: TracingId) {
        if let Some(order) = self.order_of_receipt(id, request) {
            self.hit(Rule::ReceiptRateLimited);
            self.set_receipt(id, State::Due(order));
        }
    }

    fn set_receipt(&mut self, id: &str, state: State) {
        if let Some(message) = self.ledger.find(id) {
            message.state = state;
        }
    }

    fn receipt_refused(&mut self, id: &str, request: TracingId, code: u16) {
        let order = self.order_of_receipt(id, request);
        match code {
            400 | 403 => {
                if let Some(order) = order {
                    self.set_receipt(id, State::Due(order));
                }
                if self.receipts_on_wire {
                    self.receipts_on_wire = false;
                    self.lose(Capability::Receipts);
                }
            }
            code if is_failure(code) => {
                if let Some(order) = order {
                    self.hit(Rule::ReceiptParked);
                    self.set_receipt(id, State::Parked(order));
                }
            }
            _ => {
                if order.is_some() {
                    self.hit(Rule::ReceiptGivenUp);
                    self.set_receipt(id, State::Settled);
                    let code = FailureCode::Server(code);
                    self.tell(Event::ReceiptFailed { id: id.into(), code });
                }
            }
        }
    }
}

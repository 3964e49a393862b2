//! What goes out now.
//!
//! Owns: the order in which waiting things share the budget, and the timers that follow from what
//! still waits. Must not know: why something waits.

use alloc::boxed::Box;
use alloc::string::String;

use crate::frame::{ClientBody, TypingNotice};
use crate::lazy::Lazy;
use crate::output::{Event, FailureCode};
use crate::time::{Instant, earliest};
use crate::timer::Timer;
use crate::typing::Want;

use super::outbox::Text;
use super::requests::{Cause, Share};
use super::{Phase, Session};

impl Session {
    /// Sends and tells all that can be sent and told now: join, the end of typing, text, typing,
    /// receipts, refresh of typing, health check. Then sets the timers for the rest.
    pub(super) fn flush(&mut self) {
        self.typing.pass_time(self.now);
        self.receipts.pass_time(self.now);
        self.emit_peer_typing();
        self.emit_read_messages();
        let blocked = self.phase == Phase::Ready && self.send_waiting();
        self.set_timers(blocked);
        if self.outbox.used().is_some_and(|outbox| outbox.is_over(self.now)) {
            // Guests write seldom: the room for texts does not stay.
            self.outbox = Lazy::new();
        }
    }

    /// Gives whether something waits for room in the budget.
    fn send_waiting(&mut self) -> bool {
        let mut typing = self.typing.want(self.now);
        let mut blocked = self.send_join();
        if typing == Some(Want::Off) {
            blocked |= self.send_end_of_typing();
        }
        if self.text_to_go().is_some() {
            blocked |= self.send_text();
            // A text may have ended what the agent sees.
            typing = self.typing.want(self.now);
        }
        if typing == Some(Want::On) {
            blocked |= self.send_on();
        }
        blocked |= self.send_receipts();
        if typing == Some(Want::Refresh) {
            blocked |= self.send_on();
        }
        blocked | self.send_health_check()
    }

    fn send_join(&mut self) -> bool {
        if !self.connection.owes_join {
            return false;
        }
        if !self.requests.has_room(Share::Essential, 1, self.now) {
            return true;
        }
        if self.rate_limit.texts_paused_until(self.now).is_none() {
            self.connection.owes_join = false;
            let attributes = self.config.auto_start().cloned().unwrap_or_default();
            self.send(ClientBody::Join { attributes }, Cause::Join);
        }
        false
    }

    /// The end of typing may use the texts' reserve if a text follows it at once.
    fn send_end_of_typing(&mut self) -> bool {
        let (share, count) =
            if self.text_to_go().is_some() { (Share::Essential, 2) } else { (Share::Typing, 1) };
        self.send_typing(TypingNotice::Off, share, count)
    }

    fn send_text(&mut self) -> bool {
        let Some(text) = self.text_to_go() else { return false };
        if !self.requests.has_room(Share::Essential, 1, self.now) {
            return true;
        }
        let key = text.key;
        let body =
            ClientBody::Text { text: text.body.clone(), attributes: text.attributes.clone() };
        let tracing_id = self.send(body, Cause::Text(key));
        self.outbox.written(tracing_id, self.now);
        self.typing.message_sent();
        false
    }

    fn text_to_go(&self) -> Option<&Text> {
        let paused = self.rate_limit.texts_paused_until(self.now).is_some();
        self.outbox.next(self.now).filter(|_| !paused)
    }

    fn send_on(&mut self) -> bool {
        self.send_typing(TypingNotice::On, Share::Typing, self.room_of_on())
    }

    /// An On goes out only if there is room for its Off, too.
    fn room_of_on(&self) -> usize {
        if self.capabilities.typing_off { 2 } else { 1 }
    }

    fn send_typing(&mut self, notice: TypingNotice, share: Share, count: usize) -> bool {
        if !self.requests.has_room(share, count, self.now) {
            return true;
        }
        let sent = self.typing.say(notice, self.now);
        self.send(ClientBody::Typing(notice), Cause::Typing(sent));
        false
    }

    fn send_receipts(&mut self) -> bool {
        if !self.capabilities.receipts || self.rate_limit.rest_paused_until(self.now).is_some() {
            return false;
        }
        while self.receipts.has_due() {
            if !self.requests.has_room(Share::Receipt(self.room_for_typing()), 1, self.now) {
                return true;
            }
            let Some(key) = self.receipts.tell_next() else { return false };
            let Some(message) = self.receipts.message(key) else { continue };
            let body = ClientBody::ReadReceipt { message: String::from(message).into() };
            self.stats.receipts_sent += 1;
            self.send(body, Cause::Receipt(key));
        }
        false
    }

    fn send_health_check(&mut self) -> bool {
        let due = self.connection.health_check_at.is_some_and(|at| at <= self.now);
        if !due || self.rate_limit.rest_paused_until(self.now).is_some() {
            return false;
        }
        if !self.requests.has_room(Share::Echo(self.room_for_typing()), 1, self.now) {
            return true;
        }
        self.send(ClientBody::Echo, Cause::Echo);
        self.health_check_sent();
        false
    }

    /// What the others leave to typing: to the On that waits for room, to the Off that will come.
    fn room_for_typing(&self) -> usize {
        match self.typing.want(self.now) {
            Some(Want::On) => self.room_of_on(),
            _ => usize::from(self.typing.may_owe_off()),
        }
    }

    /// Where the wire cannot say that a message was read, the host is told instead.
    fn emit_read_messages(&mut self) {
        if self.capabilities.receipts {
            return;
        }
        while let Some(key) = self.receipts.poll(self.now) {
            let id = self.receipts.message(key).map(Box::from);
            self.receipts.settle(key);
            if let Some(id) = id {
                self.emit(Event::MessageRead { id });
            }
        }
    }

    pub(super) fn report_lost_receipt(&mut self, lost: Option<Box<str>>) {
        if let Some(id) = lost {
            self.emit(Event::ReceiptFailed { id, code: FailureCode::LedgerFull });
        }
    }

    fn set_timers(&mut self, blocked: bool) {
        let now = self.now;
        let online = self.phase == Phase::Ready;
        let texts_paused_until = self.rate_limit.texts_paused_until(now).filter(|_| online);
        let rest_paused_until = self.rate_limit.rest_paused_until(now).filter(|_| online);
        let later = |at: &Instant| *at > now;
        let health_check_at = self.connection.health_check_at.filter(|at| online && later(at));
        let budget_at = if blocked { self.requests.room_at(now) } else { None };
        let retry_at = self.outbox.retry_deadline().filter(|at| online && later(at));
        self.timers.set(Timer::RateLimit, earliest(texts_paused_until, rest_paused_until));
        self.timers.set(Timer::HealthCheck, health_check_at);
        self.timers.set(Timer::Budget, budget_at);
        self.timers.set(Timer::TextRetry, retry_at);
        self.timers.set(Timer::TextConfirmation, self.outbox.confirmation_deadline());
        // An On that waits for room gives it up when typing ends.
        let typing_ends_at = self.typing.lapses_at().filter(|at| blocked && later(at));
        let typing_at = self.typing.deadline().filter(later).or(typing_ends_at);
        self.timers.set(Timer::Typing, typing_at);
        self.timers.set(Timer::PeerTyping, self.peer_typing.deadline().filter(later));
        self.timers.set(Timer::Dwell, self.receipts.deadline().filter(later));
    }
}

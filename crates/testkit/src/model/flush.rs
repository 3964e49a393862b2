//! What goes out now, in its order.
//!
//! Owns: the order, and what each request needs to be written. Must not know: why it is wanted.

use core::time::Duration;

use webmessaging_proto::frame::{ClientBody, TypingNotice};
use webmessaging_proto::{Event, Phase};

use super::connection::StartNew;
use super::requests::Purpose;
use super::texts::InFlight;
use super::typing::{Shown, Want};
use super::{Journey, Model, Rule};

/// A text without an echo for this long is unconfirmed.
pub(super) const CONFIRMATION: Duration = Duration::from_secs(30);

impl Model {
    /// Configure; a Join; Off and text as one unit; Off; On; receipts; refresh; echo.
    pub(super) fn flush(&mut self) {
        if self.phase == Phase::Configuring {
            self.flush_configure();
        }
        // Decision: the host is told before the rest is written.
        self.tell_who_types();
        self.flush_reads();
        if self.phase == Phase::Ready {
            self.flush_join();
            self.flush_text();
            let on_waits = self.flush_typing();
            if !on_waits {
                self.flush_receipts();
                self.flush_refresh();
                self.flush_echo();
            }
        }
    }

    fn flush_configure(&mut self) {
        if self.connection.configure_at.is_none_or(|at| at > self.now) {
            return;
        }
        let closes = self.connection.start_new == StartNew::Closing;
        let room = self.requests.room(1, self.now);
        if !room || !(closes || self.requests.configure_room(self.now)) {
            self.hit(Rule::NoRoom);
            return;
        }
        if closes {
            let body = ClientBody::CloseSession { close_all_connections: true };
            self.send(Purpose::CloseSession, body);
        } else {
            let start_new = self.connection.start_new == StartNew::Configuring;
            let journey_context = match &self.journey {
                Journey::Seen(context) => context.clone(),
                Journey::NotSeen => None,
            };
            let body = ClientBody::ConfigureSession { start_new, journey_context };
            self.send(Purpose::Configure, body);
        }
        self.configure_is_out();
    }

    fn flush_join(&mut self) {
        if !self.connection.join_owed || self.texts.paused_until > self.now {
            return;
        }
        if !self.requests.room(1, self.now) {
            self.hit(Rule::NoRoom);
            return;
        }
        let attributes = self.config.auto_start().cloned().unwrap_or_default();
        self.hit(Rule::Join);
        self.connection.join_owed = false;
        self.send(Purpose::Join, ClientBody::Join { attributes });
    }

    /// What is to be said of typing, if it may be said at all.
    fn typing_want(&self) -> Option<Want> {
        self.typing.want(self.now).filter(|_| self.pause.until <= self.now)
    }

    fn flush_text(&mut self) {
        let now = self.now;
        let waits = self.texts.in_flight.is_some()
            || self.texts.paused_until > now
            || self.texts.again.is_some_and(|wait| !wait.is_over(now));
        let Some(text) = self.texts.line.first() else { return };
        if waits {
            return;
        }
        let (key, body) = (
            text.key,
            ClientBody::Text { text: text.body.clone(), attributes: text.attributes.clone() },
        );
        if !self.requests.room(1, now) || !self.requests.text_room(now) {
            self.hit(Rule::NoRoom);
            return;
        }
        if self.typing_want() == Some(Want::Off) {
            if self.requests.room(2, now) {
                self.hit(Rule::OffBeforeText);
                self.say(TypingNotice::Off);
            } else {
                self.hit(Rule::TextWithoutItsOff);
            }
        }
        let id = self.send(Purpose::Text(key), body);
        self.hit(Rule::TextSent);
        self.texts.again = None;
        self.texts.in_flight = Some(InFlight { id, since: now });
        self.texts.line[0].attempts.push(id);
        self.typing.text_sent();
    }

    fn say(&mut self, notice: TypingNotice) {
        let purpose = match notice {
            TypingNotice::On => Purpose::On,
            TypingNotice::Off => Purpose::Off,
        };
        let id = self.send(purpose, ClientBody::Typing(notice));
        self.typing.said(id, notice, self.now);
    }

    /// An On goes out only with room for its Off.
    fn room_of_on(&self) -> usize {
        if self.typing.rules.sends_off { 2 } else { 1 }
    }

    /// Decision: the room that an On left to its Off, nothing less takes.
    fn room_of_off(&self) -> usize {
        let may_be_said = self.typing.rules.sends_off && self.typing.shown(self.now) != Shown::No;
        usize::from(may_be_said)
    }

    /// Off and On; true if an On waits for room that nothing less may take.
    fn flush_typing(&mut self) -> bool {
        match self.typing_want() {
            Some(Want::Off) if self.requests.common_room(1, self.now) => {
                self.hit(Rule::TypingStops);
                self.say(TypingNotice::Off);
                false
            }
            Some(Want::On) if self.requests.common_room(self.room_of_on(), self.now) => {
                self.hit(Rule::TypingStarts);
                self.say(TypingNotice::On);
                false
            }
            Some(Want::Off | Want::On) => {
                self.hit(Rule::NoRoom);
                true
            }
            Some(Want::Refresh) | None => false,
        }
    }

    fn flush_receipts(&mut self) {
        if !self.receipts_on_wire || self.pause.until > self.now {
            return;
        }
        while let Some(id) = self.ledger.first_due().map(str::to_owned) {
            if !self.requests.receipt_room(self.room_of_off(), self.now) {
                self.hit(Rule::NoRoom);
                return;
            }
            let body = ClientBody::ReadReceipt { message: id.clone().into() };
            let request = self.send(Purpose::Receipt(id.clone()), body);
            self.hit(Rule::ReceiptSent);
            self.ledger.told(&id, request);
        }
    }

    fn flush_refresh(&mut self) {
        if self.typing_want() == Some(Want::Refresh) {
            if self.requests.common_room(self.room_of_on(), self.now) {
                self.hit(Rule::TypingRefreshes);
                self.say(TypingNotice::On);
            } else {
                self.hit(Rule::NoRoom);
            }
        }
    }

    fn flush_echo(&mut self) {
        let due = self.connection.health_check_at.is_some_and(|at| at <= self.now);
        if !due || self.pause.until > self.now {
            return;
        }
        if !self.requests.echo_room(self.room_of_off(), self.now) {
            self.hit(Rule::NoRoom);
            return;
        }
        self.hit(Rule::Echo);
        self.send(Purpose::Echo, ClientBody::Echo);
        self.health_check_is_out();
    }

    /// Where the wire has no receipts, the host is told.
    fn flush_reads(&mut self) {
        if self.receipts_on_wire {
            return;
        }
        while let Some(id) = self.ledger.first_due().map(str::to_owned) {
            self.hit(Rule::ReadTold);
            self.ledger.settle(&id);
            self.tell(Event::MessageRead { id: id.into() });
        }
    }
}

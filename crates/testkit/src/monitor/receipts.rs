//! The rules of read receipts: R1 to R19, as far as one receipt a message keeps them.
//!
//! Owns: what the inputs, answers and outputs mean for the ledger, and what must hold of them. Must
//! not know: how the session decides.

use webmessaging_proto::{Event, Instant, Output, Phase, Sender};

use super::Rule;
use super::around::{Around, Kind, News, UNRESERVED, WINDOW};
use super::family::Family;
use super::ledger::{Cause, Ledger, MAX_ID_BYTES, State};
use super::seen::{Mark, Seen, What, mark};
use super::violation::Found;

/// Receipts in a window.
const SHARE: usize = 30;

impl Ledger {
    pub(super) fn input(
        &mut self,
        cx: &Around,
        seen: &Seen,
        news: Option<&News<'_>>,
        phase: Phase,
    ) {
        self.advance(cx.now);
        match *seen {
            Seen::Visible(id) => match self.state(id) {
                Some(State::Unread) if self.foreground.is_some() => {
                    self.set(id, State::Watched);
                    self.watched.push((id, cx.now));
                }
                Some(State::Unread) => self.set(id, State::Unsure),
                None if cx.blurred => self.unknown(cx),
                _ => {}
            },
            Seen::Hidden(id) if self.state(id) == Some(State::Watched) => {
                self.set(id, State::Unread);
            }
            Seen::Restored { id, own, read, kept: true } => {
                let state = match (own, read) {
                    (true, _) => State::Own,
                    (_, true) => State::Settled,
                    _ => State::Unread,
                };
                self.restored_among |= cx.blurred;
                self.add(cx, id, state);
            }
            Seen::Foreground(foreground) => self.show_window(foreground, cx.now),
            Seen::Alive(transport)
                if cx.is_current(transport)
                    && (cx.hears(transport, phase) || phase == Phase::Closing) =>
            {
                self.confirm(u64::MAX);
            }
            Seen::Disconnect if cx.blurred => self.unknown(cx),
            _ => {}
        }
        self.acknowledged = false;
        if let Some(news) = news {
            self.heard(cx, news);
        } else if let (Seen::Frame(transport, heard), Phase::Closing) = (seen, phase) {
            // While closing only the echoes of texts are looked at.
            if cx.is_current(*transport) && heard.custom.is_some() {
                self.doubt_sent();
            }
        }
        self.advance(cx.now);
    }

    fn show_window(&mut self, foreground: bool, now: Instant) {
        if foreground && self.foreground != Some(true) {
            for (_, since) in &mut self.watched {
                *since = now;
            }
        }
        self.foreground = Some(foreground);
    }

    fn heard(&mut self, cx: &Around, news: &News<'_>) {
        if let What::Cleared = news.heard.what {
            if !cx.blurred {
                self.clear(true);
            }
            return;
        }
        if let What::Message(said) = &news.heard.what {
            let answers_health_check = news.request.is_some_and(|to| to.kind == Kind::Echo);
            if let Some(id) = said.own.filter(|_| !answers_health_check && !said.is_response) {
                // Whoever was thought to have written it: it needs no receipt.
                match self.state(id) {
                    Some(State::Own) => {}
                    Some(_) => self.set(id, State::Settled),
                    None if cx.blurred => self.own_untold.push(id),
                    None => {}
                }
            }
        }
        match (&news.heard.what, news.request) {
            (What::Refused { .. }, Some(request)) => {
                self.confirm(request.number);
                if let (Kind::Receipt(id), Some(code)) = (request.kind, news.refusal()) {
                    self.refused(id, request.number, code);
                }
            }
            (_, Some(request)) => {
                self.confirm(request.number + 1);
                self.acknowledged = matches!(
                    (&news.heard.what, request.kind),
                    (What::Acknowledged, Kind::Receipt(_))
                );
            }
            (What::Message(said), None) if !news.heard.named && said.is_response => {
                // The reply to a health check, perhaps.
                self.doubt_sent();
            }
            _ => {}
        }
        if news.custom.is_some_and(|custom| news.request.is_none_or(|to| to.id != custom.id)) {
            match news.custom.filter(|_| !news.heard.named) {
                Some(custom) => self.confirm(custom.number + 1),
                None => self.doubt_sent(),
            }
        }
    }

    fn refused(&mut self, id: Mark, number: u64, code: u16) {
        match self.state(id) {
            Some(State::Sent(by) | State::Confirmed(by)) if by == number => {}
            Some(State::Unsure) => return self.given_up.push((id, false)),
            _ => return,
        }
        match code {
            408 | 500..=599 | 5000..=5999 => self.set(id, State::Parked),
            // It may ask to authenticate, and then nothing was decided.
            403 if matches!(self.state(id), Some(State::Confirmed(_))) => {
                self.set(id, State::Unsure);
            }
            400 | 403 | 429 | 4029 => self.make_due(id, Cause::Refused),
            // The connection ends, and it comes again on the next one, unless it was confirmed.
            401 | 4006 | 4007 => {}
            _ => {
                self.set(id, State::Settled);
                self.given_up.push((id, true));
            }
        }
    }

    pub(super) fn output(&mut self, cx: &Around, output: &Output, found: &mut Found) {
        match output {
            Output::SendFrame(frame) => {
                if let Kind::Receipt(id) = Kind::of(&frame.body) {
                    self.receipt(cx, id, found);
                    // The place among the others of one that is unsure, or not known at all, is not
                    // known, either.
                    if self.state(id).is_some_and(|state| state != State::Unsure) {
                        self.set(id, State::Sent(cx.requests));
                        self.sent.push_back(id);
                    }
                }
            }
            Output::Emit(event) => self.event(cx, event, found),
            _ => {}
        }
    }

    fn event(&mut self, cx: &Around, event: &Event, found: &mut Found) {
        match event {
            Event::MessageRead { id } => {
                if cx.features.receipts == Some(true) {
                    self.wrong(cx, found, Rule::Capabilities, || {
                        format!("{id} is told to the host, and the wire has receipts")
                    });
                }
                let id = mark(&**id);
                self.receipt(cx, id, found);
                self.set(id, State::Settled);
            }
            Event::ReceiptFailed { id, .. } => self.reported.push(mark(&**id)),
            Event::MessageReceived(message) if (1..=MAX_ID_BYTES).contains(&message.id.len()) => {
                let id = mark(&*message.id);
                if !self.complete {
                    // It is told as new: the session had forgotten it, if it ever knew.
                    self.forget(id);
                }
                let state = match message.from {
                    Sender::Guest => State::Own,
                    Sender::Agent if self.own_untold.contains(&id) => State::Settled,
                    Sender::Agent => State::Unread,
                };
                self.told_of(cx, id, state);
            }
            Event::SessionCleared if cx.blurred => {
                // What the host restored may have come before or after.
                self.clear(false);
                self.complete = false;
            }
            Event::MessageConfirmed { id, .. } if (1..=MAX_ID_BYTES).contains(&id.len()) => {
                self.told_of(cx, mark(&**id), State::Own);
            }
            Event::PhaseChanged(phase) => {
                if matches!(phase, Phase::Backoff | Phase::Closed | Phase::Failed(_)) {
                    self.lost();
                }
                if cx.opened.is_some_and(|opened| opened.unsure) {
                    // It may be another conversation.
                    self.unknown(cx);
                    self.clear(false);
                }
                if cx.opened.is_some_and(|opened| opened.replaces) {
                    self.clear(true);
                }
            }
            _ => {}
        }
    }

    /// A message is told to the host.
    fn told_of(&mut self, cx: &Around, id: Mark, state: State) {
        let is_new = self.state(id).is_none();
        self.add(cx, id, state);
        if is_new && self.restored_among {
            self.unknown(cx);
        }
    }

    /// A message is told as read, to the server or to the host.
    fn receipt(&mut self, cx: &Around, id: Mark, found: &mut Found) {
        let rule = match self.state(id) {
            None if self.complete => Some(Rule::R7),
            Some(State::Own) => Some(Rule::R6),
            Some(State::Watched) if self.foreground == Some(true) => Some(Rule::R4),
            Some(State::Unread | State::Watched) => Some(Rule::R2),
            Some(State::Sent(_) | State::Parked) => Some(Rule::R1),
            Some(State::Confirmed(_) | State::Settled) => Some(Rule::R12),
            Some(State::Due) if self.due.front().is_some_and(|(_, first)| *first != id) => {
                Some(Rule::R5)
            }
            None | Some(State::Unsure | State::Due) => None,
        };
        if let Some(rule) = rule {
            let state = self.state(id);
            self.wrong(cx, found, rule, || format!("told as read, and it is {state:?}"));
        }
        if self.told.contains(&id) {
            self.wrong(cx, found, Rule::T17, || "two receipts for one message in a step".into());
        }
        self.told.push(id);
        if self.acknowledged {
            self.wrong(cx, found, Rule::R18, || "an answer caused a receipt".into());
        }
    }

    /// What is given up is reported, once, and nothing else is.
    fn check_given_up(&mut self, cx: &Around, found: &mut Found) {
        let (mut given_up, mut reported) =
            (core::mem::take(&mut self.given_up), core::mem::take(&mut self.reported));
        let known = self.complete && given_up.iter().all(|(_, known)| *known);
        reported.retain(|id| match given_up.iter().position(|(given_up, _)| given_up == id) {
            Some(place) => {
                given_up.remove(place);
                false
            }
            None => true,
        });
        if known && !(given_up.is_empty() && reported.is_empty()) {
            let (silent, needless) = (given_up.len(), reported.len());
            self.wrong(cx, found, Rule::R13, || {
                format!("{silent} given up in silence, {needless} reported without need")
            });
        }
    }

    /// All is told that can be told now? Gives when the next thing is due.
    pub(super) fn settled(&mut self, cx: &Around, found: &mut Found) -> Option<Instant> {
        self.told.clear();
        self.own_untold.clear();
        self.restored_among = false;
        self.check_given_up(cx, found);
        let watched = self.watched.iter().map(|(_, since)| *since + self.dwell).min();
        let watched = watched.filter(|_| self.foreground == Some(true));
        let Some(&(_, first)) = self.due.front() else { return watched };
        let can_be_told = match cx.features.receipts {
            Some(false) => true,
            Some(true) => {
                let receipts = cx
                    .log
                    .iter()
                    .filter(|request| request.to + WINDOW > cx.now)
                    .filter(|request| matches!(request.kind, Kind::Receipt(_)));
                // Two slots are left to an On that waits, and to its Off.
                cx.phase == Phase::Ready && cx.has_room(3, UNRESERVED) && receipts.count() < SHARE
            }
            None => false,
        };
        if !can_be_told {
            return watched;
        }
        let free_at = if cx.features.receipts == Some(true) { cx.pause.perhaps } else { cx.now };
        if cx.waits_for_tick() {
            return Some(cx.now);
        }
        if free_at > cx.now {
            return Some(watched.map_or(free_at, |watched| watched.min(free_at)));
        }
        let rule = match self.messages.get(&first).map(|message| message.cause) {
            Some(Cause::Refused) => Rule::R9,
            Some(Cause::Lost) => Rule::R10,
            _ => Rule::R3,
        };
        let count = self.due.len();
        found.add(cx.now, rule, || format!("{count} receipts are due and not sent"));
        self.unknown(cx);
        None
    }
}

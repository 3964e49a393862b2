//! The user and the host: what they do by the plan.
//!
//! Owns: every act of a user or a host, and what the rules must know of it before the session does. Must not know: how
//! the session or the network works.

use std::borrow::Cow;

use webmessaging_proto::{Capability, Credentials, Input, InputError, LocalKey, Phase, Sender};

use super::bridge::Bridge;
use super::judge::Texts;
use super::plan::What;
use super::queue::{Due, Ms};
use super::tally::count;
use super::world::{AGAIN, Burst, SHOWN, World};

/// How often a host takes new tokens before it gives up.
const RENEWALS: u64 = 200;

impl<B: Bridge> World<'_, B> {
    pub(super) fn carry_out_happening(&mut self, what: &What) {
        self.say(|| format!("plan      {}: {what:?}", what.name()));
        count(&mut self.tally.happened, what.name(), 1);
        match what {
            What::ClockStep { by } => {
                self.guest.ahead += by;
                return self.indicator.disturbed(self.now);
            }
            What::Sleep { hold, clock_stops, survives } => {
                self.sleep(*hold, *clock_stops, *survives);
                return;
            }
            What::LateTicks { hold, by } => {
                (self.guest.late_until, self.guest.late_by) = (self.now + hold, *by);
                return;
            }
            What::Cut { guest, service } => return self.cut(*guest, *service),
            What::Stall { hold } => {
                let until = self.now + hold;
                self.network.stalled_until = self.network.stalled_until.max(until);
                return;
            }
            What::Outage { hold, dial } => {
                (self.network.outage_until, self.network.outage) = (self.now + hold, Some(*dial));
                return self.cut(0, hold / 2);
            }
            What::Slow { hold, by } => {
                (self.network.slow_until, self.network.slow_by) = (self.now + hold, *by);
                return;
            }
            What::Fault { fault, hold } => return self.put_fault(fault, *hold),
            What::AgentWrites { texts } => {
                for _ in 0..*texts {
                    self.agent_writes();
                }
                return;
            }
            What::AgentTypes { hold } => {
                self.agent_types(true);
                if let Some(hold) = hold {
                    self.queue.push(self.now + hold, Due::AgentRests);
                }
                return;
            }
            What::AgentEnds { read_only } => return self.agent_ends(*read_only),
            _ => {}
        }
        if self.is_awake() {
            self.user_does(what);
        }
    }

    fn user_does(&mut self, what: &What) {
        match what {
            What::Type { keys, every } if self.now >= self.host.hidden_until => {
                let number = self.host.burst.number + 1;
                self.host.burst = Burst { number, left: *keys, every: *every };
                self.key(number);
            }
            What::Clear => self.end_typing(Input::InputCleared),
            What::Blur => self.end_typing(Input::ComposerClosed),
            What::Hold(true) => {
                let can_show = self.can_show_typing();
                if self.give(Input::SetTyping(true)).is_ok() {
                    self.indicator.typed(self.now, true, can_show);
                }
            }
            What::Hold(false) => self.end_typing(Input::SetTyping(false)),
            What::Send { texts, chars } => {
                for _ in 0..*texts {
                    self.send(*chars);
                }
            }
            What::Look { newest, hold } => {
                let seen: Vec<usize> = self.messages.newest(*newest).collect();
                for (place, message) in seen.into_iter().rev().enumerate() {
                    // A scroll past them: each a bit later than the one before.
                    let at = self.now + place as u64 * (hold / 8);
                    self.queue.push(at, Due::Look { message, on: true });
                    self.queue.push(at + hold, Due::Look { message, on: false });
                }
            }
            What::Hide { hold } => {
                self.host.hidden_until = self.host.hidden_until.max(self.now + hold);
                let now = self.guest_now();
                self.end_typing(Input::Foreground(false));
                self.messages.window(false, now);
                self.queue.push(self.host.hidden_until, Due::Show);
            }
            What::Leave { back_after } => {
                self.end_typing(Input::Disconnect);
                match back_after {
                    Some(after) => self.queue.push(self.now + after, Due::Connect),
                    None => self.host.left = true,
                }
            }
            What::NetworkAvailable => {
                let _ = self.give(Input::NetworkAvailable);
            }
            What::Renew if self.plan.setting.guest_token => self.renew(),
            What::StartNew => self.start_new(),
            What::RetryKept => {
                if let Some(key) = self.texts.kept() {
                    self.retry(key);
                }
            }
            What::DiscardOne => {
                let first = self.texts.unsettled().next();
                if let Some(key) = first {
                    self.discard(key);
                }
            }
            What::LazyDrain { hold } => {
                self.begin_laziness(self.now + hold);
                self.queue.push(self.guest.lazy_until, Due::Drain);
            }
            What::Restart { after, snapshot } => {
                self.end_process(*snapshot);
                self.queue.push(self.now + after, Due::Start { snapshot: *snapshot });
            }
            _ => {}
        }
    }

    /// The next key of a burst.
    pub(super) fn key(&mut self, number: u64) {
        let Burst { number: current, left, every } = self.host.burst;
        let visible = self.now >= self.host.hidden_until;
        if left == 0 || number != current || !self.is_awake() || !visible || self.calm {
            return;
        }
        let can_show = self.can_show_typing();
        self.keystroke();
        self.indicator.typed(self.now, false, can_show);
        self.host.burst.left = left - 1;
        self.queue.push(self.now + every, Due::Key(number));
    }

    /// Whether typing would be shown if the session said so now.
    fn can_show_typing(&self) -> bool {
        let Some(link) = self.guest.link.and_then(|link| self.network.links.get(link)) else {
            return false;
        };
        let has_typing = self
            .guest
            .session
            .as_ref()
            .is_some_and(|guest| guest.session().has(Capability::Typing));
        has_typing && self.backend.open && link.written_at.len() < 36
    }

    fn end_typing(&mut self, input: Input<'_>) {
        if self.give(input).is_ok() {
            self.indicator.ended(self.now);
        }
    }

    fn send(&mut self, chars: u64) {
        let key = self.texts.next_key();
        let content = Texts::content(key, chars);
        // The session may send it at once: the rules must know it before.
        self.texts.sent(chars);
        let before = self.indicator.clone();
        self.indicator.ended(self.now);
        if self.give(Input::send_text(LocalKey(key), content)).is_err() {
            self.texts.unsend();
            self.indicator = before;
        }
    }

    pub(super) fn retry(&mut self, key: u64) {
        if self.now < self.guest.lazy_until {
            // What was not drained yet may settle the text first.
            if self.give(Input::Retry { key: LocalKey(key) }).is_ok() {
                let _ = self.texts.retry(key);
            }
            return;
        }
        let before = self.texts.retry(key);
        if self.give(Input::Retry { key: LocalKey(key) }).is_err() {
            self.texts.undo(key, before);
        }
    }

    pub(super) fn discard(&mut self, key: u64) {
        if self.now < self.guest.lazy_until {
            if self.give(Input::Discard { key: LocalKey(key) }).is_ok() {
                let _ = self.texts.discard(key);
                self.texts.left();
            }
            return;
        }
        // The session may send the next one at once: the rules must know before that this one is gone.
        let before = self.texts.discard(key);
        if let Err(refusal) = self.give(Input::Discard { key: LocalKey(key) }) {
            let known = !matches!(refusal, InputError::UnknownKey { .. });
            self.found.must(known, "a text is unknown to its session", || format!("text {key}"));
            self.texts.undo(key, before);
        }
        self.texts.left();
    }

    pub(super) fn look_at(&mut self, message: usize, on: bool) {
        if !self.is_awake() {
            return;
        }
        let Some(id) = self.messages.id(message) else { return };
        let now = self.guest_now();
        let id = Cow::Borrowed(&*id);
        if on {
            // The session may send the receipt at once: the rules must know before what is seen.
            self.messages.look(now);
            let before = self.messages.glance(message);
            self.messages.shown(message, now);
            if self.give(Input::MessageVisible { id }).is_err() {
                self.messages.unsee(message, before);
                let newest = self.is_lazy().then_some(self.backend.conversations);
                self.messages.unknown(message, newest, &mut self.found);
            }
        } else {
            self.messages.look(now);
            self.messages.hidden(message);
            let _ = self.give(Input::MessageHidden { id });
        }
    }

    pub(super) fn show_window(&mut self) {
        if self.now < self.guest.asleep_until {
            self.queue.push(self.guest.asleep_until, Due::Show);
            return;
        }
        if self.now < self.host.hidden_until || self.guest.session.is_none() {
            return;
        }
        let now = self.guest_now();
        self.messages.window(true, now);
        let _ = self.give(Input::Foreground(true));
    }

    pub(super) fn connect(&mut self) {
        if self.host.left {
            return;
        }
        if self.now < self.guest.asleep_until {
            self.queue.push(self.guest.asleep_until, Due::Connect);
            return;
        }
        if self.phase() == Some(Phase::Closing) {
            self.queue.push(self.now + AGAIN, Due::Connect);
        } else {
            // Refused while it is connected: then that is well.
            let _ = self.give(Input::Connect);
        }
    }

    fn renew(&mut self) {
        self.host.token = self.new_token();
        let credentials = Credentials::new(self.host.token.clone());
        let _ = self.give(Input::Renew(credentials));
    }

    pub(super) fn renew_and_connect(&mut self) {
        if self.is_awake() && !self.host.left && self.host.renewals < RENEWALS {
            self.host.renewals += 1;
            self.renew();
            self.connect();
        }
    }

    pub(super) fn start_new(&mut self) {
        if self.is_awake() && self.phase() == Some(Phase::ReadOnly) {
            let _ = self.give(Input::StartNew);
        }
    }

    pub(super) fn start_again(&mut self, snapshot: bool) {
        if self.guest.session.is_some() {
            return;
        }
        if self.now < self.guest.asleep_until {
            self.queue.push(self.guest.asleep_until, Due::Start { snapshot });
            return;
        }
        let snapshot = snapshot && self.guest.stored.is_some();
        let history = if snapshot { Vec::new() } else { self.messages.history() };
        self.start_process(snapshot);
        self.drain();
        let visible = self.now >= self.host.hidden_until;
        let now = self.guest_now();
        if !visible {
            self.messages.window(false, now);
        }
        let _ = self.give(Input::Foreground(visible));
        for (message, read) in history {
            let Some(id) = self.messages.id(message) else { continue };
            let id = Cow::Borrowed(&*id);
            let _ = self.give(Input::MessageRestored { id, from: Sender::Agent, read });
        }
        self.connect();
    }

    fn sleep(&mut self, hold: Ms, clock_stops: bool, survives: bool) {
        if self.now < self.guest.asleep_until {
            return;
        }
        self.guest.asleep_since = self.now;
        self.guest.asleep_until = self.now + hold;
        self.guest.clock_stops = clock_stops;
        self.queue.push(self.guest.asleep_until, Due::Wake);
        if !survives {
            self.cut(hold, hold.min(20_000));
        }
    }

    /// The clock of a machine that slept, before anything else happens there; gives whether it moved.
    pub(super) fn set_clock(&mut self) -> bool {
        let wakes = self.guest.clock_stops && self.now >= self.guest.asleep_until;
        if wakes {
            self.guest.clock_stops = false;
            let stood = self.guest.asleep_until - self.guest.asleep_since;
            self.guest.behind += stood;
            let written = self.network.links.iter_mut().flat_map(|link| &mut link.written_at);
            written.for_each(|at| *at += stood);
            self.indicator.clock_stood(self.guest.asleep_since, self.guest.asleep_until);
            // What the agent sees has gone out meanwhile; the guest takes it for on.
            self.indicator.disturbed(self.guest.asleep_until + SHOWN);
        }
        wakes
    }

    pub(super) fn wake(&mut self) {
        if self.guest.lazy_until > 0 {
            self.queue.push(self.now.max(self.guest.lazy_until), Due::Drain);
        }
        if self.now >= self.host.hidden_until {
            self.show_window();
        }
        if self.plan.seed % 2 == 0 && self.is_awake() {
            let _ = self.give(Input::NetworkAvailable);
        }
    }
}

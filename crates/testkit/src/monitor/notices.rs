//! The rules of the own typing indicator: T1 to T15 and T19.
//!
//! Owns: what must hold of each notice, and when one is due. Must not know: how the session decides.

use webmessaging_proto::{Capability, Event, Instant, Output, Phase, TracingId};

use super::Rule;
use super::around::{Around, BUDGET, Kind, Span, UNRESERVED};
use super::family::Family;
use super::typing::{OwnTyping, Shown};
use super::violation::Found;

impl OwnTyping {
    pub(super) fn output(&mut self, cx: &Around, output: &Output, found: &mut Found) {
        match output {
            Output::SendFrame(frame) => match Kind::of(&frame.body) {
                Kind::On => self.on(cx, frame.tracing_id, found),
                Kind::Off => self.off(cx, frame.tracing_id, found),
                Kind::Text => self.text(cx, found),
                _ => {}
            },
            Output::Emit(Event::PhaseChanged(phase)) => self.phase(cx, *phase),
            Output::Emit(Event::CapabilityLost { capability: Capability::Typing }) => {
                self.nothing_shows();
            }
            Output::Emit(Event::CapabilityLost { capability: Capability::TypingOff }) => {
                self.lose_off();
            }
            _ => {}
        }
    }

    fn on(&mut self, cx: &Around, id: TracingId, found: &mut Found) {
        let now = cx.now;
        self.notice(cx, found, cx.features.typing == Some(false));
        if !self.perhaps_typing(now) {
            self.wrong(cx, found, Rule::T10, || "an On, and nobody is typing".into());
        }
        if self.last_on.is_some_and(|on| now < on.sure + self.policy.min_gap) {
            self.wrong(cx, found, Rule::T6, || "two Ons too close".into());
        }
        let in_delay = self.begun.is_some_and(|begun| now < begun + self.policy.start_delay);
        if in_delay && self.standing_on(now).is_none() && self.shown(now) != Shown::Maybe {
            self.wrong(cx, found, Rule::StartDelay, || "an On inside the delay".into());
        }
        if let Some(standing) = self.standing_on(now) {
            match self.policy.refresh {
                None => self.wrong(cx, found, Rule::T19, || "an On after an On that stands".into()),
                Some(refresh) if now < standing.sure + refresh => {
                    self.wrong(cx, found, Rule::T6, || "a refresh before its time".into());
                }
                Some(_) => {}
            }
        }
        self.forget_expired(now);
        self.ons += 1;
        if self.ons > 1 {
            self.wrong(cx, found, Rule::T17, || "two Ons in one step".into());
        }
        (self.doubtful, self.belief_unknown) = (false, false);
        self.push(cx, id, true);
        self.last_on = Some(Span { sure: cx.since, perhaps: now });
    }

    fn off(&mut self, cx: &Around, id: TracingId, found: &mut Found) {
        let lacks = !self.policy.sends_off || cx.features.typing_off == Some(false);
        self.notice(cx, found, cx.features.typing == Some(false) || lacks);
        if self.shown(cx.now) == Shown::No {
            let after_off = self.notices.back().is_some_and(|last| !last.on && !last.refused);
            let rule = if after_off { Rule::T2 } else { Rule::T1 };
            self.wrong(cx, found, rule, || "an Off that ends nothing".into());
        }
        if self.surely_typing(cx.now) {
            self.wrong(cx, found, Rule::T4, || "an Off while the user types".into());
        }
        self.offs += 1;
        if self.offs > 1 {
            self.wrong(cx, found, Rule::T17, || "two Offs in one step".into());
        }
        (self.doubtful, self.belief_unknown) = (false, false);
        self.push(cx, id, false);
    }

    /// What holds for On and Off.
    fn notice(&mut self, cx: &Around, found: &mut Found, forbidden: bool) {
        if cx.phase != Phase::Ready {
            self.wrong(cx, found, Rule::T11, || format!("a notice while {}", cx.phase));
        }
        if forbidden {
            self.wrong(cx, found, Rule::T13, || "the wire or the server forbids it".into());
        }
        if cx.now < cx.pause.sure || cx.now < self.failures.until.sure {
            self.wrong(cx, found, Rule::T15, || "a notice inside a pause".into());
        }
    }

    fn text(&mut self, cx: &Around, found: &mut Found) {
        if self.policy.message_ends_belief {
            self.nothing_shows();
        } else if self.may_speak(cx)
            && self.policy.sends_off
            && self.shown(cx.now) == Shown::Yes
            && !self.perhaps_typing(cx.now)
            && cx.has_room(2, BUDGET)
        {
            self.wrong(cx, found, Rule::T7, || "the text overtakes the Off".into());
        }
    }

    fn phase(&mut self, cx: &Around, phase: Phase) {
        match phase {
            Phase::Backoff | Phase::Closing | Phase::Closed | Phase::Failed(_) => {
                // What was written counts as said; whether it still shows is not known.
                self.before = self.shown(cx.now);
                self.notices.clear();
                (self.doubtful, self.belief_unknown) = (true, false);
            }
            Phase::ReadOnly => {
                self.nothing_shows();
                self.surely_until = None;
                if !cx.blurred {
                    self.end();
                }
            }
            _ => {}
        }
        let Some(opened) = cx.opened else { return };
        if opened.unsure {
            self.unknown(cx);
        }
        if opened.replaces {
            self.nothing_shows();
        }
        if opened.replaces || opened.unsure {
            self.policy = self.first_policy;
        }
    }

    /// Whether nothing but the budget keeps a notice back.
    fn may_speak(&self, cx: &Around) -> bool {
        cx.phase == Phase::Ready
            && cx.features.typing == Some(true)
            && cx.features.typing_off.is_some()
            && cx.now >= cx.pause.perhaps
            && cx.now >= self.failures.until.perhaps
    }

    /// All is said that can be said now? Gives when the next thing is due.
    pub(super) fn settled(&mut self, cx: &Around, found: &mut Found) -> Option<Instant> {
        let ended = core::mem::take(&mut self.ended);
        (self.ons, self.offs) = (0, 0);
        let now = cx.now;
        if cx.wants_tick
            || cx.phase != Phase::Ready
            || cx.features.typing != Some(true)
            || cx.features.typing_off.is_none()
            || !cx.has_room(2, UNRESERVED)
        {
            return None;
        }
        let free_at = cx.pause.perhaps.max(self.failures.until.perhaps);
        let shown = self.shown(now);
        let (due_at, rule) = if self.surely_typing(now) {
            let (at, rule) = match (self.standing_on(now), self.policy.refresh) {
                (Some(on), Some(refresh)) => (on.perhaps + refresh, Rule::T5),
                (Some(_), None) => return self.off_due_at(free_at),
                (None, _) if self.shown_by_another(now) => return None,
                (None, _) => (self.opens_at()?, Rule::T12),
            };
            let at = at.max(free_at);
            if at > now && !self.surely_typing(at) {
                return None;
            }
            (at, rule)
        } else if !self.perhaps_typing(now) && shown == Shown::Yes && self.policy.sends_off {
            let rule = match (ended, self.doubtful) {
                (_, true) => Rule::T14,
                (true, _) => Rule::T8,
                _ => Rule::T3,
            };
            (free_at, rule)
        } else {
            return None;
        };
        if due_at > now {
            return Some(due_at).filter(|_| self.policy.remote_ttl.is_none());
        }
        found.add(now, rule, || format!("the notice was due at {due_at:?}; {shown:?} is shown"));
        // Said once.
        self.unknown(cx);
        None
    }

    /// When an On is due to a user who types.
    fn opens_at(&self) -> Option<Instant> {
        let gap_over = self.last_on.map_or(Instant::ORIGIN, |on| on.perhaps + self.policy.min_gap);
        Some(gap_over.max(self.begun? + self.policy.start_delay))
    }

    /// When the end of idle is to be told, while no key follows.
    fn off_due_at(&self, free_at: Instant) -> Option<Instant> {
        let lapses_at = self.perhaps_until.filter(|_| self.policy.sends_off)?;
        Some(lapses_at.max(free_at)).filter(|_| self.policy.remote_ttl.is_none())
    }
}

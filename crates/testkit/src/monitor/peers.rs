//! The others' typing indicators: every start and stop, foretold.
//!
//! Owns: the rules I1 to I12. Must not know: how the session decides.

use webmessaging_proto::frame::{Direction, MessageKind};
use webmessaging_proto::{
    Config, DEFAULT_TYPING_DURATION, Event, FailReason, Instant, MAX_TYPING_DURATION,
    MIN_TYPING_DURATION, Output, PeerTypingEnd, Phase,
};

use super::Rule;
use super::around::{Around, News};
use super::family::Family;
use super::seen::{Being, Mark, PeerEvent, Said, What, Who, typist};
use super::violation::Found;

#[derive(Clone, Copy, Debug)]
struct Indicator {
    who: Who,
    typist: Mark,
    until: Instant,
    /// The host was told, or will be with this step.
    shown: bool,
    ended: Option<PeerTypingEnd>,
}

/// What must be told.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Change {
    Start,
    Stop(PeerTypingEnd),
}

/// Who types.
#[derive(Clone, Debug)]
#[expect(clippy::struct_excessive_bools, reason = "each is a fact of its own")]
pub(super) struct Peers {
    cap: usize,
    indicators: Vec<Indicator>,
    foretold: Vec<(Mark, Change)>,
    /// What the host shows, by the events alone.
    shown: Vec<Mark>,
    /// Whether all indicators are known.
    complete: bool,
    /// All indicators have just ended, known or not.
    cleared: bool,
    /// Whether all that is shown is known.
    shown_known: bool,
    /// The frame at hand has told the end of the conversation itself.
    over: bool,
    /// The frame at hand can't start an indicator.
    heard_typing: bool,
}

impl Family for Peers {
    const LOST_BY_A_BREACH: bool = true;

    fn unknown(&mut self, _: &Around) {
        self.indicators.clear();
        self.foretold.clear();
        (self.complete, self.cleared) = (false, false);
    }
}

impl Peers {
    pub(super) fn new(config: &Config) -> Self {
        Self {
            cap: config.limits().typists,
            indicators: Vec::new(),
            foretold: Vec::new(),
            shown: Vec::new(),
            complete: true,
            cleared: false,
            shown_known: true,
            over: false,
            heard_typing: false,
        }
    }

    /// Also what the host shows is not known.
    pub(super) fn unseen(&mut self, cx: &Around) {
        self.unknown(cx);
        self.shown_known = false;
    }

    pub(super) fn input(&mut self, cx: &Around, news: Option<&News<'_>>) {
        self.tell(cx.now);
        self.over = false;
        if let Some(news) = news {
            match &news.heard.what {
                What::Message(said) if said.direction == Direction::Outbound => {
                    self.heard(said, cx.now);
                }
                What::Cleared => self.end(PeerTypingEnd::Ended, |_| true),
                _ => {}
            }
        }
        self.tell(cx.now);
    }

    fn heard(&mut self, said: &Said, now: Instant) {
        if matches!(said.kind, MessageKind::Text | MessageKind::Structured) {
            let by = said.sender;
            self.end(PeerTypingEnd::Message, |who| match (by.nickname, who.nickname) {
                (None, _) => true,
                (Some(by), Some(nickname)) => by == nickname,
                (Some(_), None) => {
                    who.kind == by.kind || who.kind == Being::Unknown || by.kind == Being::Unknown
                }
            });
            self.tell(now);
        }
        for event in &said.events {
            match event {
                PeerEvent::On(duration) => {
                    let duration = duration
                        .unwrap_or(DEFAULT_TYPING_DURATION)
                        .clamp(MIN_TYPING_DURATION, MAX_TYPING_DURATION);
                    self.heard_typing = true;
                    self.on(said.sender, now + duration);
                }
                PeerEvent::Off => {
                    let typist = said.sender.typist();
                    self.end_of(typist, PeerTypingEnd::Off);
                }
                PeerEvent::Over => {
                    self.over = true;
                    self.end(PeerTypingEnd::Ended, |_| true);
                }
            }
        }
    }

    fn on(&mut self, who: Who, until: Instant) {
        let typist = who.typist();
        if let Some(known) = self.indicators.iter_mut().find(|known| known.typist == typist) {
            known.until = if known.ended.is_some() { until } else { known.until.max(until) };
            known.ended = None;
        } else if self.indicators.len() < self.cap {
            self.indicators.push(Indicator { who, typist, until, shown: false, ended: None });
        }
    }

    fn end(&mut self, reason: PeerTypingEnd, ends: impl Fn(Who) -> bool) {
        for known in self.indicators.iter_mut().filter(|known| ends(known.who)) {
            known.ended = known.ended.or(Some(reason));
        }
    }

    fn end_of(&mut self, typist: Mark, reason: PeerTypingEnd) {
        for known in self.indicators.iter_mut().filter(|known| known.typist == typist) {
            known.ended = known.ended.or(Some(reason));
        }
    }

    /// Foretells what the host must hear of now.
    fn tell(&mut self, now: Instant) {
        let Self { indicators, foretold, .. } = self;
        indicators.retain_mut(|known| {
            if known.until <= now {
                known.ended = known.ended.or(Some(PeerTypingEnd::Expired));
            }
            match (known.shown, known.ended) {
                (false, None) => foretold.push((known.typist, Change::Start)),
                (true, Some(reason)) => foretold.push((known.typist, Change::Stop(reason))),
                _ => {}
            }
            known.shown = true;
            known.ended.is_none()
        });
    }

    pub(super) fn output(&mut self, cx: &Around, output: &Output, found: &mut Found) {
        match output {
            Output::Emit(Event::PeerTypingStarted { typist: who }) => {
                self.starts(cx, typist(who), found);
            }
            Output::Emit(Event::PeerTypingStopped { typist: who, reason }) => {
                self.stops(cx, typist(who), *reason, found);
            }
            Output::Emit(Event::PhaseChanged(phase)) => {
                let reason = match phase {
                    Phase::ReadOnly if self.over => return,
                    Phase::ReadOnly => PeerTypingEnd::Ended,
                    // Another conversation, or who knows.
                    Phase::Ready if cx.opened.is_some_and(|opened| opened.replaces) => {
                        PeerTypingEnd::Ended
                    }
                    Phase::Ready if cx.opened.is_some_and(|opened| opened.unsure) => {
                        self.unknown(cx);
                        return;
                    }
                    Phase::Failed(reason) if *reason != FailReason::GaveUp => PeerTypingEnd::Ended,
                    Phase::Backoff | Phase::Closing | Phase::Closed | Phase::Failed(_) => {
                        PeerTypingEnd::Disconnected
                    }
                    _ => return,
                };
                self.end(reason, |_| true);
                self.tell(cx.now);
                // Whoever it was, nobody types any more.
                self.cleared = !cx.blurred;
            }
            _ => {}
        }
    }

    fn starts(&mut self, cx: &Around, typist: Mark, found: &mut Found) {
        if self.shown.contains(&typist) {
            self.wrong(cx, found, Rule::I5, || "a typist starts twice".into());
        } else {
            self.shown.push(typist);
        }
        if self.shown.len() > self.cap {
            let cap = self.cap;
            found.add(cx.now, Rule::I12, || format!("more than {cap} typists"));
        }
        if !self.foretells(typist, Change::Start) && self.complete {
            let rule = if self.heard_typing { Rule::I5 } else { Rule::I7 };
            self.wrong(cx, found, rule, || "a start without a reason".into());
        }
    }

    fn stops(&mut self, cx: &Around, typist: Mark, reason: PeerTypingEnd, found: &mut Found) {
        match self.shown.iter().position(|shown| *shown == typist) {
            Some(place) => drop(self.shown.remove(place)),
            None if self.shown_known => {
                self.wrong(cx, found, Rule::I5, || "a stop without a start".into());
            }
            None => {}
        }
        if !self.complete || self.foretells(typist, Change::Stop(reason)) {
            return;
        }
        // It expired while nobody looked, and the connection ended in the same step.
        let expired = reason != PeerTypingEnd::Message && reason != PeerTypingEnd::Off;
        if expired && self.foretells(typist, Change::Stop(PeerTypingEnd::Expired)) {
            return;
        }
        let rule = match reason {
            PeerTypingEnd::Expired => Rule::I4,
            PeerTypingEnd::Message => Rule::I6,
            _ => Rule::I2,
        };
        self.wrong(cx, found, rule, || format!("a stop ({reason:?}) without a reason"));
    }

    fn foretells(&mut self, typist: Mark, change: Change) -> bool {
        let place = self.foretold.iter().position(|foretold| *foretold == (typist, change));
        place.map(|place| self.foretold.remove(place)).is_some()
    }

    /// All is told? Gives when the next indicator ends.
    pub(super) fn settled(&mut self, cx: &Around, found: &mut Found) -> Option<Instant> {
        self.heard_typing = false;
        if !self.complete {
            self.complete = core::mem::take(&mut self.cleared);
            self.foretold.clear();
            return None;
        }
        if let Some((_, change)) = self.foretold.first().copied() {
            let rule = match change {
                Change::Start | Change::Stop(PeerTypingEnd::Off) => Rule::I5,
                Change::Stop(PeerTypingEnd::Expired) => Rule::I1,
                Change::Stop(PeerTypingEnd::Message) => Rule::I6,
                Change::Stop(_) => Rule::I9,
            };
            self.wrong(cx, found, rule, || format!("{change:?} is not told"));
            self.foretold.clear();
            return None;
        }
        self.indicators.iter().map(|known| known.until).min()
    }
}

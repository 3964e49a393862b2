//! The checker: hands what it sees to the families of rules.
//!
//! Owns: [`Monitor`], and the notion of a step. Must not know: any single rule of a family.

use webmessaging_proto::{
    Capability, Config, Deadline, Input, InputError, Instant, Output, Phase, Session, Stats,
};

use crate::earlier::earlier;

use super::around::{Around, Features};
use super::budget::Requests;
use super::clock::Clock;
use super::family::Family;
use super::ledger::Ledger;
use super::lifecycle::Lifecycle;
use super::once::Once;
use super::peers::Peers;
use super::seen::Seen;
use super::texts::Texts;
use super::typing::OwnTyping;
use super::violation::Found;
use super::{Rule, Violation};

/// What one input may cause, whatever waits: a few frames, events, and the wake-up.
const OUTPUTS_OF_A_STEP: usize = 64;

/// What was seen going out.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
struct Counts {
    sent: u64,
    dials: u64,
}

/// The checker alone, for a driver of one's own: tell it every input with its verdict, every output
/// as it is drained, and the session's phase and deadline when no output is left.
#[derive(Clone, Debug)]
pub struct Monitor {
    cx: Around,
    found: Found,
    /// Inputs since the outputs were drained.
    inputs: u32,
    lifecycle: Lifecycle,
    requests: Requests,
    typing: OwnTyping,
    peers: Peers,
    ledger: Ledger,
    texts: Texts,
    clock: Clock,
    once: Once,
    counted: Counts,
    /// The session's counts when the watch began.
    stats_before: Counts,
}

impl Monitor {
    /// Watches a session that is made just now with this configuration.
    #[must_use]
    pub fn new(config: &Config, now: Instant) -> Self {
        let limits = config.limits();
        let most = limits.outputs + limits.texts + limits.messages + 2 * limits.typists;
        Self {
            cx: Around::new(config, now),
            found: Found::default(),
            inputs: 0,
            lifecycle: Lifecycle::new(config),
            requests: Requests::new(config),
            typing: OwnTyping::new(*config.typing()),
            peers: Peers::new(config),
            ledger: Ledger::new(config),
            texts: Texts::new(config),
            clock: Clock::new(most.saturating_add(OUTPUTS_OF_A_STEP)),
            once: Once::default(),
            counted: Counts::default(),
            stats_before: Counts::default(),
        }
    }

    /// Watches a session that has lived before.
    #[must_use]
    pub fn of(session: &Session, now: Instant) -> Self {
        let mut monitor = Self::new(session.config(), now);
        monitor.cx.unknown(session.phase(), features(session));
        monitor.cx.deadline = session.deadline();
        monitor.lifecycle.unknown();
        if !session.has(Capability::TypingOff) {
            monitor.typing.lose_off();
        }
        monitor.typing.unknown(&monitor.cx);
        monitor.peers.unseen(&monitor.cx);
        monitor.ledger.unknown(&monitor.cx);
        monitor.texts.unknown(&monitor.cx);
        monitor.clock.unknown();
        let stats = session.stats();
        monitor.stats_before = Counts { sent: stats.frames_sent, dials: stats.dials };
        monitor
    }

    /// The session was given `input`, and gave this verdict; its outputs are yet to be drained.
    pub fn input(&mut self, input: &Input<'_>, verdict: Result<(), InputError>, now: Instant) {
        let phase = self.cx.phase;
        self.take(&Seen::of(input), verdict, phase, now);
    }

    /// The same, with the phase that was in force.
    pub(super) fn take(
        &mut self,
        seen: &Seen,
        verdict: Result<(), InputError>,
        phase: Phase,
        now: Instant,
    ) {
        if verdict == Err(InputError::OutputsPending) {
            return;
        }
        let now = now.max(self.cx.now);
        self.cx.now = now;
        if self.inputs == 0 {
            self.cx.since = now;
        }
        let due = self.cx.deadline.is_some_and(|deadline| deadline.at <= now);
        let is_tick = matches!(seen, Seen::Tick);
        self.cx.blurred |= self.inputs > 0 || (due && !is_tick);
        self.inputs += 1;
        self.clock.input(&self.cx, seen, due, &mut self.found);
        if let Err(error) = verdict {
            self.refused(seen, error, phase);
        }
        let seen = if verdict.is_ok() { seen } else { &Seen::Tick };
        self.requests.before_input(&self.cx);
        let news = self.cx.input(seen, phase);
        let news = news.as_ref();
        self.requests.input(news);
        self.lifecycle.input(&self.cx, seen, news);
        self.typing.input(&self.cx, seen, news);
        self.peers.input(&self.cx, news);
        self.ledger.input(&self.cx, seen, news, phase);
        self.texts.input(&self.cx, seen, news, &mut self.found);
    }

    fn refused(&mut self, seen: &Seen, error: InputError, phase: Phase) {
        let never =
            matches!(seen, Seen::Key | Seen::Hold | Seen::End | Seen::Foreground(_) | Seen::Tick);
        if never {
            self.found.add(self.cx.now, Rule::T11, || format!("refused: {}", error.code()));
        } else if !self.cx.blurred && !self.texts.may_refuse(seen, phase) {
            self.found.add(self.cx.now, Rule::Verdict, || format!("refused: {}", error.code()));
        }
    }

    /// The session gave this output.
    pub fn output(&mut self, output: &Output, now: Instant) {
        self.cx.now = now.max(self.cx.now);
        self.cx.blurred |= self.inputs == 0 && !matches!(output, Output::ArmTimer(_));
        self.cx.before_output(output);
        match output {
            Output::SendFrame(_) => self.counted.sent += 1,
            Output::OpenTransport(_) => self.counted.dials += 1,
            _ => {}
        }
        let Self { cx, found, .. } = self;
        self.lifecycle.output(cx, output, found);
        self.requests.output(cx, output, found);
        self.typing.output(cx, output, found);
        self.peers.output(cx, output, found);
        self.ledger.output(cx, output, found);
        self.texts.output(cx, output, found);
        self.clock.output(cx, output, found);
        self.once.output(cx, output, found);
        self.cx.output(output);
    }

    /// No output is left; this is what the session shows.
    pub fn drained(&mut self, phase: Phase, deadline: Option<Deadline>, now: Instant) {
        self.cx.now = now.max(self.cx.now);
        if self.cx.phase != phase {
            let told = self.cx.phase;
            self.found.add(self.cx.now, Rule::PhaseTold, || format!("told {told}, is {phase}"));
            self.cx.phase = phase;
        }
        if self.inputs == 0 {
            return;
        }
        if self.cx.lost_the_thread() {
            // Which input met which phase can't be known.
            self.typing.unknown(&self.cx);
            self.peers.unknown(&self.cx);
            self.ledger.unknown(&self.cx);
            self.texts.unknown(&self.cx);
        }
        self.settle(deadline);
        self.cx.deadline = deadline;
        (self.cx.blurred, self.cx.phase_told) = (false, false);
        self.inputs = 0;
    }

    /// What the session can do, asked where it can't be known from outside.
    pub(super) fn learn(&mut self, session: &Session) {
        if self.cx.must_ask() {
            self.cx.features = features(session);
            self.typing.learn(session.has(Capability::TypingOff));
        }
    }

    /// Whether all is drained, and nothing is due.
    pub(super) fn is_quiet(&self, now: Instant) -> bool {
        self.inputs == 0 && self.cx.deadline.is_none_or(|deadline| deadline.at > now)
    }

    /// Notes what was found by another look.
    pub(super) fn add(&mut self, rule: Rule, detail: impl FnOnce() -> String) {
        self.found.add(self.cx.now, rule, detail);
    }

    /// Holds the session's counts against what was seen; call it when all is drained.
    pub(super) fn count(&mut self, stats: Stats) {
        let seen = Counts { sent: stats.frames_sent, dials: stats.dials };
        let counted = self.counted;
        let before = self.stats_before;
        let expected = Counts {
            sent: before.sent.wrapping_add(counted.sent),
            dials: before.dials.wrapping_add(counted.dials),
        };
        if seen != expected {
            self.found.add(self.cx.now, Rule::StatsTrue, || {
                format!("{stats:?}, and {counted:?} were seen since {before:?}")
            });
        }
    }

    /// The end of time: what must have happened by now.
    pub fn finish(&mut self, now: Instant) {
        let late = self.cx.deadline.is_some_and(|deadline| deadline.at <= now);
        if self.inputs > 0 || late {
            // The driver has something to do first.
            return;
        }
        self.cx.now = now.max(self.cx.now);
        self.settle(self.cx.deadline);
    }

    fn settle(&mut self, deadline: Option<Deadline>) {
        self.cx.wants_tick = deadline.is_some_and(|deadline| deadline.at <= self.cx.now);
        let Self { cx, found, .. } = self;
        let due = self.lifecycle.settled(cx, found);
        let due = earlier(due, self.typing.settled(cx, found));
        let due = earlier(due, self.peers.settled(cx, found));
        let due = earlier(due, self.ledger.settled(cx, found));
        let due = earlier(due, self.texts.settled(cx, found));
        self.requests.settled(cx, found);
        self.once.settled();
        self.clock.settled(cx, deadline, due, found);
    }

    /// The first violations, at most 32.
    #[must_use]
    pub fn violations(&self) -> &[Violation] {
        self.found.all()
    }
}

fn features(session: &Session) -> Features {
    Features {
        typing: Some(session.has(Capability::Typing)),
        typing_off: Some(session.has(Capability::TypingOff)),
        receipts: Some(session.has(Capability::Receipts)),
    }
}

#[cfg(test)]
mod tests;

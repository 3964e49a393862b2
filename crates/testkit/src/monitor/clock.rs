//! The wake-up: never late, never a busy loop.
//!
//! Owns: what was armed, and how often time stood still. Must not know: what is due.

use webmessaging_proto::{Deadline, Instant, Output, Phase, Timer};

use super::Rule;
use super::around::Around;
use super::seen::Seen;
use super::violation::Found;

/// Ticks at one instant: a wait may be drawn as nothing, and then a few follow each other.
const TICKS_AT_ONCE: u32 = 8;

/// The driver's wake-up.
#[derive(Clone, Debug)]
pub(super) struct Clock {
    armed: Option<Instant>,
    armed_known: bool,
    ticks_here: u32,
    last_tick: Option<Instant>,
    outputs: usize,
    most_outputs: usize,
}

impl Clock {
    pub(super) const fn new(most_outputs: usize) -> Self {
        Self {
            armed: None,
            armed_known: true,
            ticks_here: 0,
            last_tick: None,
            outputs: 0,
            most_outputs,
        }
    }

    /// What was armed before is not known.
    pub(super) fn unknown(&mut self) {
        self.armed_known = false;
    }

    pub(super) fn input(&mut self, cx: &Around, seen: &Seen, due: bool, found: &mut Found) {
        if self.armed.is_some_and(|armed| armed <= cx.now) {
            self.armed = None;
        }
        if !matches!(seen, Seen::Tick) {
            // The peer, or the host, may keep time from passing, too.
            self.ticks_here = 0;
            return;
        }
        // Needless ticks are the driver's own.
        let here = self.last_tick == Some(cx.now) && due;
        self.ticks_here = if here { self.ticks_here + 1 } else { 0 };
        self.last_tick = Some(cx.now);
        if self.ticks_here == TICKS_AT_ONCE {
            found.add(cx.now, Rule::NoBusyLoop, || format!("{TICKS_AT_ONCE} ticks at once"));
        }
    }

    pub(super) fn output(&mut self, cx: &Around, output: &Output, found: &mut Found) {
        match output {
            Output::ArmTimer(deadline) => {
                self.armed = Some(deadline.at);
                self.armed_known = true;
            }
            Output::ClearTimer => self.armed = None,
            _ => {}
        }
        self.outputs += 1;
        if self.outputs == self.most_outputs {
            let most = self.most_outputs;
            found.add(cx.now, Rule::FewOutputs, || format!("{most} outputs"));
        }
    }

    /// `due` is the earliest time at which a rule asks for something.
    pub(super) fn settled(
        &mut self,
        cx: &Around,
        deadline: Option<Deadline>,
        due: Option<Instant>,
        found: &mut Found,
    ) {
        self.outputs = 0;
        let armed = self.armed.filter(|_| self.armed_known);
        if let Some(deadline) = deadline.filter(|_| self.armed_known) {
            if armed.is_none_or(|armed| armed > deadline.at) {
                found.add(cx.now, Rule::NeverLate, || format!("armed {armed:?}, {deadline:?}"));
            }
        }
        if let Some(due) = due {
            if deadline.is_none_or(|deadline| deadline.at > due) {
                found.add(cx.now, Rule::NeverLate, || format!("due {due:?}, {deadline:?}"));
            }
        }
        let Some(deadline) = deadline else { return };
        // A wait before a dial may be drawn as nothing; a key that met a full queue waits for a tick.
        let may_be_due = deadline.timer == Timer::Backoff || cx.blurred;
        if deadline.at <= cx.now && !may_be_due {
            found.add(cx.now, Rule::NoBusyLoop, || format!("still due: {deadline:?}"));
        }
        let over = matches!(cx.phase, Phase::Idle | Phase::Closed | Phase::Failed(_));
        if over && deadline.timer != Timer::Dwell && !cx.blurred {
            found.add(cx.now, Rule::T20, || format!("{:?} while {}", deadline.timer, cx.phase));
        }
    }
}

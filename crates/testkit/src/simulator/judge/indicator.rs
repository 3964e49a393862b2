//! The agent sees the guest typing while the guest types, and not much longer.
//!
//! Owns: when the indicator may be on, when it must have come on, and what excuses it. Must not know: frames.
//!
//! While nothing disturbs, the indicator is off within the idle time, the remote's time and the way of a frame after the
//! last key, and on within the start delay, the gap and the way of a frame after the first. A disturbance is whatever
//! keeps the guest from speaking: no session, a fault in force, a pause that the service asked for, a spent budget, a
//! stalled network, a sleeping machine, late timers. Excused for good is an indicator whose Off the service lost or
//! refused, or got before the On.

use super::{Fate, Found};
use crate::simulator::network::Note;
use crate::simulator::queue::Ms;
use crate::simulator::world::SHOWN;

/// More than the roundings of a run.
const SLACK: Ms = 60;

/// What the indicator goes by.
#[derive(Clone, Copy, Debug)]
pub(in crate::simulator) struct Rules {
    pub(in crate::simulator) idle: Ms,
    pub(in crate::simulator) hold: Ms,
    /// From a first key to an On, at most.
    pub(in crate::simulator) start: Ms,
    /// How long the service shows an On by itself; `None`: until it is told.
    pub(in crate::simulator) shown_for: Option<Ms>,
    /// The longest way of a frame.
    pub(in crate::simulator) way: Ms,
}

#[derive(Clone, Debug)]
#[allow(clippy::struct_excessive_bools, reason = "independent facts")]
pub(in crate::simulator) struct Indicator {
    rules: Rules,
    shown: bool,
    /// The user's typing ends here, if no key follows.
    ends: Ms,
    disturbed_until: Ms,
    /// The guest can't speak, or not be heard, for an unknown time.
    away: bool,
    excused: bool,
    /// The process that said On is gone without a trace.
    forgot: bool,
    /// The process that runs has said On.
    spoke: bool,
    /// The newest notice that came was an Off, and was refused.
    off_refused: bool,
    /// The link that the newest Off came by.
    off_link: usize,
    /// An On was refused for good on this link: the guest gives typing up when it hears of that.
    given_up: bool,
    /// It must have come on by then.
    expected_by: Option<Ms>,
    times_shown: u64,
}

impl Indicator {
    pub(in crate::simulator) const fn new(rules: Rules) -> Self {
        Self {
            rules,
            shown: false,
            ends: 0,
            disturbed_until: 0,
            away: true,
            excused: false,
            forgot: false,
            spoke: false,
            off_refused: false,
            off_link: 0,
            given_up: false,
            expected_by: None,
            times_shown: 0,
        }
    }

    /// Time passes, before anything else happens at `now`.
    pub(in crate::simulator) fn look(&mut self, now: Ms, can_end: bool, found: &mut Found) {
        if self.expected_by.is_some_and(|by| now > by) {
            self.expected_by = None;
            found.add("typing is not shown", || "a calm connection, and keys".to_owned());
        }
        if self.shown && !self.away && !self.is_excused() && now > self.bound(can_end) {
            self.excused = true;
            let (ends, disturbed) = (self.ends, self.disturbed_until);
            found.add("typing is shown for too long", || {
                format!("typing ended at {ends} ms, disturbed until {disturbed} ms")
            });
        }
    }

    const fn is_excused(&self) -> bool {
        self.excused || self.forgot
    }

    fn bound(&self, can_end: bool) -> Ms {
        if !can_end {
            return Ms::MAX;
        }
        let Rules { shown_for, way, .. } = self.rules;
        self.ends.max(self.disturbed_until) + shown_for.unwrap_or(0) + 2 * way + SLACK
    }

    /// Something keeps the guest from speaking until then.
    pub(in crate::simulator) fn disturbed(&mut self, until: Ms) {
        self.disturbed_until = self.disturbed_until.max(until);
        self.expected_by = None;
    }

    /// Whether the guest is cut off, knowingly or not; `now` ends it.
    pub(in crate::simulator) fn away(&mut self, away: bool, now: Ms) {
        if self.away && !away {
            self.disturbed(now);
        }
        if away {
            self.expected_by = None;
        }
        self.away = away;
    }

    /// A key, or the host's word for it.
    pub(in crate::simulator) fn typed(&mut self, now: Ms, hold: bool, can_show: bool) {
        let calm = !self.away && now > self.disturbed_until + self.rules.way + SLACK;
        let fresh = !self.shown && now > self.ends + self.rules.start + 2 * self.rules.way + SLACK;
        if calm && fresh && can_show && self.expected_by.is_none() && !self.is_excused() {
            self.expected_by = Some(now + self.rules.start + self.rules.way + SLACK);
        }
        let lasts = if hold { self.rules.hold } else { self.rules.idle };
        self.ends = self.ends.max(now + lasts);
    }

    /// The user's typing is over.
    pub(in crate::simulator) fn ended(&mut self, now: Ms) {
        self.ends = now;
        self.expected_by = None;
    }

    /// The driver sends a notice that will arrive then.
    pub(in crate::simulator) fn written(&mut self, note: Note, arrives: Ms, found: &mut Found) {
        self.disturbed_until = self.disturbed_until.max(arrives);
        if note == Note::On {
            self.spoke = true;
            let (now, ends, disturbed) = (found.now, self.ends, self.disturbed_until);
            found.must(
                now <= ends + SLACK || now <= disturbed,
                "typing told without a key",
                || format!("typing ended at {ends} ms"),
            );
        }
    }

    /// A notice comes to the service.
    pub(in crate::simulator) fn arrives(&mut self, note: Note, link: usize, fate: Fate, now: Ms) {
        let refused_unheard = fate.answered.is_some() && fate.unheard && !fate.gone;
        if note == Note::On && (fate.swallowed || refused_unheard) {
            // The guest takes it for shown, as long as a service that forgets would show it.
            self.disturbed(now + SHOWN);
        }
        self.off_refused = note == Note::Off && fate.answered.is_some();
        if note == Note::Off {
            self.off_link = link;
        }
        match note {
            // One copy shows, the other one is refused: the guest takes it for not shown.
            Note::On if fate.held || (fate.duplicated && fate.answered.is_some()) => {
                self.excused = true;
            }
            // Typing is off for the session, whatever an earlier On shows.
            Note::On if matches!(fate.answered, Some(400 | 403)) => {
                self.excused |= self.shown;
                self.given_up |= !fate.unheard;
            }
            Note::On if !fate.swallowed && fate.answered.is_none() => {
                // Written before the guest heard that typing is off, or left behind on a link that it
                // has given up: there is no word of it any more.
                self.excused = self.given_up || link < self.off_link;
                self.forgot &= !self.spoke;
            }
            Note::Off if fate.swallowed || fate.held || fate.dropped || fate.unheard => {
                self.excused = true;
            }
            Note::Off if matches!(fate.answered, Some(200 | 400 | 401 | 403)) => {
                self.excused = true;
            }
            _ => {}
        }
    }

    /// The guest's clock stood still for so long; so did all that it waits for.
    pub(in crate::simulator) fn clock_stood(&mut self, since: Ms, now: Ms) {
        for time in [&mut self.ends, &mut self.disturbed_until] {
            if *time > since {
                *time += now - since;
            }
        }
    }

    /// The guest forgets what it said: its process is gone without a trace.
    pub(in crate::simulator) fn forgotten(&mut self) {
        self.forgot = true;
        self.spoke = false;
    }

    /// A new conversation, in which nothing was refused.
    pub(in crate::simulator) fn another_session(&mut self) {
        self.given_up = false;
    }

    /// A connection is gone, perhaps with the word that an Off or an On was refused.
    pub(in crate::simulator) fn link_lost(&mut self) {
        self.given_up = false;
        self.excused |= std::mem::take(&mut self.off_refused);
    }

    /// A notice is lost with its link.
    pub(in crate::simulator) fn lost(&mut self, note: Note) {
        self.excused |= note == Note::Off;
    }

    /// What the agent sees changes.
    pub(in crate::simulator) fn shows(&mut self, shown: bool) {
        self.shown = shown;
        self.times_shown += u64::from(shown);
        if shown {
            self.expected_by = None;
        }
    }

    /// Whether nothing more is to come by itself.
    pub(in crate::simulator) fn is_settled(&self, now: Ms, can_end: bool) -> bool {
        (!self.shown || self.is_excused() || !can_end) && now > self.disturbed_until
    }

    /// The end of time: calm for long, nobody types.
    pub(in crate::simulator) fn judge(&self, can_end: bool, found: &mut Found) {
        let stuck = self.shown && can_end && !self.is_excused();
        found.must(!stuck, "typing is shown for ever", || {
            format!("typing ended at {} ms", self.ends)
        });
    }

    /// How often the agent saw it come on, and whether it stays on, excused.
    pub(in crate::simulator) const fn counts(&self) -> (u64, bool) {
        (self.times_shown, self.shown && self.is_excused())
    }
}

//! The session's timers, of which one deadline leaves.
//!
//! Owns: the names of the timers, the table, and when a wake-up must be armed anew.
//! Must not know: what a timer does when it fires.

use serde::Serialize;

use crate::lazy::{Lazy, Unused};
use crate::time::{Deadline, Instant, earliest};

/// What a deadline is for.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Timer {
    /// A dial that takes too long.
    Dial,
    /// A configure request without an answer.
    Configure,
    /// A closing handshake without an end.
    Close,
    /// The wait before the next dial.
    Backoff,
    /// The end of all tries to reconnect.
    GiveUp,
    /// A rate limit that ends.
    RateLimit,
    /// A text in flight without an echo.
    TextConfirmation,
    /// The wait before a text is tried again.
    TextRetry,
    /// The next health check.
    HealthCheck,
    /// A health check without an answer.
    HealthCheckAnswer,
    /// The request budget has room again.
    Budget,
    /// The own typing indicator: idle, refresh, start delay, minimum gap, end of hold.
    Typing,
    /// A remote typing indicator that expires.
    PeerTyping,
    /// A visible message whose dwell is met.
    Dwell,
}

impl Timer {
    /// Every timer, in the order in which timers that are due together fire.
    pub const ALL: &'static [Self] = &[
        Self::Dial,
        Self::Configure,
        Self::Close,
        Self::Backoff,
        Self::GiveUp,
        Self::RateLimit,
        Self::TextConfirmation,
        Self::TextRetry,
        Self::HealthCheck,
        Self::HealthCheckAnswer,
        Self::Budget,
        Self::Typing,
        Self::PeerTyping,
        Self::Dwell,
    ];
}

/// One optional deadline a timer, and the wake-up that the driver was last asked for.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct TimerTable {
    /// No timer is due before this.
    quiet_until: Option<Instant>,
    armed: Option<Instant>,
    /// Whether a timer moved since the wake-up was last looked at.
    moved: bool,
    /// Of the timers that run in a conversation.
    usual: [Option<Instant>; USUAL.len()],
    /// Of those that run while a connection is made or lost, or when something is in the way.
    rare: Lazy<Rare>,
}

// Each list in the order of firing.
const USUAL: [Timer; 5] =
    [Timer::TextConfirmation, Timer::HealthCheck, Timer::Typing, Timer::PeerTyping, Timer::Dwell];
const RARE: [Timer; 9] = [
    Timer::Dial,
    Timer::Configure,
    Timer::Close,
    Timer::Backoff,
    Timer::GiveUp,
    Timer::RateLimit,
    Timer::TextRetry,
    Timer::HealthCheckAnswer,
    Timer::Budget,
];

#[derive(Clone, Debug, Default, PartialEq)]
struct Rare([Option<Instant>; RARE.len()]);

impl Unused for Rare {
    const UNUSED: &'static Self = &Self([None; RARE.len()]);
}

/// Where a timer has its deadline.
#[derive(Clone, Copy)]
enum Slot {
    Usual(usize),
    Rare(usize),
}

/// By the number of the timer.
const SLOTS: [Slot; Timer::ALL.len()] = {
    let mut slots = [Slot::Usual(0); Timer::ALL.len()];
    let mut at = 0;
    while at < USUAL.len() {
        slots[USUAL[at] as usize] = Slot::Usual(at);
        at += 1;
    }
    at = 0;
    while at < RARE.len() {
        slots[RARE[at] as usize] = Slot::Rare(at);
        at += 1;
    }
    slots
};

/// A change of the driver's wake-up.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum WakeUp {
    Arm(Deadline),
    Clear,
}

impl TimerTable {
    pub(crate) const fn new() -> Self {
        Self {
            quiet_until: None,
            armed: None,
            moved: false,
            usual: [None; USUAL.len()],
            rare: Lazy::new(),
        }
    }

    #[inline]
    pub(crate) fn set(&mut self, timer: Timer, at: Option<Instant>) {
        if self.get(timer) != at {
            self.move_to(timer, at);
        }
    }

    // Apart, so that the question above is asked in place.
    #[inline(never)]
    fn move_to(&mut self, timer: Timer, at: Option<Instant>) {
        match SLOTS[timer as usize] {
            Slot::Usual(slot) => self.usual[slot] = at,
            Slot::Rare(slot) => {
                self.rare.0[slot] = at;
                self.rare.give_back_unused();
            }
        }
        self.moved = true;
        if let Some(at) = at {
            self.quiet_until = earliest(self.quiet_until, Some(at));
        }
    }

    #[inline]
    pub(crate) fn get(&self, timer: Timer) -> Option<Instant> {
        match SLOTS[timer as usize] {
            Slot::Usual(slot) => self.usual[slot],
            Slot::Rare(slot) => self.rare.0[slot],
        }
    }

    pub(crate) fn clear(&mut self, timer: Timer) {
        self.set(timer, None);
    }

    /// Whether surely no timer is due: what a key asks before it does anything else.
    pub(crate) fn is_quiet(&self, now: Instant) -> bool {
        self.quiet_until.is_none_or(|until| now < until)
    }

    /// Stops the timers that are due and tells which they were: each at most once, so that a wrong
    /// re-arm shows as a deadline in the past and never as an endless loop.
    pub(crate) fn take_due(&mut self, now: Instant) -> Due {
        let mut due = Due { timers: 0 };
        self.quiet_until = None;
        let mut take_of = |slots: &mut [Option<Instant>], timers: &[Timer]| {
            for (slot, timer) in slots.iter_mut().zip(timers) {
                let Some(at) = *slot else { continue };
                if at <= now {
                    *slot = None;
                    self.moved = true;
                    due.timers |= 1 << *timer as u16;
                } else {
                    self.quiet_until = earliest(self.quiet_until, Some(at));
                }
            }
        };
        take_of(&mut self.usual, &USUAL);
        if let Some(Rare(rare)) = self.rare.used() {
            take_of(rare, &RARE);
            self.rare.give_back_unused();
        }
        due
    }

    /// The earliest deadline; of several at one time, that of the timer that fires first.
    pub(crate) fn next(&self) -> Option<Deadline> {
        let usual = first_of(&self.usual, &USUAL);
        let Some(Rare(rare)) = self.rare.if_used() else { return usual };
        let by_time = |deadline: &Deadline| (deadline.at, deadline.timer);
        usual.into_iter().chain(first_of(rare, &RARE)).min_by_key(by_time)
    }

    /// What the driver must be told of its wake-up. It is left alone while it rings early enough:
    /// an early wake-up costs a tick, re-arming on every key would cost one each.
    pub(crate) fn wake_up(&mut self, now: Instant) -> Option<WakeUp> {
        if !self.moved && self.armed.is_none_or(|armed| armed > now) {
            return None;
        }
        let moved = core::mem::take(&mut self.moved);
        match (self.next(), self.armed) {
            (Some(next), Some(armed)) if armed > now && armed <= next.at => None,
            // It rings for just this, or has rung and the tick is yet to come.
            (Some(next), Some(armed)) if armed == next.at && !moved => None,
            (Some(next), _) => {
                self.armed = Some(next.at);
                Some(WakeUp::Arm(next))
            }
            (None, armed) => {
                self.armed = None;
                armed.filter(|armed| *armed > now).map(|_| WakeUp::Clear)
            }
        }
    }
}

fn first_of(slots: &[Option<Instant>], timers: &[Timer]) -> Option<Deadline> {
    let mut first: Option<Deadline> = None;
    for (at, timer) in slots.iter().zip(timers) {
        if let Some(at) = *at {
            if first.is_none_or(|first| at < first.at) {
                first = Some(Deadline { at, timer: *timer });
            }
        }
    }
    first
}

/// The timers that fired together.
#[derive(Debug, PartialEq)]
pub(crate) struct Due {
    timers: u16,
}

impl Due {
    pub(crate) const fn is_empty(&self) -> bool {
        self.timers == 0
    }
}

impl Iterator for Due {
    type Item = Timer;

    fn next(&mut self) -> Option<Timer> {
        let timer = Timer::ALL.get(self.timers.trailing_zeros() as usize).copied()?;
        self.timers &= self.timers - 1;
        Some(timer)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ms(millis: u64) -> Instant {
        Instant::from_millis(millis)
    }

    #[test]
    fn timers_due_together_fire_once_each_in_the_order_of_the_table() {
        let mut table = TimerTable::new();
        table.set(Timer::Typing, Some(ms(1)));
        table.set(Timer::Dial, Some(ms(2)));
        table.set(Timer::Backoff, Some(ms(3)));
        let due: alloc::vec::Vec<_> = table.take_due(ms(2)).collect();
        assert_eq!(due, [Timer::Dial, Timer::Typing]);
        assert_eq!(table.take_due(ms(2)).count(), 0);
        assert_eq!(table.next().map(|next| next.timer), Some(Timer::Backoff));
    }

    #[test]
    fn a_wake_up_is_armed_only_to_move_earlier_or_after_it_has_passed() {
        let mut table = TimerTable::new();
        let armed_at = |wake_up| match wake_up {
            Some(WakeUp::Arm(deadline)) => Some(deadline.at),
            _ => None,
        };
        table.set(Timer::Typing, Some(ms(2_000)));
        assert_eq!(armed_at(table.wake_up(ms(0))), Some(ms(2_000)));
        table.set(Timer::Typing, Some(ms(3_000)));
        assert_eq!(table.wake_up(ms(1_000)), None, "later: the early ring is harmless");
        table.set(Timer::Dial, Some(ms(1_500)));
        assert_eq!(armed_at(table.wake_up(ms(1_000))), Some(ms(1_500)));
        table.clear(Timer::Dial);
        assert_eq!(armed_at(table.wake_up(ms(1_500))), Some(ms(3_000)), "it has rung");
        table.set(Timer::Backoff, Some(ms(1_600)));
        assert_eq!(armed_at(table.wake_up(ms(1_600))), Some(ms(1_600)), "due already");
        assert_eq!(table.wake_up(ms(1_600)), None, "told once");
        table.set(Timer::Backoff, Some(ms(3_000)));
        assert_eq!(armed_at(table.wake_up(ms(1_600))), Some(ms(3_000)));
        table.clear(Timer::Typing);
        table.clear(Timer::Backoff);
        assert_eq!(table.wake_up(ms(1_600)), Some(WakeUp::Clear));
        assert_eq!(table.wake_up(ms(1_600)), None);
    }

    #[test]
    fn every_timer_has_a_slot_of_its_own() {
        let mut table = TimerTable::new();
        for (number, timer) in (0..).zip(Timer::ALL) {
            assert_eq!(*timer as u64, number);
            table.set(*timer, Some(ms(number + 1)));
        }
        for (number, timer) in (0..).zip(Timer::ALL) {
            assert_eq!(table.get(*timer), Some(ms(number + 1)), "{timer:?}");
        }
        assert!(table.take_due(ms(99)).eq(Timer::ALL.iter().copied()));
    }

    #[test]
    fn rare_timers_take_room_while_one_of_them_runs() {
        let mut table = TimerTable::new();
        let mut runs = |timer, at| {
            table.set(timer, at);
            table.rare.if_used().is_some()
        };
        assert!(!runs(Timer::Typing, Some(ms(1))));
        assert!(!runs(Timer::Dial, None));
        assert!(runs(Timer::Dial, Some(ms(1))));
        assert!(runs(Timer::Backoff, Some(ms(2))));
        assert!(runs(Timer::Dial, None));
        assert!(!runs(Timer::Backoff, None));
        assert!(runs(Timer::Budget, Some(ms(1))));
        assert_eq!(table.take_due(ms(1)).count(), 2);
        assert!(table.rare.if_used().is_none());
    }
}

//! What the service's side sees.
//!
//! Owns: its counts, and how long a key took to get there. Must not know: how it is told.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use super::latency::Latency;

/// Something that the agent's side is told of a guest.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Sight {
    Configured,
    TypingOn,
    TypingOff,
    Text,
    /// So many things were not told, because they came too fast.
    Missed(u64),
}

/// Frames of the guests, by kind, as the service counts them.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub(super) struct Counts {
    pub(super) configures: u64,
    pub(super) typing_on: u64,
    pub(super) typing_off: u64,
    pub(super) texts: u64,
    pub(super) missed: u64,
}

impl Counts {
    pub(super) const fn sent_by_guests(self) -> u64 {
        self.configures + self.typing_on + self.typing_off + self.texts
    }

    /// An answer for each configure, an echo for each text.
    pub(super) const fn sent_to_guests(self) -> u64 {
        self.configures + self.texts
    }
}

/// Shared by the guests' side, which presses keys, and whoever hears from the service.
#[derive(Debug)]
pub(super) struct Watch {
    start: Instant,
    /// Guests by the name that the service has for them.
    guests: BTreeMap<String, usize>,
    /// For each guest, when the key that is not seen yet was pressed: microseconds since the start,
    /// and one, as 0 is none.
    pressed: Vec<AtomicU64>,
    seen: Mutex<(Counts, Latency)>,
}

impl Watch {
    pub(super) fn new(conversations: impl IntoIterator<Item = String>) -> Self {
        let guests: BTreeMap<_, _> = conversations.into_iter().zip(0..).collect();
        let pressed = (0..guests.len()).map(|_| AtomicU64::new(0)).collect();
        Self { start: Instant::now(), guests, pressed, seen: Mutex::default() }
    }

    pub(super) fn press(&self, guest: usize) {
        if let Some(pressed) = self.pressed.get(guest) {
            pressed.store(self.micros() + 1, Ordering::Release);
        }
    }

    pub(super) fn see(&self, conversation: &str, sight: Sight) {
        let now = self.micros();
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        let (counts, latency) = &mut *seen;
        match sight {
            Sight::Missed(missed) => counts.missed += missed,
            // Somebody else's guest.
            _ if !self.guests.contains_key(conversation) => {}
            Sight::Configured => counts.configures += 1,
            Sight::TypingOff => counts.typing_off += 1,
            Sight::Text => counts.texts += 1,
            Sight::TypingOn => {
                counts.typing_on += 1;
                let guest = self.guests.get(conversation).and_then(|at| self.pressed.get(*at));
                let pressed = guest.map_or(0, |pressed| pressed.swap(0, Ordering::AcqRel));
                if pressed > 0 {
                    latency.note(Duration::from_micros((now + 1).saturating_sub(pressed)));
                }
            }
        }
    }

    pub(super) fn seen(&self) -> (Counts, Latency) {
        self.seen.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    pub(super) fn counts(&self) -> Counts {
        self.seen.lock().unwrap_or_else(PoisonError::into_inner).0
    }

    fn micros(&self) -> u64 {
        u64::try_from(self.start.elapsed().as_micros()).unwrap_or(u64::MAX - 1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn frames_are_counted_by_kind_and_those_of_others_are_not() {
        let watch = Watch::new(["a".into(), "b".into()]);
        watch.press(1);
        for sight in [Sight::Configured, Sight::TypingOn, Sight::TypingOff, Sight::Text] {
            watch.see("b", sight);
            watch.see("nobody's", sight);
        }
        watch.see("a", Sight::TypingOn);
        watch.see("", Sight::Missed(3));
        let (counts, latency) = watch.seen();
        let expected = Counts { configures: 1, typing_on: 2, typing_off: 1, texts: 1, missed: 3 };
        assert_eq!(counts, expected);
        assert_eq!((counts.sent_by_guests(), counts.sent_to_guests()), (5, 2));
        assert!(format!("{latency:?}").contains("total_count: 1"), "one key was pressed");
    }
}

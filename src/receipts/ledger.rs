//! The messages of a conversation, and the lines in which their receipts wait.
//!
//! Owns: which message is in which state and at which place of which line. Must not know: when a
//! message counts as read, and what the server says of it.

use alloc::boxed::Box;
use alloc::collections::VecDeque;
use alloc::vec::Vec;
use core::cmp::Ordering;

use crate::growth::{insert_into, push, push_back};
use crate::lazy::{Lazy, Unused};
use crate::line::Line;
use crate::time::Instant;

/// Names a message of one ledger; stays valid until the message is forgotten.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct LedgerId(pub(super) u64);

#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum State {
    Unread,
    Watched,
    Due,
    Sent,
    Parked,
    /// The server has seen the receipt, but may still refuse it.
    Confirmed,
    /// The own, the read elsewhere, the given up: no receipt whatever the server says.
    Settled,
}

impl State {
    pub(super) const fn is_owed(self) -> bool {
        matches!(self, Self::Due | Self::Sent | Self::Parked)
    }

    pub(super) const fn is_told(self) -> bool {
        matches!(self, Self::Sent | Self::Confirmed)
    }

    /// Whether a session that goes on elsewhere has nothing to do for it.
    pub(super) const fn is_done(self) -> bool {
        matches!(self, Self::Confirmed | Self::Settled)
    }
}

#[derive(Clone, Debug, PartialEq)]
pub(super) struct Entry {
    pub(super) id: Box<str>,
    pub(super) state: State,
    /// Its place among the watched, then among those that were read.
    order: u64,
}

/// A message on screen.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Watched {
    order: u64,
    pub(super) key: LedgerId,
    pub(super) since: Instant,
}

/// A message in a line.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Queued {
    order: u64,
    pub(super) key: LedgerId,
}

/// Spares a look at the ids themselves, each somewhere else in memory, but for the one that is found.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
struct IdHash(u64);

impl IdHash {
    fn of(id: &str) -> Self {
        let mix = |hash: u64, word: [u8; 8]| {
            let mixed = (hash ^ u64::from_le_bytes(word)).wrapping_mul(0x9e37_79b9_7f4a_7c15);
            mixed ^ (mixed >> 32)
        };
        let words = id.as_bytes().chunks_exact(8);
        let rest = words.remainder();
        let mut last = [0; 8];
        last[..rest.len()].copy_from_slice(rest);
        let words = words.map(|word| word.try_into().unwrap_or_default());
        Self(mix(words.fold(id.len() as u64, mix), last))
    }

    /// How many of `count` hashes are about between another one and this, since they are spread evenly.
    fn ahead_of(self, other: Self, count: usize) -> usize {
        let share = self.0.wrapping_sub(other.0) >> 32;
        usize::try_from(share.wrapping_mul(count as u64) >> 32).unwrap_or(count)
    }
}

/// So often a place is guessed by the hash that was found at the last one; usually, the fourth is it.
/// From then on, what is left is halved.
const GUESSES: u32 = 8;

#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Ledger {
    /// The messages, oldest first; the number of the first one is `forgotten`.
    pub(super) entries: VecDeque<Entry>,
    forgotten: u64,
    /// Sorted; two ids with the same hash stand in their own order.
    by_id: VecDeque<(IdHash, LedgerId)>,
    /// On screen and not read yet, in the order of becoming visible, which is that of the starts of
    /// their dwell.
    pub(super) watched: Lazy<VecDeque<Watched>>,
    /// Read, not told yet, in the order of reading.
    pub(super) due: Line<Queued>,
    /// Told, not confirmed: with the number of the telling, ascending.
    sent: Line<Queued>,
    /// Told in vain on this connection.
    parked: Lazy<Vec<LedgerId>>,
    /// How many were told so far.
    pub(super) sends: u64,
    /// Numbers what becomes visible and what is read.
    steps: u64,
}

impl Unused for Ledger {
    const UNUSED: &'static Self = &Self {
        entries: VecDeque::new(),
        forgotten: 0,
        by_id: VecDeque::new(),
        watched: Lazy::new(),
        due: Line::new(),
        sent: Line::new(),
        parked: Lazy::new(),
        sends: 0,
        steps: 0,
    };
}

impl Ledger {
    pub(super) fn find(&self, id: &str) -> Option<LedgerId> {
        let (_, key) = self.by_id.get(self.place_by_id(id).ok()?)?;
        Some(*key)
    }

    pub(super) fn message(&self, key: LedgerId) -> Option<&str> {
        self.entry(key).map(|entry| &*entry.id)
    }

    pub(super) fn state(&self, key: LedgerId) -> Option<State> {
        self.entry(key).map(|entry| entry.state)
    }

    /// The place of a message among the entries.
    pub(super) fn place(&self, key: LedgerId) -> usize {
        key.0
            .checked_sub(self.forgotten)
            .and_then(|at| usize::try_from(at).ok())
            .unwrap_or(usize::MAX)
    }

    /// Takes a message that is not known yet.
    pub(super) fn push(&mut self, id: &str, state: State) {
        let key = LedgerId(self.forgotten + self.entries.len() as u64);
        if let Err(place) = self.place_by_id(id) {
            insert_into(&mut self.by_id, place, (IdHash::of(id), key));
            push_back(&mut self.entries, Entry { id: id.into(), state, order: 0 });
        }
    }

    /// Takes messages into a ledger that has none, oldest first, and gives whether all their ids
    /// differ. Many are sorted at once: to find each its place would take the square of their number.
    pub(super) fn fill(&mut self, ids: &[&str], state: State) -> bool {
        let mut by_id = Vec::with_capacity(ids.len());
        self.entries.reserve_exact(ids.len());
        for id in ids {
            let key = LedgerId(self.forgotten + self.entries.len() as u64);
            by_id.push((IdHash::of(id), key));
            push_back(&mut self.entries, Entry { id: Box::from(*id), state, order: 0 });
        }
        by_id.sort_unstable_by(|(hash, key), (other_hash, other)| {
            hash.cmp(other_hash).then_with(|| self.message(*key).cmp(&self.message(*other)))
        });
        let is_same = |pair: &[(IdHash, LedgerId)]| {
            pair[0].0 == pair[1].0 && self.message(pair[0].1) == self.message(pair[1].1)
        };
        let all_differ = !by_id.windows(2).any(is_same);
        self.by_id = by_id.into();
        all_differ
    }

    /// Gives the id of the message if its receipt was owed.
    pub(super) fn forget_oldest(&mut self) -> Option<Box<str>> {
        let oldest = LedgerId(self.forgotten);
        let owed = self.state(oldest).is_some_and(State::is_owed);
        self.leave(oldest, State::Settled);
        if let Some(place) = self.message(oldest).and_then(|id| self.place_by_id(id).ok()) {
            self.by_id.remove(place);
        }
        let entry = self.entries.pop_front()?;
        self.forgotten += 1;
        owed.then_some(entry.id)
    }

    pub(super) fn clear(&mut self) {
        *self = Self {
            forgotten: self.forgotten + self.entries.len() as u64,
            sends: self.sends,
            steps: self.steps,
            ..Self::default()
        };
    }

    pub(super) fn watch(&mut self, key: LedgerId, since: Instant) {
        let order = self.take_step(key);
        push_back(&mut self.watched, Watched { order, key, since });
        self.set(key, State::Watched);
    }

    /// The first on screen counts as read.
    pub(super) fn read_next(&mut self) {
        if let Some(Watched { key, .. }) = self.watched.used().and_then(VecDeque::pop_front) {
            self.watched.give_back_unused();
            self.set(key, State::Unread);
            self.read(key);
        }
    }

    /// Puts an unread message, which was just read, at the end of the line of those to be told.
    pub(super) fn read(&mut self, key: LedgerId) {
        let order = self.take_step(key);
        self.set(key, State::Due);
        self.due.push_back(Queued { order, key });
    }

    /// Puts a message into that line at the place that its reading gives it.
    pub(super) fn make_due(&mut self, key: LedgerId) {
        self.leave(key, State::Due);
        let order = self.order(key);
        let place = self.due.partition_point(|due| due.order < order);
        self.due.insert(place, Queued { order, key });
    }

    /// The first in line counts as told.
    pub(super) fn tell_next(&mut self) -> Option<LedgerId> {
        let Queued { key, .. } = self.due.pop_front()?;
        self.set(key, State::Sent);
        self.sends += 1;
        self.sent.push_back(Queued { order: self.sends, key });
        Some(key)
    }

    /// Whether there is something that was told and not confirmed, or told in vain.
    pub(super) fn has_told(&self) -> bool {
        !(self.sent.is_empty() && self.parked.is_empty())
    }

    pub(super) fn confirm_sends(&mut self, sends: u64) {
        while let Some(&Queued { key, .. }) = self.sent.front().filter(|told| told.order <= sends) {
            self.sent.pop_front();
            self.set(key, State::Confirmed);
        }
    }

    pub(super) fn park(&mut self, key: LedgerId) {
        self.leave(key, State::Parked);
        push(&mut self.parked, key);
    }

    /// What was told and not confirmed, and what was told in vain, is to be told again.
    pub(super) fn take_back_told(&mut self) {
        self.due = self.owed().into_iter().collect();
        self.sent = Line::new();
        self.parked = Lazy::new();
        for entry in &mut self.entries {
            if entry.state.is_owed() {
                entry.state = State::Due;
            }
        }
    }

    /// The messages whose receipts are owed, in the order of reading.
    pub(super) fn owed(&self) -> Vec<Queued> {
        let mut owed = Vec::new();
        for (key, entry) in (self.forgotten..).map(LedgerId).zip(&self.entries) {
            if entry.state.is_owed() {
                owed.push(Queued { order: entry.order, key });
            }
        }
        owed.sort_unstable_by_key(|owed| owed.order);
        owed
    }

    /// A message that needs no receipt needs one after all. `None` if there is no such message.
    pub(super) fn unsettle(&mut self, place: usize) -> Option<LedgerId> {
        let entry = self.entries.get_mut(place)?;
        core::mem::replace(&mut entry.state, State::Unread).is_done().then_some(())?;
        Some(LedgerId(self.forgotten + place as u64))
    }

    /// Takes a message out of the line that it stands in, if any; its state is another then.
    pub(super) fn leave(&mut self, key: LedgerId, state: State) {
        let order = self.order(key);
        match self.state(key) {
            Some(State::Watched) => {
                if let Ok(place) =
                    self.watched.binary_search_by_key(&order, |watched| watched.order)
                {
                    self.watched.remove(place);
                    self.watched.give_back_unused();
                }
            }
            Some(State::Due) => {
                self.due.remove(self.due.partition_point(|due| due.order < order));
            }
            Some(State::Sent) => {
                let place = self.sent.iter().position(|told| told.key == key);
                if let Some(place) = place {
                    self.sent.remove(place);
                }
            }
            Some(State::Parked) => {
                self.parked.retain(|parked| *parked != key);
                self.parked.give_back_unused();
            }
            _ => {}
        }
        self.set(key, state);
    }

    /// Gives a message the place after all others.
    fn take_step(&mut self, key: LedgerId) -> u64 {
        self.steps += 1;
        let order = self.steps;
        if let Some(entry) = self.entry_mut(key) {
            entry.order = order;
        }
        order
    }

    /// Where a message with this id is, or would have to be.
    fn place_by_id(&self, id: &str) -> Result<usize, usize> {
        let hash = IdHash::of(id);
        let count = self.by_id.len();
        let [mut low, mut high] = [0, count];
        let mut at = hash.ahead_of(IdHash(0), count);
        let mut guesses = 0;
        while let Some((other, key)) = self.by_id.get(at).filter(|_| low < high) {
            let order = other.cmp(&hash);
            let order = order.then_with(|| self.message(*key).unwrap_or_default().cmp(id));
            let guess = match order {
                Ordering::Equal => return Ok(at),
                Ordering::Less => {
                    low = at + 1;
                    low + hash.ahead_of(*other, count)
                }
                Ordering::Greater => {
                    high = at;
                    high.saturating_sub(1 + other.ahead_of(hash, count))
                }
            };
            // Whoever makes the ids may not spread them.
            let guess = if guesses < GUESSES { guess } else { low.midpoint(high) };
            at = guess.min(high.saturating_sub(1)).max(low);
            guesses += 1;
        }
        Err(low)
    }

    fn entry(&self, key: LedgerId) -> Option<&Entry> {
        self.entries.get(self.place(key))
    }

    fn entry_mut(&mut self, key: LedgerId) -> Option<&mut Entry> {
        let place = self.place(key);
        self.entries.get_mut(place)
    }

    fn order(&self, key: LedgerId) -> u64 {
        self.entry(key).map_or(0, |entry| entry.order)
    }

    fn set(&mut self, key: LedgerId, state: State) {
        if let Some(entry) = self.entry_mut(key) {
            entry.state = state;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::format;
    use alloc::string::String;

    /// Ids with one hash: the second half of each makes up for what the first one does.
    fn of_one_hash(count: usize) -> Vec<Box<str>> {
        const WORDS: usize = 16;
        let mixed = |id: String| {
            let word = id.as_bytes()[..8].try_into().map_or(0, u64::from_le_bytes);
            let mixed = (WORDS as u64 ^ word).wrapping_mul(0x9e37_79b9_7f4a_7c15);
            mixed ^ (mixed >> 32)
        };
        let wanted = mixed("00000000".into()) ^ u64::from_le_bytes(*b"aaaaaaaa");
        let id = |number: u64| {
            let first = format!("{number:08x}");
            let second = (mixed(first.clone()) ^ wanted).to_le_bytes();
            let second = core::str::from_utf8(&second).ok().filter(|it| it.is_ascii())?;
            Some(Box::from([&*first, second].concat()))
        };
        (0..).filter_map(id).take(count).collect()
    }

    #[test]
    fn ids_with_the_same_hash_are_told_apart() {
        let ids = of_one_hash(50);
        assert!(ids.iter().all(|id| IdHash::of(id) == IdHash::of(&ids[0])));
        let mut ledger = Ledger::default();
        for id in ids.iter().rev() {
            assert_eq!(ledger.find(id), None);
            ledger.push(id, State::Unread);
        }
        let _ = ledger.forget_oldest();
        let found: Vec<_> = ids.iter().map(|id| ledger.find(id)).collect();
        let expected: Vec<_> = (1..50).rev().map(|key| Some(LedgerId(key))).chain([None]).collect();
        assert_eq!(found, expected);
    }

    #[test]
    fn many_at_once_are_known_like_one_by_one() {
        let mut ids = of_one_hash(20);
        ids.extend((0..100).map(|number| Box::from(format!("message-{number}"))));
        let ids: Vec<&str> = ids.iter().map(|id| &**id).collect();
        let [mut at_once, mut one_by_one] = [Ledger::default(), Ledger::default()];
        assert!(at_once.fill(&ids, State::Unread));
        for id in &ids {
            one_by_one.push(id, State::Unread);
        }
        assert_eq!(at_once, one_by_one);
        for (key, id) in (0..).zip(&ids) {
            assert_eq!(at_once.find(id), Some(LedgerId(key)));
        }
        for twice in [0, 19, 20, 119] {
            let twice = [&*ids, &[ids[twice]]].concat();
            assert!(!Ledger::default().fill(&twice, State::Unread));
        }
    }

    #[test]
    fn an_unused_ledger_is_a_new_one() {
        assert_eq!(*Ledger::UNUSED, Ledger::default());
    }
}

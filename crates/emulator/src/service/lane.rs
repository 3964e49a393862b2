//! One direction of one connection while faults hold frames back: delay keeps order, reorder swaps two neighbours.

use std::{collections::BTreeMap, time::Duration};

/// How long a frame that is to be overtaken waits for one that overtakes it.
pub(crate) const OVERTAKE: Duration = Duration::from_millis(500);

#[derive(Clone, Debug)]
pub(crate) struct Lane<T> {
    items: BTreeMap<(Duration, u64), T>,
    /// No later frame leaves before this time, except past the one that is held.
    tail: Duration,
    held: Option<(Duration, u64)>,
    next: u64,
}

impl<T> Default for Lane<T> {
    fn default() -> Self {
        Self { items: BTreeMap::new(), tail: Duration::ZERO, held: None, next: 0 }
    }
}

impl<T> Lane<T> {
    pub(crate) fn is_empty(&self) -> bool {
        self.items.is_empty()
    }

    pub(crate) fn len(&self) -> usize {
        self.items.len()
    }

    pub(crate) fn is_holding(&self) -> bool {
        self.held.is_some_and(|key| self.items.contains_key(&key))
    }

    pub(crate) fn due(&self) -> Option<Duration> {
        self.items.first_key_value().map(|((at, _), _)| *at)
    }

    /// Queues behind everything else; the frame that is being held, if any, follows it.
    pub(crate) fn push(&mut self, item: T, now: Duration, delay: Duration) {
        let at = now.saturating_add(delay).max(self.tail);
        self.insert(at, item);
        self.tail = at;
        if let Some(key) = self.held.take() {
            if let Some(held) = self.items.remove(&key) {
                self.insert(at, held);
            }
        }
    }

    /// Queues behind everything, also behind the frame that is being held.
    pub(crate) fn finish(&mut self, item: T, now: Duration) {
        let at = self.items.last_key_value().map_or(now, |((at, _), _)| *at);
        self.insert(at, item);
    }

    /// Queues to be overtaken by the next frame.
    pub(crate) fn hold(&mut self, item: T, now: Duration, delay: Duration) {
        let at = now.saturating_add(delay).max(self.tail).saturating_add(OVERTAKE);
        self.held = Some(self.insert(at, item));
    }

    pub(crate) fn pop_due(&mut self, now: Duration) -> Option<T> {
        if self.due()? > now {
            return None;
        }
        let (key, item) = self.items.pop_first()?;
        if self.held == Some(key) {
            self.held = None;
        }
        Some(item)
    }

    fn insert(&mut self, at: Duration, item: T) -> (Duration, u64) {
        let key = (at, self.next);
        self.next += 1;
        self.items.insert(key, item);
        key
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const fn ms(n: u64) -> Duration {
        Duration::from_millis(n)
    }

    fn drain(lane: &mut Lane<char>, now: Duration) -> String {
        std::iter::from_fn(|| lane.pop_due(now)).collect()
    }

    #[test]
    fn a_shorter_delay_does_not_overtake() {
        let mut lane = Lane::default();
        lane.push('a', ms(0), ms(100));
        lane.push('b', ms(10), ms(0));
        assert_eq!(drain(&mut lane, ms(99)), "");
        assert_eq!(drain(&mut lane, ms(100)), "ab");
    }

    #[test]
    fn a_held_frame_follows_the_next_one_or_its_time() {
        let mut lane = Lane::default();
        lane.hold('a', ms(0), ms(0));
        lane.push('b', ms(10), ms(0));
        lane.push('c', ms(10), ms(0));
        assert_eq!(drain(&mut lane, ms(10)), "bac");
        lane.hold('d', ms(20), ms(0));
        assert_eq!(drain(&mut lane, ms(519)), "");
        assert_eq!(drain(&mut lane, ms(520)), "d");
        lane.hold('e', ms(600), ms(0));
        lane.finish('f', ms(600));
        assert_eq!(drain(&mut lane, ms(2000)), "ef");
    }
}

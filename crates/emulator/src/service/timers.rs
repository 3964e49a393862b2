//! One deadline for each key, and the earliest of them. Knows nothing of what a key stands for.

use std::{
    collections::{BTreeMap, BTreeSet},
    time::Duration,
};

#[derive(Clone, Debug)]
pub(crate) struct Timers<K> {
    due: BTreeMap<K, Duration>,
    order: BTreeSet<(Duration, K)>,
}

impl<K: Ord + Clone> Timers<K> {
    pub(crate) const fn new() -> Self {
        Self { due: BTreeMap::new(), order: BTreeSet::new() }
    }

    /// Replaces the deadline of `key`; `None` takes it away.
    pub(crate) fn set(&mut self, key: K, at: Option<Duration>) {
        let old = match at {
            Some(at) => self.due.insert(key.clone(), at),
            None => self.due.remove(&key),
        };
        if let Some(old) = old {
            self.order.remove(&(old, key.clone()));
        }
        if let Some(at) = at {
            self.order.insert((at, key));
        }
    }

    pub(crate) fn earliest(&self) -> Option<Duration> {
        self.order.first().map(|(at, _)| *at)
    }

    pub(crate) fn pop_due(&mut self, now: Duration) -> Option<(Duration, K)> {
        if self.earliest()? > now {
            return None;
        }
        let (at, key) = self.order.pop_first()?;
        self.due.remove(&key);
        Some((at, key))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_has_one_deadline() {
        let (mut timers, at) = (Timers::new(), Duration::from_secs);
        timers.set("a", Some(at(5)));
        timers.set("b", Some(at(3)));
        timers.set("a", Some(at(1)));
        assert_eq!(timers.pop_due(at(2)), Some((at(1), "a")));
        assert_eq!(timers.pop_due(at(2)), None);
        timers.set("b", None);
        assert_eq!(timers.earliest(), None);
    }
}

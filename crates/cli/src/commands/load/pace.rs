//! Who types when.
//!
//! Owns: the order of the guests, and the time of each key. Must not know: what a key does.

use std::time::Duration;

/// Every guest types once in each period, all at even distances, in an order that the seed makes.
#[derive(Debug)]
pub(super) struct Pace {
    order: Vec<u32>,
    every: Duration,
    length: Duration,
}

impl Pace {
    pub(super) fn new(guests: usize, every: Duration, length: Duration, seed: u64) -> Self {
        let mut order: Vec<u32> = (0..).take(guests).collect();
        order.sort_by_cached_key(|guest| mixed(seed, u64::from(*guest)));
        Self { order, every, length }
    }

    /// The `n`-th key of all: whose it is, and when; `None` after the last.
    pub(super) fn key(&self, n: usize) -> Option<(usize, Duration)> {
        let guests = self.order.len();
        let guest = *self.order.get(n.checked_rem(guests)?)?;
        let nanos = self.every.as_nanos() * n as u128 / guests as u128;
        let at = Duration::from_nanos(u64::try_from(nanos).ok()?);
        (at < self.length).then_some((guest as usize, at))
    }
}

/// The finalizer of `SplitMix64`.
fn mixed(seed: u64, number: u64) -> u64 {
    let mut z = seed.wrapping_add(number.wrapping_mul(0x9E37_79B9_7F4A_7C15));
    z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    z ^ (z >> 31)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn each_guest_types_once_a_period_and_the_seed_says_in_which_order() {
        let seconds = Duration::from_secs;
        let pace = Pace::new(10, seconds(10), seconds(25), 1);
        let keys: Vec<_> = (0..).map_while(|n| pace.key(n)).collect();
        assert_eq!(keys.len(), 25);
        assert_eq!(keys[11].1, seconds(11));
        assert_eq!(keys[0].0, keys[10].0);
        assert_eq!(keys[..10].iter().map(|(guest, _)| guest).collect::<BTreeSet<_>>().len(), 10);
        let other = Pace::new(10, seconds(10), seconds(25), 2);
        assert_ne!(keys, (0..).map_while(|n| other.key(n)).collect::<Vec<_>>());
    }
}

//! Chance from one number.
//!
//! Owns: the kinds of draws, and those that depend on their place alone. Must not know: what is drawn.

use crate::split_mix::{STEP, SplitMix64, finish};

/// A generator, and what is drawn from it.
#[derive(Clone, Debug)]
pub(super) struct Random(SplitMix64);

/// The draw of a place: the same for the same three numbers, whatever else was drawn. What happens
/// elsewhere in a run does not shift it, so that a shrunk plan keeps its network.
pub(super) const fn draw_at(seed: u64, place: u64, count: u64) -> u64 {
    let at = finish(seed.wrapping_add(place.wrapping_mul(STEP)));
    finish(at.wrapping_add(count.wrapping_mul(STEP)))
}

impl Random {
    /// Seeds that follow each other give generators that have nothing in common.
    pub(super) const fn new(seed: u64) -> Self {
        Self(SplitMix64::new(finish(seed.wrapping_mul(STEP) ^ 0x51_7C_C1_B7_27_22_0A_95)))
    }

    pub(super) fn next(&mut self) -> u64 {
        self.0.next()
    }

    /// From 0 to `bound`, without it; 0 if `bound` is 0.
    pub(super) fn below(&mut self, bound: u64) -> u64 {
        let wide = u128::from(self.next()) * u128::from(bound);
        // The upper half of the product: always below the bound.
        u64::try_from(wide >> 64).unwrap_or_default()
    }

    /// From `low` to `high`, with both.
    pub(super) fn between(&mut self, low: u64, high: u64) -> u64 {
        low + self.below(high.saturating_sub(low) + 1)
    }

    /// From `low` to `high`, small ones more often: waits and sizes of very different orders.
    pub(super) fn spread(&mut self, low: u64, high: u64) -> u64 {
        let reach = self.between(low, high);
        self.between(low, reach)
    }

    pub(super) fn percent(&mut self, chance: u64) -> bool {
        self.below(100) < chance
    }

    /// One of `choices`; the first one if there is none to choose.
    pub(super) fn pick<T: Copy>(&mut self, choices: &[T]) -> Option<T> {
        let at = self.below(choices.len() as u64);
        choices.get(usize::try_from(at).unwrap_or_default()).copied()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn draws_stay_in_their_bounds_and_reach_them() {
        let mut random = Random::new(1);
        let drawn: Vec<u64> = (0..1_000).map(|_| random.between(3, 5)).collect();
        assert!([3, 4, 5].iter().all(|n| drawn.contains(n)) && drawn.iter().all(|n| *n <= 5));
        assert_eq!(random.below(0), 0);
        assert!((0..1_000).all(|_| random.spread(10, 20) <= 20));
        assert_eq!(random.pick::<u8>(&[]), None);
    }

    #[test]
    fn a_draw_depends_on_its_place_alone() {
        assert_eq!(draw_at(1, 2, 3), draw_at(1, 2, 3));
        assert!(draw_at(1, 2, 3) != draw_at(1, 3, 2) && draw_at(1, 2, 3) != draw_at(2, 2, 3));
    }
}

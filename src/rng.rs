//! Pseudo-random numbers from the seed that the host gives.
//!
//! Owns: the generator. Must not know: what the numbers are for.

use core::time::Duration;

/// `SplitMix64`: 64 bits of state, every seed good, fast. Not for secrets, and none are made of it.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Rng {
    state: u64,
}

/// From one number's state to the next one's.
const STEP: u64 = 0x9e37_79b9_7f4a_7c15;
/// What undoes a multiplication by it.
const STEP_INVERSE: u64 = 0xf1de_83e1_9937_733d;
const _: () = assert!(STEP.wrapping_mul(STEP_INVERSE) == 1);

impl Rng {
    pub(crate) const fn new(seed: u64) -> Self {
        Self { state: seed }
    }

    /// The sequence number `number` of a seed.
    pub(crate) fn nth(seed: u64, number: u64) -> Self {
        Self::new(seed ^ Self::new(number).next_u64())
    }

    /// As it is after so many numbers.
    pub(crate) const fn after(&self, draws: u64) -> Self {
        Self::new(self.state.wrapping_add(draws.wrapping_mul(STEP)))
    }

    /// How many numbers were drawn since it was as `earlier`.
    pub(crate) const fn draws_since(&self, earlier: &Self) -> u64 {
        self.state.wrapping_sub(earlier.state).wrapping_mul(STEP_INVERSE)
    }

    pub(crate) fn next_u64(&mut self) -> u64 {
        self.state = self.state.wrapping_add(STEP);
        let mut z = self.state;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    pub(crate) fn next_u128(&mut self) -> u128 {
        u128::from(self.next_u64()) << 64 | u128::from(self.next_u64())
    }

    /// A whole number of milliseconds from zero to `limit`, both included, each as likely.
    pub(crate) fn duration_up_to(&mut self, limit: Duration) -> Duration {
        let millis = u64::try_from(limit.as_millis()).unwrap_or(u64::MAX);
        // The high half of the product is uniform enough: the bias is below 2^-40 for any wait.
        let product = u128::from(self.next_u64()) * (u128::from(millis) + 1);
        Duration::from_millis(u64::try_from(product >> 64).unwrap_or(millis))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_seed_gives_its_sequence() {
        let mut rng = Rng::new(0);
        // The published first values of SplitMix64 for seed 0.
        assert_eq!(rng.next_u64(), 0xe220_a839_7b1d_cdaf);
        assert_eq!(rng.next_u64(), 0x6e78_9e6a_a1b9_65f4);
    }

    #[test]
    fn a_place_in_the_sequence_is_found_again() {
        let first = Rng::new(77);
        let mut rng = first.clone();
        for draws in 0..100 {
            assert_eq!(rng.draws_since(&first), draws);
            assert_eq!(first.after(draws), rng);
            rng.next_u64();
        }
    }

    #[test]
    fn durations_fill_their_range() {
        let mut rng = Rng::new(7);
        let limit = Duration::from_millis(3);
        let mut seen = [false; 4];
        for _ in 0..200 {
            let drawn = rng.duration_up_to(limit);
            assert!(drawn <= limit);
            seen[usize::try_from(drawn.as_millis()).unwrap()] = true;
        }
        assert_eq!(seen, [true; 4]);
        assert_eq!(rng.duration_up_to(Duration::ZERO), Duration::ZERO);
    }
}

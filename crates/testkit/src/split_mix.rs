//! Sebastiano Vigna's `SplitMix64`: small, every seed good, the same everywhere.
//!
//! Owns: the generator. Must not know: what is drawn.

pub(crate) const STEP: u64 = 0x9e37_79b9_7f4a_7c15;

pub(crate) const fn finish(mut z: u64) -> u64 {
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

/// A generator of 64 bits of state.
#[derive(Clone, Debug)]
pub(crate) struct SplitMix64(u64);

impl SplitMix64 {
    pub(crate) const fn new(state: u64) -> Self {
        Self(state)
    }

    pub(crate) const fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(STEP);
        finish(self.0)
    }
}

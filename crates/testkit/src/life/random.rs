//! Byte strings that make eventful lives.
//!
//! Owns: their drawing from a seed. Must not know: what the bytes stand for, but for the way into a
//! ready session.

use super::op;

/// A byte string of this length, always the same for a seed. Three of four lives begin with a
/// session that becomes ready; the rest is left to chance.
#[must_use]
pub fn bytes(seed: u64, len: usize) -> Vec<u8> {
    let mut draw = SplitMix64(seed);
    let mut bytes: Vec<u8> = core::iter::repeat_with(|| draw.next_byte()).take(len).collect();
    if draw.next_byte() & 3 != 0 {
        let head = bytes.len().min(op::HEADER);
        let (_, ops) = bytes.split_at_mut(head);
        for (place, byte) in ops.iter_mut().zip(op::READY) {
            *place = byte;
        }
    }
    bytes
}

/// Sebastiano Vigna's generator: small, and good enough to choose tests.
struct SplitMix64(u64);

impl SplitMix64 {
    fn next_byte(&mut self) -> u8 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ mixed >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ mixed >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
        (mixed ^ mixed >> 31).to_be_bytes()[0]
    }
}

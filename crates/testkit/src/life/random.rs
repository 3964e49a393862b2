//! Byte strings that make eventful lives.
//!
//! Owns: their drawing from a seed. Must not know: what the bytes stand for, but for the way into a
//! ready session.

use super::opcode;
use crate::split_mix::SplitMix64;

/// A byte string of this length, always the same for a seed. Three of four lives begin with a
/// session that becomes ready; the rest is left to chance.
#[must_use]
pub fn bytes(seed: u64, len: usize) -> Vec<u8> {
    let mut draw = SplitMix64::new(seed);
    let mut next_byte = || draw.next().to_be_bytes()[0];
    let mut bytes: Vec<u8> = core::iter::repeat_with(&mut next_byte).take(len).collect();
    if next_byte() & 3 != 0 {
        let head = bytes.len().min(opcode::HEADER);
        let (_, ops) = bytes.split_at_mut(head);
        for (place, byte) in ops.iter_mut().zip(opcode::READY) {
            *place = byte;
        }
    }
    bytes
}

//! Ids and key material from one seed (`SplitMix64`). Knows nothing of what they are for.

use std::sync::Arc;

#[derive(Clone, Debug)]
pub(crate) struct Random(u64);

/// 32 hexadecimal digits: the form of a message's `id`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Hex32(u128);

/// A version 4 UUID: the form of a conversation's id, `channel.messageId` and `correlationId`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Uuid(u128);

impl Random {
    pub(crate) const fn new(seed: u64) -> Self {
        Self(seed)
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    fn wide(&mut self) -> u128 {
        (u128::from(self.next()) << 64) | u128::from(self.next())
    }

    pub(crate) fn hex32(&mut self) -> Hex32 {
        Hex32(self.wide())
    }

    pub(crate) fn uuid(&mut self) -> Uuid {
        Uuid(self.wide() & !(0xF << 76) & !(0x3 << 62) | (0x4 << 76) | (0x2 << 62))
    }

    pub(crate) fn key(&mut self) -> [u8; 32] {
        let mut key = [0; 32];
        for chunk in key.chunks_exact_mut(8) {
            chunk.copy_from_slice(&self.next().to_le_bytes());
        }
        key
    }
}

impl Hex32 {
    pub(crate) fn push_to(self, out: &mut String) {
        out.push_str(text(&digits(self.0)));
    }
}

impl Uuid {
    pub(crate) fn push_to(self, out: &mut String) {
        out.push_str(text(&self.dashed()));
    }

    fn dashed(self) -> [u8; 36] {
        let digits = digits(self.0);
        let mut dashed = [b'-'; 36];
        for (from, to, length) in [(0, 0, 8), (8, 9, 4), (12, 14, 4), (16, 19, 4), (20, 24, 12)] {
            dashed[to..to + length].copy_from_slice(&digits[from..from + length]);
        }
        dashed
    }
}

/// The two digits of each byte.
const PAIRS: [[u8; 2]; 256] = {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    let mut pairs = [[0; 2]; 256];
    let mut byte = 0;
    while byte < pairs.len() {
        pairs[byte] = [DIGITS[byte >> 4], DIGITS[byte & 0xF]];
        byte += 1;
    }
    pairs
};

/// The digits of `raw`, in ASCII.
fn digits(raw: u128) -> [u8; 32] {
    let mut digits = [0; 32];
    for (pair, byte) in digits.chunks_exact_mut(2).zip(raw.to_be_bytes()) {
        pair.copy_from_slice(&PAIRS[usize::from(byte)]);
    }
    digits
}

fn text(ascii: &[u8]) -> &str {
    std::str::from_utf8(ascii).unwrap_or_default()
}

impl From<Hex32> for String {
    fn from(id: Hex32) -> Self {
        text(&digits(id.0)).to_owned()
    }
}

impl From<Uuid> for String {
    fn from(id: Uuid) -> Self {
        text(&id.dashed()).to_owned()
    }
}

impl From<Uuid> for Arc<str> {
    fn from(id: Uuid) -> Self {
        text(&id.dashed()).into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_have_the_form_that_the_wire_shows() {
        let mut random = Random::new(7);
        for _ in 0..64 {
            let hex = random.hex32();
            assert_eq!(String::from(hex), format!("{:032x}", hex.0));
            let uuid = String::from(random.uuid());
            assert_eq!(uuid.len(), 36);
            assert!([8, 13, 18, 23].iter().all(|at| uuid.as_bytes()[*at] == b'-'));
            assert_eq!(uuid.as_bytes()[14], b'4');
            assert!(matches!(uuid.as_bytes()[19], b'8' | b'9' | b'a' | b'b'));
        }
        let (raw, uuid) = (Random::new(7).uuid().0, String::from(Random::new(7).uuid()));
        assert_eq!(uuid.replace('-', ""), format!("{raw:032x}"));
    }
}

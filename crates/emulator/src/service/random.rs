//! Ids and key material from one seed (`SplitMix64`). Knows nothing of what they are for.

#[derive(Clone, Debug)]
pub(crate) struct Random(u64);

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

    /// 32 hexadecimal digits: the form of a message's `id`.
    pub(crate) fn hex32(&mut self) -> String {
        format!("{:032x}", self.wide())
    }

    /// A version 4 UUID: the form of a conversation's id, `channel.messageId` and `correlationId`.
    pub(crate) fn uuid(&mut self) -> String {
        let raw = self.wide() & !(0xF << 76) & !(0x3 << 62) | (0x4 << 76) | (0x2 << 62);
        let mut text = format!("{raw:032x}");
        for at in [20, 16, 12, 8] {
            text.insert(at, '-');
        }
        text
    }

    pub(crate) fn key(&mut self) -> [u8; 32] {
        let mut key = [0; 32];
        for chunk in key.chunks_exact_mut(8) {
            chunk.copy_from_slice(&self.next().to_le_bytes());
        }
        key
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_have_the_form_that_the_wire_shows() {
        let mut random = Random::new(7);
        for _ in 0..64 {
            assert_eq!(random.hex32().len(), 32);
            let uuid = random.uuid();
            assert_eq!(uuid.len(), 36);
            assert_eq!(uuid.as_bytes()[14], b'4');
            assert!(matches!(uuid.as_bytes()[19], b'8' | b'9' | b'a' | b'b'));
        }
        assert_eq!(Random::new(7).uuid(), Random::new(7).uuid());
    }
}

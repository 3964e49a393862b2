//! A byte string, read from front to back.
//!
//! Owns: where reading has come to. Must not know: what the bytes stand for.

pub(super) struct Reader<'a>(&'a [u8]);

impl<'a> Reader<'a> {
    pub(super) const fn new(bytes: &'a [u8]) -> Self {
        Self(bytes)
    }

    pub(super) fn byte(&mut self) -> Option<u8> {
        let (first, rest) = self.0.split_first()?;
        self.0 = rest;
        Some(*first)
    }

    pub(super) fn bytes(&mut self, count: usize) -> Option<&'a [u8]> {
        let (taken, rest) = self.0.split_at_checked(count)?;
        self.0 = rest;
        Some(taken)
    }

    /// A choice between few things.
    pub(super) fn pick<T: Copy>(&mut self, choices: &[T]) -> Option<T> {
        let byte = usize::from(self.byte()?);
        choices.get(byte.checked_rem(choices.len())?).copied()
    }

    /// A time span from 1 ms to 64 minutes: six bits of number, two of unit.
    pub(super) fn millis(&mut self) -> Option<u64> {
        let byte = self.byte()?;
        let unit = match byte >> 6 {
            0 => 1,
            1 => 50,
            2 => 1_000,
            _ => 60_000,
        };
        Some((u64::from(byte & 0x3f) + 1) * unit)
    }
}

//! Identities that cross the border of the machine.
//!
//! Owns: their types and textual forms. Must not know: who makes them.

use alloc::string::String;
use core::fmt;

use serde::de::{Error as _, Unexpected};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::rng::Rng;
use crate::tree::{FromTree, Tree};

/// A transport that the session asked for, numbered from 1 in the order of the dials.
///
/// The driver hands it back with everything that it reports of that transport, so that a late word
/// from an older one changes nothing.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd, Serialize)]
pub struct TransportId(pub u64);

/// The host's own name for a text that it sends. A key is free again once its text is confirmed or
/// discarded.
#[derive(Clone, Copy, Debug, Deserialize, Eq, Hash, Ord, PartialEq, PartialOrd, Serialize)]
pub struct LocalKey(pub u64);

impl FromTree<'_> for LocalKey {
    fn from_tree(tree: &Tree) -> Option<Self> {
        u64::from_tree(tree).map(Self)
    }
}

impl From<LocalKey> for Tree {
    fn from(key: LocalKey) -> Self {
        key.0.into()
    }
}

/// Names a request, and comes back with the server's answer (`wire.md` 3.7). Written as a UUID v4.
///
/// ```
/// use webmessaging_proto::TracingId;
///
/// let id = TracingId::from_bits(0x1234);
/// assert_eq!(id.to_string(), "00000000-0000-4000-8000-000000001234");
/// assert_eq!(TracingId::parse("00000000-0000-4000-8000-000000001234"), Some(id));
/// assert_eq!(TracingId::parse("SGVhbHRoQ2hlY2tNZXNzYWdlSWQ="), None);
/// ```
#[derive(Clone, Copy, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct TracingId([u8; 16]);

/// Where the hyphens of a UUID stand.
const HYPHENS: [usize; 4] = [8, 13, 18, 23];
/// Where the two digits of each byte stand.
const BYTES: [usize; 16] = [0, 2, 4, 6, 9, 11, 14, 16, 19, 21, 24, 26, 28, 30, 32, 34];
const UUID_LEN: usize = 36;
const NO_DIGIT: u8 = 16;

impl TracingId {
    /// The id with these random bits; the six that a UUID v4 prescribes are overwritten.
    #[must_use]
    pub const fn from_bits(random: u128) -> Self {
        const FIXED: u128 = 0xf000 << 64 | 0xc000 << 48;
        const VERSION_4: u128 = 0x4000 << 64 | 0x8000 << 48;
        Self((random & !FIXED | VERSION_4).to_be_bytes())
    }

    /// The id that this text stands for, if it can be one of ours: 36 characters, hexadecimal in
    /// either case, hyphens in place, version 4.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let text: &[u8; UUID_LEN] = text.as_bytes().try_into().ok()?;
        let mut bytes = [0; 16];
        let mut highest = 0;
        for (byte, at) in bytes.iter_mut().zip(BYTES) {
            let (high, low) = (hex_digit(text[at]), hex_digit(text[at + 1]));
            highest = highest.max(high).max(low);
            *byte = high << 4 | low & 0xf;
        }
        let bits = u128::from_be_bytes(bytes);
        let id = Self::from_bits(bits);
        let hyphens = HYPHENS.iter().all(|&at| text[at] == b'-');
        (hyphens && highest < NO_DIGIT && id.bits() == bits).then_some(id)
    }

    /// The UUID form, without a detour through a formatter.
    pub(crate) fn encode(self) -> [u8; UUID_LEN] {
        /// Where four digits each stand.
        const PLACES: [usize; 8] = [0, 4, 9, 14, 19, 24, 28, 32];
        let mut text = [b'-'; UUID_LEN];
        for (bytes, at) in self.0.chunks_exact(2).zip(PLACES) {
            let digits = hex_digits(bytes.try_into().unwrap_or_default());
            text[at..at + 4].copy_from_slice(&digits);
        }
        text
    }

    /// The UUID form, in the room that is given.
    fn write(self, room: &mut [u8; UUID_LEN]) -> &str {
        *room = self.encode();
        // It is all ASCII.
        core::str::from_utf8(room).unwrap_or_default()
    }

    const fn bits(self) -> u128 {
        u128::from_be_bytes(self.0)
    }

    pub(crate) fn draw(rng: &mut Rng) -> Self {
        Self::from_bits(rng.next_u128())
    }
}

/// The digits of two bytes, all at once.
const fn hex_digits(bytes: [u8; 2]) -> [u8; 4] {
    const ONES: u32 = u32::MAX / 0xff;
    let mut values = u16::from_be_bytes(bytes) as u32;
    values = (values << 8 | values) & 0x00ff_00ff;
    values = (values << 4 | values) & 0x0f0f_0f0f;
    // From 10 on, six more carry into the next four bits.
    let letters = (values + 6 * ONES) >> 4 & ONES;
    let gap = (b'a' - b'9' - 1) as u32;
    (values + b'0' as u32 * ONES + letters * gap).to_be_bytes()
}

const fn hex_digit(digit: u8) -> u8 {
    match digit {
        b'0'..=b'9' => digit - b'0',
        b'a'..=b'f' => digit - b'a' + 10,
        b'A'..=b'F' => digit - b'A' + 10,
        _ => NO_DIGIT,
    }
}

impl fmt::Display for TracingId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.write(&mut [0; UUID_LEN]))
    }
}

impl fmt::Debug for TracingId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl Serialize for TracingId {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.write(&mut [0; UUID_LEN]))
    }
}

impl FromTree<'_> for TracingId {
    fn from_tree(tree: &Tree) -> Option<Self> {
        Self::parse(<&str>::from_tree(tree)?)
    }
}

impl From<TracingId> for Tree {
    fn from(id: TracingId) -> Self {
        Self::Text(String::from(id.write(&mut [0; UUID_LEN])).into())
    }
}

impl<'de> Deserialize<'de> for TracingId {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        let foreign = || D::Error::invalid_value(Unexpected::Str(&text), &"a UUID of version 4");
        Self::parse(&text).ok_or_else(foreign)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::string::ToString as _;

    #[test]
    fn what_is_no_uuid_of_version_4_is_none_of_ours() {
        let id = TracingId::from_bits(0x0123_4567_89ab_cdef_0246_8ace_1357_9bdf);
        let text = id.to_string();
        assert_eq!(text, "01234567-89ab-4def-8246-8ace13579bdf");
        assert_eq!(TracingId::parse(&text), Some(id));
        assert_eq!(TracingId::parse(&text.to_uppercase()), Some(id));
        for at in 0..UUID_LEN {
            for other in "-09afAFg/:@`G {".chars() {
                let (before, after) = (&text[..at], &text[at + 1..]);
                let changed = [before, &other.to_string(), after].concat();
                let in_place = match at {
                    8 | 13 | 18 | 23 => other == '-',
                    14 => other == '4',
                    19 => matches!(other, '8' | '9' | 'a' | 'b' | 'A' | 'B'),
                    _ => other.is_ascii_hexdigit(),
                };
                let parsed = TracingId::parse(&changed);
                assert_eq!(parsed.is_some(), in_place, "{changed}");
                if let Some(parsed) = parsed {
                    assert_eq!(parsed.to_string(), changed.to_lowercase());
                }
            }
        }
        for length in (0..80).filter(|length| *length != UUID_LEN) {
            assert_eq!(TracingId::parse(&"0".repeat(length)), None);
        }
    }

    #[test]
    fn an_id_is_written_as_any_formatter_does() {
        for byte in 0..=u8::MAX {
            let mut bytes = [byte; 16];
            bytes[usize::from(byte % 16)] ^= 0xff;
            let hex = bytes.map(|byte| alloc::format!("{byte:02x}")).concat();
            let parts = [&hex[..8], &hex[8..12], &hex[12..16], &hex[16..20], &hex[20..]];
            assert_eq!(TracingId(bytes).encode(), *parts.join("-").as_bytes());
        }
    }
}

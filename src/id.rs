//! Identities that cross the border of the machine.
//!
//! Owns: their types and textual forms. Must not know: who makes them.

use alloc::string::{String, ToString as _};
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
const UUID_LEN: usize = 36;

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
        let text = text.as_bytes();
        if text.len() != UUID_LEN || HYPHENS.iter().any(|&at| text[at] != b'-') {
            return None;
        }
        let mut digits = text.iter().filter(|byte| **byte != b'-').map(|byte| hex_digit(*byte));
        let mut bytes = [0; 16];
        for byte in &mut bytes {
            *byte = digits.next()?? << 4 | digits.next()??;
        }
        let bits = u128::from_be_bytes(bytes);
        let id = Self::from_bits(bits);
        (digits.next().is_none() && id.bits() == bits).then_some(id)
    }

    /// Appends the UUID form to `out`, without a detour through a formatter.
    pub(crate) fn encode(self, out: &mut [u8; UUID_LEN]) {
        const DIGITS: &[u8; 16] = b"0123456789abcdef";
        let mut at = 0;
        for byte in self.0 {
            if HYPHENS.contains(&at) {
                out[at] = b'-';
                at += 1;
            }
            out[at] = DIGITS[usize::from(byte >> 4)];
            out[at + 1] = DIGITS[usize::from(byte & 0xf)];
            at += 2;
        }
    }

    const fn bits(self) -> u128 {
        u128::from_be_bytes(self.0)
    }

    pub(crate) fn draw(rng: &mut Rng) -> Self {
        Self::from_bits(rng.next_u128())
    }
}

const fn hex_digit(digit: u8) -> Option<u8> {
    match digit {
        b'0'..=b'9' => Some(digit - b'0'),
        b'a'..=b'f' => Some(digit - b'a' + 10),
        b'A'..=b'F' => Some(digit - b'A' + 10),
        _ => None,
    }
}

impl fmt::Display for TracingId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut text = [0; UUID_LEN];
        self.encode(&mut text);
        f.write_str(core::str::from_utf8(&text).map_err(|_| fmt::Error)?)
    }
}

impl fmt::Debug for TracingId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl Serialize for TracingId {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl FromTree<'_> for TracingId {
    fn from_tree(tree: &Tree) -> Option<Self> {
        Self::parse(<&str>::from_tree(tree)?)
    }
}

impl From<TracingId> for Tree {
    fn from(id: TracingId) -> Self {
        Self::Text(id.to_string().into())
    }
}

impl<'de> Deserialize<'de> for TracingId {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        let foreign = || D::Error::invalid_value(Unexpected::Str(&text), &"a UUID of version 4");
        Self::parse(&text).ok_or_else(foreign)
    }
}

//! How far a string goes on without anything special.
//!
//! Owns: the search, eight bytes at a time, because strings are most of a frame. Must not know: what
//! is special about the byte that it stops at.

/// How many bytes stand before the first quotation mark, backslash or control character.
#[inline]
pub(super) fn plain_length(bytes: &[u8]) -> usize {
    const ONES: u64 = u64::MAX / 0xff;
    const HIGH: u64 = ONES << 7;
    // Sets the high bit of a byte that matches. What it may get wrong by a borrow stands behind a match.
    let special_in = |word: u64| {
        // With this bit turned, a quotation mark is 0x20: next to the control characters.
        let control_or_quote = (word ^ (ONES * 0x02)).wrapping_sub(ONES * 0x21);
        let backslash = (word ^ (ONES * u64::from(b'\\'))).wrapping_sub(ONES);
        (control_or_quote | backslash) & !word & HIGH
    };

    let mut length = 0;
    let mut rest = bytes;
    while let Some((word, tail)) = rest.split_first_chunk() {
        let special = special_in(u64::from_le_bytes(*word));
        if special != 0 {
            return length + special.trailing_zeros() as usize / 8;
        }
        length += 8;
        rest = tail;
    }
    let special = |byte: &u8| matches!(byte, b'"' | b'\\' | ..b' ');
    length + rest.iter().position(special).unwrap_or(rest.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stops_at_each_special_byte_and_at_no_other() {
        for byte in 0..=u8::MAX {
            for at in 0..20 {
                for length in at + 1..24 {
                    let mut bytes = [b'a'; 24];
                    bytes[at] = byte;
                    let special = byte == b'"' || byte == b'\\' || byte < b' ';
                    let expected = if special { at } else { length };
                    assert_eq!(plain_length(&bytes[..length]), expected, "{byte} at {at}");
                    bytes[at + 1..].fill(b'"');
                    let expected = if special { at } else { (at + 1).min(length) };
                    assert_eq!(plain_length(&bytes[..length]), expected, "{byte} at {at}");
                }
            }
        }
    }
}

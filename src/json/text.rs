//! JSON strings and numbers, written without a detour and without a way to fail.
//!
//! Owns: their spelling. Must not know: what they say.

use alloc::vec::Vec;
use core::fmt::{self, Write};

use super::plain::plain_length;

/// Appends a string with its quotation marks.
pub(crate) fn string(out: &mut Vec<u8>, text: &str) {
    out.push(b'"');
    escaped(out, text);
    out.push(b'"');
}

/// Appends what stands between a string's quotation marks.
pub(crate) fn escaped(out: &mut Vec<u8>, text: &str) {
    let mut rest = text.as_bytes();
    loop {
        let (plain, special) = rest.split_at(plain_length(rest));
        out.extend_from_slice(plain);
        let [first, tail @ ..] = special else { return };
        escape(out, *first);
        rest = tail;
    }
}

fn escape(out: &mut Vec<u8>, byte: u8) {
    match byte {
        b'"' | b'\\' => out.extend_from_slice(&[b'\\', byte]),
        b'\n' => out.extend_from_slice(b"\\n"),
        b'\r' => out.extend_from_slice(b"\\r"),
        b'\t' => out.extend_from_slice(b"\\t"),
        _ => {
            let digit = |value: u8| if value < 10 { b'0' + value } else { b'a' - 10 + value };
            out.extend_from_slice(b"\\u00");
            out.extend_from_slice(&[digit(byte >> 4), digit(byte & 0xf)]);
        }
    }
}

/// Appends a number.
pub(crate) fn number(out: &mut Vec<u8>, value: u64) {
    out.extend_from_slice(digits(value, &mut [0; MAX_DIGITS]).as_bytes());
}

/// As many as the largest number has.
pub(crate) const MAX_DIGITS: usize = 20;

/// A number as it is written, in the room that is given.
pub(crate) fn digits(number: u64, room: &mut [u8; MAX_DIGITS]) -> &str {
    let (mut rest, mut start) = (number, MAX_DIGITS);
    loop {
        start -= 1;
        room[start] = b"0123456789"[(rest % 10) as usize];
        rest /= 10;
        if rest == 0 {
            // They are all ASCII.
            return core::str::from_utf8(&room[start..]).unwrap_or_default();
        }
    }
}

/// Appends what needs no quotation marks.
pub(super) fn display(out: &mut Vec<u8>, value: &dyn fmt::Display) {
    // Writing into a vector can't fail.
    let _ = write!(Utf8(out), "{value}");
}

struct Utf8<'a>(&'a mut Vec<u8>);

impl Write for Utf8<'_> {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        self.0.extend_from_slice(text.as_bytes());
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use alloc::string::String;

    use super::*;

    fn read<T: for<'de> serde::Deserialize<'de>>(json: &[u8]) -> T {
        serde_json::from_slice(json).unwrap()
    }

    #[test]
    fn every_character_reads_back() {
        let all: String = ('\0'..=char::MAX).collect();
        let mut json = Vec::new();
        string(&mut json, &all);
        assert!(read::<String>(&json) == all);
        for character in '\0'..='\u{2fff}' {
            let text = String::from_iter(['a', character, 'b']);
            json.clear();
            string(&mut json, &text);
            assert_eq!(read::<String>(&json), text);
        }
    }

    #[test]
    fn what_texts_are_full_of_is_written_short() {
        let mut json = Vec::new();
        string(&mut json, "\"\\\n\r\t\0");
        assert_eq!(json, br#""\"\\\n\r\t\u0000""#);
    }

    #[test]
    fn numbers_read_back() {
        for value in [0, 1, 10, u64::MAX] {
            let mut json = Vec::new();
            number(&mut json, value);
            assert_eq!(read::<u64>(&json), value);
        }
    }
}

//! What the escapes in a string stand for.
//!
//! Owns: their meaning, also of half a surrogate pair: U+FFFD. Must not know: whether they are well
//! formed, which whoever found the end of the string has made sure of.

use alloc::string::String;

/// The text that a string with escapes, all of them well formed, stands for.
pub(super) fn unescape(written: &str) -> String {
    let mut text = String::with_capacity(written.len());
    let mut rest = written;
    while let Some(at) = rest.bytes().position(|byte| byte == b'\\') {
        let (plain, escape) = rest.split_at(at);
        text.push_str(plain);
        let (character, length) = unescape_one(&escape[1..]);
        text.push(character);
        rest = escape.get(1 + length..).unwrap_or_default();
    }
    text.push_str(rest);
    text
}

/// The character of an escape behind its backslash, and how long it is written.
fn unescape_one(escape: &str) -> (char, usize) {
    let simple = match escape.as_bytes().first() {
        Some(b'u') => return unescape_unicode(escape),
        Some(b'n') => '\n',
        Some(b'r') => '\r',
        Some(b't') => '\t',
        Some(b'b') => '\u{8}',
        Some(b'f') => '\u{c}',
        Some(&itself) => char::from(itself),
        None => char::REPLACEMENT_CHARACTER,
    };
    (simple, 1)
}

fn unescape_unicode(escape: &str) -> (char, usize) {
    let unit = |text: Option<&str>| {
        let digits = text?.strip_prefix('u')?.get(..4)?;
        u32::from_str_radix(digits, 16).ok()
    };
    let first = unit(Some(escape)).unwrap_or_default();
    if let Some(character) = char::from_u32(first) {
        return (character, 5);
    }
    // Half of a pair: the first ones have 10 bits from 0xd800 on, the second ones from 0xdc00 on.
    let second = unit(escape.get(5..).and_then(|rest| rest.strip_prefix('\\')));
    match (first, second) {
        (0xd800..0xdc00, Some(second @ 0xdc00..0xe000)) => {
            let code = 0x1_0000 + (first - 0xd800) * 0x400 + (second - 0xdc00);
            (char::from_u32(code).unwrap_or(char::REPLACEMENT_CHARACTER), 11)
        }
        _ => (char::REPLACEMENT_CHARACTER, 5),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn escapes_stand_for_what_another_parser_reads() {
        for written in [
            r"no escape, é 😂",
            r"\u0041\u00e9\u20ac\uD83D\ude02\uFFFF\u0000",
            r#"\"\\\/\b\f\n\r\tend"#,
            r"\\ud83d",
            r"",
        ] {
            let json = String::from("\"") + written + "\"";
            assert_eq!(unescape(written), serde_json::from_str::<String>(&json).unwrap());
        }
    }

    #[test]
    fn half_of_a_pair_is_replaced() {
        for (half, whole) in [
            (r"cut \ud83d", "cut \u{fffd}"),
            (r"\ude02 tail", "\u{fffd} tail"),
            (r"\ud83d\ud83d\ude02", "\u{fffd}\u{1f602}"),
            (r"\ud83d\n", "\u{fffd}\n"),
            (r"\ud83d\u0041", "\u{fffd}A"),
            (r"\ud83dé", "\u{fffd}é"),
        ] {
            assert_eq!(unescape(half), whole);
        }
    }

    #[test]
    fn nothing_panics() {
        for broken in [r"\", r"\u", r"\u12", r"\ué", r"\é", r"\ud83d\", r"\ud83d\u", r"\uzzzz"] {
            unescape(broken);
        }
    }
}

//! Reading JSON text from front to back, once.
//!
//! Owns: the grammar (RFC 8259) and the limit of nesting. Borrows whatever has no escape, and
//! builds nothing. Must not know: what is read.
//!
//! A parser made for any type tells a caller no more than that a value did not fit. Here a value
//! that does not fit is passed over, its text can be had although it was also read, and half of a
//! surrogate pair, which a service leaves behind that cuts a text inside an emoji, is no error.

use alloc::borrow::Cow;

use super::escape::unescape;
use super::plain::plain_length;

pub(crate) type Result<T> = core::result::Result<T, Malformed>;

/// Why a text is not JSON, and from which byte on.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Malformed {
    NotJson { byte: usize },
    BreaksOff { byte: usize },
    TooDeep { byte: usize },
}

/// How many objects and arrays may stand inside each other. As many as `serde_json` allows, so that
/// what is kept as it was written can be read later.
pub(crate) const DEPTH: u8 = 127;

/// A place for a value. It stays as it is on a value of a type that it does not take.
pub(crate) trait Place<'a> {
    fn put_text(&mut self, _: Cow<'a, str>) {}

    fn put_bool(&mut self, _: bool) {}

    /// A number as it is written.
    fn put_number(&mut self, _: &'a str) {}

    /// Reads or skips the array that is next.
    fn put_array(&mut self, json: &mut Cursor<'a>) -> Result<()> {
        json.skip()
    }

    /// Reads or skips the object that is next.
    fn put_object(&mut self, json: &mut Cursor<'a>) -> Result<()> {
        json.skip()
    }
}

/// The place for a value that is not wanted.
struct Nowhere;

impl Place<'_> for Nowhere {
    fn put_array(&mut self, json: &mut Cursor<'_>) -> Result<()> {
        json.elements(Cursor::skip)
    }

    fn put_object(&mut self, json: &mut Cursor<'_>) -> Result<()> {
        json.members(|json, _| json.skip())
    }
}

/// Where reading has come to.
#[derive(Clone)]
pub(crate) struct Cursor<'a> {
    text: &'a str,
    at: usize,
    depth: u8,
}

impl<'a> Cursor<'a> {
    pub(crate) const fn new(text: &'a str) -> Self {
        Self { text, at: 0, depth: 0 }
    }

    /// Reads the next value into a place.
    pub(crate) fn put(&mut self, place: &mut impl Place<'a>) -> Result<()> {
        // A page loads every copy that the compiler makes; elsewhere they are worth their room.
        #[cfg(target_family = "wasm")]
        let place: &mut dyn Place<'a> = place;
        self.put_into(place)
    }

    fn put_into(&mut self, place: &mut (impl Place<'a> + ?Sized)) -> Result<()> {
        match self.peek() {
            Some(b'"') => place.put_text(self.string()?),
            Some(b'{') => return place.put_object(self),
            Some(b'[') => return place.put_array(self),
            Some(b't') => {
                self.word(b"true")?;
                place.put_bool(true);
            }
            Some(b'f') => {
                self.word(b"false")?;
                place.put_bool(false);
            }
            Some(b'n') => self.word(b"null")?,
            Some(b'-' | b'0'..=b'9') => place.put_number(self.number()?),
            _ => return Err(self.unexpected()),
        }
        Ok(())
    }

    /// Passes over the next value.
    pub(crate) fn skip(&mut self) -> Result<()> {
        match self.peek() {
            Some(b'"') => self.raw_string().map(drop),
            _ => self.put(&mut Nowhere),
        }
    }

    /// Passes over the next value, and tells how it is written.
    pub(crate) fn raw(&mut self) -> Result<&'a str> {
        self.peek();
        let start = self.at;
        self.skip()?;
        Ok(self.since(start))
    }

    /// How the value between an earlier place and here is written.
    pub(crate) fn written_since(&self, start: &Self) -> &'a str {
        self.since(start.at).trim_ascii_start()
    }

    /// Calls `member` with the name of each member of the next value, an object, to read its value.
    pub(crate) fn members(
        &mut self,
        mut member: impl FnMut(&mut Self, &str) -> Result<()>,
    ) -> Result<()> {
        let member = &mut member;
        #[cfg(target_family = "wasm")]
        let member: &mut dyn FnMut(&mut Self, &str) -> Result<()> = member;
        self.each_member(member)
    }

    fn each_member(
        &mut self,
        member: &mut (impl FnMut(&mut Self, &str) -> Result<()> + ?Sized),
    ) -> Result<()> {
        self.open(b'{')?;
        if self.peek() != Some(b'}') {
            loop {
                if self.peek() != Some(b'"') {
                    return Err(self.unexpected());
                }
                let name = self.string()?;
                self.expect(b':')?;
                member(self, &name)?;
                if self.peek() != Some(b',') {
                    break;
                }
                self.at += 1;
            }
        }
        self.close(b'}')
    }

    /// Calls `element` to read each element of the next value, an array.
    pub(crate) fn elements(
        &mut self,
        mut element: impl FnMut(&mut Self) -> Result<()>,
    ) -> Result<()> {
        let element = &mut element;
        #[cfg(target_family = "wasm")]
        let element: &mut dyn FnMut(&mut Self) -> Result<()> = element;
        self.each_element(element)
    }

    fn each_element(
        &mut self,
        element: &mut (impl FnMut(&mut Self) -> Result<()> + ?Sized),
    ) -> Result<()> {
        self.open(b'[')?;
        if self.peek() != Some(b']') {
            loop {
                element(self)?;
                if self.peek() != Some(b',') {
                    break;
                }
                self.at += 1;
            }
        }
        self.close(b']')
    }

    /// Nothing may follow.
    pub(crate) fn end(&mut self) -> Result<()> {
        if self.peek().is_none() { Ok(()) } else { Err(self.unexpected()) }
    }

    fn open(&mut self, bracket: u8) -> Result<()> {
        self.expect(bracket)?;
        if self.depth == DEPTH {
            return Err(Malformed::TooDeep { byte: self.at - 1 });
        }
        self.depth += 1;
        Ok(())
    }

    fn close(&mut self, bracket: u8) -> Result<()> {
        self.depth -= 1;
        self.expect(bracket)
    }

    fn expect(&mut self, byte: u8) -> Result<()> {
        if self.peek() == Some(byte) {
            self.at += 1;
            Ok(())
        } else {
            Err(self.unexpected())
        }
    }

    fn byte(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    /// The next byte that is not white space.
    #[inline]
    fn peek(&mut self) -> Option<u8> {
        loop {
            match self.byte() {
                Some(b' ' | b'\n' | b'\r' | b'\t') => self.at += 1,
                byte => return byte,
            }
        }
    }

    fn since(&self, start: usize) -> &'a str {
        self.text.get(start..self.at).unwrap_or_default()
    }

    /// What stands here does not belong here.
    #[cold]
    fn unexpected(&self) -> Malformed {
        let byte = self.at;
        if self.byte().is_some() {
            Malformed::NotJson { byte }
        } else {
            Malformed::BreaksOff { byte }
        }
    }

    fn word(&mut self, word: &[u8]) -> Result<()> {
        for &byte in word {
            if self.byte() != Some(byte) {
                return Err(self.unexpected());
            }
            self.at += 1;
        }
        Ok(())
    }

    fn number(&mut self) -> Result<&'a str> {
        let start = self.at;
        self.next_if(|byte| byte == b'-');
        // Nothing may follow a leading zero but a fraction.
        if !self.next_if(|byte| byte == b'0') {
            self.digits()?;
        }
        if self.next_if(|byte| byte == b'.') {
            self.digits()?;
        }
        if self.next_if(|byte| matches!(byte, b'e' | b'E')) {
            self.next_if(|byte| matches!(byte, b'+' | b'-'));
            self.digits()?;
        }
        Ok(self.since(start))
    }

    fn digits(&mut self) -> Result<()> {
        if !self.next_if(|byte| byte.is_ascii_digit()) {
            return Err(self.unexpected());
        }
        while self.next_if(|byte| byte.is_ascii_digit()) {}
        Ok(())
    }

    fn next_if(&mut self, wanted: impl Fn(u8) -> bool) -> bool {
        let is_wanted = self.byte().is_some_and(wanted);
        self.at += usize::from(is_wanted);
        is_wanted
    }

    fn string(&mut self) -> Result<Cow<'a, str>> {
        let (written, escaped) = self.raw_string()?;
        Ok(if escaped { Cow::Owned(unescape(written)) } else { Cow::Borrowed(written) })
    }

    /// What stands between the quotation marks, and whether there are escapes in it.
    #[inline(always)]
    #[expect(clippy::inline_always, reason = "measured: a tenth of the whole time")]
    fn raw_string(&mut self) -> Result<(&'a str, bool)> {
        let start = self.at + 1;
        let end = self.plain_end(start);
        if self.text.as_bytes().get(end) == Some(&b'"') {
            self.at = end + 1;
            return Ok((self.text.get(start..end).unwrap_or_default(), false));
        }
        self.at = end;
        self.escaped_string(start)
    }

    #[inline]
    fn plain_end(&self, start: usize) -> usize {
        start + plain_length(self.text.as_bytes().get(start..).unwrap_or_default())
    }

    #[cold]
    fn escaped_string(&mut self, start: usize) -> Result<(&'a str, bool)> {
        while self.next_if(|byte| byte == b'\\') {
            self.escape()?;
            self.at = self.plain_end(self.at);
        }
        let written = self.since(start);
        if self.next_if(|byte| byte == b'"') { Ok((written, true)) } else { Err(self.unexpected()) }
    }

    fn escape(&mut self) -> Result<()> {
        if self.next_if(|byte| byte == b'u') {
            for _ in 0..4 {
                if !self.next_if(|byte| byte.is_ascii_hexdigit()) {
                    return Err(self.unexpected());
                }
            }
            return Ok(());
        }
        let known = |byte| matches!(byte, b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't');
        if self.next_if(known) { Ok(()) } else { Err(self.unexpected()) }
    }
}

#[cfg(test)]
mod tests {
    use alloc::string::String;
    use alloc::vec::Vec;

    use serde::de::IgnoredAny;

    use super::*;

    fn read(text: &str) -> Result<()> {
        let mut json = Cursor::new(text);
        json.skip()?;
        json.end()
    }

    #[test]
    fn takes_and_refuses_what_another_parser_does() {
        let seeds = [
            r#" { "a" : [ 1 , -0.5e+3 , true , false , null , "\u00e9\n\"\\\/" , { } , [ ] ] } "#,
            r#"{"deep":[[[{"x":[0,10,1e5,1E-5,0.0]}]]],"":"","é":"\ud83d\ude02"}"#,
            r#"["\ud83d","\udc00x","\b\f\r\t"]"#,
        ];
        let bytes = b"\"\\{}[]:,.-+0159eEutrfalsn \n\x01/x";
        for seed in seeds {
            assert_eq!(read(seed), Ok(()));
            for at in 0..seed.len() {
                let Some((head, tail)) = seed.split_at_checked(at) else { continue };
                if !tail.trim().is_empty() {
                    assert_eq!(read(head), Err(Malformed::BreaksOff { byte: at }));
                }
                let mut variants: Vec<String> = Vec::from([head.into()]);
                for &byte in bytes {
                    let byte = char::from(byte);
                    variants.push([head, &String::from(byte), tail].concat());
                    let mut rest = tail.chars();
                    rest.next();
                    variants.push([head, &String::from(byte), rest.as_str()].concat());
                }
                for text in variants {
                    let other = serde_json::from_str::<IgnoredAny>(&text);
                    assert_eq!(read(&text).is_ok(), other.is_ok(), "{text}");
                }
            }
        }
    }

    #[test]
    fn what_stands_side_by_side_is_not_deep() {
        for value in ["[]", "{}"] {
            let row = [value; 2 * DEPTH as usize].join(",");
            assert_eq!(read(&["[", &row, "]"].concat()), Ok(()));
        }
    }

    #[test]
    fn the_limit_of_nesting_is_that_of_the_other_parser() {
        for nested in [
            |depth| "[".repeat(depth) + &"]".repeat(depth),
            |depth| r#"{"a":"#.repeat(depth) + "0" + &"}".repeat(depth),
        ] {
            let depth = usize::from(DEPTH);
            assert_eq!(read(&nested(depth)), Ok(()));
            assert!(serde_json::from_str::<serde_json::Value>(&nested(depth)).is_ok());
            assert!(matches!(read(&nested(depth + 1)), Err(Malformed::TooDeep { .. })));
            assert!(matches!(read(&nested(100_000)), Err(Malformed::TooDeep { .. })));
            assert!(serde_json::from_str::<serde_json::Value>(&nested(depth + 1)).is_err());
        }
        assert_eq!(read(&("[".repeat(1_000) + "]")), Err(Malformed::TooDeep { byte: 127 }));
    }
}

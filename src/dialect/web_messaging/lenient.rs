//! Places for the parts of a frame: each takes the JSON types that it can use, and is left alone by
//! any other.
//!
//! Owns: which types these are. Must not know: frames.

use alloc::borrow::Cow;
use alloc::vec::Vec;
use core::time::Duration;

use super::number::Number;
use crate::frame::TextList;
use crate::json::{Cursor, Place, Result};
use crate::sensitive::Sensitive;

/// What is read from an object, member by member.
pub(super) trait Object<'a> {
    /// Reads or skips the member's value.
    fn member(&mut self, name: &str, json: &mut Cursor<'a>) -> Result<()>;

    /// A text that stands where the object should.
    fn instead(&mut self, _: Cow<'a, str>) {}
}

impl<'a, T: Object<'a> + Default> Place<'a> for Option<T> {
    fn put_object(&mut self, json: &mut Cursor<'a>) -> Result<()> {
        let object = self.insert(T::default());
        json.members(|json, name| object.member(name, json))
    }
}

/// The elements that are objects.
impl<'a, T: Object<'a> + Default> Place<'a> for Vec<T> {
    fn put_array(&mut self, json: &mut Cursor<'a>) -> Result<()> {
        self.clear();
        let mut element = None;
        json.elements(|json| {
            json.put(&mut element)?;
            // A loop, as everything that is compiled for each type: a page loads each copy.
            if let Some(element) = element.take() {
                self.push(element);
            }
            Ok(())
        })
    }
}

impl<'a> Place<'a> for TextList<'a> {
    fn put_array(&mut self, json: &mut Cursor<'a>) -> Result<()> {
        *self = Self::of_texts(json.raw()?);
        Ok(())
    }
}

impl<'a> Place<'a> for Cow<'a, str> {
    fn put_text(&mut self, text: Self) {
        *self = text;
    }
}

impl<'a> Place<'a> for Option<Cow<'a, str>> {
    fn put_text(&mut self, text: Cow<'a, str>) {
        *self = Some(text);
    }
}

impl<'a> Place<'a> for Sensitive<'a> {
    fn put_text(&mut self, text: Cow<'a, str>) {
        *self = text.into();
    }
}

impl<'a> Place<'a> for Option<Sensitive<'a>> {
    fn put_text(&mut self, text: Cow<'a, str>) {
        *self = Some(text.into());
    }
}

impl<'a> Place<'a> for Option<bool> {
    fn put_bool(&mut self, value: bool) {
        *self = Some(value);
    }

    fn put_text(&mut self, text: Cow<'a, str>) {
        match &*text {
            "true" => *self = Some(true),
            "false" => *self = Some(false),
            _ => {}
        }
    }
}

impl<'a> Place<'a> for bool {
    fn put_bool(&mut self, value: bool) {
        *self = value;
    }

    fn put_text(&mut self, text: Cow<'a, str>) {
        let mut value = Some(*self);
        value.put_text(text);
        *self = value.unwrap_or_default();
    }
}

/// A span that is written in seconds.
pub(super) struct Seconds<'s>(pub(super) &'s mut Option<Duration>);

/// A span that is written in milliseconds.
pub(super) struct Millis<'s>(pub(super) &'s mut Option<Duration>);

/// The places of numbers, which may also be decimal strings.
macro_rules! number_places {
    ($($place:ty: |$slot:ident, $number:ident| $put:expr;)*) => {$(
        impl<'a> Place<'a> for $place {
            fn put_number(&mut self, written: &'a str) {
                self.put_text(Cow::Borrowed(written));
            }

            fn put_text(&mut self, text: Cow<'a, str>) {
                if let Some($number) = Number::parse(&text) {
                    let $slot = self;
                    $put;
                }
            }
        }
    )*};
}

number_places! {
    Option<u64>: |slot, number| *slot = Some(number.whole());
    Option<u16>: |slot, number| *slot = u16::try_from(number.whole()).ok();
    Seconds<'_>: |slot, number| *slot.0 = Some(number.seconds());
    Millis<'_>: |slot, number| *slot.0 = Some(number.millis());
}

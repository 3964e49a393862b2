//! Any value that `serde` can serialize, as JSON text.
//!
//! Owns: the spelling of values, which is that of `serde_json`. Writing cannot fail, and so the code
//! that is made for a type is a row of calls: a third of what `serde_json`'s writer becomes in
//! WebAssembly. Must not know: what the values are.

use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;

use serde::ser::{self, Serialize, Serializer};

use super::text;
use crate::frame::RAW_VALUE;

/// `value` as JSON text, as `serde_json` writes it.
///
/// A value that refuses to be serialized, or a map's key that is neither text nor number, is `null`:
/// nothing of this crate is.
///
/// ```
/// use webmessaging_proto::{Event, json};
///
/// let json = json::to_string(&Event::MessageRead { id: "m1".into() });
/// assert_eq!(json, r#"{"type":"message_read","id":"m1"}"#);
/// ```
#[must_use]
pub fn to_string<T: Serialize + ?Sized>(value: &T) -> String {
    let mut json = Json::default();
    let written = value.serialize(&mut json).is_ok();
    json.finish(written)
}

#[derive(Default)]
struct Json {
    out: Vec<u8>,
    /// The next text is a value as it was written.
    raw: bool,
}

impl Json {
    fn finish(self, written: bool) -> String {
        let text = String::from_utf8(self.out).ok();
        text.filter(|_| written).unwrap_or_else(|| "null".into())
    }

    fn literal(&mut self, json: &str) {
        self.out.extend_from_slice(json.as_bytes());
    }

    fn text(&mut self, text: &str) {
        if self.raw {
            self.literal(text);
        } else {
            text::string(&mut self.out, text);
        }
    }

    fn whole(&mut self, value: u64) {
        text::number(&mut self.out, value);
    }

    fn signed(&mut self, value: i64) {
        if value < 0 {
            self.literal("-");
        }
        self.whole(value.unsigned_abs());
    }

    fn display(&mut self, value: &dyn fmt::Display) {
        text::display(&mut self.out, value);
    }

    /// Before an element or a member, if it is not the first.
    fn comma(&mut self) {
        if !matches!(self.out.last(), None | Some(b'[' | b'{')) {
            self.literal(",");
        }
    }

    fn name(&mut self, name: &str) {
        self.comma();
        self.text(name);
        self.literal(":");
    }

    /// What a variant with contents begins with.
    fn variant(&mut self, name: &str, bracket: &str) {
        self.literal("{");
        self.name(name);
        self.literal(bracket);
    }
}

/// A value refused to be serialized.
#[derive(Debug)]
struct Refused;

impl ser::Error for Refused {
    fn custom<T: fmt::Display>(_: T) -> Self {
        Self
    }
}

impl ser::StdError for Refused {}

impl fmt::Display for Refused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a value cannot be written as JSON")
    }
}

type Written = Result<(), Refused>;

macro_rules! scalars {
    ($($method:ident($kind:ty): |$json:ident, $value:ident| $write:expr;)*) => {$(
        fn $method(self, $value: $kind) -> Written {
            let $json = self;
            $write;
            Ok(())
        }
    )*};
}

impl<'j> Serializer for &'j mut Json {
    type Ok = ();
    type Error = Refused;
    type SerializeSeq = &'j mut Json;
    type SerializeTuple = &'j mut Json;
    type SerializeTupleStruct = &'j mut Json;
    type SerializeTupleVariant = &'j mut Json;
    type SerializeMap = &'j mut Json;
    type SerializeStruct = &'j mut Json;
    type SerializeStructVariant = &'j mut Json;

    scalars! {
        serialize_bool(bool): |json, value| json.literal(if value { "true" } else { "false" });
        serialize_i8(i8): |json, value| json.signed(value.into());
        serialize_i16(i16): |json, value| json.signed(value.into());
        serialize_i32(i32): |json, value| json.signed(value.into());
        serialize_i64(i64): |json, value| json.signed(value);
        serialize_u8(u8): |json, value| json.whole(value.into());
        serialize_u16(u16): |json, value| json.whole(value.into());
        serialize_u32(u32): |json, value| json.whole(value.into());
        serialize_u64(u64): |json, value| json.whole(value);
        serialize_str(&str): |json, value| json.text(value);
    }

    fn serialize_f32(self, value: f32) -> Written {
        self.serialize_f64(value.into())
    }

    fn serialize_f64(self, value: f64) -> Written {
        if value.is_finite() {
            self.display(&value);
            Ok(())
        } else {
            self.serialize_unit()
        }
    }

    fn serialize_char(self, value: char) -> Written {
        self.serialize_str(value.encode_utf8(&mut [0; 4]))
    }

    fn serialize_bytes(self, value: &[u8]) -> Written {
        self.collect_seq(value)
    }

    fn serialize_none(self) -> Written {
        self.serialize_unit()
    }

    fn serialize_some<T: Serialize + ?Sized>(self, value: &T) -> Written {
        value.serialize(self)
    }

    fn serialize_unit(self) -> Written {
        self.literal("null");
        Ok(())
    }

    fn serialize_unit_struct(self, _: &'static str) -> Written {
        self.serialize_unit()
    }

    fn serialize_unit_variant(self, _: &'static str, _: u32, name: &'static str) -> Written {
        self.serialize_str(name)
    }

    fn serialize_newtype_struct<T: Serialize + ?Sized>(
        self,
        _: &'static str,
        value: &T,
    ) -> Written {
        value.serialize(self)
    }

    fn serialize_newtype_variant<T: Serialize + ?Sized>(
        self,
        _: &'static str,
        _: u32,
        name: &'static str,
        value: &T,
    ) -> Written {
        self.variant(name, "");
        value.serialize(&mut *self)?;
        self.literal("}");
        Ok(())
    }

    fn serialize_seq(self, _: Option<usize>) -> Result<Self, Refused> {
        self.literal("[");
        Ok(self)
    }

    fn serialize_tuple(self, _: usize) -> Result<Self, Refused> {
        self.serialize_seq(None)
    }

    fn serialize_tuple_struct(self, _: &'static str, _: usize) -> Result<Self, Refused> {
        self.serialize_seq(None)
    }

    fn serialize_tuple_variant(
        self,
        _: &'static str,
        _: u32,
        name: &'static str,
        _: usize,
    ) -> Result<Self, Refused> {
        self.variant(name, "[");
        Ok(self)
    }

    fn serialize_map(self, _: Option<usize>) -> Result<Self, Refused> {
        self.literal("{");
        Ok(self)
    }

    fn serialize_struct(self, name: &'static str, _: usize) -> Result<Self, Refused> {
        if name == RAW_VALUE {
            self.raw = true;
            return Ok(self);
        }
        self.serialize_map(None)
    }

    fn serialize_struct_variant(
        self,
        _: &'static str,
        _: u32,
        name: &'static str,
        _: usize,
    ) -> Result<Self, Refused> {
        self.variant(name, "{");
        Ok(self)
    }

    fn collect_seq<I: IntoIterator<Item: Serialize>>(self, elements: I) -> Written {
        self.literal("[");
        for element in elements {
            self.comma();
            element.serialize(&mut *self)?;
        }
        self.literal("]");
        Ok(())
    }

    fn collect_str<T: fmt::Display + ?Sized>(self, value: &T) -> Written {
        self.serialize_str(&alloc::format!("{value}"))
    }
}

/// The four kinds of rows, told apart by how they end.
macro_rules! rows {
    ($($kind:ident::$method:ident, $end:literal;)*) => {$(
        impl ser::$kind for &mut Json {
            type Ok = ();
            type Error = Refused;

            fn $method<T: Serialize + ?Sized>(&mut self, value: &T) -> Written {
                self.comma();
                value.serialize(&mut **self)
            }

            fn end(self) -> Written {
                self.literal($end);
                Ok(())
            }
        }
    )*};
}

rows! {
    SerializeSeq::serialize_element, "]";
    SerializeTuple::serialize_element, "]";
    SerializeTupleStruct::serialize_field, "]";
    SerializeTupleVariant::serialize_field, "]}";
}

impl ser::SerializeMap for &mut Json {
    type Ok = ();
    type Error = Refused;

    fn serialize_key<T: Serialize + ?Sized>(&mut self, key: &T) -> Written {
        self.comma();
        let start = self.out.len();
        key.serialize(&mut **self)?;
        match self.out.get(start) {
            Some(b'"') => {}
            Some(b'-' | b'0'..=b'9') => {
                self.out.insert(start, b'"');
                self.literal("\"");
            }
            _ => return Err(Refused),
        }
        self.literal(":");
        Ok(())
    }

    fn serialize_value<T: Serialize + ?Sized>(&mut self, value: &T) -> Written {
        value.serialize(&mut **self)
    }

    fn end(self) -> Written {
        self.literal("}");
        Ok(())
    }
}

impl ser::SerializeStruct for &mut Json {
    type Ok = ();
    type Error = Refused;

    fn serialize_field<T: Serialize + ?Sized>(&mut self, name: &'static str, value: &T) -> Written {
        if !self.raw {
            self.name(name);
        }
        value.serialize(&mut **self)
    }

    fn end(self) -> Written {
        if !core::mem::take(&mut self.raw) {
            self.literal("}");
        }
        Ok(())
    }
}

impl ser::SerializeStructVariant for &mut Json {
    type Ok = ();
    type Error = Refused;

    fn serialize_field<T: Serialize + ?Sized>(&mut self, name: &'static str, value: &T) -> Written {
        self.name(name);
        value.serialize(&mut **self)
    }

    fn end(self) -> Written {
        self.literal("}}");
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use alloc::collections::BTreeMap;
    use alloc::vec;

    use serde::Serialize;

    use super::*;
    use crate::frame::RawJson;

    #[derive(Serialize)]
    struct Unit;

    #[derive(Serialize)]
    struct Wrapped(i32);

    #[derive(Serialize)]
    struct Pair(u8, &'static str);

    #[derive(Serialize)]
    #[serde(rename_all = "snake_case")]
    enum Shape {
        Empty,
        One(Option<bool>),
        Two(i8, char),
        Named { text: &'static str, deep: BTreeMap<&'static str, Vec<Self>> },
    }

    #[derive(Serialize)]
    #[serde(tag = "type")]
    enum Tagged<'a> {
        Inner(Inner<'a>),
        Bare,
    }

    #[derive(Serialize)]
    struct Inner<'a> {
        raw: RawJson<'a>,
        after: u64,
        #[serde(flatten)]
        more: BTreeMap<&'static str, i64>,
    }

    #[track_caller]
    fn same<T: Serialize>(value: &T) {
        assert_eq!(to_string(value), serde_json::to_string(value).unwrap());
    }

    #[test]
    fn every_shape_is_written_as_by_the_usual_writer() {
        same(&(i8::MIN, i16::MIN, i32::MIN, i64::MIN, u8::MAX, u16::MAX, u32::MAX, u64::MAX));
        same(&(0, -0_i64, true, false, (), None::<u8>, 'é', '"', "\u{1}\n\\ text"));
        same(&(1.5_f64, -0.25_f32, f64::NAN, f64::INFINITY));
        same(&(Unit, Wrapped(-7), Pair(1, "two")));
        same(&(vec![vec![0_u8; 0]; 2], Vec::<u8>::new(), BTreeMap::<&str, u8>::new()));
        same(&BTreeMap::from([(-1, "a"), (20, "b")]));
        let deep = BTreeMap::from([("x", vec![Shape::Empty, Shape::Two(-1, '/')]), ("y", vec![])]);
        same(&[Shape::One(Some(true)), Shape::One(None), Shape::Named { text: "", deep }]);
        let raw = || RawJson::parse(r#" {"a": [1, "]"] }"#).unwrap();
        let inner = || Inner { raw: raw(), after: 3, more: BTreeMap::from([("m", -4)]) };
        same(&[Tagged::Inner(inner()), Tagged::Bare]);
        same(&(raw(), raw(), "a text behind it"));
    }

    #[test]
    fn what_cannot_be_written_is_null() {
        assert_eq!(to_string(&BTreeMap::from([([1], "a key that is a list")])), "null");
    }
}

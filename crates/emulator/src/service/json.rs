//! JSON as it was read: strings lie in the text that they came from, members stand in their order.
//!
//! Owns: [`Json`]. Must not know: what a frame is. It takes and refuses what `serde_json::Value` does, and is a
//! fraction of its cost: most of a frame is looked at once and forgotten.

use std::{borrow::Cow, fmt};

use serde::de::{Deserialize, Deserializer, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Number, Value};

/// Room for the members of most objects.
const USUAL: usize = 6;

#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Json<'a> {
    Null,
    Bool(bool),
    Number(Number),
    Text(Cow<'a, str>),
    List(Vec<Self>),
    Object(Vec<(Cow<'a, str>, Self)>),
}

impl Json<'_> {
    /// The same, on its own.
    pub(crate) fn to_value(&self) -> Value {
        match self {
            Self::Null => Value::Null,
            Self::Bool(truth) => Value::Bool(*truth),
            Self::Number(number) => Value::Number(number.clone()),
            Self::Text(text) => Value::String(text.clone().into_owned()),
            Self::List(list) => Value::Array(list.iter().map(Self::to_value).collect()),
            Self::Object(members) => Value::Object(to_map(members)),
        }
    }
}

/// Of members of one name the last one counts.
pub(crate) fn to_map(members: &[(Cow<'_, str>, Json<'_>)]) -> Map<String, Value> {
    members.iter().map(|(name, value)| (name.clone().into_owned(), value.to_value())).collect()
}

impl<'de> Deserialize<'de> for Json<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(JsonVisitor)
    }
}

struct JsonVisitor;

impl<'de> Visitor<'de> for JsonVisitor {
    type Value = Json<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }

    fn visit_unit<E>(self) -> Result<Json<'de>, E> {
        Ok(Json::Null)
    }

    fn visit_bool<E>(self, truth: bool) -> Result<Json<'de>, E> {
        Ok(Json::Bool(truth))
    }

    fn visit_u64<E>(self, number: u64) -> Result<Json<'de>, E> {
        Ok(Json::Number(number.into()))
    }

    fn visit_i64<E>(self, number: i64) -> Result<Json<'de>, E> {
        Ok(Json::Number(number.into()))
    }

    fn visit_f64<E>(self, number: f64) -> Result<Json<'de>, E> {
        Ok(Number::from_f64(number).map_or(Json::Null, Json::Number))
    }

    fn visit_borrowed_str<E>(self, text: &'de str) -> Result<Json<'de>, E> {
        Ok(Json::Text(Cow::Borrowed(text)))
    }

    fn visit_str<E>(self, text: &str) -> Result<Json<'de>, E> {
        Ok(Json::Text(Cow::Owned(text.to_owned())))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut elements: A) -> Result<Json<'de>, A::Error> {
        let mut list = Vec::new();
        while let Some(element) = elements.next_element()? {
            list.push(element);
        }
        Ok(Json::List(list))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Json<'de>, A::Error> {
        let mut members = Vec::new();
        while let Some(Name(name)) = entries.next_key()? {
            if members.is_empty() {
                members.reserve_exact(USUAL);
            }
            members.push((name, entries.next_value()?));
        }
        Ok(Json::Object(members))
    }
}

struct Name<'a>(Cow<'a, str>);

impl<'de> Deserialize<'de> for Name<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_str(NameVisitor)
    }
}

struct NameVisitor;

impl<'de> Visitor<'de> for NameVisitor {
    type Value = Name<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the name of a member")
    }

    fn visit_borrowed_str<E>(self, name: &'de str) -> Result<Name<'de>, E> {
        Ok(Name(Cow::Borrowed(name)))
    }

    fn visit_str<E>(self, name: &str) -> Result<Name<'de>, E> {
        Ok(Name(Cow::Owned(name.to_owned())))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[track_caller]
    fn same(text: &str) {
        let value = serde_json::from_str::<Value>(text).ok();
        let json = serde_json::from_str::<Json<'_>>(text).ok();
        assert_eq!(json.map(|json| json.to_value()), value, "{text}");
    }

    #[test]
    fn it_reads_what_a_value_reads() {
        for text in [
            r#"{"a":1,"b":[null,true,-2,0.5,1e3,"x\n\u00e9"],"\u0061":{"c":{}}}"#,
            "1e999",
            "-0",
            r#""\ud800""#,
            r#"{"a":"\ud83d\ude00"}"#,
            r#"{"a":1"#,
            "{a:1}",
            "[1,]",
            "18446744073709551616",
            "nul",
            "",
            " [ ] x",
        ] {
            same(text);
        }
        for depth in [100, 127, 128, 129, 1000] {
            same(&("[".repeat(depth) + &"]".repeat(depth)));
            same(&(r#"{"a":"#.repeat(depth) + "1" + &"}".repeat(depth)));
        }
    }

    proptest! {
        #[test]
        fn it_reads_whatever_a_value_reads(text in r#"([\[\]{},:" ]|null|true|"a"|"\\u00[0-9a-f]{2}"|-?[0-9]{1,3}(\.5)?|[\\ae]){0,24}"#) {
            same(&text);
        }
    }
}

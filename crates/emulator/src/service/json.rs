//! JSON as it was read: strings lie in the text that they came from, values in one list, in their order.
//!
//! Owns: [`Document`], [`Json`]. Must not know: what a frame is. It takes and refuses what `serde_json::Value` does, and
//! is a fraction of its cost: most of a frame is looked at once and forgotten.

use std::{borrow::Cow, fmt};

use serde::de::{Deserialize, DeserializeSeed, Deserializer, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Number, Value};

/// Room for the values of most frames.
const USUAL: usize = 16;

/// A JSON text.
#[derive(Debug)]
pub(crate) struct Document<'a>(Vec<Node<'a>>);

/// A value of a document.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Json<'t, 'a>(&'t Node<'a>, &'t [Node<'a>]);

/// The values of a list or an object, in their order.
#[derive(Clone, Debug, Default)]
pub(crate) struct Children<'t, 'a>(&'t [Node<'a>]);

/// A value, before what is in it.
#[derive(Debug)]
struct Node<'a> {
    /// Of a member of an object.
    name: Cow<'a, str>,
    kind: Kind<'a>,
    /// How many nodes are in it, at whatever depth.
    within: usize,
}

#[derive(Debug)]
pub(crate) enum Kind<'a> {
    Null,
    Bool(bool),
    Number(Number),
    Text(Cow<'a, str>),
    List,
    Object,
}

impl<'a> Document<'a> {
    /// Reads a text; `None` if it is not JSON.
    pub(crate) fn parse(text: &'a str) -> Option<Self> {
        let mut nodes = Vec::with_capacity(USUAL);
        let mut json = serde_json::Deserializer::from_str(text);
        Grow { nodes: &mut nodes, name: Cow::Borrowed("") }.deserialize(&mut json).ok()?;
        json.end().ok()?;
        Some(Self(nodes))
    }

    pub(crate) fn root(&self) -> Option<Json<'_, 'a>> {
        Children(&self.0).next()
    }
}

impl<'t, 'a> Json<'t, 'a> {
    pub(crate) fn name(self) -> &'t str {
        &self.0.name
    }

    pub(crate) const fn kind(self) -> &'t Kind<'a> {
        &self.0.kind
    }

    /// What is in it; nothing, unless it is a list or an object.
    pub(crate) const fn children(self) -> Children<'t, 'a> {
        Children(self.1)
    }

    /// The same, on its own.
    pub(crate) fn to_value(self) -> Value {
        match self.kind() {
            Kind::Null => Value::Null,
            Kind::Bool(truth) => Value::Bool(*truth),
            Kind::Number(number) => Value::Number(number.clone()),
            Kind::Text(text) => Value::String(text.clone().into_owned()),
            Kind::List => Value::Array(self.children().map(Json::to_value).collect()),
            Kind::Object => Value::Object(self.to_map()),
        }
    }

    /// Its members. Of those of one name the last one counts.
    pub(crate) fn to_map(self) -> Map<String, Value> {
        self.children().map(|value| (value.name().to_owned(), value.to_value())).collect()
    }
}

impl Children<'_, '_> {
    pub(crate) const fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl<'t, 'a> Iterator for Children<'t, 'a> {
    type Item = Json<'t, 'a>;

    fn next(&mut self) -> Option<Json<'t, 'a>> {
        let (node, rest) = self.0.split_first()?;
        let (within, behind) = rest.split_at_checked(node.within)?;
        self.0 = behind;
        Some(Json(node, within))
    }
}

/// Adds a value, and what is in it.
struct Grow<'d, 'a> {
    nodes: &'d mut Vec<Node<'a>>,
    name: Cow<'a, str>,
}

impl<'a> Grow<'_, 'a> {
    fn add(self, kind: Kind<'a>) {
        self.nodes.push(Node { name: self.name, kind, within: 0 });
    }

    /// Adds a value with all that `fill` adds to it.
    fn add_all<E>(
        self,
        kind: Kind<'a>,
        fill: impl FnOnce(&mut Vec<Node<'a>>) -> Result<(), E>,
    ) -> Result<(), E> {
        let at = self.nodes.len();
        self.nodes.push(Node { name: self.name, kind, within: 0 });
        fill(self.nodes)?;
        let within = self.nodes.len() - at - 1;
        if let Some(node) = self.nodes.get_mut(at) {
            node.within = within;
        }
        Ok(())
    }
}

impl<'de> DeserializeSeed<'de> for Grow<'_, 'de> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Grow<'_, 'de> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }

    fn visit_unit<E>(self) -> Result<(), E> {
        self.add(Kind::Null);
        Ok(())
    }

    fn visit_bool<E>(self, truth: bool) -> Result<(), E> {
        self.add(Kind::Bool(truth));
        Ok(())
    }

    fn visit_u64<E>(self, number: u64) -> Result<(), E> {
        self.add(Kind::Number(number.into()));
        Ok(())
    }

    fn visit_i64<E>(self, number: i64) -> Result<(), E> {
        self.add(Kind::Number(number.into()));
        Ok(())
    }

    fn visit_f64<E>(self, number: f64) -> Result<(), E> {
        self.add(Number::from_f64(number).map_or(Kind::Null, Kind::Number));
        Ok(())
    }

    fn visit_borrowed_str<E>(self, text: &'de str) -> Result<(), E> {
        self.add(Kind::Text(Cow::Borrowed(text)));
        Ok(())
    }

    fn visit_str<E>(self, text: &str) -> Result<(), E> {
        self.add(Kind::Text(Cow::Owned(text.to_owned())));
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut elements: A) -> Result<(), A::Error> {
        self.add_all(Kind::List, |nodes| {
            loop {
                let element = Grow { nodes: &mut *nodes, name: Cow::Borrowed("") };
                if elements.next_element_seed(element)?.is_none() {
                    return Ok(());
                }
            }
        })
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<(), A::Error> {
        self.add_all(Kind::Object, |nodes| {
            while let Some(Name(name)) = members.next_key()? {
                members.next_value_seed(Grow { nodes: &mut *nodes, name })?;
            }
            Ok(())
        })
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
        let json = Document::parse(text);
        let json = json.as_ref().and_then(Document::root);
        assert_eq!(json.map(Json::to_value), value, "{text}");
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

//! The members of a JSON object, taken out one by one.
//!
//! Owns: that nothing is read twice, overlooked, or left over without a word. Must not know: what a
//! member means.

use core::fmt;

use serde::de::{MapAccess, Visitor};
use serde::{Deserialize, Deserializer};
use serde_json::value::RawValue;

use super::Problem;

/// How much of an unfit value an error shows.
const SHOWN_CHARS: usize = 40;

/// An object of which the known members are taken; what is left at the end is an error.
pub(super) struct Members<'a> {
    /// Where the object stands: empty for a line, else its path with a point at the end.
    path: String,
    left: Vec<(String, &'a RawValue)>,
    known: Vec<&'static str>,
}

impl<'a> Members<'a> {
    pub(super) fn of_line(line: &'a str) -> Result<Self, Problem> {
        let value: &RawValue = serde_json::from_str(line).map_err(|error| not_json(&error))?;
        Self::of(value, "")
    }

    /// The members of `value`, which stands at `path`.
    pub(super) fn of(value: &'a RawValue, path: &str) -> Result<Self, Problem> {
        let place = || if path.is_empty() { "a line".into() } else { format!("`{path}`") };
        let Pairs(left) = serde_json::from_str(value.get())
            .map_err(|_| Problem::NotAnObject { place: place(), found: shown(value) })?;
        let path = if path.is_empty() { String::new() } else { format!("{path}.") };
        let names = || left.iter().map(|(name, _)| name);
        if let Some((_, twice)) =
            names().enumerate().find(|(at, name)| names().take(*at).any(|other| other == *name))
        {
            return Err(Problem::Repeated { member: format!("{path}{twice}") });
        }
        Ok(Self { path, left, known: Vec::new() })
    }

    pub(super) fn has(&self, name: &str) -> bool {
        self.left.iter().any(|(member, _)| member == name)
    }

    /// The member as it is written.
    pub(super) fn raw(&mut self, name: &'static str) -> Option<&'a RawValue> {
        self.known.push(name);
        let at = self.left.iter().position(|(member, _)| member == name)?;
        Some(self.left.remove(at).1)
    }

    /// The member, if it is there.
    pub(super) fn optional<T: Deserialize<'a>>(
        &mut self,
        name: &'static str,
        expected: &'static str,
    ) -> Result<Option<T>, Problem> {
        let Some(value) = self.raw(name) else { return Ok(None) };
        match serde_json::from_str(value.get()) {
            Ok(read) => Ok(Some(read)),
            Err(_) => Err(Problem::Unfit { member: self.at(name), expected, found: shown(value) }),
        }
    }

    /// The member, which must be there.
    pub(super) fn required<T: Deserialize<'a>>(
        &mut self,
        name: &'static str,
        expected: &'static str,
    ) -> Result<T, Problem> {
        let read = self.optional(name, expected)?;
        read.ok_or_else(|| Problem::Missing { member: self.at(name), expected })
    }

    /// The member's own members, if it is there.
    pub(super) fn object(&mut self, name: &'static str) -> Result<Option<Self>, Problem> {
        let Some(value) = self.raw(name) else { return Ok(None) };
        Members::of(value, &self.at(name)).map(Some)
    }

    /// The path of a member.
    pub(super) fn at(&self, name: &str) -> String {
        format!("{}{name}", self.path)
    }

    /// Nothing may be left.
    pub(super) fn finish(self) -> Result<(), Problem> {
        match self.left.first() {
            None => Ok(()),
            Some((name, _)) => Err(Problem::Unknown { member: self.at(name), known: self.known }),
        }
    }
}

/// A value for an error, in one line and not too long.
pub(super) fn shown(value: &RawValue) -> String {
    let mut shown: String = value.get().chars().take(SHOWN_CHARS).collect();
    if shown.len() < value.get().len() {
        shown.push_str("...");
    }
    shown
}

fn not_json(error: &serde_json::Error) -> Problem {
    let reason = error.to_string();
    // The reader's own "at line 1 column 7" would be mistaken for the script's line.
    let reason = reason.rsplit_once(" at line ").map_or(&*reason, |(reason, _)| reason);
    Problem::NotJson { reason: reason.into(), column: error.column() }
}

/// An object's members in their order, repetitions too.
struct Pairs<'a>(Vec<(String, &'a RawValue)>);

impl<'de: 'a, 'a> Deserialize<'de> for Pairs<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Collect;
        impl<'de> Visitor<'de> for Collect {
            type Value = Pairs<'de>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Pairs<'de>, A::Error> {
                let mut pairs = Vec::new();
                while let Some(pair) = map.next_entry()? {
                    pairs.push(pair);
                }
                Ok(Pairs(pairs))
            }
        }
        deserializer.deserialize_map(Collect)
    }
}

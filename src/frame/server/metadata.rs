//! Pairs of strings that come with a message: metadata, custom attributes, headers.
//!
//! Owns: [`Metadata`], which reads its pairs only when it is asked, because most frames carry some
//! and few sessions look. Must not know: which keys matter.

use alloc::borrow::Cow;
use alloc::collections::BTreeMap;
use alloc::vec::Vec;
use core::fmt;

use serde::{Serialize, Serializer};

use super::owned::IntoOwned;

/// Names and their values, both strings (`wire.md` 3.4).
///
/// Numbers and truth values count as the string that they are written as; null, objects and arrays
/// as absent. The last of equal names counts, and order does not. `Debug` shows the names alone.
///
/// ```
/// use webmessaging_proto::frame::Metadata;
///
/// let metadata: Metadata<'_> = [("readOnly", "true")].into_iter().collect();
/// assert_eq!(metadata.get("readOnly"), Some("true"));
/// assert_eq!(metadata.get("correlationId"), None);
/// assert_eq!(format!("{metadata:?}"), r#"Metadata["readOnly"]"#);
/// ```
#[derive(Clone, Default)]
pub struct Metadata<'a>(Pairs<'a>);

#[derive(Clone)]
enum Pairs<'a> {
    /// An object as it was written, without a backslash, so that every string of it can be borrowed.
    Written(Cow<'a, str>),
    Read(Vec<(Cow<'a, str>, Cow<'a, str>)>),
}

impl Default for Pairs<'_> {
    fn default() -> Self {
        Self::Read(Vec::new())
    }
}

impl<'a> Metadata<'a> {
    /// The pairs of a well-formed JSON object in which there is no backslash.
    pub(crate) const fn from_written(object: &'a str) -> Self {
        Self(Pairs::Written(Cow::Borrowed(object)))
    }

    /// The value of a name.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&str> {
        let mut found = None;
        self.each(|key, value| {
            if key == name {
                found = Some(value);
            }
        });
        found
    }

    /// All pairs, in the order in which they were written.
    #[must_use]
    pub fn pairs(&self) -> Vec<(&str, &str)> {
        let mut pairs = Vec::new();
        self.each(|name, value| pairs.push((name, value)));
        pairs
    }

    fn each<'s>(&'s self, mut take: impl FnMut(&'s str, &'s str)) {
        match &self.0 {
            Pairs::Read(pairs) => pairs.iter().for_each(|(name, value)| take(name, value)),
            Pairs::Written(object) => each_written(object, take),
        }
    }

    /// Whether there is no pair at all.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        let mut empty = true;
        self.each(|_, _| empty = false);
        empty
    }

    /// The same, owning all of its text.
    #[must_use]
    pub fn into_owned(self) -> Metadata<'static> {
        Metadata(match self.0 {
            Pairs::Written(object) => Pairs::Written(object.into_owned().into()),
            Pairs::Read(pairs) => Pairs::Read(pairs.into_owned()),
        })
    }

    fn by_name(&self) -> BTreeMap<&str, &str> {
        self.pairs().into_iter().collect()
    }
}

/// Calls `take` with the pairs of an object that is well formed and without a backslash.
fn each_written<'a>(object: &'a str, mut take: impl FnMut(&'a str, &'a str)) {
    let mut rest = object;
    while let Some((_, named)) = split_at(rest, b'"') {
        let Some((name, value)) = split_at(named, b'"') else { return };
        let Some((_, value)) = split_at(value, b':') else { return };
        let value = value.trim_ascii_start();
        let (value, after) = value.split_at(length(value));
        match value.as_bytes() {
            [b'"', text @ .., b'"'] => take(name, &value[1..=text.len()]),
            [b'n' | b'{' | b'[', ..] => {}
            _ => take(name, value),
        }
        rest = after;
    }
}

/// What stands before and after the first of an ASCII character. The standard library's own way is
/// large, where a page has to load it.
fn split_at(text: &str, ascii: u8) -> Option<(&str, &str)> {
    let at = text.bytes().position(|byte| byte == ascii)?;
    Some((&text[..at], &text[at + 1..]))
}

/// How long the first value in `text` is.
fn length(text: &str) -> usize {
    let (mut depth, mut in_string) = (0_usize, false);
    for (at, byte) in text.bytes().enumerate() {
        match byte {
            b'"' => {
                in_string = !in_string;
                if depth == 0 && !in_string {
                    return at + 1;
                }
            }
            _ if in_string => {}
            b'{' | b'[' => depth += 1,
            b'}' | b']' if depth > 1 => depth -= 1,
            b'}' | b']' => return at + depth,
            b',' | b' ' | b'\n' | b'\r' | b'\t' if depth == 0 => return at,
            _ => {}
        }
    }
    text.len()
}

impl<'a, K, V> FromIterator<(K, V)> for Metadata<'a>
where
    K: Into<Cow<'a, str>>,
    V: Into<Cow<'a, str>>,
{
    fn from_iter<I: IntoIterator<Item = (K, V)>>(pairs: I) -> Self {
        let pairs = pairs.into_iter().map(|(name, value)| (name.into(), value.into()));
        Self(Pairs::Read(pairs.collect()))
    }
}

impl IntoOwned for Metadata<'_> {
    type Owned = Metadata<'static>;

    fn into_owned(self) -> Self::Owned {
        self.into_owned()
    }
}

impl PartialEq for Metadata<'_> {
    fn eq(&self, other: &Self) -> bool {
        self.by_name() == other.by_name()
    }
}

impl Eq for Metadata<'_> {}

impl fmt::Debug for Metadata<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Metadata")?;
        f.debug_list().entries(self.by_name().keys()).finish()
    }
}

impl Serialize for Metadata<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.by_name())
    }
}

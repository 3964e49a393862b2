//! A part of a frame that is kept as it was written, because nobody here knows its shape.
//!
//! Owns: [`RawJson`]. Must not know: why it was kept.

use alloc::borrow::Cow;
use core::fmt;

use serde::ser::{Serialize, SerializeStruct, Serializer};
use serde_json::value::RawValue;

use super::owned::IntoOwned;

/// What a struct and its only member are called whose text `serde_json` writes as it is.
pub(crate) const RAW_VALUE: &str = "$serde_json::private::RawValue";

/// JSON text of one value, well formed. `Debug` shows only its length; two are equal if they are
/// written alike.
#[derive(Clone, Eq, PartialEq)]
pub struct RawJson<'a>(Cow<'a, str>);

impl RawJson<'static> {
    pub(crate) const NULL: Self = Self::from_written("null");
}

impl<'a> RawJson<'a> {
    /// The value in `text`, if it is well-formed JSON and nothing else.
    #[must_use]
    pub fn parse(text: &'a str) -> Option<Self> {
        serde_json::from_str::<&RawValue>(text).ok().map(|raw| Self::from_written(raw.get()))
    }

    /// The value that is known to be well formed.
    pub(crate) const fn from_written(value: &'a str) -> Self {
        Self(Cow::Borrowed(value))
    }

    /// The JSON text.
    #[must_use]
    pub fn get(&self) -> &str {
        &self.0
    }

    /// The same, owning its text.
    #[must_use]
    pub fn into_owned(self) -> RawJson<'static> {
        RawJson(Cow::Owned(self.0.into_owned()))
    }
}

impl IntoOwned for RawJson<'_> {
    type Owned = RawJson<'static>;

    fn into_owned(self) -> Self::Owned {
        self.into_owned()
    }
}

impl fmt::Debug for RawJson<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "RawJson({} bytes)", self.get().len())
    }
}

impl Serialize for RawJson<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        // As `RawValue` does it; to make one of these, it would have to be read once more.
        let mut raw = serializer.serialize_struct(RAW_VALUE, 1)?;
        raw.serialize_field(RAW_VALUE, &self.0)?;
        raw.end()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_raw_is_written_as_it_came() {
        let text = r#"{"b" : [1, 2.50], "a":null}"#;
        let raw = RawJson::parse(text).unwrap();
        assert_eq!(serde_json::to_string(&raw).unwrap(), text);
    }
}

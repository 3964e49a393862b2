//! Text that must not reach a log: messages, tokens, presigned addresses.
//!
//! Owns: [`Sensitive`], whose `Debug` tells only the length. Must not know: what the text means.

use alloc::borrow::Cow;
use alloc::string::String;
use core::fmt;
use core::ops::Deref;

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

/// A text that `Debug` does not show. To use it is a choice: dereference it.
///
/// ```
/// use webmessaging_proto::Sensitive;
///
/// let text = Sensitive::from("my card number");
/// assert_eq!(&*text, "my card number");
/// assert_eq!(format!("{text:?}"), "Sensitive(14 bytes)");
/// ```
#[derive(Clone, Default, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct Sensitive<'a>(Cow<'a, str>);

impl<'a> Sensitive<'a> {
    /// The text that owns its bytes.
    #[must_use]
    pub fn into_owned(self) -> Sensitive<'static> {
        Sensitive(Cow::Owned(self.0.into_owned()))
    }

    /// The text as it is held.
    #[must_use]
    pub fn into_inner(self) -> Cow<'a, str> {
        self.0
    }

    /// The same text, borrowed.
    #[must_use]
    pub fn as_borrowed(&self) -> Sensitive<'_> {
        Sensitive(Cow::Borrowed(&self.0))
    }
}

impl Deref for Sensitive<'_> {
    type Target = str;

    fn deref(&self) -> &str {
        &self.0
    }
}

impl<'a> From<&'a str> for Sensitive<'a> {
    fn from(text: &'a str) -> Self {
        Self(Cow::Borrowed(text))
    }
}

impl From<String> for Sensitive<'_> {
    fn from(text: String) -> Self {
        Self(Cow::Owned(text))
    }
}

impl<'a> From<Cow<'a, str>> for Sensitive<'a> {
    fn from(text: Cow<'a, str>) -> Self {
        Self(text)
    }
}

impl fmt::Debug for Sensitive<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Sensitive({} bytes)", self.0.len())
    }
}

impl Serialize for Sensitive<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.0)
    }
}

impl<'de: 'a, 'a> Deserialize<'de> for Sensitive<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Visitor;
        impl<'de> de::Visitor<'de> for Visitor {
            type Value = Sensitive<'de>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a string")
            }

            fn visit_borrowed_str<E>(self, text: &'de str) -> Result<Self::Value, E> {
                Ok(text.into())
            }

            fn visit_str<E>(self, text: &str) -> Result<Self::Value, E> {
                Ok(String::from(text).into())
            }

            fn visit_string<E>(self, text: String) -> Result<Self::Value, E> {
                Ok(text.into())
            }
        }
        deserializer.deserialize_str(Visitor)
    }
}

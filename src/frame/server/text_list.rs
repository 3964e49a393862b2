//! A list of texts that most hosts never look at: kept as it was written, and read when asked for.
//!
//! Owns: [`TextList`]. Must not know: what the texts say.

use alloc::borrow::Cow;
use alloc::vec::Vec;

use serde::{Serialize, Serializer};

use super::owned::IntoOwned;
use crate::json::{Cursor, Place, Result};

/// Texts in the order in which the server lists them. Kept as JSON, which takes a fraction of the
/// room.
#[derive(Clone, Debug, Default)]
pub struct TextList<'a> {
    /// A well-formed array, or nothing.
    array: Cow<'a, str>,
    elements: Elements,
}

/// What the elements of the array are.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
enum Elements {
    #[default]
    Texts,
    /// Objects, with the text in their `type`.
    Types,
}

impl<'a> TextList<'a> {
    pub(crate) const fn of_texts(array: &'a str) -> Self {
        Self { array: Cow::Borrowed(array), elements: Elements::Texts }
    }

    /// `[{"type":"image/png"}, ...]`.
    pub(crate) const fn of_types(array: &'a str) -> Self {
        Self { array: Cow::Borrowed(array), elements: Elements::Types }
    }

    /// The texts. What is no text in the list is not among them.
    #[must_use]
    pub fn to_vec(&self) -> Vec<Cow<'_, str>> {
        let mut texts = Vec::new();
        self.each(|text| texts.push(text));
        texts
    }

    /// Whether this very text is listed.
    #[must_use]
    pub fn contains(&self, text: &str) -> bool {
        let mut found = false;
        self.each(|listed| found |= listed == text);
        found
    }

    /// Whether no text is listed.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        let mut is_empty = true;
        self.each(|_| is_empty = false);
        is_empty
    }

    /// The same, owning its text.
    #[must_use]
    pub fn into_owned(self) -> TextList<'static> {
        TextList { array: Cow::Owned(self.array.into_owned()), elements: self.elements }
    }

    fn each<'s>(&'s self, mut take: impl FnMut(Cow<'s, str>)) {
        let mut cursor: Cursor<'s> = Cursor::new(&self.array);
        let read = cursor.elements(|json| {
            let mut element = Element { elements: self.elements, text: None };
            json.put(&mut element)?;
            if let Some(text) = element.text {
                take(text);
            }
            Ok(())
        });
        // It is well formed, or nothing: it was read before.
        debug_assert!(read.is_ok() || self.array.is_empty());
    }
}

struct Element<'a> {
    elements: Elements,
    text: Option<Cow<'a, str>>,
}

impl<'a> Place<'a> for Element<'a> {
    fn put_text(&mut self, text: Cow<'a, str>) {
        if self.elements == Elements::Texts {
            self.text = Some(text);
        }
    }

    fn put_object(&mut self, json: &mut Cursor<'a>) -> Result<()> {
        json.members(|json, name| match (self.elements, name) {
            (Elements::Types, "type") => json.put(&mut self.text),
            _ => json.skip(),
        })
    }
}

impl PartialEq for TextList<'_> {
    fn eq(&self, other: &Self) -> bool {
        self.to_vec() == other.to_vec()
    }
}

impl IntoOwned for TextList<'_> {
    type Owned = TextList<'static>;

    fn into_owned(self) -> Self::Owned {
        self.into_owned()
    }
}

impl Serialize for TextList<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> core::result::Result<S::Ok, S::Error> {
        serializer.collect_seq(self.to_vec())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_text_is_not_listed() {
        let texts = TextList::of_texts(r#"[ ".a", 1, null, {"type":".b"}, "\u002ec" ]"#);
        assert_eq!(texts.to_vec(), [".a", ".c"]);
        assert!(texts.contains(".c") && !texts.contains(".b") && !texts.is_empty());
        let types = TextList::of_types(r#"[{"type":"a/b"},"c/d",{"type":7},{}]"#);
        assert_eq!(types.to_vec(), ["a/b"]);
        assert_eq!(serde_json::to_string(&types.into_owned()).unwrap(), r#"["a/b"]"#);
        for nothing in [TextList::default(), TextList::of_texts("[]"), TextList::of_texts("[3]")] {
            assert!(nothing.is_empty() && !nothing.contains(""));
        }
    }
}

//! Data of any shape: what a snapshot is written into, and read from.
//!
//! Owns: [`Tree`], and how other types come into it and out of it. By hand, and not by `serde`: what
//! that makes of a struct for each part is several times as large, and a page would have to load it.
//! Must not know: what the data is.

use alloc::borrow::Cow;
use alloc::boxed::Box;
use alloc::vec::Vec;
use core::fmt;

use serde::de::{Deserialize, Deserializer, MapAccess, SeqAccess, Visitor};
use serde::ser::{Serialize, Serializer};

use crate::json::{self, Cursor, Place};
use crate::sensitive::Sensitive;

/// What a format that describes itself can hold. Numbers with a fraction are as good as none.
#[derive(Clone, PartialEq)]
pub(crate) enum Tree {
    Nothing,
    Bool(bool),
    Whole(u64),
    Negative(i64),
    Text(Sensitive<'static>),
    List(Vec<Self>),
    Map(Members),
}

/// The members of a map. Their order means nothing.
#[derive(Clone, Default)]
pub(crate) struct Members(Vec<(Cow<'static, str>, Tree)>);

impl Members {
    /// Adds a member, unless it is nothing.
    pub(crate) fn put(&mut self, name: impl Into<Cow<'static, str>>, value: impl Into<Tree>) {
        self.add(name.into(), value.into());
    }

    fn add(&mut self, name: Cow<'static, str>, value: Tree) {
        if !matches!(value, Tree::Nothing) {
            self.0.push((name, value));
        }
    }

    pub(crate) fn iter(&self) -> impl ExactSizeIterator<Item = (&str, &Tree)> {
        self.0.iter().map(|(name, value)| (&**name, value))
    }
}

impl PartialEq for Members {
    fn eq(&self, other: &Self) -> bool {
        // Both ways: data from elsewhere may name a member twice.
        let has_all = |one: &Self, other: &Self| other.0.iter().all(|it| one.0.contains(it));
        self.0.len() == other.0.len() && has_all(self, other) && has_all(other, self)
    }
}

impl Tree {
    /// The data in a JSON text. `None` if it is none.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let mut json = Cursor::new(text);
        let mut tree = Self::Nothing;
        json.put(&mut tree).and_then(|()| json.end()).ok().map(|()| tree)
    }

    pub(crate) fn list(items: impl IntoIterator<Item: Into<Self>>) -> Self {
        let mut list = Vec::new();
        // A page loads a loop for each kind of list, and not what `collect` is made of.
        for item in items {
            list.push(item.into());
        }
        Self::List(list)
    }

    /// Nothing in place of an empty list or map.
    pub(crate) fn unless_empty(self) -> Self {
        match self {
            Self::List(list) if list.is_empty() => Self::Nothing,
            Self::Map(Members(members)) if members.is_empty() => Self::Nothing,
            other => other,
        }
    }

    /// A member that must be there.
    pub(crate) fn required<'a, T: FromTree<'a>>(&'a self, name: &str) -> Option<T> {
        T::from_tree(self.member(name)?)
    }

    /// A member that may be missing. `None` if it is there, and something else.
    pub(crate) fn optional<'a, T: FromTree<'a> + Default>(&'a self, name: &str) -> Option<T> {
        self.member(name).map_or_else(|| Some(T::default()), T::from_tree)
    }

    pub(crate) fn member(&self, name: &str) -> Option<&Self> {
        let Self::Map(members) = self else { return None };
        members.iter().find(|(member, _)| *member == name).map(|(_, value)| value)
    }

    /// A member to be changed.
    pub(crate) fn member_mut(&mut self, name: &str) -> Option<&mut Self> {
        let Self::Map(Members(members)) = self else { return None };
        members.iter_mut().find(|(member, _)| member == name).map(|(_, value)| value)
    }

    /// Takes a member away.
    pub(crate) fn take(&mut self, name: &str) -> Option<Self> {
        let Self::Map(Members(members)) = self else { return None };
        let at = members.iter().position(|(member, _)| member == name)?;
        Some(members.swap_remove(at).1)
    }
}

impl<'a> Place<'a> for Tree {
    fn put_text(&mut self, text: Cow<'a, str>) {
        *self = Self::Text(text.into_owned().into());
    }

    fn put_bool(&mut self, value: bool) {
        *self = Self::Bool(value);
    }

    fn put_number(&mut self, written: &'a str) {
        let digits = written.strip_prefix('-');
        let Ok(whole) = digits.unwrap_or(written).parse() else { return };
        *self = match digits {
            Some(_) => 0_i64.checked_sub_unsigned(whole).map_or(Self::Nothing, Self::Negative),
            None => Self::Whole(whole),
        };
    }

    fn put_array(&mut self, json: &mut Cursor<'a>) -> json::Result<()> {
        let mut list = Vec::new();
        json.elements(|json| {
            let mut element = Self::Nothing;
            json.put(&mut element)?;
            list.push(element);
            Ok(())
        })?;
        *self = Self::List(list);
        Ok(())
    }

    fn put_object(&mut self, json: &mut Cursor<'a>) -> json::Result<()> {
        let mut members = Vec::new();
        json.members(|json, name| {
            let mut value = Self::Nothing;
            json.put(&mut value)?;
            members.push((Cow::Owned(name.into()), value));
            Ok(())
        })?;
        *self = Self::Map(Members(members));
        Ok(())
    }
}

impl Serialize for Tree {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Nothing => serializer.serialize_none(),
            Self::Bool(value) => serializer.serialize_bool(*value),
            Self::Whole(value) => serializer.serialize_u64(*value),
            Self::Negative(value) => serializer.serialize_i64(*value),
            Self::Text(text) => serializer.serialize_str(text),
            Self::List(list) => serializer.collect_seq(list),
            Self::Map(members) => serializer.collect_map(members.iter()),
        }
    }
}

impl<'de> Deserialize<'de> for Tree {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Grow)
    }
}

struct Grow;

impl<'de> Visitor<'de> for Grow {
    type Value = Tree;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("data")
    }

    fn visit_unit<E>(self) -> Result<Tree, E> {
        Ok(Tree::Nothing)
    }

    fn visit_none<E>(self) -> Result<Tree, E> {
        Ok(Tree::Nothing)
    }

    fn visit_some<D: Deserializer<'de>>(self, deserializer: D) -> Result<Tree, D::Error> {
        Tree::deserialize(deserializer)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Tree, E> {
        Ok(Tree::Bool(value))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Tree, E> {
        Ok(Tree::Whole(value))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Tree, E> {
        Ok(value.into())
    }

    fn visit_f64<E>(self, _: f64) -> Result<Tree, E> {
        Ok(Tree::Nothing)
    }

    fn visit_str<E>(self, text: &str) -> Result<Tree, E> {
        Ok(Tree::Text(Sensitive::from(text).into_owned()))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut elements: A) -> Result<Tree, A::Error> {
        let mut list = Vec::new();
        while let Some(element) = elements.next_element()? {
            list.push(element);
        }
        Ok(Tree::List(list))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Tree, A::Error> {
        let mut map = Vec::new();
        while let Some(member) = members.next_entry()? {
            map.push(member);
        }
        Ok(Tree::Map(Members(map)))
    }
}

macro_rules! into_tree {
    ($($kind:ty: |$value:ident| $tree:expr;)*) => {$(
        impl From<$kind> for Tree {
            fn from($value: $kind) -> Self {
                $tree
            }
        }
    )*};
}

into_tree! {
    bool: |value| Self::Bool(value);
    u64: |value| Self::Whole(value);
    u32: |value| Self::Whole(value.into());
    usize: |value| Self::Whole(value as u64);
    i64: |value| u64::try_from(value).map_or(Self::Negative(value), Self::Whole);
    &'static str: |text| Self::Text(text.into());
    Box<str>: |text| Self::Text(text.into_string().into());
    Sensitive<'static>: |text| Self::Text(text);
    Members: |members| Self::Map(members);
}

impl<T: Into<Self>> From<Option<T>> for Tree {
    fn from(value: Option<T>) -> Self {
        value.map_or(Self::Nothing, Into::into)
    }
}

/// What can be read from a [`Tree`].
pub(crate) trait FromTree<'a>: Sized {
    /// `None` if it is not in there.
    fn from_tree(tree: &'a Tree) -> Option<Self>;
}

macro_rules! from_tree {
    ($($kind:ty: $($pattern:pat => $value:expr),*;)*) => {$(
        impl<'a> FromTree<'a> for $kind {
            fn from_tree(tree: &'a Tree) -> Option<Self> {
                match tree {
                    $($pattern => $value,)*
                    _ => None,
                }
            }
        }
    )*};
}

from_tree! {
    bool: Tree::Bool(value) => Some(*value);
    u64: Tree::Whole(value) => Some(*value);
    u32: Tree::Whole(value) => Self::try_from(*value).ok();
    usize: Tree::Whole(value) => Self::try_from(*value).ok();
    i64: Tree::Whole(value) => Self::try_from(*value).ok(), Tree::Negative(value) => Some(*value);
    &'a str: Tree::Text(text) => Some(text);
    &'a [Tree]: Tree::List(list) => Some(list);
    &'a Members: Tree::Map(members) => Some(members);
}

impl<'a, T: FromTree<'a>> FromTree<'a> for Option<T> {
    fn from_tree(tree: &'a Tree) -> Option<Self> {
        match tree {
            Tree::Nothing => Some(None),
            tree => T::from_tree(tree).map(Some),
        }
    }
}

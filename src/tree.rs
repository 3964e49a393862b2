//! Data of any shape, to be looked at before it is read as what it should be.
//!
//! Owns: [`Tree`], and how other types are read from it. Must not know: what the data is.

use alloc::borrow::Cow;
use alloc::boxed::Box;
use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;

use serde::de::{Deserialize, Deserializer, MapAccess, SeqAccess, Visitor};

use crate::json::{self, Cursor, Place};

/// What a format that describes itself can hold. Numbers with a fraction are as good as none.
#[derive(Debug)]
pub(crate) enum Tree {
    Nothing,
    Bool(bool),
    Whole(u64),
    Negative(i64),
    Text(String),
    List(Vec<Self>),
    Map(Vec<(String, Self)>),
}

impl Tree {
    /// The data in a JSON text. `None` if it is none.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let mut json = Cursor::new(text);
        let mut tree = Self::Nothing;
        json.put(&mut tree).and_then(|()| json.end()).ok().map(|()| tree)
    }

    /// A member that must be there.
    pub(crate) fn required<T: FromTree>(&mut self, name: &str) -> Option<T> {
        T::from_tree(self.take(name)?)
    }

    /// A member that may be missing. `None` if it is there, and something else.
    pub(crate) fn optional<T: FromTree + Default>(&mut self, name: &str) -> Option<T> {
        self.take(name).map_or_else(|| Some(T::default()), T::from_tree)
    }

    fn take(&mut self, name: &str) -> Option<Self> {
        let Self::Map(members) = self else { return None };
        let (_, value) = members.iter_mut().find(|(member, _)| member == name)?;
        Some(core::mem::replace(value, Self::Nothing))
    }
}

impl<'a> Place<'a> for Tree {
    fn put_text(&mut self, text: Cow<'a, str>) {
        *self = Self::Text(text.into_owned());
    }

    fn put_bool(&mut self, value: bool) {
        *self = Self::Bool(value);
    }

    fn put_number(&mut self, written: &'a str) {
        let negative = || written.parse().map(Self::Negative);
        *self = written.parse().map(Self::Whole).or_else(|_| negative()).unwrap_or(Self::Nothing);
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
        let mut map = Vec::new();
        json.members(|json, name| {
            let mut value = Self::Nothing;
            json.put(&mut value)?;
            map.push((name.into(), value));
            Ok(())
        })?;
        *self = Self::Map(map);
        Ok(())
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
        Ok(u64::try_from(value).map_or(Tree::Negative(value), Tree::Whole))
    }

    fn visit_f64<E>(self, _: f64) -> Result<Tree, E> {
        Ok(Tree::Nothing)
    }

    fn visit_str<E>(self, text: &str) -> Result<Tree, E> {
        Ok(Tree::Text(text.into()))
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
        Ok(Tree::Map(map))
    }
}

/// What can be read from a [`Tree`]. By hand, and not by `serde`: what that makes of the same
/// structs is several times as large, and a page would have to load it.
pub(crate) trait FromTree: Sized {
    /// `None` if it is not in there.
    fn from_tree(tree: Tree) -> Option<Self>;
}

/// How a struct is read: by the members that must be there, and those that may be missing.
macro_rules! from_tree {
    ($kind:ident { $($required:ident),* } { $($optional:ident),* }) => {
        impl $crate::tree::FromTree for $kind {
            fn from_tree(mut tree: $crate::tree::Tree) -> Option<Self> {
                Some(Self {
                    $($required: tree.required(stringify!($required))?,)*
                    $($optional: tree.optional(stringify!($optional))?,)*
                })
            }
        }
    };
}
pub(crate) use from_tree;

impl FromTree for bool {
    fn from_tree(tree: Tree) -> Option<Self> {
        match tree {
            Tree::Bool(value) => Some(value),
            _ => None,
        }
    }
}

impl FromTree for u64 {
    fn from_tree(tree: Tree) -> Option<Self> {
        match tree {
            Tree::Whole(value) => Some(value),
            _ => None,
        }
    }
}

impl FromTree for u32 {
    fn from_tree(tree: Tree) -> Option<Self> {
        Self::try_from(u64::from_tree(tree)?).ok()
    }
}

impl FromTree for usize {
    fn from_tree(tree: Tree) -> Option<Self> {
        Self::try_from(u64::from_tree(tree)?).ok()
    }
}

impl FromTree for i64 {
    fn from_tree(tree: Tree) -> Option<Self> {
        match tree {
            Tree::Whole(value) => Self::try_from(value).ok(),
            Tree::Negative(value) => Some(value),
            _ => None,
        }
    }
}

impl FromTree for String {
    fn from_tree(tree: Tree) -> Option<Self> {
        match tree {
            Tree::Text(text) => Some(text),
            _ => None,
        }
    }
}

impl FromTree for Box<str> {
    fn from_tree(tree: Tree) -> Option<Self> {
        String::from_tree(tree).map(String::into_boxed_str)
    }
}

impl<T: FromTree> FromTree for Option<T> {
    fn from_tree(tree: Tree) -> Option<Self> {
        match tree {
            Tree::Nothing => Some(None),
            tree => T::from_tree(tree).map(Some),
        }
    }
}

impl<T: FromTree> FromTree for Vec<T> {
    fn from_tree(tree: Tree) -> Option<Self> {
        let Tree::List(trees) = tree else { return None };
        let mut list = Self::with_capacity(trees.len());
        for tree in trees {
            list.push(T::from_tree(tree)?);
        }
        Some(list)
    }
}

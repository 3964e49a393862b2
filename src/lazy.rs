//! What many sessions never use, and what takes no room until then.
//!
//! Owns: [`Lazy`]. Must not know: what is in it.

use alloc::boxed::Box;
use alloc::collections::VecDeque;
use alloc::vec::Vec;
use core::ops::{Deref, DerefMut};

/// Reads like a value that was never used until it is written to; only then is it made.
#[derive(Clone, Debug)]
pub(crate) struct Lazy<T>(Option<Box<T>>);

/// A type that has a value of no use yet, the same as its default.
pub(crate) trait Unused: Default + 'static {
    const UNUSED: &'static Self;
}

impl<T: 'static> Unused for Vec<T> {
    const UNUSED: &'static Self = &Self::new();
}

impl<T: 'static> Unused for VecDeque<T> {
    const UNUSED: &'static Self = &Self::new();
}

impl<T> Lazy<T> {
    pub(crate) const fn new() -> Self {
        Self(None)
    }

    pub(crate) fn if_used(&self) -> Option<&T> {
        self.0.as_deref()
    }

    /// To be changed only if it was ever written to.
    pub(crate) fn used(&mut self) -> Option<&mut T> {
        self.0.as_deref_mut()
    }
}

impl<T: Unused + PartialEq> Lazy<T> {
    /// Gives its room back if it is as if it was never used.
    pub(crate) fn give_back_unused(&mut self) {
        if self.0.as_deref().is_some_and(|value| value == T::UNUSED) {
            self.0 = None;
        }
    }
}

impl<T: Unused + PartialEq> From<T> for Lazy<T> {
    fn from(value: T) -> Self {
        Self((value != *T::UNUSED).then(|| Box::new(value)))
    }
}

impl<T> Default for Lazy<T> {
    fn default() -> Self {
        Self::new()
    }
}

impl<T: Unused> Deref for Lazy<T> {
    type Target = T;

    fn deref(&self) -> &T {
        self.0.as_deref().unwrap_or(T::UNUSED)
    }
}

impl<T: Unused> DerefMut for Lazy<T> {
    fn deref_mut(&mut self) -> &mut T {
        self.0.get_or_insert_default()
    }
}

impl<T: Unused + PartialEq> PartialEq for Lazy<T> {
    fn eq(&self, other: &Self) -> bool {
        **self == **other
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_written_to_is_there() {
        let mut bytes = Lazy::<Vec<u8>>::new();
        assert_eq!((bytes.len(), bytes.used()), (0, None));
        bytes.clear();
        assert_eq!(bytes.used(), Some(&mut Vec::new()));
        assert_eq!(bytes, Lazy::new());
        bytes.push(1);
        bytes.give_back_unused();
        assert_eq!(bytes.used(), Some(&mut [1].into()));
        bytes.clear();
        bytes.give_back_unused();
        assert_eq!(bytes.used(), None);
    }
}

//! A line in which seldom more than one waits.
//!
//! Owns: [`Line`]. Must not know: what waits for what.

use alloc::collections::VecDeque;

use crate::growth::{insert_into, push_back};
use crate::lazy::Lazy;

/// A queue whose first item lies in place; room for others is there while there are others.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Line<T: 'static> {
    first: Option<T>,
    /// Empty if there is no first one.
    rest: Lazy<VecDeque<T>>,
}

impl<T> Default for Line<T> {
    fn default() -> Self {
        Self::new()
    }
}

impl<T> Line<T> {
    pub(crate) const fn new() -> Self {
        Self { first: None, rest: Lazy::new() }
    }

    pub(crate) const fn is_empty(&self) -> bool {
        self.first.is_none()
    }

    pub(crate) fn len(&self) -> usize {
        usize::from(self.first.is_some()) + self.rest.len()
    }

    pub(crate) const fn front(&self) -> Option<&T> {
        self.first.as_ref()
    }

    pub(crate) fn iter(&self) -> impl DoubleEndedIterator<Item = &T> {
        self.first.iter().chain(self.rest.if_used().into_iter().flatten())
    }

    pub(crate) fn push_back(&mut self, item: T) {
        if self.first.is_none() {
            self.first = Some(item);
        } else {
            push_back(&mut self.rest, item);
        }
    }

    pub(crate) fn pop_front(&mut self) -> Option<T> {
        let first = self.first.take()?;
        if let Some(rest) = self.rest.used() {
            self.first = rest.pop_front();
            self.rest.give_back_empty();
        }
        Some(first)
    }

    /// As [`VecDeque::insert`], for a place in the line or at its end.
    pub(crate) fn insert(&mut self, at: usize, item: T) {
        match (at.checked_sub(1), self.first.take()) {
            // Past the end is the end: without a first one there is no second.
            (_, None) => self.first = Some(item),
            (None, Some(second)) => {
                insert_into(&mut self.rest, 0, second);
                self.first = Some(item);
            }
            (Some(at), first) => {
                self.first = first;
                insert_into(&mut self.rest, at, item);
            }
        }
    }

    /// As [`VecDeque::remove`].
    pub(crate) fn remove(&mut self, at: usize) -> Option<T> {
        let Some(at) = at.checked_sub(1) else { return self.pop_front() };
        let item = self.rest.used()?.remove(at);
        self.rest.give_back_empty();
        item
    }

    /// As [`VecDeque::partition_point`].
    pub(crate) fn partition_point(&self, is_before: impl Fn(&T) -> bool) -> usize {
        match &self.first {
            Some(first) if is_before(first) => 1 + self.rest.partition_point(is_before),
            _ => 0,
        }
    }
}

impl<T: 'static> Lazy<VecDeque<T>> {
    fn give_back_empty(&mut self) {
        if self.is_empty() {
            *self = Self::new();
        }
    }
}

impl<T> FromIterator<T> for Line<T> {
    fn from_iter<I: IntoIterator<Item = T>>(items: I) -> Self {
        let mut line = Self::new();
        for item in items {
            line.push_back(item);
        }
        line
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::vec::Vec;

    #[test]
    fn a_line_is_a_queue() {
        let mut line = Line::new();
        let mut queue = VecDeque::new();
        let mut draw = 1_u32;
        for item in 0..2_000_u32 {
            draw = draw.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            let place = (draw >> 16) as usize % (queue.len() + 1);
            // It grows for a while, and gets empty again.
            let shift = if item / 20 % 2 == 0 { 0 } else { 3 };
            match (draw >> 30) + shift {
                0 => {
                    line.push_back(item);
                    queue.push_back(item);
                }
                1..=3 => {
                    line.insert(place, item);
                    queue.insert(place, item);
                }
                4 => assert_eq!(line.remove(place), queue.remove(place)),
                _ => assert_eq!(line.pop_front(), queue.pop_front()),
            }
            assert_eq!((line.len(), line.is_empty()), (queue.len(), queue.is_empty()));
            assert_eq!(line.front(), queue.front());
            assert!(line.iter().eq(&queue));
            assert_eq!(line.rest.if_used().is_some(), queue.len() > 1, "room for the rest");
            assert_eq!(line, queue.iter().copied().collect());
        }
    }

    #[test]
    fn a_sorted_line_is_searched() {
        let line: Line<_> = (0..10).collect();
        let found: Vec<_> = (0..12).map(|it| line.partition_point(|item| *item < it)).collect();
        assert_eq!(found, [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 10]);
    }
}

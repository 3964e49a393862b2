//! How far a collection grows ahead of its need: little, since of most a session never needs much.
//!
//! Owns: the steps. Must not know: what is collected.

use alloc::collections::VecDeque;
use alloc::vec::Vec;

/// Room for the next one: from none to one, and from then on for half as many again.
const fn step(len: usize) -> usize {
    len / 2 + 1
}

pub(crate) fn push<T>(items: &mut Vec<T>, item: T) {
    insert(items, items.len(), item);
}

/// As [`Vec::insert`].
pub(crate) fn insert<T>(items: &mut Vec<T>, at: usize, item: T) {
    if items.len() == items.capacity() {
        items.reserve_exact(step(items.len()));
    }
    items.insert(at, item);
}

pub(crate) fn push_back<T>(line: &mut VecDeque<T>, item: T) {
    push_back_with_room(line, item, 1);
}

/// With room for so many more at least, where more are sure to come.
pub(crate) fn push_back_with_room<T>(line: &mut VecDeque<T>, item: T, room: usize) {
    make_room(line, room);
    line.push_back(item);
}

/// As [`VecDeque::insert`].
pub(crate) fn insert_into<T>(line: &mut VecDeque<T>, at: usize, item: T) {
    make_room(line, 1);
    line.insert(at, item);
}

fn make_room<T>(line: &mut VecDeque<T>, room: usize) {
    if line.len() == line.capacity() {
        line.reserve_exact(step(line.len()).max(room));
    }
}

//! What is due when, in the order of time, and within one time in the order of asking.
//!
//! Owns: the queue. Must not know: what is done.

use std::cmp::Ordering;
use std::collections::BinaryHeap;

/// Milliseconds of the world's time.
pub(super) type Ms = u64;

/// Something that becomes due.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Due {
    /// A happening of the plan.
    Happening(usize),
    /// The next key of a burst, with how many follow it.
    Key { left: u64, every: Ms, burst: u64 },
    /// The host drains what it left lying.
    Drain,
    /// Something may arrive at the service's end of a link.
    Up(usize),
    /// Something may arrive at the guest's end of a link.
    Down(usize),
    /// A dial reaches the service.
    DialReaches(usize),
    /// The guest's end of a broken link learns of it.
    GuestNotices(usize),
    /// The service's end of a broken link learns of it.
    ServiceNotices(usize),
    /// The guest's driver pings.
    Ping(usize),
    /// A fault is over.
    FaultOver(u64),
    /// The user looks at a message, or no more.
    Look { message: usize, on: bool },
    /// The window is back.
    Show,
    /// The host connects.
    Connect,
    /// The host has a new token, and connects.
    Renew,
    /// The host opens a new conversation.
    StartNew,
    /// The host decides on a kept text.
    Decide { key: u64 },
    /// The process starts again.
    Start { snapshot: bool },
    /// The machine wakes up.
    Wake,
    /// The agent stops typing.
    AgentRests,
    /// A step of the epilogue.
    Epilogue(u8),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Entry {
    at: Ms,
    number: u64,
    due: Due,
}

impl Ord for Entry {
    /// The heap gives its greatest first: that is the earliest.
    fn cmp(&self, other: &Self) -> Ordering {
        (other.at, other.number).cmp(&(self.at, self.number))
    }
}

impl PartialOrd for Entry {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

#[derive(Clone, Debug, Default)]
pub(super) struct Queue {
    heap: BinaryHeap<Entry>,
    asked: u64,
}

impl Queue {
    /// With room for so much at a time.
    pub(super) fn with_capacity(count: usize) -> Self {
        Self { heap: BinaryHeap::with_capacity(count), asked: 0 }
    }

    pub(super) fn push(&mut self, at: Ms, due: Due) {
        self.asked += 1;
        self.heap.push(Entry { at, number: self.asked, due });
    }

    pub(super) fn next_at(&self) -> Option<Ms> {
        self.heap.peek().map(|entry| entry.at)
    }

    pub(super) fn pop(&mut self) -> Option<Due> {
        self.heap.pop().map(|entry| entry.due)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_due_at_one_time_comes_in_the_order_of_asking() {
        let mut queue = Queue::default();
        for (at, due) in [(5, Due::Show), (3, Due::Wake), (5, Due::Drain), (3, Due::Connect)] {
            queue.push(at, due);
        }
        assert_eq!(queue.next_at(), Some(3));
        let order: Vec<Due> = std::iter::from_fn(|| queue.pop()).collect();
        assert_eq!(order, [Due::Wake, Due::Connect, Due::Show, Due::Drain]);
    }
}

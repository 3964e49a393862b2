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
    /// The next key of the burst of this number.
    Key(u64),
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
    /// The greatest is the earliest, which a heap gives first.
    fn cmp(&self, other: &Self) -> Ordering {
        (other.at, other.number).cmp(&(self.at, self.number))
    }
}

impl PartialOrd for Entry {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

#[derive(Clone, Debug)]
pub(super) struct Queue {
    /// What was known from the beginning, the earliest last: most of what there is.
    planned: Vec<Entry>,
    heap: BinaryHeap<Entry>,
    asked: u64,
}

impl Queue {
    /// A queue of what is known from the beginning.
    pub(super) fn new(planned: impl Iterator<Item = (Ms, Due)>) -> Self {
        let mut planned: Vec<Entry> =
            (1..).zip(planned).map(|(number, (at, due))| Entry { at, number, due }).collect();
        planned.sort_unstable();
        let asked = planned.len() as u64;
        Self { planned, heap: BinaryHeap::new(), asked }
    }

    pub(super) fn push(&mut self, at: Ms, due: Due) {
        self.asked += 1;
        self.heap.push(Entry { at, number: self.asked, due });
    }

    pub(super) fn next_at(&self) -> Option<Ms> {
        self.planned.last().max(self.heap.peek()).map(|entry| entry.at)
    }

    pub(super) fn pop(&mut self) -> Option<Due> {
        let next = if self.planned.last() > self.heap.peek() {
            self.planned.pop()
        } else {
            self.heap.pop()
        };
        next.map(|entry| entry.due)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_due_at_one_time_comes_in_the_order_of_asking() {
        let planned = [(5, Due::Show), (3, Due::Wake)];
        let mut queue = Queue::new(planned.into_iter());
        for (at, due) in [(5, Due::Drain), (3, Due::Connect), (4, Due::AgentRests)] {
            queue.push(at, due);
        }
        assert_eq!(queue.next_at(), Some(3));
        let order: Vec<Due> = std::iter::from_fn(|| queue.pop()).collect();
        assert_eq!(order, [Due::Wake, Due::Connect, Due::AgentRests, Due::Show, Due::Drain]);
    }
}

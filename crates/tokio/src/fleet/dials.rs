//! Who waits to dial.
//!
//! Owns: one line for each deployment, first come, first served. Must not know: sessions, transports,
//! what keeps the time.

use std::collections::BTreeMap;

use slab::Slab;
use webmessaging_proto::Instant;

use super::dial_limit::{Bucket, DialLimit};
use super::ready::Slot;

/// A deployment that was dialed, or is to be.
pub(super) type Line = usize;

/// A place in a line; it is to be given back, or is used up when its turn comes.
#[derive(Debug, PartialEq)]
pub(super) struct Ticket {
    pub(super) line: Line,
    number: u64,
}

/// What becomes of somebody who wants to dial.
#[derive(Debug, PartialEq)]
pub(super) enum Asked {
    Granted(Line),
    Waits(Ticket),
}

#[derive(Debug)]
pub(super) struct Dials {
    limit: DialLimit,
    lines: Slab<Deployment>,
    by_id: BTreeMap<Box<str>, Line>,
    last_number: u64,
    waiting: usize,
}

#[derive(Debug)]
struct Deployment {
    id: Box<str>,
    bucket: Bucket,
    line: BTreeMap<u64, Slot>,
}

impl Dials {
    pub(super) fn new(limit: DialLimit) -> Self {
        let (lines, by_id) = (Slab::new(), BTreeMap::new());
        Self { limit, lines, by_id, last_number: 0, waiting: 0 }
    }

    pub(super) const fn waiting(&self) -> usize {
        self.waiting
    }

    pub(super) fn ask(&mut self, deployment: &str, slot: Slot, now: Instant) -> Asked {
        let line = self.line_of(deployment, now);
        let deployment = &mut self.lines[line];
        if deployment.line.is_empty() && deployment.bucket.take(&self.limit, now).is_ok() {
            return Asked::Granted(line);
        }
        self.last_number += 1;
        self.waiting += 1;
        deployment.line.insert(self.last_number, slot);
        Asked::Waits(Ticket { line, number: self.last_number })
    }

    pub(super) fn give_back(&mut self, ticket: &Ticket) {
        let deployment = self.lines.get_mut(ticket.line);
        if deployment.and_then(|deployment| deployment.line.remove(&ticket.number)).is_some() {
            self.waiting -= 1;
        }
    }

    /// The next one of a line, if it may dial now.
    pub(super) fn next(&mut self, line: Line, now: Instant) -> Option<Slot> {
        let deployment = self.lines.get_mut(line)?;
        let first = deployment.line.first_entry()?;
        deployment.bucket.take(&self.limit, now).ok()?;
        self.waiting -= 1;
        Some(first.remove())
    }

    /// When a line is to be looked at again; `None` if it can be forgotten, which is done.
    pub(super) fn look_again(&mut self, line: Line, now: Instant) -> Option<Instant> {
        let deployment = self.lines.get(line)?;
        if !deployment.line.is_empty() {
            return Some(deployment.bucket.free_at(&self.limit));
        }
        let full_at = deployment.bucket.full_at();
        if full_at > now {
            return Some(full_at);
        }
        let deployment = self.lines.remove(line);
        self.by_id.remove(&deployment.id);
        None
    }

    fn line_of(&mut self, id: &str, now: Instant) -> Line {
        if let Some(line) = self.by_id.get(id) {
            return *line;
        }
        let bucket = Bucket::full(now);
        let line = self.lines.insert(Deployment { id: id.into(), bucket, line: BTreeMap::new() });
        self.by_id.insert(id.into(), line);
        line
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    fn at(seconds: u64) -> Instant {
        Instant::from_millis(seconds * 1000)
    }

    /// One a second, two at once.
    fn dials() -> Dials {
        Dials::new(DialLimit::new(60, Duration::from_secs(59)).with_burst(2))
    }

    fn wait(dials: &mut Dials, slot: Slot) -> Ticket {
        match dials.ask("d", slot, at(0)) {
            Asked::Waits(ticket) => ticket,
            Asked::Granted(_) => panic!("{slot} need not wait"),
        }
    }

    #[test]
    fn a_place_given_back_is_the_place_of_the_next_one() {
        let mut dials = dials();
        let line = 0;
        assert_eq!(dials.ask("d", 1, at(0)), Asked::Granted(line));
        assert_eq!(dials.ask("d", 2, at(0)), Asked::Granted(line));
        let third = wait(&mut dials, 3);
        wait(&mut dials, 4);
        wait(&mut dials, 5);
        assert_eq!((dials.look_again(line, at(0)), dials.waiting()), (Some(at(1)), 3));
        assert_eq!(dials.ask("e", 6, at(0)), Asked::Granted(1), "lines do not know each other");
        dials.give_back(&third);
        dials.give_back(&third);
        assert_eq!(dials.waiting(), 2);
        assert_eq!(dials.next(line, Instant::from_millis(999)), None);
        assert_eq!(dials.next(line, at(1)), Some(4));
        assert_eq!(dials.next(line, at(1)), None);
        assert_eq!(dials.look_again(line, at(1)), Some(at(2)));
        assert_eq!(dials.next(line, at(2)), Some(5));
    }

    #[test]
    fn a_deployment_is_forgotten_once_its_past_does_not_matter() {
        let mut dials = dials();
        let line = 0;
        assert_eq!(dials.ask("d", 1, at(0)), Asked::Granted(line));
        assert_eq!(dials.look_again(line, at(0)), Some(at(1)));
        assert_eq!(dials.look_again(line, at(1)), None);
        assert!(dials.lines.is_empty() && dials.by_id.is_empty());
    }
}

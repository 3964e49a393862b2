//! What a snapshot holds of the ledger.
//!
//! Owns: the way from the ledger to data and back, and the check of what is read. Must not know: the
//! rest of the snapshot.

use alloc::boxed::Box;
use alloc::vec::Vec;
use core::time::Duration;

use serde::Serialize;

use super::ledger::{LedgerId, State};
use super::{Receipts, check_id};
use crate::error::RestoreError;
use crate::offset::Offset;
use crate::time::Instant;
use crate::tree::{FromTree, Tree, from_tree};

/// The ledger of a session without a connection. Messages are named by their place in `messages`;
/// one that no list names needs no receipt any more.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub(crate) struct ReceiptsSnapshot {
    foreground: bool,
    /// Their ids, oldest first.
    messages: Vec<Box<str>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    unread: Vec<usize>,
    /// On screen, with the start of their dwell.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    visible: Vec<(usize, Offset)>,
    /// Read, in the order of reading; the server is to be told.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    due: Vec<usize>,
}

from_tree!(ReceiptsSnapshot { foreground, messages } { unread, visible, due });

/// A place in `messages`, and a time.
impl FromTree for (usize, Offset) {
    fn from_tree(tree: Tree) -> Option<Self> {
        let Tree::List(pair) = tree else { return None };
        let [place, since] = pair.try_into().ok()?;
        Some((usize::from_tree(place)?, Offset::from_tree(since)?))
    }
}

impl ReceiptsSnapshot {
    /// Nothing is on screen yet, and the screen is there to be seen, as in a new session.
    pub(crate) fn empty_screen(&mut self) {
        self.foreground = true;
        self.unread.extend(self.visible.drain(..).map(|(place, _)| place));
        self.unread.sort_unstable();
    }
}

impl Receipts {
    /// The ledger after [`connection_lost`](Self::connection_lost).
    pub(crate) fn snapshot(&self, now: Instant) -> ReceiptsSnapshot {
        let ledger = &*self.ledger;
        let entries = ledger.entries.iter().enumerate();
        let watched = ledger.watched.iter();
        ReceiptsSnapshot {
            foreground: self.foreground,
            messages: ledger.entries.iter().map(|entry| entry.id.clone()).collect(),
            unread: entries
                .filter(|(_, entry)| entry.state == State::Unread)
                .map(|(place, _)| place)
                .collect(),
            visible: watched
                .map(|watched| (ledger.place(watched.key), Offset::of(watched.since, now)))
                .collect(),
            due: ledger.due.iter().map(|due| ledger.place(due.key)).collect(),
        }
    }

    /// Takes over what a snapshot holds; for an empty ledger.
    ///
    /// # Errors
    /// If it is no snapshot of a ledger, or too large for this one.
    pub(crate) fn restore(
        &mut self,
        saved: &ReceiptsSnapshot,
        now: Instant,
    ) -> Result<(), RestoreError> {
        let damaged = Err(RestoreError::Damaged { part: "messages" });
        if saved.messages.len() > self.limit {
            return Err(RestoreError::TooMany {
                what: "messages",
                found: saved.messages.len(),
                limit: self.limit,
            });
        }
        if saved.messages.iter().any(|id| check_id(id).is_err()) {
            return damaged;
        }
        if !(saved.messages.is_empty() || self.ledger.fill(&saved.messages, State::Settled)) {
            return damaged;
        }
        let places = saved.visible.iter().map(|(place, _)| place);
        for &place in saved.unread.iter().chain(places).chain(&saved.due) {
            let named_once =
                self.ledger.entries.get_mut(place).is_some_and(|entry| {
                    core::mem::replace(&mut entry.state, State::Unread).is_done()
                });
            if !named_once {
                return damaged;
            }
        }
        let since = |(place, since): &(usize, Offset)| (*place, since.from(now, Duration::ZERO));
        let mut visible: Vec<_> = saved.visible.iter().map(since).collect();
        visible.sort_by_key(|(_, since)| *since);
        for (place, since) in visible {
            self.ledger.watch(LedgerId(place as u64), since);
        }
        for place in &saved.due {
            self.ledger.read(LedgerId(*place as u64));
        }
        self.foreground = saved.foreground;
        Ok(())
    }
}

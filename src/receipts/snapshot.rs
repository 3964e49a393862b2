//! What a snapshot holds of the ledger.
//!
//! Owns: the way from the ledger to data and back, and the check of what is read. Must not know: the
//! rest of the snapshot.

use alloc::vec::Vec;
use core::time::Duration;

use super::ledger::State;
use super::{Receipts, check_id};
use crate::error::RestoreError;
use crate::offset::Offset;
use crate::time::Instant;
use crate::tree::{FromTree, Members, Tree};

/// Nothing is on screen yet, and the screen is there to be seen, as in a new session.
pub(crate) fn empty_screen(saved: &mut Tree) {
    if let Some(foreground) = saved.member_mut("foreground") {
        *foreground = true.into();
    }
    let Some(Tree::List(visible)) = saved.take("visible") else { return };
    let mut unread = match saved.take("unread") {
        Some(Tree::List(unread)) => unread,
        _ => Vec::new(),
    };
    for mut place_and_time in visible {
        if let Tree::List(place_and_time) = &mut place_and_time {
            place_and_time.truncate(1);
            unread.append(place_and_time);
        }
    }
    if let Tree::Map(saved) = saved {
        saved.put("unread", Tree::List(unread));
    }
}

/// The lists of a ledger without a connection. Messages are named by their place in `messages`; one
/// that no list names needs no receipt any more.
struct Saved<'a> {
    foreground: bool,
    /// Their ids, oldest first.
    messages: &'a [Tree],
    unread: &'a [Tree],
    /// On screen, with the start of their dwell.
    visible: &'a [Tree],
    /// Read, in the order of reading; the server is to be told.
    due: &'a [Tree],
}

impl<'a> FromTree<'a> for Saved<'a> {
    fn from_tree(saved: &'a Tree) -> Option<Self> {
        Some(Self {
            foreground: saved.required("foreground")?,
            messages: saved.required("messages")?,
            unread: saved.optional("unread")?,
            visible: saved.optional("visible")?,
            due: saved.optional("due")?,
        })
    }
}

impl Receipts {
    /// The ledger as it is once the connection is lost.
    pub(crate) fn snapshot(&self, now: Instant) -> Tree {
        let ledger = &*self.ledger;
        let entries = || ledger.entries.iter().enumerate();
        let unread = entries().filter(|(_, entry)| entry.state == State::Unread);
        let visible = ledger.watched.iter().map(|watched| {
            let since = Offset::of(watched.since, now);
            Tree::list([Tree::from(ledger.place(watched.key)), since.into()])
        });
        let due = ledger.owed().into_iter().map(|owed| ledger.place(owed.key));
        let mut saved = Members::default();
        saved.put("foreground", self.foreground);
        saved.put("messages", Tree::list(entries().map(|(_, entry)| entry.id.clone())));
        saved.put("unread", Tree::list(unread.map(|(place, _)| place)).unless_empty());
        saved.put("visible", Tree::list(visible).unless_empty());
        saved.put("due", Tree::list(due).unless_empty());
        saved.into()
    }

    /// Takes over what a snapshot holds; for an empty ledger.
    ///
    /// # Errors
    /// If it is no snapshot of a ledger, or too large for this one.
    pub(crate) fn restore(&mut self, saved: &Tree, now: Instant) -> Result<(), RestoreError> {
        let saved = Saved::from_tree(saved).ok_or(RestoreError::NO_STATE)?;
        let found = saved.messages.len();
        if found > self.limit {
            return Err(RestoreError::TooMany { what: "messages", found, limit: self.limit });
        }
        self.foreground = saved.foreground;
        self.fill(&saved, now).ok_or(RestoreError::Damaged { part: "messages" })
    }

    fn fill(&mut self, saved: &Saved<'_>, now: Instant) -> Option<()> {
        let &Saved { messages, unread, visible, due, .. } = saved;
        if messages.is_empty() {
            return [unread, visible, due].iter().all(|list| list.is_empty()).then_some(());
        }
        let mut ids = Vec::with_capacity(messages.len());
        for id in messages {
            ids.push(<&str>::from_tree(id).filter(|id| check_id(id).is_ok())?);
        }
        let ledger = &mut *self.ledger;
        ledger.fill(&ids, State::Settled).then_some(())?;
        for place in unread {
            ledger.unsettle(usize::from_tree(place)?)?;
        }
        let mut watched = Vec::new();
        for seen in visible {
            let [place, since] = <&[Tree]>::from_tree(seen)? else { return None };
            let key = ledger.unsettle(usize::from_tree(place)?)?;
            let since = Offset::from_tree(since)?.from(now, Duration::ZERO);
            let at = watched.partition_point(|(_, other)| *other <= since);
            watched.insert(at, (key, since));
        }
        for (key, since) in watched {
            ledger.watch(key, since);
        }
        for place in due {
            let key = ledger.unsettle(usize::from_tree(place)?)?;
            ledger.read(key);
        }
        Some(())
    }
}

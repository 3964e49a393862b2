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

/// Nothing is on screen yet, and the screen is there to be seen, as in a new session. What is damaged
/// stays so: whoever restores it is to see it.
pub(crate) fn empty_screen(saved: &mut Tree) {
    if let Some(foreground @ Tree::Bool(_)) = saved.member_mut("foreground") {
        *foreground = true.into();
    }
    let Some(visible) = take_list(saved, "visible") else { return };
    let Some(mut unread) = take_list(saved, "unread") else { return };
    for seen in visible {
        match seen {
            Tree::List(mut place_and_time) if place_and_time.len() == 2 => {
                place_and_time.truncate(1);
                unread.append(&mut place_and_time);
            }
            // No place, so that it is refused.
            _ => unread.push(Tree::Nothing),
        }
    }
    put_back(saved, "unread", Tree::List(unread));
}

/// Takes a list out, an empty one if there is none. `None` if it is no list; it stays then.
fn take_list(saved: &mut Tree, name: &'static str) -> Option<Vec<Tree>> {
    match saved.take(name) {
        None | Some(Tree::Nothing) => Some(Vec::new()),
        Some(Tree::List(list)) => Some(list),
        Some(damaged) => {
            put_back(saved, name, damaged);
            None
        }
    }
}

fn put_back(saved: &mut Tree, name: &'static str, value: Tree) {
    if let Tree::Map(saved) = saved {
        saved.put(name, value);
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
            watched.push((since, watched.len(), key));
        }
        watched.sort_unstable_by_key(|&(since, at, _)| (since, at));
        for (since, _, key) in watched {
            ledger.watch(key, since);
        }
        for place in due {
            let key = ledger.unsettle(usize::from_tree(place)?)?;
            ledger.read(key);
        }
        Some(())
    }
}

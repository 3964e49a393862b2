//! The others' typing indicators: who is shown as typing, and until when.
//!
//! Owns: one deadline a sender. Must not know: frames, the own typing.

use alloc::boxed::Box;
use alloc::vec::Vec;
use core::time::Duration;

use serde::Serialize;

use crate::growth::push;
use crate::time::Instant;

/// How long an indicator lasts if its sender does not say (`wire.md` 5.5).
pub const DEFAULT_TYPING_DURATION: Duration = Duration::from_secs(5);
/// The shortest time that a sender's indicator lasts.
pub const MIN_TYPING_DURATION: Duration = Duration::from_secs(1);
/// The longest time that a sender's indicator lasts.
pub const MAX_TYPING_DURATION: Duration = Duration::from_secs(30);

/// What a sender is called of whom nothing is known.
pub(crate) const UNKNOWN_KIND: &str = "agent";

/// Who is typing, as far as the service says.
#[derive(Clone, Debug, Eq, PartialEq, Serialize)]
pub struct Typist {
    /// The nickname; without one, the kind of sender: `Human`, `Bot`, or `agent`.
    pub name: Box<str>,
    /// Whether `name` is a nickname.
    pub has_nickname: bool,
}

/// Why a typist is not shown any more.
#[derive(Clone, Copy, Debug, Eq, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum PeerTypingEnd {
    /// The sender said so.
    Off,
    /// Nothing more was heard in time.
    Expired,
    /// The message that was being typed has arrived.
    Message,
    /// The connection is gone.
    Disconnected,
    /// The conversation is over.
    Ended,
}

/// A change of what is shown.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum PeerTypingChange {
    /// This typist is shown from now on.
    Started(Typist),
    /// This typist is not shown any more.
    Stopped(Typist, PeerTypingEnd),
}

/// The remote typing indicators as a machine of its own: inputs in, [`poll`](Self::poll) and
/// [`deadline`](Self::deadline) out. Time is only ever the arrival's, never a sender's stamp, and must
/// not run backward.
///
/// ```
/// use webmessaging_proto::{Instant, PeerTyping, PeerTypingChange, PeerTypingEnd};
///
/// let at = Instant::from_millis;
/// let mut peers = PeerTyping::new(8);
/// peers.on(Some("Kim"), "Human", None, at(0));
/// assert!(matches!(peers.poll(at(0)), Some(PeerTypingChange::Started(who)) if &*who.name == "Kim"));
/// assert_eq!(peers.deadline(), Some(at(5_000)));
/// let stopped = peers.poll(at(5_000));
/// assert!(matches!(stopped, Some(PeerTypingChange::Stopped(_, PeerTypingEnd::Expired))));
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct PeerTyping {
    slots: Vec<Slot>,
    limit: usize,
}

#[derive(Clone, Debug, PartialEq)]
struct Slot {
    typist: Typist,
    until: Instant,
    /// Whether the host was told of the start.
    shown: bool,
    ended: Option<PeerTypingEnd>,
}

impl PeerTyping {
    /// Nobody types; at most `limit` typists are shown at a time, further ones are ignored.
    #[must_use]
    pub const fn new(limit: usize) -> Self {
        Self { slots: Vec::new(), limit }
    }

    /// A sender is typing, for `duration` within [`MIN_TYPING_DURATION`] to [`MAX_TYPING_DURATION`], or for
    /// [`DEFAULT_TYPING_DURATION`]. A repetition extends the time and never shortens it.
    pub fn on(
        &mut self,
        nickname: Option<&str>,
        kind: &str,
        duration: Option<Duration>,
        now: Instant,
    ) {
        let duration = duration
            .unwrap_or(DEFAULT_TYPING_DURATION)
            .clamp(MIN_TYPING_DURATION, MAX_TYPING_DURATION);
        let until = now + duration;
        let name = nickname.unwrap_or(kind);
        if let Some(slot) = self.slot(nickname, kind) {
            slot.until = if slot.ended.is_some() { until } else { slot.until.max(until) };
            slot.ended = None;
        } else if self.slots.len() < self.limit {
            let typist = Typist { name: name.into(), has_nickname: nickname.is_some() };
            push(&mut self.slots, Slot { typist, until, shown: false, ended: None });
        }
    }

    /// A sender stopped typing.
    pub fn off(&mut self, nickname: Option<&str>, kind: &str) {
        if let Some(slot) = self.slot(nickname, kind) {
            slot.end(PeerTypingEnd::Off);
        }
    }

    /// A message arrived: its sender is not typing any more. A message without a nickname may be
    /// anybody's and ends every indicator; one with a nickname also those without, if they are of
    /// its kind or of none.
    pub fn message(&mut self, nickname: Option<&str>, kind: &str) {
        for slot in &mut self.slots {
            let Typist { name, has_nickname } = &slot.typist;
            let by_sender = match (nickname, has_nickname) {
                (None, _) => true,
                (Some(nickname), true) => **name == *nickname,
                (Some(_), false) => **name == *kind || [&**name, kind].contains(&UNKNOWN_KIND),
            };
            if by_sender {
                slot.end(PeerTypingEnd::Message);
            }
        }
    }

    /// Nobody is typing any more.
    pub fn clear(&mut self, reason: PeerTypingEnd) {
        for slot in &mut self.slots {
            slot.end(reason);
        }
    }

    /// The next change that the host has not been told of.
    #[must_use = "a change that is handed out counts as told"]
    pub fn poll(&mut self, now: Instant) -> Option<PeerTypingChange> {
        let mut at = 0;
        while let Some(slot) = self.slots.get_mut(at) {
            if slot.until <= now {
                slot.end(PeerTypingEnd::Expired);
            }
            match (slot.shown, slot.ended) {
                (true, None) => at += 1,
                (false, None) => {
                    slot.shown = true;
                    return Some(PeerTypingChange::Started(slot.typist.clone()));
                }
                (false, Some(_)) => drop(self.take_out(at)),
                (true, Some(reason)) => {
                    let slot = self.take_out(at);
                    return Some(PeerTypingChange::Stopped(slot.typist, reason));
                }
            }
        }
        None
    }

    /// When [`poll`](Self::poll) next has something to say by itself.
    #[must_use]
    pub fn deadline(&self) -> Option<Instant> {
        self.slots.iter().map(|slot| slot.until).min()
    }

    /// Who is shown, in the order of their start.
    pub fn typists(&self) -> impl Iterator<Item = &Typist> {
        self.slots.iter().filter(|slot| slot.shown && slot.ended.is_none()).map(|slot| &slot.typist)
    }

    /// Nobody types most of the time: the room for those who do does not stay.
    fn take_out(&mut self, at: usize) -> Slot {
        let slot = self.slots.remove(at);
        if self.slots.is_empty() {
            self.slots = Vec::new();
        }
        slot
    }

    fn slot(&mut self, nickname: Option<&str>, kind: &str) -> Option<&mut Slot> {
        let name = nickname.unwrap_or(kind);
        self.slots.iter_mut().find(|slot| {
            *slot.typist.name == *name && slot.typist.has_nickname == nickname.is_some()
        })
    }
}

impl Slot {
    /// The first reason stands.
    fn end(&mut self, reason: PeerTypingEnd) {
        self.ended = self.ended.or(Some(reason));
    }
}

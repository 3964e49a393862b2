//! The others' typing indicators: a list of who is shown, and until when.
//!
//! Owns: the list. Must not know: frames.

use core::time::Duration;

use webmessaging_proto::{
    DEFAULT_TYPING_DURATION, Instant, MAX_TYPING_DURATION, MIN_TYPING_DURATION, Typist,
};

#[derive(Clone, Debug)]
struct Shown {
    who: Typist,
    until: Instant,
}

/// In the order of their start.
#[derive(Clone, Debug, Default)]
pub(super) struct Typists {
    shown: Vec<Shown>,
}

/// Who a sender is: the nickname, else the kind of being, else `agent`.
pub(super) fn typist(nickname: Option<&str>, kind: &str) -> Typist {
    Typist { name: nickname.unwrap_or(kind).into(), has_nickname: nickname.is_some() }
}

impl Typists {
    /// Gives the typist if it was not shown before.
    pub(super) fn on(
        &mut self,
        who: Typist,
        duration: Option<Duration>,
        limit: usize,
        now: Instant,
    ) -> Option<Typist> {
        let lasts = duration
            .unwrap_or(DEFAULT_TYPING_DURATION)
            .clamp(MIN_TYPING_DURATION, MAX_TYPING_DURATION);
        if let Some(known) = self.shown.iter_mut().find(|shown| shown.who == who) {
            known.until = known.until.max(now + lasts);
            return None;
        }
        if self.shown.len() >= limit {
            return None;
        }
        self.shown.push(Shown { who: who.clone(), until: now + lasts });
        Some(who)
    }

    fn take(&mut self, mut goes: impl FnMut(&Shown) -> bool) -> Vec<Typist> {
        let (gone, stay) = self.shown.drain(..).partition(|shown| goes(shown));
        self.shown = stay;
        let gone: Vec<Shown> = gone;
        gone.into_iter().map(|shown| shown.who).collect()
    }

    pub(super) fn off(&mut self, who: &Typist) -> Vec<Typist> {
        self.take(|shown| shown.who == *who)
    }

    /// A message ends its sender's indicator; one without a nickname may be anybody's. One with a
    /// nickname also ends the nameless ones, unless both kinds are known and differ.
    pub(super) fn message(&mut self, nickname: Option<&str>, kind: &str) -> Vec<Typist> {
        self.take(|shown| match nickname {
            None => true,
            Some(nickname) if shown.who.has_nickname => *shown.who.name == *nickname,
            Some(_) => *shown.who.name == *kind || *shown.who.name == *"agent" || kind == "agent",
        })
    }

    pub(super) fn expired(&mut self, now: Instant) -> Vec<Typist> {
        self.take(|shown| shown.until <= now)
    }

    pub(super) fn clear(&mut self) -> Vec<Typist> {
        self.take(|_| true)
    }

    pub(super) fn times(&self) -> Vec<Instant> {
        self.shown.iter().map(|shown| shown.until).collect()
    }
}

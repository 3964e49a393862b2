//! The own typing indicator, told from what was pressed and what was sent.
//!
//! Owns: what the user wants shown, what the remote believes, and what would make them equal.
//! Must not know: budgets, pauses of the session, phases.

use webmessaging_proto::frame::TypingNotice;
use webmessaging_proto::{Instant, TracingId, TypingPolicy};

/// What the agent's side shows, as far as it can be known, and since which On.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Shown {
    No,
    /// A connection was lost, or a notice was refused or failed.
    Perhaps(Instant),
    Yes(Instant),
}

/// What the answer to a notice tells of it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Fate {
    /// Nothing was heard: it counts as taken.
    Stands,
    /// It was not taken.
    Refused,
    /// Nobody knows.
    Failed,
}

#[derive(Clone, Copy, Debug)]
struct Notice {
    id: TracingId,
    said: TypingNotice,
    at: Instant,
    fate: Fate,
}

/// What is to be said.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Want {
    Off,
    On,
    /// An On where the remote shows typing already.
    Refresh,
}

#[derive(Clone, Debug)]
pub(super) struct Indicator {
    /// In force in each new conversation.
    first_rules: TypingPolicy,
    pub(super) rules: TypingPolicy,
    pub(super) forbidden: bool,
    last_key: Option<Instant>,
    held_until: Option<Instant>,
    /// The first key of the burst.
    since: Instant,
    /// What was shown before the first of `notices`.
    before: Shown,
    /// Said on this connection, since the remote last surely showed nothing.
    notices: Vec<Notice>,
    last_on: Option<Instant>,
    /// The end of a rest after a failure that was no rate limit.
    rests_until: Instant,
}

impl Indicator {
    pub(super) const fn new(rules: TypingPolicy) -> Self {
        Self {
            first_rules: rules,
            rules,
            forbidden: false,
            last_key: None,
            held_until: None,
            since: Instant::ORIGIN,
            before: Shown::No,
            notices: Vec::new(),
            last_on: None,
            rests_until: Instant::ORIGIN,
        }
    }

    // ---- the user

    /// When the user's typing ends if nothing more happens: idle after the last key, or the end of
    /// the hold.
    fn lapses_at(&self) -> Option<Instant> {
        self.last_key.map(|key| key + self.rules.idle).max(self.held_until)
    }

    /// Whether the user is typing; at the very end of idle, no more.
    pub(super) fn desired(&self, now: Instant) -> bool {
        self.lapses_at().is_some_and(|end| now < end)
    }

    fn begin(&mut self, now: Instant) {
        if !self.desired(now) {
            (self.since, self.last_key, self.held_until) = (now, None, None);
        }
    }

    pub(super) fn key(&mut self, now: Instant) {
        self.begin(now);
        self.last_key = Some(now);
    }

    pub(super) fn hold(&mut self, now: Instant) {
        self.begin(now);
        self.held_until = Some(now + self.rules.hold);
    }

    /// Only a new key or hold starts it again.
    pub(super) fn end(&mut self) {
        (self.last_key, self.held_until) = (None, None);
    }

    // ---- the remote

    pub(super) fn shown(&self, now: Instant) -> Shown {
        if self.is_expired(now) { Shown::No } else { self.shown_without_end() }
    }

    /// known: the remote's time counts from the newest On, even if that one was refused.
    fn is_expired(&self, now: Instant) -> bool {
        let expires_at = self.rules.remote_ttl.and_then(|ttl| Some(self.last_on? + ttl));
        expires_at.is_some_and(|end| now >= end)
    }

    fn shown_without_end(&self) -> Shown {
        let mut shown = self.before;
        for notice in &self.notices {
            shown = match (notice.said, notice.fate, shown) {
                (TypingNotice::On, Fate::Stands, _) => Shown::Yes(notice.at),
                (TypingNotice::On, Fate::Failed, _) => Shown::Perhaps(notice.at),
                (TypingNotice::On, Fate::Refused, before) => before,
                (TypingNotice::Off, Fate::Stands, _) | (_, _, Shown::No) => Shown::No,
                // After an Off that was not taken, or perhaps not, it may still show.
                (TypingNotice::Off, _, Shown::Perhaps(on) | Shown::Yes(on)) => Shown::Perhaps(on),
            };
        }
        // Decision: after a newest notice that was not taken, nothing is sure.
        if let (Shown::Yes(on), Some(newest)) = (shown, self.notices.last()) {
            if newest.fate != Fate::Stands {
                shown = Shown::Perhaps(on);
            }
        }
        shown
    }

    pub(super) fn said(&mut self, id: TracingId, said: TypingNotice, now: Instant) {
        if self.is_expired(now) && self.shown_without_end() != Shown::No {
            // What has ended by itself comes back with no refusal of what is said now.
            self.nothing_shows();
        }
        self.notices.push(Notice { id, said, at: now, fate: Fate::Stands });
        if said == TypingNotice::On {
            self.last_on = Some(now);
        }
    }

    pub(super) fn answered(&mut self, id: TracingId, fate: Fate) {
        for notice in &mut self.notices {
            if notice.id == id {
                notice.fate = fate;
            }
        }
    }

    /// A text went out; where messages end the indicator, nothing is shown.
    pub(super) fn text_sent(&mut self) {
        if self.rules.message_ends_belief {
            self.nothing_shows();
        }
    }

    pub(super) fn nothing_shows(&mut self) {
        self.before = Shown::No;
        self.notices.clear();
    }

    pub(super) fn rest_until(&mut self, until: Instant) {
        self.rests_until = self.rests_until.max(until);
    }

    pub(super) fn connection_lost(&mut self, now: Instant) {
        self.before = match self.shown(now) {
            Shown::No => Shown::No,
            Shown::Perhaps(on) | Shown::Yes(on) => Shown::Perhaps(on),
        };
        self.notices.clear();
    }

    /// Another conversation: nobody in it has seen an indicator or refused one.
    pub(super) fn afresh(&mut self) {
        self.nothing_shows();
        self.forbidden = false;
        self.rules = self.first_rules;
    }

    pub(super) const fn lose_off(&mut self) {
        self.rules = self.rules.without_off();
    }

    // ---- both together

    /// What is to be said now, as far as time allows it.
    pub(super) fn want(&self, now: Instant) -> Option<Want> {
        if self.forbidden || now < self.rests_until {
            return None;
        }
        let gap_is_over = self.last_on.is_none_or(|on| now >= on + self.rules.min_gap);
        match (self.desired(now), self.shown(now)) {
            (true, Shown::Yes(on)) => {
                let due = self.rules.refresh.is_some_and(|refresh| now >= on + refresh);
                (due && gap_is_over).then_some(Want::Refresh)
            }
            (true, _) => {
                let delay_is_over = now >= self.since + self.rules.start_delay;
                (delay_is_over && gap_is_over).then_some(Want::On)
            }
            (false, Shown::No) => None,
            (false, _) => self.rules.sends_off.then_some(Want::Off),
        }
    }

    /// Whether an Off would have to be said on a connection.
    pub(super) fn owes_off(&self, now: Instant) -> bool {
        !self.desired(now) && self.rules.sends_off && self.shown(now) != Shown::No
    }

    /// Every time at which [`want`](Self::want) may change by itself.
    pub(super) fn times(&self) -> Vec<Instant> {
        let mut times = vec![self.since + self.rules.start_delay, self.rests_until];
        times.extend(self.lapses_at());
        for on in self.last_on.iter().copied().chain(self.notices.iter().map(|notice| notice.at)) {
            times.push(on + self.rules.min_gap);
            times.extend(self.rules.refresh.map(|refresh| on + refresh));
            times.extend(self.rules.remote_ttl.map(|ttl| on + ttl));
        }
        times
    }
}

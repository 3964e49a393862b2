//! The own typing indicator: what the user does, and what the agent may see.
//!
//! Owns: [`OwnTyping`], the observer's view of both sides. Must not know: any rule.

use std::collections::VecDeque;

use webmessaging_proto::{Instant, TracingId, TypingPolicy};

use super::around::{Around, Kind, News, Span};
use super::failures::Failures;
use super::family::Family;
use super::seen::Seen;

/// The notices under way that are remembered: as many as requests are.
const REMEMBERED: usize = 64;

/// What the agent sees, as far as it can be known from here.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Shown {
    No,
    Maybe,
    Yes,
}

#[derive(Clone, Copy, Debug)]
pub(super) struct Notice {
    pub(super) id: TracingId,
    pub(super) on: bool,
    pub(super) at: Span,
    pub(super) refused: bool,
    /// Answered by an error that does not tell whether it was shown.
    pub(super) failed: bool,
}

/// The user and the agent's side.
#[derive(Clone, Debug)]
pub(super) struct OwnTyping {
    /// The rules in force, and those of each new conversation.
    pub(super) policy: TypingPolicy,
    pub(super) first_policy: TypingPolicy,
    /// The user types surely until the one, at most until the other.
    pub(super) surely_until: Option<Instant>,
    pub(super) perhaps_until: Option<Instant>,
    /// The first key of the burst, if it is known.
    pub(super) begun: Option<Instant>,
    /// The user ended typing in this step.
    pub(super) ended: bool,
    /// What was seen before the first of `notices`.
    pub(super) before: Shown,
    pub(super) notices: VecDeque<Notice>,
    pub(super) last_on: Option<Span>,
    pub(super) failures: Failures,
    /// An Off was refused, or a connection lost: what is shown is to be set right.
    pub(super) doubtful: bool,
    /// What the session takes the agent to see is not known.
    pub(super) belief_unknown: bool,
    /// On and Off in this step.
    pub(super) ons: u32,
    pub(super) offs: u32,
}

impl Family for OwnTyping {
    fn unknown(&mut self, cx: &Around) {
        self.surely_until = None;
        self.perhaps_until = self.perhaps_until.max(Some(cx.now + self.policy.hold));
        self.begun = None;
        self.before = Shown::Maybe;
        self.belief_unknown = true;
        self.notices.clear();
        self.last_on = None;
        self.failures.unknown(cx.now);
    }
}

impl OwnTyping {
    pub(super) fn new(policy: TypingPolicy) -> Self {
        Self {
            policy,
            first_policy: policy,
            surely_until: None,
            perhaps_until: None,
            begun: None,
            ended: false,
            before: Shown::No,
            notices: VecDeque::new(),
            last_on: None,
            failures: Failures::default(),
            doubtful: false,
            belief_unknown: false,
            ons: 0,
            offs: 0,
        }
    }

    /// Whether the wire has an Off, where that can't be known from outside.
    pub(super) fn learn(&mut self, has_off: bool) {
        if has_off {
            self.policy = self.first_policy;
        } else {
            self.lose_off();
        }
    }

    /// From here the wire has no Off.
    pub(super) fn lose_off(&mut self) {
        if self.policy.sends_off {
            self.policy = self.policy.without_off();
        }
    }

    pub(super) fn surely_typing(&self, at: Instant) -> bool {
        self.surely_until.is_some_and(|until| at < until)
    }

    pub(super) fn perhaps_typing(&self, at: Instant) -> bool {
        self.perhaps_until.is_some_and(|until| at < until)
    }

    /// What the agent sees.
    pub(super) fn shown(&self, at: Instant) -> Shown {
        let newest = self.notices.iter().rev().find(|notice| !notice.refused);
        let shown = match newest {
            Some(notice) if notice.failed => Shown::Maybe,
            Some(notice) if notice.on => Shown::Yes,
            Some(_) => Shown::No,
            None => self.before,
        };
        match (self.policy.remote_ttl, self.last_on) {
            (Some(ttl), Some(on)) if at >= on.perhaps + ttl => Shown::No,
            (Some(ttl), Some(on)) if at >= on.sure + ttl && shown == Shown::Yes => Shown::Maybe,
            _ => shown,
        }
    }

    /// When the newest notice, an On that stands, was sent on this connection.
    pub(super) fn standing_on(&self, at: Instant) -> Option<Span> {
        let newest = self.notices.back().filter(|newest| !newest.refused && !newest.failed)?;
        (newest.on && self.shown(at) == Shown::Yes).then_some(newest.at)
    }

    pub(super) fn type_until(&mut self, now: Instant, until: Instant) {
        if !self.surely_typing(now) {
            self.begun = (!self.perhaps_typing(now)).then_some(now);
        }
        self.surely_until = self.surely_until.filter(|at| now < *at).max(Some(until));
        self.perhaps_until = self.perhaps_until.filter(|at| now < *at).max(Some(until));
    }

    pub(super) fn end(&mut self) {
        (self.surely_until, self.perhaps_until, self.begun) = (None, None, None);
    }

    pub(super) fn input(&mut self, cx: &Around, seen: &Seen, news: Option<&News<'_>>) {
        match seen {
            Seen::Key => self.type_until(cx.now, cx.now + self.policy.idle),
            Seen::Hold => self.type_until(cx.now, cx.now + self.policy.hold),
            Seen::End | Seen::Foreground(false) | Seen::Text { .. } | Seen::Disconnect => {
                self.ended |= self.perhaps_typing(cx.now);
                self.end();
            }
            _ => {}
        }
        let Some((news, code)) = news.and_then(|news| Some((news, news.refusal()?))) else {
            return;
        };
        if news.unsure || (news.request.is_none() && news.heard.named && !cx.knows_all_requests()) {
            // A notice of which nothing is known, perhaps.
            self.unknown(cx);
        }
        let Some(request) = news.request.filter(|to| matches!(to.kind, Kind::On | Kind::Off))
        else {
            return;
        };
        // After these codes it is known that the server took no notice.
        let surely = matches!(code, 400 | 401 | 403 | 429 | 4006 | 4007 | 4029);
        if let Some(notice) = self.notices.iter_mut().find(|notice| notice.id == request.id) {
            notice.failed = notice.on && !surely;
            notice.refused = !notice.failed;
            self.doubtful = true;
        }
        if !surely {
            self.failures.rest(cx.now, &request);
        }
    }

    /// Forgets what the agent sees no more, and no answer can bring back.
    pub(super) fn forget_expired(&mut self, now: Instant) {
        let (Some(ttl), Some(on)) = (self.policy.remote_ttl, self.last_on) else { return };
        if now >= on.sure + ttl {
            // A late refusal may still bring it back to the session's mind.
            self.before = Shown::Maybe;
            self.notices.clear();
        }
    }

    pub(super) fn push(&mut self, cx: &Around, id: TracingId, on: bool) {
        if self.notices.len() == REMEMBERED {
            if let Some(oldest) = self.notices.pop_front().filter(|oldest| !oldest.refused) {
                self.before = match (oldest.on, oldest.failed) {
                    (true, true) => Shown::Maybe,
                    (true, false) => Shown::Yes,
                    (false, _) => Shown::No,
                };
            }
        }
        let at = Span { sure: cx.since, perhaps: cx.now };
        self.notices.push_back(Notice { id, on, at, refused: false, failed: false });
    }

    /// Whatever is answered later.
    pub(super) fn nothing_shows(&mut self) {
        self.before = Shown::No;
        self.notices.clear();
        (self.doubtful, self.belief_unknown) = (false, false);
    }

    /// An older notice that stands, or a doubtful one: it can't be told what the session believes.
    pub(super) fn shown_by_another(&self, now: Instant) -> bool {
        let newest = self.notices.back();
        let doubted = newest.is_none_or(|newest| newest.refused || newest.failed);
        self.shown(now) != Shown::No && (!doubted || self.belief_unknown)
    }
}

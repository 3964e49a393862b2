//! What the user does and what the agent shows, told apart from a record.
//!
//! Owns: a second, slow opinion on the own typing indicator. Must not know: how the session decides.

use webmessaging_proto::frame::{ServerBody, SessionResponse, TypingNotice};
use webmessaging_proto::{Capability, Event, Input, Output, Phase, TracingId};

use crate::support::script::Setup;
use crate::support::trace::{Around, Entry, Given, What, refusal};

/// What the agent's side shows, as far as it can be known from here.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Shown {
    No,
    /// The server failed on an On, and nobody knows whether before or after it was shown.
    Maybe,
    Yes,
}

#[derive(Clone, Debug)]
struct Notice {
    id: TracingId,
    said: TypingNotice,
    at: u64,
    refused: bool,
    /// Answered with an error that does not tell whether it was shown.
    failed: bool,
}

/// The user and the agent's side.
#[derive(Clone, Debug)]
pub(super) struct Model {
    pub(super) live: bool,
    pub(super) min_gap: u64,
    /// The rules at the start, in force again in another conversation.
    first_rules: (bool, u64),
    start_delay: u64,
    last_key: Option<u64>,
    held_until: Option<u64>,
    /// Since when the user is typing, if it is.
    since: u64,
    /// When, and in which step, the wish ended last.
    pub(super) ended: (u64, usize),
    /// What was shown before the first of `notices`.
    before: Shown,
    notices: Vec<Notice>,
    pub(super) last_on: Option<u64>,
    /// The end of a rest after a failure that was no rate limit.
    pub(super) rests_until: u64,
    pub(super) lost: bool,
    accepted: bool,
}

pub(super) const IDLE: u64 = 2_000;
const HOLD: u64 = 60_000;
const TTL: u64 = 5_000;
const REST: u64 = 5_000;

impl Model {
    pub(super) fn new(setup: &Setup) -> Self {
        let min_gap = u64::try_from(setup.typing().min_gap.as_millis()).unwrap();
        Self {
            live: setup.live,
            min_gap,
            first_rules: (setup.live, min_gap),
            start_delay: setup.start_delay_ms,
            last_key: None,
            held_until: None,
            since: 0,
            ended: (0, 0),
            before: Shown::No,
            notices: Vec::new(),
            last_on: None,
            rests_until: 0,
            lost: false,
            accepted: false,
        }
    }

    fn lapses_at(&self) -> Option<u64> {
        self.last_key.map(|key| key + IDLE).max(self.held_until)
    }

    /// Whether the user is typing.
    pub(super) fn desired(&self, at: u64) -> bool {
        self.lapses_at().is_some_and(|lapses_at| at < lapses_at)
    }

    /// The time from which an On is due, if the user goes on typing.
    pub(super) fn starts_at(&self) -> u64 {
        self.since + self.start_delay
    }

    /// What the agent's side shows.
    pub(super) fn shown(&self, at: u64) -> Shown {
        let newest = self.notices.iter().rev().find(|notice| !notice.refused);
        let shown = match newest {
            Some(notice) if notice.failed => Shown::Maybe,
            Some(notice) if notice.said == TypingNotice::On => Shown::Yes,
            Some(_) => Shown::No,
            None => self.before,
        };
        let expired = self.live && self.last_on.is_none_or(|on| at >= on + TTL);
        if expired { Shown::No } else { shown }
    }

    /// Whether the session knows for sure that its newest On stands.
    pub(super) fn believed(&self, at: u64) -> bool {
        self.shown(at) == Shown::Yes && self.newest_on().is_some()
    }

    /// The earliest time at which a notice could have gone out since the wish changed at `at`.
    pub(super) fn sendable_at(&self, around: &Around, at: u64) -> u64 {
        at.max(around.ready_at).max(around.paused_until).max(self.rests_until)
    }

    /// When the wish to show typing ended: by itself, or by an input.
    pub(super) fn wish_ended_at(&self) -> u64 {
        self.lapses_at().unwrap_or(self.ended.0)
    }

    fn wish(&mut self, at: u64) {
        if !self.desired(at) {
            self.since = at;
        }
    }

    fn end(&mut self, entry: &Entry) {
        if self.desired(entry.at) {
            self.ended = (entry.at, entry.step);
        } else if let Some(lapsed_at) = self.lapses_at() {
            self.ended = (lapsed_at, entry.step);
        }
        (self.last_key, self.held_until) = (None, None);
    }

    /// Takes note of an entry.
    pub(super) fn then(&mut self, around: &Around, entry: &Entry) {
        match &entry.what {
            What::In(given, Ok(())) => {
                self.given(given, entry);
                self.heard(around, entry);
            }
            What::Out(output) => self.output(output, entry),
            _ => {}
        }
    }

    fn given(&mut self, given: &Given, entry: &Entry) {
        let at = entry.at;
        match given {
            Given::Key | Given::Input(Input::Keystroke) => {
                self.wish(at);
                self.last_key = Some(at);
            }
            Given::Input(Input::SetTyping(true)) => {
                self.wish(at);
                self.held_until = Some(at + HOLD);
            }
            Given::Input(
                Input::SetTyping(false)
                | Input::InputCleared
                | Input::ComposerClosed
                | Input::Foreground(false)
                | Input::SendText { .. }
                | Input::Disconnect,
            ) => self.end(entry),
            _ => {}
        }
    }

    fn heard(&mut self, around: &Around, entry: &Entry) {
        let Some(frame) = around.hears(entry) else { return };
        if let ServerBody::SessionResponse(SessionResponse { new_session: true, .. }) = frame.body {
            if around.phase == Phase::Configuring {
                self.forget();
            }
        }
        let Some((Some(id), code)) = refusal(&frame) else { return };
        let Some(notice) = self.notices.iter_mut().find(|notice| notice.id == id) else { return };
        let told = matches!(code, 429 | 4029 | 400 | 401 | 403 | 4006 | 4007);
        notice.failed = notice.said == TypingNotice::On && !told && !notice.refused;
        notice.refused |= !notice.failed;
        if !told {
            self.rests_until = self.rests_until.max(entry.at + REST);
        }
    }

    /// Another conversation: nobody there has seen an indicator.
    fn forget(&mut self) {
        self.before = Shown::No;
        self.notices.clear();
        if self.accepted {
            self.lost = false;
            (self.live, self.min_gap) = self.first_rules;
        }
    }

    fn output(&mut self, output: &Output, entry: &Entry) {
        match output {
            Output::SendFrame(frame) => match frame.body {
                webmessaging_proto::frame::ClientBody::Typing(notice) => {
                    let (id, at) = (frame.tracing_id, entry.at);
                    self.notices.push(Notice {
                        id,
                        said: notice,
                        at,
                        refused: false,
                        failed: false,
                    });
                    if notice == TypingNotice::On {
                        self.last_on = Some(at);
                    }
                }
                webmessaging_proto::frame::ClientBody::Text { .. } if self.live => {
                    self.nothing_shows();
                }
                _ => {}
            },
            Output::Emit(Event::PhaseChanged(phase)) => match phase {
                Phase::Backoff | Phase::Closed | Phase::Failed(_) => self.cut(entry.at),
                Phase::ReadOnly => {
                    self.accepted = true;
                    self.nothing_shows();
                    self.end(entry);
                }
                Phase::Ready => self.accepted = true,
                _ => {}
            },
            Output::Emit(Event::CapabilityLost { capability }) => match capability {
                Capability::Typing => self.lost = true,
                Capability::TypingOff => (self.live, self.min_gap) = (true, 1_000),
                _ => {}
            },
            _ => {}
        }
    }

    /// Whatever is answered later.
    fn nothing_shows(&mut self) {
        self.before = Shown::No;
        for notice in &mut self.notices {
            notice.refused = true;
        }
    }

    fn cut(&mut self, at: u64) {
        // An Off that was written counts as said: without a connection, nothing shows for long.
        self.before = self.shown(at);
        self.notices.clear();
    }

    /// When the newest On of this connection was written, if it still counts.
    pub(super) fn newest_on(&self) -> Option<u64> {
        let newest = self.notices.last().filter(|last| !last.refused && !last.failed)?;
        (newest.said == TypingNotice::On).then_some(newest.at)
    }
}

//! The caller's mistakes, typed. The peer's mistakes are events.
//!
//! Owns: [`InputError`], [`ConfigError`], [`RestoreError`], and their words, which are put together
//! without the machinery of `core::fmt`: a page would have to load it. Must not know: how a mistake is
//! found.

use alloc::string::String;
use core::time::Duration;

use crate::config::MAX_TEXT_CHARS;
use crate::id::LocalKey;
use crate::json;
use crate::receipts::MAX_ID_BYTES;
use crate::session::Phase;

/// Why an input was refused. A refused input changes nothing but the time.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[error("{}", self.message())]
#[non_exhaustive]
pub enum InputError {
    /// Too many outputs wait.
    OutputsPending,
    /// The input makes no sense in this phase.
    InvalidState {
        /// What was asked, in the words of the input's name.
        input: &'static str,
        /// The phase that does not allow it.
        phase: Phase,
    },
    /// No message with this id was received or restored in this session.
    UnknownMessage,
    /// A session keeps no messages with such an id, and sends no receipt for them.
    IdNotKept {
        /// How long it is.
        bytes: usize,
    },
    /// No text with this key is queued, in flight or kept.
    UnknownKey {
        /// The key.
        key: LocalKey,
    },
    /// A text is waiting or in flight already and needs no retry.
    NotKept {
        /// The key.
        key: LocalKey,
    },
    /// The key names another text that is not settled yet.
    DuplicateKey {
        /// The key.
        key: LocalKey,
    },
    /// A text without a character.
    EmptyText,
    /// A text that the service would refuse.
    TextTooLong {
        /// How many it has.
        chars: usize,
    },
    /// The outbox is at its cap.
    OutboxFull {
        /// The cap.
        limit: usize,
    },
}

impl InputError {
    /// The error's name in logs and replays.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::OutputsPending => "outputs_pending",
            Self::InvalidState { .. } => "invalid_state",
            Self::UnknownMessage => "unknown_message",
            Self::IdNotKept { .. } => "id_not_kept",
            Self::UnknownKey { .. } => "unknown_key",
            Self::NotKept { .. } => "not_kept",
            Self::DuplicateKey { .. } => "duplicate_key",
            Self::EmptyText => "empty_text",
            Self::TextTooLong { .. } => "message_too_long",
            Self::OutboxFull { .. } => "outbox_full",
        }
    }

    /// What is wrong, and what to do: what `Display` shows.
    #[must_use]
    pub fn message(&self) -> String {
        match self {
            Self::OutputsPending => {
                "the outputs are not drained: call poll_output until it gives none, then repeat the input".into()
            }
            Self::InvalidState { input, phase } => {
                [input, " is not possible while the session is ", phase.name()].concat()
            }
            Self::UnknownMessage => {
                "no message with this id is known in this session: use the id of a MessageReceived event, or restore the message first".into()
            }
            Self::IdNotKept { bytes } => {
                let (bytes, most) = (&count(*bytes), &count(MAX_ID_BYTES));
                ["an id of ", bytes, " bytes is not kept: ids have 1 to ", most, " bytes"].concat()
            }
            Self::UnknownKey { key } => {
                let sent = ": it was never sent, or is confirmed or discarded";
                ["no text has the key ", &digits(key.0), sent].concat()
            }
            Self::NotKept { key } => {
                let only = " is still on its way: only a failed or unconfirmed text can be retried";
                ["the text with the key ", &digits(key.0), only].concat()
            }
            Self::DuplicateKey { key } => {
                let taken = " is taken by a text that is not settled: use a key of its own for each text";
                ["the key ", &digits(key.0), taken].concat()
            }
            Self::EmptyText => "the text is empty: there is nothing to send".into(),
            Self::TextTooLong { chars } => {
                let (chars, most) = (&count(*chars), &count(MAX_TEXT_CHARS));
                ["the text has ", chars, " characters, the service takes ", most, ": shorten or split it"].concat()
            }
            Self::OutboxFull { limit } => {
                let retry = " texts are waiting or kept: retry or discard the kept ones, or wait";
                [&count(*limit), retry].concat()
            }
        }
    }
}

/// Why a configuration was refused.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[error("{}", self.message())]
#[non_exhaustive]
pub enum ConfigError {
    /// Typing would flicker between two keys of a slow typist.
    IdleTooShort {
        /// What was asked.
        idle: Duration,
        /// What is possible.
        minimum: Duration,
    },
    /// One key would never show as typing.
    StartDelayTooLong {
        /// What was asked.
        start_delay: Duration,
        /// The idle time of the same policy.
        idle: Duration,
    },
    /// `SetTyping(true)` would show nothing, or flicker.
    HoldTooShort {
        /// What was asked.
        hold: Duration,
        /// What is possible.
        minimum: Duration,
    },
    /// On would be said without a pause.
    RefreshTooShort {
        /// What was asked.
        refresh: Duration,
        /// What is possible.
        minimum: Duration,
    },
    /// The remote's indicator would flicker, and On be said without a pause.
    RemoteTtlUnderMinimum {
        /// What was asked.
        remote_ttl: Duration,
        /// What is possible.
        minimum: Duration,
    },
    /// Two rules of one policy contradict each other.
    RefreshUnderMinGap {
        /// What was asked.
        refresh: Duration,
        /// The minimum gap of the same policy.
        min_gap: Duration,
    },
    /// The remote's indicator would lapse between two refreshes.
    RemoteTtlTooShort {
        /// What was asked.
        remote_ttl: Duration,
        /// What it must exceed.
        longest: Duration,
    },
    /// An indicator that neither a frame nor time can end.
    EndlessIndicator,
    /// More often than the service takes.
    HealthCheckTooOften {
        /// What was asked.
        interval: Duration,
    },
}

impl ConfigError {
    /// What is wrong: what `Display` shows.
    #[must_use]
    pub fn message(&self) -> String {
        match self {
            Self::IdleTooShort { idle, minimum } => {
                let flickers = " ms, or the indicator flickers between two keys";
                ["idle is ", &millis(idle), " ms: at least ", &millis(minimum), flickers].concat()
            }
            Self::StartDelayTooLong { start_delay, idle } => {
                let (start_delay, idle) = (&millis(start_delay), &millis(idle));
                let never = " ms, or one key never shows";
                ["start_delay ", start_delay, " ms must be shorter than idle ", idle, never]
                    .concat()
            }
            Self::HoldTooShort { hold, minimum } => {
                let nothing = " ms, or it shows nothing";
                ["hold is ", &millis(hold), " ms: at least ", &millis(minimum), nothing].concat()
            }
            Self::RefreshTooShort { refresh, minimum } => {
                let (refresh, minimum) = (&millis(refresh), &millis(minimum));
                let no_pause = " ms, or On is said without a pause";
                ["refresh is ", refresh, " ms: at least ", minimum, no_pause].concat()
            }
            Self::RemoteTtlUnderMinimum { remote_ttl, minimum } => {
                let (remote_ttl, minimum) = (&millis(remote_ttl), &millis(minimum));
                let flickers = " ms, or the indicator flickers";
                ["remote_ttl is ", remote_ttl, " ms: at least ", minimum, flickers].concat()
            }
            Self::RefreshUnderMinGap { refresh, min_gap } => {
                let (refresh, min_gap) = (&millis(refresh), &millis(min_gap));
                ["refresh ", refresh, " ms must be at least min_gap ", min_gap, " ms"].concat()
            }
            Self::RemoteTtlTooShort { remote_ttl, longest } => {
                let (remote_ttl, longest) = (&millis(remote_ttl), &millis(longest));
                let longer = " ms must be longer than refresh, start_delay and min_gap (";
                ["remote_ttl ", remote_ttl, longer, longest, " ms), or the indicator blinks"]
                    .concat()
            }
            Self::EndlessIndicator => {
                "a policy that sends no Off needs a remote_ttl: otherwise the indicator never ends"
                    .into()
            }
            Self::HealthCheckTooOften { interval } => {
                let too_often =
                    " ms is too often: the service takes two a minute, so at least 30 s";
                ["a health check every ", &millis(interval), too_often].concat()
            }
        }
    }
}

/// Why a snapshot was refused. Nothing of it was taken over: start a new session instead, or keep
/// the snapshot for a program that can read it.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[error("{}", self.message())]
#[non_exhaustive]
pub enum RestoreError {
    /// The snapshot was written by a program with another format.
    UnsupportedVersion {
        /// The snapshot's version.
        found: u32,
        /// The one that can be read.
        supported: u32,
    },
    /// The snapshot is of another deployment's session.
    OtherDeployment,
    /// More than the configuration's caps let in.
    TooMany {
        /// Of what: `texts` or `messages`.
        what: &'static str,
        /// How many there are.
        found: usize,
        /// The cap.
        limit: usize,
    },
    /// No session was ever in this state.
    Damaged {
        /// The part of the snapshot.
        part: &'static str,
    },
}

impl RestoreError {
    /// A part is missing, or something else stands in its place.
    pub(crate) const NO_STATE: Self = Self::Damaged { part: "state" };

    /// What is wrong, and what to do: what `Display` shows.
    #[must_use]
    pub fn message(&self) -> String {
        match self {
            Self::UnsupportedVersion { found, supported } => {
                let (found, supported) =
                    (&digits(u64::from(*found)), &digits(u64::from(*supported)));
                [
                    "the snapshot has version ",
                    found,
                    ", this program reads ",
                    supported,
                    ": it is from another release",
                ]
                .concat()
            }
            Self::OtherDeployment => {
                "the snapshot belongs to another deployment than the configuration".into()
            }
            Self::TooMany { what, found, limit } => {
                let (found, limit) = (&count(*found), &count(*limit));
                let raise = ": raise the limit or start a new session";
                ["the snapshot has ", found, " ", what, ", the limit is ", limit, raise].concat()
            }
            Self::Damaged { part } => {
                let new = " cannot be read; start a new session";
                ["the snapshot is damaged: its ", part, new].concat()
            }
        }
    }
}

/// A number as it is written.
fn digits(number: u64) -> String {
    json::digits(number, &mut [0; json::MAX_DIGITS]).into()
}

fn count(of: usize) -> String {
    digits(of as u64)
}

/// Of a span of seconds at most, where a page should not have to load what writes any span.
fn millis(span: &Duration) -> String {
    digits(span.as_secs().saturating_mul(1_000).saturating_add(span.subsec_millis().into()))
}

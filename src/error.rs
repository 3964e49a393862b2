//! The caller's mistakes, typed. The peer's mistakes are events.
//!
//! Owns: [`InputError`], [`ConfigError`], [`RestoreError`]. Must not know: how a mistake is found.

use core::time::Duration;

use thiserror::Error;

use crate::config::MAX_TEXT_CHARS;
use crate::id::LocalKey;
use crate::receipts::MAX_ID_BYTES;
use crate::session::Phase;

/// Why an input was refused. A refused input changes nothing but the time.
#[derive(Clone, Copy, Debug, Eq, Error, PartialEq)]
#[non_exhaustive]
pub enum InputError {
    /// Too many outputs wait.
    #[error(
        "the outputs are not drained: call poll_output until it gives none, then repeat the input"
    )]
    OutputsPending,
    /// The input makes no sense in this phase.
    #[error("{input} is not possible while the session is {phase}")]
    InvalidState {
        /// What was asked, in the words of the input's name.
        input: &'static str,
        /// The phase that does not allow it.
        phase: Phase,
    },
    /// No message with this id was received or restored in this session.
    #[error(
        "no message with this id is known in this session: use the id of a MessageReceived event, or restore the message first"
    )]
    UnknownMessage,
    /// A session keeps no messages with such an id, and sends no receipt for them.
    #[error("an id of {bytes} bytes is not kept: ids have 1 to {MAX_ID_BYTES} bytes")]
    IdNotKept {
        /// How long it is.
        bytes: usize,
    },
    /// No text with this key is queued, in flight or kept.
    #[error("no text has the key {}: it was never sent, or is confirmed or discarded", key.0)]
    UnknownKey {
        /// The key.
        key: LocalKey,
    },
    /// A text is waiting or in flight already and needs no retry.
    #[error("the text with the key {} is still on its way: only a failed or unconfirmed text can be retried", key.0)]
    NotKept {
        /// The key.
        key: LocalKey,
    },
    /// The key names another text that is not settled yet.
    #[error("the key {} is taken by a text that is not settled: use a key of its own for each text", key.0)]
    DuplicateKey {
        /// The key.
        key: LocalKey,
    },
    /// A text without a character.
    #[error("the text is empty: there is nothing to send")]
    EmptyText,
    /// A text that the service would refuse.
    #[error(
        "the text has {chars} characters, the service takes {MAX_TEXT_CHARS}: shorten or split it"
    )]
    TextTooLong {
        /// How many it has.
        chars: usize,
    },
    /// The outbox is at its cap.
    #[error("{limit} texts are waiting or kept: retry or discard the kept ones, or wait")]
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
}

/// Why a configuration was refused.
#[derive(Clone, Copy, Debug, Eq, Error, PartialEq)]
#[non_exhaustive]
pub enum ConfigError {
    /// Typing would flicker between two keys of a slow typist.
    #[error("idle is {idle} ms: at least {minimum} ms, or the indicator flickers between two keys", idle = millis(.idle), minimum = millis(.minimum))]
    IdleTooShort {
        /// What was asked.
        idle: Duration,
        /// What is possible.
        minimum: Duration,
    },
    /// One key would never show as typing.
    #[error("start_delay {start_delay} ms must be shorter than idle {idle} ms, or one key never shows", start_delay = millis(.start_delay), idle = millis(.idle))]
    StartDelayTooLong {
        /// What was asked.
        start_delay: Duration,
        /// The idle time of the same policy.
        idle: Duration,
    },
    /// `SetTyping(true)` would show nothing, or flicker.
    #[error("hold is {hold} ms: at least {minimum} ms, or it shows nothing", hold = millis(.hold), minimum = millis(.minimum))]
    HoldTooShort {
        /// What was asked.
        hold: Duration,
        /// What is possible.
        minimum: Duration,
    },
    /// On would be said without a pause.
    #[error("refresh is {refresh} ms: at least {minimum} ms, or On is said without a pause", refresh = millis(.refresh), minimum = millis(.minimum))]
    RefreshTooShort {
        /// What was asked.
        refresh: Duration,
        /// What is possible.
        minimum: Duration,
    },
    /// The remote's indicator would flicker, and On be said without a pause.
    #[error("remote_ttl is {remote_ttl} ms: at least {minimum} ms, or the indicator flickers", remote_ttl = millis(.remote_ttl), minimum = millis(.minimum))]
    RemoteTtlUnderMinimum {
        /// What was asked.
        remote_ttl: Duration,
        /// What is possible.
        minimum: Duration,
    },
    /// Two rules of one policy contradict each other.
    #[error("refresh {refresh} ms must be at least min_gap {min_gap} ms", refresh = millis(.refresh), min_gap = millis(.min_gap))]
    RefreshUnderMinGap {
        /// What was asked.
        refresh: Duration,
        /// The minimum gap of the same policy.
        min_gap: Duration,
    },
    /// The remote's indicator would lapse between two refreshes.
    #[error("remote_ttl {remote_ttl} ms must be longer than refresh, start_delay and min_gap ({longest} ms), or the indicator blinks", remote_ttl = millis(.remote_ttl), longest = millis(.longest))]
    RemoteTtlTooShort {
        /// What was asked.
        remote_ttl: Duration,
        /// What it must exceed.
        longest: Duration,
    },
    /// An indicator that neither a frame nor time can end.
    #[error("a policy that sends no Off needs a remote_ttl: otherwise the indicator never ends")]
    EndlessIndicator,
    /// More often than the service takes.
    #[error("a health check every {interval} ms is too often: the service takes two a minute, so at least 30 s", interval = millis(.interval))]
    HealthCheckTooOften {
        /// What was asked.
        interval: Duration,
    },
}

/// Of a span of seconds at most, where a page should not have to load what writes any span.
#[inline(never)]
fn millis(span: &Duration) -> u64 {
    span.as_secs().saturating_mul(1_000).saturating_add(span.subsec_millis().into())
}

/// Why a snapshot was refused. Nothing of it was taken over: start a new session instead, or keep
/// the snapshot for a program that can read it.
#[derive(Clone, Copy, Debug, Eq, Error, PartialEq)]
#[non_exhaustive]
pub enum RestoreError {
    /// The snapshot was written by a program with another format.
    #[error(
        "the snapshot has version {found}, this program reads {supported}: it is from another release"
    )]
    UnsupportedVersion {
        /// The snapshot's version.
        found: u32,
        /// The one that can be read.
        supported: u32,
    },
    /// The snapshot is of another deployment's session.
    #[error("the snapshot belongs to another deployment than the configuration")]
    OtherDeployment,
    /// More than the configuration's caps let in.
    #[error(
        "the snapshot has {found} {what}, the limit is {limit}: raise the limit or start a new session"
    )]
    TooMany {
        /// Of what: `texts` or `messages`.
        what: &'static str,
        /// How many there are.
        found: usize,
        /// The cap.
        limit: usize,
    },
    /// No session was ever in this state.
    #[error("the snapshot is damaged: its {part} cannot be read; start a new session")]
    Damaged {
        /// The part of the snapshot.
        part: &'static str,
    },
}

impl RestoreError {
    /// A part is missing, or something else stands in its place.
    pub(crate) const NO_STATE: Self = Self::Damaged { part: "state" };
}

//! A session as data, to go on with it in another process.
//!
//! Owns: [`Snapshot`] and its format, version 1. Must not know: how a machine keeps its part of it.

use alloc::boxed::Box;
use alloc::string::String;

use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize};

use crate::config::{Capability, Config};
use crate::error::RestoreError;
use crate::id::LocalKey;
use crate::input::CloseReason;
use crate::offset::Offset;
use crate::output::{Event, Output};
use crate::peer_typing::PeerTyping;
use crate::receipts::ReceiptsSnapshot;
use crate::rng::Rng;
use crate::time::Instant;
use crate::timer::Timer;
use crate::tree::{FromTree, Tree, from_tree};
use crate::typing::TypingSnapshot;

use super::connection::ConnectionSnapshot;
use super::outbox::{Outbox, OutboxSnapshot};
use super::rate_limit::{MAX_WAIT, Pause, PauseSnapshot, RateLimit, RateLimitSnapshot};
use super::{FailReason, Phase, Session};

/// The format that this crate writes and reads.
const VERSION: u32 = 1;

/// All that a session needs to go on: what the ledger knows, the texts, what is owed, how long the
/// waits still are. Take it with [`Session::snapshot`], go on with [`Session::restore`].
///
/// It holds **message texts** and ids of messages, and no token. `Debug` does not show the texts.
/// Keep it with the means of your platform by `serde`, in a format that names each member: JSON, CBOR.
/// One that writes values by their place alone cannot read it back, since members may be left out. As
/// JSON it takes about 45 bytes for each message that the ledger knows. The format may gain members;
/// one that this crate cannot read is an error of [`Session::restore`], as long as there is a
/// `version` of 32 bits.
///
/// ```
/// use webmessaging_proto::{Config, Input, Instant, LocalKey, Phase, Session, Snapshot};
///
/// let now = Instant::from_millis(5_000);
/// let mut guest = Session::new(Config::new("deployment", "token", 1), now);
/// guest.handle(Input::send_text(LocalKey(1), "hello"), now)?;
/// let stored = serde_json::to_string(&guest.snapshot())?;
///
/// // Another process, with a clock of its own.
/// let snapshot: Snapshot = serde_json::from_str(&stored)?;
/// let config = Config::new("deployment", "token", 2);
/// let mut guest = Session::restore(config, snapshot, Instant::ORIGIN)?;
/// assert_eq!(guest.texts().count(), 1);
/// guest.handle(Input::Connect, Instant::ORIGIN)?;
/// assert_eq!(guest.phase(), Phase::Connecting);
/// # Ok::<(), Box<dyn core::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Snapshot {
    version: u32,
    /// `None`: of another version, or damaged.
    session: Option<Box<State>>,
}

#[derive(Clone, Debug, PartialEq, Serialize)]
struct State {
    deployment_id: Box<str>,
    #[serde(flatten)]
    phase: Phase,
    /// The text that was in flight; the host was not told yet that it is not any more.
    #[serde(skip_serializing_if = "Option::is_none")]
    unconfirmed: Option<LocalKey>,
    /// Until the next dial.
    #[serde(skip_serializing_if = "Option::is_none")]
    backoff: Option<Offset>,
    #[serde(skip_serializing_if = "Option::is_none")]
    give_up: Option<Offset>,
    connection: ConnectionSnapshot,
    rate_limit: RateLimitSnapshot,
    typing_rest: PauseSnapshot,
    typing: TypingSnapshot,
    receipts: ReceiptsSnapshot,
    texts: OutboxSnapshot,
    lost: LostCapabilities,
}

impl FromTree for State {
    fn from_tree(mut tree: Tree) -> Option<Self> {
        Some(Self {
            phase: read_phase(&mut tree)?,
            deployment_id: tree.required("deployment_id")?,
            unconfirmed: tree.optional("unconfirmed")?,
            backoff: tree.optional("backoff")?,
            give_up: tree.optional("give_up")?,
            connection: tree.required("connection")?,
            rate_limit: tree.optional("rate_limit")?,
            typing_rest: tree.optional("typing_rest")?,
            typing: tree.required("typing")?,
            receipts: tree.required("receipts")?,
            texts: tree.required("texts")?,
            lost: tree.required("lost")?,
        })
    }
}

fn read_phase(tree: &mut Tree) -> Option<Phase> {
    let name: String = tree.required("phase")?;
    if name == "failed" {
        let reason: String = tree.required("reason")?;
        return FailReason::ALL.into_iter().find(|it| it.name() == reason).map(Phase::Failed);
    }
    Phase::WITHOUT_REASON.into_iter().find(|phase| phase.name() == name)
}

/// What the server refused.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize)]
struct LostCapabilities {
    #[serde(skip_serializing_if = "is_false")]
    typing: bool,
    #[serde(skip_serializing_if = "is_false")]
    typing_off: bool,
    #[serde(skip_serializing_if = "is_false")]
    receipts: bool,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde asks for it")]
const fn is_false(lost: &bool) -> bool {
    !*lost
}

from_tree!(LostCapabilities {} { typing, typing_off, receipts });

impl Snapshot {
    /// The snapshot in the JSON text that [`json::to_string`](crate::json::to_string), or any other
    /// writer, has made of it: as `serde` reads it, for a host that would not have a reader otherwise.
    ///
    /// # Errors
    /// If the text is not JSON, or has no `version`.
    pub fn from_json(text: &str) -> Result<Self, RestoreError> {
        let tree = Tree::parse(text).ok_or(RestoreError::Damaged { part: "JSON" })?;
        Self::from_tree(tree).ok_or(RestoreError::Damaged { part: "version" })
    }

    /// The session of a host whose screen is gone with its process: as in a new session, the user is
    /// not typing, no message is visible until the host says so again, and the window is in the
    /// foreground until the host says otherwise. Without this, what was visible and in the foreground
    /// goes on being read.
    #[must_use]
    pub fn with_empty_screen(mut self) -> Self {
        if let Some(session) = &mut self.session {
            session.typing.end();
            session.receipts.empty_screen();
        }
        self
    }
}

impl FromTree for Snapshot {
    fn from_tree(mut tree: Tree) -> Option<Self> {
        let version = tree.required("version")?;
        let session = tree.required("session").filter(|_| version == VERSION);
        Some(Self { version, session: session.map(Box::new) })
    }
}

impl<'de> Deserialize<'de> for Snapshot {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let tree = Tree::deserialize(deserializer)?;
        Self::from_tree(tree).ok_or_else(|| D::Error::custom("a snapshot has a `version`"))
    }
}

impl Session {
    /// The session as data, as if its transport were lost at the latest time that it was given; the
    /// session itself goes on.
    ///
    /// Tick it and drain the outputs first: events that were not drained are not in it.
    #[must_use]
    pub fn snapshot(&self) -> Snapshot {
        let mut session = self.without_news();
        let unconfirmed = session.lose_all();
        let now = session.now;
        let timer = |timer| session.timers.get(timer).map(|at| Offset::of(at, now));
        let lost =
            |capability| session.supported.get(capability) && !session.capabilities.get(capability);
        let state = State {
            deployment_id: session.config.deployment_id().into(),
            phase: session.phase,
            unconfirmed,
            backoff: timer(Timer::Backoff),
            give_up: timer(Timer::GiveUp),
            connection: session.connection.snapshot(now),
            rate_limit: session.rate_limit.snapshot(now),
            typing_rest: session.typing_rest.snapshot(now),
            typing: session.typing.snapshot(now),
            receipts: session.receipts.snapshot(now),
            texts: session.outbox.snapshot(now),
            lost: LostCapabilities {
                typing: lost(Capability::Typing),
                typing_off: lost(Capability::TypingOff),
                receipts: lost(Capability::Receipts),
            },
        };
        Snapshot { version: VERSION, session: Some(Box::new(state)) }
    }

    /// The session that a snapshot was taken of, as it would have gone on after losing its transport
    /// at that moment: in [`Phase::Backoff`] if it had one. It tells its phase and what became of
    /// a text in flight as events.
    ///
    /// `config` brings the token and a seed. A **fresh** one is best; with the old one, no `tracingId`
    /// returns either, unless one snapshot is restored twice. `now` may be of another clock; the time
    /// in between does not count, and the waits of the snapshot are cut to what `config` allows.
    ///
    /// # Errors
    /// If the snapshot is of another version or deployment, exceeds the caps, or is damaged.
    pub fn restore(config: Config, snapshot: Snapshot, now: Instant) -> Result<Self, RestoreError> {
        Self::new(config, now).resumed(snapshot)
    }

    /// A fresh session takes over what a snapshot holds.
    pub(crate) fn resumed(mut self, snapshot: Snapshot) -> Result<Self, RestoreError> {
        let now = self.now;
        if snapshot.version != VERSION {
            let found = snapshot.version;
            return Err(RestoreError::UnsupportedVersion { found, supported: VERSION });
        }
        let state = *snapshot.session.ok_or(RestoreError::Damaged { part: "state" })?;
        if *state.deployment_id != *self.config.deployment_id() {
            return Err(RestoreError::OtherDeployment);
        }
        let longest_wait = self.longest_backoff();
        self.phase = match state.phase {
            phase @ (Phase::Idle | Phase::Backoff | Phase::Closed | Phase::Failed(_)) => phase,
            _ => return Err(RestoreError::Damaged { part: "phase" }),
        };
        self.connection.restore(state.connection, now)?;
        // Without a dial nothing was ever sent, and each has its own sequence.
        self.rng = Rng::nth(self.config.seed, self.connection.dialed());
        self.rate_limit = RateLimit::restore(&state.rate_limit, now);
        self.typing_rest = Pause::restore(&state.typing_rest, now);
        let outbox = Outbox::restore(state.texts, self.config.limits().texts, longest_wait, now)?;
        self.outbox = outbox.into();
        self.receipts.restore(&state.receipts, now)?;
        for (lost, capability) in [
            (state.lost.typing, Capability::Typing),
            (state.lost.typing_off, Capability::TypingOff),
            (state.lost.receipts, Capability::Receipts),
        ] {
            if lost {
                self.turn_off(capability);
            }
        }
        self.typing.restore(&state.typing, MAX_WAIT, now);
        if self.phase == Phase::Backoff {
            let at = state.backoff.map_or(now, |at| at.from(now, longest_wait));
            self.timers.set(Timer::Backoff, Some(at));
            let longest = self.config.reconnect().give_up;
            let give_up = longest
                .map(|longest| state.give_up.map_or(now + longest, |at| at.from(now, longest)));
            self.timers.set(Timer::GiveUp, give_up);
        }
        if self.phase != Phase::Idle {
            self.emit(Event::PhaseChanged(self.phase));
        }
        if let Some(key) = state.unconfirmed {
            if !self.outbox.is_kept(key) {
                return Err(RestoreError::Damaged { part: "texts" });
            }
            self.emit(Event::MessageUnconfirmed { key });
        }
        self.flush();
        Ok(self)
    }

    /// A copy that has nothing to tell but the frames that are not drained.
    fn without_news(&self) -> Self {
        let unwritten = |output: &Output| match output {
            Output::SendFrame(frame) => Some(Output::SendFrame(frame.clone())),
            _ => None,
        };
        Self {
            config: self.config.clone(),
            now: self.now,
            rng: self.rng.clone(),
            phase: self.phase,
            timers: self.timers.clone(),
            outputs: self.outputs.iter().filter_map(unwritten).collect(),
            connection: self.connection.without_info(),
            requests: self.requests.clone(),
            rate_limit: self.rate_limit.clone(),
            typing_rest: self.typing_rest.clone(),
            typing: self.typing.clone(),
            peer_typing: PeerTyping::new(0),
            receipts: self.receipts.clone(),
            outbox: self.outbox.clone(),
            supported: self.supported,
            capabilities: self.capabilities,
            stats: self.stats,
        }
    }

    /// Loses the transport, and gives the text that was in flight.
    fn lose_all(&mut self) -> Option<LocalKey> {
        let in_flight = self.outbox.in_flight_key();
        if let Some(transport) = self.connection.transport() {
            self.transport_closed(transport, CloseReason::Lost);
        }
        in_flight.filter(|key| self.outbox.is_kept(*key))
    }
}

#[cfg(test)]
mod tests;

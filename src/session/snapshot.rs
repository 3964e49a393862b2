//! A session as data, to go on with it in another process.
//!
//! Owns: [`Snapshot`] and its format, version 1. Must not know: how a machine keeps its part of it.

use alloc::boxed::Box;
use core::fmt;

use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::config::{Capability, Config};
use crate::error::RestoreError;
use crate::id::LocalKey;
use crate::input::CloseReason;
use crate::output::Event;
use crate::receipts::empty_screen;
use crate::rng::Rng;
use crate::time::Instant;
use crate::timer::Timer;
use crate::tree::{Members, Tree};
use crate::typing::end_typing;

use super::outbox::Outbox;
use super::rate_limit::{MAX_WAIT, Pause, RateLimit};
use super::{FailReason, Phase, Session};

/// The format that this crate writes and reads.
const VERSION: u32 = 1;

/// What the server may have refused, by its name in a snapshot.
const CAPABILITIES: [(&str, Capability); 3] = [
    ("typing", Capability::Typing),
    ("typing_off", Capability::TypingOff),
    ("receipts", Capability::Receipts),
];

/// All that a session needs to go on: what the ledger knows, the texts, what is owed, how long the
/// waits still are. Take it with [`Session::snapshot`], go on with [`Session::restore`].
///
/// It holds **message texts** and ids of messages, and no token. `Debug` shows none of it.
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
#[derive(Clone, PartialEq)]
pub struct Snapshot(Tree);

impl Snapshot {
    /// The snapshot in the JSON text that [`json::to_string`](crate::json::to_string), or any other
    /// writer, has made of it: as `serde` reads it, for a host that would not have a reader otherwise.
    ///
    /// # Errors
    /// If the text is not JSON, or has no `version`.
    pub fn from_json(text: &str) -> Result<Self, RestoreError> {
        let tree = Tree::parse(text).ok_or(RestoreError::Damaged { part: "JSON" })?;
        let snapshot = Self(tree);
        snapshot.version().ok_or(RestoreError::Damaged { part: "version" })?;
        Ok(snapshot)
    }

    fn version(&self) -> Option<u32> {
        self.0.required("version")
    }

    /// The session of a host whose screen is gone with its process: as in a new session, the user is
    /// not typing, no message is visible until the host says so again, and the window is in the
    /// foreground until the host says otherwise. Without this, what was visible and in the foreground
    /// goes on being read.
    #[must_use]
    pub fn with_empty_screen(mut self) -> Self {
        if let Some(session) = self.0.member_mut("session") {
            if let Some(typing) = session.member_mut("typing") {
                end_typing(typing);
            }
            if let Some(receipts) = session.member_mut("receipts") {
                empty_screen(receipts);
            }
        }
        self
    }
}

impl fmt::Debug for Snapshot {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Snapshot").field("version", &self.version()).finish_non_exhaustive()
    }
}

impl Serialize for Snapshot {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.0.serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Snapshot {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let snapshot = Self(Tree::deserialize(deserializer)?);
        snapshot.version().ok_or_else(|| D::Error::custom("a snapshot has a `version`"))?;
        Ok(snapshot)
    }
}

fn read_phase(saved: &Tree) -> Option<Phase> {
    let name: &str = saved.required("phase")?;
    if name == "failed" {
        let reason: &str = saved.required("reason")?;
        return FailReason::ALL.into_iter().find(|it| it.name() == reason).map(Phase::Failed);
    }
    Phase::WITHOUT_REASON.into_iter().find(|phase| phase.name() == name)
}

impl Session {
    /// The session as data, as if its transport were lost at the latest time that it was given; the
    /// session itself goes on.
    ///
    /// Tick it and drain the outputs first: events that were not drained are not in it.
    #[must_use]
    pub fn snapshot(&self) -> Snapshot {
        let mut session = self.without_connection();
        let now = self.now;
        let mut saved = Members::default();
        saved.put("deployment_id", Box::from(self.config.deployment_id()));
        saved.put("phase", session.phase.name());
        if let Phase::Failed(reason) = session.phase {
            saved.put("reason", reason.name());
        }
        // The text that was in flight; the host was not told yet that it is not any more.
        let in_flight = self.outbox.in_flight_key();
        saved.put("unconfirmed", in_flight.filter(|key| session.outbox.is_kept(*key)));
        // Until the next dial.
        saved.put_time("backoff", session.timers.get(Timer::Backoff), now);
        saved.put_time("give_up", session.timers.get(Timer::GiveUp), now);
        saved.put("connection", session.connection.snapshot(now));
        saved.put("rate_limit", self.rate_limit.snapshot(now));
        saved.put("typing_rest", self.typing_rest.snapshot(now));
        saved.put("typing", session.typing.snapshot(now));
        saved.put("receipts", self.receipts.snapshot(now));
        saved.put("texts", core::mem::take(&mut *session.outbox).into_snapshot(now));
        let mut lost = Members::default();
        for (name, it) in CAPABILITIES {
            let is_lost = self.supported.get(it) && !self.capabilities.get(it);
            lost.put(name, is_lost.then_some(true));
        }
        saved.put("lost", lost);
        let mut snapshot = Members::default();
        snapshot.put("version", VERSION);
        snapshot.put("session", saved);
        Snapshot(snapshot.into())
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
        let Snapshot(saved) = snapshot;
        let found = saved.required("version").unwrap_or_default();
        if found != VERSION {
            return Err(RestoreError::UnsupportedVersion { found, supported: VERSION });
        }
        self.take_over(saved.member("session").ok_or(RestoreError::NO_STATE)?)?;
        Ok(self)
    }

    fn take_over(&mut self, saved: &Tree) -> Result<(), RestoreError> {
        const NO_STATE: RestoreError = RestoreError::NO_STATE;
        let now = self.now;
        let deployment_id: &str = saved.required("deployment_id").ok_or(NO_STATE)?;
        if deployment_id != self.config.deployment_id() {
            return Err(RestoreError::OtherDeployment);
        }
        self.phase = match read_phase(saved).ok_or(NO_STATE)? {
            phase @ (Phase::Idle | Phase::Backoff | Phase::Closed | Phase::Failed(_)) => phase,
            _ => return Err(RestoreError::Damaged { part: "phase" }),
        };
        self.take_over_waits(saved).ok_or(NO_STATE)?;
        if !self.connection.is_possible() {
            return Err(RestoreError::Damaged { part: "connection" });
        }
        // Without a dial nothing was ever sent, and each has its own sequence.
        self.rng = Rng::nth(self.config.seed, self.connection.dialed());
        let texts = saved.member("texts").ok_or(NO_STATE)?;
        let longest_wait = self.longest_backoff();
        Outbox::restore(&mut self.outbox, texts, self.config.limits().texts, longest_wait, now)?;
        self.receipts.restore(saved.member("receipts").ok_or(NO_STATE)?, now)?;
        if self.phase != Phase::Idle {
            self.emit(Event::PhaseChanged(self.phase));
        }
        if let Some(key) = saved.optional::<Option<LocalKey>>("unconfirmed").ok_or(NO_STATE)? {
            if !self.outbox.is_kept(key) {
                return Err(RestoreError::Damaged { part: "texts" });
            }
            self.emit(Event::MessageUnconfirmed { key });
        }
        self.flush();
        Ok(())
    }

    /// What has no state that would be impossible.
    fn take_over_waits(&mut self, saved: &Tree) -> Option<()> {
        let now = self.now;
        self.connection.restore(saved.member("connection")?, now)?;
        self.rate_limit = RateLimit::restore(saved.member("rate_limit"), now)?.into();
        self.typing_rest = Pause::restore(saved.member("typing_rest"), now)?.into();
        let lost = saved.member("lost")?;
        for (name, capability) in CAPABILITIES {
            if lost.optional(name)? {
                self.turn_off(capability);
            }
        }
        self.typing.restore(saved.member("typing")?, MAX_WAIT, now)?;
        let backoff = saved.time("backoff", now, self.longest_backoff())?;
        let longest = self.config.reconnect().give_up;
        let give_up = saved.time("give_up", now, longest.unwrap_or_default())?;
        if self.phase == Phase::Backoff {
            self.timers.set(Timer::Backoff, Some(backoff.unwrap_or(now)));
            let give_up = longest.map(|longest| give_up.unwrap_or(now + longest));
            self.timers.set(Timer::GiveUp, give_up);
        }
        Some(())
    }

    /// A copy that has lost its transport, without what a loss does not change.
    fn without_connection(&self) -> Self {
        let mut copy = Self::new(self.config.clone(), self.now);
        copy.rng = self.rng.clone();
        copy.phase = self.phase;
        copy.timers = self.timers.clone();
        copy.connection = self.connection.without_info();
        copy.typing = self.typing.clone();
        copy.outbox = self.outbox.clone();
        copy.stats = self.stats;
        for (tracing_id, cause) in self.causes_of_unwritten() {
            copy.take_back(tracing_id, cause);
        }
        if let Some(transport) = self.connection.transport() {
            copy.transport_closed(transport, CloseReason::Lost);
        }
        copy
    }
}

#[cfg(test)]
mod tests;

//! The session's phases.
//!
//! Owns: every phase, every trigger, and the table of all transitions; a transition that is not in
//! the table does not happen. Must not know: what is done on a transition.

use core::fmt::{self, Write as _};

use alloc::string::String;
use serde::{Deserialize, Serialize};

/// Where a session stands.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(tag = "phase", content = "reason", rename_all = "snake_case")]
#[non_exhaustive]
pub enum Phase {
    /// Not started.
    Idle,
    /// Dialing.
    Connecting,
    /// The transport is open, the server has not accepted the session yet.
    Configuring,
    /// Everything can be sent.
    Ready,
    /// The conversation is over; it can be read, and a new one started.
    ReadOnly,
    /// The transport is lost; waiting to dial again.
    Backoff,
    /// The host left; waiting for the transport to close.
    Closing,
    /// Over, by the host or by the server.
    Closed,
    /// Over, by an error.
    Failed(FailReason),
}

/// Why a session failed.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum FailReason {
    /// The upgrade was refused.
    AccessDenied,
    /// The token was refused.
    AuthenticationFailed,
    /// The session is over by time.
    SessionExpired,
    /// The configure was refused for good.
    ConfigureRefused,
    /// Reconnecting took too long.
    GaveUp,
}

impl FailReason {
    /// Every reason.
    pub(crate) const ALL: [Self; 5] = [
        Self::AccessDenied,
        Self::AuthenticationFailed,
        Self::SessionExpired,
        Self::ConfigureRefused,
        Self::GaveUp,
    ];

    /// The reason's name in logs and replays.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::AccessDenied => "access_denied",
            Self::AuthenticationFailed => "authentication_failed",
            Self::SessionExpired => "session_expired",
            Self::ConfigureRefused => "configure_refused",
            Self::GaveUp => "gave_up",
        }
    }
}

impl Phase {
    /// Every phase but the one that has a reason.
    pub(crate) const WITHOUT_REASON: [Self; 8] = [
        Self::Idle,
        Self::Connecting,
        Self::Configuring,
        Self::Ready,
        Self::ReadOnly,
        Self::Backoff,
        Self::Closing,
        Self::Closed,
    ];

    /// The phase's name in logs and replays.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Idle => "idle",
            Self::Connecting => "connecting",
            Self::Configuring => "configuring",
            Self::Ready => "ready",
            Self::ReadOnly => "read_only",
            Self::Backoff => "backoff",
            Self::Closing => "closing",
            Self::Closed => "closed",
            Self::Failed(_) => "failed",
        }
    }

    /// The phase after `trigger`, if the table knows one.
    pub(crate) fn after(self, trigger: Trigger) -> Option<Self> {
        let rows = || TRANSITIONS.iter().filter(|row| row.trigger == trigger.name());
        let row = rows().find(|row| row.from.contains(&self.name()))?;
        Some(match (row.to, trigger) {
            (To::Failed, Trigger::Fail(reason)) => Self::Failed(reason),
            (To::Failed, _) => Self::Failed(FailReason::GaveUp),
            (To::Phase(phase), _) => phase,
        })
    }
}

impl fmt::Display for Phase {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// What moves a session from one phase to another.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Trigger {
    Connect,
    Disconnect,
    TransportOpened,
    TransportLost,
    TransportClosed,
    Accepted,
    AcceptedReadOnly,
    StartNew,
    RetryDue,
    ServerClosed,
    Fail(FailReason),
    GiveUp,
}

impl Trigger {
    const fn name(self) -> &'static str {
        match self {
            Self::Connect => "connect",
            Self::Disconnect => "disconnect",
            Self::TransportOpened => "transport opened",
            Self::TransportLost => "transport lost",
            Self::TransportClosed => "closed or 2 s",
            Self::Accepted => "session accepted",
            Self::AcceptedReadOnly => "session read-only",
            Self::StartNew => "start new",
            Self::RetryDue => "wait over",
            Self::ServerClosed => "closed by the server",
            Self::Fail(_) => "refused",
            Self::GiveUp => "give up",
        }
    }
}

struct Transition {
    from: &'static [&'static str],
    trigger: &'static str,
    to: To,
}

#[derive(Clone, Copy)]
enum To {
    Phase(Phase),
    Failed,
}

const fn row(from: &'static [&'static str], trigger: Trigger, to: Phase) -> Transition {
    Transition { from, trigger: trigger.name(), to: To::Phase(to) }
}

const fn failing(from: &'static [&'static str], trigger: Trigger) -> Transition {
    Transition { from, trigger: trigger.name(), to: To::Failed }
}

const ONLINE: &[&str] = &["configuring", "ready", "read_only"];
const TRYING: &[&str] = &["connecting", "configuring", "backoff"];
const ALIVE: &[&str] = &["connecting", "configuring", "ready", "read_only"];

const TRANSITIONS: &[Transition] = &[
    row(&["idle", "closed", "failed", "backoff"], Trigger::Connect, Phase::Connecting),
    row(&["connecting"], Trigger::TransportOpened, Phase::Configuring),
    row(&["configuring"], Trigger::Accepted, Phase::Ready),
    row(&["configuring", "ready"], Trigger::AcceptedReadOnly, Phase::ReadOnly),
    row(&["read_only"], Trigger::StartNew, Phase::Configuring),
    row(ALIVE, Trigger::TransportLost, Phase::Backoff),
    row(&["backoff"], Trigger::RetryDue, Phase::Connecting),
    row(ONLINE, Trigger::ServerClosed, Phase::Closed),
    row(ALIVE, Trigger::Disconnect, Phase::Closing),
    row(&["idle", "backoff", "failed"], Trigger::Disconnect, Phase::Closed),
    row(&["closing"], Trigger::TransportClosed, Phase::Closed),
    failing(ALIVE, Trigger::Fail(FailReason::ConfigureRefused)),
    failing(TRYING, Trigger::GiveUp),
];

/// The table of transitions as a diagram in Mermaid's language, for the test of the README.
#[doc(hidden)]
#[must_use]
pub fn phase_diagram() -> String {
    let mut diagram = String::from("stateDiagram-v2\n    [*] --> idle\n");
    for row in TRANSITIONS {
        let to = match row.to {
            To::Phase(phase) => phase.name(),
            To::Failed => "failed",
        };
        for from in row.from {
            // A String takes every write.
            let _ = writeln!(diagram, "    {from} --> {to}: {}", row.trigger);
        }
    }
    diagram
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_phase_has_two_ways_on_one_trigger() {
        for (at, row) in TRANSITIONS.iter().enumerate() {
            for other in &TRANSITIONS[at + 1..] {
                let shared = row.from.iter().any(|from| other.from.contains(from));
                assert!(!(shared && row.trigger == other.trigger), "{}", row.trigger);
            }
        }
    }

    #[test]
    fn names_are_those_of_the_serialized_form() {
        for phase in Phase::WITHOUT_REASON {
            let json = alloc::format!(r#"{{"phase":"{}"}}"#, phase.name());
            assert_eq!(serde_json::to_string(&phase).ok(), Some(json));
        }
        for reason in FailReason::ALL {
            let json = alloc::format!(r#""{}""#, reason.name());
            assert_eq!(serde_json::to_string(&reason).ok(), Some(json));
        }
    }

    #[test]
    fn a_phase_shows_its_name() {
        assert_eq!(alloc::format!("{}", Phase::ReadOnly), "read_only");
    }

    #[test]
    fn the_readme_draws_this_table() {
        let readme = include_str!("../../README.md");
        assert!(readme.contains(&phase_diagram()), "put this there:\n{}", phase_diagram());
    }

    #[test]
    fn what_is_over_comes_back_only_by_connect() {
        for row in TRANSITIONS {
            if row.from.contains(&"closed") || row.from.contains(&"failed") {
                assert!(["connect", "disconnect"].contains(&row.trigger));
            }
        }
    }
}

//! What an emulator can be told before it starts: plain data, no parsing of command lines.
//!
//! Each field of [`Options`] names the flag that a command line is expected to have for it.

use std::{fmt, str::FromStr, time::Duration};

use crate::service::Fault;

/// The deployment that a REST request is given when it names none and none is configured.
pub(crate) const DEFAULT_DEPLOYMENT: &str = "00000000-0000-4000-8000-000000000001";

/// Which service is played.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Mode {
    /// Typing Off and read receipts are understood; an indicator lives until Off.
    #[default]
    Guide,
    /// What is publicly known of the live service: typing On alone, which expires after 5 s or with a text;
    /// Off and receipts are answered 400.
    Live,
}

/// The text is neither `guide` nor `live`.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("unknown mode {0:?}: expected \"guide\" or \"live\"")]
pub struct ParseModeError(String);

impl FromStr for Mode {
    type Err = ParseModeError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text {
            "guide" => Ok(Self::Guide),
            "live" => Ok(Self::Live),
            other => Err(ParseModeError(other.to_owned())),
        }
    }
}

impl fmt::Display for Mode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Guide => "guide",
            Self::Live => "live",
        })
    }
}

/// At most `count` in any window of length `per`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rate {
    /// How many are admitted in one window.
    pub count: u32,
    /// The length of the sliding window.
    pub per: Duration,
}

impl Rate {
    /// `count` in any window of `seconds`.
    #[must_use]
    pub const fn new(count: u32, seconds: u64) -> Self {
        Self { count, per: Duration::from_secs(seconds) }
    }
}

/// The documented limits of the service; `None` switches one off.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Limits {
    /// Requests of every kind on one connection: 60 a minute.
    pub requests_per_connection: Option<Rate>,
    /// Texts of one session: 5 a second.
    pub texts_per_session: Option<Rate>,
    /// Health checks on one connection: 2 a minute.
    pub echoes_per_connection: Option<Rate>,
    /// Configures of one session: 60 a minute.
    pub configures_per_session: Option<Rate>,
    /// New connections of one deployment: 1000 a minute.
    pub connections_per_deployment: Option<Rate>,
    /// Typing On by the agent in one conversation: 12 a minute.
    pub agent_typing_per_conversation: Option<Rate>,
    /// Characters of a guest's text: 4096.
    pub guest_text: Option<usize>,
    /// Characters of an agent's text: 4000.
    pub agent_text: Option<usize>,
    /// Bytes of custom attributes, keys and values together: 2048.
    pub custom_data: Option<usize>,
    /// Connections of one session at a time: 3. A further one closes the oldest.
    pub connections_per_session: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            requests_per_connection: Some(Rate::new(60, 60)),
            texts_per_session: Some(Rate::new(5, 1)),
            echoes_per_connection: Some(Rate::new(2, 60)),
            configures_per_session: Some(Rate::new(60, 60)),
            connections_per_deployment: Some(Rate::new(1000, 60)),
            agent_typing_per_conversation: Some(Rate::new(12, 60)),
            guest_text: Some(4096),
            agent_text: Some(4000),
            custom_data: Some(2048),
            connections_per_session: 3,
        }
    }
}

impl Limits {
    /// No rate and no size is limited; 3 connections a session stay, since the protocol depends on them.
    #[must_use]
    pub const fn off() -> Self {
        Self {
            requests_per_connection: None,
            texts_per_session: None,
            echoes_per_connection: None,
            configures_per_session: None,
            connections_per_deployment: None,
            agent_typing_per_conversation: None,
            guest_text: None,
            agent_text: None,
            custom_data: None,
            connections_per_session: 3,
        }
    }
}

/// What bounds the emulator's own memory. Each says what happens when it is full.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Caps {
    /// Connections: further upgrades are refused with 503.
    pub connections: usize,
    /// Sessions: the one that has been idle longest without a connection is forgotten, ended ones first; if every
    /// one has a connection, configure is answered 503.
    pub sessions: usize,
    /// Messages kept of one session: the oldest is forgotten, and a receipt for it is answered 404.
    pub messages: usize,
    /// Bytes of a client's frame: a larger one is answered 400.
    pub frame: usize,
    /// Faults in force: a further one is refused.
    pub faults: usize,
    /// Frames of one connection held back by faults, each way: the connection is dropped.
    pub held_frames: usize,
    /// Outputs not yet taken by the host: a connection that is owed a further frame is dropped, and further agent
    /// events are lost.
    pub outputs: usize,
}

impl Default for Caps {
    fn default() -> Self {
        Self {
            connections: 4096,
            sessions: 2048,
            messages: 512,
            frame: 256 * 1024,
            faults: 256,
            held_frames: 256,
            outputs: 65_536,
        }
    }
}

/// How an emulator behaves.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Options {
    /// `--mode guide|live`
    pub mode: Mode,
    /// `--deployment ID`, repeatable: the deployments that exist. Empty: every id does.
    pub deployments: Vec<String>,
    /// `--token-ttl SECONDS`: life of a guest token given out over REST. Default 30 minutes.
    pub guest_token_life: Duration,
    /// `--session-ttl SECONDS`: life of a session after its last message. Default 72 hours.
    pub session_life: Duration,
    /// `--no-typing` clears it: a guest's typing is answered 403.
    pub typing: bool,
    /// `--no-clear` clears it: wiping the conversation is answered 403.
    pub conversation_clear: bool,
    /// `--no-limits` gives [`Limits::off`].
    pub limits: Limits,
    /// `--fault SPEC`, repeatable, see [`Fault`]: faults in force from the start.
    pub faults: Vec<Fault>,
    /// `--seed N`: where ids and the signing key of tokens come from. `None`: the shell draws one.
    pub seed: Option<u64>,
    /// Bounds of memory; no flag.
    pub caps: Caps,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            mode: Mode::default(),
            deployments: Vec::new(),
            guest_token_life: Duration::from_secs(30 * 60),
            session_life: Duration::from_secs(259_200),
            typing: true,
            conversation_clear: true,
            limits: Limits::default(),
            faults: Vec::new(),
            seed: None,
            caps: Caps::default(),
        }
    }
}

impl Options {
    /// Whether a deployment of this id exists.
    #[must_use]
    pub fn knows_deployment(&self, id: &str) -> bool {
        !id.is_empty()
            && id.len() <= 256
            && (self.deployments.is_empty()
                || self.deployments.iter().any(|known| known.eq_ignore_ascii_case(id)))
    }

    pub(crate) fn default_deployment(&self) -> &str {
        self.deployments.first().map_or(DEFAULT_DEPLOYMENT, String::as_str)
    }
}

//! The replay format: a conversation as JSON Lines, in virtual time.
//!
//! Owns: [`Script`] and its parts, and the order that the lines must have. Must not know: who plays
//! a script, and what comes of it.

mod config;
mod error;
mod frame;
mod members;
mod step;

use webmessaging_proto::{CloseReason, Config, Input, TransportId};

pub use error::{Problem, ScriptError};
pub use frame::{FrameTemplate, MissingTracing, Reference};
use members::Members;
pub use step::INPUTS;

/// A conversation to be played: a configuration, what happens when, and for how long to look on.
///
/// ```
/// use webmessaging_testkit::Script;
///
/// let script = Script::parse(
///     r#"{"config":{"deployment_id":"d-1","token":"t-1"}}
///        {"at_ms":0,"input":"connect"}
///        {"until_ms":100}"#,
/// )?;
/// assert_eq!(script.steps().len(), 1);
///
/// let error = Script::parse(r#"{"config":{"deployment_id":"d-1"}}"#).unwrap_err();
/// assert_eq!(error.line, 1);
/// assert_eq!(error.to_string(), "line 1: `config.token` is missing: a string");
/// # Ok::<(), webmessaging_testkit::ScriptError>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Script {
    config: Config,
    steps: Vec<Step>,
    until_ms: u64,
}

/// Something that happens at a time.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Step {
    /// The line that it stands on, counted from 1.
    pub line: usize,
    /// When, in milliseconds of virtual time.
    pub at_ms: u64,
    /// What.
    pub action: Action,
}

/// What happens in a step.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum Action {
    /// An input that has nothing to do with a transport.
    Input(Box<Input<'static>>),
    /// News of a transport.
    Transport {
        /// Which one, counted from 1; `None`: the newest at that time.
        transport: Option<TransportId>,
        /// What is new.
        news: TransportNews,
    },
}

/// What a transport has to tell.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum TransportNews {
    /// It is open.
    Opened,
    /// It is gone, or its dial failed.
    Closed(CloseReason),
    /// The peer answered a ping.
    PeerAlive,
    /// It brought a message.
    Received(Wire),
}

/// A message from the server, as it comes off a transport.
#[derive(Clone, PartialEq)]
#[non_exhaustive]
pub enum Wire {
    /// JSON that may name the `tracingId` of a sent frame.
    Frame(FrameTemplate),
    /// Any text, as it is.
    Text(String),
}

/// A message holds texts: only its length is shown.
impl core::fmt::Debug for Wire {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        match self {
            Self::Frame(frame) => frame.fmt(f),
            Self::Text(text) => write!(f, "Text({} bytes)", text.len()),
        }
    }
}

impl Wire {
    /// The message, with the names of the frames `sent` so far filled in.
    ///
    /// # Errors
    /// If a frame that is named was not sent, or has no name.
    pub fn fill(&self, sent: &[Option<String>]) -> Result<String, MissingTracing> {
        match self {
            Self::Frame(frame) => frame.fill(sent),
            Self::Text(text) => Ok(text.clone()),
        }
    }
}

impl Script {
    /// Reads a script, line by line.
    ///
    /// # Errors
    /// Names the first line that is not as it should be, and what it should be.
    pub fn parse(script: impl AsRef<[u8]>) -> Result<Self, ScriptError> {
        let mut reader = Reader::default();
        let mut last_line = 0;
        // Some editors put a mark before the first line.
        let script = script.as_ref();
        let script = script.strip_prefix(b"\xef\xbb\xbf").unwrap_or(script);
        for (at, line) in script.split(|byte| *byte == b'\n').enumerate() {
            if !line.trim_ascii().is_empty() {
                last_line = at + 1;
                reader
                    .read(last_line, line)
                    .map_err(|problem| ScriptError { line: last_line, problem })?;
            }
        }
        let missing = |problem| ScriptError { line: last_line.max(1), problem };
        let config = reader.config.ok_or_else(|| missing(Problem::NoConfig))?;
        let until_ms = reader.until_ms.ok_or_else(|| missing(Problem::NoUntil))?;
        Ok(Self { config, steps: reader.steps, until_ms })
    }

    /// What the session starts with.
    #[must_use]
    pub const fn config(&self) -> &Config {
        &self.config
    }

    /// What happens, in order of time.
    #[must_use]
    pub fn steps(&self) -> &[Step] {
        &self.steps
    }

    /// The last moment that is looked at; never before the last step.
    #[must_use]
    pub const fn until_ms(&self) -> u64 {
        self.until_ms
    }
}

impl core::str::FromStr for Script {
    type Err = ScriptError;

    fn from_str(script: &str) -> Result<Self, ScriptError> {
        Self::parse(script)
    }
}

/// The script so far.
#[derive(Default)]
struct Reader {
    config: Option<Config>,
    steps: Vec<Step>,
    until_ms: Option<u64>,
}

impl Reader {
    fn read(&mut self, line: usize, text: &[u8]) -> Result<(), Problem> {
        let text = core::str::from_utf8(text).map_err(|_| Problem::NotUtf8)?;
        let mut members = Members::of_line(text)?;
        if self.until_ms.is_some() {
            return Err(Problem::AfterUntil);
        }
        if members.has("config") {
            if self.config.is_some() {
                return Err(Problem::SecondConfig);
            }
            self.config = Some(config::parse(&mut members)?);
            return members.finish();
        }
        if self.config.is_none() {
            return Err(Problem::NoConfig);
        }
        let earliest_ms = self.steps.last().map_or(0, |step| step.at_ms);
        if members.has("until_ms") {
            let until_ms = step::milliseconds(&mut members, "until_ms")?;
            if until_ms < earliest_ms {
                return Err(Problem::UntilTooEarly { until_ms, last_step_ms: earliest_ms });
            }
            self.until_ms = Some(until_ms);
        } else {
            let at_ms = step::milliseconds(&mut members, "at_ms")?;
            let action = step::parse(&mut members)?;
            if at_ms < earliest_ms {
                return Err(Problem::TimeGoesBack { at_ms, previous_ms: earliest_ms });
            }
            self.steps.push(Step { line, at_ms, action });
        }
        members.finish()
    }
}

//! What can be wrong with a script.
//!
//! Owns: [`ScriptError`], its words. Must not know: how a line is read.

use thiserror::Error;
use webmessaging_proto::ConfigError;

/// A line that is not as it should be.
#[derive(Clone, Debug, Eq, Error, PartialEq)]
#[error("line {line}: {problem}")]
#[non_exhaustive]
pub struct ScriptError {
    /// The line, counted from 1, blank ones too.
    pub line: usize,
    /// What is wrong with it.
    #[source]
    pub problem: Problem,
}

/// What is wrong with a line.
#[derive(Clone, Debug, Eq, Error, PartialEq)]
#[non_exhaustive]
pub enum Problem {
    /// Bytes that are no text.
    #[error("not UTF-8")]
    NotUtf8,
    /// Text that is no JSON.
    #[error("not JSON: {reason} (column {column})")]
    NotJson {
        /// The JSON reader's words.
        reason: String,
        /// Where it stopped, counted from 1.
        column: usize,
    },
    /// JSON that is no object.
    #[error("{place} must be an object, not {found}")]
    NotAnObject {
        /// The line, or the member.
        place: String,
        /// What is there.
        found: String,
    },
    /// A member that comes twice.
    #[error("`{member}` is there twice")]
    Repeated {
        /// Its path.
        member: String,
    },
    /// A member that must be there.
    #[error("`{member}` is missing: {expected}")]
    Missing {
        /// Its path.
        member: String,
        /// What it must be.
        expected: &'static str,
    },
    /// A member with a value of another kind.
    #[error("`{member}` must be {expected}, not {found}")]
    Unfit {
        /// Its path.
        member: String,
        /// What it must be.
        expected: &'static str,
        /// What it is.
        found: String,
    },
    /// A member that means nothing here: most likely a slip of the pen.
    #[error("`{member}` means nothing here; possible are {}", listed(.known))]
    Unknown {
        /// Its path.
        member: String,
        /// What could stand here.
        known: Vec<&'static str>,
    },
    /// An input that does not exist.
    #[error("there is no input `{name}`; there are {}", listed(.known))]
    UnknownInput {
        /// Its name.
        name: String,
        /// Those that exist.
        known: Vec<&'static str>,
    },
    /// A step in which nothing happens.
    #[error("a step has one of `input`, `recv`, `recv_text`, this one has none")]
    NothingHappens,
    /// A step in which too much happens.
    #[error(
        "a step has one of `input`, `recv`, `recv_text`, this one has `{first}` and `{second}`"
    )]
    TooMuchHappens {
        /// The one.
        first: &'static str,
        /// The other.
        second: &'static str,
    },
    /// A transport that closes in two ways.
    #[error("a transport closes with a `code` or is `access_denied`, not both")]
    ClosedTwice,
    /// A string that begins like a name of a sent frame and is none.
    #[error(
        "{found} names no sent frame: \"$tracing\" is the newest one, \"$tracing:0\" the first one"
    )]
    BadReference {
        /// The string.
        found: String,
    },
    /// A step that is earlier than the one before it.
    #[error("{at_ms} ms is before the previous step, at {previous_ms} ms")]
    TimeGoesBack {
        /// The step's time.
        at_ms: u64,
        /// The previous step's time.
        previous_ms: u64,
    },
    /// A configuration that the session refuses.
    #[error("`{member}`: {error}")]
    Config {
        /// The part of the configuration.
        member: &'static str,
        /// The session's reason.
        #[source]
        error: ConfigError,
    },
    /// The script does not begin with a configuration.
    #[error(
        "the first line must be the configuration: {{\"config\":{{\"deployment_id\":..,\"token\":..}}}}"
    )]
    NoConfig,
    /// A second configuration.
    #[error("a script has one configuration, and it is on the first line")]
    SecondConfig,
    /// The script does not say when it ends.
    #[error("the script ends without its last line: {{\"until_ms\":..}}")]
    NoUntil,
    /// Something after the end.
    #[error("`until_ms` was the last line, nothing can follow it")]
    AfterUntil,
    /// An end before the last step.
    #[error("`until_ms` {until_ms} is before the last step, at {last_step_ms} ms")]
    UntilTooEarly {
        /// The end.
        until_ms: u64,
        /// The last step's time.
        last_step_ms: u64,
    },
}

fn listed(names: &[&str]) -> String {
    names.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ")
}

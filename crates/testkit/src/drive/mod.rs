//! Who plays a script.
//!
//! Owns: [`Drive`], what can go wrong in a run. Must not know: how a script is written.

mod endpoint;
mod machine;
mod session;
#[cfg(feature = "tokio")]
mod tokio_driver;

use thiserror::Error;

pub use endpoint::EndpointDrive;
pub use machine::{MAX_TICKS, MAX_TICKS_AT_ONCE, Machine, replay};
pub use session::SessionDrive;
#[cfg(feature = "tokio")]
pub use tokio_driver::TokioDrive;

use crate::script::{MissingTracing, Script};
use crate::transcript::{Line, Transcript};

/// A way to play a script. The frames and events of a script are the same whoever plays it:
/// compare [`Transcript::comparable`].
///
/// ```
/// use webmessaging_testkit::{Drive, EndpointDrive, Script, SessionDrive};
///
/// let script = Script::parse(
///     r#"{"config":{"deployment_id":"d-1","token":"t-1"}}
///        {"at_ms":0,"input":"connect"}
///        {"at_ms":10,"input":"transport_opened"}
///        {"until_ms":100}"#,
/// )?;
/// let typed = SessionDrive.run(&script)?;
/// let bytes = EndpointDrive.run(&script)?;
/// assert_eq!(typed.comparable(), bytes.comparable());
/// # Ok::<(), Box<dyn core::error::Error>>(())
/// ```
pub trait Drive {
    /// Plays `script` and gives each line to `sink` as soon as it is known.
    ///
    /// # Errors
    /// If the script asks for what did not happen, or the machine misbehaves; what was given to
    /// `sink` before stands.
    fn run_into(&self, script: &Script, sink: &mut dyn FnMut(Line)) -> Result<(), RunError>;

    /// Plays `script` and gives all lines at the end.
    ///
    /// # Errors
    /// As [`run_into`](Self::run_into).
    fn run(&self, script: &Script) -> Result<Transcript, RunError> {
        let mut transcript = Transcript::default();
        self.run_into(script, &mut |line| transcript.push(line))?;
        Ok(transcript)
    }
}

/// Why a run came to no end.
#[derive(Clone, Debug, Eq, Error, PartialEq)]
#[non_exhaustive]
pub enum RunError {
    /// A step answers a frame that was never sent.
    #[error("line {line}: {} names a frame that was not sent; frames sent so far: {}", .missing.reference, .missing.sent)]
    NotSent {
        /// The step's line.
        line: usize,
        /// What it asked for.
        missing: MissingTracing,
    },
    /// A step that this way of playing can't do.
    #[error("line {line}: {reason}")]
    CanNotPlay {
        /// The step's line.
        line: usize,
        /// Why it can't.
        reason: &'static str,
    },
    /// The machine asks for one wake-up after the other and time stands still.
    #[error(
        "at {at_ms} ms: after {MAX_TICKS_AT_ONCE} ticks the machine asks for yet another one at the same time"
    )]
    Stuck {
        /// When.
        at_ms: u64,
    },
    /// The run takes too many wake-ups.
    #[error("at {at_ms} ms: {MAX_TICKS} ticks are enough; end the script earlier")]
    TooLong {
        /// When.
        at_ms: u64,
    },
    /// The machine sent something that has no place in a transcript.
    #[error("at {at_ms} ms: a frame was sent that is no JSON")]
    SentNoJson {
        /// When.
        at_ms: u64,
    },
    /// The driver under test did not do what it must.
    #[error("at {at_ms} ms: {reason}")]
    Driver {
        /// When.
        at_ms: u64,
        /// What it did.
        reason: String,
    },
}

impl RunError {
    /// The script's line that is to blame, if one is.
    #[must_use]
    pub const fn line(&self) -> Option<usize> {
        match self {
            Self::NotSent { line, .. } | Self::CanNotPlay { line, .. } => Some(*line),
            Self::Stuck { .. }
            | Self::TooLong { .. }
            | Self::SentNoJson { .. }
            | Self::Driver { .. } => None,
        }
    }
}

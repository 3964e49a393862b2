//! What can go wrong in a command.
//!
//! Owns: [`Failure`], the exit code that each one gives. Must not know: who fails.

use std::io;
use std::path::PathBuf;
use std::process::ExitCode;

use thiserror::Error;
use webmessaging_testkit::{RunError, ScriptError};

use crate::commands::demo::DemoError;
use crate::commands::emulate::EmulateError;
use crate::commands::load::LoadError;
use crate::commands::simulate::SimulateError;

/// The exit code of what the user wrote wrong; also that of a wrong option.
const WRONG_INPUT: u8 = 2;

/// Why a command failed.
#[derive(Debug, Error)]
pub(crate) enum Failure {
    /// A file can't be read.
    #[error("{}: {error}", path.display())]
    File {
        /// Which one.
        path: PathBuf,
        /// Why.
        error: io::Error,
    },
    /// Standard input can't be read.
    #[error("standard input: {0}")]
    Input(io::Error),
    /// Standard output can't be written.
    #[error("standard output: {0}")]
    Output(io::Error),
    /// A script is malformed.
    #[error(transparent)]
    Script(#[from] ScriptError),
    /// The demo came to no good end.
    #[error(transparent)]
    Demo(#[from] DemoError),
    /// The emulator does not run.
    #[error(transparent)]
    Emulate(#[from] EmulateError),
    /// A load came to no good end.
    #[error(transparent)]
    Load(#[from] LoadError),
    /// A simulation found something.
    #[error(transparent)]
    Simulate(#[from] SimulateError),
    /// A script came to no end.
    #[error(transparent)]
    Run(#[from] RunError),
}

impl Failure {
    pub(crate) fn is_broken_pipe(&self) -> bool {
        let (Self::Output(error)
        | Self::Demo(DemoError::Output(error))
        | Self::Emulate(EmulateError::Io(error))) = self
        else {
            return false;
        };
        error.kind() == io::ErrorKind::BrokenPipe
    }

    pub(crate) fn exit_code(&self) -> ExitCode {
        match self {
            Self::Script(_) => ExitCode::from(WRONG_INPUT),
            Self::Run(error) if error.line().is_some() => ExitCode::from(WRONG_INPUT),
            Self::File { .. }
            | Self::Input(_)
            | Self::Output(_)
            | Self::Run(_)
            | Self::Demo(_)
            | Self::Load(_)
            | Self::Simulate(_)
            | Self::Emulate(_) => ExitCode::FAILURE,
        }
    }
}

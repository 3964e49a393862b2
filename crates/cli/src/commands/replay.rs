//! `webmessaging replay`: a script in, a transcript out.
//!
//! Owns: the options, reading and writing. Must not know: the format, but for its description.

use std::fs;
use std::io::{self, BufWriter, Read, Write};
use std::path::PathBuf;

use clap::{Args, ValueEnum};
use webmessaging_testkit::{Drive, EndpointDrive, Script, SessionDrive};

use crate::failure::Failure;

const FORMAT: &str = include_str!("replay_format.txt");
const EXAMPLE: &str = include_str!("replay_example.jsonl");

/// Play a script in virtual time and print everything that the session does
#[derive(Debug, Args)]
#[command(
    long_about = "Play a script in virtual time and print everything that the session does.\n\n\
        Script and output are JSON Lines. Nothing is slept, dialed or drawn by chance:\n\
        the same script gives the same output, byte for byte.",
    after_long_help = FORMAT
)]
pub(crate) struct Replay {
    /// The script; standard input if there is none
    file: Option<PathBuf>,
    /// What plays the script; the output is the same
    #[arg(long, value_enum, default_value_t = Executor::Session)]
    executor: Executor,
    /// Print a script to start from, and do nothing else
    #[arg(long, conflicts_with_all = ["file", "executor"])]
    example: bool,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Executor {
    /// The session, with typed frames
    Session,
    /// The session behind its dialect: bytes in, bytes out
    Endpoint,
}

impl Replay {
    pub(crate) fn run(self) -> Result<(), Failure> {
        let mut output = BufWriter::new(io::stdout().lock());
        if self.example {
            output.write_all(EXAMPLE.as_bytes()).map_err(Failure::Output)?;
            return output.flush().map_err(Failure::Output);
        }
        let script = Script::parse(self.read()?)?;
        let drive: &dyn Drive = match self.executor {
            Executor::Session => &SessionDrive,
            Executor::Endpoint => &EndpointDrive,
        };
        let mut written = Ok(());
        let ran = drive.run_into(&script, &mut |line| {
            if written.is_ok() {
                written = writeln!(output, "{line}");
            }
        });
        // First what is known, then why there is no more.
        written.and_then(|()| output.flush()).map_err(Failure::Output)?;
        Ok(ran?)
    }

    fn read(&self) -> Result<Vec<u8>, Failure> {
        let Some(path) = &self.file else {
            let mut script = Vec::new();
            io::stdin().lock().read_to_end(&mut script).map_err(Failure::Input)?;
            return Ok(script);
        };
        fs::read(path).map_err(|error| Failure::File { path: path.clone(), error })
    }
}

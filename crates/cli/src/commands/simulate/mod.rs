//! `webmessaging simulate`: guests and the emulated service in one process, on virtual time.
//!
//! Owns: the options, and what decides the exit code. Must not know: what is simulated.

mod crew;
mod report;

use std::io::{self, Write};
use std::num::{NonZeroU64, NonZeroUsize};
use std::thread;
use std::time::{Duration, Instant};

use clap::Args;
use thiserror::Error;
use webmessaging_testkit::simulator::Simulation;

use crate::aside::aside;
use crate::failure::Failure;
use report::{Found, Report};

/// More than machines have cores; with very many, the system refuses a thread some day.
const MAX_THREADS: usize = 1_024;
/// Runs that the search for a small plan may take.
const SHRINK_RUNS: usize = 400;

/// Play sessions against the emulated service in virtual time while everything goes wrong, and judge both ends
///
/// Each session has a seed of its own: network, faults, clocks, users and agents are drawn from it. The same
/// options print the same on standard output, whatever the number of threads; how long it took is told on
/// standard error. Exits with 1 if a rule was broken, and prints how to play that session again.
#[derive(Args, Debug)]
pub(crate) struct Simulate {
    /// How many sessions; the n-th one has the seed K + n - 1
    #[arg(long, value_name = "N", default_value = "1000")]
    sessions: NonZeroU64,
    /// How long each one is, before its calm end
    #[arg(long, value_name = "S", default_value = "60")]
    seconds: NonZeroU64,
    /// The seed of the first session
    #[arg(long, value_name = "K", default_value_t = 1)]
    seed: u64,
    /// How many threads, 1,024 at most; without it, one for each core
    #[arg(long, value_name = "T", value_parser = threads)]
    threads: Option<NonZeroUsize>,
    /// Print the story of the session with the seed K, and play no other
    #[arg(long, conflicts_with_all = ["sessions", "threads"])]
    trace: bool,
}

fn threads(text: &str) -> Result<NonZeroUsize, String> {
    let threads: NonZeroUsize = text.parse().map_err(|error| format!("{error}"))?;
    if threads.get() > MAX_THREADS {
        return Err(format!("at most {MAX_THREADS}: the system may not give more"));
    }
    Ok(threads)
}

impl Simulate {
    pub(crate) fn run(&self) -> Result<(), Failure> {
        if self.trace {
            return self.tell();
        }
        let cores = || thread::available_parallelism().unwrap_or(NonZeroUsize::MIN);
        let threads = self.threads.unwrap_or_else(cores);
        let started = Instant::now();
        let played = crew::play(self.seed, self.sessions.get(), self.length(), threads);
        let took = started.elapsed();
        let found = played.violations.first().map(|first| {
            let smallest = Simulation::of(first.seed, self.length()).shrink(first, SHRINK_RUNS);
            Found {
                first: first.clone(),
                seconds: self.seconds.get(),
                plan: smallest.plan().to_string(),
            }
        });
        let report = Report { played: &played, found };
        let mut output = io::stdout().lock();
        write!(output, "{report}").and_then(|()| output.flush()).map_err(Failure::Output)?;
        aside(report::pace(&played.tally, took, threads));
        verdict(played.broken)
    }

    fn length(&self) -> Duration {
        Duration::from_secs(self.seconds.get())
    }

    /// One session, line by line.
    fn tell(&self) -> Result<(), Failure> {
        let mut output = io::BufWriter::new(io::stdout().lock());
        let simulation = Simulation::of(self.seed, self.length());
        let mut written = writeln!(output, "{}", simulation.plan());
        let outcome = simulation.trace(&mut |at_ms, line| {
            if written.is_ok() {
                let (s, ms) = (at_ms / 1000, at_ms % 1000);
                written = writeln!(output, "{s:>7}.{ms:03}  {line}");
            }
        });
        for violation in &outcome.violations {
            written = written.and_then(|()| writeln!(output, "{violation}"));
        }
        written.and_then(|()| output.flush()).map_err(Failure::Output)?;
        verdict(u64::from(!outcome.violations.is_empty()))
    }
}

fn verdict(broken: u64) -> Result<(), Failure> {
    if broken > 0 { Err(SimulateError::Broken { sessions: broken }.into()) } else { Ok(()) }
}

/// Why a simulation is no success.
#[derive(Debug, Error)]
pub(crate) enum SimulateError {
    /// Rules were broken.
    #[error("a rule was broken in {sessions} of the sessions")]
    Broken {
        /// In how many sessions.
        sessions: u64,
    },
}

#[cfg(test)]
mod tests {
    use std::process::ExitCode;

    use super::*;

    #[test]
    fn a_broken_rule_is_a_failure() {
        assert!(verdict(0).is_ok());
        let failure = verdict(2).unwrap_err();
        assert_eq!(failure.to_string(), "a rule was broken in 2 of the sessions");
        assert_eq!(format!("{:?}", failure.exit_code()), format!("{:?}", ExitCode::FAILURE));
    }
}

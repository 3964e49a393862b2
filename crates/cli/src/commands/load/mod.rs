//! `webmessaging load`: many guests against the service on this machine.
//!
//! Owns: the options, the order of the run, and what decides the exit code. Must not know: how a
//! guest or the service behaves.

mod crowd;
mod latency;
mod pace;
mod progress;
mod report;
mod room;
mod service;
mod watch;

use std::io::{self, Write};
use std::num::NonZeroUsize;
use std::time::Duration;

use clap::Args;
use thiserror::Error;

use crate::aside::aside;
use crate::failure::Failure;

use crowd::{Crowd, Plan};
use report::Report;
use service::Service;

/// Bursts of typing in a row stay within the 60 requests a minute of a connection: each is an On, an
/// Off and a text.
const MIN_TYPING_EVERY: Duration = Duration::from_secs(4);
/// One address of loopback has no more ports to dial from.
const MAX_SESSIONS: usize = 25_000;
const MAX_LENGTH: Duration = Duration::from_secs(24 * 3600);

/// Load the service on this machine with many guests, and count at both ends
///
/// Each guest types and sends a text, again and again, over a WebSocket of its own; all of them run in one task. The
/// service is an emulator in the same process with every documented limit in force, or another one that listens on
/// loopback: a load goes to this machine only, never to the service itself. Exits with 1 if a frame is missing at
/// either end or a guest failed.
#[derive(Args, Debug)]
pub(crate) struct Load {
    /// How many guests, 25,000 at most; an emulator that runs already has room for 2,048
    #[arg(long, value_name = "N", default_value = "1000", value_parser = sessions)]
    sessions: NonZeroUsize,
    /// How long the load lasts once all guests are there, such as 90s or 10m; the guests' last texts come on top
    #[arg(long = "for", value_name = "TIME", default_value = "60s", value_parser = length)]
    length: Duration,
    /// An emulator that runs already, in mode guide and without other guests: ws://127.0.0.1:PORT
    #[arg(long, value_name = "URL", value_parser = service::loopback)]
    endpoint: Option<service::Endpoint>,
    /// The one deployment of all guests, which are then dialed 900 a minute; else as many as it takes for all to be
    /// there in 20 s
    #[arg(long, value_name = "ID")]
    deployment: Option<String>,
    /// How often each guest types and sends a text, at least 4s
    #[arg(long, value_name = "TIME", default_value = "10s", value_parser = typing_every)]
    typing_every: Duration,
    /// Which guest types when, and the emulator's ids
    #[arg(long, value_name = "N", default_value_t = 1)]
    seed: u64,
}

fn sessions(text: &str) -> Result<NonZeroUsize, String> {
    let sessions: NonZeroUsize = text.parse().map_err(|error| format!("{error}"))?;
    if sessions.get() > MAX_SESSIONS {
        return Err(format!("at most {MAX_SESSIONS}: loopback has no more ports to dial from"));
    }
    Ok(sessions)
}

fn duration(text: &str, least: Duration, most: Duration) -> Result<Duration, String> {
    let time = humantime::parse_duration(text).map_err(|error| error.to_string())?;
    if time < least || time > most {
        let [least, most] = [least, most].map(humantime::format_duration);
        return Err(format!("it must be from {least} to {most}"));
    }
    Ok(time)
}

fn length(text: &str) -> Result<Duration, String> {
    duration(text, Duration::from_secs(1), MAX_LENGTH)
}

fn typing_every(text: &str) -> Result<Duration, String> {
    duration(text, MIN_TYPING_EVERY, MAX_LENGTH)
}

impl Load {
    pub(crate) fn run(self) -> Result<(), Failure> {
        let sockets = if self.endpoint.is_some() { 1 } else { 2 };
        room::make(self.sessions.get().saturating_mul(sockets))?;
        let runtime = tokio::runtime::Runtime::new().map_err(LoadError::Runtime)?;
        let report = runtime.block_on(self.load())?;
        // Whatever is still open has had its time.
        runtime.shutdown_timeout(Duration::from_secs(1));
        let mut output = io::stdout().lock();
        write!(output, "{report}").and_then(|()| output.flush()).map_err(Failure::Output)?;
        report.verdict().map_err(Failure::from)
    }

    async fn load(self) -> Result<Report, LoadError> {
        let plan = Plan::new(self.sessions.get(), self.deployment, self.length, self.typing_every);
        let service = match self.endpoint {
            Some(endpoint) => Service::at(endpoint),
            None => Service::start(&plan, self.seed).await?,
        };
        aside(plan.announcement(&service));
        let crowd = Crowd::gather(plan, self.seed, service).await?;
        Ok(crowd.play().await)
    }
}

/// Why a load is no success.
#[derive(Debug, Error)]
pub(crate) enum LoadError {
    /// Too few files may be open.
    #[error(
        "{needed} files must be open at once, this process may have {allowed}: allow it more \
         (ulimit -n {needed}), or take fewer sessions"
    )]
    Files {
        /// How many it takes.
        needed: u64,
        /// How many there may be.
        allowed: u64,
    },
    /// No runtime.
    #[error("the runtime can't start: {0}")]
    Runtime(io::Error),
    /// The emulator does not start.
    #[error("the emulator does not start: {0}")]
    Emulator(#[from] webmessaging_emulator::StartError),
    /// The service gives no tokens.
    #[error("the service gives no tokens: {0}")]
    Tokens(String),
    /// The agent's side can't be watched.
    #[error("the agent's side of the service can't be watched: {0}")]
    Watch(String),
    /// What was counted, or who failed, is not as it must be.
    #[error("{0}")]
    Verdict(String),
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn options_out_of_range_are_refused_with_the_range() {
        assert_eq!(length("90s"), Ok(Duration::from_secs(90)));
        assert_eq!(typing_every("3s"), Err("it must be from 4s to 1day".into()));
        assert!(length("soon").is_err() && length("0s").is_err() && length("2days").is_err());
        assert!(sessions("0").is_err() && sessions("25001").is_err());
        assert_eq!(sessions("25000").map(NonZeroUsize::get), Ok(25_000));
    }
}

//! `webmessaging demo`: a conversation over a real WebSocket, and whether both sides agree on it.
//!
//! Owns: the options, what the demo starts and stops. Must not know: what is said in between.

mod agent;
mod play;
mod record;
mod stage;
mod timeline;
mod verdict;

use std::io;
use std::time::Duration;

use clap::Args;
use thiserror::Error;
use webmessaging_emulator::{Emulator, StartError};
use webmessaging_tokio::CommandError;

use crate::failure::Failure;
use agent::Agent;
use stage::Stage;
use timeline::{Style, Timeline};

/// How long the demo waits for anything that must happen.
const PATIENCE: Duration = Duration::from_secs(10);

/// Play a conversation between a guest and an agent, and check that they saw the same
///
/// Starts the emulator on a free port of loopback, gets a guest token over REST, connects, and plays:
/// typing and its end, texts, the agent's typing, read receipts, a lost connection, a rate limit.
/// Exits with 0 only if the agent's side saw what the guest did.
#[derive(Args, Debug)]
pub(crate) struct Demo {
    /// Print JSON Lines instead of a timeline
    #[arg(long)]
    json: bool,
}

impl Demo {
    /// The conversation of a plain `webmessaging`.
    pub(crate) const PLAIN: Self = Self { json: false };

    pub(crate) fn run(&self) -> Result<(), Failure> {
        let runtime = tokio::runtime::Runtime::new().map_err(DemoError::Runtime)?;
        let style = if self.json { Style::Json } else { Style::Columns };
        Ok(runtime.block_on(demonstrate(style))?)
    }
}

async fn demonstrate(style: Style) -> Result<(), DemoError> {
    let emulator = Emulator::builder().start().await?;
    let (agent, agent_news, credentials) = Agent::engage(&emulator.http_url()).await?;
    let timeline = Timeline::begin(style)?;
    let mut stage = Stage::new(&emulator.ws_url(), credentials, agent, agent_news, timeline);
    play::play(&mut stage).await?;
    let record = stage.leave().await?;
    let seen = record.agent_view().await?;
    emulator.shutdown().await;
    verdict::judge(&record, &seen)
}

/// Why the demo came to no good end.
#[derive(Debug, Error)]
pub(crate) enum DemoError {
    /// No runtime.
    #[error("the runtime can't start: {0}")]
    Runtime(io::Error),
    /// No emulator.
    #[error("the emulator can't start: {0}")]
    Emulator(#[from] StartError),
    /// The agent's side can't be reached or understood.
    #[error("the agent's side failed: {0}")]
    Agent(#[from] reqwest::Error),
    /// The guest's side refused something that it should not refuse.
    #[error("the guest's side refused: {0}")]
    Guest(#[from] CommandError),
    /// Something did not happen.
    #[error("waited {} s in vain until {until}", PATIENCE.as_secs())]
    Waited {
        /// What should have happened.
        until: &'static str,
    },
    /// One of the sides went away.
    #[error("the {side}'s side ended before {until}")]
    Ended {
        /// Which one.
        side: &'static str,
        /// What should have happened.
        until: &'static str,
    },
    /// The output can't be written.
    #[error("standard output: {0}")]
    Output(#[from] io::Error),
    /// The two sides saw different things.
    #[error("guest and agent do not agree on {} of what happened", disagreements.join(", "))]
    Disagree {
        /// On what.
        disagreements: Vec<&'static str>,
    },
}

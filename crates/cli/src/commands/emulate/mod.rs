//! `webmessaging emulate`: the service on this machine.
//!
//! Owns: the options and what is printed. Must not know: how the service behaves.

mod page;

use std::io::{self, Write};
use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use clap::Args;
use thiserror::Error;
use webmessaging_emulator::service::Fault;
use webmessaging_emulator::{Emulator, Limits, Mode, Options, StartError};

use crate::failure::Failure;
use page::PageOptions;

/// Emulate the service on this machine until Ctrl-C
///
/// Guests connect to `ws://ADDRESS/v1?deploymentId=ID`, a guest's backend gets a token from POST
/// /api/v2/conversations/messaging, agents use /agent, and POST /faults makes things go wrong.
#[derive(Args, Debug)]
pub(crate) struct Emulate {
    /// Listen on this address; whoever reaches it can play the agent
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:8080", conflicts_with = "port")]
    listen: SocketAddr,
    /// Listen on this port of loopback; 0: a free one
    #[arg(long, value_name = "PORT")]
    port: Option<u16>,
    /// guide: typing Off and read receipts are understood; live: both are answered 400
    #[arg(long, value_name = "guide|live", default_value_t = Mode::Guide)]
    mode: Mode,
    /// A deployment that exists; repeat it for more. Without any, every id exists
    #[arg(long, value_name = "ID")]
    deployment: Vec<String>,
    /// How long a guest token lives
    #[arg(long, value_name = "SECONDS")]
    token_ttl: Option<u64>,
    /// How long a session lives after its last message
    #[arg(long, value_name = "SECONDS")]
    session_ttl: Option<u64>,
    /// Answer a guest's typing with 403
    #[arg(long)]
    no_typing: bool,
    /// Answer the wiping of a conversation with 403
    #[arg(long)]
    no_clear: bool,
    /// Enforce none of the service's limits
    #[arg(long)]
    no_limits: bool,
    /// A fault in force from the start, such as `delay:200` or `rate_limit:3*1`; repeat it for more
    #[arg(long, value_name = "FAULT")]
    fault: Vec<Fault>,
    /// Where ids and the tokens' signing key come from; without it they differ from run to run
    #[arg(long, value_name = "N")]
    seed: Option<u64>,
    #[command(flatten)]
    page: PageOptions,
}

impl Emulate {
    pub(crate) fn run(self) -> Result<(), Failure> {
        let runtime = tokio::runtime::Runtime::new().map_err(EmulateError::Runtime)?;
        Ok(runtime.block_on(self.emulate())?)
    }

    async fn emulate(self) -> Result<(), EmulateError> {
        let files = self.page.files()?;
        let address =
            self.port.map_or(self.listen, |port| SocketAddr::from(([127, 0, 0, 1], port)));
        let emulator = Emulator::builder()
            .options(self.options())
            .files(files)
            .listen(address)
            .start()
            .await?;
        writeln!(io::stdout(), "guests:  {}?deploymentId=ID", emulator.ws_url())?;
        let http = emulator.http_url();
        writeln!(io::stdout(), "tokens:  POST {http}/api/v2/conversations/messaging")?;
        writeln!(io::stdout(), "agents:  {http}/agent/sessions, {http}/agent/events")?;
        writeln!(io::stdout(), "faults:  POST {http}/faults")?;
        if self.page.is_served() {
            writeln!(io::stdout(), "page:    {http}/")?;
        }
        io::stdout().flush()?;
        self.page.show(&format!("{http}/"));
        tokio::signal::ctrl_c().await?;
        emulator.shutdown().await;
        Ok(())
    }

    fn options(&self) -> Options {
        let mut options = Options::default();
        options.mode = self.mode;
        options.deployments.clone_from(&self.deployment);
        options.typing = !self.no_typing;
        options.conversation_clear = !self.no_clear;
        options.faults.clone_from(&self.fault);
        options.seed = self.seed;
        if let Some(seconds) = self.token_ttl {
            options.guest_token_life = Duration::from_secs(seconds);
        }
        if let Some(seconds) = self.session_ttl {
            options.session_life = Duration::from_secs(seconds);
        }
        if self.no_limits {
            options.limits = Limits::off();
        }
        options
    }
}

/// Why the emulator does not run.
#[derive(Debug, Error)]
pub(crate) enum EmulateError {
    /// No runtime.
    #[error("the runtime can't start: {0}")]
    Runtime(io::Error),
    /// The address is taken, or not ours.
    #[error("{0}: {source}", source = std::error::Error::source(.0).map(ToString::to_string).unwrap_or_default())]
    Start(#[from] StartError),
    /// The page can't run.
    #[error(
        "the page needs {}, which is not there: build the browser package with crates/wasm/build.sh, \
         or say with --package where it is",
        missing.display()
    )]
    Package {
        /// What the browser package lacks.
        missing: PathBuf,
    },
    /// Nothing can be printed, or Ctrl-C can't be heard.
    #[error(transparent)]
    Io(#[from] io::Error),
}

//! Live sessions over loopback: the service in one process, its guests in another.
//!
//! Owns: what both ends agree on, and what each tells. Must not know: how it is compared.
//!
//! Every guest types three keys now and then and stops; the agent answers each Off with a text, which
//! the guest sees at once. Both processes read the machine's one monotonic clock.

pub mod ours;
mod pace;
pub mod plain;
pub mod service;

use std::io::{BufRead, stdin};
use std::time::Duration;

use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
use rustix::time::{ClockId, clock_gettime};
use serde::{Deserialize, Serialize};

use crate::child::{self, Memory};
use crate::measure;

pub const DEPLOYMENT: &str = "5d1e7a90-43c2-4f6b-9e08-2b7c61d0aa14";
/// How long the last Off, its answer and the receipt may take after the last key.
pub const SETTLE: Duration = Duration::from_secs(6);

/// So many guests connect at a time.
const DIALS: usize = 64;

/// What a guest needs to come.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub struct Credentials {
    pub token: String,
}

/// What the service says when it is there, and what its guests are told.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub struct Invitation {
    pub url: String,
    pub guests: Vec<Credentials>,
    pub rounds: u32,
}

/// When something happened to whom: nanoseconds of the machine's clock.
#[derive(Clone, Copy, Debug, Deserialize, Serialize)]
pub struct Moment {
    pub guest: u32,
    pub at: u64,
}

/// What the guests' process has to tell.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub struct GuestsTold {
    /// The first keys of bursts.
    pub keys: Vec<Moment>,
    pub frames_sent: u64,
    pub texts_received: u64,
    /// Sessions that were lost.
    pub lost: u64,
    /// From the first key to the end.
    pub cpu: Duration,
    /// With all sessions, over that without any.
    pub memory: f64,
}

/// What the service has to tell.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
pub struct ServiceTold {
    pub on: Vec<Moment>,
    /// Configures, Ons, Offs and receipts.
    pub frames_received: u64,
    pub texts_sent: u64,
}

pub fn now() -> u64 {
    let time = clock_gettime(ClockId::Monotonic);
    u64::try_from(time.tv_sec * 1_000_000_000 + time.tv_nsec).unwrap_or_default()
}

/// In the guests' process.
pub fn play<F: Future<Output = GuestsTold>>(
    live: impl FnOnce(Invitation) -> F,
) -> Result<(), String> {
    make_room()?;
    let invitation = read_line()?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let runtime = runtime.map_err(|error| error.to_string())?;
    child::answer(runtime.block_on(live(invitation)));
    Ok(())
}

/// As many open files as may be.
fn make_room() -> Result<(), String> {
    let limit = getrlimit(Resource::Nofile);
    let raised = Rlimit { current: limit.maximum, ..limit };
    setrlimit(Resource::Nofile, raised).map_err(|error| format!("open files: {error}"))
}

fn read_line<T: for<'a> Deserialize<'a>>() -> Result<T, String> {
    let mut line = String::new();
    stdin().lock().read_line(&mut line).map_err(|error| error.to_string())?;
    serde_json::from_str(&line).map_err(|error| error.to_string())
}

/// What a process of guests uses, from one point on.
struct Used {
    before: Memory,
    cpu: Duration,
}

impl Used {
    fn from_here() -> Self {
        Self { before: child::memory(), cpu: Duration::ZERO }
    }

    /// All guests are there.
    fn all_there(&mut self) {
        self.cpu = measure::process_time();
    }

    fn cpu(&self) -> Duration {
        measure::process_time().saturating_sub(self.cpu)
    }

    fn memory(&self) -> f64 {
        child::memory().resident - self.before.resident
    }
}

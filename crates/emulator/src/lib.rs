//! An emulator of the Web Messaging service: the server's side of the guest wire on one machine, without an account.
//!
//! Two layers, each usable alone:
//!
//! * [`service::Service`] is sans-IO: frames, HTTP requests already taken apart, agent commands and the time go in;
//!   frames, closes and agent events come out. It opens no socket, reads no clock and draws no random number, so that
//!   a simulator can run it under virtual time and a fuzzer can throw anything at it.
//! * `Emulator` (feature `server`, on by default) is a thin axum server around it: the WebSocket of the guest, the REST
//!   step of the guest's backend, the agent's API with server-sent events, and faults on demand.
//!
//! It keeps to the wire and knows no client.
//!
#![cfg_attr(feature = "server", doc = "```")]
#![cfg_attr(not(feature = "server"), doc = "```ignore")]
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), webmessaging_emulator::StartError> {
//! use webmessaging_emulator::{Emulator, Mode};
//!
//! let running = Emulator::builder().mode(Mode::Guide).start().await?; // a free port on loopback
//! println!("guests: {}?deploymentId=d-1", running.ws_url());
//! println!("agents: {}/agent/sessions", running.http_url());
//! running.shutdown().await;
//! # Ok(())
//! # }
//! ```

#[cfg(all(doctest, feature = "server"))]
#[doc = include_str!("../README.md")]
struct Readme;

mod options;
pub mod service;
#[cfg(feature = "server")]
mod shell;

pub use options::{Caps, Limits, Mode, Options, ParseModeError, Rate};
#[cfg(feature = "server")]
pub use shell::{AgentEvents, Emulator, EmulatorBuilder, RunningEmulator, StartError, StaticFiles};

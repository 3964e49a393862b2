//! The shell: sockets, clock and tasks around the sans-IO service. It decides nothing about the protocol.

mod agent;
mod agent_events;
mod api_error;
mod builder;
mod event_log;
mod faults;
mod rest;
mod server_sent;
mod shared;
mod static_files;
mod stopping;
mod websocket;

pub use agent_events::AgentEvents;
pub use builder::{Emulator, EmulatorBuilder, RunningEmulator, StartError};
pub use static_files::StaticFiles;

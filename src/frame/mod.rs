//! Typed frames: what a guest says and what the service says, apart from how it is spelled.
//!
//! Owns: the vocabulary. Must not know: JSON, the session, time.

mod client;
mod server;

pub use client::*;
pub use server::*;

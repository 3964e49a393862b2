//! Typed frames: what a guest says and what the service says, apart from how it is spelled.
//!
//! Owns: the vocabulary. Must not know: JSON, the session, time.

mod client;
mod server;

pub use client::*;
pub use server::*;

/// Whether a frame is read with what no session asks for, see `Cargo.toml`. A constant, so that what is
/// left out is checked by the compiler all the same.
pub(crate) const WHOLE: bool = cfg!(feature = "whole-frames");

//! The core's test suite: scenarios with exact times, properties over generated scripts, vectors.
//!
//! Owns: the list of parts. One binary, so that it links once.
#![allow(clippy::unwrap_used, reason = "a test that panics has done its work")]

mod support;

mod errors;
mod exhaustive;
mod hostile;
mod property;
mod scenario;
mod snapshot;
mod vectors;
mod wire;
mod zero_alloc;

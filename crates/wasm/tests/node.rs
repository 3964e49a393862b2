//! The driver in Node.
#![cfg(target_family = "wasm")]
#![allow(missing_docs, unreachable_pub, clippy::unwrap_used, reason = "tests")]

mod suite;

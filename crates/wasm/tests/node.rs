//! The driver in Node.
#![cfg(target_family = "wasm")]
#![allow(missing_docs, reason = "tests")]

mod suite;

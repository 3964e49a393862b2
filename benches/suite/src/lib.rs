//! What the benchmarks have in common: the scenes that they set, and the count of instructions.

#![allow(missing_docs, reason = "a name says it; only benchmarks read them")]

pub mod baseline;
pub mod cases;
pub mod count;
pub mod scenes;

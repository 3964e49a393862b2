//! What the benchmarks have in common: the scenes that they set, and the count of instructions.

#![allow(
    missing_docs,
    missing_debug_implementations,
    clippy::cast_possible_truncation,
    clippy::missing_errors_doc,
    clippy::missing_panics_doc,
    clippy::must_use_candidate,
    reason = "only benchmarks read them; a scene that can't be set ends the run"
)]

pub mod baseline;
pub mod cases;
pub mod count;
pub mod crowd;
pub mod frames;
pub mod scenes;
pub mod wheel;

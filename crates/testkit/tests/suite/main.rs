//! The test kit's own tests: the format, the rules of time, and the scripts of the repository.
#![allow(clippy::unwrap_used, reason = "a test may panic")]

mod format;
mod fuzz_bodies;
mod life;
mod references;
mod scripts;
mod simulator;
mod time;

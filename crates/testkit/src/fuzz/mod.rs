//! The bodies of the fuzz targets: bytes in, a panic on a finding.
//!
//! Owns: what must hold of any bytes. Must not know: who makes the bytes. They are plain functions,
//! so that the stable compiler checks them and `cargo test` replays the seeds (`fuzz/README.md`).

mod decode;
#[cfg(feature = "simulator")]
mod emulator;
mod generate;
mod inputs;
mod reference;
mod roundtrip;
mod session;
mod snapshot;
mod twin;

pub use decode::{decode, decode_only, most_memory_to_decode};
#[cfg(feature = "simulator")]
pub use emulator::emulator;
pub use inputs::Inputs;
pub use roundtrip::roundtrip;
pub use session::{model, session};
pub use snapshot::snapshot;

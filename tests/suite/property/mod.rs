//! Properties that hold for every run of the corpus, one test each.
//!
//! Owns: nothing of its own. Must not know: any single run.

mod budget;
mod bytes;
mod coverage;
mod late_clock;
mod lifecycle;
mod metamorphic;
mod model;
mod peer_typing;
mod receipts;
mod renaming;
mod texts;
mod typing;
mod undrained;
mod watched;

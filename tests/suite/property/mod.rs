//! Properties that hold for every run of the corpus, one test each.
//!
//! Owns: nothing of its own. Must not know: any single run.

mod budget;
mod coverage;
mod lifecycle;
mod metamorphic;
mod peer_typing;
mod receipts;
mod receipts_model;
mod texts;
mod typing;
mod typing_model;

//! What the tests share: a driver in virtual time, server frames, traces, generated scripts.
//!
//! Owns: nothing of its own. Must not know: what any one test wants to show.

pub(crate) mod corpus;
pub(crate) mod frames;
mod host;
pub(crate) mod likelihood;
pub(crate) mod lines;
pub(crate) mod player;
pub(crate) mod script;
pub(crate) mod server;
pub(crate) mod trace;
pub(crate) mod world;

pub(crate) use world::World;

#![doc = include_str!("../README.md")]

pub mod drive;
mod earlier;
pub mod fuzz;
pub mod life;
pub mod model;
pub mod monitor;
pub mod script;
#[cfg(feature = "simulator")]
pub mod simulator;
mod split_mix;
pub mod transcript;

#[cfg(feature = "tokio")]
pub use drive::TokioDrive;
pub use drive::{Drive, EndpointDrive, Machine, RunError, SessionDrive, replay};
pub use script::{Action, Script, ScriptError, Step, TransportNews, Wire};
pub use transcript::{Entry, Line, SentFrame, Transcript};

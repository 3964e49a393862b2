#![doc = include_str!("../README.md")]

mod alarm;
mod bindings;
mod config;
mod driver;
mod environment;
mod error;
mod host;
mod observer;
mod page;
mod socket;

pub use bindings::Guest;
pub use driver::Driver;
pub use environment::Environment;
pub use host::Host;
pub use observer::{Observer, TransportNews, Written};

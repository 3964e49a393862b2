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
mod script;
mod socket;

/// Half as large as the standard library's own.
#[cfg(all(target_family = "wasm", not(target_feature = "atomics")))]
#[global_allocator]
static ALLOCATOR: talc::wasm::WasmDynamicTalc = talc::wasm::new_wasm_dynamic_allocator();

pub use bindings::Guest;
pub use driver::Driver;
pub use environment::Environment;
pub use host::Host;
pub use observer::{Observer, TransportNews, Written};

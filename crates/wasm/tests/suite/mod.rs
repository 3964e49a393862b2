//! How the driver behaves on a host that a test moves.

mod calls;
mod config;
mod fake;
mod leaks;
mod page;
mod time;
mod transport;

//! Peers that mean harm, or act as if: the guest stays small, quick, quiet and alive.
//!
//! Owns: one test for each way to be hostile. Must not know: the session's inside.

mod bytes;
mod floods;
mod guest;
mod numbers;
mod patience;

use webmessaging_proto::{Config, ReconnectPolicy};

fn config() -> Config {
    Config::new("deployment", "token", 1)
}

/// A guest that never gives up, to see how often it tries.
fn tireless() -> Config {
    let mut reconnect = ReconnectPolicy::default();
    reconnect.give_up = None;
    config().with_reconnect(reconnect)
}

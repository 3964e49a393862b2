//! The design's tables and sentences, each as a short life with exact times.
//!
//! Owns: what the scenarios share. Must not know: the session's inside.

mod budget;
mod failures;
mod heartbeat;
mod limits;
mod messages;
mod phases;
mod profiles;
mod questions;
mod rate_limits;
mod receipts;
mod reconnecting;
mod start_new;
mod transports;
mod typing_in;
mod typing_out;
mod undrained;

use core::time::Duration;

use webmessaging_proto::{Config, Profile, TypingPolicy};

fn guide() -> Config {
    Config::new("deployment", "token", 7)
}

fn live() -> Config {
    guide().with_profile(Profile::Live)
}

fn guide_with(change: impl FnOnce(&mut TypingPolicy)) -> Config {
    let mut typing = TypingPolicy::guide();
    change(&mut typing);
    guide().with_typing(typing).unwrap()
}

const fn ms(millis: u64) -> Duration {
    Duration::from_millis(millis)
}

/// The lines that are frames.
fn sent(lines: Vec<String>) -> Vec<String> {
    lines.into_iter().filter(|line| line.contains(" send ")).collect()
}

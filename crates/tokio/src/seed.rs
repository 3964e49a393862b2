//! A seed for hosts that do not bring their own.
//!
//! Owns: where it comes from. Must not know: what it is for.

use std::hash::{BuildHasher, RandomState};

/// A fresh seed for [`Config::new`](webmessaging_proto::Config::new), drawn from the randomness
/// that the operating system gave this process. Good for waits and ids; no secret depends on it.
///
/// ```
/// use webmessaging_proto::Config;
///
/// let config = Config::new("deployment", "token", webmessaging_tokio::random_seed());
/// assert_ne!(webmessaging_tokio::random_seed(), webmessaging_tokio::random_seed());
/// ```
#[must_use]
pub fn random_seed() -> u64 {
    RandomState::new().hash_one(std::process::id())
}

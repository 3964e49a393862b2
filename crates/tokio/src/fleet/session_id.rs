//! The name of a session in its fleet.
//!
//! Owns: [`SessionId`]. Must not know: sessions.

use std::fmt;

/// Names a session in its [`Fleet`](super::Fleet). Counted from 1, and never used again.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct SessionId(pub(super) u64);

impl SessionId {
    /// The number, for logs and for tables by number.
    #[must_use]
    pub const fn get(self) -> u64 {
        self.0
    }
}

impl fmt::Display for SessionId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

//! The capacities of a fleet.
//!
//! Owns: [`FleetOptions`]. Must not know: what is done when something is full.

use super::dial_limit::DialLimit;

/// How much a fleet may hold, and how often it may dial.
///
/// ```
/// let mut options = webmessaging_tokio::FleetOptions::default();
/// options.events = 256;
/// options.dials = None; // the other end is our own, and has no such limit
/// ```
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct FleetOptions {
    /// Sessions; at this many, a further one is not taken. Default 1,048,576.
    pub sessions: usize,
    /// Events that wait for the host, of all sessions together; at this many, nothing more is read
    /// from any transport. Default 4,096.
    pub events: usize,
    /// Commands of one session that wait for the driver, see
    /// [`Options::commands`](crate::Options::commands). Default 64.
    pub commands: usize,
    /// How often each deployment may be dialed; `None`: without a limit. Default
    /// [`DialLimit::default`].
    pub dials: Option<DialLimit>,
}

impl Default for FleetOptions {
    fn default() -> Self {
        Self { sessions: 1 << 20, events: 4096, commands: 64, dials: Some(DialLimit::default()) }
    }
}

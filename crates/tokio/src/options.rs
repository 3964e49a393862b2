//! The capacities of a session's channels.
//!
//! Owns: [`Options`]. Must not know: what is done when a channel is full.

/// How much may wait between a host and its driver.
///
/// ```
/// let mut options = webmessaging_tokio::Options::default();
/// options.events = 16;
/// ```
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct Options {
    /// Events that wait for the host; at this many, nothing more is read from the transport, see
    /// [`Events`](crate::Events). Default 256.
    pub events: usize,
    /// Commands that wait for the driver; at this many, an [`Answer`](crate::Answer) waits for a
    /// place and a text ends as [`Busy`](crate::TextError::Busy). Default 64.
    pub commands: usize,
}

impl Default for Options {
    fn default() -> Self {
        Self { events: 256, commands: 64 }
    }
}

//! What a fleet counts.
//!
//! Owns: [`FleetMetrics`], [`PhaseCounts`]. Must not know: how they are gathered.

use webmessaging_proto::Phase;

/// How a fleet stands, and what it has done so far. Cheap to read, as often as you like.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
#[non_exhaustive]
pub struct FleetMetrics {
    /// Sessions by phase, as far as the driver has got.
    pub phases: PhaseCounts,
    /// Sessions that wait for their turn to dial; they are [`Connecting`](Phase::Connecting).
    pub dials_waiting: usize,
    /// Sessions that wait for a turn of the driver.
    pub sessions_ready: usize,
    /// Sessions that are not read because too many events wait for the host.
    pub sessions_stalled: usize,
    /// Events that wait for the host.
    pub events_waiting: usize,
    /// Sessions that were added so far.
    pub added: u64,
    /// Sessions that have gone so far.
    pub removed: u64,
    /// Dials that were begun.
    pub dials: u64,
    /// Frames handed to transports.
    pub frames_sent: u64,
    /// Frames taken from transports.
    pub frames_received: u64,
    /// Events told to the host.
    pub events: u64,
    /// Commands that sessions refused.
    pub inputs_refused: u64,
    /// Turns that sessions had.
    pub turns: u64,
}

/// How many sessions there are in each [`Phase`].
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
#[non_exhaustive]
#[allow(missing_docs, reason = "each is the phase of its name")]
pub struct PhaseCounts {
    pub idle: usize,
    pub connecting: usize,
    pub configuring: usize,
    pub ready: usize,
    pub read_only: usize,
    pub backoff: usize,
    pub closing: usize,
    pub closed: usize,
    pub failed: usize,
    /// Phases that this crate does not know.
    pub other: usize,
}

impl PhaseCounts {
    /// All of them together.
    #[must_use]
    pub const fn total(&self) -> usize {
        let Self { idle, connecting, configuring, ready, read_only, .. } = self;
        let Self { backoff, closing, closed, failed, other, .. } = self;
        let open = *connecting + *configuring + *ready + *read_only + *backoff + *closing;
        *idle + open + *closed + *failed + *other
    }

    /// How many there are in `phase`; a reason to fail makes no difference.
    #[must_use]
    pub fn of(mut self, phase: Phase) -> usize {
        *self.place(phase)
    }

    pub(super) fn enter(&mut self, phase: Phase) {
        *self.place(phase) += 1;
    }

    pub(super) fn leave(&mut self, phase: Phase) {
        *self.place(phase) -= 1;
    }

    fn place(&mut self, phase: Phase) -> &mut usize {
        match phase {
            Phase::Idle => &mut self.idle,
            Phase::Connecting => &mut self.connecting,
            Phase::Configuring => &mut self.configuring,
            Phase::Ready => &mut self.ready,
            Phase::ReadOnly => &mut self.read_only,
            Phase::Backoff => &mut self.backoff,
            Phase::Closing => &mut self.closing,
            Phase::Closed => &mut self.closed,
            Phase::Failed(_) => &mut self.failed,
            _ => &mut self.other,
        }
    }
}

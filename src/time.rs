//! Monotonic time as a number, so that the machine needs no clock.
//!
//! Owns: [`Instant`], [`Deadline`]. Must not know: where time comes from.

use core::fmt;
use core::ops::{Add, Sub};
use core::time::Duration;

use crate::timer::Timer;

/// A point on the driver's monotonic clock: the time since an origin that the driver picks.
///
/// Addition saturates, so no time-out can overflow into the past. A session that goes on with a young
/// clock remembers times from before its origin; they read as the origin.
///
/// ```
/// use core::time::Duration;
/// use webmessaging_proto::Instant;
///
/// let start = Instant::from_millis(1_000);
/// assert_eq!((start + Duration::from_secs(2)).as_millis(), 3_000);
/// assert_eq!(Instant::ORIGIN - start, Duration::ZERO);
/// ```
#[derive(Clone, Copy, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct Instant(
    /// Since [`BEFORE_ORIGIN`] ahead of the origin.
    Duration,
);

/// How far back times go: more than 64 bits of milliseconds, as a snapshot holds them.
const BEFORE_ORIGIN: Duration = Duration::from_secs(1 << 55);

impl Instant {
    /// The driver's origin.
    pub const ORIGIN: Self = Self(BEFORE_ORIGIN);

    /// The instant `since_origin` after the driver's origin.
    #[must_use]
    pub const fn new(since_origin: Duration) -> Self {
        Self(BEFORE_ORIGIN.saturating_add(since_origin))
    }

    /// The instant `millis` milliseconds after the driver's origin.
    #[must_use]
    pub const fn from_millis(millis: u64) -> Self {
        Self::new(Duration::from_millis(millis))
    }

    /// Time since the driver's origin.
    #[must_use]
    pub const fn since_origin(self) -> Duration {
        self.0.saturating_sub(BEFORE_ORIGIN)
    }

    /// Whole milliseconds since the driver's origin, rounded down; `u64::MAX` if they do not fit.
    #[must_use]
    pub fn as_millis(self) -> u64 {
        u64::try_from(self.since_origin().as_millis()).unwrap_or(u64::MAX)
    }

    /// The time `duration` earlier, be it before the origin.
    pub(crate) const fn before(self, duration: Duration) -> Self {
        Self(self.0.saturating_sub(duration))
    }
}

impl Default for Instant {
    fn default() -> Self {
        Self::ORIGIN
    }
}

/// The earlier of two times, of which either may never come.
pub(crate) fn earliest(a: Option<Instant>, b: Option<Instant>) -> Option<Instant> {
    match (a, b) {
        (Some(a), Some(b)) => Some(a.min(b)),
        (a, b) => a.or(b),
    }
}

impl Add<Duration> for Instant {
    type Output = Self;

    fn add(self, duration: Duration) -> Self {
        Self(self.0.saturating_add(duration))
    }
}

impl Sub for Instant {
    type Output = Duration;

    /// Time from `earlier` to `self`; zero if `earlier` is the later one.
    fn sub(self, earlier: Self) -> Duration {
        self.0.saturating_sub(earlier.0)
    }
}

impl fmt::Debug for Instant {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let before_origin = Self::ORIGIN - *self;
        if before_origin.is_zero() {
            write!(f, "{:?}", self.since_origin())
        } else {
            write!(f, "-{before_origin:?}")
        }
    }
}

/// When the driver must call [`Session::tick`](crate::Session::tick) at the latest, and for what.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct Deadline {
    /// The time of the wake-up.
    pub at: Instant,
    /// What is due then; for logs and debuggers, a driver needs only the time.
    pub timer: Timer,
}

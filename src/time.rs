//! Monotonic time as a number, so that the machine needs no clock.
//!
//! Owns: [`Instant`], [`Deadline`]. Must not know: where time comes from.

use core::fmt;
use core::num::NonZeroU64;
use core::ops::{Add, Sub};
use core::time::Duration;

use crate::timer::Timer;

/// A point on the driver's monotonic clock: the time since an origin that the driver picks.
///
/// Counted in nanoseconds, for 292 years; addition stops there, so no time-out can overflow into the
/// past. A clock must not get there: at the end of time, every time-out is over at once. A session
/// that goes on with a young clock remembers times from before its origin; they read as the origin.
///
/// ```
/// use core::time::Duration;
/// use webmessaging_proto::Instant;
///
/// let start = Instant::from_millis(1_000);
/// assert_eq!((start + Duration::from_secs(2)).as_millis(), 3_000);
/// assert_eq!(Instant::ORIGIN - start, Duration::ZERO);
/// assert_eq!(size_of::<Option<Instant>>(), 8);
/// ```
#[derive(Clone, Copy, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct Instant(
    /// Nanoseconds since [`BEFORE_ORIGIN`] ahead of the origin.
    NonZeroU64,
);

/// How far back times go, in nanoseconds: as far as they go ahead.
const BEFORE_ORIGIN: u64 = 1 << 63;

impl Instant {
    /// The driver's origin.
    pub const ORIGIN: Self = Self::at(BEFORE_ORIGIN);

    /// The instant `since_origin` after the driver's origin.
    #[must_use]
    pub const fn new(since_origin: Duration) -> Self {
        Self::at(BEFORE_ORIGIN.saturating_add(nanos(since_origin)))
    }

    /// The instant `millis` milliseconds after the driver's origin.
    #[must_use]
    pub const fn from_millis(millis: u64) -> Self {
        Self::at(BEFORE_ORIGIN.saturating_add(nanos_in(millis, 1_000_000)))
    }

    /// The instant `micros` microseconds after the driver's origin.
    #[must_use]
    pub const fn from_micros(micros: u64) -> Self {
        Self::at(BEFORE_ORIGIN.saturating_add(nanos_in(micros, 1_000)))
    }

    /// Time since the driver's origin.
    #[must_use]
    pub const fn since_origin(self) -> Duration {
        Duration::from_nanos(self.0.get().saturating_sub(BEFORE_ORIGIN))
    }

    /// Whole milliseconds since the driver's origin, rounded down.
    #[must_use]
    pub const fn as_millis(self) -> u64 {
        self.0.get().saturating_sub(BEFORE_ORIGIN) / 1_000_000
    }

    /// The time `duration` earlier, be it before the origin.
    pub(crate) const fn before(self, duration: Duration) -> Self {
        Self::at(self.0.get().saturating_sub(nanos(duration)))
    }

    /// The first nanosecond of all counts as the second, for the sake of a small `Option<Instant>`.
    const fn at(nanos: u64) -> Self {
        match NonZeroU64::new(nanos) {
            Some(nanos) => Self(nanos),
            None => Self(NonZeroU64::MIN),
        }
    }
}

const fn nanos(duration: Duration) -> u64 {
    nanos_in(duration.as_secs(), 1_000_000_000).saturating_add(duration.subsec_nanos() as u64)
}

/// A product that saturates. Compared first: WebAssembly tells no overflow, and a wide product is a
/// call there.
const fn nanos_in(count: u64, unit: u64) -> u64 {
    if count > u64::MAX / unit { u64::MAX } else { count * unit }
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
        Self(self.0.saturating_add(nanos(duration)))
    }
}

impl Sub for Instant {
    type Output = Duration;

    /// Time from `earlier` to `self`; zero if `earlier` is the later one.
    fn sub(self, earlier: Self) -> Duration {
        Duration::from_nanos(self.0.get().saturating_sub(earlier.0.get()))
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

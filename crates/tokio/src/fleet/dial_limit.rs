//! How often a deployment may be dialed.
//!
//! Owns: [`DialLimit`], and the bucket that holds it. Must not know: who wants to dial.

use std::time::Duration;

use webmessaging_proto::Instant;

/// At most `count` dials of one deployment in any window of `per`, `burst` of them at once and the
/// others at even distances.
///
/// The service takes 1,000 new connections a minute of a deployment. The default stays below it,
/// because a dial does not arrive when it is begun: 900 a minute, 30 at once, then one every 69 ms.
///
/// ```
/// use std::time::Duration;
/// use webmessaging_tokio::DialLimit;
///
/// assert_eq!(DialLimit::default(), DialLimit::new(900, Duration::from_secs(60)).with_burst(30));
/// assert_eq!(DialLimit::default().distance(), Duration::from_nanos(68_886_338));
/// ```
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct DialLimit {
    count: u32,
    per: Duration,
    burst: u32,
}

impl DialLimit {
    /// At most `count` in any window of `per`, at even distances. A `count` of 0 counts as 1.
    #[must_use]
    pub const fn new(count: u32, per: Duration) -> Self {
        Self { count: if count == 0 { 1 } else { count }, per, burst: 1 }
    }

    /// So many of them may go at once after a rest: at least one, at most all. The more of them,
    /// the longer the distance between the others.
    #[must_use]
    pub const fn with_burst(mut self, burst: u32) -> Self {
        self.burst = if burst == 0 {
            1
        } else if burst > self.count {
            self.count
        } else {
            burst
        };
        self
    }

    /// The time between two dials of which the second had to wait.
    #[must_use]
    pub fn distance(&self) -> Duration {
        // In a window without its end, `burst` and what is refilled meanwhile add up to `count`.
        let steps = u128::from(self.count - self.burst) + 1;
        let nanos = self.per.as_nanos().div_ceil(steps);
        Duration::from_nanos(u64::try_from(nanos).unwrap_or(u64::MAX))
    }
}

impl Default for DialLimit {
    fn default() -> Self {
        Self::new(900, Duration::from_secs(60)).with_burst(30)
    }
}

/// A token bucket, kept as the time when it will be full (the generic cell rate algorithm).
#[derive(Debug)]
pub(super) struct Bucket {
    full_at: Instant,
}

impl Bucket {
    pub(super) const fn full(now: Instant) -> Self {
        Self { full_at: now }
    }

    pub(super) const fn full_at(&self) -> Instant {
        self.full_at
    }

    /// Takes a token, or tells when there is one.
    pub(super) fn take(&mut self, limit: &DialLimit, now: Instant) -> Result<(), Instant> {
        let free_at = self.free_at(limit);
        if now < free_at {
            return Err(free_at);
        }
        self.full_at = self.full_at.max(now) + limit.distance();
        Ok(())
    }

    /// When there is a token.
    pub(super) fn free_at(&self, limit: &DialLimit) -> Instant {
        let credit = limit.distance().saturating_mul(limit.burst - 1);
        Instant::new(self.full_at.since_origin().saturating_sub(credit))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// When tokens are taken by someone who always wants one and looks every millisecond.
    fn taken(limit: DialLimit, millis: u64) -> Vec<u64> {
        let mut bucket = Bucket::full(Instant::ORIGIN);
        let mut taken = Vec::new();
        for ms in 0..millis {
            while bucket.take(&limit, Instant::from_millis(ms)).is_ok() {
                taken.push(ms);
            }
        }
        taken
    }

    fn most_in_any(taken: &[u64], window: u64) -> usize {
        let within = |(i, from): (usize, &u64)| {
            taken[i..].iter().take_while(|at| **at < from + window).count()
        };
        taken.iter().enumerate().map(within).max().unwrap_or(0)
    }

    #[test]
    fn no_window_has_more_than_the_limit_and_the_first_has_all_of_it() {
        for (count, burst) in [(900, 30), (900, 900), (900, 2), (7, 3), (1, 1)] {
            let limit = DialLimit::new(count, Duration::from_secs(60)).with_burst(burst);
            let taken = taken(limit, 200_000);
            assert_eq!(taken.iter().filter(|at| **at == 0).count(), burst as usize);
            assert_eq!(most_in_any(&taken, 60_000), count as usize, "{count}, {burst}");
        }
    }

    #[test]
    fn without_a_burst_the_millisecond_of_the_clock_is_lost_and_never_gained() {
        let limit = DialLimit::new(900, Duration::from_secs(60));
        let taken = taken(limit, 200_000);
        assert!(taken.windows(2).all(|pair| pair[1] - pair[0] == 67));
        assert_eq!(most_in_any(&taken, 60_000), 896);
    }

    #[test]
    fn a_rest_fills_the_bucket_again_and_no_further() {
        let limit = DialLimit::new(60, Duration::from_secs(60)).with_burst(11);
        let mut bucket = Bucket::full(Instant::ORIGIN);
        for at in [Instant::ORIGIN, Instant::from_millis(3_600_000)] {
            for _ in 0..11 {
                assert_eq!(bucket.take(&limit, at), Ok(()));
            }
            assert_eq!(bucket.take(&limit, at), Err(at + Duration::from_millis(1_200)));
        }
    }

    #[test]
    fn limits_out_of_range_are_the_nearest_that_make_sense() {
        let limit = DialLimit::new(0, Duration::MAX).with_burst(0);
        assert_eq!(limit, DialLimit::new(1, Duration::MAX).with_burst(9));
        assert_eq!(limit.distance(), Duration::from_nanos(u64::MAX));
    }
}

//! A sliding window over admitted requests. Refused ones do not count, so that a client that waits as told gets through.

use std::{collections::VecDeque, time::Duration};

use crate::options::Rate;

#[derive(Clone, Debug, Default)]
pub(crate) struct Window(VecDeque<Duration>);

impl Window {
    /// Admits one at `now`, or says how long to wait.
    pub(crate) fn admit(&mut self, rate: Option<Rate>, now: Duration) -> Result<(), Duration> {
        let Some(rate) = rate else { return Ok(()) };
        self.forget(rate, now);
        if u32::try_from(self.0.len()).unwrap_or(u32::MAX) >= rate.count {
            let oldest = self.0.front().copied().unwrap_or(now);
            return Err(oldest.saturating_add(rate.per).saturating_sub(now));
        }
        self.0.push_back(now);
        Ok(())
    }

    /// Whether nothing of the window is left at `now`.
    pub(crate) fn is_idle(&mut self, rate: Option<Rate>, now: Duration) -> bool {
        if let Some(rate) = rate {
            self.forget(rate, now);
        }
        self.0.is_empty()
    }

    fn forget(&mut self, rate: Rate, now: Duration) {
        while self.0.front().is_some_and(|at| at.saturating_add(rate.per) <= now) {
            self.0.pop_front();
        }
    }
}

/// A wait as `retryAfter` says it: whole seconds, at least one.
pub(crate) fn retry_after(wait: Duration) -> u64 {
    wait.as_secs().saturating_add(u64::from(wait.subsec_nanos() > 0)).max(1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_window_slides() {
        let (mut window, rate) = (Window::default(), Some(Rate::new(2, 10)));
        let at = Duration::from_secs;
        assert_eq!(window.admit(rate, at(0)), Ok(()));
        assert_eq!(window.admit(rate, at(4)), Ok(()));
        assert_eq!(window.admit(rate, at(9)), Err(at(1)));
        assert_eq!(window.admit(rate, at(10)), Ok(()));
        assert_eq!(window.admit(rate, at(11)), Err(at(3)));
        assert!(window.is_idle(rate, at(60)));
        assert_eq!(window.admit(Some(Rate::new(0, 10)), at(60)), Err(at(10)));
    }

    #[test]
    fn waits_are_rounded_up() {
        assert_eq!(retry_after(Duration::ZERO), 1);
        assert_eq!(retry_after(Duration::from_millis(1001)), 2);
        assert_eq!(retry_after(Duration::from_secs(7)), 7);
        assert_eq!(retry_after(Duration::MAX), u64::MAX);
    }
}

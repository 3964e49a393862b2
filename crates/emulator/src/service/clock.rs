//! The service's clock: the time that the host gives, and what the wire makes of it. It never goes back.

use std::time::Duration;

use chrono::{DateTime, SecondsFormat, Utc};

#[derive(Clone, Debug)]
pub(crate) struct Clock {
    epoch: Duration,
    now: Duration,
}

impl Clock {
    /// `epoch` is the Unix time of the host's zero.
    pub(crate) const fn new(epoch: Duration) -> Self {
        Self { epoch, now: Duration::ZERO }
    }

    pub(crate) const fn now(&self) -> Duration {
        self.now
    }

    pub(crate) fn advance(&mut self, to: Duration) {
        self.now = self.now.max(to);
    }

    pub(crate) fn unix(&self) -> Duration {
        self.unix_at(self.now)
    }

    pub(crate) fn unix_at(&self, at: Duration) -> Duration {
        self.epoch.saturating_add(at)
    }

    /// ISO 8601 with milliseconds and `Z`, as `channel.time` has it.
    pub(crate) fn iso(&self) -> String {
        date_time(self.unix()).to_rfc3339_opts(SecondsFormat::Millis, true)
    }
}

/// A time beyond the calendar becomes its last second.
pub(crate) fn date_time(unix: Duration) -> DateTime<Utc> {
    i64::try_from(unix.as_secs())
        .ok()
        .and_then(|seconds| DateTime::from_timestamp(seconds, unix.subsec_nanos()))
        .unwrap_or(DateTime::<Utc>::MAX_UTC)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn time_is_written_with_milliseconds_and_survives_any_input() {
        let mut clock = Clock::new(Duration::from_millis(1_780_000_000_250));
        assert_eq!(clock.iso(), "2026-05-28T20:26:40.250Z");
        clock.advance(Duration::from_secs(1));
        clock.advance(Duration::ZERO);
        assert_eq!(clock.now(), Duration::from_secs(1));
        clock.advance(Duration::MAX);
        assert!(!clock.iso().is_empty());
    }
}

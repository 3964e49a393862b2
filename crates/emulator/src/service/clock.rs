//! The service's clock: the time that the host gives, and what the wire makes of it. It never goes back.

use std::time::Duration;

use chrono::{DateTime, SecondsFormat, Utc};

use super::Timestamp;

const SECONDS_OF_DAY: u64 = 86_400;

#[derive(Clone, Debug)]
pub(crate) struct Clock {
    epoch: Duration,
    now: Duration,
    today: Day,
}

/// A day of the calendar.
#[derive(Clone, Debug)]
struct Day {
    /// Days since 1970-01-01.
    number: u64,
    /// `2026-05-28T`
    date: String,
}

impl Clock {
    /// `epoch` is the Unix time of the host's zero.
    pub(crate) fn new(epoch: Duration) -> Self {
        Self { epoch, now: Duration::ZERO, today: Day::of(epoch) }
    }

    pub(crate) const fn now(&self) -> Duration {
        self.now
    }

    pub(crate) fn advance(&mut self, to: Duration) {
        self.now = self.now.max(to);
        let unix = self.unix();
        if unix.as_secs() / SECONDS_OF_DAY != self.today.number {
            self.today = Day::of(unix);
        }
    }

    pub(crate) fn unix(&self) -> Duration {
        self.unix_at(self.now)
    }

    pub(crate) fn unix_at(&self, at: Duration) -> Duration {
        self.epoch.saturating_add(at)
    }

    pub(crate) fn timestamp(&self) -> Timestamp {
        Timestamp::from_unix(self.unix())
    }

    /// ISO 8601 with milliseconds and `Z`, as `channel.time` has it. It is what a [`Timestamp`] writes, at less cost.
    pub(crate) fn iso(&self) -> String {
        let unix = self.unix();
        let (seconds, ms) = (unix.as_secs() % SECONDS_OF_DAY, u64::from(unix.subsec_millis()));
        let mut text = String::with_capacity(self.today.date.len() + 13);
        text.push_str(&self.today.date);
        push_two(&mut text, seconds / 3600);
        text.push(':');
        push_two(&mut text, seconds / 60 % 60);
        text.push(':');
        push_two(&mut text, seconds % 60);
        text.push('.');
        push_digit(&mut text, ms / 100);
        push_two(&mut text, ms % 100);
        text.push('Z');
        text
    }
}

impl Day {
    fn of(unix: Duration) -> Self {
        let mut date = date_time(unix).to_rfc3339_opts(SecondsFormat::Secs, true);
        date.truncate(date.find('T').map_or(date.len(), |at| at + 1));
        Self { number: unix.as_secs() / SECONDS_OF_DAY, date }
    }
}

/// What stands in the text of a time below a hundred.
fn push_two(text: &mut String, number: u64) {
    push_digit(text, number / 10);
    push_digit(text, number % 10);
}

fn push_digit(text: &mut String, number: u64) {
    text.push(char::from_digit(u32::try_from(number % 10).unwrap_or_default(), 10).unwrap_or('0'));
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
        for seconds in [0, 59, 60, 3_599, 86_399, 86_400, 200_000_000, 99_999_999_999] {
            let at = Duration::from_millis(seconds * 1_000 + 7);
            clock.advance(at);
            assert_eq!(clock.iso(), clock.timestamp().to_string());
        }
        clock.advance(Duration::MAX);
        assert!(clock.iso().ends_with('Z'));
    }
}

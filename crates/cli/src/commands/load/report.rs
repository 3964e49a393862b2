//! What is printed at the end.
//!
//! Owns: the tables, and what is wrong if something is. Must not know: how it was gathered.

use std::fmt;
use std::time::Duration;

use webmessaging_tokio::FleetMetrics;

use super::LoadError;
use super::latency::Latency;
use super::watch::Counts;

/// What the guests' side counts.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub(super) struct Guests {
    pub(super) sessions: u64,
    /// Those that were there when the load began.
    pub(super) ready: u64,
    pub(super) keys: u64,
    pub(super) texts: u64,
    pub(super) confirmed: u64,
    /// Texts that failed, or of which nobody knows.
    pub(super) texts_lost: u64,
    pub(super) failed: u64,
    /// Lost connections, which sessions then make again.
    pub(super) losses: u64,
    pub(super) faults: u64,
    /// Keys and texts that were not given, as their session was not ready.
    pub(super) skipped: u64,
}

/// A whole run.
#[derive(Debug)]
pub(super) struct Report {
    pub(super) deployments: usize,
    pub(super) gathered_in: Duration,
    pub(super) loaded_for: Duration,
    pub(super) typing_every: Duration,
    pub(super) interrupted: bool,
    /// How late the tester itself was at most.
    pub(super) late: Duration,
    pub(super) guests: Guests,
    pub(super) fleet: FleetMetrics,
    pub(super) service: Counts,
    pub(super) key_to_on: Latency,
    pub(super) text_to_echo: Latency,
}

impl Report {
    /// # Errors
    /// If something is wrong.
    pub(super) fn verdict(&self) -> Result<(), LoadError> {
        let wrong = self.wrong();
        if wrong.is_empty() { Ok(()) } else { Err(LoadError::Verdict(wrong.join("; "))) }
    }

    fn wrong(&self) -> Vec<String> {
        let Self { guests, fleet, service, .. } = self;
        let mut wrong = Vec::new();
        let mut count = |count: u64, what: &str| {
            if count > 0 {
                wrong.push(format!("{count} {what}"));
            }
        };
        let absent = if self.interrupted { 0 } else { guests.sessions - guests.ready };
        count(absent, "guests did not get ready");
        count(guests.failed, "sessions failed");
        count(guests.texts_lost, "texts failed or were not confirmed");
        count(service.missed, "things came too fast for the service's agent side to be counted");
        let mut differ = |what: &str, sent: u64, received: u64| {
            if sent != received {
                wrong.push(format!("{what}: {sent} sent, {received} received"));
            }
        };
        differ("frames of the guests", fleet.frames_sent, service.sent_by_guests());
        differ("frames of the service", service.sent_to_guests(), fleet.frames_received);
        differ("typing On", guests.keys, service.typing_on);
        differ("texts", guests.texts, service.texts);
        differ("echoes of texts", service.texts, guests.confirmed);
        wrong
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { guests, fleet, service, .. } = self;
        let (gathered, loaded) = (self.gathered_in.as_secs_f32(), self.loaded_for.as_secs_f32());
        let every = humantime::format_duration(self.typing_every);
        let early = if self.interrupted { ", interrupted" } else { "" };
        writeln!(
            f,
            "guests        {} of {} ready after {gathered:.1} s, over {} deployments",
            guests.ready, guests.sessions, self.deployments
        )?;
        writeln!(
            f,
            "load          {loaded:.1} s, each types and sends a text every {every}{early}"
        )?;
        writeln!(f, "tester        at most {:.1} ms late with a key or a text", millis(self.late))?;
        writeln!(f, "\n{:<24}{:>12}{:>12}", "frames", "sent", "received")?;
        let mut row = |name: &str, sent: u64, received: u64| {
            writeln!(f, "  {name:<22}{sent:>12}{received:>12}")
        };
        row("of the guests", fleet.frames_sent, service.sent_by_guests())?;
        row("  typing On", guests.keys, service.typing_on)?;
        row("  texts", guests.texts, service.texts)?;
        row("of the service", service.sent_to_guests(), fleet.frames_received)?;
        row("  echoes of texts", service.texts, guests.confirmed)?;
        writeln!(f, "\ndials         {}, connections lost {}", fleet.dials, guests.losses)?;
        writeln!(f, "faults        {}, keys not pressed {}", guests.faults, guests.skipped)?;
        writeln!(f)?;
        Latency::heading(f)?;
        self.key_to_on.line(f, "key to On")?;
        self.text_to_echo.line(f, "text to echo")?;
        writeln!(f)?;
        let wrong = self.wrong();
        if wrong.is_empty() {
            return writeln!(f, "both ends agree");
        }
        wrong.iter().try_for_each(|what| writeln!(f, "WRONG         {what}"))
    }
}

fn millis(time: Duration) -> f32 {
    time.as_secs_f32() * 1000.0
}

#[cfg(test)]
mod tests {
    use super::*;

    fn report() -> Report {
        let mut fleet = FleetMetrics::default();
        (fleet.frames_sent, fleet.frames_received) = (8, 4);
        Report {
            deployments: 1,
            gathered_in: Duration::from_millis(1500),
            loaded_for: Duration::from_secs(60),
            typing_every: Duration::from_secs(10),
            interrupted: false,
            late: Duration::from_micros(1_500),
            guests: Guests {
                sessions: 2,
                ready: 2,
                keys: 2,
                texts: 2,
                confirmed: 2,
                ..Guests::default()
            },
            fleet,
            service: Counts { configures: 2, typing_on: 2, typing_off: 2, texts: 2, missed: 0 },
            key_to_on: Latency::default(),
            text_to_echo: Latency::default(),
        }
    }

    #[test]
    fn when_both_ends_agree_it_says_so() {
        let report = report();
        assert!(report.verdict().is_ok());
        let text = report.to_string();
        assert!(text.starts_with("guests        2 of 2 ready after 1.5 s, over 1 deployments\n"));
        assert!(text.contains("tester        at most 1.5 ms late"), "{text}");
        assert!(text.ends_with("\nboth ends agree\n"), "{text}");
    }

    #[test]
    fn guests_that_had_no_time_to_come_did_nothing_wrong() {
        let mut report = report();
        report.guests.ready = 1;
        assert!(report.verdict().is_err());
        report.interrupted = true;
        assert!(report.verdict().is_ok());
        assert!(report.to_string().contains(", interrupted\n"));
    }

    #[test]
    fn every_difference_is_wrong_by_itself() {
        type Change = (&'static str, fn(&mut Report));
        let changes: [Change; 9] = [
            ("1 guests did not get ready", |report| report.guests.ready = 1),
            ("1 sessions failed", |report| report.guests.failed = 1),
            ("1 texts failed", |report| report.guests.texts_lost = 1),
            ("frames of the guests: 9 sent, 8 received", |report| report.fleet.frames_sent = 9),
            ("frames of the service: 4 sent, 3 rec", |report| report.fleet.frames_received = 3),
            ("typing On: 3 sent, 2 received", |report| report.guests.keys = 3),
            ("texts: 1 sent, 2 received", |report| report.guests.texts = 1),
            ("echoes of texts: 2 sent, 1 received", |report| report.guests.confirmed = 1),
            ("1 things came too fast", |report| report.service.missed = 1),
        ];
        for (expected, change) in changes {
            let mut report = report();
            change(&mut report);
            let error = report.verdict().expect_err(expected).to_string();
            assert!(error.starts_with(expected), "{error}");
            assert!(report.to_string().contains(&format!("WRONG         {expected}")), "{report}");
        }
    }
}

//! What is printed of many sessions.
//!
//! Owns: the tables, how a session is played again. Must not know: how it was played.

use std::collections::BTreeMap;
use std::fmt;
use std::num::NonZeroUsize;
use std::time::Duration;

use webmessaging_testkit::simulator::{Tally, Violation};

use super::crew::Played;

/// The report; the same for the same options.
pub(super) struct Report<'a> {
    pub(super) played: &'a Played,
    pub(super) found: Option<Found>,
}

/// The first violation, and the smallest plan that leads to the same.
pub(super) struct Found {
    pub(super) first: Violation,
    pub(super) seconds: u64,
    pub(super) plan: String,
}

impl fmt::Display for Report<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Played { tally, first_seed, broken, violations } = self.played;
        let last = first_seed.wrapping_add(tally.sessions.saturating_sub(1));
        writeln!(f, "sessions      {}, seeds {first_seed} to {last}", tally.sessions)?;
        writeln!(f, "virtual time  {}", Span(tally.virtual_ms))?;
        writeln!(f, "inputs        {}, outputs {}", tally.inputs, tally.outputs)?;
        writeln!(f, "frames        {} sent, {} received", tally.frames_up, tally.frames_down)?;
        table(f, "what happened", &tally.happened)?;
        table(f, "phases entered", &tally.phases)?;
        table(f, "phases at the end", &tally.final_phases)?;
        table(f, "texts", &tally.texts)?;
        table(f, "receipts", &tally.receipts)?;
        table(f, "typing, for the agent", &tally.typing)?;
        table(f, "events", &tally.events)?;
        writeln!(f)?;
        let Some(found) = &self.found else { return writeln!(f, "violations    none") };
        writeln!(f, "violations    in {broken} sessions; the first ones:")?;
        for violation in violations {
            writeln!(f, "  {violation}")?;
        }
        let Found { first, seconds, plan } = found;
        let seed = first.seed;
        writeln!(
            f,
            "\nagain: webmessaging simulate --sessions 1 --seed {seed} --seconds {seconds}"
        )?;
        writeln!(f, "story: webmessaging simulate --trace --seed {seed} --seconds {seconds}")?;
        writeln!(f, "\nthe smallest plan that breaks the same rule:\n{plan}")
    }
}

fn table(
    f: &mut fmt::Formatter<'_>,
    title: &str,
    counts: &BTreeMap<&'static str, u64>,
) -> fmt::Result {
    writeln!(f, "\n{title}")?;
    for (name, count) in counts {
        writeln!(f, "  {name:<36} {count:>10}")?;
    }
    Ok(())
}

/// How fast it went: for standard error, since it differs from run to run.
pub(super) fn pace(tally: &Tally, took: Duration, threads: NonZeroUsize) -> String {
    // Whole milliseconds are exact enough, and can be divided without rounding to floats.
    let took_ms = took.as_millis().max(1);
    let rate = u128::from(tally.virtual_ms) * 1000 / 60_000 / took_ms;
    format!("{took:.1?} on {threads} threads: {rate} session-minutes a second")
}

/// Milliseconds for people.
struct Span(u64);

impl fmt::Display for Span {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let seconds = self.0 / 1000;
        let (hours, minutes) = (seconds / 3600, seconds / 60 % 60);
        write!(f, "{hours} h {minutes} min {} s", seconds % 60)
    }
}

#[cfg(test)]
mod tests {
    use webmessaging_testkit::simulator::Simulation;

    use super::*;

    #[test]
    fn without_a_violation_there_is_nothing_to_play_again() {
        let mut played = Played { first_seed: 5, ..Played::default() };
        played.tally.sessions = 2;
        played.tally.virtual_ms = 3_723_000;
        played.tally.texts.insert("confirmed", 3);
        let report = Report { played: &played, found: None }.to_string();
        assert!(report.contains("sessions      2, seeds 5 to 6"), "{report}");
        assert!(report.contains("virtual time  1 h 2 min 3 s"), "{report}");
        assert!(report.contains("  confirmed ") && report.ends_with("violations    none\n"));
    }

    #[test]
    fn a_violation_is_told_with_the_way_to_see_it_again() {
        let simulation = Simulation::of(9, Duration::from_secs(30));
        let violation = Violation::new(9, 0, "a rule", "what was seen");
        let played = Played {
            first_seed: 1,
            broken: 1,
            violations: vec![violation.clone()],
            ..Played::default()
        };
        let found = Found { first: violation, seconds: 30, plan: simulation.plan().to_string() };
        let report = Report { played: &played, found: Some(found) }.to_string();
        assert!(report.contains("seed 9, 0.000 s: a rule: what was seen"), "{report}");
        assert!(
            report.contains("again: webmessaging simulate --sessions 1 --seed 9 --seconds 30\n")
        );
        assert!(report.contains("smallest plan") && report.contains("happenings"));
    }

    #[test]
    fn the_pace_is_in_whole_numbers() {
        let mut tally = Tally::default();
        tally.virtual_ms = 60_000 * 100;
        let pace = pace(&tally, Duration::from_millis(500), NonZeroUsize::MIN);
        assert_eq!(pace, "500.0ms on 1 threads: 200 session-minutes a second");
    }
}

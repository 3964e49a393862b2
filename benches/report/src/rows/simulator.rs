//! How much simulated life one core plays: guests, the emulated service, a network that breaks, and the
//! judges of both ends.
//!
//! A life is a plan's length of trouble, and then a calm end, in which all that is owed must settle. Both
//! are virtual time that is simulated and judged; what trouble alone comes to is told beside it.

use std::time::Duration;

use webmessaging_testkit::simulator::Simulation;

use crate::measure::{Effort, timed};
use crate::row::Row;

/// As CI plays them.
const SHORT: Duration = Duration::from_mins(1);
const LONG: Duration = Duration::from_mins(10);

/// What came of the fastest of some rounds.
struct Played {
    /// Session-minutes of virtual time a second: of trouble,
    troubled: f64,
    /// and of all.
    all: f64,
    /// Minutes at the end of a life, on average.
    calm: f64,
    inputs_a_life: f64,
}

pub fn rows(effort: Effort) -> Vec<Row> {
    let (lives, rounds) = if effort == Effort::QUICK { (200, 2) } else { (1_000, 5) };
    let short = played(SHORT, lives, rounds);
    let long = played(LONG, lives / 5, rounds);
    let row = Row::new("session-minutes of virtual time simulated a second on one core", "", short.all)
        .note(format!(
            "{lives} lives, from seed 1: a minute of trouble, and a calm end of {:.1} minutes on average; {:.0} inputs of \
             the guest a life; minutes of trouble alone: {:.0} a second",
            short.calm, short.inputs_a_life, short.troubled
        ))
        .note(format!(
            "with ten minutes of trouble a life, which are less dense: {:.0} inputs a life, {:.0} minutes of trouble \
             alone a second",
            long.inputs_a_life, long.troubled
        ))
        .target("at least 20,000", |_| Some(short.all >= 20_000.0));
    vec![row]
}

fn played(length: Duration, lives: u32, rounds: u32) -> Played {
    let (mut calm_ms, mut inputs) = (0, 0);
    let mut round = || {
        (calm_ms, inputs) = (0, 0);
        timed(|| {
            for seed in 1..=u64::from(lives) {
                let outcome = Simulation::of(seed, length).run();
                assert!(outcome.violations.is_empty(), "seed {seed}");
                calm_ms += outcome.tally.calm_ms;
                inputs += outcome.tally.inputs;
            }
        })
    };
    let best = (0..rounds).map(|_| round()).min().unwrap_or_default().as_secs_f64();
    let troubled = (length * lives).as_secs_f64() / 60.0;
    let calm = Duration::from_millis(calm_ms).as_secs_f64() / 60.0;
    Played {
        troubled: troubled / best,
        all: (troubled + calm) / best,
        calm: calm / f64::from(lives),
        inputs_a_life: inputs as f64 / f64::from(lives),
    }
}

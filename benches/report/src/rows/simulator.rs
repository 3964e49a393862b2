//! How much simulated life one core plays: guests, the emulated service, a network that breaks, and the
//! judges of both ends.

use std::time::Duration;

use webmessaging_testkit::simulator::Simulation;

use crate::measure::{Effort, timed};
use crate::row::Row;

const MINUTE: Duration = Duration::from_mins(1);

pub fn rows(effort: Effort) -> Vec<Row> {
    let (sessions, rounds): (u32, u32) =
        if effort == Effort::QUICK { (200, 2) } else { (1_000, 5) };
    let mut calm_ms = 0;
    let best = (0..rounds)
        .map(|_| {
            calm_ms = 0;
            timed(|| {
                for seed in 1..=u64::from(sessions) {
                    let outcome = Simulation::of(seed, MINUTE).run();
                    assert!(outcome.violations.is_empty(), "seed {seed}");
                    calm_ms += outcome.tally.calm_ms;
                }
            })
        })
        .min()
        .unwrap_or_default();
    let rate = f64::from(sessions) / best.as_secs_f64();
    let calm = Duration::from_millis(calm_ms);
    let calm_each = calm.as_secs_f64() / 60.0 / f64::from(sessions);
    let all = (MINUTE * sessions + calm).as_secs_f64() / 60.0 / best.as_secs_f64();
    let row = Row::new("simulated session-minutes a second on one core", "", rate)
        .note(format!("{sessions} sessions of a busy minute, from seed 1"))
        .note(format!(
            "the calm end of a life, {calm_each:.1} minutes on average, takes time and is not counted: with it {all:.0} \
             minutes of virtual time a second"
        ))
        .target("at least 20,000", |_| Some(rate >= 20_000.0));
    vec![row]
}

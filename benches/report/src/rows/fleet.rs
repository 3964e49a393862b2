//! Many sessions in one process, on virtual time: what an input costs as they get more.
//!
//! Each size runs in a process of its own, so that its memory is its own, and with glibc set as one would
//! set it for a million of them; the largest once more with glibc as it comes. Those that are compared run
//! in turns, so that a busy moment of the machine does not decide.

use serde::{Deserialize, Serialize};
use webmessaging_benches::crowd::Crowd;

use crate::child;
use crate::measure::{self, Effort};
use crate::plot::Point;
use crate::row::Row;

pub const CHILD: &str = "crowd";

const GIB: f64 = (1_u64 << 30) as f64;
const FEW: usize = 1_000;
const MOST: usize = 1_000_000;
const SIZES: [usize; 7] = [1, 10, 100, FEW, 10_000, 100_000, MOST];
/// How often those run that are compared; the best counts.
const TURNS: usize = 3;

/// What a program that runs many sessions sets: glibc asks the kernel for pages of 2 MiB, and keeps more
/// small blocks at hand (7 of each size if it is not told), so that it need not look for one among those
/// of sessions that nobody has touched for long.
const TUNED: (&str, &str) =
    ("GLIBC_TUNABLES", "glibc.malloc.hugetlb=1:glibc.malloc.tcache_count=64");
const AS_IT_COMES: (&str, &str) = ("GLIBC_TUNABLES", "");

/// What came of one size.
#[derive(Clone, Copy, Debug, Deserialize, Serialize)]
struct Ran {
    sessions: usize,
    nanoseconds_an_input: f64,
    inputs_a_session_and_minute: f64,
    keys: f64,
    resident: f64,
    peak: f64,
}

impl Ran {
    /// The faster of two; of memory, the most that was seen.
    fn take_better(&mut self, other: Self) {
        let (resident, peak) = (self.resident.max(other.resident), self.peak.max(other.peak));
        if other.nanoseconds_an_input < self.nanoseconds_an_input {
            *self = other;
        }
        (self.resident, self.peak) = (resident, peak);
    }
}

pub fn rows(effort: Effort) -> (Vec<Row>, Vec<Point>) {
    let sizes = if effort == Effort::QUICK { &SIZES[..5] } else { &SIZES[..] };
    let mut all_ran: Vec<Ran> = Vec::new();
    let turns: &[usize] = if sizes.contains(&MOST) { &[FEW, MOST] } else { &[] };
    for size in sizes.iter().chain(turns.iter().cycle().take((TURNS - 1) * turns.len())) {
        let ran = match ran(*size, TUNED) {
            Ok(ran) => ran,
            Err(error) => {
                return (vec![Row::unmeasured("sessions on virtual time", "ns", error)], vec![]);
            }
        };
        match all_ran.iter_mut().find(|known| known.sessions == ran.sessions) {
            Some(known) => known.take_better(ran),
            None => all_ran.push(ran),
        }
    }
    let untuned = if sizes.contains(&MOST) { ran(MOST, AS_IT_COMES).ok() } else { None };
    let at = |size| all_ran.iter().find(|ran: &&Ran| ran.sessions == size).copied();
    let rows = [few(at(FEW)), most(at(FEW), at(MOST), untuned), memory(at(MOST))];
    let points = all_ran
        .iter()
        .map(|ran| Point { sessions: ran.sessions, nanoseconds: ran.nanoseconds_an_input });
    (rows.into(), points.collect())
}

fn ran(sessions: usize, allocator: (&str, &str)) -> Result<Ran, String> {
    child::run(CHILD, &[sessions.to_string()], &[allocator])
}

const NOT_RUN: &str = "left out of a quick run";

fn few(few: Option<Ran>) -> Row {
    const WHAT: &str = "inputs a second on one core, 1,000 sessions";
    const TARGET: &str = "at least 5";
    let Some(few) = few else {
        return Row::unmeasured(WHAT, "million", NOT_RUN).aiming_at(TARGET);
    };
    let millions = 1_000.0 / few.nanoseconds_an_input;
    Row::new(WHAT, "million", millions)
        .note(format!(
            "{:.0} ns an input, its driver and an echo's making included",
            few.nanoseconds_an_input
        ))
        .note(format!(
            "{:.0} inputs a session and minute, {:.0} % of them keys",
            few.inputs_a_session_and_minute,
            few.keys * 100.0
        ))
        .target(TARGET, |_| Some(millions >= 5.0))
}

fn most(few: Option<Ran>, most: Option<Ran>, untuned: Option<Ran>) -> Row {
    const WHAT: &str = "an input, 1,000,000 sessions";
    const TARGET: &str = "within 2.5x of 1,000";
    let (Some(few), Some(most)) = (few, most) else {
        return Row::unmeasured(WHAT, "ns", NOT_RUN).aiming_at(TARGET);
    };
    let mut row = Row::new(WHAT, "ns", most.nanoseconds_an_input)
        .peer("the same with 1,000 sessions", few.nanoseconds_an_input);
    if let Some(untuned) = untuned {
        row = row.note(format!(
            "with {}={}; with glibc as it comes {:.0} ns and {:.2} GiB",
            TUNED.0,
            TUNED.1,
            untuned.nanoseconds_an_input,
            untuned.peak / GIB
        ));
    }
    row.target(TARGET, |_| Some(most.nanoseconds_an_input <= 2.5 * few.nanoseconds_an_input))
}

fn memory(most: Option<Ran>) -> Row {
    const WHAT: &str = "resident memory, 1,000,000 sessions";
    const TARGET: &str = "under 1.2";
    let Some(most) = most else {
        return Row::unmeasured(WHAT, "GiB", NOT_RUN).aiming_at(TARGET);
    };
    Row::new(WHAT, "GiB", most.peak / GIB)
        .note(format!("at its peak; {:.2} GiB at the end", most.resident / GIB))
        .target(TARGET, |_| Some(most.peak < 1.2 * GIB))
}

/// In the child.
pub fn play(arguments: &[String]) -> Result<(), String> {
    let sessions = arguments.first().and_then(|sessions| sessions.parse().ok());
    child::answer(measured(sessions.ok_or("how many sessions?")?));
    Ok(())
}

fn measured(sessions: usize) -> Ran {
    const SEGMENTS: u64 = 5;
    let mut crowd = Crowd::gather(sessions);
    let inputs = (sessions as u64 * 400).clamp(1_000_000, 20_000_000);
    crowd.play(inputs / SEGMENTS / 4);
    let began = crowd.now();
    let (mut best, mut played, mut keys) = (f64::INFINITY, 0, 0);
    for _ in 0..SEGMENTS {
        let mut counts = (0, 0);
        let spent = measure::timed(|| counts = crowd.play(inputs / SEGMENTS));
        best = best.min(spent.as_nanos() as f64 / counts.0 as f64);
        played += counts.0;
        keys += counts.1;
    }
    let minutes = f64::from(crowd.now() - began) / 60_000.0;
    let memory = child::memory();
    Ran {
        sessions,
        nanoseconds_an_input: best,
        inputs_a_session_and_minute: played as f64 / minutes / sessions as f64,
        keys: keys as f64 / played as f64,
        resident: memory.resident,
        peak: memory.peak,
    }
}

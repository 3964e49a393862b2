//! Guests and service in one process: no rule is broken, everything happens often enough, the same seed is the same
//! run, and a dialect of one's own runs the same.

use std::collections::BTreeMap;
use std::time::Duration;

use webmessaging_proto::Capability;
use webmessaging_proto::dialect::web_messaging::{DecodeError, WebMessaging};
use webmessaging_proto::dialect::{Dialect, EncodeContext};
use webmessaging_proto::frame::{ClientFrame, ServerFrame};
use webmessaging_testkit::simulator::{Bridge, Outcome, Plan, Simulation, Tally};

const SEEDS: u64 = 300;
const LENGTH: Duration = Duration::from_secs(60);

const PEOPLE_AND_NETWORK: &[(&str, u64)] = &[
    ("user types", 500),
    ("user sends", 300),
    ("user scrolls", 100),
    ("user clears", 20),
    ("composer closes", 20),
    ("host sets typing", 30),
    ("window hidden", 50),
    ("host leaves", 20),
    ("host retries", 20),
    ("host discards", 10),
    ("host starts new", 20),
    ("network available", 10),
    ("token renewed early", 10),
    ("lazy drain", 30),
    ("restart from snapshot", 10),
    ("restart from nothing", 5),
    ("clock steps", 20),
    ("machine sleeps", 30),
    ("late ticks", 20),
    ("connection cut", 50),
    ("network stalls", 20),
    ("network slow", 10),
    ("outage, dials fail", 15),
    ("outage, dials hang", 5),
    ("agent writes", 300),
    ("agent types", 100),
    ("agent ends", 10),
    ("agent ends, read-only", 15),
];

const SERVICE: &[(&str, u64)] = &[
    ("service accepts and closes", 5),
    ("service answers an error", 20),
    ("service closes", 5),
    ("service delays", 5),
    ("service drops", 5),
    ("service duplicates", 5),
    ("service expires tokens", 5),
    ("service is mute", 5),
    ("service limits the rate", 10),
    ("service refuses upgrades", 5),
    ("service reorders", 5),
    ("service sends garbage", 5),
    ("service swallows", 5),
];

fn well(outcome: &Outcome) -> &Tally {
    assert!(outcome.violations.is_empty(), "{}", outcome.violations[0]);
    &outcome.tally
}

fn at_least(table: &BTreeMap<&'static str, u64>, floors: &[(&str, u64)]) {
    for (name, floor) in floors {
        let count = table.get(name).copied().unwrap_or(0);
        assert!(count >= *floor, "{name}: {count} times, at least {floor} are expected");
    }
}

/// What the simulator is for has to happen in it: a floor for each thing, over fixed seeds.
#[test]
fn everything_happens_and_no_rule_is_broken() {
    let mut tally = Tally::default();
    for seed in 1..=SEEDS {
        tally.add(well(&Simulation::of(seed, LENGTH).run()));
    }
    assert_eq!(tally.sessions, SEEDS);
    assert!(tally.inputs > 15_000 && tally.frames_up > 3_000 && tally.frames_down > 3_000);
    at_least(&tally.happened, PEOPLE_AND_NETWORK);
    at_least(&tally.happened, SERVICE);
    at_least(
        &tally.phases,
        &[
            ("connecting", 300),
            ("configuring", 300),
            ("ready", 300),
            ("read_only", 20),
            ("backoff", 100),
            ("closing", 20),
            ("closed", 20),
            ("failed", 20),
        ],
    );
    at_least(&tally.final_phases, &[("ready", 200), ("read_only", 3), ("closed", 3)]);
    at_least(
        &tally.texts,
        &[("confirmed", 400), ("unconfirmed, kept", 1), ("failed, kept", 3), ("discarded", 5)],
    );
    at_least(
        &tally.receipts,
        &[
            ("messages of the agent", 1_000),
            ("seen by the user", 500),
            ("read for the agent", 400),
            ("told to the host instead", 100),
        ],
    );
    at_least(
        &tally.typing,
        &[
            ("shown", 300),
            ("ended by Off", 200),
            ("ended by a text", 10),
            ("ended by time", 30),
            ("ended by the loss of the guest", 20),
            ("ended with the conversation", 5),
        ],
    );
    at_least(
        &tally.events,
        &[
            ("agent's typing started", 50),
            ("agent's typing stopped", 50),
            ("authentication failed", 5),
            ("capability lost", 10),
            ("conversation ended", 10),
            ("messages may be missing", 100),
            ("rate limited", 3),
            ("receipt failed", 3),
            ("session expired", 3),
            ("session replaced", 3),
        ],
    );
}

#[test]
fn a_seed_is_a_run() {
    for seed in [1, 77, u64::MAX] {
        let simulation = Simulation::of(seed, LENGTH);
        let first = simulation.run();
        assert_eq!(first, Simulation::of(seed, LENGTH).run());
        let mut lines = 0_u64;
        assert_eq!(first, simulation.trace(&mut |_, _| lines += 1), "looking on changes nothing");
        assert!(lines > 10);
    }
    assert_ne!(Plan::draw(1, LENGTH), Plan::draw(2, LENGTH));
}

#[test]
fn a_plan_can_be_read() {
    let plan = Plan::draw(3, LENGTH);
    let text = plan.to_string();
    assert!(text.starts_with("seed 3, 60000 ms, "), "{text}");
    assert_eq!(text.lines().count(), 2 + plan.len());
    assert!(!plan.is_empty() && plan.seed() == 3);
}

/// The real wire with a byte before each frame.
struct Prefixed;

impl Dialect for Prefixed {
    type Error = DecodeError;

    fn supports(&self, capability: Capability) -> bool {
        WebMessaging.supports(capability)
    }

    fn encode(
        &self,
        context: &EncodeContext<'_>,
        frame: &ClientFrame<'_>,
        out: &mut Vec<u8>,
    ) -> Result<(), DecodeError> {
        out.push(b'>');
        WebMessaging.encode(context, frame, out)
    }

    fn decode<'a>(&self, wire: &'a [u8]) -> Result<ServerFrame<'a>, DecodeError> {
        // Without its byte it is no frame.
        WebMessaging.decode(wire.strip_prefix(b"<").unwrap_or_default())
    }
}

struct Gateway;

impl Bridge for Gateway {
    type Dialect = Prefixed;

    fn dialect(&self) -> Prefixed {
        Prefixed
    }

    fn to_service(&mut self, mut frame: Vec<u8>) -> Option<Vec<u8>> {
        assert_eq!(frame.remove(0), b'>');
        Some(frame)
    }

    fn to_guest(&mut self, mut frame: Vec<u8>) -> Option<Vec<u8>> {
        frame.insert(0, b'<');
        Some(frame)
    }
}

#[test]
fn a_dialect_of_ones_own_runs_the_same() {
    for seed in 1..=30 {
        let own = Simulation::over(seed, LENGTH, || Gateway).run();
        let real = Simulation::of(seed, LENGTH).run();
        assert!(own.tally.frames_up > 0 && own.tally.frames_down > 0);
        // A byte more may cross a millisecond on a slow line; what is said is the same.
        assert_eq!(own.tally.happened, real.tally.happened);
        well(&own);
    }
}

/// A gateway that loses what it should pass on is found.
struct Lossy(u32);

impl Bridge for Lossy {
    type Dialect = WebMessaging;

    fn dialect(&self) -> WebMessaging {
        WebMessaging
    }

    fn to_service(&mut self, frame: Vec<u8>) -> Option<Vec<u8>> {
        let receipt = String::from_utf8_lossy(&frame).contains("\"Receipt\"");
        self.0 += u32::from(receipt);
        (!receipt || self.0 % 3 != 0).then_some(frame)
    }
}

#[test]
fn what_a_gateway_loses_is_found_and_shrunk() {
    let lossy = || Lossy(0);
    let found = (1..=40).find_map(|seed| {
        let simulation = Simulation::over(seed, LENGTH, lossy);
        let first = simulation.run().violations.into_iter().next()?;
        Some((simulation, first))
    });
    let (simulation, violation) = found.unwrap();
    assert_eq!(violation.rule, "seen but not read at the agent", "{violation}");
    let smallest = simulation.shrink(&violation, 200);
    assert!(smallest.plan().len() < simulation.plan().len() / 2, "{}", smallest.plan());
    let again = smallest.run().violations;
    assert!(again.iter().any(|found| found.rule == violation.rule));
}

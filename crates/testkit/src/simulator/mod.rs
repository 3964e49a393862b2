//! Guests and the emulated service in one process, on virtual time, with everything between them going wrong.
//!
//! Owns: [`Simulation`], the way in. Must not know: what happens in a run.
//!
//! A run has one guest, a [`Session`](webmessaging_proto::Session) with its dialect, and one
//! [`Service`](webmessaging_emulator::service::Service); between them a network that delays, stalls and breaks, and at
//! both ends people who type, write, look, hide, leave, and come back. Machines sleep, clocks step, processes die and
//! come back from a snapshot, and the service limits, swallows, reorders and refuses. All of it comes from one number:
//! a seed gives a [`Plan`], and the run is a pure function of the plan.
//!
//! Both ends are judged while it runs, and after a calm end in which everything owed must settle. The rules stand in
//! the modules of `judge`, each with its exceptions.
//!
//! ```
//! use std::time::Duration;
//! use webmessaging_testkit::simulator::Simulation;
//!
//! let simulation = Simulation::of(1, Duration::from_secs(60));
//! let outcome = simulation.run();
//! assert!(outcome.violations.is_empty(), "{}", outcome.violations[0]);
//! assert_eq!(outcome, simulation.run(), "the same seed, the same run");
//! ```

mod agent;
mod backend;
mod bridge;
mod carrier;
mod draw;
mod epilogue;
mod guest;
mod host;
mod judge;
mod manners;
mod network;
mod plan;
mod queue;
mod random;
mod shrink;
mod tally;
mod world;

use std::time::Duration;

pub use bridge::{Bridge, Direct};
pub use judge::Violation;
pub use plan::Plan;
pub use tally::Tally;
use world::World;

/// One guest's life to be played: a plan, and what the guest speaks.
#[derive(Clone, Debug)]
pub struct Simulation<F = fn() -> Direct> {
    plan: Plan,
    bridge: F,
}

/// What came of a run.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct Outcome {
    /// The rules that did not hold, in the order in which that was seen; the first few.
    pub violations: Vec<Violation>,
    /// What was played.
    pub tally: Tally,
}

impl Simulation {
    /// The run of `seed`: `length` of trouble, and then a calm end.
    #[must_use]
    pub fn of(seed: u64, length: Duration) -> Self {
        Self { plan: Plan::draw(seed, length), bridge: || Direct }
    }
}

impl<B: Bridge, F: Fn() -> B> Simulation<F> {
    /// The run of `seed` for a guest that speaks another dialect; `bridge` makes what stands between.
    #[must_use]
    pub fn over(seed: u64, length: Duration, bridge: F) -> Self {
        Self { plan: Plan::draw(seed, length), bridge }
    }

    /// What will happen.
    #[must_use]
    pub const fn plan(&self) -> &Plan {
        &self.plan
    }

    /// Plays it.
    #[must_use]
    pub fn run(&self) -> Outcome {
        self.play(&self.plan)
    }

    /// Plays it, and tells every step, with the time in milliseconds.
    #[must_use]
    pub fn trace(&self, sink: &mut dyn FnMut(u64, &str)) -> Outcome {
        let (violations, tally) = World::new(&self.plan, (self.bridge)(), Some(sink)).run();
        Outcome { violations, tally }
    }

    /// The same run with as little happening as is needed to break the same rule, as far as `runs` trials lead.
    #[must_use]
    pub fn shrink(&self, violation: &Violation, runs: usize) -> Self
    where
        F: Clone,
    {
        let breaks = |plan: &Plan| {
            self.play(plan).violations.iter().any(|found| found.rule == violation.rule)
        };
        let plan = shrink::shrink(&self.plan, runs, breaks);
        Self { plan, bridge: self.bridge.clone() }
    }

    fn play(&self, plan: &Plan) -> Outcome {
        let (violations, tally) = World::new(plan, (self.bridge)(), None).run();
        Outcome { violations, tally }
    }
}

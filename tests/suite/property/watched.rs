//! Every run of the corpus, lived again under the monitor's eyes.
//!
//! Owns: the replay, once for all tests, and how a breach is shown. Must not know: any rule.

use std::sync::OnceLock;
use std::thread;

use webmessaging_proto::dialect::{Dialect, WebMessaging};
use webmessaging_proto::{Config, Input, InputError, Instant, Output};
use webmessaging_testkit::monitor::{Depth, Rule, Violation, Watched};

use crate::support::corpus::{Run, runs};
use crate::support::trace::Given;

/// No run of these tests has a reason to tick more often.
const MOST_TICKS: usize = 60_000;

/// A guest under watch, and its wake-up.
pub(super) struct Guest {
    pub(super) watched: Watched,
    now: u64,
    armed: Option<u64>,
    ticks: usize,
    /// After how many inputs the outputs are drained.
    pub(super) drain_every: usize,
    /// So much too late comes each wake-up.
    pub(super) late: u64,
    undrained: usize,
}

impl Guest {
    pub(super) fn new(config: Config) -> Self {
        let watched = Watched::new(config, Instant::ORIGIN);
        Self { watched, now: 0, armed: None, ticks: 0, drain_every: 1, late: 0, undrained: 0 }
    }

    /// Under every check that there is.
    fn closely(&mut self) -> &mut Self {
        self.watched = self.watched.clone().with_depth(Depth::Full);
        self
    }

    /// Lives a run again: its inputs at their times, ticked when the session asks for it.
    pub(super) fn live(&mut self, run: &Run) {
        self.live_with(run, usize::MAX);
    }

    /// The same; before the input of this number another observer takes over, who knows nothing.
    pub(super) fn live_with(&mut self, run: &Run, newcomer: usize) {
        for (number, (at, _, given, _)) in run.world.trace.given().enumerate() {
            if number == newcomer {
                self.drain();
                let now = Instant::from_millis(self.now);
                let session = self.watched.session().clone();
                self.watched = Watched::of(session, now);
            }
            let slept = if let Given::Sleep(millis) = given { *millis } else { 0 };
            self.wait(at - slept);
            self.now = at;
            if self.give(given) == Err(InputError::OutputsPending) {
                self.drain();
                let _ = self.give(given);
            }
            self.settle();
        }
        self.wait(run.world.now);
        self.drain();
        self.watched.finish(Instant::from_millis(self.now));
    }

    fn wait(&mut self, until: u64) {
        while let Some(armed) = self.armed.filter(|armed| armed + self.late <= until) {
            self.now = self.now.max(armed + self.late);
            self.ticks += 1;
            assert!(self.ticks < MOST_TICKS, "a run without end");
            self.armed = None;
            let now = Instant::from_millis(self.now);
            if self.watched.tick(now).is_err() {
                self.drain();
                self.watched.tick(now).unwrap();
            }
            self.settle();
        }
        self.now = self.now.max(until);
    }

    fn give(&mut self, given: &Given) -> Result<(), InputError> {
        let now = Instant::from_millis(self.now);
        if self.armed.is_some_and(|armed| armed <= self.now) {
            self.armed = None;
        }
        match given {
            Given::Sleep(_) => self.watched.tick(now),
            Given::Key => {
                self.watched.keystroke(now);
                Ok(())
            }
            Given::Input(input) => self.watched.handle(input.clone(), now),
            Given::Wire(transport, text) => match WebMessaging.decode(text.as_bytes()) {
                Ok(frame) => self.watched.handle(Input::FrameReceived(*transport, frame), now),
                Err(_) => self.watched.handle(Input::FrameUndecodable(*transport), now),
            },
        }
    }

    fn settle(&mut self) {
        self.undrained += 1;
        if self.undrained >= self.drain_every {
            self.drain();
        }
    }

    pub(super) fn drain(&mut self) {
        self.undrained = 0;
        for _ in 0..MOST_TICKS {
            match self.watched.poll_output() {
                Some(Output::ArmTimer(deadline)) => self.armed = Some(deadline.at.as_millis()),
                Some(Output::ClearTimer) => self.armed = None,
                Some(_) => {}
                None => return,
            }
        }
        panic!("outputs without end");
    }
}

/// What one way to live the runs showed: the run's number, and the breach.
fn watch(live: impl Fn(usize, &Run, &mut Guest) + Sync) -> Vec<(usize, Violation)> {
    let all: Vec<(usize, &Run)> = runs().iter().enumerate().collect();
    let (first, second) = all.split_at(all.len() / 2);
    let half = |runs: &[(usize, &Run)]| {
        let mut found = Vec::new();
        for (number, run) in runs {
            let mut guest = Guest::new(run.script.setup.config());
            live(*number, run, &mut guest);
            found.extend(guest.watched.violations().iter().map(|one| (*number, one.clone())));
        }
        found
    };
    thread::scope(|scope| {
        let second = scope.spawn(|| half(second));
        let mut found = half(first);
        found.extend(second.join().unwrap());
        found
    })
}

/// The breaches of all runs, each drained after every input.
fn found() -> &'static [(usize, Violation)] {
    static FOUND: OnceLock<Vec<(usize, Violation)>> = OnceLock::new();
    FOUND.get_or_init(|| watch(|_, run, guest| guest.closely().live(run)))
}

/// The first breach of each rule, and how many there are.
fn show(breaches: &[&(usize, Violation)]) -> String {
    let mut lines = Vec::new();
    for rule in Rule::ALL {
        let of: Vec<_> = breaches.iter().filter(|(_, found)| found.rule == *rule).collect();
        if let Some((run, first)) = of.first() {
            lines.push(format!("{} times, first in run {run}, {first}", of.len()));
        }
    }
    lines.join("\n")
}

/// Fails if a run broke one of the rules, with the run, the rule and the time.
pub(super) fn never(rules: &[Rule]) {
    let breaches: Vec<_> =
        found().iter().filter(|(_, found)| rules.contains(&found.rule)).collect();
    assert!(breaches.is_empty(), "{}", show(&breaches));
}

/// Fails if any rule is broken in runs that are lived in this way.
pub(super) fn never_any(live: impl Fn(usize, &Run, &mut Guest) + Sync) {
    let found = watch(live);
    let breaches: Vec<_> = found.iter().collect();
    assert!(breaches.is_empty(), "{}", show(&breaches));
}

#[test]
fn every_rule_holds() {
    never(Rule::ALL);
}

#[test]
fn no_rule_is_broken_while_a_host_drains_when_it_likes() {
    for every in [2, 9] {
        never_any(|_, run, guest| {
            guest.drain_every = every;
            guest.live(run);
        });
    }
}

#[test]
fn no_rule_is_broken_by_a_clock_that_is_late() {
    for late in [450, 7_000] {
        never_any(|_, run, guest| {
            guest.late = late;
            guest.live(run);
        });
    }
}

#[test]
fn an_observer_that_comes_late_holds_nothing_against_what_it_has_not_seen() {
    never_any(|number, run, guest| guest.live_with(run, number % 40));
}

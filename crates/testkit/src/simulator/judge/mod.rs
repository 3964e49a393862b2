//! What must hold of a run, seen from both ends.
//!
//! Owns: [`Violation`], and what several rules need to know. Must not know: how anything is carried out.

mod indicator;
mod messages;
mod texts;

use std::fmt;

pub(super) use indicator::{Indicator, Rules};
pub(super) use messages::Messages;
pub(super) use texts::{Ending, MARK, Texts};

use super::plan::Seconds;
use super::queue::Ms;

/// How many violations of one run are kept: the first ones tell most.
const KEPT: usize = 16;

/// A rule that did not hold.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct Violation {
    /// The seed of the plan.
    pub seed: u64,
    /// When it was seen, in the world's time.
    pub at_ms: u64,
    /// The name of the rule.
    pub rule: String,
    /// What was seen; without texts and tokens.
    pub detail: String,
}

impl Violation {
    /// A violation that a judge of your own has found in the run of `seed`.
    #[must_use]
    pub fn new(seed: u64, at_ms: u64, rule: impl Into<String>, detail: impl Into<String>) -> Self {
        Self { seed, at_ms, rule: rule.into(), detail: detail.into() }
    }
}

impl fmt::Display for Violation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { seed, at_ms, rule, detail } = self;
        write!(f, "seed {seed}, {} s: {rule}: {detail}", Seconds(*at_ms))
    }
}

/// What was found in one run.
#[derive(Clone, Debug, Default)]
pub(super) struct Found {
    pub(super) seed: u64,
    pub(super) now: Ms,
    first: Vec<Violation>,
}

impl Found {
    pub(super) fn new(seed: u64) -> Self {
        Self { seed, now: 0, first: Vec::new() }
    }

    // Out of the way of the rules, which hold as a rule.
    #[cold]
    #[inline(never)]
    pub(super) fn add(&mut self, rule: &str, detail: impl FnOnce() -> String) {
        if self.first.len() < KEPT {
            self.first.push(Violation {
                seed: self.seed,
                at_ms: self.now,
                rule: rule.to_owned(),
                detail: detail(),
            });
        }
    }

    /// Adds a violation unless `holds`.
    pub(super) fn must(&mut self, holds: bool, rule: &str, detail: impl FnOnce() -> String) {
        if !holds {
            self.add(rule, detail);
        }
    }

    pub(super) fn into_all(self) -> Vec<Violation> {
        self.first
    }
}

/// What a fault of the service does to a request; nothing, as a rule.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[allow(clippy::struct_excessive_bools, reason = "independent facts")]
pub(super) struct Fate {
    /// It vanishes.
    pub(super) swallowed: bool,
    /// It comes to the service twice.
    pub(super) duplicated: bool,
    /// It comes later, perhaps never, perhaps behind what was sent after it.
    pub(super) held: bool,
    /// The answer vanishes, if there is one.
    pub(super) unheard: bool,
    /// The guest has left its connection.
    pub(super) gone: bool,
    /// Its connection is dropped instead of an answer.
    pub(super) dropped: bool,
    /// It is answered with this code and has no effect.
    pub(super) answered: Option<u16>,
}

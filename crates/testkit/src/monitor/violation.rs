//! What was found.
//!
//! Owns: [`Violation`], and how many are kept. Must not know: any rule.

use core::fmt;

use webmessaging_proto::Instant;

use super::Rule;

/// How many violations are kept: the first ones tell most.
const KEPT: usize = 32;

/// A rule that did not hold.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct Violation {
    /// When it was seen.
    pub at: Instant,
    /// Which rule.
    pub rule: Rule,
    /// What was seen; without texts and tokens.
    pub detail: String,
}

impl fmt::Display for Violation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { at, rule, detail } = self;
        write!(f, "at {at:?}: {rule:?} ({}): {detail}", rule.must_hold())
    }
}

/// The first violations.
#[derive(Clone, Debug, Default)]
pub(super) struct Found {
    first: Vec<Violation>,
}

impl Found {
    // Out of the way of the rules, which hold as a rule.
    #[cold]
    #[inline(never)]
    pub(super) fn add(&mut self, at: Instant, rule: Rule, detail: impl FnOnce() -> String) {
        if self.first.len() < KEPT {
            self.first.push(Violation { at, rule, detail: detail() });
        }
    }

    pub(super) fn all(&self) -> &[Violation] {
        &self.first
    }
}

//! What the families of rules have in common.
//!
//! Owns: when a breach is one. Must not know: any rule.

use super::Rule;
use super::around::Around;
use super::violation::Found;

/// A family of rules, with what it goes by.
pub(super) trait Family {
    /// Whether a family does not know, after a breach, what to go by.
    const LOST_BY_A_BREACH: bool = false;

    /// Nothing is known from here on but what is seen later.
    fn unknown(&mut self, cx: &Around);

    /// Something is not as it should be. Where several inputs are behind the outputs, another order
    /// of theirs may explain it; then only what is known here is doubtful.
    // Out of the way of the rules, which hold as a rule.
    #[cold]
    #[inline(never)]
    fn wrong(
        &mut self,
        cx: &Around,
        found: &mut Found,
        rule: Rule,
        detail: impl FnOnce() -> String,
    ) {
        if !cx.blurred {
            found.add(cx.now, rule, detail);
        }
        if cx.blurred || Self::LOST_BY_A_BREACH {
            self.unknown(cx);
        }
    }
}

//! The smallest plan that still breaks a rule.
//!
//! Owns: delta debugging over happenings. Must not know: what a happening is.

use super::plan::Plan;

/// Leaves out happenings as long as `breaks` stays true, and gives the smallest plan found within `runs` trials.
pub(super) fn shrink(plan: &Plan, runs: usize, mut breaks: impl FnMut(&Plan) -> bool) -> Plan {
    let mut smallest = plan.clone();
    let mut left = runs;
    let mut chunk = smallest.happenings.len().div_ceil(2);
    while chunk > 0 {
        let mut at = 0;
        let mut dropped = false;
        while at < smallest.happenings.len() {
            if left == 0 {
                return smallest;
            }
            left -= 1;
            let mut candidate = smallest.clone();
            let end = (at + chunk).min(candidate.happenings.len());
            candidate.happenings.drain(at..end);
            if breaks(&candidate) {
                smallest = candidate;
                dropped = true;
            } else {
                at += chunk;
            }
        }
        if chunk > 1 {
            chunk = chunk.div_ceil(2);
        } else if !dropped {
            break;
        }
    }
    smallest
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn what_matters_is_left() {
        let plan = Plan::draw(7, Duration::from_secs(600));
        let (a, b) = (plan.happenings[3].clone(), plan.happenings[77].clone());
        let breaks = |plan: &Plan| plan.happenings.contains(&a) && plan.happenings.contains(&b);
        let smallest = shrink(&plan, 10_000, breaks);
        assert_eq!(smallest.happenings, [a.clone(), b.clone()]);
        let unfinished = shrink(&plan, 3, breaks);
        assert!(breaks(&unfinished));
    }
}

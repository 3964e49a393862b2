//! All worlds within so many letters of a root, each once.
//!
//! Owns: breadth first, and the shortest way to a breach. Must not know: letters, rules.

use std::collections::BTreeSet;
use std::fmt::Write;
use std::panic::{AssertUnwindSafe, catch_unwind};

use super::alphabet::Act;
use super::key::{Key, key};
use super::world::World;

/// What a search saw.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct Seen {
    pub(super) states: usize,
    pub(super) transitions: usize,
    /// Transitions to states that were seen before.
    pub(super) pruned: usize,
}

/// Where a world came from: the way before, and one letter more.
struct Step {
    before: usize,
    act: Act,
}

const ROOT: usize = usize::MAX;

/// Looks at every state that `alphabet` reaches from `root` in at most `depth` letters. Breadth first: a
/// state is met first with the most letters left, so that nothing is lost by going on from it once.
///
/// # Errors
/// The shortest way to a broken rule, and what happens on it.
pub(super) fn search(
    root: &World,
    alphabet: &[Act],
    depth: usize,
    check: impl Fn(&World) -> Result<(), String>,
) -> Result<Seen, String> {
    let mut keys = BTreeSet::new();
    walk(root, alphabet, depth, true, &mut keys, check)
}

/// The keys of every state, found by going every way, or each state's first one only.
///
/// # Errors
/// As [`search`].
pub(super) fn reachable(
    root: &World,
    alphabet: &[Act],
    depth: usize,
    prunes: bool,
) -> Result<BTreeSet<Key>, String> {
    let mut keys = BTreeSet::new();
    walk(root, alphabet, depth, prunes, &mut keys, |_| Ok(()))?;
    Ok(keys)
}

fn walk(
    root: &World,
    alphabet: &[Act],
    depth: usize,
    prunes: bool,
    keys: &mut BTreeSet<Key>,
    check: impl Fn(&World) -> Result<(), String>,
) -> Result<Seen, String> {
    let mut seen = Seen { states: 1, ..Seen::default() };
    keys.insert(key(root));
    let mut steps: Vec<Step> = Vec::new();
    let mut level = vec![(ROOT, root.clone())];
    for done in 1..=depth {
        let mut next = Vec::new();
        for (before, world) in level {
            for &act in alphabet {
                let Some(given) = act.in_world(&world) else { continue };
                seen.transitions += 1;
                let mut after = world.clone();
                let tell = |what: String| tell(root, &steps, before, act, &what);
                // A panic is a breach like any other, and has a way to it.
                let taken = catch_unwind(AssertUnwindSafe(|| after.step(given, &mut Vec::new())));
                taken.unwrap_or_else(|_| Err("it panicked".into())).map_err(tell)?;
                let known = after == world || !keys.insert(key(&after));
                if known {
                    seen.pruned += 1;
                    if prunes {
                        continue;
                    }
                } else {
                    seen.states += 1;
                }
                let checked = catch_unwind(AssertUnwindSafe(|| check(&after)));
                checked.unwrap_or_else(|_| Err("it panicked".into())).map_err(tell)?;
                if done < depth {
                    steps.push(Step { before, act });
                    next.push((steps.len() - 1, after));
                }
            }
        }
        level = next;
    }
    Ok(seen)
}

fn tell(root: &World, steps: &[Step], before: usize, last: Act, what: &str) -> String {
    let mut acts = vec![last];
    let mut at = before;
    while let Some(step) = steps.get(at) {
        acts.push(step.act);
        at = step.before;
    }
    acts.reverse();
    let mut told = format!("{what}\nafter {acts:?}, from the root\n");
    let mut world = root.clone();
    for act in acts {
        let Some(given) = act.in_world(&world) else { break };
        let mut outputs = Vec::new();
        let taken = catch_unwind(AssertUnwindSafe(|| world.step(given, &mut outputs)));
        let _ = writeln!(told, "{act:?} at {:?}: {outputs:?}", world.env.now);
        if !matches!(taken, Ok(Ok(()))) {
            break;
        }
    }
    told
}

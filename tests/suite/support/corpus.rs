//! Many runs, generated once from fixed seeds and looked at by every property.
//!
//! Owns: how many, from which seeds, and the search for a smallest run that fails. Must not know:
//! any property.
//!
//! `SUITE_SEED=7 SUITE_RUNS=20000 cargo test --test suite property` explores other runs.

use std::sync::OnceLock;
use std::thread;

use proptest::strategy::{Strategy, ValueTree};
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};

use super::likelihood::script;
use super::script::Script;
use super::world::World;

/// A run and its record.
#[derive(Debug)]
pub(crate) struct Run {
    number: u64,
    pub(crate) script: Script,
    pub(crate) world: World,
}

fn number_of(variable: &str, default: u64) -> u64 {
    std::env::var(variable).ok().and_then(|value| value.parse().ok()).unwrap_or(default)
}

pub(crate) fn runs() -> &'static [Run] {
    static RUNS: OnceLock<Vec<Run>> = OnceLock::new();
    RUNS.get_or_init(|| {
        let count = number_of("SUITE_RUNS", 1_000);
        let half = |numbers: core::ops::Range<u64>| {
            numbers
                .map(|number| {
                    let script = tree(number).current();
                    let world = script.play();
                    Run { number, script, world }
                })
                .collect::<Vec<_>>()
        };
        thread::scope(|scope| {
            let second = scope.spawn(|| half(count / 2..count));
            let mut runs = half(0..count / 2);
            runs.extend(second.join().unwrap());
            runs
        })
    })
}

fn tree(number: u64) -> impl ValueTree<Value = Script> {
    let mut seed = [0; 32];
    seed[..8].copy_from_slice(&number_of("SUITE_SEED", 0).to_le_bytes());
    seed[8..16].copy_from_slice(&number.to_le_bytes());
    let rng = TestRng::from_seed(RngAlgorithm::ChaCha, &seed);
    let mut runner = TestRunner::new_with_rng(Config::default(), rng);
    script().new_tree(&mut runner).unwrap()
}

/// Fails with a smallest run for which `holds` gives an error.
pub(crate) fn all(holds: impl Fn(&Script, &World) -> Result<(), String>) {
    let failed = runs().iter().find(|run| holds(&run.script, &run.world).is_err());
    let Some(failed) = failed else { return };
    let check = |script: &Script| holds(script, &script.play()).err();
    let mut tree = tree(failed.number);
    let mut best = (failed.script.clone(), holds(&failed.script, &failed.world).unwrap_err());
    for _ in 0..number_of("SUITE_SHRINK", 2_000) {
        let current = tree.current();
        let goes_on = if let Some(how) = check(&current) {
            best = (current, how);
            tree.simplify()
        } else {
            tree.complicate()
        };
        if !goes_on {
            break;
        }
    }
    let lines = best.0.play().take().join("\n  ");
    panic!("run {}: {}\n{:#?}\n  {lines}", failed.number, best.1, best.0);
}

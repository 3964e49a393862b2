//! Many sessions on several threads.
//!
//! Owns: who plays which seed, and the sum. Must not know: what is printed.

use std::num::NonZeroUsize;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;
use std::time::Duration;

use webmessaging_testkit::simulator::{Simulation, Tally, Violation};

/// How many sessions a thread takes at a time.
const CHUNK: u64 = 32;
/// How many sessions' violations are kept.
const KEPT: usize = 10;

/// What came of all sessions; the same for every number of threads.
#[derive(Debug, Default, Eq, PartialEq)]
pub(super) struct Played {
    pub(super) first_seed: u64,
    pub(super) tally: Tally,
    /// Sessions in which a rule was broken.
    pub(super) broken: u64,
    /// The first violation of each of the first of them.
    pub(super) violations: Vec<Violation>,
}

/// Plays the seeds from `first` on.
pub(super) fn play(first: u64, sessions: u64, length: Duration, threads: NonZeroUsize) -> Played {
    let next = AtomicU64::new(0);
    let shares = thread::scope(|scope| {
        let crew: Vec<_> = (0..threads.get())
            .map(|_| scope.spawn(|| play_share(first, sessions, length, &next)))
            .collect();
        let join = |member: thread::ScopedJoinHandle<'_, Played>| {
            member.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))
        };
        crew.into_iter().map(join).collect::<Vec<Played>>()
    });
    let mut all = Played { first_seed: first, ..Played::default() };
    for share in shares {
        all.tally.add(&share.tally);
        all.broken += share.broken;
        all.violations.extend(share.violations);
    }
    all.violations.sort_by_key(|violation| violation.seed.wrapping_sub(first));
    all.violations.truncate(KEPT);
    all
}

fn play_share(first: u64, sessions: u64, length: Duration, next: &AtomicU64) -> Played {
    let mut share = Played::default();
    loop {
        let from = next.fetch_add(CHUNK, Ordering::Relaxed);
        if from >= sessions {
            return share;
        }
        for number in from..sessions.min(from + CHUNK) {
            let outcome = Simulation::of(first.wrapping_add(number), length).run();
            share.tally.add(&outcome.tally);
            share.broken += u64::from(!outcome.violations.is_empty());
            if share.violations.len() < KEPT {
                share.violations.extend(outcome.violations.into_iter().next());
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_number_of_threads_makes_no_difference() {
        let play =
            |threads| play(77, 70, Duration::from_secs(10), NonZeroUsize::new(threads).unwrap());
        let alone = play(1);
        assert_eq!(alone.tally.sessions, 70);
        assert_eq!(play(3), alone);
    }
}

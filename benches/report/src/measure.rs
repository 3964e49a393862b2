//! Time per operation, side by side.
//!
//! Owns: the clock, the rounds, what is taken of them. Must not know: what is measured.
//!
//! The contenders take turns, so that whatever slows the machine slows all of them. The clock is the
//! processor time of the thread, which leaves out what others run meanwhile; of all rounds the best
//! counts, since noise only ever adds.

use std::time::Duration;

use rustix::time::{ClockId, clock_gettime};

/// Runs about so many operations and tells how long exactly that took, and how many there were.
pub type Batch<'a> = Box<dyn FnMut(u64) -> Timed + 'a>;

#[derive(Clone, Copy, Debug)]
pub struct Timed {
    pub spent: Duration,
    pub operations: u64,
}

#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Effort {
    rounds: u32,
    round: Duration,
}

impl Effort {
    pub const FULL: Self = Self { rounds: 120, round: Duration::from_millis(2) };
    pub const QUICK: Self = Self { rounds: 15, round: Duration::from_millis(1) };
}

/// The processor time that this thread has used.
pub fn thread_time() -> Duration {
    since_origin(ClockId::ThreadCPUTime)
}

/// The processor time that this process has used.
pub fn process_time() -> Duration {
    since_origin(ClockId::ProcessCPUTime)
}

fn since_origin(clock: ClockId) -> Duration {
    let time = clock_gettime(clock);
    let seconds = u64::try_from(time.tv_sec).unwrap_or_default();
    Duration::new(seconds, u32::try_from(time.tv_nsec).unwrap_or_default())
}

pub fn timed(work: impl FnOnce()) -> Duration {
    let start = thread_time();
    work();
    thread_time().saturating_sub(start)
}

/// A batch of one operation, again and again.
pub fn steady<'a, T>(mut operation: impl FnMut() -> T + 'a) -> Batch<'a> {
    Box::new(move |operations| {
        let spent = timed(|| {
            for _ in 0..operations {
                std::hint::black_box(operation());
            }
        });
        Timed { spent, operations }
    })
}

/// Nanoseconds per operation of each contender, in their order.
pub fn race<const N: usize>(effort: Effort, mut contenders: [Batch<'_>; N]) -> [f64; N] {
    let counts: Vec<_> =
        contenders.iter_mut().map(|batch| operations_in(effort.round, batch)).collect();
    let mut best = [f64::INFINITY; N];
    for _ in 0..effort.rounds {
        for ((batch, count), best) in contenders.iter_mut().zip(&counts).zip(&mut best) {
            *best = best.min(nanoseconds_each(batch(*count)));
        }
    }
    best
}

fn operations_in(round: Duration, batch: &mut Batch<'_>) -> u64 {
    let mut count = 1;
    loop {
        let timed = batch(count);
        if timed.spent >= round || count > 1 << 30 {
            return count;
        }
        // Not at once all the way: a first batch is cold, and slower than it will be.
        count *= 2;
    }
}

fn nanoseconds_each(timed: Timed) -> f64 {
    timed.spent.as_nanos() as f64 / timed.operations.max(1) as f64
}

//! Who presses a key when.
//!
//! Owns: the timetable. Must not know: what a key does.

use std::time::Duration;

use tokio::time::{Instant, sleep_until};

const ROUND: Duration = Duration::from_secs(10);
/// A burst: its keys, and where they are in it.
const BURST: [Duration; 3] =
    [Duration::ZERO, Duration::from_millis(150), Duration::from_millis(300)];

#[derive(Clone, Copy, Debug)]
pub struct Key {
    at: Duration,
    pub guest: usize,
    pub opens: bool,
}

/// Each guest at a time of its own, the same in every round and run.
pub fn timetable(guests: usize, rounds: u32) -> Vec<Key> {
    let mut keys: Vec<_> = (0..rounds)
        .flat_map(|round| (0..guests).map(move |guest| (round, guest)))
        .flat_map(|(round, guest)| {
            let mixed = (guest as u64 + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 32;
            let start = ROUND * round + Duration::from_micros(mixed % 10_000_000);
            BURST.map(|in_it| Key { at: start + in_it, guest, opens: in_it.is_zero() })
        })
        .collect();
    keys.sort_by_key(|key| key.at);
    keys
}

/// Presses all keys, each at its time.
pub async fn play(keys: Vec<Key>, mut press: impl FnMut(Key)) {
    let start = Instant::now();
    for key in keys {
        let at = start + key.at;
        if at > Instant::now() {
            sleep_until(at).await;
        }
        press(key);
    }
}

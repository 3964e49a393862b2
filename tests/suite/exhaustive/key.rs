//! When two states are the same state.
//!
//! Owns: the key. Must not know: what the parts of a state mean.
//!
//! A key is made of the whole `Debug` text of session, driver and observer, so that nothing that is
//! added to them can be forgotten here. Equal keys must mean equal futures; what is left out, and why
//! it may be:
//!
//! * The configuration: one for all states of a search, but for what the session took over from it,
//!   which is shown there.
//! * The origin of time: no rule looks at a time but to compare it with others. Each is written as its
//!   distance from now. What lies more than `MEMORY` back is one age: the longest rule that looks back
//!   ends after 300 s.
//! * The names of requests: drawn at random, and only ever compared with each other. Each is written as
//!   the number of its first place in the text.
//! * The generator: it decides nothing but those names and the lengths of waits. A wait that was drawn
//!   stands in the timers. Of waits that may be drawn later, a search sees one draw each.
//! * The counts of `Stats`: written, never read.
//!
//! Other counters (of transports, receipts, notices) are kept as they are: states that differ in
//! nothing else are searched twice, which costs time and hides nothing.

use std::hash::{DefaultHasher, Hasher};
use std::io::Write;

use webmessaging_proto::Instant;

use super::world::World;

/// Longer than any rule looks back.
const MEMORY_NS: i128 = 301 * 1_000_000_000;
const UUID_LEN: usize = 36;

/// Two states with the same key have the same future.
pub(super) type Key = (u64, u64);

pub(super) fn key(world: &World) -> Key {
    let text = canonical(world);
    let half = |salt: u8| {
        let mut hasher = DefaultHasher::new();
        hasher.write_u8(salt);
        hasher.write(&text);
        hasher.finish()
    };
    (half(1), half(2))
}

/// The parts of a session that are left out.
const LEFT_OUT: [&str; 3] = [", config: Config {", ", rng: Rng {", ", stats: Stats {"];

/// The text that keys are made of.
pub(super) fn canonical(world: &World) -> Vec<u8> {
    let session = format!("{:?}", world.session);
    let outside = format!("{:?} {:?}", world.env, world.observer);
    let mut canonical = Canonical::new(world.env.now);
    let mut rest = &*session;
    for part in LEFT_OUT {
        let (before, after) = rest.split_once(part).expect("each is there, in this order");
        canonical.push(before.as_bytes());
        rest = after_brace(after);
    }
    canonical.push(rest.as_bytes());
    canonical.push(outside.as_bytes());
    canonical.out
}

/// What follows the brace that ends what the text is in the middle of.
fn after_brace(text: &str) -> &str {
    let mut depth = 1;
    let is_end = |char| {
        depth += i32::from(char == '{') - i32::from(char == '}');
        depth == 0
    };
    let end = text.find(is_end).expect("every brace has an end");
    &text[end + 1..]
}

struct Canonical {
    now: i128,
    ids: Vec<[u8; UUID_LEN]>,
    out: Vec<u8>,
}

impl Canonical {
    fn new(now: Instant) -> Self {
        let now = i128::try_from(now.since_origin().as_nanos()).unwrap();
        Self { now, ids: Vec::new(), out: Vec::with_capacity(4_096) }
    }

    /// Goes through every byte of every state: plain loops, for the sake of builds without optimisation.
    fn push(&mut self, text: &[u8]) {
        let (mut at, mut copied) = (0, 0);
        while at < text.len() {
            if !IS_OF_WORD[text[at] as usize] {
                at += 1;
                continue;
            }
            let start = at;
            while at < text.len() && IS_OF_WORD[text[at] as usize] {
                at += 1;
            }
            let word = &text[start..at];
            if word == b"policy" {
                // Lengths of time, not points in it.
                while at < text.len() && text[at] != b'}' {
                    at += 1;
                }
            } else if word.len() == UUID_LEN || word[0].is_ascii_digit() {
                self.out.extend_from_slice(&text[copied..start]);
                self.push_word(word);
                copied = at;
            }
        }
        self.out.extend_from_slice(&text[copied..]);
    }

    fn push_word(&mut self, word: &[u8]) {
        if let Some(id) = uuid(word) {
            let known = self.ids.iter().position(|known| *known == id);
            let number = known.unwrap_or(self.ids.len());
            if known.is_none() {
                self.ids.push(id);
            }
            write!(self.out, "#{number}").unwrap();
        } else if let Some(nanos) = nanos(word) {
            let from_now = (nanos - self.now).max(-MEMORY_NS);
            write!(self.out, "{from_now}").unwrap();
        } else {
            self.out.extend_from_slice(word);
        }
    }
}

/// The bytes of words, as far as times and names are concerned.
const IS_OF_WORD: [bool; 256] = {
    let mut is_of_word = [false; 256];
    let mut byte = 0_u8;
    while byte < u8::MAX {
        is_of_word[byte as usize] =
            byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | 0x80..);
        byte += 1;
    }
    is_of_word
};

fn uuid(word: &[u8]) -> Option<[u8; UUID_LEN]> {
    let id = <[u8; UUID_LEN]>::try_from(word).ok()?;
    [8, 13, 18, 23].iter().all(|&at| id[at] == b'-').then_some(id)
}

/// What a `Duration` shows, in nanoseconds; `None` for other words, numbers too.
fn nanos(word: &[u8]) -> Option<i128> {
    let word = std::str::from_utf8(word).ok().filter(|word| word.as_bytes()[0].is_ascii_digit())?;
    let units = [("ns", 1), ("µs", 1_000), ("ms", 1_000_000), ("s", 1_000_000_000_i128)];
    let (number, unit) =
        units.into_iter().find_map(|(unit, size)| Some((word.strip_suffix(unit)?, size)))?;
    let (whole, part) = number.split_once('.').unwrap_or((number, ""));
    let mut nanos = whole.parse::<i128>().ok()? * unit;
    let mut digit_size = unit;
    for digit in part.chars() {
        digit_size /= 10;
        nanos += i128::from(digit.to_digit(10)?) * digit_size;
    }
    Some(nanos)
}

#[cfg(test)]
mod tests {
    use webmessaging_proto::{Config, Instant};

    use super::super::alphabet::{Act, Request, WIDE};
    use super::super::world::World;
    use super::key;

    const UP: &[Act] = &[Act::Connect, Act::Opened, Act::New];

    fn ready(seed: u64, start_s: u64) -> World {
        let config = Config::new("deployment", "token", seed);
        World::new(config, Instant::from_millis(start_s * 1_000)).after(UP)
    }

    #[test]
    fn time_and_chance_alone_make_no_other_state() {
        let acts = [Act::Agent(1), Act::Visible(1), Act::Key, Act::Moment, Act::Text(1), Act::Key];
        let one = ready(1, 1_000).after(&acts);
        assert_eq!(key(&one), key(&ready(2, 1_000).after(&acts)), "other names of requests");
        assert_eq!(key(&one), key(&ready(1, 77_777).after(&acts)), "another time of day");
        let acknowledged = one.after(&[Act::Answer(Request::Newest, 404)]);
        assert_ne!(key(&acknowledged), key(&ready(1, 1_000).after(&acts)));
    }

    #[test]
    fn a_twin_at_another_time_stays_a_twin() {
        let (mut one, mut other) = (ready(5, 1_000), ready(5, 500_000));
        let mut draw = 7_u64;
        let mut taken = 0;
        for _ in 0..600 {
            draw = draw
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1_442_695_040_888_963_407);
            let act = WIDE[usize::try_from(draw >> 33).unwrap() % WIDE.len()];
            let (Some(given), Some(same)) = (act.in_world(&one), act.in_world(&other)) else {
                continue;
            };
            assert_eq!(one.step(given, &mut Vec::new()), Ok(()), "{act:?}");
            assert_eq!(other.step(same, &mut Vec::new()), Ok(()), "{act:?}");
            assert_eq!(key(&one), key(&other), "after {act:?}");
            taken += 1;
        }
        assert!(taken > 300, "{taken}");
    }

    #[test]
    fn whatever_matters_makes_another_state() {
        let ways: &[&[Act]] = &[
            &[],
            &[Act::Key],
            &[Act::Key, Act::Moment],
            &[Act::Moment, Act::Key],
            &[Act::Key, Act::Moment, Act::Key],
            &[Act::Hold],
            &[Act::Text(1)],
            &[Act::Text(2)],
            &[Act::Text(1), Act::Text(2)],
            &[Act::Text(2), Act::Text(1)],
            &[Act::Agent(1)],
            &[Act::Agent(2)],
            &[Act::Agent(1), Act::Agent(2)],
            &[Act::Agent(2), Act::Agent(1)],
            &[Act::Agent(1), Act::Away],
            &[Act::Agent(1), Act::Visible(1)],
            &[Act::AgentOn],
            &[Act::Lost],
        ];
        let mut keys: Vec<_> = ways.iter().map(|way| key(&ready(1, 1_000).after(way))).collect();
        keys.sort_unstable();
        keys.dedup();
        assert_eq!(keys.len(), ways.len());
    }

    #[test]
    fn only_what_is_named_is_left_out() {
        let world = ready(1, 1_000);
        let text = String::from_utf8(super::canonical(&world)).unwrap();
        for kept in ["typing: Typing {", "receipts: Receipts {", "connection: ", "rate_limit: "] {
            assert!(text.contains(kept), "{kept} in {text}");
        }
        assert!(text.contains("typing_rest: "), "the last one: {text}");
        for out in ["rules: ", "seed: ", "frames_sent: "] {
            assert!(!text.contains(out), "{out} in {text}");
        }
    }

    #[test]
    fn what_is_long_over_is_one_age() {
        let after =
            |sleeps: usize| ready(1, 1_000).after(&[Act::Key]).after(&vec![Act::Sleep; sleeps]);
        assert_ne!(key(&after(1)), key(&after(2)));
        assert_eq!(key(&after(6)), key(&after(7)));
    }
}

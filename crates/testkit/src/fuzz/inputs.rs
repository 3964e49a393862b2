//! Inputs made of other inputs, always the same ones.
//!
//! Owns: how an input is drawn from seeds, words and a number. Must not know: what the bytes are
//! for. A fuzzer that is guided by coverage makes better ones, but no two builds guide it alike.

use core::ops::Range;

use crate::life;
use crate::split_mix::{STEP, SplitMix64, finish};

/// One input in so many is made of nothing but chance.
const FRESH: usize = 8;
/// Changes to one input, one after the other.
const MOST_CHANGES: usize = 8;
/// Bytes that one change puts in.
const MOST_BYTES: usize = 32;
/// Bytes that mean something to many formats.
const TELLING: [u8; 8] = [0, 1, 0x7f, 0x80, 0xff, b' ', b'0', b'"'];

/// As many inputs as there are numbers, each made from its number alone.
///
/// ```
/// use webmessaging_testkit::fuzz::Inputs;
///
/// let inputs = Inputs::new(vec![b"{\"a\":1}".to_vec()], vec![b"null".to_vec()], 100);
/// assert_eq!(inputs.get(0), b"{\"a\":1}", "first the seeds as they are");
/// assert_eq!(inputs.get(7), inputs.get(7));
/// assert!((0..1_000).all(|number| inputs.get(number).len() <= 100));
/// ```
#[derive(Clone, Debug)]
pub struct Inputs {
    seeds: Vec<Vec<u8>>,
    words: Vec<Vec<u8>>,
    longest: usize,
}

impl Inputs {
    /// Inputs from these seeds and these words, none longer than `longest`.
    #[must_use]
    pub fn new(mut seeds: Vec<Vec<u8>>, words: Vec<Vec<u8>>, longest: usize) -> Self {
        for seed in &mut seeds {
            seed.truncate(longest);
        }
        Self { seeds, words, longest }
    }

    /// How many seeds there are: the inputs of the first numbers.
    #[must_use]
    pub fn seeds(&self) -> u64 {
        self.seeds.len() as u64
    }

    /// The input of this number: the seeds in their order, then what is made of them.
    #[must_use]
    pub fn get(&self, number: u64) -> Vec<u8> {
        if let Some(seed) = usize::try_from(number).ok().and_then(|number| self.seeds.get(number)) {
            return seed.clone();
        }
        let mut draw = Draw(SplitMix64::new(finish(number.wrapping_mul(STEP))));
        if draw.below(FRESH) == 0 {
            let len = draw.below(self.longest + 1);
            return life::bytes(draw.0.next(), len);
        }
        let mut input = draw.one_of(&self.seeds).to_vec();
        for _ in 0..=draw.below(MOST_CHANGES) {
            self.change(&mut input, &mut draw);
        }
        input.truncate(self.longest);
        input
    }

    fn change(&self, input: &mut Vec<u8>, draw: &mut Draw) {
        match draw.below(9) {
            0 => draw.replace(input, |draw, byte| byte ^ (1 << draw.below(8))),
            1 => draw.replace(input, |draw, _| draw.byte()),
            2 => draw.replace(input, |draw, _| TELLING[draw.below(TELLING.len())]),
            3 => drop(input.drain(draw.part(input))),
            4 => {
                let count = draw.below(MOST_BYTES) + 1;
                let new: Vec<u8> = (0..count).map(|_| draw.byte()).collect();
                draw.put_in(input, &new);
            }
            5 => {
                let again = input[draw.part(input)].to_vec();
                draw.put_in(input, &again);
            }
            6 => {
                let word = draw.one_of(&self.words);
                draw.put_in(input, word);
            }
            7 => {
                let other = draw.one_of(&self.seeds);
                let part = draw.part(other);
                draw.put_in(input, &other[part]);
            }
            // The one up to here, the other from there on.
            _ => {
                let other = draw.one_of(&self.seeds);
                input.truncate(draw.below(input.len() + 1));
                input.extend_from_slice(&other[draw.below(other.len() + 1)..]);
            }
        }
    }
}

struct Draw(SplitMix64);

impl Draw {
    /// From 0 to `bound`, without it. The slight favour for small numbers does no harm here.
    #[expect(clippy::cast_possible_truncation, reason = "less than the bound, which is a usize")]
    const fn below(&mut self, bound: usize) -> usize {
        (self.0.next() % bound as u64) as usize
    }

    const fn byte(&mut self) -> u8 {
        self.0.next().to_be_bytes()[0]
    }

    /// An empty one if there is none.
    fn one_of<'a>(&mut self, choices: &'a [Vec<u8>]) -> &'a [u8] {
        let at = self.below(choices.len().max(1));
        choices.get(at).map_or(&[], Vec::as_slice)
    }

    /// Some bytes in a row; short rows are more frequent than long ones.
    fn part(&mut self, of: &[u8]) -> Range<usize> {
        let start = self.below(of.len() + 1);
        let most = self.below(of.len() - start + 1);
        start..start + self.below(most + 1)
    }

    fn replace(&mut self, input: &mut [u8], by: impl FnOnce(&mut Self, u8) -> u8) {
        let at = self.below(input.len().max(1));
        if let Some(byte) = input.get(at).copied() {
            input[at] = by(self, byte);
        }
    }

    /// Between two bytes, or in the place of as many.
    fn put_in(&mut self, input: &mut Vec<u8>, new: &[u8]) {
        let at = self.below(input.len() + 1);
        let end = if self.below(2) == 0 { at } else { input.len().min(at + new.len()) };
        input.splice(at..end, new.iter().copied());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn inputs_are_the_same_everywhere() {
        let seeds = vec![b"connect".to_vec(), b"key key key".to_vec(), Vec::new()];
        let inputs = Inputs::new(seeds, vec![b"word".to_vec()], 40);
        let all = (0..1_000).flat_map(|number| inputs.get(number));
        let sum = all.fold(0_u64, |sum, byte| finish(sum ^ u64::from(byte)));
        assert_eq!(sum, 0xa2e6_7d82_0c70_8f3e);
    }

    #[test]
    fn changes_are_of_every_kind() {
        let seed = b"0123456789".to_vec();
        let inputs = Inputs::new(vec![seed.clone()], vec![b"word".to_vec()], 30);
        let made: Vec<_> = (1..2_000).map(|number| inputs.get(number)).collect();
        let has = |kind: &dyn Fn(&[u8]) -> bool| made.iter().any(|input| kind(input));
        assert!(has(&|input| input.windows(4).any(|part| part == b"word")), "a word");
        assert!(has(&|input| input.len() < 5 && seed.starts_with(input)), "cut");
        assert!(has(&|input| input.len() == 30), "as long as may be");
        assert!(has(&|input| input.len() == 10 && input[..9] == seed[..9]), "a byte changed");
        let times = |input: &[u8]| input.windows(4).filter(|part| *part == b"3456").count();
        assert!(has(&|input| times(input) == 2), "a part again");
    }

    #[test]
    fn nothing_to_start_from_is_no_reason_to_panic() {
        let inputs = Inputs::new(Vec::new(), Vec::new(), 3);
        assert!((0..1_000).any(|number| inputs.get(number).len() == 3));
        let empty = Inputs::new(vec![Vec::new()], Vec::new(), 0);
        assert!((0..1_000).all(|number| empty.get(number).is_empty()));
    }
}

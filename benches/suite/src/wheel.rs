//! A timer wheel of one place for each session: what a driver of many sessions needs, and no more.
//!
//! Owns: whose turn is when, to the millisecond. Must not know: sessions.
//!
//! A place is a list. The links lie beside each other, so that it is known who is next before they are
//! touched.

const SLOTS: usize = 1 << 16;
/// In place of who comes after the last one.
const NOBODY: u32 = u32::MAX;

pub struct Wheel {
    now: u32,
    first: Vec<u32>,
    after: Vec<u32>,
    /// One bit a place that has somebody.
    occupied: Vec<u64>,
    left: usize,
}

impl Wheel {
    pub fn for_so_many(sessions: usize) -> Self {
        Self {
            now: 0,
            first: vec![NOBODY; SLOTS],
            after: vec![NOBODY; sessions],
            occupied: vec![0; SLOTS / 64],
            left: 0,
        }
    }

    pub fn now(&self) -> u32 {
        self.now
    }

    /// Whoever is inserted must not be in already, and `at` not be past. Later than the wheel reaches
    /// is as late as it reaches.
    pub fn insert(&mut self, who: u32, at: u32) {
        let at = at.clamp(self.now, self.now + SLOTS as u32 - 1);
        let slot = at as usize % SLOTS;
        self.occupied[slot / 64] |= 1 << (slot % 64);
        self.left += 1;
        self.after[who as usize] = std::mem::replace(&mut self.first[slot], who);
    }

    /// Who is next; moves the time to then.
    pub fn turn(&mut self) -> Option<u32> {
        if self.left == 0 {
            return None;
        }
        let slot = self.next_occupied();
        let ahead = (slot + SLOTS - self.now as usize % SLOTS) % SLOTS;
        self.now += ahead as u32;
        self.take(slot)
    }

    /// Who else has a turn at this time.
    pub fn turn_at_once(&mut self) -> Option<u32> {
        self.take(self.now as usize % SLOTS)
    }

    fn take(&mut self, slot: usize) -> Option<u32> {
        let who = self.first[slot];
        if who == NOBODY {
            return None;
        }
        self.first[slot] = self.after[who as usize];
        if self.first[slot] == NOBODY {
            self.occupied[slot / 64] &= !(1 << (slot % 64));
        }
        self.left -= 1;
        Some(who)
    }

    /// From now on, once around.
    fn next_occupied(&self) -> usize {
        let start = self.now as usize % SLOTS;
        let rest = self.occupied[start / 64] >> (start % 64);
        if rest != 0 {
            return start + rest.trailing_zeros() as usize;
        }
        let words = self.occupied.len();
        let word = (1..=words)
            .map(|ahead| (start / 64 + ahead) % words)
            .find(|word| self.occupied[*word] != 0)
            .expect("somebody is left");
        word * 64 + self.occupied[word].trailing_zeros() as usize
    }
}

#[cfg(test)]
mod tests {
    use super::Wheel;

    #[test]
    fn whoever_is_due_first_comes_first_however_far_it_is() {
        let mut wheel = Wheel::for_so_many(4);
        for (who, at) in [(0, 70), (1, 3), (2, 65_000)] {
            wheel.insert(who, at);
        }
        let mut seen = Vec::new();
        while let Some(who) = wheel.turn() {
            seen.push((who, wheel.now()));
            if who == 2 {
                // Once around.
                wheel.insert(3, 66_000);
            }
        }
        assert_eq!(seen, [(1, 3), (0, 70), (2, 65_000), (3, 66_000)]);
    }

    #[test]
    fn all_of_one_time_have_their_turn() {
        let mut wheel = Wheel::for_so_many(4);
        for who in 0..3 {
            wheel.insert(who, 5);
        }
        wheel.insert(3, 6);
        let mut seen = vec![wheel.turn()];
        while let Some(who) = wheel.turn_at_once() {
            seen.push(Some(who));
        }
        seen.sort_unstable();
        assert_eq!((seen, wheel.now()), (vec![Some(0), Some(1), Some(2)], 5));
        assert_eq!((wheel.turn(), wheel.turn_at_once(), wheel.turn()), (Some(3), None, None));
    }

    #[test]
    fn beyond_its_reach_is_as_late_as_it_reaches() {
        let mut wheel = Wheel::for_so_many(1);
        wheel.insert(0, 1_000_000);
        assert_eq!((wheel.turn(), wheel.now()), (Some(0), 65_535));
    }
}

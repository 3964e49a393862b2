//! What was played, as numbers.
//!
//! Owns: [`Tally`]. Must not know: what is good or bad.

use std::collections::BTreeMap;

/// Counts over one run, or the sum of many.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
#[non_exhaustive]
pub struct Tally {
    /// Guests.
    pub sessions: u64,
    /// Their time in milliseconds, without the calm end.
    pub virtual_ms: u64,
    /// The time of the calm ends in milliseconds.
    pub calm_ms: u64,
    /// What the sessions were told.
    pub inputs: u64,
    /// What the sessions asked for.
    pub outputs: u64,
    /// Frames that the guests sent.
    pub frames_up: u64,
    /// Frames that came to the guests.
    pub frames_down: u64,
    /// How often each thing happened, by its name.
    pub happened: BTreeMap<&'static str, u64>,
    /// How often each phase was entered.
    pub phases: BTreeMap<&'static str, u64>,
    /// In which phase each guest ended.
    pub final_phases: BTreeMap<&'static str, u64>,
    /// How the texts ended.
    pub texts: BTreeMap<&'static str, u64>,
    /// What became of messages that were seen.
    pub receipts: BTreeMap<&'static str, u64>,
    /// What became of typing.
    pub typing: BTreeMap<&'static str, u64>,
    /// What else the hosts were told.
    pub events: BTreeMap<&'static str, u64>,
}

impl Tally {
    /// Adds the counts of another run.
    pub fn add(&mut self, other: &Self) {
        self.sessions += other.sessions;
        self.virtual_ms += other.virtual_ms;
        self.calm_ms += other.calm_ms;
        self.inputs += other.inputs;
        self.outputs += other.outputs;
        self.frames_up += other.frames_up;
        self.frames_down += other.frames_down;
        for (mine, others) in [
            (&mut self.happened, &other.happened),
            (&mut self.phases, &other.phases),
            (&mut self.final_phases, &other.final_phases),
            (&mut self.texts, &other.texts),
            (&mut self.receipts, &other.receipts),
            (&mut self.typing, &other.typing),
            (&mut self.events, &other.events),
        ] {
            for (name, count) in others {
                *mine.entry(name).or_default() += count;
            }
        }
    }
}

/// Counts one more.
pub(super) fn count(table: &mut BTreeMap<&'static str, u64>, name: &'static str, times: u64) {
    if times > 0 {
        *table.entry(name).or_default() += times;
    }
}

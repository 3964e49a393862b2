//! One line of the report.
//!
//! Owns: what a row holds, its ratios, whether it meets its target. Must not know: what is measured.

use std::collections::BTreeMap;

use serde::Serialize;

#[derive(Clone, Debug, Serialize)]
pub struct Row {
    pub what: String,
    pub ours: Option<f64>,
    pub unit: &'static str,
    pub peers: BTreeMap<String, f64>,
    /// What the same work cannot be done below, measured in the same run.
    pub limit: Option<f64>,
    /// A peer's figure over ours: how many times better we are; for the limit, ours over it.
    pub ratios: BTreeMap<String, f64>,
    pub target: String,
    pub met: Option<bool>,
    /// What a reader must know of the figures.
    pub notes: Vec<String>,
}

impl Row {
    pub fn new(what: impl Into<String>, unit: &'static str, ours: f64) -> Self {
        Self { ours: Some(ours), ..Self::empty(what, unit) }
    }

    /// A row that could not be measured, and why.
    pub fn unmeasured(what: impl Into<String>, unit: &'static str, why: impl Into<String>) -> Self {
        let mut row = Self::empty(what, unit);
        row.notes.push(format!("not measured: {}", why.into()));
        row
    }

    /// What is aimed at with a figure that is not there.
    pub fn aiming_at(mut self, target: impl Into<String>) -> Self {
        self.target = target.into();
        self
    }

    fn empty(what: impl Into<String>, unit: &'static str) -> Self {
        Self {
            what: what.into(),
            ours: None,
            unit,
            peers: BTreeMap::new(),
            limit: None,
            ratios: BTreeMap::new(),
            target: String::new(),
            met: None,
            notes: Vec::new(),
        }
    }

    pub fn peer(mut self, name: impl Into<String>, value: f64) -> Self {
        let name = name.into();
        if let Some(ours) = self.ours.filter(|ours| *ours > 0.0) {
            self.ratios.insert(name.clone(), value / ours);
        }
        self.peers.insert(name, value);
        self
    }

    pub fn limit(mut self, value: f64) -> Self {
        if let Some(ours) = self.ours {
            self.ratios.insert("limit".into(), ours / value);
        }
        self.limit = Some(value);
        self
    }

    pub fn note(mut self, note: impl Into<String>) -> Self {
        self.notes.push(note.into());
        self
    }

    /// How many times better than a peer; `None` if that peer was not measured.
    pub fn times(&self, peer: &str) -> Option<f64> {
        self.ratios.get(peer).copied()
    }

    /// What is aimed at, and whether it was reached; `None` in `met` where something was not measured.
    pub fn target(
        mut self,
        target: impl Into<String>,
        met: impl FnOnce(&Self) -> Option<bool>,
    ) -> Self {
        self.target = target.into();
        self.met = if self.ours.is_some() { met(&self) } else { None };
        self
    }
}

/// All of them must hold; one that is known not to hold decides.
pub fn all<const N: usize>(conditions: [Option<bool>; N]) -> Option<bool> {
    if conditions.contains(&Some(false)) {
        Some(false)
    } else {
        conditions.into_iter().collect::<Option<Vec<_>>>().map(|_| true)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_condition_that_fails_decides_and_one_that_is_unknown_leaves_it_open() {
        assert_eq!(all([Some(true), Some(true)]), Some(true));
        assert_eq!(all([None, Some(true)]), None);
        assert_eq!(all([None, Some(false)]), Some(false));
    }
}

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

/// Whether less or more of something is better.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Better {
    Less,
    More,
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

    pub fn peer(self, name: impl Into<String>, value: f64) -> Self {
        self.peer_where(Better::Less, name, value)
    }

    pub fn peer_where(mut self, better: Better, name: impl Into<String>, value: f64) -> Self {
        let name = name.into();
        if let Some(ours) = self.ours.filter(|ours| *ours > 0.0) {
            let ratio = if better == Better::Less { value / ours } else { ours / value };
            self.ratios.insert(name.clone(), ratio);
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

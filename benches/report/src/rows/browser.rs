//! A key as a page has it, and how much of the package a page loads.

use std::collections::BTreeMap;

use crate::node::{OURS, TUTORIAL, Told};
use crate::row::{Row, all};

const KIB: f64 = 1_024.0;
const BUDGET: f64 = 72.0;
const KEY_TARGET: &str = "at most 100 ns, 5x the tutorial's class";
const SIZE_TARGET: &str = "at most 72";

pub fn rows(told: &Result<Told, String>) -> Vec<Row> {
    let told = match told {
        Ok(told) => told,
        Err(error) => {
            let row = Row::unmeasured("keystroke call from JavaScript", "ns", error);
            return vec![row.aiming_at(KEY_TARGET)];
        }
    };
    let why = |name: &str| told.missing.get(name).map_or("no reason was given", String::as_str);
    let mut rows = vec![key(&format!("Node {}", told.version), &told.node, &told.missing)];
    rows.push(match &told.chromium {
        Some(chromium) => key(&chromium.version, &chromium.keys, &told.missing),
        None => Row::unmeasured("keystroke call from JavaScript, Chromium", "ns", why("Chromium"))
            .aiming_at(KEY_TARGET),
    });
    rows.push(match told.size {
        Some(size) => {
            Row::new("browser package, WebAssembly and glue with gzip", "KiB", size / KIB)
                .target(SIZE_TARGET, |row| row.ours.map(|size| size <= BUDGET))
        }
        None => {
            Row::unmeasured("browser package, with gzip", "KiB", why("size")).aiming_at(SIZE_TARGET)
        }
    });
    rows
}

fn key(runtime: &str, keys: &BTreeMap<String, f64>, missing: &BTreeMap<String, String>) -> Row {
    let what = format!("keystroke call from JavaScript, {runtime}");
    let Some(ours) = keys.get(OURS) else {
        let why = missing.get(OURS).map_or("no reason was given", String::as_str);
        return Row::unmeasured(what, "ns", why).aiming_at(KEY_TARGET);
    };
    let mut row = Row::new(what, "ns", *ours);
    for (name, nanoseconds) in keys.iter().filter(|(name, _)| *name != OURS) {
        row = row.peer(name, *nanoseconds);
    }
    row.note("from the listener of a bound field's `input` event on").target(KEY_TARGET, |row| {
        all([Some(*ours <= 100.0), row.times(TUTORIAL).map(|times| times >= 5.0)])
    })
}

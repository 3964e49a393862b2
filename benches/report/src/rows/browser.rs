//! A key as a page has it, and how much of the package a page loads.

use std::collections::BTreeMap;

use crate::node::{OUR_FIELD, OURS, TUTORIAL, Told, is_ours};
use crate::row::{Row, all};

const KIB: f64 = 1_024.0;
const BUDGET: f64 = 72.0;
const KEY_TARGET: &str = "at most 100 ns, 5x the tutorial's class";
const SIZE_TARGET: &str = "at most 72";
/// Nanoseconds by which two series of readings of the clock around nothing differ: less is not known.
const NOISE: f64 = 5.0;

pub fn rows(told: &Result<Told, String>) -> Vec<Row> {
    let told = match told {
        Ok(told) => told,
        Err(error) => {
            let row = Row::unmeasured("keystroke call from JavaScript", "ns", error);
            return vec![row.aiming_at(KEY_TARGET)];
        }
    };
    let why = |name: &str| told.missing.get(name).map_or("no reason was given", String::as_str);
    let mut rows = keys(&format!("Node {}", told.version), &told.node, &told.missing);
    match &told.chromium {
        Some(chromium) => rows.extend(keys(&chromium.version, &chromium.keys, &told.missing)),
        None => rows.push(
            Row::unmeasured("keystroke call from JavaScript, Chromium", "ns", why("Chromium"))
                .aiming_at(KEY_TARGET),
        ),
    }
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

/// `sendTypingIndicator` on every key, and a bound field from its listener on.
fn keys(
    runtime: &str,
    keys: &BTreeMap<String, f64>,
    missing: &BTreeMap<String, String>,
) -> Vec<Row> {
    let call = format!("keystroke call from JavaScript, {runtime}");
    let field = format!("key in a bound text field, {runtime}");
    [(call, OURS), (field, OUR_FIELD)].map(|(what, ours)| key(what, ours, keys, missing)).into()
}

fn key(
    what: String,
    name: &str,
    keys: &BTreeMap<String, f64>,
    missing: &BTreeMap<String, String>,
) -> Row {
    let Some(ours) = keys.get(name) else {
        let why = missing.get(name).map_or("no reason was given", String::as_str);
        return Row::unmeasured(what, "ns", why).aiming_at(KEY_TARGET);
    };
    let known = ours.max(NOISE);
    let mut row = Row::new(what, "ns", known);
    if known > *ours {
        row = row.note(format!("{NOISE} ns or less: the clock's own noise"));
    }
    for (peer, nanoseconds) in keys.iter().filter(|(peer, _)| !is_ours(peer)) {
        row = row.peer(peer, *nanoseconds);
    }
    row.target(KEY_TARGET, |row| {
        all([Some(known <= 100.0), row.times(TUTORIAL).map(|times| times >= 5.0)])
    })
}

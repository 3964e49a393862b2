//! What a key costs in JavaScript, by a script that runs in Node and starts a browser.
//!
//! Owns: how the script is run, what it tells. Must not know: what is made of it.

use std::collections::BTreeMap;
use std::env;
use std::path::Path;
use std::process::{Command, Stdio};

use serde::Deserialize;

use crate::measure::Effort;

/// A call on every key.
pub const OURS: &str = "ours";
/// A bound text field.
pub const OUR_FIELD: &str = "ours, a bound field";

pub const TUTORIAL: &str = "the tutorial's class";

pub fn is_ours(name: &str) -> bool {
    [OURS, OUR_FIELD].contains(&name)
}

const FOLDER: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/node");
const ROOT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../..");

#[derive(Clone, Debug, Deserialize)]
pub struct Told {
    /// Node's.
    pub version: String,
    /// Nanoseconds a key, by contender.
    pub node: BTreeMap<String, f64>,
    pub chromium: Option<Chromium>,
    /// Bytes of the package's WebAssembly and glue, with gzip.
    pub size: Option<f64>,
    /// Who could not take part, and why.
    pub missing: BTreeMap<String, String>,
}

#[derive(Clone, Debug, Deserialize)]
pub struct Chromium {
    pub version: String,
    #[serde(flatten)]
    pub keys: BTreeMap<String, f64>,
}

pub fn run(effort: Effort) -> Result<Told, String> {
    // Without it, the script says so of the package, and measures the others.
    let built =
        succeeds("the browser package", Command::new(format!("{ROOT}/crates/wasm/build.sh")));
    if let Err(error) = built {
        eprintln!("{error}");
    }
    if !Path::new(FOLDER).join("node_modules").exists() {
        let mut install = Command::new("npm");
        install.args(["ci", "--ignore-scripts", "--no-audit", "--no-fund"]).current_dir(FOLDER);
        succeeds("npm ci", install)?;
    }
    let mut script = Command::new("node");
    script.arg("keystroke.js").current_dir(FOLDER);
    if effort == Effort::QUICK {
        script.arg("--quick");
    }
    if env::var_os("SEED_DIR").is_none() {
        script.env("SEED_DIR", format!("{ROOT}/../shared/seed"));
    }
    let output =
        script.stderr(Stdio::inherit()).output().map_err(|error| format!("node: {error}"))?;
    serde_json::from_slice(&output.stdout).map_err(|error| format!("node's answer: {error}"))
}

/// What it says goes where errors go: standard output is the report's.
fn succeeds(what: &str, mut command: Command) -> Result<(), String> {
    let output = command.stderr(Stdio::inherit()).output();
    let output = output.map_err(|error| format!("{what}: {error}"))?;
    eprint!("{}", String::from_utf8_lossy(&output.stdout));
    if output.status.success() { Ok(()) } else { Err(format!("{what} failed: {}", output.status)) }
}

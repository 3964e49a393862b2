//! What the figures were measured on.
//!
//! Owns: one sentence about machine and compiler. Must not know: the figures.

use std::fs;
use std::process::Command;
use std::thread;

pub fn described() -> String {
    let cpus = fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let model = cpus.lines().find_map(|line| line.strip_prefix("model name")?.split_once(": "));
    let model = model.map_or("unknown processor", |(_, model)| model);
    let cores = thread::available_parallelism().map_or(1, usize::from);
    let load = fs::read_to_string("/proc/loadavg").unwrap_or_default();
    let load = load.split_whitespace().next().unwrap_or("unknown").to_owned();
    let rustc = Command::new("rustc").arg("-V").output().map(|output| output.stdout);
    let rustc = rustc.unwrap_or_default();
    let rustc = String::from_utf8_lossy(&rustc);
    let rustc = if rustc.is_empty() { "unknown compiler" } else { rustc.trim() };
    format!("{model}, {cores} cores, load {load} at the start, {rustc}.")
}

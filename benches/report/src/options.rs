//! What the report is asked for.
//!
//! Owns: the command line. Must not know: what a row measures.

use crate::measure::Effort;

pub const USAGE: &str = "\
usage: cargo run --release --manifest-path benches/report/Cargo.toml -- [--quick] [ROW...]

    ROW      only these: keystroke decode receipt memory fleet sockets browser simulator
    --quick  short runs, and fewer sessions: to see that all of it works

A whole run, neither quick nor of some rows only, writes benches/report.json, benches/fleet.svg and the table in
PERFORMANCE.md.";

#[derive(Debug)]
pub struct Options {
    pub effort: Effort,
    rows: Vec<String>,
}

pub const ROWS: [&str; 8] =
    ["keystroke", "decode", "receipt", "memory", "fleet", "sockets", "browser", "simulator"];

impl Options {
    pub fn parse(arguments: &[String]) -> Result<Self, String> {
        let mut options = Self { effort: Effort::FULL, rows: Vec::new() };
        for argument in arguments {
            match argument.as_str() {
                "--quick" => options.effort = Effort::QUICK,
                row if ROWS.contains(&row) => options.rows.push(row.into()),
                other => return Err(format!("{other} is neither an option nor a row\n\n{USAGE}")),
            }
        }
        Ok(options)
    }

    pub fn wants(&self, row: &str) -> bool {
        self.rows.is_empty() || self.rows.iter().any(|wanted| wanted == row)
    }

    /// Whether this is the run that the project's figures are from.
    pub fn is_whole(&self) -> bool {
        self.rows.is_empty() && self.effort == Effort::FULL
    }
}

//! What the demo prints.
//!
//! Owns: the look of a line, for people and for machines. Must not know: what the lines mean.

use std::io::{self, Write};
use std::time::Instant;

use anstyle::{AnsiColor, Style as Ansi};
use serde_json::json;

const COLUMN: usize = 44;
const DIM: Ansi = Ansi::new().dimmed();
const GUEST: Ansi = AnsiColor::Cyan.on_default();
const AGENT: Ansi = AnsiColor::Green.on_default();
const HEADING: Ansi = Ansi::new().bold();

/// For whom it is printed.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Style {
    Columns,
    Json,
}

/// Who does or sees something.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Side {
    Guest,
    Agent,
}

#[derive(Debug)]
pub(super) struct Timeline {
    style: Style,
    began: Instant,
}

impl Timeline {
    pub(super) fn begin(style: Style) -> io::Result<Self> {
        let timeline = Self { style, began: Instant::now() };
        if style == Style::Columns {
            let mut out = anstream::stdout();
            writeln!(out, "{HEADING}{:>8}  {:<COLUMN$}  agent{HEADING:#}", "time", "guest")?;
        }
        Ok(timeline)
    }

    pub(super) fn act(&self, title: &str) -> io::Result<()> {
        match self.style {
            Style::Columns => writeln!(anstream::stdout(), "{DIM}{title}{DIM:#}"),
            Style::Json => {
                let at_ms = self.at_ms();
                writeln!(io::stdout(), "{}", json!({ "at_ms": at_ms, "act": title }))
            }
        }
    }

    pub(super) fn tell(&self, side: Side, what: &str) -> io::Result<()> {
        let at_ms = self.at_ms();
        match (self.style, side) {
            (Style::Columns, side) => {
                let mut out = anstream::stdout();
                let at = f64::from(at_ms) / 1_000.0;
                match side {
                    Side::Guest => writeln!(out, "{at:>8.3}  {GUEST}{what}{GUEST:#}"),
                    Side::Agent => {
                        writeln!(out, "{at:>8.3}  {:<COLUMN$}  {AGENT}{what}{AGENT:#}", "")
                    }
                }
            }
            (Style::Json, side) => {
                let side = if side == Side::Guest { "guest" } else { "agent" };
                let line = json!({ "at_ms": at_ms, "side": side, "what": what });
                writeln!(io::stdout(), "{line}")
            }
        }
    }

    /// One thing that both sides know of, and whether they know the same.
    pub(super) fn check(&self, what: &str, guest: &str, agent: &str) -> io::Result<()> {
        let agrees = guest == agent;
        match self.style {
            Style::Columns => {
                let color = if agrees { AnsiColor::Green } else { AnsiColor::Red }.on_default();
                let mark = if agrees { "agree" } else { "DIFFER" };
                let mut out = anstream::stdout();
                writeln!(out, "{color}{mark:>8}{color:#}  {what}")?;
                writeln!(out, "{:>8}    {GUEST}guest{GUEST:#}  {guest}", "")?;
                writeln!(out, "{:>8}    {AGENT}agent{AGENT:#}  {agent}", "")
            }
            Style::Json => {
                let check =
                    json!({ "check": what, "guest": guest, "agent": agent, "agrees": agrees });
                writeln!(io::stdout(), "{check}")
            }
        }
    }

    pub(super) fn conclude(&self, agrees: bool) -> io::Result<()> {
        let at_ms = self.at_ms();
        match self.style {
            Style::Columns => {
                let verdict =
                    if agrees { "guest and agent agree" } else { "guest and agent DO NOT agree" };
                let at = f64::from(at_ms) / 1_000.0;
                writeln!(anstream::stdout(), "{HEADING}{verdict}{HEADING:#} ({at:.1} s)")
            }
            Style::Json => {
                writeln!(io::stdout(), "{}", json!({ "at_ms": at_ms, "agrees": agrees }))
            }
        }
    }

    fn at_ms(&self) -> u32 {
        u32::try_from(self.began.elapsed().as_millis()).unwrap_or(u32::MAX)
    }
}

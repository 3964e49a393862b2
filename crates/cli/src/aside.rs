//! Lines beside the output.
//!
//! Owns: how they reach standard error. Must not know: what they say.

use std::fmt::Display;
use std::io::{self, Write};

/// A line on standard error. Nobody may be there to read it, which is no failure.
pub(crate) fn aside(line: impl Display) {
    let _ = writeln!(io::stderr(), "{line}");
}

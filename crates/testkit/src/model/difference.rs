//! Where a session and the model part.
//!
//! Owns: [`Difference`] and how it is shown: both sides, line by line. Must not know: who is right.

use thiserror::Error;
use webmessaging_proto::Instant;

/// A session did something else than the model expects.
///
/// Message texts and tokens do not show; ids of messages, nicknames and codes do.
#[derive(Clone, Debug, Eq, Error, PartialEq)]
#[error("at {} ms, after {input}, {what}:\n  expected: {}\n  given:    {}", .at.as_millis(), .expected.join("\n            "), .given.join("\n            "))]
#[non_exhaustive]
pub struct Difference {
    /// When.
    pub at: Instant,
    /// The name of the input of the step.
    pub input: &'static str,
    /// What is different.
    pub what: &'static str,
    /// What the model expects.
    pub expected: Vec<String>,
    /// What the session gave.
    pub given: Vec<String>,
}

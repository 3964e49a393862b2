//! A server frame in a script, with blanks for what only the run knows.
//!
//! Owns: where `"$tracing"` and `"$tracing:N"` stand in a frame, and how they are filled in. Must
//! not know: what else a frame says; it is handed on as it is written.

use core::fmt;
use core::ops::Range;

use super::Problem;

const REFERENCE: &str = "$tracing";

/// JSON in which strings stand for the `tracingId` of a frame that was sent before.
///
/// ```
/// use webmessaging_testkit::script::FrameTemplate;
///
/// let frame = FrameTemplate::parse(r#"{"tracingId":"$tracing:0","body":"$tracing"}"#)?;
/// let filled = frame.fill(&[Some("a".into()), Some("b".into())]).unwrap();
/// assert_eq!(filled, r#"{"tracingId":"a","body":"b"}"#);
/// # Ok::<(), webmessaging_testkit::script::Problem>(())
/// ```
#[derive(Clone, Eq, PartialEq)]
pub struct FrameTemplate {
    json: String,
    /// In the order of the text.
    blanks: Vec<(Range<usize>, Reference)>,
}

/// A frame holds texts: only its length is shown.
impl fmt::Debug for FrameTemplate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("FrameTemplate")
            .field("bytes", &self.json.len())
            .field("blanks", &self.blanks)
            .finish()
    }
}

/// Names a sent frame.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum Reference {
    /// The newest one.
    Newest,
    /// The one with this number, counted from 0.
    Number(usize),
}

/// A reference to a frame that was not sent, or that has no `tracingId`.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct MissingTracing {
    /// What was asked for.
    pub reference: Reference,
    /// How many frames were sent so far.
    pub sent: usize,
}

impl FrameTemplate {
    /// Finds the blanks in a JSON text.
    ///
    /// # Errors
    /// If a string begins like a reference and is none.
    pub fn parse(json: &str) -> Result<Self, Problem> {
        let mut blanks = Vec::new();
        let mut at = 0;
        while let Some(string) = next_string(json, at) {
            at = string.end;
            let is_name = json[string.end..].trim_start().starts_with(':');
            if let (false, Some(reference)) = (is_name, Reference::parse(&json[string.clone()])?) {
                blanks.push((string, reference));
            }
        }
        Ok(Self { json: json.into(), blanks })
    }

    /// The frame with the ids of the frames `sent` so far.
    ///
    /// # Errors
    /// If a frame that is named was not sent, or has no id.
    pub fn fill(&self, sent: &[Option<String>]) -> Result<String, MissingTracing> {
        let mut filled = String::with_capacity(self.json.len());
        let mut at = 0;
        for (blank, reference) in &self.blanks {
            let frame = match reference {
                Reference::Newest => sent.last(),
                Reference::Number(number) => sent.get(*number),
            };
            let Some(Some(tracing_id)) = frame else {
                return Err(MissingTracing { reference: *reference, sent: sent.len() });
            };
            filled.push_str(&self.json[at..blank.start]);
            filled.push_str(&serde_json::Value::from(tracing_id.as_str()).to_string());
            at = blank.end;
        }
        filled.push_str(&self.json[at..]);
        Ok(filled)
    }
}

impl Reference {
    /// What a quoted string refers to, if to anything.
    fn parse(quoted: &str) -> Result<Option<Self>, Problem> {
        let bad = || Problem::BadReference { found: quoted.into() };
        let unquoted = quoted.strip_prefix('"').and_then(|rest| rest.strip_suffix('"'));
        let Some(rest) = unquoted.and_then(|text| text.strip_prefix(REFERENCE)) else {
            return Ok(None);
        };
        match rest.strip_prefix(':') {
            None if rest.is_empty() => Ok(Some(Self::Newest)),
            // "$tracings" is a text like any other.
            None => Ok(None),
            Some(number) => {
                number.parse().map(|number| Some(Self::Number(number))).map_err(|_| bad())
            }
        }
    }
}

impl fmt::Display for Reference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Newest => write!(f, "\"{REFERENCE}\""),
            Self::Number(number) => write!(f, "\"{REFERENCE}:{number}\""),
        }
    }
}

/// The next string at or after `from`, quotes included.
fn next_string(json: &str, from: usize) -> Option<Range<usize>> {
    let bytes = json.as_bytes();
    let start = from + bytes.get(from..)?.iter().position(|byte| *byte == b'"')?;
    let mut end = start + 1;
    while *bytes.get(end)? != b'"' {
        end += if bytes[end] == b'\\' { 2 } else { 1 };
    }
    Some(start..end + 1)
}

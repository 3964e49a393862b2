//! What came of a script, line by line.
//!
//! Owns: [`Transcript`], the form of its lines. Must not know: scripts, who ran one.

use core::fmt;

use serde::ser::SerializeMap;
use serde::{Deserialize, Serialize, Serializer};
use serde_json::value::RawValue;
use webmessaging_proto::{Close, Event, InputError};

/// Everything that a machine did, in order. `Display` writes it as JSON Lines.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Transcript {
    lines: Vec<Line>,
}

/// One thing that a machine did.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Line {
    /// When, in milliseconds of virtual time.
    pub at_ms: u64,
    /// What.
    pub entry: Entry,
}

/// What a machine did.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum Entry {
    /// It dialed this address.
    Open(String),
    /// It closed the transport.
    Close(Close),
    /// It sent a frame.
    Send(SentFrame),
    /// It asked for a wake-up at this time, in milliseconds of virtual time.
    Arm(u64),
    /// It needs no wake-up any more.
    ClearTimer,
    /// It told the host.
    Event(Event),
    /// It refused an input.
    Error {
        /// The input's name.
        input: &'static str,
        /// Why.
        error: InputError,
    },
}

/// A frame as it went out.
#[derive(Clone)]
pub struct SentFrame {
    json: Box<RawValue>,
    tracing_id: Option<String>,
}

/// A frame holds the token and texts: only its length is shown.
impl fmt::Debug for SentFrame {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SentFrame")
            .field("bytes", &self.json.get().len())
            .field("tracing_id", &self.tracing_id)
            .finish()
    }
}

impl Transcript {
    /// Every line.
    #[must_use]
    pub fn lines(&self) -> &[Line] {
        &self.lines
    }

    /// What every driver must agree on: the events and the frames, each in their order, with their
    /// times. Events of a millisecond come before its frames: they take different ways, and which
    /// is seen first is a driver's own affair, as is when it dials, closes and sleeps.
    #[must_use]
    pub fn comparable(&self) -> Self {
        let of_event = |line: &&Line| matches!(line.entry, Entry::Event(_));
        let of_frame = |line: &&Line| matches!(line.entry, Entry::Send(_));
        let same_time = |one: &Line, other: &Line| one.at_ms == other.at_ms;
        let moments = self.lines.chunk_by(same_time);
        moments
            .flat_map(|moment| moment.iter().filter(of_event).chain(moment.iter().filter(of_frame)))
            .cloned()
            .collect()
    }

    /// The frames that were sent, with their times.
    pub fn sent(&self) -> impl Iterator<Item = (u64, &SentFrame)> {
        self.lines.iter().filter_map(|line| match &line.entry {
            Entry::Send(frame) => Some((line.at_ms, frame)),
            _ => None,
        })
    }

    /// The events that were told, with their times.
    pub fn events(&self) -> impl Iterator<Item = (u64, &Event)> {
        self.lines.iter().filter_map(|line| match &line.entry {
            Entry::Event(event) => Some((line.at_ms, event)),
            _ => None,
        })
    }

    /// Adds a line.
    pub fn push(&mut self, line: Line) {
        self.lines.push(line);
    }
}

impl FromIterator<Line> for Transcript {
    fn from_iter<I: IntoIterator<Item = Line>>(lines: I) -> Self {
        Self { lines: lines.into_iter().collect() }
    }
}

impl fmt::Display for Transcript {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.lines.iter().try_for_each(|line| writeln!(f, "{line}"))
    }
}

impl Line {
    /// What happened at a time.
    #[must_use]
    pub const fn new(at_ms: u64, entry: Entry) -> Self {
        Self { at_ms, entry }
    }
}

impl fmt::Display for Line {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&serde_json::to_string(self).map_err(|_| fmt::Error)?)
    }
}

impl Serialize for Line {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        #[derive(Serialize)]
        struct CloseBody {
            code: u16,
        }
        #[derive(Serialize)]
        struct ErrorBody {
            input: &'static str,
            code: &'static str,
        }
        let mut line = serializer.serialize_map(Some(2))?;
        line.serialize_entry("at_ms", &self.at_ms)?;
        match &self.entry {
            Entry::Open(url) => line.serialize_entry("open", url),
            Entry::Close(close) => line.serialize_entry("close", &CloseBody { code: close.code() }),
            Entry::Send(frame) => line.serialize_entry("send", &frame.json),
            Entry::Arm(at_ms) => line.serialize_entry("arm_ms", at_ms),
            Entry::ClearTimer => line.serialize_entry("clear_timer", &true),
            Entry::Event(event) => line.serialize_entry("event", event),
            Entry::Error { input, error } => {
                line.serialize_entry("error", &ErrorBody { input, code: error.code() })
            }
        }?;
        line.end()
    }
}

impl SentFrame {
    /// Takes a frame from the wire; `None` if it is no JSON.
    #[must_use]
    pub fn parse(wire: &[u8]) -> Option<Self> {
        #[derive(Deserialize)]
        struct Named {
            #[serde(rename = "tracingId")]
            tracing_id: Option<String>,
        }
        let json: Box<RawValue> = serde_json::from_slice(wire).ok()?;
        let tracing_id =
            serde_json::from_str(json.get()).ok().and_then(|Named { tracing_id }| tracing_id);
        Some(Self { json, tracing_id })
    }

    /// The frame as it was written.
    #[must_use]
    pub fn json(&self) -> &str {
        self.json.get()
    }

    /// The name that the server's answer will bear.
    #[must_use]
    pub fn tracing_id(&self) -> Option<&str> {
        self.tracing_id.as_deref()
    }
}

impl PartialEq for SentFrame {
    fn eq(&self, other: &Self) -> bool {
        self.json() == other.json()
    }
}

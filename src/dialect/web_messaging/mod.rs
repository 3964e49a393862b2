//! The wire of Genesys Cloud Web Messaging (`wire.md`).
//!
//! Owns: [`WebMessaging`] and what is wrong with bytes that are no frame. Must not know: the
//! session.

mod body;
mod content;
mod decode;
mod encode;
mod event;
mod lenient;
mod message;
mod number;
mod words;

use alloc::vec::Vec;

use super::{Dialect, EncodeContext};
use crate::config::Capability;
use crate::frame::{ClientFrame, ServerFrame};
use crate::json::{self, Malformed};

/// One JSON object a frame, as the service speaks it (`wire.md` 2, 3).
///
/// It can say everything that a session can ask for, but whether the service understands typing
/// `Off` and read receipts is not publicly known (`wire.md` 2.2, 9.1).
///
/// What it reads is told apart by `class` alone, with its members in any order. Nearly every defect
/// costs only the part that has it:
///
/// * a value that is not known is kept as unknown, with what was written;
/// * a value of the wrong JSON type is as if it were absent, and so is null; but a number may also
///   be a fraction or a decimal string, and a truth value a string;
/// * of members with the same name the last that can be used counts, of `class` the first;
/// * half of a surrogate pair becomes U+FFFD, a number that is too large the largest there is, and a
///   negative one absent.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct WebMessaging;

impl Dialect for WebMessaging {
    type Error = DecodeError;

    fn supports(&self, _: Capability) -> bool {
        true
    }

    fn encode(
        &self,
        context: &EncodeContext<'_>,
        frame: &ClientFrame<'_>,
        out: &mut Vec<u8>,
    ) -> Result<(), DecodeError> {
        encode::encode(context, frame, out);
        Ok(())
    }

    fn decode<'a>(&self, wire: &'a [u8]) -> Result<ServerFrame<'a>, DecodeError> {
        decode::decode(wire)
    }
}

/// Why bytes are no frame. Tells where and never what, so that it can be logged. The bytes are to
/// be dropped; the connection is as good as before.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum DecodeError {
    /// The bytes are not text.
    #[error("drop the frame: it is not UTF-8 from byte {byte}")]
    NotUtf8 {
        /// How many bytes before it are good.
        byte: usize,
    },
    /// The text is not JSON, or there is more behind it.
    #[error("drop the frame: it is not one JSON value, from byte {byte}")]
    NotJson {
        /// Where it stops making sense.
        byte: usize,
    },
    /// The text breaks off.
    #[error(
        "drop the frame: it breaks off after byte {byte}; \
         check that the transport joins the parts of a message"
    )]
    BreaksOff {
        /// How long it is.
        byte: usize,
    },
    /// Objects and arrays are nested deeper than any frame needs.
    #[error("drop the frame: it is nested deeper than {} at byte {byte}", json::DEPTH)]
    TooDeep {
        /// Where the limit is passed.
        byte: usize,
    },
    /// The text is JSON, and not an object.
    #[error("drop the frame: it is not a JSON object")]
    NotAnObject,
    /// The object does not say what it is.
    #[error("drop the frame: it has no \"class\"; a server frame needs one that is a string")]
    NoClass,
}

impl From<Malformed> for DecodeError {
    fn from(malformed: Malformed) -> Self {
        match malformed {
            Malformed::NotJson { byte } => Self::NotJson { byte },
            Malformed::BreaksOff { byte } => Self::BreaksOff { byte },
            Malformed::TooDeep { byte } => Self::TooDeep { byte },
        }
    }
}

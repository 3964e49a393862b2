//! A guest without a standard library: what a firmware would do with the session and its bytes.
//!
//! Owns: proof that the crate and all that it needs get by with `core` and `alloc`. Must not know:
//! sockets, clocks, threads.
#![no_std]

extern crate alloc;

use alloc::string::String;
use alloc::vec::Vec;

use webmessaging_proto::dialect::WebMessaging;
use webmessaging_proto::{
    Config, Endpoint, EndpointOutput, Input, InputError, Instant, LocalKey, Output, Session,
    TransportId,
};

/// A guest on some carrier.
#[derive(Debug)]
pub struct Guest {
    endpoint: Endpoint<WebMessaging>,
    wire: Vec<u8>,
}

impl Guest {
    /// A guest that dials at once.
    ///
    /// # Errors
    /// None in a new session.
    pub fn new(deployment: String, token: String, seed: u64) -> Result<Self, InputError> {
        let now = Instant::ORIGIN;
        let mut endpoint = Endpoint::new(Config::new(deployment, token, seed), WebMessaging, now);
        endpoint.handle(Input::Connect, now)?;
        Ok(Self { endpoint, wire: Vec::new() })
    }

    /// What the carrier brought.
    ///
    /// # Errors
    /// If the outputs are not drained.
    pub fn bytes(&mut self, bytes: &[u8], now: Instant) -> Result<(), InputError> {
        self.endpoint.receive(TransportId(1), bytes, now)
    }

    /// A key, and perhaps the end of a line.
    ///
    /// # Errors
    /// If the text can't be sent.
    pub fn key(&mut self, line: Option<String>, now: Instant) -> Result<(), InputError> {
        self.endpoint.keystroke(now);
        match line {
            Some(line) => self.endpoint.handle(Input::send_text(LocalKey(1), line), now),
            None => Ok(()),
        }
    }

    /// The next bytes to send.
    pub fn next(&mut self) -> Option<&[u8]> {
        while let Some(output) = self.endpoint.poll_output(&mut self.wire) {
            if output == EndpointOutput::Send {
                return Some(&self.wire);
            }
        }
        None
    }
}

/// The same without bytes.
#[must_use]
pub fn count(session: &mut Session) -> usize {
    let mut frames = 0;
    while let Some(output) = session.poll_output() {
        frames += usize::from(matches!(output, Output::SendFrame(_)));
    }
    frames
}

#[cfg(feature = "leak")]
extern crate std;

/// Something that only a standard library has.
#[cfg(feature = "leak")]
#[must_use]
pub fn leak() -> std::time::Instant {
    std::time::Instant::now()
}

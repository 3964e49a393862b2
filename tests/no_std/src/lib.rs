//! A program without the standard library that runs a session: an endpoint in a static task, say.
#![no_std]

extern crate alloc;

#[cfg(feature = "leak")]
extern crate std;

use alloc::vec::Vec;

use webmessaging_proto::dialect::WebMessaging;
use webmessaging_proto::{Config, Endpoint, EndpointOutput, Input, InputError, Instant, TransportId};

/// Connects, types, and gives what would be sent.
///
/// # Errors
/// If the session refuses an input.
pub fn run() -> Result<Vec<Vec<u8>>, InputError> {
    let now = Instant::ORIGIN;
    let mut guest = Endpoint::new(Config::new("deployment", "token", 1), WebMessaging, now);
    guest.handle(Input::Connect, now)?;
    guest.handle(Input::TransportOpened(TransportId(1)), now)?;
    guest.keystroke(now);
    let mut frame = Vec::new();
    let mut sent = Vec::new();
    while let Some(output) = guest.poll_output(&mut frame) {
        if output == EndpointOutput::Send {
            sent.push(frame.clone());
        }
    }
    Ok(sent)
}

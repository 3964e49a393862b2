//! How frames are spelled on a carrier.
//!
//! Owns: the trait between frames and bytes. Must not know: the session, time, sockets.

pub mod web_messaging;

use alloc::vec::Vec;

pub use web_messaging::WebMessaging;

use crate::config::Capability;
use crate::frame::{ClientFrame, ServerFrame};

/// What a frame needs to be encoded and does not carry itself.
#[derive(Clone, Copy)]
#[non_exhaustive]
pub struct EncodeContext<'a> {
    /// The session's bearer secret.
    pub token: &'a str,
    /// The deployment that the session belongs to.
    pub deployment_id: &'a str,
}

impl<'a> EncodeContext<'a> {
    /// The context of a session.
    #[must_use]
    pub const fn new(token: &'a str, deployment_id: &'a str) -> Self {
        Self { token, deployment_id }
    }
}

impl core::fmt::Debug for EncodeContext<'_> {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("EncodeContext")
            .field("deployment_id", &self.deployment_id)
            .finish_non_exhaustive()
    }
}

/// A spelling of the frames.
///
/// Implement it to run the same session rules over another wire.
pub trait Dialect {
    /// What is wrong with a frame that can't be encoded or bytes that can't be decoded.
    type Error: core::error::Error;

    /// Whether this wire can say it. A session never asks to encode what its dialect does not
    /// support.
    fn supports(&self, capability: Capability) -> bool;

    /// Appends `frame` to `out`.
    ///
    /// # Errors
    /// If this wire has no spelling for the frame; `out` is then as it was.
    fn encode(
        &self,
        context: &EncodeContext<'_>,
        frame: &ClientFrame<'_>,
        out: &mut Vec<u8>,
    ) -> Result<(), Self::Error>;

    /// Reads one whole frame, borrowing from `wire` what it can.
    ///
    /// # Errors
    /// If the bytes are no frame at all. What is a frame, but unknown, is decoded as unknown.
    fn decode<'a>(&self, wire: &'a [u8]) -> Result<ServerFrame<'a>, Self::Error>;
}

//! The border to whoever takes an actor's turns.
//!
//! Owns: [`Outlet`]. Must not know: whether it is a task for one session or for many.

use std::task::Context;

use webmessaging_proto::Event;

use crate::events::Cause;

/// Where a session's events go, and the rule for when there are too many of them.
pub(crate) trait Outlet {
    /// Where a frame is spelled before it is handed to the transport.
    fn wire(&mut self) -> &mut Vec<u8>;

    fn emit(&mut self, event: Event, cause: Cause);

    /// Whether to go on reading. If not, there will be another turn once that changes.
    fn has_room(&mut self, cx: &mut Context<'_>) -> bool;

    /// Whether to go on taking inputs; as [`has_room`](Self::has_room).
    fn has_reserve(&mut self, cx: &mut Context<'_>) -> bool;

    /// A dial was begun.
    fn dialed(&mut self) {}

    /// A frame was handed to the transport.
    fn frame_sent(&mut self) {}

    /// A frame came in.
    fn frame_received(&mut self) {}

    /// The session refused what the host gave it.
    fn refused(&mut self) {}
}

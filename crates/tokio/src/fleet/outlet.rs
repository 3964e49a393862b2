//! What the sessions of a fleet share when they have something to tell.
//!
//! Owns: the session's name beside its events, and the counts. Must not know: whose turn is next.

use std::task::{Context, Waker};

use webmessaging_proto::Event;

use crate::actor::Outlet;
use crate::events::{Cause, EventSink};

use super::FleetMetrics;
use super::session_id::SessionId;

/// One session's way to the one stream of events.
pub(super) struct SharedOutlet<'a> {
    id: SessionId,
    sink: &'a EventSink<(SessionId, Event)>,
    /// Room for events is for all, so it wakes the task, and no session.
    task: &'a Waker,
    wire: &'a mut Vec<u8>,
    metrics: &'a mut FleetMetrics,
    no_room: bool,
    no_reserve: bool,
}

impl<'a> SharedOutlet<'a> {
    pub(super) fn new(
        id: SessionId,
        sink: &'a EventSink<(SessionId, Event)>,
        task: &'a Waker,
        wire: &'a mut Vec<u8>,
        metrics: &'a mut FleetMetrics,
    ) -> Self {
        Self { id, sink, task, wire, metrics, no_room: false, no_reserve: false }
    }

    /// Whether the session was told not to read.
    pub(super) const fn found_no_room(&self) -> bool {
        self.no_room
    }

    /// Whether the session was told not to take inputs.
    pub(super) const fn found_no_reserve(&self) -> bool {
        self.no_reserve
    }
}

impl Outlet for SharedOutlet<'_> {
    fn wire(&mut self) -> &mut Vec<u8> {
        self.wire
    }

    fn emit(&mut self, event: Event, cause: Cause) {
        self.metrics.events += 1;
        self.sink.push((self.id, event), cause);
    }

    fn has_room(&mut self, _cx: &mut Context<'_>) -> bool {
        let room = self.sink.has_room(self.task);
        self.no_room |= !room;
        room
    }

    fn has_reserve(&mut self, _cx: &mut Context<'_>) -> bool {
        let reserve = self.sink.has_reserve(self.task);
        self.no_reserve |= !reserve;
        reserve
    }

    fn dialed(&mut self) {
        self.metrics.dials += 1;
    }

    fn frame_sent(&mut self) {
        self.metrics.frames_sent += 1;
    }

    fn frame_received(&mut self) {
        self.metrics.frames_received += 1;
    }

    fn refused(&mut self) {
        self.metrics.inputs_refused += 1;
    }
}

//! What the end of a connection takes with it.
//!
//! Owns: what becomes of frames that were not drained, of what holds only while a connection lasts, of
//! texts that must not go into another conversation. Must not know: why it ended.

use alloc::vec::Vec;

use crate::id::TracingId;
use crate::output::{Close, Event, FailureCode, Output};
use crate::peer_typing::PeerTypingEnd;
use crate::timer::Timer;

use super::Session;
use super::connection::Past;
use super::outbox::Outbox;
use super::requests::Cause;

impl Session {
    /// Lets go of the transport and of all that was true only while it lasted.
    pub(super) fn detach(&mut self, close: Option<Close>, peers: PeerTypingEnd) {
        self.take_back_unwritten();
        if let (Some(transport), Some(close)) = (self.connection.transport(), close) {
            self.put_out(Output::CloseTransport(transport, close));
        }
        self.connection.attached = false;
        self.clear_connection_timers();
        if self.connection.past == Past::Accepted {
            self.connection.past = Past::Lost;
        }
        self.requests.clear();
        self.typing.close();
        self.receipts.connection_lost();
        self.peer_typing.clear(peers);
        self.text_unconfirmed();
    }

    pub(super) fn clear_connection_timers(&mut self) {
        for timer in [Timer::Dial, Timer::Configure, Timer::Close, Timer::HealthCheckAnswer] {
            self.timers.clear(timer);
        }
        self.connection.health_check_at = None;
    }

    /// Frames that were not drained never left: each is undone.
    fn take_back_unwritten(&mut self) {
        let unwritten = self.causes_of_unwritten();
        if unwritten.is_empty() {
            return;
        }
        for (tracing_id, cause) in unwritten {
            self.take_back(tracing_id, cause);
        }
        // All others keep their order.
        for _ in 0..self.outputs.len() {
            match self.outputs.pop_front() {
                Some(Output::SendFrame(_)) | None => {}
                Some(output) => self.outputs.push_back(output),
            }
        }
    }

    /// What the frames that were not drained are for, newest first.
    pub(super) fn causes_of_unwritten(&self) -> Vec<(TracingId, Option<Cause>)> {
        let mut unwritten = Vec::new();
        for frame in self.unwritten().rev() {
            let request = self.requests.find(frame.tracing_id);
            unwritten.push((frame.tracing_id, request.map(|request| request.cause)));
        }
        unwritten
    }

    /// Undoes what was done for a frame.
    pub(super) fn take_back(&mut self, tracing_id: TracingId, cause: Option<Cause>) {
        match cause {
            Some(Cause::Text(_)) if self.outbox.is_in_flight(tracing_id) => {
                self.outbox.unwritten();
            }
            Some(Cause::Typing(sent)) => self.typing.unwritten(&sent),
            Some(Cause::Join) => self.connection.owes_join = true,
            // It is due again on every loss.
            Some(Cause::Receipt(_)) => self.stats.receipts_sent -= 1,
            // The rest belongs to its connection.
            _ => {}
        }
        self.stats.frames_sent -= 1;
    }

    /// Keeps every text for the host: it must not go into another conversation by itself.
    pub(super) fn keep_texts(&mut self, code: FailureCode) {
        self.text_unconfirmed();
        for key in self.outbox.used().map(Outbox::keep_waiting).into_iter().flatten() {
            self.emit(Event::MessageFailed { key, code });
        }
    }
}

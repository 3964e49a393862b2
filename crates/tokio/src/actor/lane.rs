//! One open transport, and what still has to go out on it.
//!
//! Owns: the order of frames, pings and the close. Must not know: the session, other transports.

use std::collections::VecDeque;
use std::task::{Context, Poll};
use std::time::Duration;

use bytes::Bytes;
use webmessaging_proto::{Close, Instant, TransportId};

use crate::transport::{Incoming, Outgoing, Transport, TransportError};

use super::keep_alive::{Beat, KeepAlive};

/// How long the peer may take to answer a close.
const CLOSING: Duration = Duration::from_secs(2);
/// Messages that wait for a peer that does not read. The request budget and the pings lead to a
/// loss long before; this is for carriers without pings.
const MAX_UNSENT: usize = 256;

pub(super) struct Lane<T> {
    pub(super) id: TransportId,
    transport: T,
    unsent: VecDeque<Outgoing>,
    keep_alive: Option<KeepAlive>,
    /// The close is sent or waits to be; after this time, the transport is dropped.
    close_by: Option<Instant>,
    /// Sending failed. Told only when there is nothing to receive any more: a close of the peer's
    /// says more about it.
    broken: Option<TransportError>,
    /// Whether everything that has arrived was taken.
    drained: bool,
}

impl<T: Transport> Lane<T> {
    pub(super) fn new(id: TransportId, transport: T, now: Instant) -> Self {
        let keep_alive = transport.ping_interval().map(|every| KeepAlive::new(every, now));
        Self {
            id,
            transport,
            unsent: VecDeque::new(),
            keep_alive,
            close_by: None,
            broken: None,
            drained: false,
        }
    }

    pub(super) fn send(&mut self, frame: Bytes) {
        if let Some(keep_alive) = &mut self.keep_alive {
            keep_alive.frame_sent();
        }
        self.push(Outgoing::Frame(frame));
    }

    pub(super) fn close(&mut self, close: Close, now: Instant) {
        self.keep_alive = None;
        let patience = match close {
            Close::Normal => CLOSING,
            // One try to tell it, no wait for an answer.
            _ => Duration::ZERO,
        };
        self.close_by = Some(now + patience);
        self.push(Outgoing::Close(close.code()));
    }

    fn push(&mut self, message: Outgoing) {
        if self.unsent.len() < MAX_UNSENT {
            self.unsent.push_back(message);
        } else if self.broken.is_none() {
            self.broken = Some(TransportError::new("the peer takes no messages any more"));
        }
    }

    /// Sends as much as goes. Whether that showed that the transport is broken.
    pub(super) fn write(&mut self, cx: &mut Context<'_>) -> bool {
        if self.broken.is_some() {
            return false;
        }
        match self.poll_write(cx) {
            Poll::Ready(Err(error)) => {
                self.broken = Some(error);
                true
            }
            Poll::Ready(Ok(())) | Poll::Pending => false,
        }
    }

    fn poll_write(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), TransportError>> {
        while !self.unsent.is_empty() {
            match self.transport.poll_ready(cx)? {
                Poll::Pending => break,
                Poll::Ready(()) => {}
            }
            if let Some(message) = self.unsent.pop_front() {
                self.transport.send(message)?;
            }
        }
        self.transport.poll_flush(cx)
    }

    /// The next message, or without `reading` only how it ended.
    pub(super) fn poll_receive(
        &mut self,
        reading: bool,
        cx: &mut Context<'_>,
    ) -> Poll<Result<Incoming, TransportError>> {
        self.drained = false;
        if reading {
            if let Poll::Ready(received) = self.transport.poll_receive(cx) {
                return Poll::Ready(received);
            }
            self.drained = true;
        }
        match self.broken.take() {
            Some(error) => Poll::Ready(Err(error)),
            None => Poll::Pending,
        }
    }

    /// Whether this pong proves that every frame so far has arrived.
    pub(super) fn pong(&mut self, ping: u64) -> bool {
        self.keep_alive.as_mut().is_some_and(|keep_alive| keep_alive.pong(ping))
    }

    /// Does what is due. An error if the peer is not there any more.
    pub(super) fn tick(&mut self, now: Instant) -> Result<(), TransportError> {
        let listening = self.drained;
        match self.keep_alive.as_mut().and_then(|keep_alive| keep_alive.beat(now, listening)) {
            Some(Beat::Ping(number)) => self.push(Outgoing::Ping(number)),
            Some(Beat::Missed) => {
                return Err(TransportError::new("the peer did not answer the last ping"));
            }
            None => {}
        }
        Ok(())
    }

    /// Whether the close has taken long enough.
    pub(super) fn is_overdue(&self, now: Instant) -> bool {
        self.close_by.is_some_and(|by| by <= now)
    }

    pub(super) fn deadline(&self) -> Option<Instant> {
        self.close_by.or_else(|| self.keep_alive.as_ref().map(KeepAlive::deadline))
    }
}

//! The session's ways to the peer: a dial, the transport that counts, one that is being closed.
//!
//! Owns: which of them is which, and what is told of each. Must not know: the session.

use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};

use bytes::Bytes;
use webmessaging_proto::{Close, CloseReason, Instant, TransportId};

use crate::transport::{Connector, DialError, Incoming, TransportError};

use super::lane::Lane;

pub(super) struct Links<C: Connector> {
    connector: C,
    dial: Option<Dial<C::Transport>>,
    /// A dial that was given up, to be told.
    abandoned: Option<TransportId>,
    /// Boxed, as most of the time one of the two is not there.
    open: Option<Box<Lane<C::Transport>>>,
    /// The one that the close was sent on. It may still bring something, until the peer has
    /// answered or the time is up. A newer one takes its place.
    closing: Option<Box<Lane<C::Transport>>>,
}

struct Dial<T> {
    id: TransportId,
    /// `None` while it waits for its turn.
    future: Option<Dialing<T>>,
}

type Dialing<T> = Pin<Box<dyn Future<Output = Result<T, DialError>> + Send>>;

/// Something that the session must hear.
pub(super) enum News {
    Opened(TransportId),
    Closed(TransportId, CloseReason),
    Frame(TransportId, Bytes),
    Undecodable(TransportId),
    /// All that was sent has arrived.
    Alive(TransportId),
    /// Something that it need not hear.
    Nothing,
}

impl<C: Connector> Links<C> {
    pub(super) fn new(connector: C) -> Self {
        Self { connector, dial: None, abandoned: None, open: None, closing: None }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.dial.is_none() && self.open.is_none() && self.closing.is_none()
    }

    /// Makes the dial that is to be done, by [`dial`](Self::dial).
    pub(super) fn open(&mut self, id: TransportId) {
        self.dial = Some(Dial { id, future: None });
    }

    /// Whether a dial waits to be begun.
    pub(super) fn is_waiting(&self) -> bool {
        self.dial.as_ref().is_some_and(|dial| dial.future.is_none())
    }

    /// Begins the dial that waits.
    pub(super) fn dial(&mut self, url: String) {
        let Some(dial) = self.dial.as_mut().filter(|dial| dial.future.is_none()) else { return };
        tracing::debug!(transport = dial.id.0, url = url.as_str(), "dialing");
        dial.future = Some(Box::pin(self.connector.dial(url)));
    }

    pub(super) fn close(&mut self, id: TransportId, close: Close, now: Instant) {
        if self.dial.as_ref().is_some_and(|dial| dial.id == id) {
            tracing::debug!(transport = id.0, "dial abandoned");
            self.dial = None;
            self.abandoned = Some(id);
        } else if let Some(mut lane) = self.open.take_if(|lane| lane.id == id) {
            tracing::debug!(transport = id.0, code = close.code(), "closing");
            lane.close(close, now);
            self.closing = Some(lane);
        }
    }

    pub(super) fn send(&mut self, frame: Bytes) {
        let Some(lane) = &mut self.open else {
            tracing::error!("a frame without a transport");
            return;
        };
        tracing::trace!(transport = lane.id.0, bytes = frame.len(), "frame sent");
        lane.send(frame);
    }

    /// Sends what can be sent. Whether that brought news.
    pub(super) fn write(&mut self, cx: &mut Context<'_>) -> bool {
        let mut news = false;
        for lane in [&mut self.open, &mut self.closing].into_iter().flatten() {
            news |= lane.write(cx);
        }
        news
    }

    pub(super) fn poll_news(
        &mut self,
        reading: bool,
        now: Instant,
        cx: &mut Context<'_>,
    ) -> Poll<News> {
        if let Some(id) = self.abandoned.take() {
            return Poll::Ready(News::Closed(id, CloseReason::Lost));
        }
        if let Some(Dial { id, future: Some(future) }) = &mut self.dial {
            if let Poll::Ready(dialed) = future.as_mut().poll(cx) {
                let id = *id;
                self.dial = None;
                return Poll::Ready(self.dialed(id, dialed, now));
            }
        }
        for lane in [&mut self.open, &mut self.closing] {
            let Some(here) = lane else { continue };
            if let Poll::Ready(received) = here.poll_receive(reading, cx) {
                return Poll::Ready(received_on(lane, received));
            }
        }
        Poll::Pending
    }

    fn dialed(
        &mut self,
        id: TransportId,
        dialed: Result<C::Transport, DialError>,
        now: Instant,
    ) -> News {
        match dialed {
            Ok(transport) => {
                tracing::debug!(transport = id.0, "open");
                self.open = Some(Box::new(Lane::new(id, transport, now)));
                News::Opened(id)
            }
            Err(error) => {
                tracing::warn!(transport = id.0, %error);
                News::Closed(
                    id,
                    match error {
                        DialError::AccessDenied => CloseReason::AccessDenied,
                        _ => CloseReason::Lost,
                    },
                )
            }
        }
    }

    /// Does what is due on the open transport; what the session must hear of that.
    pub(super) fn tick(&mut self, now: Instant) -> Option<News> {
        let lane = self.open.as_mut()?;
        let error = lane.tick(now).err()?;
        let id = lane.id;
        self.open = None;
        Some(lost(id, &error))
    }

    /// Drops a transport whose close took long enough.
    pub(super) fn reap(&mut self, now: Instant) -> Option<News> {
        let lane = self.closing.take_if(|lane| lane.is_overdue(now))?;
        tracing::debug!(transport = lane.id.0, "dropped without an answer to the close");
        Some(News::Closed(lane.id, CloseReason::Lost))
    }

    pub(super) fn deadline(&self) -> Option<Instant> {
        [&self.open, &self.closing].into_iter().flatten().filter_map(|lane| lane.deadline()).min()
    }
}

/// What a lane brought; an end of it empties its place.
fn received_on<T: crate::Transport>(
    place: &mut Option<Box<Lane<T>>>,
    received: Result<Incoming, TransportError>,
) -> News {
    let Some(lane) = place else { return News::Nothing };
    let id = lane.id;
    match received {
        Ok(Incoming::Frame(frame)) => News::Frame(id, frame),
        Ok(Incoming::Undecodable) => News::Undecodable(id),
        Ok(Incoming::Pong(ping)) if lane.pong(ping) => News::Alive(id),
        Ok(Incoming::Pong(_)) => News::Nothing,
        Ok(Incoming::Closed(code)) => {
            tracing::debug!(transport = id.0, code, "closed by the peer");
            *place = None;
            News::Closed(id, CloseReason::Code(code))
        }
        Err(error) => {
            *place = None;
            lost(id, &error)
        }
    }
}

fn lost(id: TransportId, error: &TransportError) -> News {
    tracing::warn!(transport = id.0, %error);
    News::Closed(id, CloseReason::Lost)
}

//! The driver: one task for one session.
//!
//! Owns: when the session has its turns. Must not know: what is done in a turn.

use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};

use tokio::task::JoinHandle;
use webmessaging_proto::dialect::{Dialect, WebMessaging};
use webmessaging_proto::{Endpoint, Event, Stats};

use crate::actor::{Actor, Outlet, Turn};
use crate::clock::{Alarm, Clock};
use crate::events::{Cause, EventSink};
use crate::inbox::Receiver;
use crate::transport::Connector;

/// Turns in one poll; then the task makes room for others.
const TURNS: usize = 16;

/// The future that runs a session: spawn it, or poll it beside other things.
///
/// It does everything in one task: dials, reads, writes, waits. It ends by itself, with the
/// session's counts, once the last [`Handle`](crate::Handle) was dropped and the session has taken
/// its leave (2 s at most). It needs a tokio runtime with time enabled, and for a WebSocket with IO.
///
/// Cancel safe: nothing is lost between two polls. Dropping it is the end without leave: the
/// transport is cut off, commands and texts end as `Gone`, the stream of events ends after what
/// waits in it.
#[must_use = "nothing happens until the driver is spawned or polled"]
pub struct Driver<C: Connector, D: Dialect = WebMessaging> {
    actor: Actor<C, D>,
    alarm: Alarm,
    /// `None` once the driver has ended.
    events: Option<OwnEvents>,
}

/// Everything that the session has to tell goes to one host.
struct OwnEvents {
    sink: EventSink<Event>,
    wire: Vec<u8>,
}

impl Outlet for OwnEvents {
    fn wire(&mut self) -> &mut Vec<u8> {
        &mut self.wire
    }

    fn emit(&mut self, event: Event, cause: Cause) {
        self.sink.push(event, cause);
    }

    fn has_room(&mut self, cx: &mut Context<'_>) -> bool {
        self.sink.has_room(cx.waker())
    }

    fn has_reserve(&mut self, cx: &mut Context<'_>) -> bool {
        self.sink.has_reserve(cx.waker())
    }
}

impl<C: Connector, D: Dialect> Driver<C, D> {
    pub(crate) fn new(
        endpoint: Endpoint<D>,
        clock: Clock,
        connector: C,
        inbox: Receiver,
        sink: EventSink<Event>,
    ) -> Self {
        let mut events = OwnEvents { sink, wire: Vec::new() };
        let actor = Actor::new(endpoint, clock, connector, inbox, &mut events);
        Self { actor, alarm: Alarm::new(clock), events: Some(events) }
    }

    /// Spawns the driver on the current runtime.
    ///
    /// # Panics
    /// Outside of a tokio runtime, as [`tokio::spawn`].
    pub fn spawn(self) -> JoinHandle<Stats>
    where
        D: Send + 'static,
    {
        tokio::spawn(self)
    }
}

impl<C: Connector, D: Dialect> Future for Driver<C, D> {
    type Output = Stats;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Stats> {
        let Self { actor, alarm, events } = self.get_mut();
        let Some(outlet) = events else { return Poll::Ready(actor.stats()) };
        let span = actor.span().clone();
        let _entered = span.enter();
        for _ in 0..TURNS {
            match actor.turn(outlet, cx) {
                Turn::Busy => {}
                Turn::Idle => {
                    if alarm.poll(actor.deadline(), cx).is_pending() {
                        return Poll::Pending;
                    }
                }
                Turn::Ended => {
                    tracing::debug!("the session is over");
                    actor.end();
                    *events = None;
                    return Poll::Ready(actor.stats());
                }
            }
        }
        cx.waker().wake_by_ref();
        Poll::Pending
    }
}

/// Nothing in it is pinned in place.
impl<C: Connector, D: Dialect> Unpin for Driver<C, D> {}

impl<C: Connector, D: Dialect> fmt::Debug for Driver<C, D> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Driver").field("phase", &self.actor.phase()).finish_non_exhaustive()
    }
}

//! The channel of events from the driver to the host.
//!
//! Owns: the queue and its rule when full. Must not know: what an event means.
//!
//! An event is never dropped while somebody may read it, and the driver never waits to deliver one.
//! So the capacity is a line and not a wall: beyond it, the driver stops doing what brings events.

use std::collections::VecDeque;
use std::future::poll_fn;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Waker};

use futures_core::Stream;
use webmessaging_proto::Event;

/// What the session tells the host, in order: a `Stream`, or [`recv`](Self::recv).
///
/// While as many events wait as the channel has capacity, the driver stops reading from the
/// transport (timers and writes go on); at twice as many, it takes no more inputs. Dropping the
/// reader is the way to say that events do not matter: they are then discarded, and the session
/// goes on.
///
/// ```
/// # #[tokio::main(flavor = "current_thread", start_paused = true)]
/// # async fn main() -> Result<(), webmessaging_tokio::CommandError> {
/// use webmessaging_proto::{Config, Event, Phase};
/// use webmessaging_tokio::memory::MemoryConnector;
///
/// let (connector, _server) = MemoryConnector::new();
/// let (guest, mut events) = webmessaging_tokio::connect(Config::new("d", "t", 1), connector);
/// assert_eq!(events.recv().await, Some(Event::PhaseChanged(Phase::Connecting)));
/// guest.disconnect();
/// drop(guest);
/// while let Some(event) = events.recv().await {
///     println!("{event:?}");
/// }
/// # Ok(())
/// # }
/// ```
pub struct Events {
    channel: Arc<Channel>,
}

impl Events {
    /// The next event; `None` once the driver has ended and every event was read.
    ///
    /// Cancel safe: an event is taken at the moment it is returned, so nothing is lost with a
    /// future that is dropped.
    pub async fn recv(&mut self) -> Option<Event> {
        poll_fn(|cx| self.poll_recv(cx)).await
    }

    /// The next event, if one waits.
    pub fn try_recv(&mut self) -> Option<Event> {
        let mut state = self.channel.lock();
        let event = state.events.pop_front();
        let driver = state.driver.take();
        drop(state);
        wake(driver);
        event
    }

    fn poll_recv(&mut self, cx: &mut Context<'_>) -> Poll<Option<Event>> {
        if let Some(event) = self.try_recv() {
            return Poll::Ready(Some(event));
        }
        let mut state = self.channel.lock();
        match state.events.pop_front() {
            // It came between the two locks.
            Some(event) => Poll::Ready(Some(event)),
            None if state.driver_gone => Poll::Ready(None),
            None => {
                state.reader = Some(cx.waker().clone());
                Poll::Pending
            }
        }
    }
}

impl Stream for Events {
    type Item = Event;

    fn poll_next(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Event>> {
        self.get_mut().poll_recv(cx)
    }
}

impl Drop for Events {
    fn drop(&mut self) {
        let mut state = self.channel.lock();
        state.reader_gone = true;
        state.events.clear();
        let driver = state.driver.take();
        drop(state);
        wake(driver);
    }
}

impl std::fmt::Debug for Events {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Events").field("waiting", &self.channel.lock().events.len()).finish()
    }
}

/// The driver's end. Dropping it ends the stream after what waits in it.
pub(crate) struct EventSink {
    channel: Arc<Channel>,
    capacity: usize,
}

struct Channel {
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    events: VecDeque<Event>,
    reader: Option<Waker>,
    /// Waits for room.
    driver: Option<Waker>,
    reader_gone: bool,
    driver_gone: bool,
}

pub(crate) fn channel(capacity: usize) -> (EventSink, Events) {
    let channel = Arc::new(Channel { state: Mutex::default() });
    let sink = EventSink { channel: Arc::clone(&channel), capacity: capacity.max(1) };
    (sink, Events { channel })
}

impl EventSink {
    pub(crate) fn push(&self, event: Event) {
        let mut state = self.channel.lock();
        if !state.reader_gone {
            state.events.push_back(event);
            let reader = state.reader.take();
            drop(state);
            wake(reader);
        }
    }

    /// Whether to go on reading; wakes the task when that changes.
    pub(crate) fn has_room(&self, cx: &mut Context<'_>) -> bool {
        self.is_under(self.capacity, cx)
    }

    /// Whether to go on taking inputs; wakes the task when that changes.
    pub(crate) fn has_reserve(&self, cx: &mut Context<'_>) -> bool {
        self.is_under(self.capacity.saturating_mul(2), cx)
    }

    fn is_under(&self, limit: usize, cx: &mut Context<'_>) -> bool {
        let mut state = self.channel.lock();
        let under = state.events.len() < limit;
        if !under {
            state.driver = Some(cx.waker().clone());
        }
        under
    }
}

impl Drop for EventSink {
    fn drop(&mut self) {
        let mut state = self.channel.lock();
        state.driver_gone = true;
        let reader = state.reader.take();
        drop(state);
        wake(reader);
    }
}

impl Channel {
    fn lock(&self) -> MutexGuard<'_, State> {
        // No code of others runs under the lock, so a poisoned state is still a whole one.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// To be called without the lock: a waker runs code of others.
fn wake(waker: Option<Waker>) {
    if let Some(waker) = waker {
        waker.wake();
    }
}

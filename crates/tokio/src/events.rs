//! The channel of events from a driver to the host.
//!
//! Owns: the queue and its rule when full. Must not know: what an event means.
//!
//! An event is never dropped while somebody may read it, and the driver never waits to deliver one.
//! So the capacity is a line and not a wall: beyond it, the driver stops doing what brings events.
//! What the host brings itself has a line of its own: a host that waits for an answer in the task that
//! reads must get it, whatever the service and time have brought meanwhile.

use std::collections::VecDeque;
use std::future::poll_fn;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard};
use std::task::{Context, Poll, Waker};

use futures_core::Stream;
use webmessaging_proto::Event;

use crate::lock::{lock, unlock_and_wake};

/// What the session tells the host, in order: a `Stream`, or [`recv`](Self::recv).
///
/// While as many events wait as the channel has capacity, the driver stops reading from the
/// transport (timers, writes and inputs go on). While twice as many wait that the host's own inputs
/// brought, it takes no more of these. Dropping the reader is the way to say that events do not
/// matter: they are then discarded, and the session goes on.
///
/// An [`Answer`](crate::Answer) may be awaited in the task that reads. A
/// [`Confirmation`](crate::Confirmation) should not: the echo that it waits for is not read while
/// events fill the channel, and it ends after the session's time-out.
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
pub struct Events<T = Event> {
    channel: Arc<Channel<T>>,
}

impl<T> Events<T> {
    /// The next event; `None` once the driver has ended and every event was read.
    ///
    /// Cancel safe: an event is taken at the moment it is returned, so nothing is lost with a
    /// future that is dropped.
    pub async fn recv(&mut self) -> Option<T> {
        poll_fn(|cx| self.poll_recv(cx)).await
    }

    /// The next event, if one waits.
    pub fn try_recv(&mut self) -> Option<T> {
        let mut state = self.channel.lock();
        let event = state.pop();
        unlock_and_wake(state, |state| state.driver.take());
        event
    }

    fn poll_recv(&mut self, cx: &mut Context<'_>) -> Poll<Option<T>> {
        if let Some(event) = self.try_recv() {
            return Poll::Ready(Some(event));
        }
        let mut state = self.channel.lock();
        match state.pop() {
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

impl<T> Stream for Events<T> {
    type Item = T;

    fn poll_next(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<T>> {
        self.get_mut().poll_recv(cx)
    }
}

impl<T> Drop for Events<T> {
    fn drop(&mut self) {
        let mut state = self.channel.lock();
        state.reader_gone = true;
        let unread = std::mem::take(&mut state.events);
        state.by_host = 0;
        unlock_and_wake(state, |state| state.driver.take());
        drop(unread);
    }
}

impl<T> std::fmt::Debug for Events<T> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Events").field("waiting", &self.channel.lock().events.len()).finish()
    }
}

/// The driver's end. Dropping it ends the stream after what waits in it.
pub(crate) struct EventSink<T> {
    channel: Arc<Channel<T>>,
    capacity: usize,
}

struct Channel<T> {
    state: Mutex<State<T>>,
}

/// Whose doing an event is.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Cause {
    /// The host's own input.
    Host,
    /// The service, the network or time.
    Other,
}

struct State<T> {
    events: VecDeque<(T, Cause)>,
    /// How many of them are the host's own doing.
    by_host: usize,
    reader: Option<Waker>,
    /// Waits for room.
    driver: Option<Waker>,
    reader_gone: bool,
    driver_gone: bool,
}

pub(crate) fn channel<T>(capacity: usize) -> (EventSink<T>, Events<T>) {
    let state = State {
        events: VecDeque::new(),
        by_host: 0,
        reader: None,
        driver: None,
        reader_gone: false,
        driver_gone: false,
    };
    let channel = Arc::new(Channel { state: Mutex::new(state) });
    let sink = EventSink { channel: Arc::clone(&channel), capacity: capacity.max(1) };
    (sink, Events { channel })
}

impl<T> EventSink<T> {
    pub(crate) fn push(&self, event: T, cause: Cause) {
        let mut state = self.channel.lock();
        if !state.reader_gone {
            state.by_host += usize::from(cause == Cause::Host);
            state.events.push_back((event, cause));
            unlock_and_wake(state, |state| state.reader.take());
        }
    }

    /// Whether to go on reading; wakes the task when that changes.
    pub(crate) fn has_room(&self, task: &Waker) -> bool {
        self.room(task) > 0
    }

    /// Whether to go on taking inputs; wakes the task when that changes.
    pub(crate) fn has_reserve(&self, task: &Waker) -> bool {
        self.reserve(task) > 0
    }

    /// How many more events may come from inputs; wakes the task when there is reserve again.
    pub(crate) fn reserve(&self, task: &Waker) -> usize {
        self.below(self.capacity.saturating_mul(2), |state| state.by_host, task)
    }

    /// How many more events may come from reading; wakes the task when there is room again.
    pub(crate) fn room(&self, task: &Waker) -> usize {
        self.below(self.capacity, |state| state.events.len(), task)
    }

    fn below(&self, limit: usize, waiting: fn(&State<T>) -> usize, task: &Waker) -> usize {
        let mut state = self.channel.lock();
        let room = limit.saturating_sub(waiting(&state));
        if room == 0 && !state.driver.as_ref().is_some_and(|known| known.will_wake(task)) {
            state.driver = Some(task.clone());
        }
        room
    }

    pub(crate) fn depth(&self) -> Depth<T> {
        Depth { channel: Arc::clone(&self.channel) }
    }
}

/// How many events wait, for those who only want to look.
pub(crate) struct Depth<T> {
    channel: Arc<Channel<T>>,
}

impl<T> Depth<T> {
    pub(crate) fn get(&self) -> usize {
        self.channel.lock().events.len()
    }
}

impl<T> Drop for EventSink<T> {
    fn drop(&mut self) {
        let mut state = self.channel.lock();
        state.driver_gone = true;
        unlock_and_wake(state, |state| state.reader.take());
    }
}

impl<T> State<T> {
    fn pop(&mut self) -> Option<T> {
        let (event, cause) = self.events.pop_front()?;
        self.by_host -= usize::from(cause == Cause::Host);
        Some(event)
    }
}

impl<T> Channel<T> {
    fn lock(&self) -> MutexGuard<'_, State<T>> {
        lock(&self.state)
    }
}

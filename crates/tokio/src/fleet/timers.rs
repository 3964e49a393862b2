//! One queue for everything that is due some time.
//!
//! Owns: the queue, and when an entry has to move. Must not know: what is done when something is due.

use std::task::{Context, Poll};

use tokio_util::time::{DelayQueue, delay_queue};
use webmessaging_proto::Instant;

use crate::clock::Clock;

use super::dials::Line;
use super::ready::Slot;

/// Whose time has come.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Due {
    Session(Slot),
    Line(Line),
}

/// An entry of the queue.
#[derive(Debug)]
pub(super) struct Armed {
    key: delay_queue::Key,
    at: Instant,
}

pub(super) struct Timers {
    clock: Clock,
    queue: DelayQueue<Due>,
}

impl Timers {
    pub(super) fn new(clock: Clock) -> Self {
        Self { clock, queue: DelayQueue::new() }
    }

    /// Sees to it that `due` comes up no later than `at`. An entry that comes up earlier is left
    /// alone: to move it each time would cost more than to look once in vain.
    pub(super) fn arm(&mut self, armed: &mut Option<Armed>, due: Due, at: Instant) {
        let when = || self.clock.wake_at(at);
        match armed {
            Some(armed) if armed.at <= at => {}
            Some(armed) => {
                self.queue.reset_at(&armed.key, when());
                armed.at = at;
            }
            None => *armed = Some(Armed { key: self.queue.insert_at(due, when()), at }),
        }
    }

    pub(super) fn disarm(&mut self, armed: &mut Option<Armed>) {
        if let Some(armed) = armed.take() {
            self.queue.remove(&armed.key);
        }
    }

    /// The next that is due; its entry is gone then. Pending with nothing due: the task is woken.
    pub(super) fn poll(&mut self, cx: &mut Context<'_>) -> Poll<Due> {
        match self.queue.poll_expired(cx) {
            Poll::Ready(Some(expired)) => Poll::Ready(expired.into_inner()),
            // Nothing is in it; whoever arms something polls it again.
            Poll::Ready(None) | Poll::Pending => Poll::Pending,
        }
    }
}

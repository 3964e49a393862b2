//! Agent events for a host in the same process, without HTTP.

use tokio::sync::broadcast::error::RecvError;

use super::{event_log::Subscription, stopping::Stopping};
use crate::service::AgentEvent;

/// Agent events as they happen.
#[derive(Debug)]
pub struct AgentEvents {
    pub(super) subscription: Subscription,
    pub(super) stopping: Stopping,
}

impl AgentEvents {
    /// The next event; `None` once the emulator stops. Whoever is more than 1024 events behind misses some.
    /// Cancelling it loses nothing.
    pub async fn next(&mut self) -> Option<AgentEvent> {
        loop {
            let next = tokio::select! {
                next = self.subscription.next() => next,
                () = self.stopping.stopped() => return None,
            };
            match next {
                Ok(numbered) => return Some(numbered.event),
                Err(RecvError::Lagged(_)) => {}
                Err(RecvError::Closed) => return None,
            }
        }
    }
}

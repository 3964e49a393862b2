//! Agent events, numbered: the last ones remembered, new ones handed to whoever listens.

use std::collections::VecDeque;

use tokio::sync::broadcast::{self, error::RecvError};

use crate::service::AgentEvent;

/// Events remembered, and events that a listener may be behind; one that is further behind misses some.
const REMEMBERED: usize = 1024;

#[derive(Clone, Debug)]
pub(super) struct Numbered {
    pub(super) number: u64,
    pub(super) event: AgentEvent,
}

#[derive(Debug)]
pub(super) struct EventLog {
    last: u64,
    remembered: VecDeque<Numbered>,
    listeners: broadcast::Sender<Numbered>,
}

/// First what was missed, then what comes.
#[derive(Debug)]
pub(super) struct Subscription {
    missed: VecDeque<Numbered>,
    coming: broadcast::Receiver<Numbered>,
}

impl Subscription {
    pub(super) async fn next(&mut self) -> Result<Numbered, RecvError> {
        match self.missed.pop_front() {
            Some(missed) => Ok(missed),
            None => self.coming.recv().await,
        }
    }
}

impl Default for EventLog {
    fn default() -> Self {
        Self { last: 0, remembered: VecDeque::new(), listeners: broadcast::Sender::new(REMEMBERED) }
    }
}

impl EventLog {
    pub(super) fn push(&mut self, event: AgentEvent) {
        self.last += 1;
        let numbered = Numbered { number: self.last, event };
        if self.remembered.len() >= REMEMBERED {
            self.remembered.pop_front();
        }
        self.remembered.push_back(numbered.clone());
        // Nobody may be listening.
        let _ = self.listeners.send(numbered);
    }

    pub(super) fn subscribe(&self, after: Option<u64>) -> Subscription {
        let missed = match after {
            Some(after) => self.remembered.iter().filter(|e| e.number > after).cloned().collect(),
            None => VecDeque::new(),
        };
        Subscription { missed, coming: self.listeners.subscribe() }
    }
}

//! What the host's side and the driver of a fleet share.
//!
//! Owns: who belongs to the fleet, who is new, whether it ends. Must not know: what a session does.

use std::collections::{BTreeMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard};

use thiserror::Error;
use webmessaging_proto::dialect::Dialect;
use webmessaging_proto::{Endpoint, Event, RestoreError};

use crate::clock::Clock;
use crate::events::Depth;
use crate::handle::Handle;
use crate::inbox::{Inbox, Receiver};
use crate::lock::lock;
use crate::transport::Connector;

use super::FleetMetrics;
use super::options::FleetOptions;
use super::ready::Ready;
use super::session_id::SessionId;

/// Why a session was not added.
#[derive(Clone, Debug, Eq, Error, PartialEq)]
#[non_exhaustive]
pub enum AddError {
    /// The fleet has as many as it may have.
    #[error("the fleet has {0} sessions already: remove some, or raise FleetOptions::sessions")]
    Full(usize),
    /// The driver has ended or was dropped, or the fleet was told to shut down.
    #[error("the fleet is gone, or takes its leave: no session can be added any more")]
    Gone,
    /// The snapshot can't be read.
    #[error(transparent)]
    Restore(#[from] RestoreError),
}

pub(super) struct Shared<C, D> {
    pub(super) options: FleetOptions,
    pub(super) clock: Clock,
    pub(super) dialect: D,
    pub(super) ready: Arc<Ready>,
    pub(super) events: Depth<(SessionId, Event)>,
    state: Mutex<State<C, D>>,
}

struct State<C, D> {
    members: BTreeMap<SessionId, Handle>,
    /// Sessions that the driver has not let go of yet, the removed ones too.
    held: usize,
    last_id: u64,
    /// Boxed: as many may come at once as there are places.
    newcomers: VecDeque<Box<Newcomer<C, D>>>,
    /// No session can be added any more.
    closed: bool,
    metrics: FleetMetrics,
}

/// A session that the driver has not seen yet.
pub(super) struct Newcomer<C, D> {
    pub(super) id: SessionId,
    pub(super) endpoint: Endpoint<D>,
    pub(super) connector: C,
    pub(super) inbox: Receiver,
}

impl<C: Connector, D: Dialect> Shared<C, D> {
    pub(super) fn new(
        options: FleetOptions,
        clock: Clock,
        dialect: D,
        events: Depth<(SessionId, Event)>,
    ) -> Self {
        let state = State {
            members: BTreeMap::new(),
            held: 0,
            last_id: 0,
            newcomers: VecDeque::new(),
            closed: false,
            metrics: FleetMetrics::default(),
        };
        let state = Mutex::new(state);
        Self { options, clock, dialect, ready: Arc::default(), events, state }
    }

    pub(super) fn add(
        &self,
        endpoint: Endpoint<D>,
        connector: C,
        connect: bool,
    ) -> Result<SessionId, AddError> {
        let inbox = Inbox::new(self.options.commands);
        let receiver = Receiver::new(Arc::clone(&inbox));
        let handle = Handle::of(&endpoint, inbox);
        let mut state = self.lock();
        if state.closed {
            return Err(AddError::Gone);
        }
        if state.held >= self.options.sessions {
            return Err(AddError::Full(self.options.sessions));
        }
        state.last_id += 1;
        state.held += 1;
        let id = SessionId(state.last_id);
        if connect {
            // An idle session takes it, and the line is empty.
            drop(handle.connect());
        }
        state.members.insert(id, handle);
        let newcomer = Newcomer { id, endpoint, connector, inbox: receiver };
        state.newcomers.push_back(Box::new(newcomer));
        drop(state);
        self.ready.call();
        Ok(id)
    }

    pub(super) fn get(&self, id: SessionId) -> Option<Handle> {
        self.lock().members.get(&id).cloned()
    }

    pub(super) fn ids(&self) -> Vec<SessionId> {
        self.lock().members.keys().copied().collect()
    }

    pub(super) fn take(&self, id: SessionId) -> Option<Handle> {
        self.lock().members.remove(&id)
    }

    pub(super) fn metrics(&self) -> FleetMetrics {
        FleetMetrics { events_waiting: self.events.get(), ..self.lock().metrics }
    }

    /// All take their leave, and nobody comes any more.
    pub(super) fn shut_down(&self) {
        let mut state = self.lock();
        state.closed = true;
        let leaving = std::mem::take(&mut state.members);
        drop(state);
        for handle in leaving.into_values() {
            handle.leave(None);
        }
        self.ready.call();
    }

    /// Those who are new, `most` of them.
    pub(super) fn newcomers(&self, most: usize) -> VecDeque<Box<Newcomer<C, D>>> {
        let mut state = self.lock();
        if state.newcomers.len() <= most {
            return std::mem::take(&mut state.newcomers);
        }
        state.newcomers.drain(..most).collect()
    }

    /// The driver has let go of a session.
    pub(super) fn gone(&self) {
        self.lock().held -= 1;
    }

    /// Whether nobody is left and nobody will come.
    pub(super) fn is_over(&self) -> bool {
        let state = self.lock();
        state.closed && state.held == 0
    }

    pub(super) fn show(&self, metrics: FleetMetrics) {
        self.lock().metrics = metrics;
    }

    /// The driver is gone, and with it every session.
    pub(super) fn close(&self) {
        let mut state = self.lock();
        state.closed = true;
        let cut_off = (std::mem::take(&mut state.members), std::mem::take(&mut state.newcomers));
        drop(state);
        // Without the lock: this wakes whoever waits for an answer.
        drop(cut_off);
    }

    fn lock(&self) -> MutexGuard<'_, State<C, D>> {
        lock(&self.state)
    }
}

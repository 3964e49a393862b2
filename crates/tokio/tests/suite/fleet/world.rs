//! A fleet, and a service in memory that lets everyone in.

use std::time::Duration;

use tokio::task::JoinHandle;
use tokio::time::Instant;
use webmessaging_proto::dialect::WebMessaging;
use webmessaging_proto::{Config, Event, Phase};
use webmessaging_tokio::memory::{MemoryConnector, MemoryPeer, MemoryServer};
use webmessaging_tokio::{
    DialLimit, Fleet, FleetEvents, FleetMetrics, FleetOptions, Handle, SessionId, fleet_with,
};

use crate::support::{SEED, accept, millis_since, soon};

pub(crate) struct World {
    pub(crate) fleet: Fleet<MemoryConnector>,
    pub(crate) events: FleetEvents,
    pub(crate) driver: JoinHandle<FleetMetrics>,
    pub(crate) connector: MemoryConnector,
    pub(crate) server: MemoryServer,
    pub(crate) start: Instant,
}

/// A session that is ready, and its other end.
pub(crate) struct Member {
    pub(crate) id: SessionId,
    pub(crate) guest: Handle,
    pub(crate) peer: MemoryPeer,
}

pub(crate) fn options() -> FleetOptions {
    FleetOptions::default()
}

/// A limit of one dial every `seconds`.
pub(crate) fn one_every(seconds: u64) -> FleetOptions {
    let mut options = options();
    options.dials = Some(DialLimit::new(1, Duration::from_secs(seconds)));
    options
}

pub(crate) fn config(deployment: &str) -> Config {
    Config::new(deployment, "t", SEED)
}

impl World {
    pub(crate) fn new(options: FleetOptions) -> Self {
        let (connector, server) = MemoryConnector::new();
        let (fleet, events, driver) = fleet_with(WebMessaging, options);
        let driver = driver.spawn();
        Self { fleet, events, driver, connector, server, start: Instant::now() }
    }

    pub(crate) fn connect(&self, deployment: &str) -> SessionId {
        self.fleet.connect(config(deployment), self.connector.clone()).expect("there is a place")
    }

    pub(crate) fn guest(&self, id: SessionId) -> Handle {
        self.fleet.session(id).expect("it is a member")
    }

    /// One more session that is ready; what was told meanwhile is forgotten.
    pub(crate) async fn ready(&mut self) -> Member {
        let id = self.connect("d");
        let peer = accept(&mut self.server, true).await;
        self.until_phase(id, Phase::Ready).await;
        Member { id, guest: self.guest(id), peer }
    }

    pub(crate) async fn until_phase(&mut self, id: SessionId, phase: Phase) {
        self.until(|told| *told == (id, Event::PhaseChanged(phase))).await;
    }

    pub(crate) async fn until(
        &mut self,
        is_it: impl Fn(&(SessionId, Event)) -> bool,
    ) -> (SessionId, Event) {
        loop {
            let told = soon(self.events.recv()).await.expect("the driver is there");
            if is_it(&told) {
                return told;
            }
        }
    }

    /// Everything that is told until nothing more comes at this time.
    pub(crate) async fn told(&mut self) -> Vec<(SessionId, Event)> {
        settle().await;
        std::iter::from_fn(|| self.events.try_recv()).collect()
    }

    pub(crate) fn now(&self) -> u64 {
        millis_since(self.start)
    }
}

/// Lets everyone else do what there is to do at this time.
pub(crate) async fn settle() {
    for _ in 0..200 {
        tokio::task::yield_now().await;
    }
}

/// Lets time pass, and everyone do what is due.
pub(crate) async fn pass(seconds: u64) {
    tokio::time::sleep(Duration::from_secs(seconds)).await;
    settle().await;
}

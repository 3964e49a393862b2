//! Many sessions in one task.
//!
//! Owns: [`Fleet`], the host's side. Must not know: the driver, how a session has its turns.

mod dial_limit;
mod dials;
mod driver;
mod members;
mod metrics;
mod options;
mod outlet;
mod ready;
mod session_id;
mod timers;

use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use tokio::sync::oneshot;
use webmessaging_proto::dialect::{Dialect, WebMessaging};
use webmessaging_proto::{Config, Endpoint, Event, Snapshot, Stats};

use crate::clock::Clock;
use crate::events::{self, Events};
use crate::handle::Handle;
use crate::transport::Connector;

pub use dial_limit::DialLimit;
pub use driver::FleetDriver;
pub use members::AddError;
use members::Shared;
pub use metrics::{FleetMetrics, PhaseCounts};
pub use options::FleetOptions;
pub use session_id::SessionId;

/// What the sessions of a fleet tell the host, in order, and who tells it.
///
/// The capacity is that of the fleet: while as many events wait, nothing is read for any session,
/// and at twice as many that inputs brought no session takes inputs. Those who then found no room go on
/// in that order.
pub type FleetEvents = Events<(SessionId, Event)>;

/// The host's side of many sessions that one [`FleetDriver`] runs. Clone it freely.
///
/// For a bot farm, a gateway, a load tester: what a session costs is its state and its transport's
/// buffers; tasks, timers and channels are the fleet's. Each session is spoken to by a [`Handle`],
/// as a single one is.
///
/// * No session can starve the others: each has its turn in the order in which something came for
///   it, and does a bounded amount of work in it.
/// * Sessions that wait for their turn to dial (see [`DialLimit`]) stand still: the wait counts
///   neither as a slow dial nor as a part of
///   [`ReconnectPolicy::give_up`](webmessaging_proto::ReconnectPolicy::give_up).
///   Typing goes on, in that it ends: what is older than its idle time by then is over.
/// * When the last clone is dropped, all take their leave as after [`shut_down`](Self::shut_down).
///
/// ```
/// # #[tokio::main(flavor = "current_thread", start_paused = true)]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// use webmessaging_proto::{Config, Event, Phase};
/// use webmessaging_tokio::memory::MemoryConnector;
///
/// let (connector, mut server) = MemoryConnector::new();
/// let (fleet, mut events, driver) = webmessaging_tokio::fleet();
/// let driver = driver.spawn();
/// let deployment = Config::new("d", "", 0);
/// for guest in 0..100 {
///     let config = deployment.for_guest(format!("token-{guest}"), guest);
///     fleet.connect(config, connector.clone())?;
/// }
/// # let service = tokio::spawn(async move {
/// #     let mut peers = Vec::new();
/// #     while let Some(dial) = server.dialed().await {
/// #         let peer = dial.accept();
/// #         peer.send(r#"{"type":"response","class":"SessionResponse","code":200,"body":{"connected":true}}"#).await;
/// #         peers.push(peer);
/// #     }
/// # });
/// # drop(connector);
///
/// let mut ready = 0;
/// while let Some((id, event)) = events.recv().await {
///     if event == Event::PhaseChanged(Phase::Ready) {
///         fleet.session(id).ok_or("removed")?.keystroke();
///         ready += 1;
///     }
///     if ready == 100 {
///         break;
///     }
/// }
/// assert_eq!(fleet.metrics().phases.ready, 100);
/// fleet.shut_down();
/// drop(events);
/// let metrics = driver.await?;
/// assert_eq!((metrics.removed, metrics.dials), (100, 100));
/// # Ok(())
/// # }
/// ```
pub struct Fleet<C: Connector, D: Dialect = WebMessaging> {
    host: Arc<Host<C, D>>,
}

/// Shared by the clones alone.
struct Host<C: Connector, D: Dialect> {
    shared: Arc<Shared<C, D>>,
}

impl<C: Connector, D: Dialect> Drop for Host<C, D> {
    fn drop(&mut self) {
        self.shared.shut_down();
    }
}

/// A fleet without sessions, and a driver to spawn.
///
/// For one task a core, make one fleet for each. The limit of dials holds for each fleet alone: give
/// each deployment to one of them, or each of them a share of the limit.
pub fn fleet<C: Connector>() -> (Fleet<C>, FleetEvents, FleetDriver<C>) {
    fleet_with(WebMessaging, FleetOptions::default())
}

/// [`fleet`] in another dialect, or with other capacities.
pub fn fleet_with<C: Connector, D: Dialect + Clone>(
    dialect: D,
    options: FleetOptions,
) -> (Fleet<C, D>, FleetEvents, FleetDriver<C, D>) {
    let (sink, events) = events::channel(options.events);
    let shared = Arc::new(Shared::new(options, Clock::start(), dialect, sink.depth()));
    let driver = FleetDriver::new(Arc::clone(&shared), sink);
    (Fleet { host: Arc::new(Host { shared }) }, events, driver)
}

impl<C: Connector, D: Dialect + Clone> Fleet<C, D> {
    /// Adds an idle session.
    ///
    /// # Errors
    /// If the fleet is full or gone.
    pub fn add(&self, config: Config, connector: C) -> Result<SessionId, AddError> {
        self.shared().add(self.endpoint(config), connector, false)
    }

    /// Adds a session that is being connected, as soon as its deployment may be dialed.
    ///
    /// # Errors
    /// As [`add`](Self::add).
    pub fn connect(&self, config: Config, connector: C) -> Result<SessionId, AddError> {
        self.shared().add(self.endpoint(config), connector, true)
    }

    /// Adds the session of a [`Snapshot`], as [`restore`](crate::restore) does.
    ///
    /// # Errors
    /// As [`add`](Self::add), and if the snapshot can't be read.
    pub fn restore(
        &self,
        config: Config,
        snapshot: Snapshot,
        connector: C,
    ) -> Result<SessionId, AddError> {
        let (dialect, now) = (self.shared().dialect.clone(), self.shared().clock.now());
        let endpoint = Endpoint::restore(config, dialect, snapshot, now)?;
        self.shared().add(endpoint, connector, false)
    }

    /// What to speak to a session with; `None` if it was removed. Keep it for a session that is
    /// spoken to often: it is found by a search, under a lock.
    #[must_use]
    pub fn session(&self, id: SessionId) -> Option<Handle> {
        self.shared().get(id)
    }

    /// Who belongs to the fleet, in the order in which they came.
    #[must_use]
    pub fn sessions(&self) -> Vec<SessionId> {
        self.shared().ids()
    }

    /// Sends a session away: it takes its leave, as after
    /// [`Handle::disconnect`], whatever handles there are of it. A dial that waits gives its place
    /// free.
    ///
    /// It has gone by the time that the answer comes, 2 s at most; no event of it follows then.
    #[expect(
        clippy::must_use_candidate,
        reason = "whoever does not care need not wait for the end"
    )]
    pub fn remove(&self, id: SessionId) -> Removal {
        let (farewell, gone) = oneshot::channel();
        if let Some(handle) = self.shared().take(id) {
            handle.leave(Some(farewell));
        }
        Removal(gone)
    }

    /// How the fleet stood when the driver rested last.
    #[must_use]
    pub fn metrics(&self) -> FleetMetrics {
        self.shared().metrics()
    }

    /// All take their leave, and nobody comes any more. The driver ends once the last one has gone,
    /// 2 s after it has got to it at most.
    pub fn shut_down(&self) {
        self.shared().shut_down();
    }

    fn endpoint(&self, config: Config) -> Endpoint<D> {
        Endpoint::new(config, self.shared().dialect.clone(), self.shared().clock.now())
    }

    fn shared(&self) -> &Shared<C, D> {
        &self.host.shared
    }
}

impl<C: Connector, D: Dialect> Clone for Fleet<C, D> {
    fn clone(&self) -> Self {
        Self { host: Arc::clone(&self.host) }
    }
}

impl<C: Connector, D: Dialect> fmt::Debug for Fleet<C, D> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let metrics = self.host.shared.metrics();
        f.debug_struct("Fleet").field("phases", &metrics.phases).finish_non_exhaustive()
    }
}

/// The end of a session that was sent away: its counts. `None` if there was no such session, or the
/// driver is gone. Dropping it changes nothing.
#[derive(Debug)]
pub struct Removal(oneshot::Receiver<Stats>);

impl Future for Removal {
    type Output = Option<Stats>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Stats>> {
        Pin::new(&mut self.0).poll(cx).map(Result::ok)
    }
}

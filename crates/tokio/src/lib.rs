//! Runs a guest session of Genesys Cloud Web Messaging on tokio.
//!
//! The rules are those of [`webmessaging_proto`], which opens no socket and reads no clock; this
//! crate gives it both. A session has three parts: a [`Handle`] to speak to it, [`Events`] to
//! listen to, and a [`Driver`], the one future that does all the work.
//!
//! ```no_run
//! use webmessaging_proto::{Config, Event, Phase};
//! use webmessaging_tokio::{WebSocketConnector, connect, random_seed};
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let config = Config::new("deployment id", "guest token", random_seed());
//! let (guest, mut events) = connect(config, WebSocketConnector::new());
//! guest.keystroke(); // the agent sees typing, as soon as the session is ready
//! let text = guest.send_text("Where is my parcel?");
//! while let Some(event) = events.recv().await {
//!     match event {
//!         Event::MessageReceived(message) => guest.message_visible(&*message.id).await?,
//!         Event::PhaseChanged(Phase::Closed | Phase::Failed(_)) => break,
//!         _ => {}
//!     }
//! }
//! drop(guest); // the last handle: a text that still waits for a connection ends
//! println!("sent as {}", text.await?.id);
//! # Ok(())
//! # }
//! ```
//!
//! For many sessions, take a [`Fleet`]: one task drives all of them. With hundreds of thousands, start the
//! program with `GLIBC_TUNABLES=glibc.malloc.hugetlb=1:glibc.malloc.tcache_count=64` where its allocator is
//! glibc's: large pages and more small blocks at hand make each input cheaper.
//!
//! # When something is full
//!
//! | full | then |
//! |---|---|
//! | events ([`Options::events`]) | nothing is read from the transport; timers, writes and inputs go on |
//! | twice as many events that the host's own inputs brought | inputs wait too |
//! | commands ([`Options::commands`]) | an [`Answer`] waits for a place, or says [`Busy`](CommandError::Busy); a text ends as [`Busy`](TextError::Busy) |
//! | signals (keys and the like) | they need no place: of many that wait, the newest of a kind counts |
//! | messages to a peer that does not read | at 256, the transport is lost |
//!
//! So an [`Answer`] may be awaited in the task that reads the events; a [`Confirmation`] should not be:
//! while nothing is read, confirmations are not read either, and the session's time-outs run on. What is
//! read all the same, a little of it, is what a handshake waits for, so that a session gets through a
//! restart of the service. The pings rest: a pong that nobody read says nothing.
//!
//! # When something is dropped
//!
//! | dropped | then |
//! |---|---|
//! | the last [`Handle`] | as [`Handle::disconnect`]: typing is taken back, the transport closed within 2 s; then the driver ends |
//! | [`Events`] | events are discarded, the session goes on |
//! | [`Driver`] | the transport is cut off; answers and texts end as `Gone`, the events after what waits |
//! | a [`Confirmation`], a future of [`Events::recv`] | nothing is lost |
//! | an [`Answer`] | what was given is carried out; what still waits for a place is taken back |
//!
//! # Another carrier
//!
//! Implement [`Connector`] and [`Transport`]: whole messages, and pings if it has them. For another
//! spelling of the frames, implement [`Dialect`] and use [`session_with`]. [`memory`] is a carrier
//! for tests.
#![forbid(unsafe_code)]

/// Its example compiles.
#[cfg(all(doctest, feature = "websocket"))]
#[doc = include_str!("../README.md")]
struct Readme;

mod actor;
mod answer;
mod clock;
mod driver;
mod events;
mod fleet;
mod handle;
mod inbox;
mod lock;
pub mod memory;
mod options;
mod seed;
mod text;
mod transport;
#[cfg(feature = "websocket")]
mod websocket;

use std::sync::Arc;

use webmessaging_proto::dialect::{Dialect, WebMessaging};
use webmessaging_proto::{Config, Endpoint, Instant, RestoreError, Snapshot};

pub use answer::{Answer, CommandError};
pub use driver::Driver;
pub use events::Events;
pub use fleet::{
    AddError, DialLimit, Fleet, FleetDriver, FleetEvents, FleetMetrics, FleetOptions, PhaseCounts,
    Removal, SessionId, fleet, fleet_with,
};
pub use handle::Handle;
pub use options::Options;
#[cfg(feature = "websocket")]
pub use rustls;
pub use seed::random_seed;
pub use text::{Confirmation, Confirmed, SentText, TextError};
pub use transport::{Connector, DialError, Incoming, Outgoing, Transport, TransportError};
#[cfg(feature = "websocket")]
pub use websocket::{CertificateError, HeaderError, WebSocket, WebSocketConnector};

/// A session that is not connected yet, and a driver to spawn.
///
/// ```
/// # #[tokio::main(flavor = "current_thread", start_paused = true)]
/// # async fn main() {
/// use webmessaging_proto::{Config, Phase};
/// use webmessaging_tokio::memory::MemoryConnector;
///
/// let (connector, _server) = MemoryConnector::new();
/// let (guest, events, driver) = webmessaging_tokio::session(Config::new("d", "t", 1), connector);
/// let driver = driver.spawn();
/// assert_eq!(guest.phase(), Phase::Idle);
/// drop(guest); // the last handle: the driver ends
/// assert_eq!(driver.await.map(|stats| stats.dials).ok(), Some(0));
/// # }
/// ```
pub fn session<C: Connector>(config: Config, connector: C) -> (Handle, Events, Driver<C>) {
    session_with(config, connector, WebMessaging, Options::default())
}

/// [`session`] in another dialect, or with other capacities.
pub fn session_with<C: Connector, D: Dialect>(
    config: Config,
    connector: C,
    dialect: D,
    options: Options,
) -> (Handle, Events, Driver<C, D>) {
    drive(Endpoint::new(config, dialect, Instant::ORIGIN), connector, options)
}

/// The session of a [`Snapshot`], as it would have gone on after losing its transport: if it had
/// one, it dials again by itself. `config` brings the token and a seed, best a fresh one.
///
/// The host learns of a text that was in flight by an event; the keys of the texts are as before.
///
/// ```
/// # #[tokio::main(flavor = "current_thread", start_paused = true)]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// use webmessaging_proto::Config;
/// use webmessaging_tokio::memory::MemoryConnector;
/// use webmessaging_tokio::{random_seed, restore, session};
///
/// let config = || Config::new("d", "t", random_seed());
/// let (guest, _events, driver) = session(config(), MemoryConnector::new().0);
/// driver.spawn();
/// drop(guest.send_text("written before the process ends"));
/// let stored = serde_json::to_string(&guest.snapshot().await?)?;
///
/// let snapshot = serde_json::from_str(&stored)?;
/// let (guest, events, driver) = restore(config(), snapshot, MemoryConnector::new().0)?;
/// # drop((guest, events, driver));
/// # Ok(())
/// # }
/// ```
///
/// # Errors
/// If the snapshot cannot be read, see [`Session::restore`](webmessaging_proto::Session::restore).
pub fn restore<C: Connector>(
    config: Config,
    snapshot: Snapshot,
    connector: C,
) -> Result<(Handle, Events, Driver<C>), RestoreError> {
    restore_with(config, snapshot, connector, WebMessaging, Options::default())
}

/// [`restore`] in another dialect, or with other capacities.
///
/// # Errors
/// As [`restore`].
pub fn restore_with<C: Connector, D: Dialect>(
    config: Config,
    snapshot: Snapshot,
    connector: C,
    dialect: D,
    options: Options,
) -> Result<(Handle, Events, Driver<C, D>), RestoreError> {
    let endpoint = Endpoint::restore(config, dialect, snapshot, Instant::ORIGIN)?;
    Ok(drive(endpoint, connector, options))
}

fn drive<C: Connector, D: Dialect>(
    endpoint: Endpoint<D>,
    connector: C,
    options: Options,
) -> (Handle, Events, Driver<C, D>) {
    let inbox = inbox::Inbox::new(options.commands);
    let (sink, events) = events::channel(options.events);
    let receiver = inbox::Receiver::new(Arc::clone(&inbox));
    let handle = Handle::of(&endpoint, inbox);
    (handle, events, Driver::new(endpoint, clock::Clock::start(), connector, receiver, sink))
}

/// A session whose driver is spawned on the current runtime, and that is being connected.
///
/// # Panics
/// Outside of a tokio runtime, as [`tokio::spawn`].
pub fn connect<C: Connector>(config: Config, connector: C) -> (Handle, Events) {
    let (handle, events, driver) = session(config, connector);
    driver.spawn();
    // An idle session takes it, and the line is empty.
    drop(handle.connect());
    (handle, events)
}

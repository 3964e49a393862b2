//! A carrier without a network, to test what runs on a session: bots, gateways, user interfaces.
//!
//! Owns: the pair of a connector and the server's end of it. Must not know: the session, the
//! frames' meaning.
//!
//! With tokio's paused time, a test sees every frame at its exact time and never sleeps:
//!
//! ```
//! # #[tokio::main(flavor = "current_thread", start_paused = true)]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! use tokio::time::Instant;
//! use webmessaging_proto::Config;
//! use webmessaging_tokio::{Outgoing, memory::MemoryConnector};
//!
//! let (connector, mut server) = MemoryConnector::new();
//! let (guest, _events) = webmessaging_tokio::connect(Config::new("d", "t", 1), connector);
//! let mut peer = server.dialed().await.ok_or("no dial")?.accept();
//! assert!(matches!(peer.receive().await, Some(Outgoing::Frame(_)))); // configureSession
//! peer.send(r#"{"type":"response","class":"SessionResponse","code":200,"body":{"connected":true}}"#).await;
//!
//! let start = Instant::now();
//! guest.keystroke();
//! assert!(matches!(peer.receive().await, Some(Outgoing::Frame(_)))); // typing: On
//! assert_eq!(start.elapsed().as_millis(), 0);
//! assert!(matches!(peer.receive().await, Some(Outgoing::Frame(_)))); // typing: Off
//! assert_eq!(start.elapsed().as_millis(), 2_000);
//! # Ok(())
//! # }
//! ```

use std::task::{Context, Poll, ready};
use std::time::Duration;

use bytes::Bytes;
use tokio::sync::{mpsc, oneshot};

use crate::transport::{Connector, DialError, Incoming, Outgoing, Transport, TransportError};

/// Messages that may wait for a guest that does not read.
const WINDOW: usize = 64;

/// The guest's side: give it to [`session`](crate::session) or [`connect`](crate::connect).
#[derive(Clone, Debug)]
pub struct MemoryConnector {
    dials: mpsc::UnboundedSender<MemoryDial>,
    ping_interval: Option<Duration>,
}

impl MemoryConnector {
    /// A connector, and the server that it dials. It does not ask for pings.
    #[must_use]
    pub fn new() -> (Self, MemoryServer) {
        let (dials, dialed) = mpsc::unbounded_channel();
        (Self { dials, ping_interval: None }, MemoryServer { dialed })
    }

    /// Asks for a ping every `interval`; answer them with [`MemoryPeer::pong`].
    #[must_use]
    pub fn with_pings(mut self, interval: Duration) -> Self {
        self.ping_interval = Some(interval);
        self
    }
}

impl Connector for MemoryConnector {
    type Transport = MemoryTransport;

    fn dial(
        &mut self,
        url: String,
    ) -> impl Future<Output = Result<MemoryTransport, DialError>> + Send + 'static {
        let (answer, answered) = oneshot::channel();
        let dial = MemoryDial { url, answer, ping_interval: self.ping_interval };
        let dialed = self.dials.send(dial);
        async move {
            let failed = |what: &str| DialError::Failed(what.into());
            dialed.map_err(|_| failed("the memory server is gone"))?;
            answered.await.unwrap_or_else(|_| Err(failed("the memory server dropped the dial")))
        }
    }
}

/// The server's side: takes the dials.
#[derive(Debug)]
pub struct MemoryServer {
    dialed: mpsc::UnboundedReceiver<MemoryDial>,
}

impl MemoryServer {
    /// The next dial; `None` once the connector is gone. Cancel safe.
    pub async fn dialed(&mut self) -> Option<MemoryDial> {
        self.dialed.recv().await
    }

    /// The next dial, if there is one.
    pub fn try_dialed(&mut self) -> Option<MemoryDial> {
        self.dialed.try_recv().ok()
    }
}

/// A guest that waits for its connection. Dropping it fails the dial.
#[derive(Debug)]
pub struct MemoryDial {
    url: String,
    answer: oneshot::Sender<Result<MemoryTransport, DialError>>,
    ping_interval: Option<Duration>,
}

impl MemoryDial {
    /// What was dialed.
    #[must_use]
    pub fn url(&self) -> &str {
        &self.url
    }

    /// Opens the connection.
    #[must_use]
    pub fn accept(self) -> MemoryPeer {
        let (to_guest, from_peer) = mpsc::channel(WINDOW);
        let (to_peer, from_guest) = mpsc::unbounded_channel();
        let ping_interval = self.ping_interval;
        // A guest that has given up meanwhile is seen as one that is gone.
        let _ = self.answer.send(Ok(MemoryTransport { to_peer, from_peer, ping_interval }));
        MemoryPeer { to_guest, from_guest }
    }

    /// Refuses it with what a WebSocket answers as 403.
    pub fn deny(self) {
        let _ = self.answer.send(Err(DialError::AccessDenied));
    }

    /// Waits until the guest gives the dial up.
    pub async fn abandoned(&mut self) {
        self.answer.closed().await;
    }
}

/// The server's end of an open connection. Dropping it breaks the connection without a word.
#[derive(Debug)]
pub struct MemoryPeer {
    to_guest: mpsc::Sender<Incoming>,
    from_guest: mpsc::UnboundedReceiver<Outgoing>,
}

impl MemoryPeer {
    /// What the guest sent next; `None` once it has dropped its end. Cancel safe.
    pub async fn receive(&mut self) -> Option<Outgoing> {
        self.from_guest.recv().await
    }

    /// What the guest sent next, if there is something.
    pub fn try_receive(&mut self) -> Option<Outgoing> {
        self.from_guest.try_recv().ok()
    }

    /// Sends a frame; waits while too many are unread.
    pub async fn send(&self, frame: impl Into<Bytes>) {
        self.push(Incoming::Frame(frame.into())).await;
    }

    /// Sends what can't be a frame.
    pub async fn send_undecodable(&self) {
        self.push(Incoming::Undecodable).await;
    }

    /// Answers a ping.
    pub async fn pong(&self, ping: u64) {
        self.push(Incoming::Pong(ping)).await;
    }

    /// Closes the connection with a code.
    pub async fn close(self, code: u16) {
        self.push(Incoming::Closed(code)).await;
    }

    /// Messages that the guest has not read yet.
    #[must_use]
    pub fn unread(&self) -> usize {
        self.to_guest.max_capacity() - self.to_guest.capacity()
    }

    /// A guest that is gone hears nothing; [`receive`](Self::receive) tells that it is.
    async fn push(&self, message: Incoming) {
        let _ = self.to_guest.send(message).await;
    }
}

/// The guest's end of an open connection; the driver's business.
#[derive(Debug)]
pub struct MemoryTransport {
    to_peer: mpsc::UnboundedSender<Outgoing>,
    from_peer: mpsc::Receiver<Incoming>,
    ping_interval: Option<Duration>,
}

impl Transport for MemoryTransport {
    fn poll_ready(&mut self, _cx: &mut Context<'_>) -> Poll<Result<(), TransportError>> {
        Poll::Ready(Ok(()))
    }

    fn send(&mut self, message: Outgoing) -> Result<(), TransportError> {
        self.to_peer.send(message).map_err(|_| TransportError::new("the memory peer is gone"))
    }

    fn poll_flush(&mut self, _cx: &mut Context<'_>) -> Poll<Result<(), TransportError>> {
        Poll::Ready(Ok(()))
    }

    fn poll_receive(&mut self, cx: &mut Context<'_>) -> Poll<Result<Incoming, TransportError>> {
        let received = ready!(self.from_peer.poll_recv(cx));
        Poll::Ready(received.ok_or_else(|| TransportError::new("the memory peer is gone")))
    }

    fn ping_interval(&self) -> Option<Duration> {
        self.ping_interval
    }
}

//! A session that always has something to do, and those beside it.

use std::task::{Context, Poll};

use bytes::Bytes;
use webmessaging_proto::Phase;
use webmessaging_proto::dialect::WebMessaging;
use webmessaging_tokio::memory::{MemoryConnector, MemoryTransport};
use webmessaging_tokio::{
    Connector, DialError, Incoming, Outgoing, Transport, TransportError, fleet_with,
};

use crate::support::{accept, next, soon, words};

use super::world::{config, options};

/// Dials as the other one; what it opens may never run dry.
#[derive(Clone)]
struct Flooding {
    connector: MemoryConnector,
    flood: bool,
}

struct Flood {
    transport: MemoryTransport,
    endless: bool,
    accepted: bool,
}

impl Connector for Flooding {
    type Transport = Flood;

    fn dial(
        &mut self,
        url: String,
    ) -> impl Future<Output = Result<Flood, DialError>> + Send + 'static {
        let (dialed, flood) = (self.connector.dial(url), self.flood);
        async move { Ok(Flood { transport: dialed.await?, endless: flood, accepted: false }) }
    }
}

impl Transport for Flood {
    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), TransportError>> {
        self.transport.poll_ready(cx)
    }

    fn send(&mut self, message: Outgoing) -> Result<(), TransportError> {
        self.transport.send(message)
    }

    fn poll_flush(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), TransportError>> {
        self.transport.poll_flush(cx)
    }

    fn poll_receive(&mut self, cx: &mut Context<'_>) -> Poll<Result<Incoming, TransportError>> {
        if self.endless && self.accepted {
            return Poll::Ready(Ok(Incoming::Frame(Bytes::from_static(b"{}"))));
        }
        let received = self.transport.poll_receive(cx);
        self.accepted |= received.is_ready();
        received
    }
}

#[tokio::test(start_paused = true)]
async fn a_session_whose_transport_never_runs_dry_starves_neither_the_others_nor_the_runtime() {
    let (connector, mut server) = MemoryConnector::new();
    // The paused clock stands still while somebody is busy, so nothing may have to wait for it.
    let mut unlimited = options();
    unlimited.dials = None;
    let (fleet, events, driver) = fleet_with(WebMessaging, unlimited);
    driver.spawn();
    drop(events); // they do not matter, so that nothing but its turn stops the flood
    let dialing = |flood| Flooding { connector: connector.clone(), flood };
    let mut flooded = Vec::new();
    for _ in 0..3 {
        let id = fleet.connect(config("d"), dialing(true)).expect("a place");
        flooded.push((id, accept(&mut server, true).await));
    }
    let quiet = fleet.connect(config("d"), dialing(false)).expect("a place");
    let mut peer = accept(&mut server, true).await;
    let guest = fleet.session(quiet).expect("a member");
    for round in 0..5 {
        let text = guest.send_text(format!("number {round}"));
        assert_eq!(words(&soon(peer.receive()).await.expect("it")), format!("text number {round}"));
        guest.disconnect();
        assert_eq!(next(&mut peer).await, "close 1000");
        peer.close(1000).await;
        drop(text);
        while guest.phase() != Phase::Closed {
            tokio::task::yield_now().await;
        }
        soon(guest.connect()).await.expect("it is closed");
        peer = accept(&mut server, false).await;
    }
    // And the flood goes on, each of them as much as the others.
    let metrics = fleet.metrics();
    assert!(metrics.frames_received > 3 * 32 * 5, "{metrics:?}");
    drop(flooded);
}

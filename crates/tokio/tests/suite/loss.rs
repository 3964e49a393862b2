//! Lost transports: how they are found, when they are dialed again, what is proven to have arrived.

use std::collections::VecDeque;
use std::future::Future;
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use tokio::time::Instant;
use webmessaging_proto::{
    CloseReason, Event, FailReason, Input, Instant as Time, Output, Phase, Session,
};
use webmessaging_tokio::memory::{MemoryConnector, MemoryTransport};
use webmessaging_tokio::{
    Connector, DialError, Incoming, Outgoing, Transport, TransportError, connect,
};

use crate::support::{
    Ready, accept, agent_text, config, millis_since, next, ready, ready_by, record, soon, until,
    until_phase,
};

/// When a bare session with the same seed dials, if every dial fails at once and its driver rounds
/// up to milliseconds.
fn expected_dials(count: usize) -> Vec<u64> {
    let mut now = Time::ORIGIN;
    let mut session = Session::new(config(), now);
    session.handle(Input::Connect, now).expect("an idle session connects");
    let mut dials = Vec::new();
    while dials.len() < count {
        while let Some(output) = session.poll_output() {
            if let Output::OpenTransport(id) = output {
                dials.push(now.as_millis());
                let lost = Input::TransportClosed(id, CloseReason::Lost);
                session.handle(lost, now).expect("outputs are drained");
            }
        }
        let next = session.deadline().expect("it goes on trying").at.since_origin();
        now = Time::from_millis(u64::try_from(next.as_micros().div_ceil(1_000)).expect("soon"));
        session.tick(now).expect("outputs are drained");
    }
    dials
}

#[tokio::test(start_paused = true)]
async fn every_dial_comes_at_the_time_that_the_seed_says() {
    let (connector, mut server) = MemoryConnector::new();
    let start = Instant::now();
    let (_guest, _events) = connect(config(), connector);
    let expected = expected_dials(10);
    assert!(expected[9] > 10_000, "{expected:?}");
    let mut dials = Vec::new();
    while dials.len() < expected.len() {
        drop(soon(server.dialed()).await);
        dials.push(millis_since(start));
    }
    assert_eq!(dials, expected);
}

#[tokio::test(start_paused = true)]
async fn a_dial_without_an_end_is_abandoned_after_thirty_seconds() {
    let (connector, mut server) = MemoryConnector::new();
    let start = Instant::now();
    let (_guest, mut events) = connect(config(), connector);
    let mut dial = soon(server.dialed()).await.expect("a dial");
    soon(dial.abandoned()).await;
    assert_eq!(millis_since(start), 30_000);
    until_phase(&mut events, Phase::Backoff).await;
    let _peer = accept(&mut server, true).await;
    until_phase(&mut events, Phase::Ready).await;
}

#[tokio::test(start_paused = true)]
async fn a_server_that_does_not_answer_the_configure_is_left_without_waiting_for_its_close() {
    let (connector, mut server) = MemoryConnector::new();
    let (_guest, mut events) = connect(config(), connector);
    let mut peer = soon(server.dialed()).await.expect("a dial").accept();
    let start = Instant::now();
    let sent = record(&mut peer, start, 60_000).await;
    assert_eq!(sent, [(0, "configure".into()), (10_000, "close 1001".into())]);
    assert_eq!(next(&mut peer).await, "gone");
    assert_eq!(millis_since(start), 10_000);
    until_phase(&mut events, Phase::Backoff).await;
}

#[tokio::test(start_paused = true)]
async fn a_refused_guest_is_told_and_does_not_come_back() {
    let (connector, mut server) = MemoryConnector::new();
    let (guest, mut events) = connect(config(), connector);
    soon(server.dialed()).await.expect("a dial").deny();
    until_phase(&mut events, Phase::Failed(FailReason::AccessDenied)).await;
    assert_eq!(soon(events.recv()).await, Some(Event::AccessDenied));
    tokio::time::advance(Duration::from_secs(3_600)).await;
    assert!(server.try_dialed().is_none());
    drop(guest);
    until_phase(&mut events, Phase::Closed).await;
    assert_eq!(soon(events.recv()).await, None);
}

#[tokio::test(start_paused = true)]
async fn only_a_close_with_1000_is_final() {
    for (code, phase) in [(1000, Phase::Closed), (1001, Phase::Backoff), (4000, Phase::Backoff)] {
        let Ready { guest, mut events, peer, .. } = ready().await;
        peer.close(code).await;
        let event = soon(events.recv()).await;
        assert_eq!(event, Some(Event::PhaseChanged(phase)), "{code}");
        drop(guest);
    }
}

#[tokio::test(start_paused = true)]
async fn a_pong_that_is_missing_at_the_next_ping_is_a_lost_transport() {
    let (connector, server) = MemoryConnector::new();
    let connector = connector.with_pings(Duration::from_secs(15));
    let start = Instant::now();
    let Ready { guest: _guest, mut events, mut peer, mut server } =
        ready_by(config(), (connector, server)).await;
    let sent = record(&mut peer, start, 100_000);
    let lost = until_phase(&mut events, Phase::Backoff);
    let (sent, ()) = tokio::join!(sent, async {
        lost.await;
        assert_eq!(millis_since(start), 30_000);
    });
    assert_eq!(sent, [(15_000, "ping 1".into())], "it is cut off without a close");
    let _peer = accept(&mut server, false).await;
    until(&mut events, |event| *event == Event::MessagesMayBeMissing).await;
}

/// Whether the receipt of `m-1` is sent again after a loss, depending on what went before its pong.
async fn receipt_is_repeated(key_between_ping_and_pong: bool) -> bool {
    let (connector, server) = MemoryConnector::new();
    let connector = connector.with_pings(Duration::from_secs(15));
    let Ready { guest, mut events, mut peer, mut server } =
        ready_by(config(), (connector, server)).await;
    peer.send(agent_text("m-1", "hi")).await;
    until(&mut events, |event| matches!(event, Event::MessageReceived(_))).await;
    assert_eq!(guest.message_visible("m-1").await, Ok(()));
    assert_eq!(next(&mut peer).await, "receipt m-1");
    assert_eq!(next(&mut peer).await, "ping 1");
    if key_between_ping_and_pong {
        guest.keystroke();
        assert_eq!(next(&mut peer).await, "typing On");
    }
    peer.pong(1).await;
    tokio::task::yield_now().await;
    drop(peer);
    until_phase(&mut events, Phase::Backoff).await;
    let mut peer = accept(&mut server, false).await;
    let sent = record(&mut peer, Instant::now(), 10_000).await;
    sent.iter().any(|(_, sent)| sent == "receipt m-1")
}

#[tokio::test(start_paused = true)]
async fn a_pong_confirms_what_was_sent_before_its_ping_and_nothing_else() {
    assert!(!receipt_is_repeated(false).await);
    assert!(receipt_is_repeated(true).await);
}

#[tokio::test(start_paused = true)]
async fn typing_that_was_cut_off_is_taken_back_on_the_next_connection() {
    let Ready { guest, mut events, mut peer, mut server } = ready().await;
    guest.keystroke();
    assert_eq!(next(&mut peer).await, "typing On");
    drop(peer);
    until_phase(&mut events, Phase::Backoff).await;
    tokio::time::advance(Duration::from_secs(3)).await;
    let mut peer = accept(&mut server, false).await;
    assert_eq!(next(&mut peer).await, "typing Off");
}

/// A carrier that takes nothing for a while, or any more: memory with a valve.
#[derive(Clone, Default)]
struct Valve(Arc<Mutex<(Flow, Option<Waker>)>>);

#[derive(Clone, Copy, Default, PartialEq)]
enum Flow {
    #[default]
    Open,
    Shut,
    Broken,
}

impl Valve {
    fn set(&self, flow: Flow) {
        let mut valve = self.0.lock().expect("no panic under the lock");
        valve.0 = flow;
        if let Some(waker) = valve.1.take() {
            waker.wake();
        }
    }

    fn get(&self, cx: &mut Context<'_>) -> Flow {
        let mut valve = self.0.lock().expect("no panic under the lock");
        valve.1 = Some(cx.waker().clone());
        valve.0
    }
}

struct Valved<T> {
    inner: T,
    valve: Valve,
    held: VecDeque<Outgoing>,
}

impl Connector for Valved<MemoryConnector> {
    type Transport = Valved<MemoryTransport>;

    fn dial(
        &mut self,
        url: String,
    ) -> impl Future<Output = Result<Self::Transport, DialError>> + Send + 'static {
        let (dial, valve) = (self.inner.dial(url), self.valve.clone());
        async move { Ok(Valved { inner: dial.await?, valve, held: VecDeque::new() }) }
    }
}

impl Transport for Valved<MemoryTransport> {
    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), TransportError>> {
        if self.held.is_empty() { Poll::Ready(Ok(())) } else { self.poll_flush(cx) }
    }

    fn send(&mut self, message: Outgoing) -> Result<(), TransportError> {
        assert!(self.held.is_empty(), "send without poll_ready");
        self.held.push_back(message);
        Ok(())
    }

    fn poll_flush(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), TransportError>> {
        match self.valve.get(cx) {
            Flow::Shut if !self.held.is_empty() => return Poll::Pending,
            Flow::Broken => return Poll::Ready(Err(TransportError::new("a broken valve"))),
            Flow::Open | Flow::Shut => {}
        }
        while let Some(message) = self.held.pop_front() {
            self.inner.send(message)?;
        }
        self.inner.poll_flush(cx)
    }

    fn poll_receive(&mut self, cx: &mut Context<'_>) -> Poll<Result<Incoming, TransportError>> {
        self.inner.poll_receive(cx)
    }
}

#[tokio::test(start_paused = true)]
async fn a_peer_that_takes_nothing_is_still_listened_to_and_gets_all_in_order_later() {
    let (inner, mut server) = MemoryConnector::new();
    let valve = Valve::default();
    let connector = Valved { inner, valve: valve.clone(), held: VecDeque::new() };
    let (guest, mut events) = connect(config(), connector);
    let mut peer = accept(&mut server, true).await;
    until_phase(&mut events, Phase::Ready).await;
    valve.set(Flow::Shut);
    let start = Instant::now();
    guest.keystroke();
    peer.send(agent_text("m-1", "hi")).await;
    until(&mut events, |event| matches!(event, Event::MessageReceived(_))).await;
    assert_eq!(guest.message_visible("m-1").await, Ok(()));
    assert_eq!(record(&mut peer, start, 5_000).await, []);
    valve.set(Flow::Open);
    let sent = record(&mut peer, start, 10_000).await;
    let expected = ["typing On", "receipt m-1", "typing Off"].map(|sent| (5_000, sent.to_owned()));
    assert_eq!(sent, expected);
}

#[tokio::test(start_paused = true)]
async fn a_transport_that_breaks_in_sending_is_lost_though_nothing_was_received() {
    let (inner, mut server) = MemoryConnector::new();
    let valve = Valve::default();
    let connector = Valved { inner, valve: valve.clone(), held: VecDeque::new() };
    let start = Instant::now();
    let (_guest, mut events) = connect(config(), connector);
    let peer = accept(&mut server, true).await;
    peer.send(agent_text("m-1", "the last words")).await;
    valve.set(Flow::Broken);
    until(&mut events, |event| matches!(event, Event::MessageReceived(_))).await;
    until_phase(&mut events, Phase::Backoff).await;
    assert_eq!(millis_since(start), 0);
}

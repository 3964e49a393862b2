//! Frames at exact times, whenever the driver is woken.

use std::future::Future;
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::{Context, Poll};
use std::time::Duration;

use futures_util::poll;
use tokio::time::{Instant, advance, sleep_until};
use webmessaging_proto::Phase;
use webmessaging_tokio::memory::MemoryConnector;
use webmessaging_tokio::session;

use crate::support::{Ready, accept, config, millis_since, next, ready, record, until_phase};

#[tokio::test(start_paused = true)]
async fn typing_shows_at_the_first_key_and_ends_two_seconds_after_the_last() {
    let Ready { guest, mut peer, events: _events, .. } = ready().await;
    let start = Instant::now();
    let keys = tokio::spawn(async move {
        for at in [0, 700, 1_900] {
            sleep_until(start + Duration::from_millis(at)).await;
            guest.keystroke();
        }
        guest
    });
    let sent = record(&mut peer, start, 60_000).await;
    assert_eq!(sent, [(0, "typing On".into()), (3_900, "typing Off".into())]);
    drop(keys);
}

#[tokio::test(start_paused = true)]
async fn a_text_takes_the_indicator_back_first_and_its_timer_with_it() {
    let Ready { guest, mut peer, events: _events, .. } = ready().await;
    let start = Instant::now();
    guest.keystroke();
    assert_eq!(next(&mut peer).await, "typing On");
    advance(Duration::from_millis(1_234)).await;
    let text = guest.send_text("hello");
    let sent = record(&mut peer, start, 20_000).await;
    assert_eq!(sent, [(1_234, "typing Off".into()), (1_234, "text hello".into())]);
    drop(text);
}

#[tokio::test(start_paused = true)]
async fn ten_thousand_keys_in_a_burst_are_one_on_and_one_off() {
    let Ready { guest, mut peer, events: _events, .. } = ready().await;
    let start = Instant::now();
    for _ in 0..10_000 {
        guest.keystroke();
    }
    let sent = record(&mut peer, start, 60_000).await;
    assert_eq!(sent, [(0, "typing On".into()), (2_000, "typing Off".into())]);
}

/// The driver sleeps over the time when the indicator was to end, but a key came before that time.
#[tokio::test(start_paused = true)]
async fn a_key_before_the_deadline_counts_even_if_the_driver_wakes_after_it() {
    let (connector, mut server) = MemoryConnector::new();
    let (guest, mut events, driver) = session(config(), connector);
    let mut driver = pin!(driver);
    drop(guest.connect());
    assert!(poll!(&mut driver).is_pending());
    let dial = server.try_dialed().expect("a dial");
    let mut peer = dial.accept();
    assert!(poll!(&mut driver).is_pending());
    peer.send(crate::support::session_response(true)).await;
    assert!(poll!(&mut driver).is_pending());
    while events.try_recv().is_some() {}
    assert_eq!(guest.phase(), Phase::Ready);
    assert_eq!(next(&mut peer).await, "configure");

    let start = Instant::now();
    guest.keystroke();
    assert!(poll!(&mut driver).is_pending());
    assert_eq!(next(&mut peer).await, "typing On");
    advance(Duration::from_millis(1_999)).await;
    guest.keystroke();
    advance(Duration::from_millis(4)).await;
    assert!(poll!(&mut driver).is_pending());
    assert_eq!(peer.try_receive(), None);
    let sent = tokio::select! {
        _ = driver => panic!("the driver ended"),
        sent = record(&mut peer, start, 60_000) => sent,
    };
    assert_eq!(sent, [(3_999, "typing Off".into())]);
}

/// Keys that wait for the driver count as one, at the time of the last.
#[tokio::test(start_paused = true)]
async fn the_last_of_the_keys_that_wait_sets_the_time() {
    let (connector, mut server) = MemoryConnector::new();
    let (guest, mut events, driver) = session(config(), connector);
    let mut driver = pin!(driver);
    drop(guest.connect());
    let mut peer = tokio::select! {
        _ = &mut driver => panic!("the driver ended"),
        peer = async {
            let peer = accept(&mut server, true).await;
            until_phase(&mut events, Phase::Ready).await;
            peer
        } => peer,
    };
    let start = Instant::now();
    guest.keystroke();
    advance(Duration::from_millis(1_500)).await;
    guest.keystroke();
    let sent = tokio::select! {
        _ = driver => panic!("the driver ended"),
        sent = record(&mut peer, start, 60_000) => sent,
    };
    assert_eq!(sent, [(1_500, "typing On".into()), (3_500, "typing Off".into())]);
}

/// The driver wakes late, with nothing else to say: the truth of now goes out, once.
#[tokio::test(start_paused = true)]
async fn a_late_driver_sends_what_is_still_owed_once() {
    let (connector, mut server) = MemoryConnector::new();
    let (guest, mut events, driver) = session(config(), connector);
    let mut driver = pin!(driver);
    drop(guest.connect());
    let mut peer = tokio::select! {
        _ = &mut driver => panic!("the driver ended"),
        peer = async {
            let peer = accept(&mut server, true).await;
            until_phase(&mut events, Phase::Ready).await;
            peer
        } => peer,
    };
    guest.keystroke();
    assert!(poll!(&mut driver).is_pending());
    assert_eq!(next(&mut peer).await, "typing On");
    advance(Duration::from_secs(1_000)).await;
    assert!(poll!(&mut driver).is_pending());
    assert_eq!(next(&mut peer).await, "typing Off");
    assert!(poll!(&mut driver).is_pending());
    assert_eq!(peer.try_receive(), None);
}

/// Counts how often a future is polled.
struct Counted<F> {
    future: F,
    polls: Arc<AtomicUsize>,
}

impl<F: Future + Unpin> Future for Counted<F> {
    type Output = F::Output;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<F::Output> {
        self.polls.fetch_add(1, Ordering::Relaxed);
        Pin::new(&mut self.future).poll(cx)
    }
}

#[tokio::test(start_paused = true)]
async fn a_quiet_hour_costs_a_few_polls_a_ping_and_no_loop() {
    let (connector, mut server) = MemoryConnector::new();
    let connector = connector.with_pings(Duration::from_secs(15));
    let (guest, mut events, driver) = session(config(), connector);
    let polls = Arc::new(AtomicUsize::new(0));
    tokio::spawn(Counted { future: driver, polls: Arc::clone(&polls) });
    drop(guest.connect());
    let mut peer = accept(&mut server, true).await;
    until_phase(&mut events, Phase::Ready).await;
    let start = Instant::now();
    let pings = 240;
    for number in 1..=pings {
        assert_eq!(next(&mut peer).await, format!("ping {number}"));
        assert_eq!(millis_since(start), number * 15_000);
        peer.pong(number).await;
    }
    let polls = polls.load(Ordering::Relaxed);
    assert!(polls < 20 + 3 * usize::try_from(pings).expect("few"), "{polls} polls");
}

/// Early and needless wake-ups change nothing.
#[tokio::test(start_paused = true)]
async fn polling_the_driver_for_no_reason_changes_nothing() {
    let (connector, mut server) = MemoryConnector::new();
    let (guest, mut events, driver) = session(config(), connector);
    let mut driver = pin!(driver);
    drop(guest.connect());
    let mut peer = tokio::select! {
        _ = &mut driver => panic!("the driver ended"),
        peer = async {
            let peer = accept(&mut server, true).await;
            until_phase(&mut events, Phase::Ready).await;
            peer
        } => peer,
    };
    let start = Instant::now();
    guest.keystroke();
    let mut sent = Vec::new();
    for _ in 0..=2_500 {
        assert!(poll!(&mut driver).is_pending());
        assert!(poll!(&mut driver).is_pending());
        while let Some(next) = peer.try_receive() {
            sent.push((millis_since(start), crate::support::words(&next)));
        }
        advance(Duration::from_millis(1)).await;
    }
    assert_eq!(sent, [(0, "typing On".into()), (2_000, "typing Off".into())]);
}

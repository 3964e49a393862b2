//! A fleet that has nothing to do does nothing.

use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use webmessaging_tokio::memory::MemoryConnector;
use webmessaging_tokio::{Outgoing, fleet_with};

use webmessaging_proto::dialect::WebMessaging;

use crate::support::accept;

use super::world::{World, config, options, pass, settle};

#[tokio::test(start_paused = true)]
async fn sessions_at_rest_have_no_turns() {
    let mut world = World::new(options());
    let mut members = Vec::new();
    for _ in 0..100 {
        members.push(world.ready().await);
    }
    pass(60).await;
    let before = world.fleet.metrics();
    pass(24 * 3600).await;
    assert_eq!(world.fleet.metrics(), before);
    assert_eq!((before.sessions_ready, before.phases.ready), (0, 100));
}

/// Counts how often it is polled.
struct Polled<F>(F, std::sync::Arc<std::sync::atomic::AtomicUsize>);

impl<F: Future + Unpin> Future for Polled<F> {
    type Output = F::Output;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<F::Output> {
        self.1.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
        Pin::new(&mut self.0).poll(cx)
    }
}

#[tokio::test(start_paused = true)]
async fn pings_cost_a_few_turns_each_and_a_poll_for_all_that_are_due_together() {
    let (connector, mut server) = MemoryConnector::new();
    let connector = connector.with_pings(Duration::from_secs(15));
    let (fleet, mut events, driver) = fleet_with(WebMessaging, options());
    let polls = std::sync::Arc::default();
    tokio::spawn(Polled(driver, std::sync::Arc::clone(&polls)));
    tokio::spawn(async move { while events.recv().await.is_some() {} });
    let mut peers = Vec::new();
    for _ in 0..20 {
        fleet.connect(config("d"), connector.clone()).expect("a place");
        peers.push(accept(&mut server, true).await);
    }
    settle().await;
    let (turns, polled) = (fleet.metrics().turns, polls.load(std::sync::atomic::Ordering::Relaxed));
    for _ in 0..40 {
        tokio::time::sleep(Duration::from_secs(15)).await;
        settle().await;
        for peer in &mut peers {
            let Some(Outgoing::Ping(number)) = peer.try_receive() else { panic!("no ping") };
            peer.pong(number).await;
        }
        settle().await;
    }
    let metrics = fleet.metrics();
    assert_eq!(metrics.phases.ready, 20);
    let turns = metrics.turns - turns;
    assert!(turns <= 40 * 20 * 4, "{turns} turns for 800 pings and pongs");
    let polled = polls.load(std::sync::atomic::Ordering::Relaxed) - polled;
    assert!(polled <= 40 * 20 * 3, "{polled} polls");
}

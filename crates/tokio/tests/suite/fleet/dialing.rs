//! How often a deployment is dialed, and who is next.

use std::time::Duration;

use tokio::time::{Instant, timeout};
use webmessaging_proto::{Event, Phase};
use webmessaging_tokio::DialLimit;
use webmessaging_tokio::memory::{MemoryPeer, MemoryServer};

use crate::support::{accept, record, session_response, soon, words};

use super::world::{World, one_every, options, pass, settle};

/// Takes the next dial, which may have to wait for long, and lets it in.
async fn accept_late(server: &mut MemoryServer) -> MemoryPeer {
    let dial = timeout(Duration::from_secs(3_600), server.dialed()).await.expect("in an hour");
    let mut peer = dial.expect("a dial").accept();
    assert_eq!(words(&soon(peer.receive()).await.expect("a frame")), "configure");
    peer.send(session_response(true)).await;
    peer
}

#[tokio::test(start_paused = true)]
async fn a_deployment_is_dialed_exactly_as_often_as_the_limit_says() {
    let mut world = World::new(options());
    for _ in 0..1_200 {
        world.connect("d");
    }
    // 30 at once, then one every 68.886338 ms, each at the next whole millisecond of the clock.
    let expected = (0..1_200_u64).map(|n| (n.saturating_sub(29) * 68_886_338).div_ceil(1_000_000));
    let mut dialed = Vec::new();
    let mut peers = Vec::new();
    for _ in 0..1_200 {
        peers.push(accept(&mut world.server, true).await);
        dialed.push(world.now());
    }
    assert_eq!(dialed, expected.collect::<Vec<_>>());
    let minute = dialed.iter().filter(|at| **at < 60_000).count();
    assert_eq!(minute, 900);
    assert_eq!(world.fleet.metrics().dials, 1_200);
}

#[tokio::test(start_paused = true)]
async fn who_waits_is_counted_and_a_deployment_does_not_wait_for_another() {
    let mut world = World::new(one_every(60));
    for _ in 0..3 {
        world.connect("busy");
    }
    settle().await;
    let metrics = world.fleet.metrics();
    assert_eq!((metrics.phases.connecting, metrics.dials_waiting, metrics.dials), (3, 2, 1));
    pass(1).await;
    world.connect("quiet");
    let mut peers = Vec::new();
    for at in [1_000, 1_000, 60_000, 120_000] {
        peers.push(accept_late(&mut world.server).await);
        assert_eq!(world.now(), at);
    }
    settle().await;
    assert_eq!(world.fleet.metrics().dials_waiting, 0);
}

#[tokio::test(start_paused = true)]
async fn the_wait_counts_neither_as_a_slow_dial_nor_against_the_policy_of_reconnecting() {
    let mut world = World::new(one_every(600));
    let first = world.connect("d");
    let peer = accept(&mut world.server, true).await;
    let second = world.connect("d");
    world.until_phase(first, Phase::Ready).await;
    pass(1).await;
    drop(peer); // the first one has lost its place, and stands behind the second
    let mut peers = Vec::new();
    for (id, seconds) in [(second, 600), (first, 1_200)] {
        peers.push(accept_late(&mut world.server).await);
        assert_eq!(world.now(), seconds * 1_000);
        world.until_phase(id, Phase::Ready).await;
    }
    // Five minutes without a connection are the end for a session that does not wait for us.
    assert_eq!(soon(world.fleet.remove(first)).await.map(|stats| stats.dials), Some(2));
}

#[tokio::test(start_paused = true)]
async fn whoever_waits_tells_nothing_but_that_it_connects() {
    let mut world = World::new(one_every(3_600));
    let _first = world.connect("d");
    let _dial = soon(world.server.dialed()).await;
    let second = world.connect("d");
    world.told().await;
    pass(3_000).await;
    assert!(!world.told().await.iter().any(|(id, _)| *id == second));
    assert_eq!(world.guest(second).phase(), Phase::Connecting);
    tokio::time::sleep(Duration::from_secs(600)).await;
    let _peer = accept(&mut world.server, true).await;
    let told = world.told().await;
    let told: Vec<_> = told.into_iter().filter(|(id, _)| *id == second).collect();
    let phases = [Phase::Configuring, Phase::Ready].map(|p| (second, Event::PhaseChanged(p)));
    assert_eq!(told, phases);
    let stats = world.fleet.remove(second).await.expect("it was there");
    assert_eq!(stats.dials, 1, "one dial, after an hour of waiting");
}

#[tokio::test(start_paused = true)]
async fn a_disconnect_before_the_dial_gives_its_place_to_the_next_one() {
    let mut world = World::new(one_every(100));
    let ids: Vec<_> = (0..4).map(|_| world.connect("d")).collect();
    settle().await;
    assert_eq!(world.fleet.metrics().dials_waiting, 3);
    world.guest(ids[1]).disconnect();
    world.until_phase(ids[1], Phase::Closed).await;
    assert_eq!(world.now(), 0);
    settle().await;
    assert_eq!(world.fleet.metrics().dials_waiting, 2);
    // A removal is the same, and whoever connects again stands at the end.
    let (removed, _) = tokio::join!(world.fleet.remove(ids[2]), world.guest(ids[1]).connect());
    assert!(removed.is_some());
    assert_eq!(world.now(), 0);
    let _first = accept(&mut world.server, true).await;
    let mut peers = Vec::new();
    for (id, seconds) in [(ids[3], 100), (ids[1], 200)] {
        peers.push(accept_late(&mut world.server).await);
        assert_eq!(world.now(), seconds * 1_000);
        world.until_phase(id, Phase::Ready).await;
    }
}

#[tokio::test(start_paused = true)]
async fn those_who_lose_their_connections_together_come_back_at_the_rate_of_the_limit() {
    let mut limited = options();
    limited.dials = Some(DialLimit::new(10, Duration::from_secs(10)).with_burst(5));
    let mut world = World::new(limited);
    for _ in 0..20 {
        world.connect("d");
    }
    let mut peers = Vec::new();
    for _ in 0..20 {
        peers.push(accept(&mut world.server, true).await);
    }
    pass(60).await;
    drop(peers);
    let lost = world.now();
    let mut dialed = Vec::new();
    let mut peers = Vec::new();
    for _ in 0..20 {
        peers.push(accept(&mut world.server, false).await);
        dialed.push(world.now() - lost);
    }
    let most = dialed
        .iter()
        .map(|from| dialed.iter().filter(|at| (*from..from + 10_000).contains(at)).count())
        .max();
    assert_eq!(most, Some(10), "{dialed:?}");
    settle().await;
    assert_eq!(world.fleet.metrics().phases.ready, 20);
}

#[tokio::test(start_paused = true)]
async fn typing_that_is_old_when_the_dial_comes_is_over_and_what_is_fresh_is_shown() {
    for (typed_at, shown) in [(10, false), (99, true)] {
        let mut world = World::new(one_every(100));
        world.connect("d");
        let waiting = world.connect("d");
        let _first = accept(&mut world.server, true).await;
        world.guest(waiting).keystroke();
        pass(typed_at).await;
        world.guest(waiting).keystroke();
        let mut peer = accept_late(&mut world.server).await;
        let start = Instant::now();
        let sent = record(&mut peer, start, 10_000).await;
        let expected: &[(u64, String)] =
            if shown { &[(0, "typing On".into()), (2_000, "typing Off".into())] } else { &[] };
        // Counted from the dial: that is when its time goes on.
        assert_eq!(sent, expected, "typed at {typed_at} s");
    }
}

#[tokio::test(start_paused = true)]
async fn without_a_limit_all_dial_at_once() {
    let mut unlimited = options();
    unlimited.dials = None;
    let mut world = World::new(unlimited);
    for _ in 0..2_000 {
        world.connect("d");
    }
    let mut dials = Vec::new();
    while dials.len() < 2_000 {
        dials.push(soon(world.server.dialed()).await.expect("a dial"));
    }
    assert_eq!(world.now(), 0);
    settle().await;
    assert_eq!(world.fleet.metrics().dials, 2_000);
}

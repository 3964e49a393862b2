//! A host that reads no events, and whom it does not concern.

use std::collections::BTreeMap;
use std::time::Duration;

use tokio::time::Instant;
use webmessaging_proto::{Event, InputError, Phase};

use crate::support::{agent_text, next, record, session_response, soon};

use super::world::{Member, World, options, settle};

#[tokio::test(start_paused = true)]
async fn a_host_that_does_not_read_stops_reading_from_all_but_never_timers_nor_inputs() {
    let mut few = options();
    few.events = 8;
    let mut world = World::new(few);
    let Member { peer: flooding, id: flooded, .. } = world.ready().await;
    let Member { guest, mut peer, id, .. } = world.ready().await;
    for number in 0..40 {
        flooding.send(agent_text(&format!("m-{number}"), "hi")).await;
    }
    settle().await;
    peer.send(agent_text("to the other", "hi")).await;
    let start = Instant::now();
    guest.keystroke();
    let sent = record(&mut peer, start, 60_000).await;
    assert_eq!(sent, [(0, "typing On".into()), (2_000, "typing Off".into())]);
    assert_eq!(guest.message_visible("unknown").await, Err(InputError::UnknownMessage.into()));
    let metrics = world.fleet.metrics();
    assert_eq!((metrics.events_waiting, metrics.sessions_stalled), (8, 2));
    assert_eq!((flooding.unread(), peer.unread()), (32, 1));
    assert_eq!(metrics.inputs_refused, 1);

    let mut told = Vec::new();
    for _ in 0..41 {
        let (from, event) = soon(world.events.recv()).await.expect("an event");
        let Event::MessageReceived(message) = event else { panic!("{event:?}") };
        told.push((from, message.id.to_string()));
    }
    let flood: Vec<_> = (0..40).map(|number| (flooded, format!("m-{number}"))).collect();
    let (others, told): (Vec<_>, Vec<_>) = told.into_iter().partition(|(from, _)| *from == id);
    assert_eq!((told, others.len()), (flood, 1), "none is lost, each session's are in order");
    settle().await;
    let metrics = world.fleet.metrics();
    assert_eq!((metrics.events_waiting, metrics.sessions_stalled), (0, 0));
}

#[tokio::test(start_paused = true)]
async fn those_who_found_no_room_go_on_in_turn() {
    let mut one = options();
    one.events = 1;
    let mut world = World::new(one);
    let mut members = Vec::new();
    for _ in 0..5 {
        members.push(world.ready().await);
    }
    for member in &members {
        for number in 0..20 {
            member.peer.send(agent_text(&format!("m-{number}"), "hi")).await;
        }
    }
    settle().await;
    let mut counts = BTreeMap::new();
    for read in 1..=100 {
        let (id, _) = soon(world.events.recv()).await.expect("an event");
        *counts.entry(id).or_insert(0_usize) += 1;
        let (least, most) = (counts.values().min(), counts.values().max());
        let (Some(least), Some(most)) = (least, most) else { panic!("something was read") };
        assert!(read < 10 || most - least <= 2, "after {read}: {counts:?}");
    }
    assert!(counts.len() == 5 && counts.values().all(|count| *count == 20), "{counts:?}");
}

#[tokio::test(start_paused = true)]
async fn at_twice_as_many_events_of_its_own_doing_a_hosts_inputs_wait_and_it_can_still_leave() {
    let mut one = options();
    one.events = 1;
    let mut world = World::new(one);
    let idle = world.fleet.add(super::world::config("d"), world.connector.clone());
    let idle = world.guest(idle.expect("a place"));
    for deployment in ["d", "e"] {
        world.connect(deployment);
    }
    settle().await; // that both connect is told, and nobody reads
    let mut answer = std::pin::pin!(idle.message_visible("m"));
    assert!(tokio::time::timeout(Duration::from_secs(5), &mut answer).await.is_err());
    let first = world.events.recv().await.map(|(_, event)| event);
    assert_eq!(first, Some(Event::PhaseChanged(Phase::Connecting)));
    assert_eq!(soon(answer).await, Err(InputError::UnknownMessage.into()));
    world.fleet.shut_down();
    let metrics = soon(world.driver).await.expect("no panic");
    assert_eq!((metrics.removed, metrics.phases.total()), (3, 0));
}

/// A host that is busy while the service restarts, and awaits an answer in the task that reads.
#[tokio::test(start_paused = true)]
async fn after_a_restart_of_the_service_a_host_that_was_busy_gets_its_answers_and_its_sessions() {
    const SESSIONS: usize = 100;
    let mut few = options();
    (few.events, few.dials) = (16, None);
    let mut world = World::new(few);
    let mut members = Vec::new();
    for _ in 0..SESSIONS {
        members.push(world.ready().await);
    }
    let id = members[0].id;
    members[0].peer.send(agent_text("m", "hi")).await;
    settle().await;
    drop(members);
    // Those who saw it before there was no more room come back; the others have not looked yet.
    let mut peers = Vec::new();
    let hour = Duration::from_secs(3_600);
    while let Ok(dial) = tokio::time::timeout(hour, world.server.dialed()).await {
        let mut peer = dial.expect("a dial").accept();
        assert_eq!(next(&mut peer).await, "configure");
        peer.send(session_response(false)).await;
        peers.push(peer);
        assert!(peers.len() <= SESSIONS, "nobody dials again and again");
    }
    let metrics = world.fleet.metrics();
    assert_eq!(metrics.phases.ready, SESSIONS);
    assert!(metrics.events_waiting > 2 * 16, "more than twice as many as have room");
    let guest = world.guest(id);
    loop {
        let (_, event) = soon(world.events.recv()).await.expect("an event");
        if let Event::MessageReceived(message) = event {
            assert_eq!(soon(guest.message_visible(&*message.id)).await, Ok(()));
            break;
        }
    }
}

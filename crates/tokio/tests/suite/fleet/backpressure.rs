//! A host that reads no events, and whom it does not concern.

use std::collections::BTreeMap;
use std::time::Duration;

use tokio::time::Instant;
use webmessaging_proto::{Event, InputError, Phase};

use crate::support::{agent_text, record, soon};

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
async fn at_twice_as_many_events_inputs_wait_and_a_host_can_still_leave() {
    let mut one = options();
    one.events = 1;
    let mut world = World::new(one);
    let idle = world.fleet.add(super::world::config("d"), world.connector.clone());
    let idle = world.guest(idle.expect("a place"));
    world.connect("d");
    let _dial = soon(world.server.dialed()).await.expect("a dial").accept();
    settle().await; // connecting and configuring are told, and nobody reads
    let mut answer = std::pin::pin!(idle.message_visible("m"));
    assert!(tokio::time::timeout(Duration::from_secs(5), &mut answer).await.is_err());
    let first = world.events.recv().await.map(|(_, event)| event);
    assert_eq!(first, Some(Event::PhaseChanged(Phase::Connecting)));
    assert_eq!(soon(answer).await, Err(InputError::UnknownMessage.into()));
    world.fleet.shut_down();
    let metrics = soon(world.driver).await.expect("no panic");
    assert_eq!((metrics.removed, metrics.phases.total()), (2, 0));
}

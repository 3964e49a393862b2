//! The ends of a fleet: in order, or cut off.

use tokio::time::Instant;
use webmessaging_proto::{Event, Phase};
use webmessaging_tokio::{AddError, CommandError, TextError};

use crate::support::{millis_since, next, soon};

use super::world::{Member, World, config, one_every, options, settle};

async fn typing(world: &mut World, count: usize) -> Vec<Member> {
    let mut members = Vec::new();
    for _ in 0..count {
        let mut member = world.ready().await;
        member.guest.keystroke();
        assert_eq!(next(&mut member.peer).await, "typing On");
        members.push(member);
    }
    members
}

#[tokio::test(start_paused = true)]
async fn at_a_shut_down_all_take_their_leave_at_once() {
    let mut world = World::new(options());
    let mut members = typing(&mut world, 10).await;
    let start = Instant::now();
    world.fleet.shut_down();
    for member in &mut members {
        assert_eq!(next(&mut member.peer).await, "typing Off");
        assert_eq!(next(&mut member.peer).await, "close 1000");
    }
    assert_eq!(millis_since(start), 0);
    let add = world.fleet.connect(config("d"), world.connector.clone());
    assert_eq!(add, Err(AddError::Gone));
    for member in members {
        member.peer.close(1000).await;
    }
    let metrics = soon(world.driver).await.expect("no panic");
    assert_eq!(millis_since(start), 0);
    assert_eq!((metrics.removed, metrics.phases.total(), metrics.frames_sent), (10, 0, 30));
    let mut closed = 0;
    while let Some((_, event)) = world.events.recv().await {
        closed += usize::from(event == Event::PhaseChanged(Phase::Closed));
    }
    assert_eq!(closed, 10, "the stream ends after what waits in it");
}

#[tokio::test(start_paused = true)]
async fn peers_that_do_not_answer_and_dials_that_wait_hold_a_shut_down_up_for_two_seconds() {
    let mut world = World::new(one_every(1_000));
    let members = typing(&mut world, 1).await;
    for _ in 0..5 {
        world.connect("d");
    }
    world.fleet.add(config("d"), world.connector.clone()).expect("a place");
    settle().await;
    assert_eq!(world.fleet.metrics().dials_waiting, 5);
    let start = Instant::now();
    drop(world.fleet); // the last one
    let metrics = soon(world.driver).await.expect("no panic");
    assert_eq!(millis_since(start), 2_000);
    assert_eq!((metrics.removed, metrics.dials_waiting, metrics.dials), (7, 0, 1));
    drop(members);
}

#[tokio::test(start_paused = true)]
async fn dropping_the_driver_cuts_everything_off() {
    let mut world = World::new(options());
    let mut members = typing(&mut world, 3).await;
    let text = members[0].guest.send_text("never confirmed");
    assert_eq!(next(&mut members[0].peer).await, "typing Off");
    assert_eq!(next(&mut members[0].peer).await, "text never confirmed");
    let waiting = world.fleet.connect(config("another"), world.connector.clone());
    world.driver.abort();
    for member in &mut members {
        assert_eq!(next(&mut member.peer).await, "gone");
        assert_eq!(member.guest.connect().await, Err(CommandError::Gone));
    }
    assert_eq!(soon(text).await, Err(TextError::Gone));
    assert!(waiting.is_ok() && world.fleet.sessions().is_empty());
    assert_eq!(world.fleet.remove(members[1].id).await, None);
    let add = world.fleet.add(config("d"), world.connector.clone());
    assert_eq!(add, Err(AddError::Gone));
    while world.events.recv().await.is_some() {}
}

#[tokio::test(start_paused = true)]
async fn the_driver_is_over_once_and_without_sessions_at_once() {
    let world = World::new(options());
    let clone = world.fleet.clone();
    drop(world.fleet);
    settle().await;
    assert!(!world.driver.is_finished(), "one is left");
    drop(clone);
    let metrics = soon(world.driver).await.expect("no panic");
    assert_eq!(metrics, webmessaging_tokio::FleetMetrics::default());
}

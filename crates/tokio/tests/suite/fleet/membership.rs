//! Who belongs to a fleet.

use webmessaging_proto::dialect::WebMessaging;
use webmessaging_proto::{FailReason, Phase};
use webmessaging_tokio::memory::MemoryConnector;
use webmessaging_tokio::{AddError, CommandError, SessionId, TextError, fleet_with};

use crate::support::{accept, agent_text, next, session_response, soon};

use super::world::{World, config, one_every, options, pass, settle};

/// Brings a session into each phase, and removes it there.
#[tokio::test(start_paused = true)]
async fn a_session_can_be_removed_in_every_phase_and_is_gone_in_two_seconds() {
    let phases = [
        Phase::Idle,
        Phase::Connecting,
        Phase::Configuring,
        Phase::Ready,
        Phase::ReadOnly,
        Phase::Backoff,
        Phase::Closing,
        Phase::Closed,
        Phase::Failed(FailReason::AccessDenied),
    ];
    for phase in phases {
        let mut world = World::new(options());
        let (id, _held) = brought_to(&mut world, phase).await;
        let guest = world.guest(id);
        assert_eq!(guest.phase(), phase);
        assert_eq!(world.fleet.metrics().phases.of(phase), 1, "{phase:?}");
        let start = tokio::time::Instant::now();
        let stats = world.fleet.remove(id).await;
        assert!(stats.is_some(), "{phase:?}");
        assert!(start.elapsed().as_secs() <= 2, "{phase:?}: {:?}", start.elapsed());
        assert_eq!(guest.connect().await, Err(CommandError::Gone));
        assert_eq!(guest.send_text("too late").await, Err(TextError::Gone));
        assert!(world.fleet.session(id).is_none() && world.fleet.sessions().is_empty());
        let told = world.told().await;
        pass(600).await;
        assert_eq!(world.told().await, [], "after {told:?}");
        let metrics = world.fleet.metrics();
        assert_eq!((metrics.phases.total(), metrics.removed), (0, 1), "{phase:?}");
    }
}

/// A session in this phase, and what must be held for it to stay there.
async fn brought_to(world: &mut World, phase: Phase) -> (SessionId, Box<dyn std::any::Any>) {
    if phase == Phase::Idle {
        let id = world.fleet.add(config("d"), world.connector.clone()).expect("a place");
        settle().await;
        return (id, Box::new(()));
    }
    let id = world.connect("d");
    let dial = soon(world.server.dialed()).await.expect("a dial");
    if phase == Phase::Connecting {
        return (id, Box::new(dial));
    }
    if let Phase::Failed(_) = phase {
        dial.deny();
        world.until_phase(id, phase).await;
        settle().await;
        return (id, Box::new(()));
    }
    let mut peer = dial.accept();
    assert_eq!(next(&mut peer).await, "configure");
    match phase {
        Phase::Configuring => {}
        Phase::ReadOnly => {
            let read_only = r#"{"type":"response","class":"SessionResponse","code":200,
                "body":{"connected":true,"readOnly":true}}"#;
            peer.send(read_only).await;
        }
        _ => peer.send(session_response(true)).await,
    }
    match phase {
        Phase::Configuring => {}
        Phase::ReadOnly => world.until_phase(id, phase).await,
        _ => world.until_phase(id, Phase::Ready).await,
    }
    match phase {
        Phase::Closed => {
            peer.close(1000).await;
            world.until_phase(id, phase).await;
            settle().await;
            return (id, Box::new(()));
        }
        Phase::Backoff => {
            drop(peer);
            world.until_phase(id, phase).await;
            settle().await;
            return (id, Box::new(()));
        }
        Phase::Closing => {
            world.guest(id).disconnect();
            world.until_phase(id, phase).await;
        }
        _ => {}
    }
    settle().await;
    (id, Box::new(peer))
}

#[tokio::test(start_paused = true)]
async fn a_removed_session_takes_its_leave_and_handles_of_it_do_not_hold_it() {
    let mut world = World::new(options());
    let mut member = world.ready().await;
    member.guest.keystroke();
    assert_eq!(next(&mut member.peer).await, "typing On");
    let clone = member.guest.clone();
    let removal = world.fleet.remove(member.id);
    assert_eq!(next(&mut member.peer).await, "typing Off");
    assert_eq!(next(&mut member.peer).await, "close 1000");
    member.peer.close(1000).await;
    let stats = soon(removal).await.expect("it was there");
    assert_eq!((stats.frames_sent, stats.dials), (3, 1));
    assert_eq!(clone.phase(), Phase::Closed);
    assert_eq!(world.fleet.remove(member.id).await, None, "once");
}

#[tokio::test(start_paused = true)]
async fn a_session_that_the_driver_has_not_seen_yet_can_be_removed() {
    let (connector, mut server) = MemoryConnector::new();
    let (fleet, _events, driver) = fleet_with(WebMessaging, options());
    let id = fleet.connect(config("d"), connector).expect("a place");
    let removal = fleet.remove(id);
    let driver = driver.spawn();
    assert!(soon(removal).await.is_some());
    drop(fleet);
    let metrics = soon(driver).await.expect("no panic");
    assert_eq!((metrics.added, metrics.removed), (1, 1));
    settle().await;
    assert!(server.try_dialed().is_none_or(|dial| dial.url().contains("deploymentId=d")));
}

#[tokio::test(start_paused = true)]
async fn ids_are_never_used_again_and_places_are() {
    let mut few = options();
    few.sessions = 3;
    let world = World::new(few);
    let add = || world.fleet.add(config("d"), world.connector.clone());
    let mut seen: Vec<SessionId> = Vec::new();
    for round in 0..200 {
        let id = add().expect("a place");
        assert!(seen.last().is_none_or(|last| *last < id), "{round}");
        seen.push(id);
        if round == 0 {
            let others = [add().expect("a place"), add().expect("a place")];
            assert_eq!(add(), Err(AddError::Full(3)));
            seen.extend(others);
            for id in others {
                world.fleet.remove(id).await.expect("it was there");
            }
            continue;
        }
        world.fleet.remove(id).await.expect("it was there");
        assert!(world.fleet.session(id).is_none());
    }
    assert_eq!(world.fleet.sessions(), [seen[0]]);
}

/// A wake of a session that is gone finds another one in its place, which is not disturbed.
#[tokio::test(start_paused = true)]
async fn what_was_meant_for_a_session_that_is_gone_reaches_nobody_else() {
    let mut world = World::new(options());
    let mut old = world.ready().await;
    let removal = world.fleet.remove(old.id);
    assert_eq!(next(&mut old.peer).await, "close 1000");
    assert!(soon(removal).await.is_some(), "after 2 s, as the peer does not answer");
    let mut new = world.ready().await;
    old.peer.send(agent_text("m-1", "to nobody")).await;
    old.guest.keystroke();
    drop(old);
    settle().await;
    assert_eq!(world.told().await, []);
    assert!(new.peer.try_receive().is_none());
    new.guest.keystroke();
    assert_eq!(next(&mut new.peer).await, "typing On");
}

#[tokio::test(start_paused = true)]
async fn a_session_moves_from_one_fleet_to_another_as_data() {
    let mut world = World::new(one_every(1));
    let member = world.ready().await;
    drop(member.guest.send_text("on its way"));
    let snapshot = soon(member.guest.snapshot()).await.expect("the driver is there");
    world.fleet.remove(member.id).await;
    let mut other = World::new(options());
    let id = other.fleet.restore(config("d"), snapshot, other.connector.clone()).expect("a place");
    let _peer = accept(&mut other.server, false).await;
    other.until_phase(id, Phase::Ready).await;
}

//! Connections that the service closes.

use serde_json::json;
use webmessaging_proto::{ClosedReason, Event, Phase, Sender};

use crate::agent::quiet;
use crate::world::World;

#[tokio::test]
async fn a_close_with_1000_is_final() {
    let mut world = World::ready().await;
    world.agent.fault(json!({ "fault": "close", "code": 1000 })).await;
    world.guest.until_phase(Phase::Closed).await;
    world.guest.until_event(Event::ConnectionClosed { reason: ClosedReason::ByServer }).await;
    world.agent.until("connections 0").await;
    quiet().await;
    assert_eq!(world.told(&["connections"]), ["connections 1", "connections 0"]);
    assert_eq!(world.guest.leave().await.dials, 1);
}

#[tokio::test]
async fn every_other_close_is_a_loss() {
    let mut world = World::ready().await;
    for code in [1001, 1011, 1012, 4000] {
        world.agent.fault(json!({ "fault": "close", "code": code })).await;
        world.guest.until_phase(Phase::Backoff).await;
        world.guest.until_event(Event::MessagesMayBeMissing).await;
        world.agent.until("connections 1").await;
    }
    world.settle().await;
    assert_eq!(world.told(&["opened", "resumed"]).len(), 5);
    assert_eq!(world.guest.leave().await.dials, 5);
}

#[tokio::test]
async fn a_fourth_connection_closes_the_oldest_which_leaves_it_at_that() {
    let mut world = World::ready().await;
    let mut others = Vec::new();
    for count in 2..=4 {
        let mut other = world.guest_with(&world.token);
        other.connect().await;
        other.until_ready().await;
        world.agent.until(&format!("connections {count}")).await;
        others.push(other);
    }
    let reason = ClosedReason::SessionLimit;
    world.guest.until_event(Event::ConnectionClosed { reason }).await;
    assert_eq!(world.guest.handle.phase(), Phase::Closed);
    world.agent.until("connections 3").await;
    quiet().await;
    let view = world.agent.view(&world.conversation).await;
    assert_eq!(view["connections"].as_array().map(Vec::len), Some(3));

    // A text of one shows on the others as the guest's own, typing does not.
    others[0].handle.keystroke();
    world.agent.until("typing on").await;
    others[0].say("hello").await;
    for other in &mut others[1..] {
        other.until_message("hello").await;
        assert_eq!(other.handle.phase(), Phase::Ready);
        assert_eq!(other.shown(), [(Sender::Guest, "hello".to_owned())]);
        let typing = |event: &Event| matches!(event, Event::PeerTypingStarted { .. });
        assert_eq!(other.count(typing), 0);
    }
    assert_eq!(world.told(&["opened", "resumed"]).len(), 4);
    assert_eq!(world.told(&["text"]), ["text hello"]);
    assert_eq!(world.guest.leave().await.dials, 1);
    for other in others {
        assert_eq!(other.leave().await.dials, 1);
    }
}

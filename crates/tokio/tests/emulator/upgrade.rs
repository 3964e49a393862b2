//! Upgrades that are refused, or that come to nothing.

use serde_json::json;
use webmessaging_emulator::Options;
use webmessaging_proto::{ClosedReason, Event, FailReason, Phase};
use webmessaging_tokio::WebSocketConnector;

use crate::agent::quiet;
use crate::world::World;

#[tokio::test]
async fn a_guest_who_is_not_wanted_does_not_come_back_by_itself() {
    let mut world = World::idle().await;
    world.agent.fault(json!({ "fault": "refuse_upgrade", "status": 403, "count": 1 })).await;
    world.guest.connect().await;
    world.guest.until_failed(FailReason::AccessDenied).await;
    world.guest.until_event(Event::AccessDenied).await;
    quiet().await;
    assert!(!world.agent.knows(&world.conversation).await);
    world.guest.connect().await;
    world.guest.until_ready().await;
    world.settle().await;
    assert_eq!(world.guest.leave().await.dials, 2);
}

#[tokio::test]
async fn an_unknown_deployment_is_access_denied() {
    let mut options = Options::default();
    options.deployments = vec!["d-1".to_owned()];
    let mut world = World::idle_with(
        options,
        |config| {
            webmessaging_proto::Config::new("d-2", "token", 7).with_endpoint(endpoint(&config))
        },
        WebSocketConnector::new(),
    )
    .await;
    world.guest.connect().await;
    world.guest.until_event(Event::AccessDenied).await;
    assert!(!world.agent.knows(&world.conversation).await);
}

fn endpoint(config: &webmessaging_proto::Config) -> String {
    config.url().split('?').next().expect("an address").to_owned()
}

#[tokio::test]
async fn a_service_that_is_busy_is_dialed_again() {
    let mut world = World::idle().await;
    world.agent.fault(json!({ "fault": "refuse_upgrade", "status": 503, "count": 3 })).await;
    world.guest.connect().await;
    world.guest.until_ready().await;
    world.settle().await;
    let backoffs = world.guest.count(|event| *event == Event::PhaseChanged(Phase::Backoff));
    assert_eq!(backoffs, 3);
    assert_eq!(world.told(&["opened", "resumed"]), ["opened"]);
    assert_eq!(world.guest.leave().await.dials, 4);
}

#[tokio::test]
async fn a_connection_that_is_closed_at_once_is_tried_again_unless_closed_for_good() {
    let mut world = World::idle().await;
    world.agent.fault(json!({ "fault": "accept_and_close", "code": 1013, "count": 2 })).await;
    world.guest.connect().await;
    world.guest.until_ready().await;
    world.settle().await;
    assert_eq!(world.told(&["opened", "resumed"]), ["opened"]);
    assert_eq!(world.guest.leave().await.dials, 3);

    let mut world = World::idle().await;
    world.agent.fault(json!({ "fault": "accept_and_close", "code": 1000, "count": 1 })).await;
    world.guest.connect().await;
    world.guest.until_event(Event::ConnectionClosed { reason: ClosedReason::ByServer }).await;
    quiet().await;
    assert!(!world.agent.knows(&world.conversation).await);
    assert_eq!(world.guest.leave().await.dials, 1);
}

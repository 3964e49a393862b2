//! Connections that are lost, with something under way.

use std::time::Duration;

use serde_json::{Value, json};
use webmessaging_emulator::Options;
use webmessaging_proto::{Event, LocalKey, Phase};
use webmessaging_tokio::{TextError, WebSocketConnector};

use crate::world::World;

fn drop_it() -> Value {
    json!({ "fault": "drop" })
}

#[tokio::test]
async fn typing_that_goes_on_through_a_loss_shows_again() {
    let mut world = World::ready().await;
    world.guest.handle.set_typing(true);
    world.agent.until("typing on").await;
    world.agent.fault(drop_it()).await;
    world.agent.until("typing out: disconnected").await;
    world.guest.until_phase(Phase::Backoff).await;
    world.guest.until_event(Event::MessagesMayBeMissing).await;
    world.agent.until("typing on").await;
    world.guest.handle.set_typing(false);
    world.agent.until("typing out: off").await;
    world.settle().await;
    assert_eq!(world.told(&["typing"]).len(), 4);
    assert_eq!(world.told(&["opened", "resumed"]), ["opened", "resumed"]);
}

#[tokio::test]
async fn typing_that_ends_during_a_loss_does_not_show_again() {
    let mut world = World::ready().await;
    world.guest.handle.set_typing(true);
    world.agent.until("typing on").await;
    world.agent.fault(json!({ "fault": "refuse_upgrade", "status": 503 })).await;
    world.agent.fault(drop_it()).await;
    world.agent.until("typing out: disconnected").await;
    world.guest.until_phase(Phase::Backoff).await;
    world.guest.handle.set_typing(false);
    world.agent.clear_faults().await;
    world.guest.until_ready().await;
    world.settle().await;
    assert_eq!(world.told(&["typing"]), ["typing on", "typing out: disconnected"]);
    world.guest.handle.keystroke();
    world.agent.until("typing on").await;
}

#[tokio::test]
async fn a_receipt_that_was_lost_is_sent_once_more_and_no_other() {
    let mut world = World::ready().await;
    let first = world.agent_says("one").await;
    world.guest.sees(&first).await;
    world.agent.until(&format!("read {first}")).await;
    world.guest.say("seen").await;

    let second = world.agent_says("two").await;
    let swallow =
        json!({ "fault": "swallow", "direction": "to_server", "on": ["receipt"], "count": 1 });
    world.agent.fault(swallow).await;
    world.guest.sees(&second).await;
    // The fault is used up once the receipt is gone: then this one comes through.
    let third = world.agent_says("three").await;
    world.guest.sees(&third).await;
    world.agent.until(&format!("read {third}")).await;
    world.agent.fault(drop_it()).await;
    world.guest.until_phase(Phase::Backoff).await;
    world.guest.until_ready().await;
    world.agent.until(&format!("read {second}")).await;
    world.settle().await;
    let read = [&first, &third, &second].map(|id| format!("read {id}"));
    assert_eq!(world.told(&["read"]), read);
    // The first was confirmed by the answer to a text, the others were not.
    assert_eq!(world.guest.leave().await.receipts_sent, 5);
}

#[tokio::test]
async fn a_text_whose_echo_is_lost_is_unconfirmed_and_not_repeated_by_itself() {
    let mut world = World::ready().await;
    let swallow =
        json!({ "fault": "swallow", "direction": "to_client", "on": ["text"], "count": 1 });
    world.agent.fault(swallow).await;
    let lost = world.guest.handle.send_text("a".to_owned());
    let next = world.guest.handle.send_text("b".to_owned());
    let key: LocalKey = lost.key;
    world.agent.until("text a").await;
    world.agent.fault(drop_it()).await;
    world.guest.until_event(Event::MessageUnconfirmed { key }).await;
    assert_eq!(lost.await, Err(TextError::Unconfirmed));
    world.guest.until_ready().await;
    next.await.expect("it goes out by itself");
    world.settle().await;
    assert_eq!(world.told(&["text"]), ["text a", "text b", "text over"]);

    world.guest.handle.retry(key).await.expect("confirmed this time");
    world.agent.until("text a").await;
    assert_eq!(world.told(&["text"]), ["text a", "text b", "text over", "text a"]);
}

#[tokio::test]
async fn a_text_that_never_arrived_can_be_retried() {
    let mut world = World::ready().await;
    world.agent.fault(json!({ "fault": "drop", "on": ["text"], "count": 1 })).await;
    let lost = world.guest.handle.send_text("a".to_owned());
    let key = lost.key;
    assert_eq!(lost.await, Err(TextError::Unconfirmed));
    world.guest.until_phase(Phase::Backoff).await;
    world.guest.until_ready().await;
    world.guest.handle.retry(key).await.expect("confirmed");
    world.settle().await;
    assert_eq!(world.told(&["text"]), ["text a", "text over"]);
}

#[tokio::test]
async fn a_service_that_falls_mute_is_found_by_its_missing_pong() {
    // Long enough that a service on a busy machine is not taken for a mute one.
    let connector = WebSocketConnector::new().ping_interval(Some(Duration::from_secs(2)));
    let mut world = World::idle_with(Options::default(), |config| config, connector).await;
    world.guest.connect().await;
    world.guest.until_ready().await;
    world.agent.until("connections 1").await;
    let connection = world.agent.view(&world.conversation).await["connections"][0].clone();
    world.agent.fault(json!({ "fault": "mute", "connection": connection })).await;
    world.guest.until_phase(Phase::Backoff).await;
    world.guest.until_event(Event::MessagesMayBeMissing).await;
    world.settle().await;
    assert_eq!(world.told(&["opened", "resumed"]), ["opened", "resumed"]);
    assert_eq!(world.guest.leave().await.dials, 2);
}

#[tokio::test]
async fn a_guest_leaves_a_mute_service_all_the_same() {
    let mut world = World::ready().await;
    world.agent.fault(json!({ "fault": "mute" })).await;
    world.guest.handle.disconnect();
    world.guest.until_phase(Phase::Closed).await;
    assert_eq!(world.guest.leave().await.dials, 1);
}

#[tokio::test]
async fn what_was_asked_for_while_away_happens_in_order_on_return() {
    let mut world = World::ready().await;
    let message = world.agent_says("one").await;
    world.agent.fault(json!({ "fault": "refuse_upgrade", "status": 503 })).await;
    world.agent.fault(drop_it()).await;
    world.guest.until_phase(Phase::Backoff).await;
    world.guest.sees(&message).await;
    let texts = ["a", "b"].map(|text| world.guest.handle.send_text(text));
    world.agent.clear_faults().await;
    world.guest.handle.network_available();
    for text in texts {
        text.await.expect("confirmed");
    }
    world.settle().await;
    assert_eq!(world.told(&["text"]), ["text a", "text b", "text over"]);
    assert_eq!(world.told(&["read"]), [format!("read {message}")]);
}

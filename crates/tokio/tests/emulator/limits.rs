//! Refusals for the rate: each falls on what caused it, and waits.

use serde_json::{Value, json};
use webmessaging_proto::{Event, Phase};

use crate::world::World;

fn rate_limit(on: &str) -> Value {
    rate_limit_of(1, on)
}

fn rate_limit_of(seconds: u64, on: &str) -> Value {
    json!({ "fault": "rate_limit", "retry_after": seconds, "on": [on], "count": 1 })
}

fn is_rate_limit(event: &Event) -> bool {
    matches!(event, Event::RateLimited { .. })
}

fn is_failure(event: &Event) -> bool {
    matches!(
        event,
        Event::MessageFailed { .. }
            | Event::MessageUnconfirmed { .. }
            | Event::ReceiptFailed { .. }
            | Event::CapabilityLost { .. }
            | Event::Fault { .. }
    )
}

#[tokio::test]
async fn a_refused_text_waits_and_keeps_its_place() {
    let mut world = World::ready().await;
    world.agent.fault(rate_limit("text")).await;
    let texts = ["a", "b"].map(|text| world.guest.handle.send_text(text));
    world.guest.until("a rate limit", is_rate_limit).await;
    for text in texts {
        text.await.expect("confirmed");
    }
    world.settle().await;
    assert_eq!(world.told(&["text"]), ["text a", "text b", "text over"]);
    assert_eq!(world.guest.count(is_failure), 0);
}

#[tokio::test]
async fn a_refused_on_fails_no_text_and_shows_after_the_wait() {
    let mut world = World::ready().await;
    world.agent.fault(rate_limit_of(2, "typing_on")).await;
    world.guest.handle.set_typing(true);
    world.guest.until("a rate limit", is_rate_limit).await;
    world.guest.say("hello").await;
    world.guest.handle.set_typing(true);
    world.agent.until("typing on").await;
    world.guest.handle.set_typing(false);
    world.agent.until("typing out: off").await;
    assert_eq!(world.told(&["typing", "text"]), ["text hello", "typing on", "typing out: off"]);
    assert_eq!(world.guest.count(is_failure), 0);
}

#[tokio::test]
async fn a_refused_off_is_owed() {
    let mut world = World::ready().await;
    world.agent.fault(rate_limit("typing_off")).await;
    world.guest.handle.keystroke();
    world.guest.until("a rate limit", is_rate_limit).await;
    world.agent.until("typing out: off").await;
    assert_eq!(world.told(&["typing"]), ["typing on", "typing out: off"]);
    assert_eq!(world.guest.count(is_failure), 0);
}

#[tokio::test]
async fn a_refused_receipt_is_sent_after_the_wait() {
    let mut world = World::ready().await;
    let one = world.agent_says("one").await;
    let two = world.agent_says("two").await;
    world.agent.fault(rate_limit("receipt")).await;
    world.guest.sees(&one).await;
    world.guest.until("a rate limit", is_rate_limit).await;
    world.guest.sees(&two).await;
    world.agent.until(&format!("read {two}")).await;
    world.settle().await;
    assert_eq!(world.told(&["read"]), [format!("read {one}"), format!("read {two}")]);
    assert_eq!(world.guest.count(is_failure), 0);
}

#[tokio::test]
async fn a_refused_configure_is_repeated_on_the_same_connection() {
    let mut world = World::idle().await;
    world.agent.fault(rate_limit("configure")).await;
    world.guest.connect().await;
    world.guest.until("a rate limit", is_rate_limit).await;
    world.guest.until_ready().await;
    world.settle().await;
    assert_eq!(world.told(&["opened", "resumed"]), ["opened"]);
    assert_eq!(world.guest.count(|event| *event == Event::PhaseChanged(Phase::Backoff)), 0);
    assert_eq!(world.guest.leave().await.dials, 1);
}

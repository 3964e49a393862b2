//! Requests that the service will not have.

use serde_json::{Value, json};
use webmessaging_emulator::Options;
use webmessaging_proto::frame::CustomAttributes;
use webmessaging_proto::{Capability, Event, FailReason, FailureCode, Sender};
use webmessaging_tokio::TextError;

use crate::world::World;

fn answer(code: u16, on: &str, count: u32) -> Value {
    json!({ "fault": "answer", "code": code, "on": [on], "count": count })
}

fn lost(capability: Capability) -> Event {
    Event::CapabilityLost { capability }
}

#[tokio::test]
async fn a_refused_on_ends_typing_for_the_session_and_nothing_else() {
    for code in [400, 403] {
        let mut world = World::ready().await;
        world.agent.fault(answer(code, "typing_on", 1)).await;
        world.guest.handle.keystroke();
        world.guest.until_event(lost(Capability::Typing)).await;
        world.guest.handle.set_typing(true);
        world.guest.say("hello").await;
        world.agent.until("text hello").await;
        assert_eq!(world.told(&["typing", "text"]), ["text hello"], "{code}");
    }
}

#[tokio::test]
async fn typing_that_the_deployment_has_off_is_not_asked_for_again() {
    let mut options = Options::default();
    options.typing = false;
    let mut world = World::ready_with(options, |config| config).await;
    world.guest.handle.keystroke();
    world.guest.until_event(lost(Capability::Typing)).await;
    world.guest.handle.keystroke();
    world.settle().await;
    assert_eq!(world.told(&["typing"]), <[&str; 0]>::default());
    // Configure, On, text; after a second On there would be more.
    assert_eq!(world.guest.leave().await.frames_sent, 3);
}

#[tokio::test]
async fn after_a_refused_off_none_is_sent_any_more() {
    for code in [400, 403] {
        let mut world = World::ready().await;
        world.agent.fault(answer(code, "typing_off", 1)).await;
        world.guest.handle.keystroke();
        world.guest.until_event(lost(Capability::TypingOff)).await;
        world.guest.say("hello").await;
        world.guest.handle.keystroke();
        world.settle().await;
        assert_eq!(world.told(&["typing", "text"]), ["typing on", "text hello", "text over"]);
    }
}

#[tokio::test]
async fn after_a_refused_receipt_the_host_is_told_what_was_read() {
    for code in [400, 403] {
        let mut world = World::ready().await;
        let one = world.agent_says("one").await;
        let two = world.agent_says("two").await;
        world.agent.fault(answer(code, "receipt", 1)).await;
        world.guest.sees(&one).await;
        world.guest.until_event(lost(Capability::Receipts)).await;
        world.guest.until_event(Event::MessageRead { id: one.into() }).await;
        world.guest.sees(&two).await;
        world.guest.until_event(Event::MessageRead { id: two.into() }).await;
        world.settle().await;
        assert_eq!(world.told(&["read"]), <[&str; 0]>::default());
    }
}

#[tokio::test]
async fn a_receipt_for_what_the_service_does_not_know_is_given_up() {
    let mut world = World::ready().await;
    let restored = world.guest.handle.message_restored("of old", Sender::Agent, false);
    restored.await.expect("restored");
    world.guest.sees("of old").await;
    let failed = |id: &str| Event::ReceiptFailed { id: id.into(), code: FailureCode::Server(404) };
    world.guest.until_event(failed("of old")).await;

    let one = world.agent_says("one").await;
    world.agent.fault(answer(404, "receipt", 1)).await;
    world.guest.sees(&one).await;
    world.guest.until_event(failed(&one)).await;
    let two = world.agent_says("two").await;
    world.guest.sees(&two).await;
    world.agent.until(&format!("read {two}")).await;
    assert_eq!(world.told(&["read"]), [format!("read {two}")]);
}

#[tokio::test]
async fn a_text_that_the_server_fails_on_is_tried_three_times() {
    let mut world = World::ready().await;
    world.agent.fault(answer(503, "text", 2)).await;
    world.guest.say("third time lucky").await;
    world.agent.fault(answer(500, "text", 3)).await;
    let failed = world.guest.handle.send_text("no luck");
    let next = world.guest.handle.send_text("next");
    let key = failed.key;
    assert_eq!(failed.await, Err(TextError::Failed(FailureCode::Server(500))));
    next.await.expect("confirmed");
    world.guest.handle.retry(key).await.expect("confirmed");
    world.settle().await;
    let heard = ["text third time lucky", "text next", "text no luck", "text over"];
    assert_eq!(world.told(&["text"]), heard);
}

#[tokio::test]
async fn a_text_that_is_refused_for_itself_fails_at_once_and_lets_the_next_one_go() {
    let mut world = World::ready().await;
    let attributes = CustomAttributes::from([("key".to_owned(), "x".repeat(3000))]);
    let refused = world.guest.handle.send_text_with("too much", attributes);
    let next = world.guest.handle.send_text("next");
    assert_eq!(refused.await, Err(TextError::Failed(FailureCode::Server(4013))));
    next.await.expect("confirmed");
    world.settle().await;
    assert_eq!(world.told(&["text"]), ["text next", "text over"]);
}

#[tokio::test]
async fn a_refused_configure_is_an_end_and_a_failed_one_is_not() {
    let mut world = World::idle().await;
    world.agent.fault(answer(400, "configure", 1)).await;
    world.guest.connect().await;
    world.guest.until_failed(FailReason::ConfigureRefused).await;
    assert!(!world.agent.knows(&world.conversation).await);
    world.guest.connect().await;
    world.guest.until_ready().await;
    world.settle().await;
    assert_eq!(world.told(&["opened", "resumed"]), ["opened"]);
    assert_eq!(world.guest.leave().await.dials, 2);
}

//! Frames that come late, twice, in another order, or as garbage.

use serde_json::{Value, json};
use webmessaging_proto::{Event, FaultCode, Phase, Sender};

use crate::world::World;

fn both_ways(fault: &str) -> Value {
    json!({ "fault": fault, "direction": "both" })
}

#[tokio::test]
async fn what_the_service_says_twice_happens_once() {
    let mut world = World::idle().await;
    world.agent.fault(json!({ "fault": "duplicate", "direction": "to_client" })).await;
    world.guest.connect().await;
    world.guest.until_ready().await;
    world.agent.until("connections 1").await;
    world.guest.say("hello").await;
    world.agent.types(&world.conversation, true).await;
    let one = world.agent_says("one").await;
    world.guest.sees(&one).await;
    world.agent.until(&format!("read {one}")).await;
    world.agent.end(&world.conversation, true).await;
    world.guest.until_event(Event::ConversationEnded { read_only: true }).await;
    world.agent.clear_faults().await;
    // A last thing of which there is one: whatever went before has arrived.
    world.agent.fault(json!({ "fault": "garbage" })).await;
    world.guest.until_event(Event::Fault { code: FaultCode::Undecodable }).await;

    assert_eq!(world.guest.shown(), [(Sender::Agent, "one".to_owned())]);
    let count = |is_it: fn(&Event) -> bool| world.guest.count(is_it);
    assert_eq!(count(|event| matches!(event, Event::MessageConfirmed { .. })), 1);
    assert_eq!(count(|event| matches!(event, Event::PeerTypingStarted { .. })), 1);
    assert_eq!(count(|event| matches!(event, Event::PeerTypingStopped { .. })), 1);
    assert_eq!(count(|event| matches!(event, Event::ConversationEnded { .. })), 1);
    assert_eq!(count(|event| matches!(event, Event::PhaseChanged(Phase::Ready))), 1);
    assert_eq!(count(|event| matches!(event, Event::Fault { .. } | Event::Other(_))), 1);
    assert_eq!(world.told(&["read", "text"]), ["text hello".to_owned(), format!("read {one}")]);
}

/// The service gives a text that comes twice two keys, so it is two messages to everyone.
#[tokio::test]
async fn a_text_that_arrives_twice_is_two_messages_on_both_sides() {
    let mut world = World::ready().await;
    let twice =
        json!({ "fault": "duplicate", "direction": "to_server", "on": ["text"], "count": 1 });
    world.agent.fault(twice).await;
    world.guest.say("hello").await;
    world.guest.until_message("hello").await;
    world.settle().await;
    assert_eq!(world.guest.shown(), [(Sender::Guest, "hello".to_owned())]);
    assert_eq!(world.told(&["text"]), ["text hello", "text hello", "text over"]);
    assert_eq!(world.guest.leave().await.texts_confirmed, 2);
}

#[tokio::test]
async fn typing_and_receipts_that_arrive_twice_count_once() {
    let mut world = World::idle().await;
    let twice = json!({
        "fault": "duplicate", "direction": "to_server", "on": ["configure", "typing", "receipt"],
    });
    world.agent.fault(twice).await;
    world.guest.connect().await;
    world.guest.until_ready().await;
    world.agent.until("connections 1").await;
    let one = world.agent_says("one").await;
    world.guest.sees(&one).await;
    world.guest.handle.keystroke();
    world.agent.until("typing out: off").await;
    world.settle().await;
    assert_eq!(world.told(&["typing"]), ["typing on", "typing out: off"]);
    assert_eq!(world.told(&["read"]), [format!("read {one}")]);
    let odd = |event: &Event| matches!(event, Event::Fault { .. } | Event::ReceiptFailed { .. });
    assert_eq!(world.guest.count(odd), 0);
}

#[tokio::test]
async fn messages_in_another_order_are_shown_once_each() {
    let mut world = World::ready().await;
    let reorder = json!({ "fault": "reorder", "direction": "to_client", "count": 1 });
    world.agent.fault(reorder).await;
    let one = world.agent.say(&world.conversation, "one").await;
    let two = world.agent.say(&world.conversation, "two").await;
    assert_eq!(world.guest.until_message("two").await, two);
    assert_eq!(world.guest.until_message("one").await, one);
    for id in [&one, &two] {
        world.guest.sees(id).await;
        world.agent.until(&format!("read {id}")).await;
    }
    assert_eq!(world.told(&["said"]), ["said one", "said two"]);
}

#[tokio::test]
async fn an_off_that_is_overtaken_by_its_text_still_ends_typing() {
    let mut world = World::ready().await;
    world.guest.handle.set_typing(true);
    world.agent.until("typing on").await;
    let reorder = json!({
        "fault": "reorder", "direction": "to_server", "on": ["typing_off"], "count": 1,
    });
    world.agent.fault(reorder).await;
    world.guest.say("hello").await;
    world.agent.until("typing out: off").await;
    assert_eq!(world.told(&["typing", "text"]), ["typing on", "text hello", "typing out: off"]);
}

#[tokio::test]
async fn a_slow_line_changes_nothing_but_the_time() {
    let mut world = World::ready().await;
    world.agent.fault(json!({ "fault": "delay", "ms": 120, "direction": "both" })).await;
    world.guest.handle.keystroke();
    let texts = ["a", "b", "c"].map(|text| world.guest.handle.send_text(text));
    for text in texts {
        text.await.expect("confirmed");
    }
    let one = world.agent_says("one").await;
    let two = world.agent_says("two").await;
    world.guest.sees(&two).await;
    world.guest.sees(&one).await;
    world.agent.until(&format!("read {one}")).await;
    let expected = ["typing on", "typing out: off", "text a", "text b", "text c"];
    assert_eq!(world.told(&["typing", "text"]), expected);
    assert_eq!(world.told(&["read"]), [format!("read {two}"), format!("read {one}")]);
}

#[tokio::test]
async fn everything_twice_and_late_both_ways_still_agrees() {
    let mut world = World::ready().await;
    world.agent.fault(json!({ "fault": "delay", "ms": 40 })).await;
    world.agent.fault(both_ways("duplicate")).await;
    world.guest.handle.keystroke();
    world.agent.until("typing out: off").await;
    let one = world.agent_says("one").await;
    world.guest.sees(&one).await;
    world.agent.until(&format!("read {one}")).await;
    world.agent.clear_faults().await;
    world.settle().await;
    assert_eq!(world.told(&["typing"]), ["typing on", "typing out: off"]);
    assert_eq!(world.told(&["read"]), [format!("read {one}")]);
    assert_eq!(world.guest.shown(), [(Sender::Agent, "one".to_owned())]);
}

#[tokio::test]
async fn garbage_is_told_and_survived() {
    let mut world = World::ready().await;
    for garbage in ["{", "", "[]", "null", "\"x\"", "\u{0}", "{\"type\":1,\"class\":2}"] {
        world.agent.fault(json!({ "fault": "garbage", "body": garbage })).await;
        let heard = world.guest.until(garbage, |event| {
            matches!(event, Event::Fault { .. } | Event::Other(_) | Event::PhaseChanged(_))
        });
        let heard = heard.await;
        assert!(
            matches!(heard, Event::Fault { code: FaultCode::Undecodable }),
            "{garbage:?}: {heard:?}"
        );
        world.agent_says("still there?").await;
        world.guest.say("yes").await;
        world.agent.until("text yes").await;
    }
    assert_eq!(world.guest.leave().await.dials, 1);
}

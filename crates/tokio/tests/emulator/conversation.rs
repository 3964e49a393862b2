//! Nothing goes wrong.

use std::time::{Duration, Instant};

use serde_json::json;
use webmessaging_emulator::Options;
use webmessaging_proto::frame::CustomAttributes;
use webmessaging_proto::{Event, Phase, Sender};
use webmessaging_tokio::Handle;

use crate::agent::NICKNAME;
use crate::world::World;

#[tokio::test]
async fn a_conversation_looks_the_same_from_both_sides() {
    let mut world = World::ready().await;
    for _ in 0..20 {
        world.guest.handle.keystroke();
    }
    world.agent.until("typing on").await;
    world.agent.until("typing out: off").await;
    world.guest.handle.keystroke();
    world.agent.until("typing on").await;
    world.guest.say("hello").await;
    world.agent.until("text hello").await;
    let expected = ["typing on", "typing out: off", "typing on", "typing out: off", "text hello"];
    assert_eq!(world.told(&["typing", "text"]), expected);

    world.agent.types(&world.conversation, true).await;
    let started = |event: &Event| matches!(event, Event::PeerTypingStarted { typist } if &*typist.name == NICKNAME);
    world.guest.until("typing", started).await;
    let first = world.agent_says("one").await;
    assert_eq!(stops(&world), ["message"]);
    let second = world.agent_says("two").await;
    world.agent_says("three").await;
    for id in [&first, &second, &first] {
        world.guest.sees(id).await;
    }
    world.agent.until(&format!("read {second}")).await;
    world.settle().await;
    assert_eq!(world.told(&["read"]), [format!("read {first}"), format!("read {second}")]);
    let messages = world.agent.texts(&world.conversation, "agent").await;
    assert_eq!(messages, ["one Read", "two Read", "three Sent"]);
    let agents = ["one", "two", "three"].map(|text| (Sender::Agent, text.to_owned()));
    assert_eq!(world.guest.shown(), agents, "own texts are confirmed, not shown again");

    let World { guest, mut agent, conversation, .. } = world;
    let stats = guest.leave().await;
    agent.until("connections 0").await;
    assert_eq!((stats.dials, stats.texts_confirmed, stats.receipts_sent), (1, 2, 2));
    assert_eq!(agent.view(&conversation).await["guest_typing"], false);
}

#[tokio::test]
async fn leaving_while_typing_takes_the_indicator_along() {
    let mut world = World::ready().await;
    world.guest.handle.set_typing(true);
    world.agent.until("typing on").await;
    world.guest.handle.disconnect();
    world.guest.until_phase(Phase::Closed).await;
    world.agent.until("connections 0").await;
    assert_eq!(world.told(&["typing"]), ["typing on", "typing out: off"]);
}

#[tokio::test]
async fn who_looks_away_types_and_reads_no_more() {
    let mut world = World::ready().await;
    let one = world.agent_says("one").await;
    world.guest.handle.set_typing(true);
    world.agent.until("typing on").await;
    world.guest.handle.foreground(false);
    world.agent.until("typing out: off").await;
    world.guest.sees(&one).await;
    world.settle().await;
    assert_eq!(world.told(&["read"]), <[&str; 0]>::default());
    world.guest.handle.foreground(true);
    world.agent.until(&format!("read {one}")).await;
    for end in [Handle::input_cleared, Handle::composer_closed] {
        world.guest.handle.set_typing(true);
        world.agent.until("typing on").await;
        end(&world.guest.handle);
        world.agent.until("typing out: off").await;
    }
    world.settle().await;
    assert_eq!(world.told(&["typing"]).len(), 6);
}

#[tokio::test]
async fn dropping_the_last_handle_is_leaving() {
    let mut world = World::ready().await;
    world.guest.handle.set_typing(true);
    world.agent.until("typing on").await;
    let World { mut agent, guest, conversation, .. } = world;
    drop(guest);
    agent.until("connections 0").await;
    assert_eq!(agent.told(&conversation, &["typing"]), ["typing on", "typing out: off"]);
}

#[tokio::test]
async fn texts_arrive_as_they_are_both_ways() {
    let texts = [
        "\u{1F980}".repeat(4000),
        "\"quoted\" \\ back\\slash / {\"json\":[1]}".to_owned(),
        "line\nline\r\n\ttab \u{0} \u{7} \u{7f} \u{2028}\u{feff}\u{202e}".to_owned(),
        " ".to_owned(),
    ];
    let mut world = World::ready().await;
    for text in &texts {
        world.guest.say(text).await;
        world.agent.until(&format!("text {text}")).await;
        world.agent_says(text).await;
    }
    let longest = "\u{e9}".repeat(4096);
    world.guest.say(&longest).await;
    world.agent.until(&format!("text {longest}")).await;
}

#[tokio::test]
async fn the_agents_indicator_ends_by_off_and_by_the_guests_own_loss() {
    let mut world = World::ready().await;
    let started = |event: &Event| matches!(event, Event::PeerTypingStarted { .. });
    let stopped = |event: &Event| matches!(event, Event::PeerTypingStopped { .. });
    world.agent.types(&world.conversation, true).await;
    world.guest.until("typing", started).await;
    world.agent.types(&world.conversation, false).await;
    world.guest.until("no typing", stopped).await;
    world.agent.types(&world.conversation, true).await;
    world.guest.until("typing", started).await;
    world.agent.fault(json!({ "fault": "drop" })).await;
    world.guest.until("no typing", stopped).await;
    world.guest.until_ready().await;
    assert_eq!(stops(&world), ["off", "disconnected"]);
}

#[tokio::test]
async fn a_burst_of_texts_keeps_its_order_and_the_services_rate() {
    let mut world = World::ready().await;
    let start = Instant::now();
    let texts: Vec<String> = (0..12).map(|number| format!("{number}")).collect();
    let sent: Vec<_> =
        texts.iter().map(|text| world.guest.handle.send_text(text.clone())).collect();
    for text in sent {
        text.await.expect("confirmed");
    }
    world.settle().await;
    let heard: Vec<String> =
        texts.iter().chain([&"over".to_owned()]).map(|text| format!("text {text}")).collect();
    assert_eq!(world.told(&["text"]), heard);
    // Thirteen are two full seconds and a bit. A machine that stalls may still draw a refusal, which
    // is why none is counted here.
    assert!(start.elapsed() >= Duration::from_secs(2));
    let failed = |event: &Event| matches!(event, Event::MessageFailed { .. });
    assert_eq!(world.guest.count(failed), 0);
}

#[tokio::test]
async fn a_new_session_is_joined_once_and_attributes_reach_the_agent() {
    let attributes = |value: &str| CustomAttributes::from([("order".to_owned(), value.to_owned())]);
    let joining = attributes("1");
    let settings = |config: webmessaging_proto::Config| config.with_auto_start(joining);
    let mut world = World::ready_with(Options::default(), settings).await;
    world.agent.until("joined").await;
    let shown = world.agent.view(&world.conversation).await["custom_attributes"].clone();
    assert_eq!(shown, json!({ "order": "1" }));

    let text = world.guest.handle.send_text_with("hi".to_owned(), attributes("2"));
    text.await.expect("confirmed");
    let shown = world.agent.view(&world.conversation).await["custom_attributes"].clone();
    assert_eq!(shown, json!({ "order": "2" }));

    world.agent.fault(json!({ "fault": "drop" })).await;
    world.guest.until_phase(Phase::Backoff).await;
    world.guest.until_ready().await;
    world.settle().await;
    assert_eq!(world.told(&["joined"]), ["joined"]);
}

/// Why the agent's indicator went out, each time.
fn stops(world: &World) -> Vec<String> {
    let reason = |event: &Event| match event {
        Event::PeerTypingStopped { reason, .. } => Some(format!("{reason:?}").to_lowercase()),
        _ => None,
    };
    world.guest.seen.iter().filter_map(reason).collect()
}

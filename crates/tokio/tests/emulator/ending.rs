//! Conversations that end, and new ones after them.

use std::time::Duration;

use serde_json::json;
use webmessaging_emulator::Options;
use webmessaging_proto::{ClosedReason, Credentials, Event, FailReason, InputError, Phase};
use webmessaging_tokio::{CommandError, TextError};

use crate::world::World;

#[tokio::test]
async fn after_a_read_only_end_a_new_conversation_can_be_started() {
    let mut world = World::ready().await;
    world.guest.say("old").await;
    let old_message = world.agent_says("bye").await;
    world.guest.handle.set_typing(true);
    world.agent.until("typing on").await;
    world.agent.end(&world.conversation, true).await;
    world.guest.until_phase(Phase::ReadOnly).await;
    world.guest.until_event(Event::ConversationEnded { read_only: true }).await;
    world.agent.until("typing out: ended").await;
    let refused = InputError::InvalidState { input: "send_text", phase: Phase::ReadOnly };
    let text = world.guest.handle.send_text("too late");
    assert_eq!(text.await, Err(TextError::Refused(refused)));

    world.guest.handle.start_new().await.expect("it is read-only");
    world.guest.until_ready().await;
    world.agent.until("opened").await;
    let new = world.agent.newest_conversation();
    assert_ne!(new, world.conversation);
    let unknown = world.guest.handle.message_visible(old_message).await;
    assert_eq!(unknown, Err(CommandError::Refused(InputError::UnknownMessage)));
    world.guest.handle.keystroke();
    world.agent.until("typing on").await;
    world.guest.say("new").await;
    world.agent.until("text new").await;
    let id = world.agent.say(&new, "welcome back").await;
    assert_eq!(world.guest.until_message("welcome back").await, id);
    world.guest.sees(&id).await;
    world.agent.until(&format!("read {id}")).await;

    assert_eq!(world.told(&["text"]), ["text old"]);
    assert_eq!(world.agent.told(&new, &["text"]), ["text new"]);
    assert_eq!(world.agent.told(&new, &["typing"]), ["typing on", "typing out: off"]);
    assert_eq!(world.guest.leave().await.dials, 1);
}

#[tokio::test]
async fn read_only_outlives_a_loss() {
    let mut world = World::ready().await;
    world.agent.end(&world.conversation, true).await;
    world.guest.until_event(Event::ConversationEnded { read_only: true }).await;
    world.agent.fault(json!({ "fault": "drop" })).await;
    world.guest.until_phase(Phase::Backoff).await;
    world.guest.until_phase(Phase::ReadOnly).await;
    assert_eq!(world.guest.count(|event| *event == Event::PhaseChanged(Phase::Ready)), 1);
    world.guest.handle.start_new().await.expect("it is read-only");
    world.guest.until_ready().await;
    world.agent.until("opened").await;
    world.conversation = world.agent.newest_conversation();
    world.settle().await;
    let ended = |event: &Event| matches!(event, Event::ConversationEnded { .. });
    assert_eq!(world.guest.count(ended), 1);
}

#[tokio::test]
async fn a_new_conversation_on_one_device_ends_the_other_devices_connection() {
    let mut world = World::ready().await;
    let mut other = world.guest_with(&world.token);
    other.connect().await;
    other.until_ready().await;
    world.agent.end(&world.conversation, true).await;
    for guest in [&mut world.guest, &mut other] {
        guest.until_phase(Phase::ReadOnly).await;
    }
    world.guest.handle.start_new().await.expect("it is read-only");
    other.until_event(Event::ConnectionClosed { reason: ClosedReason::SessionLimit }).await;
    world.guest.until_ready().await;
    world.agent.until("opened").await;
    world.conversation = world.agent.newest_conversation();
    world.settle().await;
    other.connect().await;
    other.until_ready().await;
    world.agent_says("to both").await;
    other.until_message("to both").await;
    assert_eq!(world.told(&["opened", "resumed"]), ["opened", "resumed"]);
}

#[tokio::test]
async fn a_new_conversation_survives_the_loss_of_its_connection() {
    let mut world = World::ready().await;
    world.agent.end(&world.conversation, true).await;
    world.guest.until_phase(Phase::ReadOnly).await;
    world.agent.fault(json!({ "fault": "drop", "on": ["configure"], "count": 1 })).await;
    world.guest.handle.start_new().await.expect("it is read-only");
    world.guest.until_phase(Phase::Backoff).await;
    world.guest.until_ready().await;
    world.agent.until("opened").await;
    let new = world.agent.newest_conversation();
    assert_ne!(new, world.conversation);
    world.agent.fault(json!({ "fault": "drop" })).await;
    world.guest.until_event(Event::MessagesMayBeMissing).await;
    world.settle().await;
    assert_eq!(world.agent.told(&new, &["opened", "resumed"]), ["opened", "resumed"]);
    assert_eq!(world.agent.told(&new, &["text"]), ["text over"]);
}

#[tokio::test]
async fn after_an_end_that_is_not_read_only_the_guest_goes_on() {
    let mut world = World::ready().await;
    world.guest.handle.set_typing(true);
    world.agent.until("typing on").await;
    world.agent.end(&world.conversation, false).await;
    world.guest.until_event(Event::ConversationEnded { read_only: false }).await;
    world.guest.say("one more thing").await;
    world.agent.until("text one more thing").await;
    assert_eq!(world.guest.handle.phase(), Phase::Ready);
    assert_eq!(world.told(&["opened", "resumed"]), ["opened"]);
}

#[tokio::test]
async fn a_session_that_was_idle_for_too_long_is_over_and_a_new_token_opens_another() {
    let mut options = Options::default();
    options.session_life = Duration::from_secs(900);
    let mut world = World::ready_with(options, |config| config).await;
    world.time_passes(Duration::from_secs(900));
    world.guest.until_failed(FailReason::SessionExpired).await;
    world.guest.until_event(Event::SessionExpired).await;
    world.agent.until("session expired").await;

    // The same token again: the service does not know it any more.
    world.guest.connect().await;
    world.guest.until_event(Event::SessionExpired).await;

    let new = world.agent.credentials(None).await;
    world.guest.handle.renew(Credentials::new(new.token)).await.expect("taken");
    world.guest.connect().await;
    world.guest.until_ready().await;
    world.settle().await;
    assert_eq!(world.told(&["opened", "resumed", "text"]), ["opened"]);
    assert_eq!(world.agent.told(&new.conversation, &["opened", "text"]), ["opened", "text over"]);
}

//! Two guests of one service.

use serde_json::json;
use webmessaging_proto::{Event, Phase, Sender};

use crate::world::World;

#[tokio::test]
async fn two_guests_do_not_see_each_other() {
    let mut world = World::ready().await;
    let others = world.agent.credentials(None).await;
    let mut other = world.guest_with(&others.token);
    other.connect().await;
    other.until_ready().await;
    world.agent.until("connections 1").await;

    world.guest.handle.set_typing(true);
    world.agent.until("typing on").await;
    other.say("from the other").await;
    world.agent.types(&others.conversation, true).await;
    other.until("typing", |event| matches!(event, Event::PeerTypingStarted { .. })).await;
    let id = world.agent.say(&others.conversation, "to the other").await;
    assert_eq!(other.until_message("to the other").await, id);
    other.sees(&id).await;
    world.agent.until(&format!("read {id}")).await;
    let drop_other = json!({ "fault": "drop", "conversation_id": others.conversation });
    world.agent.fault(drop_other).await;
    other.until_phase(Phase::Backoff).await;
    other.until_ready().await;
    let end_other = json!({ "fault": "expire_token", "conversation_id": others.conversation });
    world.agent.fault(end_other).await;
    other.handle.send_text("not any more");
    other.until_event(Event::AuthenticationFailed).await;

    world.agent_says("to the guest").await;
    world.settle().await;
    let shown = |text: &str| [(Sender::Agent, text.to_owned())];
    assert_eq!(world.guest.shown(), shown("to the guest"));
    assert_eq!(other.shown(), shown("to the other"));
    let typing = |event: &Event| matches!(event, Event::PeerTypingStarted { .. });
    assert_eq!(world.guest.count(typing), 0);
    assert!(world.guest.handle.message_visible(id).await.is_err(), "the other's message");
    let of_guest = ["typing on", "typing out: off", "text over"];
    assert_eq!(world.told(&["typing", "text", "read", "resumed"]), of_guest);
    let told = world.agent.told(&others.conversation, &["typing", "text", "resumed"]);
    assert_eq!(told, ["text from the other", "resumed"]);
}

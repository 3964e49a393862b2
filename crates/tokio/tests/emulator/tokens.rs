//! Tokens that are not, or no longer, good.

use serde_json::json;
use webmessaging_proto::{Credentials, Event, FailReason};

use crate::agent::quiet;
use crate::world::World;

#[tokio::test]
async fn an_expired_token_is_renewed_and_nothing_is_lost() {
    let mut world = World::ready().await;
    let one = world.agent_says("one").await;
    let expire = json!({ "fault": "expire_token", "conversation_id": world.conversation });
    world.agent.fault(expire).await;
    let text = world.guest.handle.send_text("hello");
    world.guest.until_failed(FailReason::AuthenticationFailed).await;
    world.guest.until_event(Event::AuthenticationFailed).await;
    world.agent.until("connections 0").await;
    world.guest.sees(&one).await;

    world.guest.connect().await;
    world.guest.until_event(Event::AuthenticationFailed).await;

    let renewed = world.agent.credentials(Some(&world.conversation)).await;
    assert_eq!(renewed.conversation, world.conversation);
    let renewal = world.guest.handle.renew(Credentials::new(renewed.token));
    renewal.await.expect("taken");
    world.guest.connect().await;
    world.guest.until_event(Event::MessagesMayBeMissing).await;
    text.await.expect("confirmed");
    world.agent.until(&format!("read {one}")).await;
    world.settle().await;
    assert_eq!(world.told(&["text", "read"]).len(), 3);
    assert_eq!(world.told(&["opened", "resumed"]), ["opened", "resumed"]);
}

#[tokio::test]
async fn a_forged_token_opens_nothing() {
    let world = World::idle().await;
    let mut forged = world.token.clone();
    let last = forged.pop().expect("a token");
    let unlike = if last == 'A' { 'E' } else { 'A' };
    forged.push(unlike);
    let mut guest = world.guest_with(&forged);
    let text = guest.handle.send_text("hello");
    guest.connect().await;
    guest.until_failed(FailReason::AuthenticationFailed).await;
    guest.until_event(Event::AuthenticationFailed).await;
    quiet().await;
    assert!(!world.agent.knows(&world.conversation).await);

    // The text was never written, so it goes out with the right token.
    guest.handle.renew(Credentials::new(world.token.clone())).await.expect("taken");
    guest.connect().await;
    text.await.expect("confirmed");
    assert_eq!(world.agent.texts(&world.conversation, "guest").await, ["hello Sent"]);
    assert_eq!(guest.leave().await.dials, 2);
}

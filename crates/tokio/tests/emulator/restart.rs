//! A service that comes back without its memory.

use webmessaging_emulator::Options;
use webmessaging_proto::{Config, Credentials, Event, FailReason, FailureCode, InputError, Sender};
use webmessaging_tokio::{CommandError, TextError, WebSocketConnector};

use crate::world::World;

#[tokio::test]
async fn a_new_session_in_place_of_the_old_one_gets_nothing_that_was_meant_for_that() {
    // A token that the guest made itself opens a session anywhere.
    let own = |config: Config| Config::new("d-1", "own token", 7).with_endpoint(address(&config));
    let mut world = World::idle_with(Options::default(), own, WebSocketConnector::new()).await;
    world.guest.connect().await;
    world.guest.until_ready().await;
    world.agent.until("opened").await;
    world.conversation = world.agent.newest_conversation();
    let message = world.agent_says("one").await;

    let (mut world, text) = world.restart("for the old one").await;
    world.guest.until_event(Event::SessionReplaced).await;
    let waiting = text.key;
    assert_eq!(text.await, Err(TextError::Failed(FailureCode::SessionReplaced)));
    world.agent.until("opened").await;
    assert_ne!(world.agent.newest_conversation(), world.conversation);
    world.conversation = world.agent.newest_conversation();
    let unknown = world.guest.handle.message_visible(message).await;
    assert_eq!(unknown, Err(CommandError::Refused(InputError::UnknownMessage)));
    world.guest.handle.retry(waiting).await.expect("it is the host's choice");
    world.settle().await;
    assert_eq!(world.told(&["text"]), ["text for the old one", "text over"]);
    let missing = |event: &Event| *event == Event::MessagesMayBeMissing;
    assert_eq!(world.guest.count(missing), 0);
    assert_eq!(world.guest.shown(), [(Sender::Agent, "one".to_owned())]);
}

#[tokio::test]
async fn a_token_that_the_new_service_does_not_know_is_refused_and_renewed() {
    let world = World::ready().await;
    let (mut world, text) = world.restart("hello").await;
    world.guest.until_failed(FailReason::AuthenticationFailed).await;
    assert!(!world.agent.knows(&world.conversation).await);
    let new = world.agent.credentials(None).await;
    world.guest.handle.renew(Credentials::new(new.token)).await.expect("taken");
    world.guest.connect().await;
    let end = text.await;
    assert_eq!(end, Err(TextError::Failed(FailureCode::SessionReplaced)));
    world.settle().await;
    assert_eq!(world.agent.told(&new.conversation, &["text"]), ["text over"]);
}

fn address(config: &Config) -> String {
    config.url().split('?').next().expect("an address").to_owned()
}

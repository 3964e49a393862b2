//! Guest tokens: given out, renewed, expired, forged, revoked.

use std::time::Duration;

use webmessaging_emulator::{
    Options,
    service::{Conversation, ConversationError},
};

use crate::world::{DEPLOYMENT, EPOCH, World, configure, start_new};

fn create(world: &mut World) -> Conversation {
    world.service.create_conversation(Some(DEPLOYMENT), None, world.now).unwrap()
}

#[test]
fn a_guest_token_opens_the_conversation_that_it_was_given_out_for() {
    let mut world = World::new();
    let conversation = create(&mut world);
    assert_eq!(conversation.deployment_id, DEPLOYMENT);
    assert_eq!(conversation.expires_at, EPOCH.as_secs() + 1800);
    let id = world.connect();
    let response = world.ask(id, &configure(&conversation.guest_token));
    assert_eq!(response["body"]["newSession"], true);
    assert_eq!(world.conversation(), conversation.conversation_id);
}

#[test]
fn an_expired_or_forged_token_is_unauthorized() {
    let mut options = Options::default();
    options.guest_token_life = Duration::from_secs(60);
    let mut world = World::with(options);
    let conversation = create(&mut world);
    let id = world.guest_of(&conversation.guest_token);
    world.after(60_000);
    // What is open stays open; only configure asks for a token that is still good.
    let mut frame = crate::world::text("t", "hi");
    frame["token"] = serde_json::json!(&*conversation.guest_token);
    assert_eq!(world.ask(id, &frame)["code"], 200);
    let again = world.connect();
    assert_eq!(world.refusal(again, &configure(&conversation.guest_token)), 401);

    let mut forged = create(&mut world).guest_token.into_inner();
    forged.replace_range(forged.len() - 4.., "AAAA");
    assert_eq!(world.refusal(again, &configure(&forged)), 401);
    assert_eq!(world.refusal(again, &configure("eyJhbGciOi.example.jwt")), 401);
    assert_eq!(world.service.sessions().len(), 1);
}

#[test]
fn a_renewed_token_resumes_the_session() {
    let mut world = World::new();
    let conversation = create(&mut world);
    let id = world.guest_of(&conversation.guest_token);
    let renewed = world
        .service
        .create_conversation(None, Some(&conversation.conversation_id), world.now)
        .unwrap();
    assert_eq!(renewed.conversation_id, conversation.conversation_id);
    assert_ne!(renewed.guest_token, conversation.guest_token);
    // Good on the open connection at once, and for the next one.
    let mut frame = crate::world::text("t", "hi");
    frame["token"] = serde_json::json!(&*renewed.guest_token);
    assert_eq!(world.ask(id, &frame)["body"]["text"], "hi");
    let again = world.connect();
    assert_eq!(world.ask(again, &configure(&renewed.guest_token))["body"]["newSession"], false);
}

#[test]
fn a_token_is_bound_to_its_deployment() {
    let mut world = World::new();
    let other = world.service.create_conversation(Some("other"), None, world.now).unwrap();
    let id = world.connect();
    assert_eq!(world.refusal(id, &configure(&other.guest_token)), 401);
}

#[test]
fn tokens_of_the_clients_own_have_a_length() {
    let mut world = World::new();
    let id = world.connect();
    assert_eq!(world.refusal(id, &configure("")), 400);
    assert_eq!(world.refusal(id, &configure(&"x".repeat(2049))), 400);
    assert_eq!(world.ask(id, &configure(&"x".repeat(2048)))["code"], 200);
}

#[test]
fn a_jwt_for_history_opens_no_session() {
    let mut world = World::new();
    let id = world.guest();
    let answer = world.ask(id, &serde_json::json!({"action": "getJwt"}));
    let jwt = answer["body"]["jwt"].as_str().unwrap();
    assert_eq!(world.refusal(id, &configure(jwt)), 401);
}

#[test]
fn tokens_are_given_out_for_what_exists() {
    let mut options = Options::default();
    options.deployments.push(DEPLOYMENT.to_owned());
    let mut world = World::with(options);
    let conversation = world.service.create_conversation(None, None, world.now).unwrap();
    assert_eq!(conversation.deployment_id, DEPLOYMENT);
    assert_eq!(
        world.service.create_conversation(Some("other"), None, world.now).unwrap_err(),
        ConversationError::UnknownDeployment("other".to_owned())
    );
    world.guest();
    let plain = world.conversation();
    assert_eq!(
        world.service.create_conversation(None, Some(&plain), world.now).unwrap_err(),
        ConversationError::UnknownConversation(plain)
    );
}

#[test]
fn a_further_token_names_the_conversation_that_it_opens() {
    let mut world = World::new();
    let first = create(&mut world);
    let id = world.guest_of(&first.guest_token);
    world.service.agent_end(&first.conversation_id, true, world.now).unwrap();
    world.pump();
    world.frames(id);
    assert_eq!(world.ask(id, &start_new(&first.guest_token))["body"]["newSession"], true);
    let sessions = world.service.sessions();
    let second = sessions.iter().find(|session| !session.read_only).unwrap();
    assert_ne!(second.conversation_id, first.conversation_id);
    for known in [&first.conversation_id, &second.conversation_id] {
        let further = world.service.create_conversation(None, Some(known), world.now).unwrap();
        assert_eq!(further.conversation_id, second.conversation_id);
        let response = world.ask(id, &configure(&further.guest_token));
        assert_eq!(response["body"]["newSession"], false);
        assert_eq!(response["body"]["readOnly"], false);
    }
}

#[test]
fn the_expire_fault_revokes_what_was_given_out_so_far() {
    let mut world = World::new();
    let conversation = create(&mut world);
    let id = world.guest_of(&conversation.guest_token);
    let plain = world.guest_of("plain");
    world.fault(&format!(
        r#"{{"fault":"expire_token","conversation_id":"{}"}}"#,
        conversation.conversation_id
    ));
    let mut frame = crate::world::echo("e");
    frame["token"] = serde_json::json!(&*conversation.guest_token);
    assert_eq!(world.refusal(id, &frame), 401);
    assert_eq!(world.refusal(id, &configure(&conversation.guest_token)), 401);
    assert_eq!(world.ask(plain, &configure("plain"))["code"], 200);
    let renewed = world
        .service
        .create_conversation(None, Some(&conversation.conversation_id), world.now)
        .unwrap();
    assert_eq!(world.ask(id, &configure(&renewed.guest_token))["body"]["newSession"], false);

    // For everyone: also tokens that no session was opened with yet.
    let unused = create(&mut world);
    world.fault("expire_token");
    assert_eq!(world.refusal(id, &configure(&unused.guest_token)), 401);
    assert_eq!(world.refusal(plain, &configure("plain")), 401);
    let fresh = create(&mut world);
    assert_eq!(world.ask(id, &configure(&fresh.guest_token))["body"]["newSession"], true);
}

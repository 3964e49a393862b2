//! Opening, resuming, sharing and moving sessions.

use serde_json::json;
use webmessaging_emulator::{Options, service::ConnectError};

use crate::world::{DEPLOYMENT, EPOCH, End, TOKEN, World, configure, text};

#[test]
fn a_session_response_tells_everything_that_the_wire_has() {
    let mut world = World::new();
    let id = world.connect();
    let response = world.ask(id, &configure(TOKEN));
    assert_eq!(
        response,
        json!({
            "type": "response", "class": "SessionResponse", "code": 200, "tracingId": "configure-1",
            "body": {
                "connected": true, "newSession": true, "readOnly": false, "clearedExistingSession": false,
                "maxCustomDataBytes": 2048, "durationSeconds": 259_200,
                "expirationDate": EPOCH.as_secs() + 259_200,
                "allowedMedia": {"inbound": {
                    "fileTypes": [{"type": "image/png"}, {"type": "image/jpeg"}, {"type": "image/gif"}],
                    "maxFileSizeKB": 10240,
                }},
                "blockedExtensions": [".ade", ".bat", ".exe"],
            },
        })
    );
    assert_eq!(
        world.events(),
        [json!({"type": "session_opened"}), json!({"type": "connections", "count": 1})]
    );
}

#[test]
fn the_same_token_resumes_its_session() {
    let mut world = World::new();
    let first = world.guest();
    let conversation = world.conversation();
    world.disconnect(first);
    world.after(60_000);
    let second = world.connect();
    let response = world.ask(second, &configure(TOKEN));
    assert_eq!(response["body"]["newSession"], false);
    assert_eq!(world.conversation(), conversation);
    let events = world.events();
    assert_eq!(
        events[1..],
        [json!({"type": "session_resumed"}), json!({"type": "connections", "count": 1})]
    );
}

#[test]
fn configuring_again_on_the_same_connection_changes_nothing() {
    let mut world = World::new();
    let id = world.guest();
    let response = world.ask(id, &configure(TOKEN));
    assert_eq!(response["body"]["newSession"], false);
    assert_eq!(world.service.sessions()[0].connections, [id]);
}

#[test]
fn a_connection_can_move_to_another_session() {
    let mut world = World::new();
    let id = world.guest();
    world.ask(id, &configure("other"));
    let sessions = world.service.sessions();
    let with_connection = sessions.iter().filter(|s| s.connections == [id]).count();
    assert_eq!((sessions.len(), with_connection), (2, 1));
    assert_eq!(world.refusal(id, &text("t", "with the old token")), 401);
}

#[test]
fn nothing_is_answered_before_configure() {
    let mut world = World::new();
    let id = world.connect();
    for frame in [
        text("t", "hi"),
        crate::world::echo("e"),
        crate::world::typing("On"),
        crate::world::receipt("m"),
        crate::world::close_session(),
        json!({"action": "getJwt", "token": TOKEN}),
        json!({"action": "getConfiguration", "token": TOKEN, "deploymentId": DEPLOYMENT}),
    ] {
        assert_eq!(world.refusal(id, &frame), 400);
    }
    assert!(world.service.sessions().is_empty());
}

#[test]
fn everyone_of_a_session_sees_its_messages_and_others_do_not() {
    let mut world = World::new();
    let (a, b) = (world.guest(), world.guest());
    let stranger = world.guest_of("stranger");
    world.say(a, &text("t-1", "hello"));
    let (at_a, at_b) = (world.one(a), world.one(b));
    assert_eq!(at_a["tracingId"], "t-1");
    assert_eq!(at_b.get("tracingId"), None);
    assert_eq!(at_a["body"], at_b["body"]);
    assert_eq!(world.frames(stranger), Vec::<serde_json::Value>::new());
}

#[test]
fn the_fourth_connection_closes_the_oldest() {
    let mut world = World::new();
    let connections = [world.guest(), world.guest(), world.guest()];
    let fourth = world.guest();
    let closed =
        json!({"type": "message", "class": "ConnectionClosedEvent", "code": 200, "body": {}});
    assert_eq!(world.one(connections[0]), closed);
    assert_eq!(world.ended(connections[0]), Some(End::Close(1000)));
    assert_eq!(world.ended(connections[1]), None);
    assert_eq!(world.service.sessions()[0].connections, [connections[1], connections[2], fourth]);
    // What the closed one still says is ignored.
    world.say(connections[0], &text("t", "late"));
    assert!(world.service.sessions()[0].messages.is_empty());
}

#[test]
fn only_known_deployments_are_let_in() {
    let mut options = Options::default();
    options.deployments.push(DEPLOYMENT.to_owned());
    let mut world = World::with(options);
    for wrong in ["", "other"] {
        let refused = world.service.connect(wrong, world.now).unwrap_err();
        assert_eq!(refused, ConnectError::UnknownDeployment);
        assert_eq!(refused.status(), 403);
    }
    let id = world.service.connect(&DEPLOYMENT.to_uppercase(), world.now).unwrap();
    assert_eq!(world.ask(id, &configure(TOKEN))["body"]["connected"], true);
}

#[test]
fn configure_has_to_name_the_deployment_of_its_connection() {
    let mut world = World::new();
    let id = world.connect();
    let mut frame = configure(TOKEN);
    frame["deploymentId"] = json!("other");
    assert_eq!(world.refusal(id, &frame), 400);
    frame["deploymentId"] = json!(null);
    assert_eq!(world.refusal(id, &frame), 4020);
    assert_eq!(world.ask(id, &configure(TOKEN))["body"]["newSession"], true);
}

#[test]
fn the_least_needed_session_makes_room() {
    let mut options = Options::default();
    options.caps.sessions = 2;
    let mut world = World::with(options);
    let a = world.guest_of("a");
    world.after(10);
    let b = world.guest_of("b");
    // Both are connected: no room.
    let c = world.connect();
    assert_eq!(world.refusal(c, &configure("c")), 503);
    world.disconnect(b);
    assert_eq!(world.ask(c, &configure("c"))["body"]["newSession"], true);
    world.disconnect(a);
    // b was forgotten, a was not.
    let a = world.connect();
    assert_eq!(world.ask(a, &configure("a"))["body"]["newSession"], false);
    world.disconnect(c);
    let b = world.connect();
    assert_eq!(world.ask(b, &configure("b"))["body"]["newSession"], true);
}

#[test]
fn ended_sessions_make_room_before_open_ones() {
    let mut options = Options::default();
    options.caps.sessions = 2;
    let mut world = World::with(options);
    let open = world.guest_of("open");
    world.disconnect(open);
    world.after(10);
    let ended = world.guest_of("ended");
    let conversation = world.service.sessions().into_iter().find(|s| s.connections == [ended]);
    let conversation = conversation.unwrap().conversation_id;
    world.service.agent_end(&conversation, true, world.now).unwrap();
    world.disconnect(ended);
    world.guest_of("third");
    // The open one has been idle for longer and is still there.
    let open = world.connect();
    assert_eq!(world.ask(open, &configure("open"))["body"]["newSession"], false);
}

#[test]
fn authenticated_sessions_are_not_offered() {
    let mut world = World::new();
    let id = world.connect();
    let frame = json!({"action": "configureAuthenticatedSession", "token": TOKEN, "tracingId": "t",
        "deploymentId": DEPLOYMENT, "startNew": false, "data": {"code": "jwt"}});
    assert_eq!(world.refusal(id, &frame), 403);
}

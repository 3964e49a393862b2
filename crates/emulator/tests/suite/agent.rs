//! What the agent does, as the guest's connections see it.

use serde_json::{Value, json};
use webmessaging_emulator::service::AgentError;

use crate::world::{TOKEN, World, configure, presence, start_new, text, typing};

#[test]
fn a_text_reaches_every_connection() {
    let mut world = World::new();
    let (a, b) = (world.guest(), world.guest());
    world.after(7_904);
    let message_id = world.agent_text("On its way.");
    let frame = world.one(a);
    assert_eq!(frame, world.one(b));
    assert_eq!((&frame["type"], frame.get("tracingId")), (&json!("message"), None));
    let body = &frame["body"];
    assert_eq!((&body["type"], &body["direction"]), (&json!("Text"), &json!("Outbound")));
    assert_eq!((&body["text"], &body["content"]), (&json!("On its way."), &json!([])));
    assert_eq!(
        body["channel"],
        json!({"time": "2026-05-04T09:00:07.904Z", "messageId": message_id, "type": "Private",
            "from": {"nickname": "Kim"}, "to": {}})
    );
    assert_eq!(body["id"].as_str().unwrap().len(), 32);
    let event = world.events().pop().unwrap();
    assert_eq!(event["type"], "agent_message");
    assert_eq!(event["message"]["state"], "Sent");
}

#[test]
fn a_text_without_a_connection_is_kept() {
    let mut world = World::new();
    let id = world.guest();
    world.disconnect(id);
    world.agent_text("anyone?");
    assert_eq!(world.service.sessions()[0].messages.len(), 1);
}

#[test]
fn typing_goes_on_and_off() {
    let mut world = World::new();
    let id = world.guest();
    let conversation = world.conversation();
    world.service.agent_typing(&conversation, true, Some("Kim"), world.now).unwrap();
    world.service.agent_typing(&conversation, false, Some("Kim"), world.now).unwrap();
    world.pump();
    let frames = world.frames(id);
    let events = |frame: &Value| frame["body"]["events"].clone();
    let expect = |typing: Value| json!([{"eventType": "Typing", "typing": typing}]);
    assert_eq!(events(&frames[0]), expect(json!({"type": "On", "duration": 5000})));
    assert_eq!(events(&frames[1]), expect(json!({"type": "Off"})));
    assert_eq!(frames[0]["body"]["direction"], "Outbound");
    assert_eq!(frames[0]["body"]["channel"]["from"], json!({"nickname": "Kim"}));
    assert_eq!(
        world.events(),
        [
            json!({"type": "agent_typing", "typing": true}),
            json!({"type": "agent_typing", "typing": false})
        ]
    );
}

#[test]
fn a_read_only_end_stops_the_guest() {
    let mut world = World::new();
    let id = world.guest();
    world.say(id, &typing("On"));
    let conversation = world.conversation();
    world.service.agent_end(&conversation, true, world.now).unwrap();
    world.pump();
    let frame = world.one(id);
    assert_eq!(frame["body"]["direction"], "Outbound");
    assert_eq!(frame["body"]["metadata"]["readOnly"], "true");
    assert_eq!(
        frame["body"]["events"],
        json!([{"eventType": "Presence", "presence": {"type": "Disconnect"}}])
    );
    assert_eq!(
        world.events()[1..],
        [
            json!({"type": "guest_typing", "typing": false, "reason": "ended"}),
            json!({"type": "conversation_ended", "read_only": true})
        ]
    );
    for frame in [text("t", "hi"), typing("On"), presence("Join")] {
        assert_eq!(world.refusal(id, &frame), 409);
    }
    let again = world.connect();
    let response = world.ask(again, &configure(TOKEN));
    assert_eq!(response["body"]["readOnly"], true);
    assert_eq!(response["body"]["connected"], true);
    assert_eq!(
        world.service.agent_text(&conversation, "x", None, world.now).unwrap_err(),
        AgentError::Ended
    );
}

#[test]
fn an_end_that_is_not_read_only_lets_the_guest_go_on() {
    let mut world = World::new();
    let id = world.guest();
    let conversation = world.conversation();
    world.service.agent_end(&conversation, false, world.now).unwrap();
    world.pump();
    assert_eq!(world.one(id)["body"]["metadata"].get("readOnly"), None);
    assert_eq!(world.ask(id, &text("t", "one more thing"))["body"]["direction"], "Inbound");
}

#[test]
fn a_new_session_follows_a_read_only_one() {
    let mut world = World::new();
    let (a, b) = (world.guest(), world.guest());
    let conversation = world.conversation();
    // A session that is still open is resumed all the same.
    assert_eq!(world.ask(a, &start_new(TOKEN))["body"]["newSession"], false);
    world.service.agent_end(&conversation, true, world.now).unwrap();
    world.pump();
    world.frames(a);
    world.frames(b);
    let response = world.ask(a, &start_new(TOKEN));
    assert_eq!(response["body"]["newSession"], true);
    assert_eq!(response["body"]["readOnly"], false);
    assert_eq!(world.one(b)["class"], "ConnectionClosedEvent");
    assert_eq!(world.ask(a, &text("t", "hi"))["body"]["text"], "hi");
    let sessions = world.service.sessions();
    assert_eq!(sessions.len(), 2);
    let old = sessions.iter().find(|s| s.conversation_id == conversation).unwrap();
    assert!(old.read_only && old.connections.is_empty() && old.messages.is_empty());
}

#[test]
fn commands_that_cannot_be_done_say_why() {
    let mut world = World::new();
    world.guest();
    let id = world.conversation();
    let now = world.now;
    let service = &mut world.service;
    let unknown = service.agent_text("nobody", "hi", None, now).unwrap_err();
    assert_eq!(unknown, AgentError::NotFound("nobody".to_owned()));
    assert_eq!(service.agent_text(&id, "", None, now).unwrap_err(), AgentError::EmptyText);
    let long = service.agent_text(&id, &"é".repeat(4001), None, now).unwrap_err();
    assert_eq!(long, AgentError::TextTooLong { length: 4001, limit: 4000 });
    assert!(service.agent_text(&id, &"é".repeat(4000), None, now).is_ok());
    for _ in 0..12 {
        service.agent_typing(&id, true, None, now).unwrap();
    }
    let often = service.agent_typing(&id, true, None, now).unwrap_err();
    assert_eq!(often, AgentError::TooMany { retry_after: 60 });
    service.agent_typing(&id, false, None, now).unwrap();
}

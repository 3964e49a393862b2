//! Texts, presence, health checks and the other requests of a configured guest.

use serde_json::{Value, json};

use crate::world::{DEPLOYMENT, EPOCH, TOKEN, World, echo, message, presence, text};

#[test]
fn a_text_comes_back_as_inbound_message() {
    let mut world = World::new();
    let id = world.guest();
    world.after(1250);
    let frame = world.ask(id, &text("t-1", "Where is my parcel?"));
    let body = &frame["body"];
    assert_eq!(frame["type"], "message");
    assert_eq!(frame["class"], "StructuredMessage");
    assert_eq!((&frame["code"], &frame["tracingId"]), (&json!(200), &json!("t-1")));
    assert_eq!((&body["type"], &body["direction"]), (&json!("Text"), &json!("Inbound")));
    assert_eq!(body["text"], "Where is my parcel?");
    assert_eq!(body["id"].as_str().unwrap().len(), 32);
    assert_eq!(body["channel"]["time"], "2026-05-04T09:00:01.250Z");
    assert_eq!(body["channel"]["messageId"].as_str().unwrap().len(), 36);
    assert_eq!(body["originatingEntity"], "Human");
    assert_eq!(body["metadata"]["correlationId"].as_str().unwrap().len(), 36);
    let events = world.events();
    assert_eq!(events[0]["type"], "guest_message");
    assert_eq!(events[0]["message"]["text"], "Where is my parcel?");
    assert_eq!(events[0]["message"]["message_id"], body["channel"]["messageId"]);
}

#[test]
fn metadata_is_echoed_for_older_clients() {
    let mut world = World::new();
    let id = world.guest();
    let metadata = json!({"customMessageId": "c-1", "correlationId": "mine", "odd": 5});
    let frame = json!({"action": "onMessage", "token": TOKEN,
        "message": {"type": "Text", "text": "hi", "metadata": metadata}});
    let answer = world.ask(id, &frame);
    let metadata = &answer["body"]["metadata"];
    assert_eq!(metadata["customMessageId"], "c-1");
    assert_ne!(metadata["correlationId"], "mine");
    assert_eq!(metadata.get("odd"), None);
    assert_eq!(answer.get("tracingId"), None);
}

#[test]
fn custom_attributes_are_taken_in_both_places() {
    let mut world = World::new();
    let id = world.guest();
    let channel =
        |order: &str| json!({"metadata": {"customAttributes": {"orderId": order, "n": 5}}});
    let attributes = |world: &World| {
        let view = world.service.sessions().remove(0);
        serde_json::to_value(view.custom_attributes).unwrap()
    };
    let mut frame = text("t-1", "inside");
    frame["message"]["channel"] = channel("1");
    world.ask(id, &frame);
    assert_eq!(attributes(&world), json!({"orderId": "1", "n": "5"}));
    let mut frame = text("t-2", "top level");
    frame["channel"] = channel("2");
    world.ask(id, &frame);
    assert_eq!(attributes(&world), json!({"orderId": "2", "n": "5"}));
    let mut frame = presence("Join");
    frame["message"]["channel"] = channel("3");
    world.ask(id, &frame);
    assert_eq!(attributes(&world), json!({"orderId": "3", "n": "5"}));
}

#[test]
fn structured_replies_keep_their_content() {
    let mut world = World::new();
    let id = world.guest();
    let content = json!([{"contentType": "ButtonResponse",
        "buttonResponse": {"text": "Yes", "payload": "yes-1", "type": "QuickReply"}}]);
    for (kind, text) in [("Text", ""), ("Structured", "Yes")] {
        let reply = json!({"type": kind, "text": text, "content": content});
        let body = world.ask(id, &message("t", &reply))["body"].take();
        assert_eq!((&body["type"], &body["text"]), (&json!(kind), &json!(text)));
        assert_eq!(body["content"], content);
    }
}

#[test]
fn join_comes_back_and_the_agent_hears_of_it() {
    let mut world = World::new();
    let (a, b) = (world.guest(), world.guest());
    world.say(a, &presence("Join"));
    let frame = world.one(a);
    assert_eq!((&frame["type"], &frame["tracingId"]), (&json!("message"), &json!("presence-1")));
    assert_eq!(frame["body"]["direction"], "Inbound");
    assert_eq!(
        frame["body"]["events"],
        json!([{"eventType": "Presence", "presence": {"type": "Join"}}])
    );
    assert_eq!(world.one(b)["body"], frame["body"]);
    assert!(world.events().contains(&json!({"type": "guest_joined"})));
    assert!(world.service.sessions()[0].joined);
}

#[test]
fn a_health_check_tells_how_long_the_session_lives() {
    let mut world = World::new();
    let id = world.guest();
    world.after(10_000);
    world.ask(id, &text("t", "hi"));
    let frame = world.ask(id, &echo("SGVhbHRoQ2hlY2tNZXNzYWdlSWQ="));
    assert_eq!(frame["type"], "response");
    assert_eq!(frame["class"], "StructuredMessage");
    assert_eq!(frame["tracingId"], "SGVhbHRoQ2hlY2tNZXNzYWdlSWQ=");
    let body = &frame["body"];
    assert_eq!((&body["text"], &body["direction"]), (&json!("ping"), &json!("Inbound")));
    let expires = (EPOCH.as_secs() + 10 + 259_200).to_string();
    assert_eq!(body["metadata"], json!({"durationSeconds": "259200", "expirationDate": expires}));
    let old = json!({"action": "echo", "token": TOKEN, "message":
        {"type": "Text", "text": "ping", "metadata": {"customMessageId": "SGVhbHRo"}}});
    assert_eq!(world.ask(id, &old)["body"]["metadata"]["customMessageId"], "SGVhbHRo");
}

#[test]
fn a_request_without_a_token_is_the_connections_own() {
    let mut world = World::new();
    let id = world.guest();
    let frame = json!({"action": "echo", "message": {"type": "Text", "text": "ping"}});
    assert_eq!(world.ask(id, &frame)["body"]["text"], "ping");
    let mut frame = text("t", "hi");
    frame["token"] = Value::Null;
    assert_eq!(world.ask(id, &frame)["body"]["text"], "hi");
    frame["token"] = json!("somebody else's");
    assert_eq!(world.refusal(id, &frame), 401);
}

#[test]
fn jwt_and_configuration_are_answered() {
    let mut world = World::new();
    let id = world.guest();
    let frame = json!({"action": "getJwt", "token": TOKEN, "tracingId": "j"});
    let answer = world.ask(id, &frame);
    assert_eq!((&answer["class"], &answer["tracingId"]), (&json!("JwtResponse"), &json!("j")));
    assert_eq!(answer["body"]["exp"], EPOCH.as_secs() + 60);
    assert_eq!(answer["body"]["jwt"].as_str().unwrap().split('.').count(), 3);
    let frame = json!({"action": "getConfiguration", "token": TOKEN, "deploymentId": DEPLOYMENT});
    let answer = world.ask(id, &frame);
    assert_eq!(answer["class"], "GetConfigurationResponse");
    assert_eq!(answer["body"]["maxCustomDataBytes"], 2048);
    assert_eq!(answer["body"]["messageRoutingEnabled"], true);
    assert_eq!(answer["body"]["sessionDurationSeconds"], 259_200);
}

#[test]
fn attachments_are_not_offered() {
    let mut world = World::new();
    let id = world.guest();
    for action in ["onAttachment", "getAttachment", "deleteAttachment", "resumeToken"] {
        let frame = json!({"action": action, "token": TOKEN, "attachmentId": "a-1",
            "fileName": "box.png", "fileType": "image/png", "fileSize": 5, "tracingId": "a"});
        assert_eq!(world.refusal(id, &frame), 4000);
    }
    let frame = json!({"action": "onAttachment", "token": TOKEN, "attachmentId": "a-1",
        "errorsAsJson": true, "tracingId": "a"});
    let answer = world.ask(id, &frame);
    assert_eq!(answer["class"], "GenerateUrlError");
    assert_eq!(answer["body"]["errorCode"], 4000);
    assert_eq!(answer["body"]["attachmentId"], "a-1");
    let content = json!([{"contentType": "Attachment", "attachment": {"id": "a-1"}}]);
    let with = json!({"type": "Text", "text": "see photo", "content": content});
    assert_eq!(world.refusal(id, &message("t", &with)), 4009);
    let mut old = text("t", "");
    old["attachmentIds"] = json!(["a-1"]);
    assert_eq!(world.refusal(id, &old), 4009);
}

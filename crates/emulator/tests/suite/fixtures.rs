//! Frames of other people's clients. Our own copies of their shapes are always tested; with `WIRE_FIXTURES` set to a
//! folder of recorded ones, so is every file of its `c2s`.

use std::{env, fs, path::Path};

use serde_json::{Value, json};

use crate::world::{DEPLOYMENT, World, text};

const TOKEN: &str = "00000000-0000-0000-0000-000000000000";

/// The shapes that differ from those that the other tests send.
fn shapes() -> Vec<(&'static str, Value)> {
    let journey = json!({"customer": {"id": TOKEN, "idType": "cookie"},
        "customerSession": {"id": "", "type": "web"}});
    vec![
        (
            "configure without startNew",
            json!({"action": "configureSession", "deploymentId": DEPLOYMENT, "token": TOKEN}),
        ),
        (
            "configure with a journey",
            json!({"token": TOKEN, "deploymentId": DEPLOYMENT, "startNew": false, "journeyContext": journey,
                "tracingId": "j", "action": "configureSession"}),
        ),
        (
            "text without tracingId",
            json!({"action": "onMessage", "token": TOKEN, "message": {"type": "Text", "text": "hi"}}),
        ),
        (
            "attributes at the top level",
            json!({"action": "onMessage", "message": {"text": "hi", "type": "Text"}, "token": TOKEN,
                "channel": {"metadata": {"customAttributes": {"test": "test-value"}}}}),
        ),
        (
            "typing without tracingId",
            json!({"action": "onMessage", "token": TOKEN, "message":
                {"type": "Event", "events": [{"eventType": "Typing", "typing": {"type": "On"}}]}}),
        ),
        (
            "echo without token",
            json!({"action": "echo", "message": {"type": "Text", "text": "ping"}}),
        ),
        ("getJwt without tracingId", json!({"token": TOKEN, "action": "getJwt"})),
    ]
}

/// What a frame of this action is answered with, if it is answered well.
fn expected(frame: &Value) -> &'static [u64] {
    match frame["action"].as_str().unwrap() {
        "configureAuthenticatedSession" => &[403],
        "onAttachment" | "getAttachment" | "deleteAttachment" => &[400, 4000],
        "onMessage" if frame.get("attachmentIds").is_some() => &[4009],
        "onMessage" if frame["message"]["content"][0]["contentType"] == "Attachment" => &[4009],
        "onMessage" if frame["message"]["events"][0]["eventType"] == "Typing" => &[],
        _ => &[200],
    }
}

/// One client with its own token and deployment, next to another that must not notice.
fn check(name: &str, frame: &Value) {
    let mut world = World::new();
    let neighbour = world.guest_of("neighbour");
    let token = frame.get("token").and_then(Value::as_str).unwrap_or(TOKEN);
    let deployment = frame.get("deploymentId").and_then(Value::as_str).unwrap_or(DEPLOYMENT);
    let id = world.service.connect(deployment, world.now).unwrap();
    if frame["action"] != "configureSession" {
        let configure =
            json!({"action": "configureSession", "token": token, "deploymentId": deployment});
        assert_eq!(world.ask(id, &configure)["body"]["connected"], true, "{name}");
    }
    world.say(id, frame);
    let answers = world.frames(id);
    let expected = expected(frame);
    if expected.is_empty() {
        assert!(answers.is_empty(), "{name}: {answers:?}");
    } else {
        let answer = &answers[0];
        assert!(expected.contains(&answer["code"].as_u64().unwrap()), "{name}: {answer}");
        assert_eq!(answer.get("tracingId"), frame.get("tracingId"), "{name}");
    }
    assert!(world.frames(neighbour).is_empty(), "{name}");
    let mut hello = text("t", "hi");
    hello["token"] = json!("neighbour");
    assert_eq!(world.ask(neighbour, &hello)["body"]["text"], "hi", "{name}");
}

#[test]
fn shapes_of_other_clients_are_understood() {
    for (name, frame) in shapes() {
        check(name, &frame);
    }
}

#[test]
fn recorded_frames_are_understood() {
    let Some(folder) = env::var_os("WIRE_FIXTURES") else { return };
    let folder = Path::new(&folder).join("c2s");
    let mut seen = 0;
    for entry in fs::read_dir(folder).expect("WIRE_FIXTURES must hold a folder c2s") {
        let path = entry.unwrap().path();
        let frame = serde_json::from_str(&fs::read_to_string(&path).unwrap()).unwrap();
        check(&path.display().to_string(), &frame);
        seen += 1;
    }
    assert!(seen > 0);
}

//! What is wrong with a frame is said in one error frame, and nobody else notices.

use std::fmt::Write;

use serde_json::{Value, json};
use webmessaging_emulator::service::Payload;

use crate::world::{TOKEN, World, message, text};

#[test]
fn every_mistake_has_its_answer() {
    let mut world = World::new();
    let (id, neighbour) = (world.guest(), world.guest_of("neighbour"));
    let events =
        |events: Value| message("t", &json!({"type": "Event", "events": events})).to_string();
    let body = |body: Value| message("t", &body).to_string();
    for (frame, code) in [
        (String::new(), 400),
        ("hello".to_owned(), 400),
        ("{\"action\":".to_owned(), 400),
        ("[1]".to_owned(), 400),
        ("null".to_owned(), 400),
        ("{\"a\":1,\"a\":".to_owned(), 400),
        ("[".repeat(50_000), 400),
        ("x".repeat(256 * 1024 + 1), 400),
        (json!({}).to_string(), 4020),
        (json!({"action": "dance"}).to_string(), 400),
        (json!({"action": ["echo"]}).to_string(), 400),
        (json!({"action": "echo", "token": 5}).to_string(), 400),
        (json!({"action": "echo", "tracingId": 5}).to_string(), 400),
        (json!({"action": "echo", "message": "ping"}).to_string(), 400),
        (json!({"action": "onMessage", "token": TOKEN}).to_string(), 4020),
        (body(json!({})), 4020),
        (body(json!({"type": "Text"})), 4020),
        (body(json!({"type": "Text", "text": ""})), 4020),
        (body(json!({"type": "Text", "text": 5})), 400),
        (body(json!({"type": "Text", "text": "x", "content": {}})), 400),
        (body(json!({"type": "Text", "text": "x", "channel": []})), 400),
        (body(json!({"type": "Text", "text": "x", "metadata": "m"})), 400),
        (body(json!({"type": "Sonnet", "text": "x"})), 400),
        (body(json!({"type": "Event"})), 4020),
        (events(json!([])), 4020),
        (events(json!([5])), 400),
        (events(json!([{}])), 4020),
        (events(json!([{"eventType": "Typing"}])), 4020),
        (events(json!([{"eventType": "Typing", "typing": {}}])), 4020),
        (events(json!([{"eventType": "Typing", "typing": {"type": 1}}])), 400),
        (json!({"action": "closeSession", "closeAllConnections": 1}).to_string(), 400),
    ] {
        world.say_raw(id, &frame);
        let answer = world.one(id);
        let shown = frame.chars().take(80).collect::<String>();
        assert_eq!((&answer["type"], &answer["class"]), (&json!("response"), &json!("string")));
        assert_eq!(answer["code"], code, "{shown}: {answer}");
        assert!(!answer["body"].as_str().unwrap().is_empty());
    }
    world.service.receive(id, Payload::Binary, world.now);
    world.pump();
    assert_eq!(world.one(id)["code"], 400);
    assert_eq!(world.frames(neighbour), Vec::<Value>::new());
    assert_eq!(world.events(), Vec::<Value>::new());
    assert_eq!(world.ask(id, &text("t", "still here"))["code"], 200);
}

#[test]
fn the_answer_names_the_request() {
    let mut world = World::new();
    let id = world.guest();
    let answer = world.ask(id, &json!({"action": "dance", "tracingId": "t-9"}));
    assert_eq!(answer["tracingId"], "t-9");
}

#[test]
fn members_that_nobody_knows_do_no_harm() {
    let mut world = World::new();
    let id = world.guest();
    let mut frame = text("t", "hi");
    frame["time"] = json!(null);
    frame["surprise"] = json!({"deep": [1, 2.5, {"x": null}]});
    frame["message"]["mood"] = json!(1e300);
    assert_eq!(world.ask(id, &frame)["body"]["text"], "hi");
}

#[test]
fn nothing_secret_shows_in_debug() {
    let mut world = World::new();
    let id = world.guest();
    world.service.receive(id, Payload::Text(&text("t", "my secret").to_string()), world.now);
    let mut shown = format!("{:?} {:?}", world.service, world.service.sessions());
    while let Some(output) = world.service.poll_output() {
        write!(shown, "{output:?}").unwrap();
    }
    let conversation = world.service.create_conversation(None, None, world.now).unwrap();
    write!(shown, "{conversation:?} {:?}", Payload::Text("my secret")).unwrap();
    assert!(!shown.contains("my secret") && !shown.contains(TOKEN));
    assert!(!shown.contains(&*conversation.guest_token));
}

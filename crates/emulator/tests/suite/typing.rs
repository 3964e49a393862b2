//! The guest's typing indicator in both modes.

use serde_json::{Value, json};
use webmessaging_emulator::Options;

use crate::world::{World, live, message, text, typing};

fn on() -> Value {
    json!({"type": "guest_typing", "typing": true})
}

fn out(reason: &str) -> Value {
    json!({"type": "guest_typing", "typing": false, "reason": reason})
}

fn typing_events(world: &mut World) -> Vec<Value> {
    let mut events = world.events();
    events.retain(|event| event["type"] == "guest_typing");
    events
}

fn shown(world: &World) -> bool {
    world.service.sessions()[0].guest_typing
}

#[test]
fn guide_shows_it_until_off() {
    let mut world = World::new();
    let id = world.guest();
    world.say(id, &typing("On"));
    world.after(3_600_000);
    world.say(id, &typing("On"));
    assert!(shown(&world));
    world.say(id, &text("t", "a text does not end it"));
    assert!(shown(&world));
    world.say(id, &typing("Off"));
    world.say(id, &typing("Off"));
    assert_eq!(typing_events(&mut world), [on(), out("off")]);
    // Silence, besides the text's own echo.
    assert_eq!(world.one(id)["body"]["type"], "Text");
}

#[test]
fn live_shows_it_for_five_seconds_after_the_last_on() {
    let mut world = World::with(live());
    let id = world.guest();
    world.say(id, &typing("On"));
    world.after(4_000);
    world.say(id, &typing("On"));
    world.after(4_999);
    assert_eq!(typing_events(&mut world), [on()]);
    world.after(1);
    assert_eq!(typing_events(&mut world), [out("expired")]);
    assert_eq!(world.frames(id), Vec::<Value>::new());
}

#[test]
fn live_ends_it_with_a_text() {
    let mut world = World::with(live());
    let id = world.guest();
    world.say(id, &typing("On"));
    world.say(id, &text("t", "hi"));
    let kinds: Vec<Value> = world.events().iter().map(|e| e["type"].clone()).collect();
    assert_eq!(kinds, ["guest_typing", "guest_typing", "guest_message"]);
    world.after(10_000);
    assert_eq!(world.events(), Vec::<Value>::new());
}

#[test]
fn live_knows_no_off() {
    let mut world = World::with(live());
    let id = world.guest();
    world.say(id, &typing("On"));
    assert_eq!(world.refusal(id, &typing("Off")), 400);
    assert_eq!(world.refusal(id, &typing("typing")), 400);
    assert!(shown(&world));
}

#[test]
fn guide_ignores_types_that_it_does_not_know() {
    let mut world = World::new();
    let id = world.guest();
    world.say(id, &typing("typing"));
    world.say(id, &typing("on"));
    assert_eq!((world.frames(id), world.events()), (vec![], vec![]));
    world.say(id, &typing("On"));
    world.say(id, &typing("stopTyping"));
    assert!(shown(&world));
}

#[test]
fn the_last_connection_takes_it_along() {
    for options in [Options::default(), live()] {
        let mut world = World::with(options);
        let (a, b) = (world.guest(), world.guest());
        world.say(a, &typing("On"));
        world.disconnect(a);
        assert!(shown(&world));
        world.disconnect(b);
        assert_eq!(typing_events(&mut world), [on(), out("disconnected")]);
    }
}

#[test]
fn it_goes_to_the_other_connections_as_inbound() {
    let mut world = World::new();
    let (a, b) = (world.guest(), world.guest());
    for kind in ["On", "Off"] {
        world.say(a, &typing(kind));
        assert_eq!(world.frames(a), Vec::<Value>::new());
        let frame = world.one(b);
        assert_eq!(frame.get("tracingId"), None);
        assert_eq!(frame["body"]["direction"], "Inbound");
        let expected = json!([{"eventType": "Typing", "typing": {"type": kind}}]);
        assert_eq!(frame["body"]["events"], expected);
    }
}

#[test]
fn switched_off_it_is_forbidden() {
    let mut options = Options::default();
    options.typing = false;
    let mut world = World::with(options);
    let id = world.guest();
    let answer = world.ask(id, &typing("On"));
    assert_eq!(
        answer,
        json!({"type": "response", "class": "string", "code": 403, "tracingId": "typing-1",
            "body": "Turn on the Feature Toggle or fix the configuration."})
    );
    assert!(!shown(&world));
}

#[test]
fn several_events_of_a_frame_are_taken_in_order() {
    let mut world = World::new();
    let id = world.guest();
    let events = json!([
        {"eventType": "CoBrowse", "coBrowse": {"type": "Offering"}},
        {"eventType": "Typing", "typing": {"type": "On", "duration": 5000.0}},
        {"eventType": "Presence", "presence": {"type": "Unheard"}},
        {"eventType": "Typing", "typing": {"type": "Off"}},
    ]);
    world.say(id, &message("t", &json!({"type": "Event", "events": events})));
    assert_eq!(world.events(), [on(), out("off")]);
    assert_eq!(world.frames(id), Vec::<Value>::new());
}

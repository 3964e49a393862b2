//! The documented limits with the documented answers.

use serde_json::json;
use webmessaging_emulator::{Limits, Options, service::ConnectError};

use crate::world::{
    TOKEN, World, close_session, configure, echo, presence, start_new, text, typing,
};

#[test]
fn five_texts_a_second_for_the_session() {
    let mut world = World::new();
    let (a, b) = (world.guest(), world.guest());
    for n in 0..5 {
        let from = if n % 2 == 0 { a } else { b };
        world.say(from, &text("t", "hi"));
    }
    world.frames(a);
    world.frames(b);
    let answer = world.ask(a, &text("t-6", "one too many"));
    assert_eq!(
        answer,
        json!({"type": "response", "class": "TooManyRequestsErrorMessage", "code": 429, "tracingId": "t-6",
            "body": {"retryAfter": 1, "errorCode": 4029, "name": "TooManyRequestsError",
                "errorMessage": "Message rate too high for this session",
                "message": "Message rate too high for this session"}})
    );
    assert_eq!(world.service.sessions()[0].messages.len(), 5);
    world.after(1000);
    assert_eq!(world.ask(a, &text("t-7", "again"))["code"], 200);
    // Typing is no text.
    for _ in 0..10 {
        world.say(a, &typing("On"));
    }
    assert!(world.frames(a).is_empty());
}

#[test]
fn sixty_requests_a_minute_for_the_connection() {
    let mut world = World::new();
    let (a, b) = (world.guest(), world.guest());
    for _ in 1..60 {
        world.after(100);
        world.say(a, &typing("On"));
    }
    assert!(world.frames(a).is_empty());
    let answer = world.ask(a, &typing("Off"));
    assert_eq!((&answer["code"], &answer["tracingId"]), (&json!(429), &json!("typing-1")));
    assert_eq!(answer["body"]["retryAfter"], 55);
    // What cannot be read counts as well, and other connections are free.
    world.say_raw(a, "{");
    assert_eq!(world.one(a)["code"], 429);
    world.frames(b);
    world.say(b, &typing("On"));
    assert!(world.frames(b).is_empty());
    world.frames(a);
    world.after(54_100);
    world.say(a, &typing("Off"));
    assert!(world.frames(a).is_empty());
}

#[test]
fn two_echoes_a_minute_for_the_connection() {
    let mut world = World::new();
    let id = world.guest();
    assert_eq!(world.ask(id, &echo("e-1"))["code"], 200);
    world.after(30_000);
    assert_eq!(world.ask(id, &echo("e-2"))["code"], 200);
    world.after(29_000);
    let answer = world.ask(id, &echo("e-3"));
    assert_eq!((&answer["code"], &answer["body"]["retryAfter"]), (&json!(429), &json!(1)));
    world.after(1_000);
    assert_eq!(world.ask(id, &echo("e-4"))["code"], 200);
}

#[test]
fn sixty_configures_a_minute_for_the_session() {
    let mut world = World::new();
    for n in 0..60 {
        let id = world.connect();
        assert_eq!(world.ask(id, &configure(TOKEN))["code"], 200, "{n}");
        world.disconnect(id);
    }
    let id = world.connect();
    assert_eq!(world.refusal(id, &configure(TOKEN)), 429);
    assert_eq!(world.ask(id, &configure("other"))["code"], 200);
    world.after(60_000);
    assert_eq!(world.ask(id, &configure(TOKEN))["code"], 200);
}

#[test]
fn starting_anew_does_not_start_the_count_anew() {
    let mut options = Options::default();
    options.limits.requests_per_connection = None;
    let mut world = World::with(options);
    let id = world.guest();
    for _ in 1..60 {
        world.ask(id, &close_session());
        assert_eq!(world.ask(id, &start_new(TOKEN))["body"]["newSession"], true);
    }
    world.ask(id, &close_session());
    assert_eq!(world.refusal(id, &start_new(TOKEN)), 429);
}

#[test]
fn a_thousand_connections_a_minute_for_the_deployment() {
    let mut world = World::new();
    for _ in 0..1000 {
        let id = world.connect();
        world.disconnect(id);
    }
    let refused = world.service.connect(crate::world::DEPLOYMENT, world.now).unwrap_err();
    assert_eq!(refused, ConnectError::TooMany { retry_after: 60 });
    assert_eq!(refused.status(), 429);
    assert!(world.service.connect("other", world.now).is_ok());
    world.after(60_000);
    world.connect();
}

#[test]
fn texts_have_a_length() {
    let mut world = World::new();
    let id = world.guest();
    assert_eq!(world.ask(id, &text("t", &"é".repeat(4096)))["code"], 200);
    let answer = world.ask(id, &text("t", &"é".repeat(5000)));
    assert_eq!(answer["code"], 4011);
    assert_eq!(answer["body"], "Message length 5000 is larger than 4096");
    assert_eq!(world.service.sessions()[0].messages.len(), 1);
}

#[test]
fn custom_attributes_have_a_size() {
    let mut world = World::new();
    let id = world.guest();
    let with = |mut frame: serde_json::Value, value: &str| {
        frame["message"]["channel"] = json!({"metadata": {"customAttributes": {"ab": value}}});
        frame
    };
    assert_eq!(world.ask(id, &with(text("t", "hi"), &"é".repeat(1023)))["code"], 200);
    let large = "é".repeat(1024);
    let answer = world.ask(id, &with(text("t", "hi"), &large));
    assert_eq!(answer["code"], 4013);
    assert_eq!(answer["body"], "Custom Attributes in channel metadata is larger than 2048 bytes");
    assert_eq!(world.refusal(id, &with(presence("Join"), &large)), 4013);
    let mut top = text("t", "hi");
    top["channel"] = json!({"metadata": {"customAttributes": {"ab": large}}});
    assert_eq!(world.refusal(id, &top), 4013);
}

#[test]
fn limits_can_be_switched_off() {
    let mut options = Options::default();
    options.limits = Limits::off();
    let mut world = World::with(options);
    let id = world.guest();
    for _ in 0..200 {
        assert_eq!(world.ask(id, &text("t", &"x".repeat(5000)))["code"], 200);
        assert_eq!(world.ask(id, &echo("e"))["code"], 200);
    }
}

#[test]
fn connections_have_a_cap() {
    let mut options = Options::default();
    options.caps.connections = 2;
    let mut world = World::with(options);
    let (a, _) = (world.connect(), world.connect());
    let refused = world.service.connect(crate::world::DEPLOYMENT, world.now).unwrap_err();
    assert_eq!((refused.status(), &refused), (503, &ConnectError::Full));
    world.disconnect(a);
    world.connect();
}

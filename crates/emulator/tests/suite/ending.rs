//! Closing, wiping and expiring sessions.

use std::time::Duration;

use serde_json::{Value, json};
use webmessaging_emulator::Options;

use crate::world::{
    EPOCH, End, TOKEN, World, close_session, configure, presence, start_new, text, typing,
};

#[test]
fn closing_with_all_connections_leads_to_a_new_session() {
    let mut world = World::new();
    let (a, b) = (world.guest(), world.guest());
    world.say(a, &typing("On"));
    world.frames(b);
    world.say(a, &close_session());
    let response = world.one(a);
    assert_eq!(
        (&response["class"], &response["tracingId"]),
        (&json!("SessionResponse"), &json!("close-1"))
    );
    assert_eq!(response["body"]["connected"], false);
    assert_eq!(response["body"]["readOnly"], true);
    assert_eq!(world.one(b)["class"], "ConnectionClosedEvent");
    assert_eq!((world.ended(a), world.ended(b)), (None, Some(End::Close(1000))));
    let events = world.events();
    assert!(events.contains(&json!({"type": "session_closed"})));
    assert!(events.contains(&json!({"type": "guest_typing", "typing": false, "reason": "ended"})));
    // Until it configures, this connection has no session.
    assert_eq!(world.refusal(a, &text("t", "hi")), 400);
    let response = world.ask(a, &configure(TOKEN));
    assert_eq!(
        (&response["body"]["newSession"], &response["body"]["readOnly"]),
        (&json!(false), &json!(true))
    );
    let response = world.ask(a, &start_new(TOKEN));
    assert_eq!(
        (&response["body"]["newSession"], &response["body"]["readOnly"]),
        (&json!(true), &json!(false))
    );
    assert_eq!(world.ask(a, &text("t", "hi"))["body"]["text"], "hi");
}

#[test]
fn closing_one_connection_leaves_the_session_to_the_others() {
    let mut world = World::new();
    let (a, b) = (world.guest(), world.guest());
    let frame = json!({"action": "closeSession", "token": TOKEN, "tracingId": "c"});
    let response = world.ask(a, &frame);
    assert_eq!(
        (&response["body"]["connected"], &response["body"]["readOnly"]),
        (&json!(false), &json!(false))
    );
    assert_eq!(world.service.sessions()[0].connections, [b]);
    assert_eq!(world.ask(b, &text("t", "hi"))["body"]["text"], "hi");
    assert_eq!(world.frames(a), Vec::<Value>::new());
}

#[test]
fn clear_wipes_the_conversation_and_closes_everyone() {
    let mut world = World::new();
    let (a, b) = (world.guest(), world.guest());
    world.agent_text("secret");
    world.frames(a);
    world.frames(b);
    world.say(a, &presence("Clear"));
    let frames = world.frames(a);
    assert_eq!((&frames[0]["class"], &frames[0]["code"]), (&json!("string"), &json!(200)));
    assert_eq!(frames[0]["tracingId"], "presence-1");
    let classes = |frames: &[Value]| frames.iter().map(|f| f["class"].clone()).collect::<Vec<_>>();
    assert_eq!(classes(&frames[1..]), ["SessionClearedEvent", "ConnectionClosedEvent"]);
    assert_eq!(classes(&world.frames(b)), ["SessionClearedEvent", "ConnectionClosedEvent"]);
    assert_eq!((world.ended(a), world.ended(b)), (Some(End::Close(1000)), Some(End::Close(1000))));
    assert!(world.service.sessions().is_empty());
    let again = world.connect();
    assert_eq!(world.ask(again, &configure(TOKEN))["body"]["newSession"], true);
}

#[test]
fn clear_can_be_switched_off() {
    let mut options = Options::default();
    options.conversation_clear = false;
    let mut world = World::with(options);
    let id = world.guest();
    let answer = world.ask(id, &presence("Clear"));
    assert_eq!(answer["code"], 403);
    assert!(answer["body"].as_str().unwrap().contains("Conversation Clear"));
    assert_eq!(world.service.sessions().len(), 1);
}

#[test]
fn a_session_expires_after_its_last_message() {
    let mut options = Options::default();
    options.session_life = Duration::from_secs(900);
    let mut world = World::with(options);
    let id = world.guest();
    world.after(500_000);
    world.ask(id, &text("t", "guest"));
    world.after(500_000);
    world.agent_text("agent");
    world.frames(id);
    world.after(500_000);
    world.say(id, &typing("On"));
    assert_eq!(world.service.sessions()[0].expires_at, EPOCH.as_secs() + 1900);
    world.after(399_999);
    assert_eq!(world.frames(id), Vec::<Value>::new());
    world.after(1);
    let frame = world.one(id);
    assert_eq!((&frame["class"], &frame["body"]), (&json!("SessionExpiredEvent"), &json!({})));
    assert_eq!(world.ended(id), None);
    assert_eq!(world.refusal(id, &text("t", "late")), 4006);
    assert_eq!(world.refusal(id, &configure(TOKEN)), 4007);
    let events = world.events();
    assert!(events.contains(&json!({"type": "session_expired"})));
    assert!(!world.service.sessions()[0].guest_typing);
    // The same token may still start anew, as after a read-only end.
    assert_eq!(world.ask(id, &start_new(TOKEN))["body"]["newSession"], true);
}

#[test]
fn a_late_tick_changes_nothing() {
    let mut options = Options::default();
    options.session_life = Duration::from_secs(10);
    let mut world = World::with(options);
    let id = world.guest();
    // No tick at the deadline: the next verb catches up first.
    world.now = Duration::from_secs(11);
    assert_eq!(world.service.deadline(), Some(Duration::from_secs(10)));
    world.say(id, &text("t", "too late"));
    let frames = world.frames(id);
    assert_eq!(frames[0]["class"], "SessionExpiredEvent");
    assert_eq!(frames[1]["code"], 4006);
}

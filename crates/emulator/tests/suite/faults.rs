//! Faults on demand, as the wire shows them under virtual time.

use serde_json::{Value, json};
use webmessaging_emulator::{
    Options,
    service::{ConnectError, FaultError},
};

use crate::world::{DEPLOYMENT, End, TOKEN, World, configure, echo, text, typing};

fn texts(frames: &[Value]) -> Vec<&str> {
    frames.iter().map(|frame| frame["body"]["text"].as_str().unwrap()).collect()
}

#[test]
fn drop_cuts_every_connection_at_once() {
    let mut world = World::new();
    let (a, b) = (world.guest(), world.guest_of("b"));
    world.say(a, &typing("On"));
    assert_eq!(world.fault("drop"), None, "it has happened and is not in force");
    assert_eq!((world.ended(a), world.ended(b)), (Some(End::Abort), Some(End::Abort)));
    assert!(world.service.faults().is_empty());
    assert!(!world.service.sessions()[0].guest_typing);
    let again = world.connect();
    assert_eq!(world.ask(again, &configure(TOKEN))["body"]["newSession"], false);
}

#[test]
fn a_scope_spares_the_others() {
    let mut world = World::new();
    let a = world.guest();
    let conversation = world.conversation();
    let b = world.guest_of("b");
    world.fault(&format!(r#"{{"fault":"drop","conversation_id":"{conversation}"}}"#));
    assert_eq!((world.ended(a), world.ended(b)), (Some(End::Abort), None));
    world.fault(&format!(r#"{{"fault":"close","code":1012,"connection":{b}}}"#));
    assert_eq!(world.ended(b), Some(End::Close(1012)));
}

#[test]
fn drop_can_wait_for_a_request_and_nothing_of_it_is_done() {
    let mut world = World::new();
    let id = world.guest();
    world.fault(r#"{"fault":"drop","on":["text"],"count":1}"#);
    world.say(id, &typing("On"));
    assert_eq!(world.ended(id), None);
    world.say(id, &text("t", "lost"));
    assert_eq!(world.ended(id), Some(End::Abort));
    assert!(world.service.sessions()[0].messages.is_empty());
    let again = world.guest();
    assert_eq!(world.ask(again, &text("t", "kept"))["body"]["text"], "kept");
}

#[test]
fn swallow_has_directions() {
    let mut world = World::new();
    let id = world.guest();
    world.fault(r#"{"fault":"swallow","direction":"to_server","count":1}"#);
    world.say(id, &text("t-1", "never arrives"));
    assert!(world.service.sessions()[0].messages.is_empty());
    world.fault(r#"{"fault":"swallow","direction":"to_client","on":["text"],"count":1}"#);
    world.agent_text("not an answer to a text");
    world.say(id, &text("t-2", "arrives without an echo"));
    assert_eq!(world.service.sessions()[0].messages.len(), 2);
    world.say(id, &text("t-3", "as ever"));
    assert_eq!(texts(&world.frames(id)), ["not an answer to a text", "as ever"]);
}

#[test]
fn delay_keeps_the_order() {
    let mut world = World::new();
    let id = world.guest();
    let fault = world.fault(r#"{"fault":"delay","ms":200,"direction":"to_client"}"#);
    world.say(id, &text("t-1", "one"));
    world.after(100);
    assert_eq!(world.service.clear_faults(fault, world.now), 1);
    world.say(id, &text("t-2", "two"));
    assert!(world.frames(id).is_empty());
    world.after(99);
    assert!(world.frames(id).is_empty());
    world.after(1);
    assert_eq!(texts(&world.frames(id)), ["one", "two"]);
    world.say(id, &text("t-3", "three"));
    assert_eq!(texts(&world.frames(id)), ["three"]);
}

#[test]
fn delay_towards_the_server_is_seen_there() {
    let mut world = World::new();
    let id = world.guest();
    world.fault(r#"{"fault":"delay","ms":300,"direction":"to_server"}"#);
    world.say(id, &typing("On"));
    world.after(299);
    assert_eq!(world.events(), Vec::<Value>::new());
    world.after(1);
    assert_eq!(world.events().len(), 1);
    // A close comes behind what is delayed, a drop does not.
    world.service.clear_faults(None, world.now);
    world.fault("delay:300");
    world.agent_text("late");
    world.fault("close:1001");
    assert_eq!(world.ended(id), None);
    world.after(300);
    assert_eq!(texts(&world.frames(id)), ["late"]);
    assert_eq!(world.ended(id), Some(End::Close(1001)));
}

#[test]
fn what_is_delayed_is_lost_with_its_connection() {
    let mut world = World::new();
    let id = world.guest();
    world.fault("delay:300");
    world.say(id, &text("t", "never arrives"));
    world.agent_text("never either");
    world.fault("drop");
    world.after(1000);
    assert!(world.frames(id).is_empty());
    assert_eq!(world.service.sessions()[0].messages.len(), 1);
    assert_eq!(world.service.deadline().map(|at| at > world.now), Some(true));
}

#[test]
fn reorder_swaps_two_frames() {
    let mut world = World::new();
    let id = world.guest();
    world.fault(r#"{"fault":"reorder","direction":"to_client","count":1}"#);
    for text in ["one", "two", "three"] {
        world.agent_text(text);
    }
    world.after(0);
    assert_eq!(texts(&world.frames(id)), ["two", "one", "three"]);
    world.fault(r#"{"fault":"reorder","direction":"to_server","count":1}"#);
    world.say(id, &text("t", "a"));
    world.say(id, &text("t", "b"));
    world.after(0);
    assert_eq!(texts(&world.frames(id)), ["b", "a"]);
    // Alone, it is only late.
    world.fault("reorder*1");
    world.say(id, &text("t", "alone"));
    world.after(500);
    assert_eq!(texts(&world.frames(id)), ["alone"]);
}

#[test]
fn duplicate_doubles_either_way() {
    let mut world = World::new();
    let id = world.guest();
    world.fault(r#"{"fault":"duplicate","direction":"to_client","count":1}"#);
    world.agent_text("twice");
    assert_eq!(texts(&world.frames(id)), ["twice", "twice"]);
    world.fault(r#"{"fault":"duplicate","direction":"to_server","count":1}"#);
    world.say(id, &text("t", "taken twice"));
    assert_eq!(texts(&world.frames(id)), ["taken twice", "taken twice"]);
    assert_eq!(world.service.sessions()[0].messages.len(), 3);
}

#[test]
fn rate_limit_answers_the_next_requests_of_a_kind() {
    let mut world = World::new();
    let id = world.guest();
    world.fault(r#"{"fault":"rate_limit","retry_after":7,"on":["typing"],"count":2}"#);
    assert_eq!(world.ask(id, &text("t", "hi"))["code"], 200);
    let answer = world.ask(id, &typing("On"));
    assert_eq!(answer["class"], "TooManyRequestsErrorMessage");
    assert_eq!(
        (&answer["body"]["retryAfter"], &answer["tracingId"]),
        (&json!(7), &json!("typing-1"))
    );
    assert_eq!(world.refusal(id, &typing("Off")), 429);
    world.say(id, &typing("On"));
    assert_eq!(world.events().len(), 2, "the text and the third typing");
}

#[test]
fn any_code_can_be_the_answer() {
    let mut world = World::new();
    let id = world.guest();
    world.fault(r#"{"fault":"answer","code":503,"body":"down","on":["echo"]}"#);
    for _ in 0..3 {
        let answer = world.ask(id, &echo("e"));
        assert_eq!(
            answer,
            json!({"type": "response", "class": "string", "code": 503, "tracingId": "e", "body": "down"})
        );
    }
    assert_eq!(world.service.clear_faults(None, world.now), 1);
    assert_eq!(world.ask(id, &echo("e"))["code"], 200);
    world.fault("answer:4006*1");
    assert_eq!(world.refusal(id, &text("t", "hi")), 4006);
    let other = world.connect();
    world.fault(r#"{"fault":"answer","code":401,"on":["configure"],"count":1}"#);
    assert_eq!(world.refusal(other, &configure(TOKEN)), 401);
    assert_eq!(world.ask(other, &configure(TOKEN))["code"], 200);
}

#[test]
fn upgrades_can_be_refused_or_ended() {
    let mut world = World::new();
    world.fault("refuse_upgrade*1");
    let refused = world.service.connect(DEPLOYMENT, world.now).unwrap_err();
    assert_eq!((refused.status(), refused), (403, ConnectError::Fault(403)));
    world.fault("refuse_upgrade:503*1");
    assert_eq!(world.service.connect(DEPLOYMENT, world.now).unwrap_err().status(), 503);
    world.fault("accept_and_close:1013*1");
    let id = world.connect();
    assert_eq!(world.ended(id), Some(End::Close(1013)));
    world.guest();
}

#[test]
fn mute_stops_everything_until_it_is_cleared() {
    let mut world = World::new();
    let id = world.guest();
    let fault = world.fault("mute");
    assert_eq!(world.reading.get(&id), Some(&false));
    world.say(id, &text("t", "into the void"));
    world.agent_text("into the void");
    let late = world.connect();
    assert_eq!(world.reading.get(&late), Some(&false));
    world.say(late, &configure(TOKEN));
    assert!(world.frames(id).is_empty() && world.frames(late).is_empty());
    assert_eq!(world.service.clear_faults(fault, world.now), 1);
    world.pump();
    assert_eq!(world.reading.get(&id), Some(&true));
    assert_eq!(world.ask(id, &text("t", "back"))["body"]["text"], "back");
}

#[test]
fn mute_of_a_conversation_follows_its_connections() {
    let mut world = World::new();
    let id = world.guest();
    let conversation = world.conversation();
    world.disconnect(id);
    world.fault(&format!(r#"{{"fault":"mute","conversation_id":"{conversation}"}}"#));
    let id = world.connect();
    assert_eq!(world.reading.get(&id), None);
    world.say(id, &configure(TOKEN));
    assert_eq!(world.reading.get(&id), Some(&false));
}

#[test]
fn garbage_is_no_frame() {
    let mut world = World::new();
    let id = world.guest();
    world.fault("garbage");
    world.fault(r#"{"fault":"garbage","body":"\u0000 not json"}"#);
    let frames = world.raw_frames(id);
    assert_eq!(frames.len(), 2);
    for frame in frames {
        assert!(serde_json::from_str::<Value>(&frame).is_err());
    }
    world.fault(r#"{"fault":"garbage","on":["text"],"count":1}"#);
    world.say(id, &text("t", "hi"));
    let frames = world.raw_frames(id);
    assert_eq!(frames.len(), 2, "garbage, then the echo");
    assert!(frames[1].contains("StructuredMessage"));
}

#[test]
fn options_bring_faults_from_the_start() {
    let mut options = Options::default();
    options.faults.push("drop*1".parse().unwrap());
    let mut world = World::with(options);
    let id = world.connect();
    world.say(id, &configure(TOKEN));
    assert_eq!(world.ended(id), Some(End::Abort));
    world.guest();
}

#[test]
fn faults_are_listed_with_what_is_left_of_them_and_have_a_cap() {
    let mut options = Options::default();
    options.caps.faults = 2;
    let mut world = World::with(options);
    let id = world.guest();
    world.fault(r#"{"fault":"answer","code":500,"on":["echo"],"count":2}"#);
    world.ask(id, &echo("e"));
    world.fault("delay:5");
    assert_eq!(
        serde_json::to_value(world.service.faults()).unwrap(),
        json!([
            {"id": 1, "fault": "answer", "code": 500, "body": "Request failed.", "on": ["echo"], "count": 1},
            {"id": 2, "fault": "delay", "direction": "both", "ms": 5},
        ])
    );
    let third = world.service.add_fault("mute".parse().unwrap(), world.now);
    assert_eq!(third, Err(FaultError::Full(2)));
    assert_eq!(world.service.clear_faults(Some(9), world.now), 0);
}

#[test]
fn frames_held_back_have_a_cap() {
    let mut options = Options::default();
    options.caps.held_frames = 10;
    let mut world = World::with(options);
    let (id, other) = (world.guest(), world.guest_of("other"));
    world.fault(&format!(r#"{{"fault":"delay","ms":60000,"connection":{id}}}"#));
    for _ in 0..11 {
        world.say(id, &typing("On"));
    }
    assert_eq!((world.ended(id), world.ended(other)), (Some(End::Abort), None));

    let mut options = Options::default();
    options.caps.held_frames = 10;
    let mut world = World::with(options);
    let id = world.guest();
    world.fault(r#"{"fault":"delay","ms":60000,"direction":"to_client"}"#);
    for _ in 0..10 {
        world.agent_text("hi");
    }
    assert_eq!(world.ended(id), None);
    world.agent_text("hi");
    assert_eq!(world.ended(id), Some(End::Abort));
}

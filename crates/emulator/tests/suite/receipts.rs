//! Read receipts in both modes.

use serde_json::{Value, json};
use webmessaging_emulator::{Options, service::MessageState};

use crate::world::{World, live, message, receipt, text};

fn states(world: &World) -> Vec<MessageState> {
    world.service.sessions()[0].messages.iter().map(|m| m.state).collect()
}

#[test]
fn a_receipt_marks_its_message_alone_and_once() {
    let mut world = World::new();
    let id = world.guest();
    let (_, second) = (world.agent_text("one"), world.agent_text("two"));
    world.frames(id);
    world.events();
    world.say(id, &receipt(&second));
    world.say(id, &receipt(&second));
    assert_eq!(world.events(), [json!({"type": "message_read", "message_id": second})]);
    assert_eq!(world.frames(id), Vec::<Value>::new(), "silence is the answer");
    assert_eq!(states(&world), [MessageState::Sent, MessageState::Read]);
}

#[test]
fn either_id_names_a_message_and_any_connection_reads_it() {
    let mut world = World::new();
    let (a, b) = (world.guest(), world.guest());
    world.agent_text("one");
    let body_id = world.one(a)["body"]["id"].as_str().unwrap().to_owned();
    world.say(b, &receipt(&body_id));
    assert_eq!(states(&world), [MessageState::Read]);
}

#[test]
fn an_unknown_message_is_not_found() {
    let mut world = World::new();
    let (a, other) = (world.guest(), world.guest_of("other"));
    assert_eq!(world.refusal(a, &receipt("nothing")), 404);
    let own = world.ask(a, &text("t", "mine"))["body"]["channel"]["messageId"].take();
    assert_eq!(world.refusal(a, &receipt(own.as_str().unwrap())), 404);
    // A message of another session is as unknown as any.
    let theirs = world.service.sessions().into_iter().find(|s| s.connections == [other]).unwrap();
    let theirs = world.service.agent_text(&theirs.conversation_id, "x", None, world.now).unwrap();
    world.pump();
    assert_eq!(world.refusal(a, &receipt(&theirs.message_id)), 404);
}

#[test]
fn only_read_counts() {
    let mut world = World::new();
    let id = world.guest();
    let key = world.agent_text("one");
    world.frames(id);
    let with = |status| message("r", &json!({"type": "Receipt", "id": key, "status": status}));
    world.say(id, &with("Delivered"));
    assert_eq!(world.frames(id), Vec::<Value>::new());
    assert_eq!(states(&world), [MessageState::Sent]);
    assert_eq!(world.refusal(id, &with("Seen")), 400);
    let without = message("r", &json!({"type": "Receipt", "id": key}));
    assert_eq!(world.refusal(id, &without), 4020);
    let without = message("r", &json!({"type": "Receipt", "status": "Read"}));
    assert_eq!(world.refusal(id, &without), 4020);
}

#[test]
fn live_knows_no_receipts() {
    let mut world = World::with(live());
    let id = world.guest();
    let key = world.agent_text("one");
    world.frames(id);
    assert_eq!(world.refusal(id, &receipt(&key)), 400);
    assert_eq!(states(&world), [MessageState::Sent]);
}

#[test]
fn what_was_written_before_the_end_can_still_be_read() {
    let mut world = World::new();
    let id = world.guest();
    let key = world.agent_text("goodbye");
    let conversation = world.conversation();
    world.service.agent_end(&conversation, true, world.now).unwrap();
    world.pump();
    world.frames(id);
    world.say(id, &receipt(&key));
    assert_eq!(world.frames(id), Vec::<Value>::new());
    assert_eq!(states(&world), [MessageState::Read]);
}

#[test]
fn a_forgotten_message_is_not_found() {
    let mut options = Options::default();
    options.caps.messages = 2;
    let mut world = World::with(options);
    let id = world.guest();
    let keys = [world.agent_text("1"), world.agent_text("2"), world.agent_text("3")];
    world.frames(id);
    assert_eq!(world.refusal(id, &receipt(&keys[0])), 404);
    world.say(id, &receipt(&keys[1]));
    assert_eq!(states(&world), [MessageState::Read, MessageState::Sent]);
}

//! Names are only names: other ids, keys and nicknames give the same life under other names.
//!
//! Owns: the renaming of inputs and outputs. Must not know: what a session does with a name.

use serde_json::Value;
use webmessaging_proto::frame::ClientBody;
use webmessaging_proto::{Event, Input, LocalKey, Output, Typist};

use super::metamorphic::{again, fresh};
use crate::support::corpus::runs;
use crate::support::trace::Given;

/// Another name, and one that sorts the other way round.
fn name(old: &str) -> String {
    let turned: String = old.chars().rev().collect();
    let rank = old.bytes().fold(0_u8, u8::wrapping_add);
    format!("{:03}\u{e9}{turned}", 255 - rank)
}

fn key(old: LocalKey) -> LocalKey {
    LocalKey(u64::MAX - old.0 / 2 - (old.0 % 2) * 1_000_000)
}

fn rename(value: &mut Value, member: &str) {
    if let Some(Value::String(text)) = value.get_mut(member) {
        *text = name(text);
    }
}

fn wire(text: &str) -> String {
    let Ok(mut frame) = serde_json::from_str::<Value>(text) else { return text.into() };
    let Some(body) = frame.get_mut("body") else { return text.into() };
    rename(body, "id");
    if let Some(channel) = body.get_mut("channel") {
        rename(channel, "messageId");
        if let Some(from) = channel.get_mut("from") {
            rename(from, "nickname");
        }
    }
    frame.to_string()
}

fn given(old: &Given) -> Given {
    let input = match old {
        Given::Wire(transport, text) => return Given::Wire(*transport, wire(text)),
        Given::Input(input) => input.clone(),
        other => return other.clone(),
    };
    Given::Input(match input {
        Input::SendText { key: old, text, attributes } => {
            Input::SendText { key: key(old), text, attributes }
        }
        Input::Retry { key: old } => Input::Retry { key: key(old) },
        Input::Discard { key: old } => Input::Discard { key: key(old) },
        Input::MessageVisible { id } => Input::MessageVisible { id: name(&id).into() },
        Input::MessageHidden { id } => Input::MessageHidden { id: name(&id).into() },
        Input::MessageRestored { id, from, read } => {
            Input::MessageRestored { id: name(&id).into(), from, read }
        }
        other => other,
    })
}

fn typist(old: &Typist) -> Typist {
    let name = if old.has_nickname { name(&old.name).into() } else { old.name.clone() };
    Typist { name, has_nickname: old.has_nickname }
}

fn output(old: &Output) -> Output {
    let mut new = old.clone();
    match &mut new {
        Output::SendFrame(frame) => {
            if let ClientBody::ReadReceipt { message } = &mut frame.body {
                *message = name(message).into();
            }
        }
        Output::Emit(event) => rename_event(event),
        _ => {}
    }
    new
}

fn rename_event(event: &mut Event) {
    match event {
        Event::MessageReceived(message) => {
            message.id = name(&message.id).into();
            message.nickname = message.nickname.as_deref().map(|old| name(old).into());
        }
        Event::MessageConfirmed { key: text, id, .. } => {
            (*text, *id) = (key(*text), name(id).into());
        }
        Event::MessageUnconfirmed { key: text } | Event::MessageFailed { key: text, .. } => {
            *text = key(*text);
        }
        Event::MessageRead { id } | Event::ReceiptFailed { id, .. } => *id = name(id).into(),
        Event::PeerTypingStarted { typist: who } | Event::PeerTypingStopped { typist: who, .. } => {
            *who = typist(who);
        }
        _ => {}
    }
}

#[test]
fn other_names_give_the_same_life_under_other_names() {
    for (number, run) in runs().iter().enumerate() {
        let got = again(run, fresh(run), 0, given);
        let expected: Vec<_> =
            run.world.trace.outputs().map(|(at, old)| (at, output(old))).collect();
        let got: Vec<_> = got.trace.outputs().map(|(at, new)| (at, new.clone())).collect();
        let differs = expected.iter().zip(&got).find(|(one, other)| one != other);
        assert_eq!(differs, None, "run {number}");
        assert_eq!(expected.len(), got.len(), "run {number}");
    }
}

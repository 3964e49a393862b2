//! Frames there and back.
//!
//! Owns: what must hold between a frame and its bytes, both ways. Must not know: sessions.

use core::time::Duration;

use serde_json::{Value, json};
use webmessaging_proto::TracingId;
use webmessaging_proto::dialect::{Dialect, EncodeContext, WebMessaging};
use webmessaging_proto::frame::{ClientBody, MessageEvent, ServerBody, TypingNotice};

use super::generate::Draw;
use crate::life::read_client_frame;

/// A guest's frame drawn from the bytes is written as JSON that another parser reads back to the
/// same frame; texts of a server's frame drawn from them come out as they went in.
///
/// # Panics
/// On a finding.
pub fn roundtrip(data: &[u8]) {
    let mut draw = Draw::new(data);
    for _ in 0..4 {
        there(&mut draw);
        back(&mut draw);
        name(&mut draw);
        if draw.is_empty() {
            break;
        }
    }
}

fn there(draw: &mut Draw<'_>) {
    let (token, deployment) = (draw.text(), draw.text());
    let frame = draw.client_frame();
    let context = EncodeContext::new(&token, &deployment);
    let mut wire = b"kept".to_vec();
    WebMessaging.encode(&context, &frame, &mut wire).expect("every frame can be written");
    let wire = wire.strip_prefix(b"kept").expect("what stood there stays");
    let read = read_client_frame(wire).unwrap_or_else(|reason| {
        panic!("{reason} in {}", String::from_utf8_lossy(wire));
    });
    assert_eq!(read.frame, frame, "another frame comes back");
    assert_eq!(read.token, token, "another token");
    let configures = matches!(frame.body, ClientBody::ConfigureSession { .. });
    assert_eq!(read.deployment_id, configures.then_some(deployment.clone()), "another deployment");
    let mut again = Vec::new();
    WebMessaging.encode(&context, &read.frame, &mut again).expect("every frame can be written");
    assert_eq!(again, wire, "written otherwise the second time");
}

fn back(draw: &mut Draw<'_>) {
    let (id, text, nickname, word) = (draw.text(), draw.text(), draw.text(), draw.text());
    let duration = u32::from_le_bytes(draw.number());
    let code = u16::from_le_bytes(draw.number());
    let tree = json!({
        "type": "message",
        "class": "StructuredMessage",
        "code": code,
        "tracingId": word,
        "body": {
            "id": id,
            "type": "Event",
            "direction": "Outbound",
            "text": text,
            "channel": {"messageId": word, "from": {"nickname": nickname}},
            "metadata": {word.clone(): text},
            "events": [
                {"eventType": "Typing", "typing": {"type": "On", "duration": duration}},
                {"eventType": word, "typing": text},
            ],
        },
    });
    let plain = tree.to_string();
    let escaped = escape_all(&tree);
    for wire in [&plain, &escaped] {
        let frame = WebMessaging.decode(wire.as_bytes()).expect("it is a frame");
        assert_eq!(frame.code, code);
        assert_eq!(frame.tracing_id.as_deref(), Some(&*word));
        assert_eq!(frame.clone().into_owned(), frame);
        let ServerBody::Message(message) = &frame.body else { panic!("it is a message") };
        assert_eq!(message.id, id);
        assert_eq!(message.text.as_deref(), Some(&*text));
        assert_eq!(message.metadata.get(&word), Some(&*text));
        assert_eq!(message.metadata.pairs(), [(&*word, &*text)]);
        assert_eq!(message.key(), if word.is_empty() { &id } else { &word });
        assert_eq!(message.sender_name(), Some(&*nickname).filter(|name| !name.is_empty()));
        let [MessageEvent::Typing(typing), other] = &*message.events else {
            panic!("two events: {:?}", message.events)
        };
        assert_eq!(typing.notice, Some(TypingNotice::On));
        assert_eq!(typing.duration, Some(Duration::from_millis(duration.into())));
        if let MessageEvent::Unknown { event_type, raw } = other {
            assert_eq!(*event_type, word);
            let raw: Value = serde_json::from_str(raw.get()).expect("what is kept is JSON");
            assert_eq!(raw, tree["body"]["events"][1]);
        }
    }
}

/// The same tree with every character of its texts and names as an escape.
fn escape_all(tree: &Value) -> String {
    let text = |text: &str| {
        let units = text.encode_utf16().map(|unit| format!("\\u{unit:04X}"));
        format!("\"{}\"", units.collect::<String>())
    };
    match tree {
        Value::String(said) => text(said),
        Value::Array(elements) => {
            let elements: Vec<_> = elements.iter().map(escape_all).collect();
            format!("[{}]", elements.join(" , "))
        }
        Value::Object(members) => {
            let members: Vec<_> = members
                .iter()
                .map(|(name, value)| format!("{} : {}", text(name), escape_all(value)))
                .collect();
            format!("{{{}}}", members.join(","))
        }
        plain => plain.to_string(),
    }
}

/// A request's name is one of ours exactly if it comes back as it was read, but for the case.
fn name(draw: &mut Draw<'_>) {
    let written = draw.text();
    match TracingId::parse(&written) {
        Some(id) => assert_eq!(id.to_string(), written.to_ascii_lowercase()),
        None => assert!(!is_uuid_v4(&written), "not read: {written}"),
    }
    let id = TracingId::from_bits(u128::from_le_bytes(draw.number()));
    let shown = id.to_string();
    assert_eq!(TracingId::parse(&shown), Some(id));
    assert_eq!(TracingId::parse(&shown.to_ascii_uppercase()), Some(id));
    assert!(is_uuid_v4(&shown), "{shown}");
    assert_eq!(serde_json::to_value(id).ok(), Some(Value::from(shown)));
}

fn is_uuid_v4(text: &str) -> bool {
    let parts: Vec<&str> = text.split('-').collect();
    parts.iter().map(|part| part.len()).eq([8, 4, 4, 4, 12])
        && parts.concat().bytes().all(|byte| byte.is_ascii_hexdigit())
        && parts[2].starts_with('4')
        && parts[3].starts_with(['8', '9', 'a', 'b', 'A', 'B'])
}

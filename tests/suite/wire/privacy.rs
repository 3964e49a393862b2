//! What `Debug` shows, and what `Serialize` shows.

use serde_json::Value;
use webmessaging_proto::dialect::{Dialect, WebMessaging};

use super::tree::texts_with;
use super::{all_own, decode, own};

/// In the project's own frames all that is private holds this word.
const PRIVATE: &str = "secret";

#[test]
fn debug_shows_nothing_private() {
    for (name, json) in all_own() {
        for shown in [format!("{:?}", decode(&json)), format!("{:#?}", decode(&json).into_owned())]
        {
            assert!(!shown.to_lowercase().contains(PRIVATE), "{name}: {shown}");
        }
    }
}

#[test]
fn debug_shows_what_helps() {
    insta::assert_snapshot!(format!("{:?}", decode(&own("typing_on"))), @r#"ServerFrame { envelope: Message, code: 200, tracing_id: None, body: Message(StructuredMessage { id: "cad200efdb55b3477303f2469e07bfb6", kind: Event, direction: Outbound, text: None, channel: Some(Channel { time: Some("2026-06-11T14:02:06.561Z"), message_id: Some("78c4cd6b-349b-4d2b-a61f-d26a34486df8"), kind: Some("Private"), from: Some(Participant { first_name: None, last_name: None, nickname: Some("Rosa"), image: Some(Sensitive(27 bytes)) }), to: Some(Participant { first_name: None, last_name: None, nickname: None, image: None }), custom_attributes: Metadata[] }), content: [], events: [Typing(TypingEvent { notice: Some(On), duration: Some(4s) })], metadata: Metadata[], originating_entity: Some(Human), originating_message_id: None, status: None, reasons: [], is_final_receipt: None }) }"#);
}

#[test]
fn serialize_shows_everything() {
    for (name, json) in all_own() {
        let written = serde_json::to_string(&decode(&json)).unwrap();
        let written: Value = serde_json::from_str(&written).unwrap();
        let Ok(tree) = serde_json::from_str::<Value>(&json) else { continue };
        let (mut expected, mut shown) = (Vec::new(), Vec::new());
        texts_with(&tree, PRIVATE, &mut expected);
        texts_with(&written, PRIVATE, &mut shown);
        for text in expected {
            // Where a program failed is nobody's business.
            if text != "at secret:1" {
                let in_raw = Value::from(text).to_string();
                let found = shown.iter().any(|shown| *shown == text || shown.contains(&in_raw));
                assert!(found, "{name}: {text} is not in {written}");
            }
        }
    }
}

#[test]
fn serialize_is_stable() {
    let show = |json: &str| {
        let frame = WebMessaging.decode(json.as_bytes()).unwrap();
        serde_json::to_string(&frame).unwrap()
    };
    insta::assert_snapshot!(show(&own("message_agent_text")), @r#"{"envelope":"message","code":200,"body":{"message":{"id":"4ac901a1b85665b592a2ef8022464f1c","kind":"text","direction":"outbound","text":"Hello, this is a secret","channel":{"time":"2026-06-11T14:00:21.655Z","message_id":"a42a8817-3dec-4a72-b424-a4231a02e2cb","kind":"Private","from":{"nickname":"Rosa","image":"https://img.test/secret.png"},"to":{}},"metadata":{"correlationId":"5c07863f-98ca-4e7d-925a-4c0c8dd0b4e2"},"originating_entity":"human"}}}"#);
    insta::assert_snapshot!(show(&own("typing_off_then_on")), @r#"{"envelope":"message","code":200,"body":{"message":{"id":"f97ef4b7ff4f439f6db7510ad5568dbb","kind":"event","direction":"outbound","channel":{"time":"2026-06-11T14:02:20.945Z","message_id":"550420ff-3a23-45b1-adc5-9f472371a240","kind":"Private","from":{"nickname":"Rosa","image":"https://img.test/secret.png"},"to":{}},"events":[{"typing":{"notice":"off","duration_ms":900}},{"typing":{"notice":"on","duration_ms":4500}}]}}}"#);
    insta::assert_snapshot!(show(&own("content_broken")), @r#"{"envelope":"message","code":200,"body":{"message":{"id":"4acac6f303f3a9bfbb5886317f7af335","kind":"structured","direction":"outbound","text":"secret offer","channel":{"time":"2026-06-11T14:07:35.573Z","kind":"Private","from":{},"to":{}},"content":[5,null,{"contentType":"Card"},{"contentType":"Card","card":"secret card"},{"card":{"title":"secret"}},{"contentType":"QuickReply","quickReply":{"text":"secret","payload":"secret"}}],"originating_entity":"bot"}}}"#);
    insta::assert_snapshot!(show(&own("too_many_requests")), @r#"{"envelope":"response","code":429,"tracing_id":"683f141f-86fe-4ebf-b095-68c35339c9dd","body":{"too_many_requests":{"retry_after_ms":11000,"error":{"code":4029,"error_message":"Slow down, secret guest","name":"TooManyRequestsError","message":"Slow down, secret guest"}}}}"#);
    insta::assert_snapshot!(show(&own("unknown_class")), @r#"{"envelope":"message","code":200,"tracing_id":"coop-7","body":{"unknown":{"class":"PigeonEvent","body":{"pigeon":{"name":"secret"},"tracingId":"coop-7"}}}}"#);
    insta::assert_snapshot!(show(&own("logout")), @r#"{"envelope":"message","code":200,"body":"logout"}"#);
}

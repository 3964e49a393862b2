//! What the guest says, spelled out.

use std::fmt::Debug;

use serde_json::{Value, json};
use webmessaging_proto::dialect::{Dialect, EncodeContext, WebMessaging};
use webmessaging_proto::frame::{
    ClientBody, ClientFrame, CustomAttributes, JourneyAction, JourneyActionMap, JourneyContext,
    TypingNotice,
};
use webmessaging_proto::{Capability, TracingId};

const ID: &str = "00000000-0000-4000-8000-00000000002a";

fn encode(body: ClientBody<'_>) -> Value {
    let frame = ClientFrame::new(TracingId::from_bits(42), body);
    let mut out = Vec::new();
    WebMessaging.encode(&EncodeContext::new("t-1", "d-1"), &frame, &mut out).unwrap();
    serde_json::from_slice(&out).unwrap()
}

fn attributes() -> CustomAttributes {
    CustomAttributes::from([("a", "1"), ("b \"2\"", "é\n")])
}

#[test]
fn configure() {
    let plain = encode(ClientBody::ConfigureSession { start_new: false, journey_context: None });
    assert_eq!(
        plain,
        json!({
            "action": "configureSession", "token": "t-1", "tracingId": ID,
            "deploymentId": "d-1", "startNew": false,
        })
    );
    let mut journey = JourneyContext::cookie("c-1");
    let short = encode(ClientBody::ConfigureSession {
        start_new: true,
        journey_context: Some(Box::new(journey.clone())),
    });
    assert_eq!(short["startNew"], true);
    assert_eq!(
        short["journeyContext"],
        json!({
            "customer": {"id": "c-1", "idType": "cookie"},
            "customerSession": {"id": "", "type": "web"},
        })
    );
    journey.triggering_action = Some(JourneyAction {
        id: "x".into(),
        action_map: JourneyActionMap { id: "m".into(), version: 1 },
    });
    let long = encode(ClientBody::ConfigureSession {
        start_new: true,
        journey_context: Some(Box::new(journey.clone())),
    });
    assert_eq!(long["journeyContext"], serde_json::to_value(&journey).unwrap());
    assert_eq!(long["journeyContext"]["triggeringAction"]["actionMap"]["version"], json!(1));
}

#[test]
fn close() {
    let frame = encode(ClientBody::CloseSession { close_all_connections: true });
    assert_eq!(
        frame,
        json!({"action": "closeSession", "token": "t-1", "tracingId": ID, "closeAllConnections": true})
    );
}

fn sent_as_message(body: ClientBody<'_>, message: &Value) {
    assert_eq!(
        encode(body),
        json!({"action": "onMessage", "token": "t-1", "tracingId": ID, "message": message})
    );
}

#[test]
fn texts() {
    let text = || "where is \"it\"?".into();
    sent_as_message(
        ClientBody::Text { text: text(), attributes: CustomAttributes::default() },
        &json!({"type": "Text", "text": "where is \"it\"?"}),
    );
    sent_as_message(
        ClientBody::Text { text: text(), attributes: attributes() },
        &json!({
            "type": "Text", "text": "where is \"it\"?",
            "channel": {"metadata": {"customAttributes": {"a": "1", "b \"2\"": "é\n"}}},
        }),
    );
}

#[test]
fn events() {
    let typing = |kind| json!({"type": "Event", "events": [{"eventType": "Typing", "typing": {"type": kind}}]});
    sent_as_message(ClientBody::Typing(TypingNotice::On), &typing("On"));
    sent_as_message(ClientBody::Typing(TypingNotice::Off), &typing("Off"));
    let join = json!({"type": "Event", "events": [{"eventType": "Presence", "presence": {"type": "Join"}}]});
    sent_as_message(ClientBody::Join { attributes: CustomAttributes::default() }, &join);
    let mut with_attributes = join;
    with_attributes["channel"] =
        json!({"metadata": {"customAttributes": {"a": "1", "b \"2\"": "é\n"}}});
    sent_as_message(ClientBody::Join { attributes: attributes() }, &with_attributes);
}

#[test]
fn receipts() {
    sent_as_message(
        ClientBody::ReadReceipt { message: "m-\"1\"".into() },
        &json!({"type": "Receipt", "id": "m-\"1\"", "status": "Read"}),
    );
}

#[test]
fn echoes() {
    assert_eq!(
        encode(ClientBody::Echo),
        json!({
            "action": "echo", "token": "t-1", "tracingId": ID,
            "message": {"type": "Text", "text": "ping"},
        })
    );
}

#[test]
fn everything_can_be_said() {
    for capability in [Capability::Typing, Capability::TypingOff, Capability::Receipts] {
        assert!(WebMessaging.supports(capability));
    }
}

#[test]
fn the_token_does_not_show() {
    let context = EncodeContext::new("my-token", "d-1");
    let show = |part: &dyn Debug| format!("{part:?}");
    assert!(!show(&context).contains("my-token"));
    assert!(show(&context).contains("d-1"));
    let body = ClientBody::Text { text: "my text".into(), attributes: attributes() };
    let shown = show(&ClientFrame::new(TracingId::from_bits(42), body));
    assert!(!shown.contains("my text") && !shown.contains('é') && shown.contains(ID), "{shown}");
}

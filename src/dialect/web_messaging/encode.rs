//! From a frame to bytes (`wire.md` 2).
//!
//! Owns: which member goes where. Writes straight into the caller's buffer and cannot fail. Must
//! not know: why a frame is sent.

use alloc::vec::Vec;

use crate::dialect::EncodeContext;
use crate::frame::{ClientBody, ClientFrame, CustomAttributes, JourneyContext, TypingNotice};
use crate::json::{escaped, number, string};

pub(super) fn encode(context: &EncodeContext<'_>, frame: &ClientFrame<'_>, out: &mut Vec<u8>) {
    literal(out, opening(&frame.body));
    escaped(out, context.token);
    literal(out, r#"","tracingId":""#);
    out.extend_from_slice(&frame.tracing_id.encode());
    match &frame.body {
        ClientBody::ConfigureSession { start_new, journey_context } => {
            literal(out, r#"","deploymentId":"#);
            string(out, context.deployment_id);
            literal(out, r#","startNew":"#);
            truth(out, *start_new);
            if let Some(journey) = journey_context {
                literal(out, r#","journeyContext":"#);
                journey_members(out, journey);
            }
        }
        ClientBody::CloseSession { close_all_connections } => {
            literal(out, r#"","closeAllConnections":"#);
            truth(out, *close_all_connections);
        }
        ClientBody::Text { text, attributes } => {
            literal(out, r#"","message":{"type":"Text","text":"#);
            string(out, text);
            channel(out, attributes);
            literal(out, "}");
        }
        ClientBody::Typing(notice) => {
            literal(
                out,
                r#"","message":{"type":"Event","events":[{"eventType":"Typing","typing":"#,
            );
            literal(
                out,
                match notice {
                    TypingNotice::On => r#"{"type":"On"}}]}"#,
                    TypingNotice::Off => r#"{"type":"Off"}}]}"#,
                },
            );
        }
        ClientBody::Join { attributes } => {
            literal(out, r#"","message":{"type":"Event","events":[{"eventType":"Presence","#);
            literal(out, r#""presence":{"type":"Join"}}]"#);
            channel(out, attributes);
            literal(out, "}");
        }
        ClientBody::ReadReceipt { message } => {
            literal(out, r#"","message":{"type":"Receipt","id":""#);
            escaped(out, message);
            literal(out, r#"","status":"Read"}"#);
        }
        ClientBody::Echo => literal(out, r#"","message":{"type":"Text","text":"ping"}"#),
    }
    literal(out, "}");
}

/// Up to the token, its quotation mark included.
const fn opening(body: &ClientBody<'_>) -> &'static str {
    match body {
        ClientBody::ConfigureSession { .. } => r#"{"action":"configureSession","token":""#,
        ClientBody::CloseSession { .. } => r#"{"action":"closeSession","token":""#,
        ClientBody::Text { .. }
        | ClientBody::Typing(_)
        | ClientBody::Join { .. }
        | ClientBody::ReadReceipt { .. } => r#"{"action":"onMessage","token":""#,
        ClientBody::Echo => r#"{"action":"echo","token":""#,
    }
}

/// The attributes' place inside the message; nothing if there are none.
fn channel(out: &mut Vec<u8>, attributes: &CustomAttributes) {
    let mut before = r#","channel":{"metadata":{"customAttributes":{"#;
    for (name, value) in attributes.iter() {
        literal(out, before);
        string(out, name);
        literal(out, ":");
        string(out, value);
        before = ",";
    }
    if !attributes.is_empty() {
        literal(out, "}}}");
    }
}

fn journey_members(out: &mut Vec<u8>, journey: &JourneyContext) {
    literal(out, r#"{"customer":{"id":"#);
    string(out, &journey.customer.id);
    literal(out, r#","idType":"#);
    string(out, &journey.customer.id_type);
    literal(out, r#"},"customerSession":{"id":"#);
    string(out, &journey.customer_session.id);
    literal(out, r#","type":"#);
    string(out, &journey.customer_session.kind);
    if let Some(action) = &journey.triggering_action {
        literal(out, r#"},"triggeringAction":{"id":"#);
        string(out, &action.id);
        literal(out, r#","actionMap":{"id":"#);
        string(out, &action.action_map.id);
        literal(out, r#","version":"#);
        number(out, action.action_map.version);
        literal(out, "}");
    }
    literal(out, "}}");
}

fn truth(out: &mut Vec<u8>, value: bool) {
    literal(out, if value { "true" } else { "false" });
}

fn literal(out: &mut Vec<u8>, json: &str) {
    out.extend_from_slice(json.as_bytes());
}

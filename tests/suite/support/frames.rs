//! What the service says, as JSON text.
//!
//! Owns: the shapes of the server's frames (`wire.md` 3). Must not know: when they are said.

use serde_json::{Value, json};

fn envelope(kind: &str, class: &str, code: u16, tracing_id: Option<&str>, body: &Value) -> String {
    let mut frame = json!({ "type": kind, "class": class, "code": code, "body": body });
    if let Some(tracing_id) = tracing_id {
        frame["tracingId"] = tracing_id.into();
    }
    frame.to_string()
}

/// The three truth values of a `SessionResponse` that a session looks at.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Accept {
    pub(crate) connected: bool,
    pub(crate) new: bool,
    pub(crate) read_only: bool,
}

impl Accept {
    pub(crate) const NEW: Self = Self { connected: true, new: true, read_only: false };
    pub(crate) const RESUMED: Self = Self { connected: true, new: false, read_only: false };
    pub(crate) const READ_ONLY: Self = Self { connected: true, new: false, read_only: true };
    pub(crate) const CLOSED: Self = Self { connected: false, new: false, read_only: true };
}

pub(crate) fn session(tracing_id: Option<&str>, accept: Accept) -> String {
    let Accept { connected, new, read_only } = accept;
    let body = json!({ "connected": connected, "newSession": new, "readOnly": read_only });
    envelope("response", "SessionResponse", 200, tracing_id, &body)
}

/// The echo of a guest's text: its confirmation.
pub(crate) fn echo(tracing_id: Option<&str>, id: &str, text: &str) -> String {
    let body = json!({
        "type": "Text", "direction": "Inbound", "id": id, "text": text,
        "channel": { "time": "2026-05-04T09:00:01.250Z", "messageId": id },
    });
    envelope("message", "StructuredMessage", 200, tracing_id, &body)
}

/// The same, as older servers name the request.
pub(crate) fn echo_by_metadata(tracing_id: &str, id: &str, text: &str) -> String {
    let body = json!({
        "type": "Text", "direction": "Inbound", "id": id, "text": text,
        "metadata": { "customMessageId": tracing_id },
    });
    envelope("message", "StructuredMessage", 200, None, &body)
}

/// The answer to a health check.
pub(crate) fn pong(tracing_id: &str) -> String {
    let body = json!({
        "type": "Text", "text": "ping", "direction": "Inbound", "id": "pong",
        "metadata": { "durationSeconds": "259200", "expirationDate": "1780000000" },
    });
    envelope("response", "StructuredMessage", 200, Some(tracing_id), &body)
}

/// A message to the guest, from somebody with a nickname or without.
pub(crate) fn agent(nickname: Option<&str>, id: &str, text: &str) -> String {
    message("Outbound", nickname, id, text)
}

/// A message by the guest that no request of this connection caused.
pub(crate) fn own(id: &str, text: &str) -> String {
    message("Inbound", None, id, text)
}

fn message(direction: &str, nickname: Option<&str>, id: &str, text: &str) -> String {
    let mut channel = json!({ "time": "2026-05-04T09:00:07.904Z", "messageId": id });
    if let Some(nickname) = nickname {
        channel["from"] = json!({ "nickname": nickname });
    }
    let body = json!({
        "type": "Text", "direction": direction, "id": format!("frame-{id}"), "text": text,
        "channel": channel, "originatingEntity": "Human",
    });
    envelope("message", "StructuredMessage", 200, None, &body)
}

/// A typing indicator: of `direction` `Outbound` somebody else's.
pub(crate) fn typing(
    direction: &str,
    nickname: Option<&str>,
    entity: Option<&str>,
    kind: &str,
    duration_ms: Option<u64>,
) -> String {
    let mut notice = json!({ "type": kind });
    if let Some(duration_ms) = duration_ms {
        notice["duration"] = duration_ms.into();
    }
    let mut body = json!({
        "type": "Event", "direction": direction, "id": "event",
        "events": [{ "eventType": "Typing", "typing": notice }],
    });
    if let Some(nickname) = nickname {
        body["channel"] = json!({ "from": { "nickname": nickname } });
    }
    if let Some(entity) = entity {
        body["originatingEntity"] = entity.into();
    }
    envelope("message", "StructuredMessage", 200, None, &body)
}

/// The agent ends the conversation.
pub(crate) fn agent_left(read_only: bool) -> String {
    let body = json!({
        "type": "Event", "direction": "Outbound", "id": "event",
        "metadata": { "readOnly": if read_only { "true" } else { "false" } },
        "events": [{ "eventType": "Presence", "presence": { "type": "Disconnect" } }],
    });
    envelope("message", "StructuredMessage", 200, None, &body)
}

/// A plain answer: an acknowledgement with code 200, an error with any other.
pub(crate) fn status(tracing_id: Option<&str>, code: u16, text: &str) -> String {
    envelope("response", "string", code, tracing_id, &text.into())
}

/// The typed form of a rate limit.
pub(crate) fn too_many(tracing_id: Option<&str>, retry_after_s: Option<u64>) -> String {
    let mut body = json!({ "errorCode": 4029, "errorMessage": "rate too high" });
    if let Some(seconds) = retry_after_s {
        body["retryAfter"] = seconds.into();
    }
    envelope("response", "TooManyRequestsErrorMessage", 429, tracing_id, &body)
}

/// A typed error, whose envelope may say less than its body.
pub(crate) fn typed_error(
    tracing_id: Option<&str>,
    code: u16,
    error_code: u16,
    text: &str,
) -> String {
    let body = json!({ "errorCode": error_code, "errorMessage": text });
    envelope("response", "Error", code, tracing_id, &body)
}

/// An event of a class without a body: the end of something.
pub(crate) fn bare(class: &str) -> String {
    envelope("message", class, 200, None, &json!({}))
}

pub(crate) fn connection_closed(reason: Option<&str>) -> String {
    let body = reason.map_or_else(|| json!({}), |reason| json!({ "reason": reason }));
    envelope("message", "ConnectionClosedEvent", 200, None, &body)
}

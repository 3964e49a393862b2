//! Server frames as JSON text. Knows the envelope and the classes, not when they are sent.

use serde_json::{Map, Value, json};

use super::{denial::Denial, rate::retry_after};

/// What a `SessionResponse` tells.
#[derive(Clone, Copy, Debug)]
pub(crate) struct SessionState {
    pub(crate) connected: bool,
    pub(crate) new_session: bool,
    pub(crate) read_only: bool,
    pub(crate) duration_seconds: u64,
    pub(crate) expiration_date: u64,
    pub(crate) max_custom_data: usize,
}

pub(crate) fn session_response(state: SessionState, tracing_id: Option<&str>) -> String {
    let body = json!({
        "connected": state.connected,
        "newSession": state.new_session,
        "readOnly": state.read_only,
        "clearedExistingSession": false,
        "maxCustomDataBytes": state.max_custom_data,
        "allowedMedia": allowed_media(),
        "blockedExtensions": blocked_extensions(),
        "durationSeconds": state.duration_seconds,
        "expirationDate": state.expiration_date,
    });
    envelope("response", "SessionResponse", 200, body, tracing_id)
}

pub(crate) fn configuration(
    max_custom_data: usize,
    duration_seconds: u64,
    tracing_id: Option<&str>,
) -> String {
    let body = json!({
        "maxCustomDataBytes": max_custom_data,
        "allowedMedia": allowed_media(),
        "blockedExtensions": blocked_extensions(),
        "messageRoutingEnabled": true,
        "sessionDurationSeconds": duration_seconds,
    });
    envelope("response", "GetConfigurationResponse", 200, body, tracing_id)
}

/// The error frame of a refused request.
pub(crate) fn denial(denial: &Denial, tracing_id: Option<&str>) -> String {
    match denial {
        Denial::TooMany { wait, .. } => {
            too_many_requests(retry_after(*wait), &denial.to_string(), tracing_id)
        }
        _ => string(denial.code(), &denial.to_string(), tracing_id),
    }
}

/// Class `string`: an error, or with code 200 a plain acknowledgement.
pub(crate) fn string(code: u16, body: &str, tracing_id: Option<&str>) -> String {
    envelope("response", "string", code, json!(body), tracing_id)
}

pub(crate) fn too_many_requests(
    retry_after: u64,
    message: &str,
    tracing_id: Option<&str>,
) -> String {
    let body = json!({
        "retryAfter": retry_after,
        "errorCode": 4029,
        "errorMessage": message,
        "name": "TooManyRequestsError",
        "message": message,
    });
    envelope("response", "TooManyRequestsErrorMessage", 429, body, tracing_id)
}

pub(crate) fn attachment_unavailable(id: Option<&str>, tracing_id: Option<&str>) -> String {
    let denial = Denial::FeatureUnavailable;
    let message = denial.to_string();
    let body = json!({
        "attachmentId": id,
        "errorCode": denial.code(),
        "errorMessage": message,
        "name": "FileUploadUnavailable",
        "message": message,
    });
    envelope("response", "GenerateUrlError", 400, body, tracing_id)
}

pub(crate) fn jwt(jwt: &str, exp: u64, tracing_id: Option<&str>) -> String {
    envelope("response", "JwtResponse", 200, json!({"jwt": jwt, "exp": exp}), tracing_id)
}

/// A pushed event without content: `ConnectionClosedEvent`, `SessionClearedEvent`, `SessionExpiredEvent`.
pub(crate) fn event(class: &str) -> String {
    // The live service sends the expiry as a response; everything else that is pushed is a message.
    let kind = if class == "SessionExpiredEvent" { "response" } else { "message" };
    envelope(kind, class, 200, json!({}), None)
}

/// A pushed `StructuredMessage`.
pub(crate) fn structured(body: &Map<String, Value>, tracing_id: Option<&str>) -> String {
    envelope("message", "StructuredMessage", 200, Value::Object(body.clone()), tracing_id)
}

/// The answer to a health check.
pub(crate) fn echo(body: Value, tracing_id: Option<&str>) -> String {
    envelope("response", "StructuredMessage", 200, body, tracing_id)
}

fn envelope(kind: &str, class: &str, code: u16, body: Value, tracing_id: Option<&str>) -> String {
    let mut frame = json!({"type": kind, "class": class, "code": code});
    frame["body"] = body;
    if let Some(id) = tracing_id {
        frame["tracingId"] = json!(id);
    }
    frame.to_string()
}

fn allowed_media() -> Value {
    json!({"inbound": {
        "fileTypes": [{"type": "image/png"}, {"type": "image/jpeg"}, {"type": "image/gif"}],
        "maxFileSizeKB": 10_240,
    }})
}

fn blocked_extensions() -> Value {
    json!([".ade", ".bat", ".exe"])
}

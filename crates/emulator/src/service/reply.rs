//! Server frames as JSON text: what tells how to read a body stands before it, its members in the order of their names.
//! Knows the envelope and the classes, not when they are sent.

use std::fmt::Write;

use serde::Serialize;
use serde_json::{Map, Value, json};

use super::{denial::Denial, random::Hex32, rate::retry_after};

/// Room for a frame of the usual length.
const USUAL: usize = 512;
const ALLOWED_MEDIA: &str = r#"{"inbound":{"fileTypes":[{"type":"image/png"},{"type":"image/jpeg"},{"type":"image/gif"}],"maxFileSizeKB":10240}}"#;
const BLOCKED_EXTENSIONS: &str = r#"[".ade",".bat",".exe"]"#;

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
    let SessionState { connected, new_session, read_only, .. } = state;
    let SessionState { duration_seconds, expiration_date, max_custom_data, .. } = state;
    envelope("response", "SessionResponse", 200, tracing_id, |out| {
        put(
            out,
            format_args!(
                r#"{{"allowedMedia":{ALLOWED_MEDIA},"blockedExtensions":{BLOCKED_EXTENSIONS},"clearedExistingSession":false,"connected":{connected},"durationSeconds":{duration_seconds},"expirationDate":{expiration_date},"maxCustomDataBytes":{max_custom_data},"newSession":{new_session},"readOnly":{read_only}}}"#
            ),
        );
    })
}

pub(crate) fn configuration(
    max_custom_data: usize,
    duration_seconds: u64,
    tracing_id: Option<&str>,
) -> String {
    envelope("response", "GetConfigurationResponse", 200, tracing_id, |out| {
        put(
            out,
            format_args!(
                r#"{{"allowedMedia":{ALLOWED_MEDIA},"blockedExtensions":{BLOCKED_EXTENSIONS},"maxCustomDataBytes":{max_custom_data},"messageRoutingEnabled":true,"sessionDurationSeconds":{duration_seconds}}}"#
            ),
        );
    })
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
    envelope("response", "string", code, tracing_id, |out| push_string(out, body))
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
    let class = "TooManyRequestsErrorMessage";
    envelope("response", class, 429, tracing_id, |out| push_json(out, &body))
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
    envelope("response", "GenerateUrlError", 400, tracing_id, |out| push_json(out, &body))
}

pub(crate) fn jwt(jwt: &str, exp: u64, tracing_id: Option<&str>) -> String {
    let body = json!({"jwt": jwt, "exp": exp});
    envelope("response", "JwtResponse", 200, tracing_id, |out| push_json(out, &body))
}

/// A pushed event without content: `ConnectionClosedEvent`, `SessionClearedEvent`, `SessionExpiredEvent`.
pub(crate) fn event(class: &str) -> String {
    // The live service sends the expiry as a response; everything else that is pushed is a message.
    let kind = if class == "SessionExpiredEvent" { "response" } else { "message" };
    envelope(kind, class, 200, None, |out| out.push_str("{}"))
}

/// The answer to a health check.
pub(crate) fn echo(
    id: Hex32,
    text: &str,
    metadata: &Map<String, Value>,
    tracing_id: Option<&str>,
) -> String {
    envelope("response", "StructuredMessage", 200, tracing_id, |out| {
        out.push_str(r#"{"direction":"Inbound","id":""#);
        id.push_to(out);
        out.push_str(r#"","metadata":"#);
        push_json(out, metadata);
        out.push_str(r#","text":"#);
        push_string(out, text);
        out.push_str(r#","type":"Text"}"#);
    })
}

/// A frame; `kind` and `class` are plain words.
pub(crate) fn envelope(
    kind: &str,
    class: &str,
    code: u16,
    tracing_id: Option<&str>,
    body: impl FnOnce(&mut String),
) -> String {
    let mut out = String::with_capacity(USUAL);
    out.push_str(r#"{"type":""#);
    out.push_str(kind);
    out.push_str(r#"","class":""#);
    out.push_str(class);
    out.push_str(r#"","code":"#);
    put(&mut out, format_args!("{code}"));
    if let Some(id) = tracing_id {
        out.push_str(r#","tracingId":"#);
        push_string(&mut out, id);
    }
    out.push_str(r#","body":"#);
    body(&mut out);
    out.push('}');
    out
}

/// Whatever stands for itself in JSON.
fn put(out: &mut String, parts: std::fmt::Arguments<'_>) {
    // A string takes everything.
    let _ = out.write_fmt(parts);
}

/// Adds a string in quotes.
pub(crate) fn push_string(out: &mut String, text: &str) {
    let is_plain = |byte: u8| byte >= b' ' && byte != b'"' && byte != b'\\';
    // Without a way out of the loop, it takes many bytes at a time.
    if text.bytes().fold(true, |plain, byte| plain & is_plain(byte)) {
        out.push('"');
        out.push_str(text);
        out.push('"');
    } else {
        push_json(out, text);
    }
}

pub(crate) fn push_json(out: &mut String, value: &(impl Serialize + ?Sized)) {
    // Values and strings have no way to fail.
    out.push_str(&serde_json::to_string(value).unwrap_or_default());
}

#[cfg(test)]
mod tests {
    use super::{super::random::Random, *};

    #[test]
    fn strings_are_quoted_as_they_must_be() {
        for text in ["", "plain", "é\u{7f}", "\"", "\\", "\n", "\u{1f}", "a tab\tin it"] {
            let mut quoted = String::new();
            push_string(&mut quoted, text);
            assert_eq!(quoted, json!(text).to_string());
        }
    }

    #[test]
    fn the_body_comes_last_with_its_members_in_the_order_of_their_names() {
        let state = SessionState {
            connected: true,
            new_session: false,
            read_only: true,
            duration_seconds: 1,
            expiration_date: 2,
            max_custom_data: 3,
        };
        let id = Random::new(1).hex32();
        for (frame, envelope) in [
            (
                session_response(state, Some("t\"")),
                r#""type":"response","class":"SessionResponse","code":200,"tracingId":"t\"""#,
            ),
            (
                configuration(1, 2, None),
                r#""type":"response","class":"GetConfigurationResponse","code":200"#,
            ),
            (
                echo(id, "ping", &Map::new(), Some("t")),
                r#""type":"response","class":"StructuredMessage","code":200,"tracingId":"t""#,
            ),
            (
                event("SessionExpiredEvent"),
                r#""type":"response","class":"SessionExpiredEvent","code":200"#,
            ),
            (
                too_many_requests(1, "why", None),
                r#""type":"response","class":"TooManyRequestsErrorMessage","code":429"#,
            ),
        ] {
            let value: Value = serde_json::from_str(&frame).unwrap();
            assert_eq!(frame, format!(r#"{{{envelope},"body":{}}}"#, value["body"]));
        }
    }
}

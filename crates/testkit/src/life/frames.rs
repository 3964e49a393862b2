//! What the server of a life says, as JSON text.
//!
//! Owns: the shapes of its frames (`wire.md` 3). Must not know: when they are said.

use super::op::{Ending, Naming, Presence};

/// The name of a request that never was.
const FOREIGN: &str = "0f0f0f0f-0f0f-4f0f-8f0f-0f0f0f0f0f0f";

/// The member that names a request in the envelope, and the one that does so in a body.
fn names(naming: Naming, tracing: &str) -> (String, String) {
    let member = |name: &str| format!(r#","tracingId":"{name}""#);
    match naming {
        Naming::Envelope => (member(tracing), String::new()),
        Naming::Body => (String::new(), member(tracing)),
        Naming::Unnamed => (String::new(), String::new()),
        Naming::Foreign => (member(FOREIGN), String::new()),
        Naming::NoUuid => (member("request 7"), String::new()),
    }
}

fn answer(class: &str, code: u16, naming: Naming, tracing: &str, members: &str) -> String {
    let (envelope, body) = names(naming, tracing);
    format!(
        r#"{{"type":"response","class":"{class}","code":{code}{envelope},"body":{{{members}{body}}}}}"#
    )
}

fn push(members: &str) -> String {
    format!(r#"{{"type":"message","class":"StructuredMessage","code":200,"body":{{{members}}}}}"#)
}

pub(super) fn session(
    (connected, new, read_only): (bool, bool, bool),
    naming: Naming,
    tracing: &str,
) -> String {
    let members = format!(r#""connected":{connected},"newSession":{new},"readOnly":{read_only}"#);
    answer("SessionResponse", 200, naming, tracing, &members)
}

/// A guest's text comes back: its confirmation.
pub(super) fn echo(naming: Naming, tracing: &str, id: u64) -> String {
    let (envelope, body) = names(naming, tracing);
    format!(
        r#"{{"type":"message","class":"StructuredMessage","code":200{envelope},"body":{{"type":"Text","direction":"Inbound","id":"f-{id}","text":"S3CRET echo","channel":{{"time":"2026-05-04T09:00:01.250Z","messageId":"own-{id}"}}{body}}}}}"#
    )
}

/// The same, as older servers name the request.
pub(super) fn echo_by_metadata(tracing: &str, id: u64) -> String {
    push(&format!(
        r#""type":"Text","direction":"Inbound","id":"own-{id}","text":"S3CRET echo","metadata":{{"customMessageId":"{tracing}"}}"#
    ))
}

/// The answer to a health check.
pub(super) fn pong(naming: Naming, tracing: &str) -> String {
    let members = r#""type":"Text","direction":"Inbound","id":"pong","text":"ping","metadata":{"durationSeconds":"259200","expirationDate":"1780000000"}"#;
    answer("StructuredMessage", 200, naming, tracing, members)
}

/// The body of class `string` has no place for a name.
pub(super) fn status(code: u16, naming: Naming, tracing: &str, text: &str) -> String {
    let (envelope, _) = names(naming, tracing);
    format!(r#"{{"type":"response","class":"string","code":{code}{envelope},"body":"{text}"}}"#)
}

pub(super) fn too_many(retry_after: Option<u64>, naming: Naming, tracing: &str) -> String {
    let wait = retry_after.map_or_else(String::new, |s| format!(r#""retryAfter":{s},"#));
    let members = format!(r#"{wait}"errorCode":4029,"errorMessage":"S3CRET pace""#);
    answer("TooManyRequestsErrorMessage", 429, naming, tracing, &members)
}

pub(super) fn typed(code: u16, naming: Naming, tracing: &str) -> String {
    let members = format!(r#""errorCode":{code},"errorMessage":"S3CRET no""#);
    answer("Error", 400, naming, tracing, &members)
}

/// Message names are few, and some are frequent, so that they meet again; one is longer than any
/// ledger takes.
pub(super) fn message_id(message: u8) -> String {
    match message & 0x1f {
        own @ 29..=31 => format!("own-{}", own - 28),
        28 => "long".repeat(300),
        rare @ 20..=27 => format!("m-{rare}"),
        frequent => format!("m-{}", frequent % 5),
    }
}

const NICKNAMES: [&str; 4] = ["", "Robin", "Kim", "\\u00c9a"];
const ENTITIES: [&str; 4] = [
    r#","originatingEntity":"Human""#,
    r#","originatingEntity":"Human""#,
    r#","originatingEntity":"Bot""#,
    "",
];

/// Who speaks: four nicknames, one of them none, and what kind of being it is.
fn channel_and_entity(message_id: Option<&str>, form: u8) -> String {
    let nickname = NICKNAMES[usize::from(form & 3)];
    let entity = ENTITIES[usize::from(form >> 2 & 3)];
    let id = message_id.map_or_else(String::new, |id| format!(r#","messageId":"{id}""#));
    let from = if nickname.is_empty() {
        String::new()
    } else {
        format!(r#","from":{{"nickname":"{nickname}"}}"#)
    };
    format!(r#","channel":{{"time":"2026-05-04T09:00:07.904Z"{id}{from}}}{entity}"#)
}

pub(super) fn agent_says(message: u8, form: u8) -> String {
    let id = message_id(message);
    let (kind, rest) = match form >> 4 {
        0..=8 => ("Text", ""),
        9 | 10 => (
            "Structured",
            r#","content":[{"contentType":"QuickReply","quickReply":{"text":"S3CRET","payload":"p"}},{"contentType":"Pigeon"}]"#,
        ),
        11 => ("Message", ""),
        12 => ("Receipt", r#","status":"Failed","reasons":[{"code":"ServerError"}]"#),
        13 => ("Text", r#","metadata":{"readOnly":"true","customMessageId":"x"}"#),
        14 => ("Text", r#","direction":"Sideways""#),
        _ => ("Pigeon", ""),
    };
    let channel = channel_and_entity((form & 0x30 != 0x30).then_some(&*id), form);
    push(&format!(
        r#""type":"{kind}","direction":"Outbound","id":"{id}","text":"S3CRET hello"{channel}{rest}"#
    ))
}

const DURATIONS: [&str; 8] = [
    "",
    "",
    r#","duration":5000"#,
    r#","duration":1"#,
    r#","duration":2500.5"#,
    r#","duration":"3000""#,
    r#","duration":99999999999999999999"#,
    r#","duration":-1"#,
];

pub(super) fn typing(direction: &str, on: bool, form: u8) -> String {
    let kind = if on { "On" } else { "Off" };
    let duration = DURATIONS[usize::from(form >> 4 & 7)];
    let channel = channel_and_entity(None, form);
    let notice = format!(r#"{{"eventType":"Typing","typing":{{"type":"{kind}"{duration}}}}}"#);
    let events = if form & 0x80 == 0 { notice } else { format!("{notice},{notice},7") };
    push(&format!(
        r#""type":"Event","direction":"{direction}","id":"e-1","events":[{events}]{channel}"#
    ))
}

pub(super) fn own_says(message: u8) -> String {
    let id = message_id(message);
    push(&format!(
        r#""type":"Text","direction":"Inbound","id":"f","text":"S3CRET from elsewhere","channel":{{"messageId":"{id}"}}"#
    ))
}

fn presence(kind: &str, read_only: bool) -> String {
    let channel = channel_and_entity(Some("presence"), 1);
    push(&format!(
        r#""type":"Event","direction":"Outbound","id":"p-1","metadata":{{"readOnly":"{read_only}"}},"events":[{{"eventType":"Presence","presence":{{"type":"{kind}"}}}}]{channel}"#
    ))
}

/// A frame of a class, with members of its body.
fn of_class(class: &str, members: &str) -> String {
    format!(r#"{{"type":"message","class":"{class}","code":200,"body":{{{members}}}}}"#)
}

pub(super) fn of_presence(kind: Presence) -> String {
    match kind {
        Presence::DisconnectReadOnly => presence("Disconnect", true),
        Presence::Disconnect => presence("Disconnect", false),
        Presence::Join => presence("Join", false),
        Presence::Clear => presence("Clear", false),
        Presence::SignIn => presence("SignIn", false),
        Presence::SessionExpired => presence("SessionExpired", false),
        Presence::Unknown => presence("Pigeon", true),
    }
}

pub(super) fn of_ending(ending: Ending) -> String {
    match ending {
        Ending::ConnectionClosed => of_class("ConnectionClosedEvent", ""),
        Ending::SignedIn => of_class("ConnectionClosedEvent", r#""reason":"signedIn""#),
        Ending::SessionExpired => of_class("SessionExpiredEvent", ""),
        Ending::SessionCleared => of_class("SessionClearedEvent", ""),
        Ending::Logout => of_class("LogoutEvent", ""),
        Ending::Jwt => of_class("JwtResponse", r#""jwt":"S3CRET","exp":1780000000"#),
        Ending::Unknown => of_class("PigeonEvent", r#""wings":2"#),
    }
}

/// What no session can read.
pub(super) const fn garbage(kind: u8) -> &'static [u8] {
    match kind {
        0 => b"{\"type\":\"message\",\"class\":\"Struct",
        1 => b"\xff\xfe",
        2 => b"[]",
        _ => b"",
    }
}

/// Any bytes as the body of a class.
pub(super) fn wrapped(class: u8, bytes: &[u8]) -> Vec<u8> {
    let class = match class {
        1 | 2 => "StructuredMessage",
        3 => "SessionResponse",
        4 => "string",
        5 => "Error",
        6 => "TooManyRequestsErrorMessage",
        7 => "ConnectionClosedEvent",
        _ => return bytes.to_vec(),
    };
    let head = format!(r#"{{"type":"message","class":"{class}","code":200,"body":"#);
    [head.as_bytes(), bytes, b"}"].concat()
}

//! Outputs as lines that a human can read, and compare with the design's tables.
//!
//! Owns: `1000 send on`, `3000 phase ready`, `3000 message_failed key=1 code=404`. Must not know:
//! what is expected.

use serde_json::Value;
use webmessaging_proto::frame::{ClientBody, TypingNotice};
use webmessaging_proto::{Event, Output};

/// The line of an output; none for the wake-ups, which are no behaviour.
pub(crate) fn line(at: u64, output: &Output) -> Option<String> {
    Some(match output {
        Output::OpenTransport(transport) => format!("{at} open {}", transport.0),
        Output::CloseTransport(transport, close) => {
            format!("{at} close {} {}", transport.0, close.code())
        }
        Output::SendFrame(frame) => format!("{at} send {}", body(&frame.body)),
        Output::Emit(event) => format!("{at} {}", self::event(event)),
        _ => return None,
    })
}

fn body(body: &ClientBody<'_>) -> String {
    match body {
        ClientBody::ConfigureSession { start_new: false, .. } => "configure".into(),
        ClientBody::ConfigureSession { start_new: true, .. } => "configure new".into(),
        ClientBody::CloseSession { .. } => "close_session".into(),
        ClientBody::Text { text, .. } => format!("text {}", &**text),
        ClientBody::Typing(TypingNotice::On) => "on".into(),
        ClientBody::Typing(TypingNotice::Off) => "off".into(),
        ClientBody::Join { .. } => "join".into(),
        ClientBody::ReadReceipt { message } => format!("receipt {message}"),
        ClientBody::Echo => "echo".into(),
        other => format!("{other:?}"),
    }
}

/// An event: its type and its members, in the order of their names.
pub(crate) fn event(event: &Event) -> String {
    let value = serde_json::to_value(event).unwrap();
    let name = value["type"].as_str().unwrap();
    if let (true, Some(phase)) = (name == "phase_changed", value["phase"].as_str()) {
        let reason = value["reason"].as_str().map(|reason| format!(" {reason}"));
        return format!("phase {phase}{}", reason.unwrap_or_default());
    }
    let hidden = ["type", "time", "has_nickname", "text", "entity", "nickname"];
    let members = value.as_object().unwrap().iter().filter(|(key, _)| !hidden.contains(&&***key));
    members.fold(name.to_owned(), |line, (key, value)| match value {
        Value::String(text) => format!("{line} {key}={text}"),
        other => format!("{line} {key}={other}"),
    })
}

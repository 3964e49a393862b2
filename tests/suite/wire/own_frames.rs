//! Every class and every error code, as the service spells them.

use std::time::Duration;

use serde_json::Value;
use webmessaging_proto::frame::{Envelope, ServerBody, ServerFrame};

use super::reference::check;
use super::{all_own, decode, own};

/// The frame, and the same as a tree to compare with.
fn load(name: &str) -> (ServerFrame<'static>, Value) {
    let json = own(name);
    let tree = serde_json::from_str(&json).unwrap();
    (decode(&json).into_owned(), tree)
}

macro_rules! body {
    ($name:literal, $variant:ident) => {{
        let (frame, tree) = load($name);
        match frame.body {
            ServerBody::$variant(body) => (body, tree),
            other => panic!("{}: {other:?}", $name),
        }
    }};
}

#[test]
fn every_frame_decodes_to_its_class() {
    for (name, json) in all_own() {
        let frame = decode(&json);
        if let Ok(tree) = serde_json::from_str::<Value>(&json) {
            let class = tree["class"].as_str().unwrap();
            let class = if matches!(class, "ErrorMessage" | "Unknown") { "Error" } else { class };
            assert_eq!(frame.body.class(), class, "{name}");
            let envelope =
                if tree["type"] == "response" { Envelope::Response } else { Envelope::Message };
            assert_eq!(frame.envelope, envelope, "{name}");
        }
        assert_eq!(
            matches!(frame.body, ServerBody::Unknown { .. }),
            name == "unknown_class",
            "{name}"
        );
        assert_eq!(frame.clone().into_owned(), frame, "{name}");
    }
}

/// These spell something otherwise than the schema does.
const LOOSE: [&str; 6] = [
    "error_string_with_object",
    "session_response_loose_types",
    "too_many_requests_text",
    "typing_both_durations",
    "typing_duration_ms",
    "typing_unknown_type",
];

#[test]
fn every_frame_holds_what_it_says() {
    for (name, json) in all_own() {
        if let (Ok(tree), false) = (serde_json::from_str(&json), LOOSE.contains(&&*name)) {
            println!("{name}");
            check(&decode(&json), &tree);
        }
    }
}

#[test]
fn every_error_code_is_a_status_with_its_code_text_and_request() {
    let mut codes = Vec::new();
    for (name, json) in all_own() {
        let Some(code) = name.strip_prefix("error_") else { continue };
        let Some(code) = code.split('_').next().and_then(|code| code.parse::<u16>().ok()) else {
            continue;
        };
        let (frame, tree) = (decode(&json), serde_json::from_str::<Value>(&json).unwrap());
        assert_eq!(frame.code, code, "{name}");
        assert_eq!(frame.tracing_id.as_deref(), tree["tracingId"].as_str(), "{name}");
        match frame.body {
            ServerBody::Status(text) => assert_eq!(tree["body"], *text, "{name}"),
            other => panic!("{name}: {other:?}"),
        }
        codes.push(code);
    }
    codes.dedup();
    assert_eq!(codes.len(), 27, "{codes:?}");
}

#[test]
fn status_without_a_text_shows_what_is_there() {
    let (text, _) = body!("acknowledgement", Status);
    assert_eq!(&*text, "secret OK");
    let (text, _) = body!("error_string_with_object", Status);
    assert_eq!(&*text, r#"{"errorMessage":"secret reason"}"#);
    for (body, text) in [("null", ""), ("7", "7"), ("[true]", "[true]"), (r#""\u0061""#, "a")] {
        let json = format!(r#"{{"class":"string","code":200,"body":{body}}}"#);
        assert_eq!(decode(&json).body, ServerBody::Status(text.into()));
    }
    assert_eq!(decode(r#"{"class":"string"}"#).body, ServerBody::Status("".into()));
}

#[test]
fn session_responses() {
    let (body, _) = body!("session_response_new", SessionResponse);
    assert!(body.connected && body.new_session && !body.read_only);
    assert_eq!(body.duration, None);
    assert_eq!(body.allowed_media, None);

    let (body, _) = body!("session_response_full", SessionResponse);
    assert!(body.cleared_existing_session && body.auto_started);
    let media = body.allowed_media.and_then(|media| media.inbound).unwrap();
    assert_eq!(media.file_types.to_vec(), ["image/webp", "*/*"]);
    assert!(media.any_type());
    assert_eq!(media.max_file_size_kb, Some(2048));
    assert_eq!(body.blocked_extensions.to_vec(), [".bat", ".scr"]);
    assert_eq!(body.max_custom_data_bytes, Some(1536));
    assert_eq!(body.duration, Some(Duration::from_secs(5400)));
    assert_eq!(body.expiration_date, Some(1_781_000_400));

    let (body, _) = body!("session_response_read_only", SessionResponse);
    assert!(!body.connected && body.read_only);

    let (body, _) = body!("session_response_resumed", SessionResponse);
    assert!(body.connected && !body.new_session && !body.read_only);

    let (frame, tree) = load("session_response_loose_types");
    assert_eq!(frame.code, 200);
    assert_eq!(frame.tracing_id.as_deref(), tree["body"]["tracingId"].as_str());
    let (body, _) = body!("session_response_loose_types", SessionResponse);
    assert!(body.connected && !body.new_session && !body.read_only);
    assert_eq!(body.max_custom_data_bytes, None);
    assert_eq!(body.duration, Some(Duration::from_secs(5400)));
    assert_eq!(body.expiration_date, Some(1_781_000_400));
    let media = body.allowed_media.and_then(|media| media.inbound).unwrap();
    assert!(media.file_types.is_empty() && !media.any_type());
}

#[test]
fn ends_of_a_session() {
    assert_eq!(load("session_expired").0.body, ServerBody::SessionExpired);
    assert_eq!(load("session_cleared").0.body, ServerBody::SessionCleared);
    assert_eq!(load("logout").0.body, ServerBody::Logout);
    let reason = |name| match load(name).0.body {
        ServerBody::ConnectionClosed(body) => body.reason,
        other => panic!("{name}: {other:?}"),
    };
    assert_eq!(reason("connection_closed"), None);
    assert_eq!(reason("connection_closed_signed_in").as_deref(), Some("signedIn"));
    assert_eq!(reason("connection_closed_reason_code").as_deref(), Some("tooManyConnections"));
}

#[test]
fn typed_errors() {
    let (body, _) = body!("too_many_requests", TooManyRequests);
    assert_eq!(body.retry_after, Some(Duration::from_secs(11)));
    assert_eq!(body.error.code, Some(4029));
    assert_eq!(body.error.text(), "Slow down, secret guest");
    assert_eq!(body.error.name.as_deref(), Some("TooManyRequestsError"));

    let (body, _) = body!("too_many_requests_text", TooManyRequests);
    assert_eq!(body.retry_after, None);
    assert_eq!(body.error.text(), "Slow down, secret guest");

    for name in ["class_error", "class_error_message", "class_unknown"] {
        let (frame, tree) = load(name);
        assert_eq!(frame.tracing_id.as_deref(), tree["body"]["tracingId"].as_str());
        let ServerBody::Error(error) = frame.body else { panic!("{name}: {:?}", frame.body) };
        assert_eq!(error.code, Some(4020));
        assert_eq!(error.error_message.as_deref(), Some("a secret parameter"));
        assert_eq!(error.message.as_deref(), Some("which one is a secret"));
    }
    for class in ["Error", "UploadFailureEvent", "GenerateUrlError"] {
        let json = format!(r#"{{"class":"{class}","code":500,"body":"just words"}}"#);
        let error = match decode(&json).body {
            ServerBody::Error(error) => error.into_owned(),
            ServerBody::UploadFailure(body) => body.error.into_owned(),
            ServerBody::GenerateUrlError(body) => body.error.into_owned(),
            other => panic!("{class}: {other:?}"),
        };
        assert_eq!(error.text(), "just words");
    }
}

#[test]
fn attachments() {
    let (body, tree) = body!("presigned_url_upload", PresignedUrl);
    assert_eq!(tree["body"]["attachmentId"], *body.attachment_id);
    assert_eq!(&*body.url, "https://put.test/secret?sig=1");
    assert_eq!(
        body.headers.pairs(),
        [("x-amz-tagging", "team=secret&n=2"), ("content-length", "7120")],
        "in their order, a number as it is written"
    );
    assert_eq!(body.file_name.as_deref(), Some("secret-cat.webp"));
    assert_eq!(body.file_size, Some(7120));
    assert_eq!(body.file_type.as_deref(), Some("image/webp"));

    let (body, _) = body!("presigned_url_download", PresignedUrl);
    assert!(body.headers.is_empty());
    assert_eq!(body.file_size, Some(7120));

    let (body, tree) = body!("attachment_deleted", AttachmentDeleted);
    assert_eq!(tree["body"]["attachmentId"], *body.attachment_id);

    let (body, tree) = body!("upload_success", UploadSuccess);
    assert_eq!(body.download_url.as_deref(), Some("https://get.test/secret?sig=3"));
    assert_eq!(body.timestamp.as_deref(), tree["body"]["timestamp"].as_str());

    let (body, tree) = body!("upload_failure", UploadFailure);
    assert_eq!(tree["body"]["attachmentId"], *body.attachment_id);
    assert_eq!(body.error.code, Some(4002));
    assert!(body.timestamp.is_some());

    let (body, tree) = body!("generate_url_error", GenerateUrlError);
    assert_eq!(body.attachment_id.as_deref(), tree["body"]["attachmentId"].as_str());
    assert_eq!(body.error.code, Some(4004));
    assert_eq!(body.error.name.as_deref(), Some("BadName"));
    assert_eq!(body.timestamp.as_deref(), tree["body"]["timestamp"].as_str());
}

#[test]
fn secrets_and_settings() {
    let (body, _) = body!("jwt", Jwt);
    assert_eq!((&*body.jwt, body.exp), ("secret.header.signature", Some(1_781_000_460)));
    let (body, _) = body!("resume_token", ResumeToken);
    assert_eq!((&*body.resume_token, body.exp), ("secret-resume", Some(1_781_000_520)));
    let (body, _) = body!("configuration", Configuration);
    assert_eq!(body.max_custom_data_bytes, Some(1536));
    assert_eq!(body.message_routing_enabled, Some(true));
    assert_eq!(body.session_duration, Some(Duration::from_secs(5400)));
    assert_eq!(body.blocked_extensions.to_vec(), [".iso"]);
    let media = body.allowed_media.and_then(|media| media.inbound).unwrap();
    assert_eq!(media.file_types.to_vec(), ["audio/ogg"]);
}

#[test]
fn a_class_that_is_not_known_keeps_its_body() {
    let (frame, tree) = load("unknown_class");
    assert_eq!(frame.tracing_id.as_deref(), Some("coop-7"));
    let ServerBody::Unknown { class, body } = frame.body else { panic!("{:?}", frame.body) };
    assert_eq!(class, "PigeonEvent");
    assert_eq!(serde_json::from_str::<Value>(body.get()).unwrap(), tree["body"]);
    let ServerBody::Unknown { body, .. } = decode(r#"{"class":"Pigeon"}"#).body else { panic!() };
    assert_eq!(body.get(), "null");
}

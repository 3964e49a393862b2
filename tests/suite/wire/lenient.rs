//! What a frame may get wrong without being lost.

use std::borrow::Cow;

use webmessaging_proto::frame::{Envelope, MessageEvent, MessageKind, ServerBody};

use super::{decode, message, with_body};

#[test]
fn members_come_in_any_order_and_the_class_may_come_last() {
    let first = decode(r#"{"class":"JwtResponse","body":{"jwt":"j","exp":1},"code":200}"#);
    let last = decode(r#"{"code":200,"body":{"exp":1,"jwt":"j"},"class":"JwtResponse"}"#);
    assert_eq!(first, last);
    assert!(matches!(last.body, ServerBody::Jwt(_)));
}

#[test]
fn the_type_of_the_envelope_decides_nothing() {
    for (kind, envelope) in [
        (r#""response""#, Envelope::Response),
        (r#""message""#, Envelope::Message),
        (r#""pigeon""#, Envelope::Unknown),
        ("null", Envelope::Unknown),
        ("{}", Envelope::Unknown),
    ] {
        let json = format!(r#"{{"type":{kind},"class":"LogoutEvent"}}"#);
        let frame = decode(&json);
        assert_eq!((frame.envelope, frame.body), (envelope, ServerBody::Logout));
    }
}

#[test]
fn a_code_is_a_small_whole_number_or_zero() {
    for (written, code) in [
        ("200", 200),
        ("200.0", 200),
        (r#""4029""#, 4029),
        ("65535", 65535),
        ("65536", 0),
        ("-1", 0),
        ("1e999", 0),
        ("null", 0),
        ("true", 0),
        ("[200]", 0),
    ] {
        let json = format!(r#"{{"class":"string","code":{written},"body":""}}"#);
        assert_eq!(decode(&json).code, code, "{written}");
    }
    assert_eq!(decode(r#"{"class":"string"}"#).code, 0);
}

#[test]
fn the_request_is_named_by_the_envelope_and_else_by_the_body() {
    let id = |json: &str| decode(json).tracing_id.map(Cow::into_owned);
    let body = r#""body":{"tracingId":"b","jwt":"j"}"#;
    for class in ["JwtResponse", "StructuredMessage", "LogoutEvent", "Pigeon", "Error"] {
        for (envelope, expected) in [
            (r#""tracingId":"e","#, "e"),
            (r#""tracingId":null,"#, "b"),
            (r#""tracingId":5,"#, "b"),
            ("", "b"),
        ] {
            let before = format!(r#"{{"class":"{class}",{envelope}{body}}}"#);
            let after = format!(r#"{{{envelope}{body},"class":"{class}"}}"#);
            assert_eq!(id(&before).as_deref(), Some(expected), "{before}");
            assert_eq!(id(&after).as_deref(), Some(expected), "{after}");
        }
    }
    assert_eq!(id(r#"{"class":"Error","body":"words"}"#), None);
}

#[test]
fn a_body_that_is_not_there_is_an_empty_one() {
    for class in [
        "SessionResponse",
        "StructuredMessage",
        "TooManyRequestsErrorMessage",
        "ConnectionClosedEvent",
        "PresignedUrlResponse",
        "JwtResponse",
        "GetConfigurationResponse",
        "Error",
    ] {
        let empty = format!(r#"{{"class":"{class}","body":{{}}}}"#);
        for body in ["null", "7", "[]", "true"] {
            let json = format!(r#"{{"class":"{class}","body":{body}}}"#);
            assert_eq!(decode(&json), decode(&empty), "{json}");
        }
        assert_eq!(decode(&format!(r#"{{"class":"{class}"}}"#)), decode(&empty), "{class}");
    }
}

#[test]
fn a_member_of_the_wrong_type_is_as_if_it_were_absent() {
    let plain = with_body(r#""id":"i","type":"Text","text":"t""#);
    for member in [
        r#""channel":5"#,
        r#""channel":"here""#,
        r#""channel":null"#,
        r#""content":{"contentType":"Card"}"#,
        r#""content":"none""#,
        r#""events":{"eventType":"Typing"}"#,
        r#""events":null"#,
        r#""metadata":["a"]"#,
        r#""metadata":null"#,
        r#""originatingEntity":1"#,
        r#""originatingEntity":"""#,
        r#""status":false"#,
        r#""reasons":"none""#,
        r#""isFinalReceipt":"maybe""#,
        r#""direction":[]"#,
        r#""unknown":{"deep":[{"x":1e999}]}"#,
    ] {
        let json = with_body(&format!(r#""id":"i",{member},"type":"Text","text":"t""#));
        assert_eq!(decode(&json), decode(&plain), "{member}");
    }
    let json =
        with_body(r#""id":9,"type":{},"text":["t"],"channel":{"time":12,"from":"Kim","to":[]}"#);
    let message = message(&json);
    assert_eq!((&*message.id, message.kind, message.text), ("", MessageKind::Unknown, None));
    let channel = message.channel.unwrap();
    assert_eq!((channel.time, channel.from, channel.to), (None, None, None));
}

#[test]
fn pairs_are_texts_and_what_reads_like_one() {
    let json = with_body(
        r#""metadata":{"a":"1","b":2,"c":true,"d":null,"e":{"f":"g"},"h":["i"],"j":"","a":"last","k":-1.50}"#,
    );
    let metadata = message(&json).metadata;
    let expected =
        [("a", "1"), ("b", "2"), ("c", "true"), ("j", ""), ("a", "last"), ("k", "-1.50")];
    assert_eq!(metadata.pairs(), expected);
    assert_eq!(metadata.get("a"), Some("last"));
    assert_eq!(metadata.get("d"), None);

    let escaped = with_body(
        r#""metadata":{"\u0061":"1","b":2,"c":true,"d":null,"e":{"f":"g"},"h":["i"],"j":"","a":"last","k":-1.50}"#,
    );
    let read = message(&escaped).metadata;
    assert_eq!(read.pairs(), expected);
    assert_eq!(read, metadata);
    assert_eq!(read.clone().into_owned(), metadata);
    assert_eq!(message(&with_body(r#""metadata":{ }"#)).metadata, message(&with_body("")).metadata);
    assert!(message(&with_body(r#""metadata":{"x":{}}"#)).metadata.is_empty());
    assert_eq!(
        serde_json::to_string(&read).unwrap(),
        r#"{"a":"last","b":"2","c":"true","j":"","k":"-1.50"}"#
    );
}

#[test]
fn of_two_members_the_last_that_can_be_used_counts_and_of_two_classes_the_first() {
    let twice =
        with_body(r#""id":"a","id":"b","id":5,"text":"x","text":null,"content":[{}],"content":[]"#);
    let message = message(&twice);
    assert_eq!(&*message.id, "b");
    assert_eq!(message.text.as_deref(), Some("x"));
    assert!(message.content.is_empty());
    let frame = decode(r#"{"class":"LogoutEvent","class":"Pigeon","code":1,"code":2}"#);
    assert_eq!((frame.code, frame.body), (2, ServerBody::Logout));
    let frame = decode(r#"{"class":null,"class":7,"class":"LogoutEvent"}"#);
    assert_eq!(frame.body, ServerBody::Logout);
    for json in [
        r#"{"body":"a","class":"string","body":"b"}"#,
        r#"{"class":"string","body":"a","body":"b"}"#,
        r#"{"body":"a","body":"b","class":"string"}"#,
    ] {
        assert_eq!(decode(json).body, ServerBody::Status("b".into()), "{json}");
    }
    let named = r#""body":{"tracingId":"a"}"#;
    for json in [
        format!(r#"{{"class":"LogoutEvent",{named},"body":{{}}}}"#),
        format!(r#"{{{named},"class":"LogoutEvent","body":{{}}}}"#),
        format!(r#"{{{named},"body":{{}},"class":"LogoutEvent"}}"#),
    ] {
        assert_eq!(decode(&json).tracing_id, None, "{json}");
    }
}

#[test]
fn names_may_be_escaped_and_space_stand_anywhere() {
    let frame = decode(
        "\n{ \"cl\\u0061ss\" : \"Jwt\\u0052esponse\" ,\t\"b\\u006fdy\" :{ \"jwt\" :\r\n\"j\" } } ",
    );
    assert!(matches!(frame.body, ServerBody::Jwt(jwt) if &*jwt.jwt == "j"));
}

#[test]
fn what_is_kept_as_it_was_written_has_no_space_around_it() {
    let json = with_body(r#""content": [ {"contentType": "Form"} , 7 ] , "events" : [ { } ]"#);
    let message = message(&json);
    let content: Vec<_> = message.content.iter().map(|content| content.raw().get()).collect();
    assert_eq!(content, [r#"{"contentType": "Form"}"#, "7"]);
    let [MessageEvent::Unknown { raw, .. }] = &*message.events else { panic!("{message:?}") };
    assert_eq!(raw.get(), "{ }");
    let ServerBody::Unknown { body, .. } = decode(r#"{"class":"Pigeon","body": [ ] }"#).body else {
        panic!()
    };
    assert_eq!(body.get(), "[ ]");
}

#[test]
fn what_has_no_escape_is_borrowed() {
    let json = super::own("message_agent_text");
    let range = json.as_bytes().as_ptr_range();
    let message = message(&json);
    assert!(range.contains(&message.text.as_deref().unwrap().as_ptr()));
    assert!(matches!(message.id, Cow::Borrowed(_)));
    assert!(matches!(message.channel.unwrap().time, Some(Cow::Borrowed(_))));
}

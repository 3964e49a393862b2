//! Bytes that are no frame.

use webmessaging_proto::dialect::web_messaging::DecodeError;
use webmessaging_proto::dialect::{Dialect, WebMessaging};

fn refuse(wire: impl AsRef<[u8]>) -> DecodeError {
    match WebMessaging.decode(wire.as_ref()) {
        Err(error) => error,
        Ok(frame) => panic!("{frame:?}"),
    }
}

#[test]
fn each_defect_has_its_error_and_its_place() {
    for (wire, error) in [
        (&b""[..], DecodeError::BreaksOff { byte: 0 }),
        (b"  ", DecodeError::BreaksOff { byte: 2 }),
        (b"{not json", DecodeError::NotJson { byte: 1 }),
        (b"{\"class\":\"LogoutEvent\"", DecodeError::BreaksOff { byte: 22 }),
        (b"{\"class\":\"Logout", DecodeError::BreaksOff { byte: 16 }),
        (b"{\"class\":\"LogoutEvent\"}}", DecodeError::NotJson { byte: 23 }),
        (
            b"{\"class\":\"LogoutEvent\"} {\"class\":\"LogoutEvent\"}",
            DecodeError::NotJson { byte: 24 },
        ),
        (b"{\"class\":\"LogoutEvent\",}", DecodeError::NotJson { byte: 23 }),
        (b"{\"class\":\"Logout\nEvent\"}", DecodeError::NotJson { byte: 16 }),
        (b"{\"class\":\"Logout\\Event\"}", DecodeError::NotJson { byte: 17 }),
        (b"{\"class\":\"LogoutEvent\",\"code\":01}", DecodeError::NotJson { byte: 31 }),
        (b"\xef\xbb\xbf{\"class\":\"LogoutEvent\"}", DecodeError::NotJson { byte: 0 }),
        (b"{\"class\":\"\xff\"}", DecodeError::NotUtf8 { byte: 10 }),
        (b"{\"class\":\"\xe2\x82", DecodeError::NotUtf8 { byte: 10 }),
        (b"[]", DecodeError::NotAnObject),
        (b"\"text\"", DecodeError::NotAnObject),
        (b"null", DecodeError::NotAnObject),
        (b"5 ", DecodeError::NotAnObject),
        (b"{}", DecodeError::NoClass),
        (b"{\"class\":null,\"body\":{}}", DecodeError::NoClass),
        (b"{\"class\":{\"class\":\"LogoutEvent\"}}", DecodeError::NoClass),
        (
            b"{\"action\":\"echo\",\"message\":{\"type\":\"Text\",\"text\":\"ping\"}}",
            DecodeError::NoClass,
        ),
    ] {
        assert_eq!(refuse(wire), error, "{}", wire.escape_ascii());
    }
}

#[test]
fn nesting_has_a_limit_wherever_it_is() {
    for (before, after) in [
        ("", ""),
        (r#"{"class":"#, "}"),
        (r#"{"unknown":"#, r#","class":"LogoutEvent"}"#),
        (r#"{"body":"#, r#","class":"LogoutEvent"}"#),
        (r#"{"class":"Pigeon","body":"#, "}"),
        (r#"{"class":"string","body":"#, "}"),
        (r#"{"class":"StructuredMessage","body":{"content":["#, "]}}"),
        (r#"{"class":"StructuredMessage","body":{"events":["#, "]}}"),
        (r#"{"class":"StructuredMessage","body":{"metadata":"#, "}}"),
        (r#"{"class":"StructuredMessage","body":{"content":"#, "}}"),
    ] {
        for (open, close) in [("[", "]"), (r#"{"a":"#, "}")] {
            let deep = |depth: usize| {
                format!("{before}{}0{}{after}", open.repeat(depth), close.repeat(depth))
            };
            assert!(matches!(refuse(deep(100_000)), DecodeError::TooDeep { .. }), "{before}{open}");
            assert!(matches!(refuse(open.repeat(100_000)), DecodeError::TooDeep { .. }));
            assert!(!matches!(
                WebMessaging.decode(deep(100).as_bytes()),
                Err(DecodeError::TooDeep { .. } | DecodeError::NotJson { .. })
            ));
        }
    }
}

#[test]
fn errors_say_what_to_do_and_never_what_was_said() {
    let secret = r#"{"class":"string","body":"my secret""#;
    let error = refuse(secret);
    assert_eq!(
        error.to_string(),
        "drop the frame: it breaks off after byte 36; check that the transport joins the parts of a message"
    );
    for wire in [
        b"secret".to_vec(),
        b"{\"secret".to_vec(),
        b"{\"secret\":\"secret\"}".to_vec(),
        b"\"secret\"".to_vec(),
        b"secret\xff".to_vec(),
        b"{\"secret\":secret}".to_vec(),
        [b"[".repeat(200), b"secret".to_vec()].concat(),
    ] {
        let error = refuse(wire);
        assert!(!format!("{error} {error:?}").contains("secret"));
        assert!(error.to_string().starts_with("drop the frame: "), "{error}");
    }
}

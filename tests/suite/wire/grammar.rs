//! The reader takes exactly the JSON that another parser takes.

use std::sync::LazyLock;

use proptest::prelude::*;
use serde::de::IgnoredAny;
use webmessaging_proto::dialect::web_messaging::DecodeError;
use webmessaging_proto::dialect::{Dialect, WebMessaging};

use super::all_own;
use super::properties::config;

static FRAMES: LazyLock<Vec<(String, String)>> = LazyLock::new(all_own);

/// What the two have to say must agree: here well-formed text is told by its error or by none.
fn agree(wire: &[u8]) {
    let ours = WebMessaging.decode(wire);
    let well_formed = std::str::from_utf8(wire)
        .is_ok_and(|text| serde_json::from_str::<IgnoredAny>(text).is_ok());
    let taken = match ours {
        Ok(_) | Err(DecodeError::NoClass | DecodeError::NotAnObject) => true,
        Err(DecodeError::TooDeep { .. }) => return,
        Err(_) => false,
    };
    assert_eq!(taken, well_formed, "{}", wire.escape_ascii());
}

#[test]
fn frames_cut_anywhere_break_off() {
    for (name, json) in all_own() {
        let json = json.trim_end().as_bytes();
        for end in 0..json.len() {
            match WebMessaging.decode(&json[..end]) {
                Err(DecodeError::BreaksOff { byte }) => assert_eq!(byte, end),
                Err(DecodeError::NotUtf8 { .. }) => assert!(!json[..end].is_ascii()),
                other => panic!("{name} to {end}: {other:?}"),
            }
        }
    }
}

proptest! {
    #![proptest_config(config(2_000))]

    #[test]
    fn any_bytes(wire in proptest::collection::vec(any::<u8>(), 0..200)) {
        agree(&wire);
    }

    #[test]
    fn bytes_that_look_like_json(wire in r#"[{}\[\]",:\\ u0-9a-f.eE+\-trufalsnd8cé\n]{0,60}"#) {
        agree(wire.as_bytes());
        agree(format!(r#"{{"class":"StructuredMessage","body":{wire}}}"#).as_bytes());
        agree(format!(r#"{{"body":{{"content":[{wire}]}},"class":"StructuredMessage"}}"#).as_bytes());
    }

    #[test]
    fn frames_with_a_few_wrong_bytes(
        pick in any::<prop::sample::Index>(),
        edits in proptest::collection::vec((any::<prop::sample::Index>(), any::<u8>(), 0..3), 1..6),
    ) {
        let mut wire = pick.get(&FRAMES).1.clone().into_bytes();
        for (at, byte, how) in edits {
            let at = at.index(wire.len());
            match how {
                0 => wire[at] = byte,
                1 => wire.insert(at, byte),
                _ if wire.len() > 1 => drop(wire.remove(at)),
                _ => {}
            }
        }
        agree(&wire);
    }
}

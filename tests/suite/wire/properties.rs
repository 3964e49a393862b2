//! What holds of every frame, however it is written.

use proptest::prelude::*;
use proptest::test_runner::RngSeed;
use serde_json::{Value, json};
use webmessaging_proto::TracingId;
use webmessaging_proto::dialect::{Dialect, EncodeContext, WebMessaging};
use webmessaging_proto::frame::{ClientBody, ClientFrame, CustomAttributes, ServerBody};

use super::tree::{Draw, HUGE, each_object, write, write_shuffled};
use super::{all_own, decode};

/// The same cases in every run, and nothing written to disk.
pub(crate) fn config(cases: u32) -> ProptestConfig {
    ProptestConfig {
        cases,
        rng_seed: RngSeed::Fixed(4_029),
        failure_persistence: None,
        ..ProptestConfig::default()
    }
}

/// The own frames that are plain trees.
fn trees() -> Vec<(String, Value)> {
    all_own()
        .into_iter()
        .filter_map(|(name, json)| Some((name, serde_json::from_str(&json).ok()?)))
        .collect()
}

/// Frames that keep parts as they were written.
fn keeps_text(json: &str) -> bool {
    let shown = format!("{:?}", decode(json));
    shown.contains("RawJson") || json.contains(r#""class":"string""#)
}

/// Where any name is allowed, and every name means something.
fn is_open(path: &[String]) -> bool {
    matches!(path.last().map(String::as_str), Some("metadata" | "customAttributes" | "headers"))
}

#[test]
fn members_in_any_order_are_the_same_frame() {
    let mut draw = Draw(1);
    for (name, tree) in trees() {
        let plain = write(&tree);
        for _ in 0..20 {
            let shuffled = write_shuffled(&tree, &mut draw);
            if keeps_text(&plain) {
                let tree = |json| serde_json::to_value(decode(json)).unwrap();
                if !name.starts_with("error_string") {
                    assert_eq!(tree(&shuffled), tree(&plain), "{name}: {shuffled}");
                }
            } else {
                assert_eq!(decode(&shuffled), decode(&plain), "{name}: {shuffled}");
            }
        }
    }
}

#[test]
fn a_member_that_is_not_known_changes_nothing_wherever_it_is() {
    let mut draw = Draw(2);
    for (name, tree) in trees() {
        let plain = write(&tree);
        if keeps_text(&plain) {
            continue;
        }
        for unknown in
            [json!(null), json!("x"), json!(HUGE), json!([{"type": "On"}]), json!({"id": 1})]
        {
            let mut more = tree.clone();
            each_object(&mut more, &mut |path, members| {
                if !is_open(path) {
                    members.insert("aardvark".into(), unknown.clone());
                    members.insert("zebra".into(), unknown.clone());
                }
            });
            let more = write_shuffled(&more, &mut draw);
            assert_eq!(decode(&more), decode(&plain), "{name}: {more}");
        }
    }
}

#[test]
fn a_member_of_the_wrong_type_loses_no_frame() {
    let wrong = [
        json!(null),
        json!(true),
        json!(-7),
        json!(1.5),
        json!(u64::MAX),
        json!(HUGE),
        json!("wrong"),
        json!([]),
        json!({}),
        json!([[1, {"type": []}], null]),
        json!({"type": {"id": [null]}, "contentType": 3, "duration": "x"}),
    ];
    for (name, tree) in trees() {
        let class = decode(&write(&tree)).into_owned().body.class().to_owned();
        let mut members = 0;
        each_object(&mut tree.clone(), &mut |_, object| members += object.len());
        for at in 0..members {
            for value in &wrong {
                let mut changed = tree.clone();
                let mut seen = 0;
                each_object(&mut changed, &mut |path, object| {
                    for (name, place) in object {
                        if seen == at && !(path.is_empty() && name == "class") {
                            *place = value.clone();
                        }
                        seen += 1;
                    }
                });
                let json = write(&changed);
                let frame = decode(&json);
                assert_eq!(frame.body.class(), class, "{name}: {json}");
                assert_eq!(frame.clone().into_owned(), frame, "{name}: {json}");
                serde_json::to_string(&frame).unwrap();
            }
        }
    }
}

proptest! {
    #![proptest_config(config(500))]

    #[test]
    fn any_text_survives_the_way_out(
        text in any::<String>(),
        token in any::<String>(),
        name in any::<String>(),
        value in "\\PC*",
        bits in any::<u128>(),
    ) {
        let mut attributes = CustomAttributes::default();
        attributes.insert(name.clone(), value.clone());
        let tracing_id = TracingId::from_bits(bits);
        let body = ClientBody::Text { text: text.as_str().into(), attributes };
        let mut out = b"kept".to_vec();
        WebMessaging
            .encode(&EncodeContext::new(&token, "d"), &ClientFrame::new(tracing_id, body), &mut out)
            .unwrap();
        let sent: Value = serde_json::from_slice(out.strip_prefix(b"kept").unwrap()).unwrap();
        prop_assert_eq!(sent, json!({
            "action": "onMessage",
            "token": token,
            "tracingId": tracing_id.to_string(),
            "message": {
                "type": "Text",
                "text": text,
                "channel": {"metadata": {"customAttributes": {name: value}}},
            },
        }));
    }

    #[test]
    fn any_text_survives_the_way_in(text in any::<String>(), id in any::<String>(), seed in any::<u64>()) {
        let tree = json!({
            "class": "StructuredMessage",
            "tracingId": id,
            "body": {"text": text, "id": id, "metadata": {"k": text, id.clone(): "v"}},
        });
        let written = write_shuffled(&tree, &mut Draw(seed));
        let frame = decode(&written);
        prop_assert_eq!(frame.tracing_id.as_deref(), Some(&*id));
        let ServerBody::Message(message) = frame.body else { panic!() };
        prop_assert_eq!(message.text.as_deref(), Some(&*text));
        prop_assert_eq!(&*message.id, &*id);
        if id != "k" {
            prop_assert_eq!(message.metadata.get("k"), Some(&*text));
        }
        prop_assert_eq!(message.metadata.get(&id).is_some(), true);
    }
}

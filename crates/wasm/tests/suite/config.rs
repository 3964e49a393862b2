//! The configuration: what is taken, and which member an error names.

use js_sys::{Error, Reflect};
use wasm_bindgen::JsCast as _;
use wasm_bindgen_test::wasm_bindgen_test;
use webmessaging_wasm::Guest;

use super::fake::Fake;

/// What the constructor says of a configuration with these members.
fn refusal(members: &str) -> Option<String> {
    let config = format!(r#"{{"deployment_id":"d","token":"t","seed":1{members}}}"#);
    message(&config)
}

fn message(config: &str) -> Option<String> {
    let thrown = Guest::new(config, &Fake::new(), None).err()?;
    let code = Reflect::get(&thrown, &"code".into()).unwrap();
    assert_eq!(code.as_string().as_deref(), Some("invalid_config"));
    Some(thrown.unchecked_into::<Error>().message().into())
}

#[wasm_bindgen_test]
fn every_member_is_taken() {
    let full = r#","profile":"live","endpoint":"ws://localhost:1","heartbeat_ms":30000,
        "auto_start":{"attributes":{"page":"/"}},
        "typing":{"start_delay_ms":0,"min_gap_ms":500,"refresh_ms":null,"idle_ms":2000,
            "remote_ttl_ms":null,"sends_off":true,"message_ends_belief":false,"hold_ms":60000},
        "receipts":{"dwell_ms":500,"on_wire":true},
        "reconnect":{"base_ms":100,"cap_ms":1000,"stable_ms":1000,"give_up_ms":null},
        "limits":{"outputs":10,"texts":10,"messages":10,"typists":1}"#;
    assert_eq!(refusal(full), None);
    for more in [
        r#","auto_start":true"#,
        r#","auto_start":{}"#,
        r#","auto_start":false"#,
        r#","heartbeat_ms":null"#,
        r#","seed":"18446744073709551615""#,
        r#","profile":"guide""#,
    ] {
        assert_eq!(refusal(more), None, "{more}");
    }
}

#[wasm_bindgen_test]
fn a_part_is_filled_up_from_the_profile() {
    let fake = Fake::new();
    let guest = fake.guest_with(r#","profile":"live","typing":{"idle_ms":3000}"#, None);
    fake.make_ready(&guest, 0);
    guest.keystroke();
    fake.advance(2_999.0);
    assert!(guest.typing());
    fake.advance(10_000.0);
    assert_eq!(fake.written(), ["typing_on"], "the profile has no Off");
}

#[wasm_bindgen_test]
fn an_error_names_the_member_and_what_it_should_be() {
    for (members, expected) in [
        (r#","profile":"fast""#, r#"`profile` must be "guide" or "live""#),
        (r#","endpoint":7"#, "`endpoint` must be a string that is not empty"),
        (r#","typing":[]"#, "`typing` must be an object"),
        (r#","typing":{"idle_ms":-1}"#, "`typing.idle_ms` must be a whole number of milliseconds"),
        (
            r#","typing":{"idle_ms":null}"#,
            "`typing.idle_ms` must be a whole number of milliseconds",
        ),
        (r#","limits":{"texts":1.5}"#, "`limits.texts` must be a whole number"),
        (r#","receipts":{"dwell":1}"#, "`receipts.dwell` is not known"),
        (r#","tokens":[]"#, "`tokens` is not known"),
        (
            r#","auto_start":{"attributes":{"page":1}}"#,
            "`auto_start` must be true, false or {\"attributes\":{..}}, of strings",
        ),
        (
            r#","typing":{"idle_ms":100}"#,
            "`typing`: idle is 100 ms: at least 500 ms, or the indicator flickers between two keys",
        ),
        (
            r#","heartbeat_ms":29999"#,
            "`heartbeat_ms`: a health check every 29999 ms is too often: the service takes two a minute, so at least 30 s",
        ),
    ] {
        assert_eq!(refusal(members).as_deref(), Some(expected));
    }
    for (config, expected) in [
        ("", "the configuration must be a JSON object"),
        ("[]", "the configuration must be a JSON object"),
        (r#"{"token":"t","seed":1}"#, "`deployment_id` must be a string that is not empty"),
        (
            r#"{"deployment_id":"d","token":"","seed":1}"#,
            "`token` must be a string that is not empty",
        ),
        (
            r#"{"deployment_id":"d","token":"t"}"#,
            "`seed` must be a whole number from 0 to 18446744073709551615, beyond 2^53 as a string",
        ),
    ] {
        assert_eq!(message(config).as_deref(), Some(expected));
    }
}

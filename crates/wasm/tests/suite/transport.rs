//! Sockets: what they bring, in which order, from which of them.

use js_sys::{Function, Uint8Array};
use wasm_bindgen::{JsCast as _, JsValue};
use wasm_bindgen_test::wasm_bindgen_test;

use super::fake::{ACCEPTED, Fake};

#[wasm_bindgen_test]
fn a_socket_that_closes_before_it_opens_is_dialed_again() {
    let fake = Fake::new();
    let guest = fake.guest();
    guest.connect().unwrap();
    fake.socket(0).end(1006);
    assert_eq!(guest.phase(), "backoff");
    fake.advance(1_000.0);
    fake.make_ready_again(&guest, 1);
}

#[wasm_bindgen_test]
fn an_address_that_cannot_be_dialed_is_a_dial_that_failed() {
    let fake = Fake::new();
    let guest = fake.guest();
    fake.set_refuse_sockets(true);
    guest.connect().unwrap();
    assert_eq!(guest.phase(), "backoff");
    assert!(fake.lines().contains(&"closed 1 SyntaxError: no such address".into()));
    fake.set_refuse_sockets(false);
    fake.advance(1_000.0);
    assert_eq!(guest.phase(), "connecting");
}

#[wasm_bindgen_test]
fn a_socket_that_cannot_be_listened_to_is_a_dial_that_failed() {
    for member in ["binaryType", "onopen", "onmessage", "onclose", "onerror"] {
        let fake = Fake::new();
        let guest = fake.guest();
        fake.set_refuse_member(Some(member));
        guest.connect().unwrap();
        assert_eq!(guest.phase(), "backoff", "{member}");
        assert!(fake.lines().contains(&"closed 1 TypeError: not here".into()), "{member}");
        assert_eq!(fake.counts()[1], 0, "{member}: it is closed");
        fake.set_refuse_member(None);
        fake.advance(1_000.0);
        fake.make_ready_again(&guest, 1);
    }
}

#[wasm_bindgen_test]
fn an_old_socket_is_not_heard() {
    let fake = Fake::new();
    let guest = fake.ready_guest();
    let old = fake.socket(0);
    guest.keystroke();
    fake.socket(0).end(1006);
    fake.advance(1_000.0);
    fake.make_ready_again(&guest, 1);
    fake.lines();
    old.receive(&ACCEPTED.into());
    old.end(1000);
    assert_eq!(fake.lines(), <[&str; 0]>::default());
    assert_eq!(guest.phase(), "ready");
}

#[wasm_bindgen_test]
fn a_server_that_closes_for_good_is_not_dialed_again() {
    let fake = Fake::new();
    let guest = fake.ready_guest();
    fake.socket(0).end(1000);
    assert_eq!(guest.phase(), "closed");
    assert!(fake.lines().contains(&"closed 1 1000".into()));
    assert_eq!(fake.counts(), [0, 0, 0, 0]);
}

#[wasm_bindgen_test]
fn an_open_after_the_leave_is_closed_and_stays_closed() {
    let fake = Fake::new();
    let guest = fake.guest();
    guest.connect().unwrap();
    guest.disconnect();
    fake.socket(0).open();
    fake.socket(0).end(1006);
    assert_eq!(guest.phase(), "closed");
    assert_eq!(fake.counts(), [0, 0, 0, 0]);
}

#[wasm_bindgen_test]
fn a_confirmation_is_heard_while_it_closes() {
    let fake = Fake::new();
    let guest = fake.ready_guest();
    guest.send_text(1.0, "bye".into(), None).unwrap();
    let tracing_id = fake.last_tracing_id();
    guest.disconnect();
    fake.receive(
        0,
        &format!(
            r#"{{"type":"message","class":"StructuredMessage","code":200,"body":{{"id":"m-1","type":"Text","direction":"Inbound","text":"bye","tracingId":"{tracing_id}"}}}}"#
        ),
    );
    assert_eq!(guest.phase(), "closing");
    assert_eq!(guest.texts(), "[]");
}

#[wasm_bindgen_test]
fn a_binary_message_is_a_frame_too() {
    let fake = Fake::new();
    let guest = fake.guest();
    guest.connect().unwrap();
    fake.socket(0).open();
    let bytes = Uint8Array::from(ACCEPTED.as_bytes());
    fake.socket(0).receive(&bytes.buffer());
    assert_eq!(guest.phase(), "ready");
}

#[wasm_bindgen_test]
fn what_is_no_frame_is_a_fault() {
    let fake = Fake::new();
    let _guest = fake.ready_guest();
    let long = format!(r#"{{"class":"LogoutEvent","body":"{}"}}"#, "x".repeat(1024 * 1024));
    for data in [JsValue::NULL, 1e15.into(), "{".into(), long.into(), js_sys::Object::new().into()]
    {
        fake.socket(0).receive(&data);
        assert_eq!(fake.lines(), [r#"event {"type":"fault","code":"undecodable"}"#]);
    }
}

#[wasm_bindgen_test]
fn a_frame_that_nobody_uses_is_told_by_its_class() {
    let fake = Fake::new();
    let _guest = fake.ready_guest();
    let jwt = r#"{"class":"JwtResponse","code":200,"body":{"jwt":"secret","exp":1}}"#;
    let offer = r#"{"class":"StructuredMessage","code":200,"body":{"type":"Event","direction":"Outbound","events":[{"eventType":"CoBrowse","coBrowse":{"type":"Offering"}}]}}"#;
    let new = r#"{"class":"NewEvent","code":200,"body":{"a":[1]}}"#;
    for (frame, class) in [(jwt, "JwtResponse"), (offer, "StructuredMessage"), (new, "NewEvent")] {
        fake.receive(0, frame);
        assert_eq!(fake.lines(), [format!(r#"event {{"type":"other","class":"{class}"}}"#)]);
    }
}

#[wasm_bindgen_test]
fn frames_are_shown_to_a_host_that_asks_for_them() {
    let fake = Fake::new();
    let guest = fake.ready_guest();
    let show = js_sys::eval("(host) => { host.frame = (...a) => host.lines.push(a.join(' ')); }");
    show.unwrap().unchecked_into::<Function>().call1(&JsValue::NULL, &fake).unwrap();
    guest.keystroke();
    fake.receive_agent_text(0, "m-1");
    let lines = fake.lines();
    assert!(lines.iter().any(|line| line.starts_with("sent {") && line.ends_with(" 1")));
    assert!(lines.iter().any(|line| line.starts_with("received {") && line.ends_with(" 1")));
}

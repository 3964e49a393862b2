//! Callbacks: their order, those that call back, those that throw.

use std::cell::RefCell;
use std::rc::Rc;

use wasm_bindgen::{JsCast as _, JsValue};
use wasm_bindgen_test::wasm_bindgen_test;

use super::fake::{ACCEPTED, Fake};

#[wasm_bindgen_test]
fn nothing_is_told_before_the_constructor_has_returned() {
    let fake = Fake::new();
    let _guest = fake.guest();
    assert_eq!(fake.lines(), <[&str; 0]>::default());
    assert_eq!(fake.counts(), [0, 0, 0, 0], "and nothing is due");
}

#[wasm_bindgen_test]
fn what_happens_is_told_in_order() {
    let fake = Fake::new();
    let guest = fake.guest();
    guest.connect().unwrap();
    fake.socket(0).open();
    fake.receive(0, ACCEPTED);
    let lines = fake.lines();
    let heads: Vec<_> = lines.iter().map(|line| line.split(['{', ' ']).next().unwrap()).collect();
    assert_eq!(
        heads,
        ["event", "dialing", "open", "event", "sent", "written", "event"],
        "{lines:#?}"
    );
    assert_eq!(lines[1], "dialing 1 wss://webmessaging.mypurecloud.com/v1?deploymentId=d");
    assert_eq!(lines[6], r#"event {"type":"phase_changed","phase":"ready"}"#);
}

#[wasm_bindgen_test]
fn what_was_written_is_named() {
    let fake = Fake::new();
    let guest = fake.ready_guest();
    guest.keystroke();
    guest.send_text(7.0, "hello".into(), None).unwrap();
    fake.receive_agent_text(0, "m-1");
    guest.message_visible("m-1").unwrap();
    assert_eq!(fake.written(), ["typing_on", "typing_off", "text 7", "receipt m-1"]);
}

#[wasm_bindgen_test]
fn a_verb_within_a_callback_takes_effect_at_once_and_is_told_after_it() {
    let fake = Fake::new();
    let guest = Rc::new(fake.ready_guest());
    let seen = Rc::new(RefCell::new(None));
    let (again, copy, see) = (Rc::clone(&guest), fake.clone(), Rc::clone(&seen));
    fake.hook(move |line| {
        if line.contains("message_received") {
            again.send_text(1.0, "at once".into(), None)?;
            again.message_visible("m-1")?;
            see.replace(Some((again.texts(), copy.written())));
        }
        Ok(())
    });
    fake.receive_agent_text(0, "m-1");
    let (texts, written) = seen.take().unwrap();
    assert_eq!(texts, r#"[{"key":1,"text":"at once","state":"in_flight"}]"#);
    assert_eq!(written, <[&str; 0]>::default(), "not before the callback has returned");
    assert_eq!(fake.written(), ["text 1", "receipt m-1"]);
}

#[wasm_bindgen_test]
fn a_disconnect_within_a_callback_is_in_force_after_it() {
    let fake = Fake::new();
    let guest = Rc::new(fake.ready_guest());
    let phase = Rc::new(RefCell::new(String::new()));
    let (leaves, see) = (Rc::clone(&guest), Rc::clone(&phase));
    fake.hook(move |line| {
        if line == "written typing_on" {
            leaves.disconnect();
            see.replace(leaves.phase());
        }
        Ok(())
    });
    guest.keystroke();
    assert_eq!(phase.take(), "closing");
    assert_eq!(fake.written(), ["typing_on", "typing_off"]);
}

#[wasm_bindgen_test]
fn a_callback_that_throws_breaks_nothing() {
    let fake = Fake::new();
    let guest = fake.guest();
    fake.hook(|_| Err(JsValue::from_str("thrown by a test, and reported")));
    guest.connect().unwrap();
    fake.socket(0).open();
    fake.receive(0, ACCEPTED);
    guest.keystroke();
    fake.advance(2_000.0);
    assert_eq!(fake.written(), ["configure", "typing_on", "typing_off"], "and nothing threw");
}

#[wasm_bindgen_test]
fn a_socket_that_is_being_closed_takes_no_frame() {
    let fake = Fake::new();
    let guest = fake.ready_guest();
    fake.socket(0).set_ready_state(2);
    guest.keystroke();
    assert_eq!(fake.written(), <[&str; 0]>::default());
    fake.socket(0).end(1000);
    assert_eq!(guest.phase(), "closed", "the close that was on its way counts");
}

#[wasm_bindgen_test]
fn a_refusal_is_an_error_with_a_code() {
    let fake = Fake::new();
    let guest = fake.ready_guest();
    let code = |thrown: JsValue| {
        assert!(thrown.is_instance_of::<js_sys::Error>());
        js_sys::Reflect::get(&thrown, &"code".into()).unwrap().as_string().unwrap()
    };
    assert_eq!(code(guest.message_visible("nobody knows").unwrap_err()), "unknown_message");
    assert_eq!(code(guest.connect().unwrap_err()), "invalid_state");
    assert_eq!(code(guest.send_text(1.5, "x".into(), None).unwrap_err()), "invalid_argument");
    assert_eq!(code(guest.send_text(1.0, String::new(), None).unwrap_err()), "empty_text");
    let attributes = Some("[]".into());
    assert_eq!(code(guest.send_text(1.0, "x".into(), attributes).unwrap_err()), "invalid_argument");
    assert_eq!(
        code(webmessaging_wasm::Guest::new("{}", &fake, None).unwrap_err()),
        "invalid_config"
    );
}

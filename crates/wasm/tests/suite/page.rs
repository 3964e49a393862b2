//! The page around it, and the page after it.

use wasm_bindgen_test::wasm_bindgen_test;

use super::fake::Fake;

#[wasm_bindgen_test]
fn a_hidden_page_ends_typing() {
    let fake = Fake::new();
    fake.with_page(false);
    let guest = fake.ready_guest();
    guest.keystroke();
    fake.set_hidden(true);
    assert_eq!(fake.written(), ["typing_on", "typing_off"]);
    fake.set_hidden(false);
    assert_eq!(fake.written(), <[&str; 0]>::default(), "only a new key starts it again");
}

#[wasm_bindgen_test]
fn a_page_that_was_hidden_from_the_start_reads_nothing_until_it_is_shown() {
    let fake = Fake::new();
    fake.with_page(true);
    let guest = fake.ready_guest();
    fake.receive_agent_text(0, "m-1");
    guest.message_visible("m-1").unwrap();
    assert_eq!(fake.written(), <[&str; 0]>::default());
    fake.set_hidden(false);
    assert_eq!(fake.written(), ["receipt m-1"]);
}

#[wasm_bindgen_test]
fn a_network_that_is_gone_is_a_lost_socket_and_its_return_cuts_the_wait() {
    let fake = Fake::new();
    fake.with_page(false);
    let guest = fake.guest_with(r#","reconnect":{"base_ms":600000,"cap_ms":600000}"#, None);
    fake.make_ready(&guest, 0);
    fake.fire_on_window("offline");
    assert_eq!(guest.phase(), "backoff");
    assert_eq!(fake.counts(), [1, 0, 0, 3]);
    fake.fire_on_window("offline");
    fake.advance(2_000.0);
    assert_eq!(guest.phase(), "backoff", "the wait that was drawn is longer");
    fake.fire_on_window("online");
    fake.advance(1_000.0);
    fake.make_ready_again(&guest, 1);
}

#[wasm_bindgen_test]
fn a_snapshot_goes_on_in_another_page_without_a_second_receipt() {
    let fake = Fake::new();
    let guest = fake.ready_guest();
    fake.receive_agent_text(0, "m-1");
    fake.receive_agent_text(0, "m-2");
    guest.message_visible("m-1").unwrap();
    fake.receive_agent_text(0, "m-3");
    guest.send_text(4.0, "under way".into(), None).unwrap();
    guest.send_text(5.0, "not written yet".into(), None).unwrap();
    fake.receive(0, r#"{"type":"response","class":"string","code":200,"body":""}"#);
    let snapshot = guest.snapshot(true).unwrap();
    assert!(!snapshot.contains("secret"), "no token");
    guest.free();

    let fake = Fake::new();
    let guest = fake.guest_with("", Some(snapshot));
    assert_eq!(fake.lines(), <[&str; 0]>::default(), "nothing is told by the constructor");
    fake.advance(0.0);
    assert!(fake.lines()[0].contains("backoff"), "but soon");
    assert!(guest.texts().contains("under way"));
    fake.advance(1_000.0);
    fake.make_ready_again(&guest, 0);
    guest.message_visible("m-1").unwrap();
    guest.message_visible("m-2").unwrap();
    let written = fake.written();
    assert_eq!(written.iter().filter(|what| *what == "text 5").count(), 1);
    assert_eq!(written.last().map(String::as_str), Some("receipt m-2"));
}

#[wasm_bindgen_test]
fn a_snapshot_that_cannot_be_read_is_refused() {
    let fake = Fake::new();
    let config = r#"{"deployment_id":"d","token":"t","seed":1}"#;
    for snapshot in ["", "{}", r#"{"version":1,"session":{}}"#, r#"{"version":2}"#] {
        let refused = webmessaging_wasm::Guest::new(config, &fake, Some(snapshot.into()));
        let thrown = refused.unwrap_err();
        let code = js_sys::Reflect::get(&thrown, &"code".into()).unwrap();
        assert_eq!(code.as_string().as_deref(), Some("invalid_snapshot"));
    }
    assert_eq!(fake.counts(), [0, 0, 0, 0]);
}

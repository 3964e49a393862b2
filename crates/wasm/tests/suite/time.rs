//! One time-out, which may ring early or late.

use wasm_bindgen_test::wasm_bindgen_test;

use super::fake::Fake;

fn delays(fake: &Fake) -> Vec<f64> {
    let delays = fake.delays();
    let taken = delays.iter().map(|delay| delay.as_f64().unwrap()).collect();
    delays.set_length(0);
    taken
}

#[wasm_bindgen_test]
fn delays_round_up_to_whole_milliseconds() {
    let fake = Fake::new();
    fake.set_time(1_000.25);
    let guest = fake.ready_guest();
    delays(&fake);
    guest.keystroke();
    fake.set_time(1_000.9);
    assert_eq!(delays(&fake), [2_000.0]);
    fake.set_time(1_500.0);
    guest.keystroke();
    fake.set_time(1_000.25);
    fake.advance(2_000.0);
    assert_eq!(delays(&fake), [500.0], "3,500.0 - 3,000.25, rounded up");
}

#[wasm_bindgen_test]
fn keys_set_no_time_out_while_one_rings_early_enough() {
    let fake = Fake::new();
    let guest = fake.ready_guest();
    delays(&fake);
    for _ in 0..20 {
        guest.keystroke();
        fake.advance(50.0);
    }
    assert_eq!(delays(&fake), [2_000.0]);
    fake.advance(1_949.0);
    assert_eq!(fake.written(), ["typing_on"]);
    fake.advance(1.0);
    assert_eq!(fake.written(), ["typing_off"], "2 s after the last key");
}

#[wasm_bindgen_test]
fn a_key_that_goes_on_counts_from_the_time_it_brings() {
    let fake = Fake::new();
    let guest = fake.ready_guest();
    assert!(!guest.go_on_typing(1_000.0), "it would be the first");
    guest.keystroke();
    fake.advance(600.0);
    assert!(guest.go_on_typing(1_500.5));
    assert!(!guest.go_on_typing(3_000.0), "the first one's time would be over");
    fake.advance(1_900.0);
    assert_eq!(fake.written(), ["typing_on"]);
    fake.advance(1.0);
    assert_eq!(fake.written(), ["typing_off"], "2 s after the time of the last key");
    assert!(!guest.go_on_typing(3_600.0));
}

#[wasm_bindgen_test]
fn a_time_out_that_rings_too_early_is_set_again() {
    let fake = Fake::new();
    let guest = fake.ready_guest();
    guest.keystroke();
    fake.lines();
    delays(&fake);
    fake.advance(1_999.5);
    fake.ring_early();
    assert_eq!(delays(&fake), [1.0]);
    assert_eq!(fake.written(), <[&str; 0]>::default());
    fake.advance(1.0);
    assert_eq!(fake.written(), ["typing_off"]);
}

#[wasm_bindgen_test]
fn the_session_goes_on_after_a_minute_of_throttling() {
    let fake = Fake::new();
    let guest = fake.guest_with(r#","heartbeat_ms":30000"#, None);
    fake.make_ready(&guest, 0);
    guest.keystroke();
    fake.advance_throttled(60_000.0);
    assert_eq!(fake.written(), ["typing_on", "typing_off", "echo"], "each once");
    assert_eq!(guest.phase(), "ready");
    guest.keystroke();
    assert_eq!(fake.written(), ["typing_on"]);
}

#[wasm_bindgen_test]
fn a_health_check_without_an_answer_is_a_lost_socket() {
    let fake = Fake::new();
    let guest = fake.guest_with(r#","heartbeat_ms":30000"#, None);
    fake.make_ready(&guest, 0);
    fake.advance(39_999.0);
    assert_eq!(fake.written(), ["echo"]);
    assert_eq!(guest.phase(), "ready");
    fake.advance(1.0);
    assert_eq!(guest.phase(), "backoff");
    assert_eq!(fake.counts(), [1, 0, 0, 0], "nobody waits for that socket's close");
}

#[wasm_bindgen_test]
fn a_deadline_further_off_than_a_time_out_can_be_is_reached_all_the_same() {
    let fake = Fake::new();
    let month = 31.0 * 24.0 * 3_600_000.0;
    let guest = fake.guest_with(r#","heartbeat_ms":2678400000"#, None);
    fake.make_ready(&guest, 0);
    fake.advance(month - 1.0);
    assert_eq!(fake.written(), <[&str; 0]>::default());
    fake.advance(1.0);
    assert_eq!(fake.written(), ["echo"]);
    assert!(delays(&fake).iter().all(|delay| *delay < 2_147_483_648.0));
}

#[wasm_bindgen_test]
fn the_deadline_can_be_seen() {
    let fake = Fake::new();
    let guest = fake.ready_guest();
    assert_eq!(guest.deadline(), None);
    guest.keystroke();
    assert_eq!(guest.deadline().as_deref(), Some(r#"{"at_ms":3000,"timer":"typing"}"#));
    assert!(guest.typing() && guest.typing_shown());
    guest.input_cleared();
    assert!(!guest.typing() && !guest.typing_shown());
}

//! Nothing stays behind.

use std::cell::Cell;
use std::rc::Rc;

use wasm_bindgen_test::wasm_bindgen_test;
use webmessaging_wasm::Guest;

use super::fake::Fake;

#[wasm_bindgen_test]
fn a_connected_guest_has_one_timer_one_socket_and_the_listeners_of_its_page() {
    let fake = Fake::new();
    fake.with_page(false);
    let guest = fake.ready_guest();
    guest.keystroke();
    assert_eq!(fake.counts(), [1, 1, 3, 3]);
}

#[wasm_bindgen_test]
fn a_disconnect_leaves_no_timer_and_no_socket() {
    let fake = Fake::new();
    let guest = fake.ready_guest();
    guest.keystroke();
    guest.disconnect();
    assert_eq!(fake.counts(), [1, 0, 3, 0], "it waits for the other side's close");
    fake.socket(0).end(1000);
    assert_eq!(guest.phase(), "closed");
    assert_eq!(fake.counts(), [0, 0, 0, 0]);
}

#[wasm_bindgen_test]
fn a_close_without_an_answer_is_over_after_two_seconds() {
    let fake = Fake::new();
    let guest = fake.ready_guest();
    guest.disconnect();
    fake.advance(1_999.0);
    assert_eq!(guest.phase(), "closing");
    fake.advance(1.0);
    assert_eq!(guest.phase(), "closed");
    assert_eq!(fake.counts(), [0, 0, 0, 0]);
}

#[wasm_bindgen_test]
fn free_leaves_nothing_and_tells_nothing_in_any_phase() {
    for phase in 0..5 {
        let fake = Fake::new();
        fake.with_page(false);
        let guest = fake.guest();
        match phase {
            0 => {}
            1 => guest.connect().unwrap(),
            2 => fake.make_ready(&guest, 0),
            3 => {
                fake.make_ready(&guest, 0);
                guest.disconnect();
            }
            _ => {
                fake.make_ready(&guest, 0);
                fake.socket(0).end(1006);
                assert_eq!(guest.phase(), "backoff");
            }
        }
        fake.lines();
        guest.free();
        assert_eq!(fake.counts(), [0, 0, 0, 0], "phase {phase}");
        fake.advance(600_000.0);
        fake.set_hidden(true);
        let told = |line: &String| !line.starts_with("close");
        assert_eq!(fake.lines().into_iter().filter(told).count(), 0, "phase {phase}");
    }
}

#[wasm_bindgen_test]
fn dropping_the_class_is_freeing_it() {
    let fake = Fake::new();
    fake.with_page(false);
    let guest = fake.ready_guest();
    guest.keystroke();
    drop(guest);
    assert_eq!(fake.counts(), [0, 0, 0, 0]);
}

#[wasm_bindgen_test]
fn free_within_a_callback_ends_it_there() {
    for at in ["dialing", "open", "event", "written"] {
        let fake = Fake::new();
        fake.with_page(false);
        let guest = Rc::new(fake.guest());
        let left = free_at(&fake, &guest, at);
        guest.connect().unwrap();
        if at == "open" || at == "written" {
            fake.socket(0).open();
        }
        assert_eq!(left.get(), Some([0, 0, 0, 0]), "{at}");
        assert_eq!(fake.counts(), [0, 0, 0, 0], "{at}");
        let lines = fake.lines();
        let told = |line: &&String| !line.starts_with("close") && !line.starts_with("sent");
        let last = lines.iter().rfind(told).unwrap();
        assert!(last.starts_with(at), "told after the end: {last}");
        assert_eq!(guest.phase(), "closed");
        assert!(guest.connect().is_err(), "freed");
        guest.keystroke();
        guest.disconnect();
    }
}

#[wasm_bindgen_test]
fn free_within_a_socket_event_ends_it_there() {
    let fake = Fake::new();
    let guest = Rc::new(fake.ready_guest());
    let left = free_at(&fake, &guest, "event");
    fake.receive_agent_text(0, "m-1");
    assert_eq!(left.get(), Some([0, 0, 0, 0]));
    assert_eq!(fake.lines().len(), 2, "one event, and the close");
}

#[wasm_bindgen_test]
fn free_within_what_a_key_causes_ends_it_there() {
    let fake = Fake::new();
    let guest = Rc::new(fake.ready_guest());
    let left = free_at(&fake, &guest, "written typing_on");
    guest.keystroke_at(1_000.0);
    assert_eq!(left.get(), Some([0, 0, 0, 0]));
    assert!(!guest.go_on_typing(1_001.0));
}

/// Frees `guest` in the first callback that tells this; gives what was left right after.
fn free_at(fake: &Fake, guest: &Rc<Guest>, at: &'static str) -> Rc<Cell<Option<[u32; 4]>>> {
    let left = Rc::new(Cell::new(None));
    let (seen, freed, copy) = (Rc::clone(&left), Rc::clone(guest), fake.clone());
    fake.hook(move |line| {
        if line.starts_with(at) && seen.get().is_none() {
            freed.free();
            seen.set(Some(copy.counts()));
        }
        Ok(())
    });
    left
}

#[wasm_bindgen_test]
fn a_hundred_reconnects_leave_one_socket() {
    let fake = Fake::new();
    let guest = fake.guest_with(r#","reconnect":{"give_up_ms":null}"#, None);
    fake.make_ready(&guest, 0);
    for socket in 0..100 {
        fake.socket(socket).end(1006);
        fake.advance(30_000.0);
        fake.socket(socket + 1).open();
    }
    let [timers, sockets, handlers, _] = fake.counts();
    assert_eq!([timers, sockets, handlers], [1, 1, 3]);
}

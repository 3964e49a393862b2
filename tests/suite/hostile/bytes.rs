//! One frame that is too big, too deep, cut, or no text at all.
//!
//! Owns: the frames, and the memory they may cost. Must not know: how they are read.

use allocation_counter::measure;
use webmessaging_proto::{Instant, TransportId};

use super::config;
use super::guest::{Guest, silent};
use crate::support::frames;

const MIB: u64 = 1024 * 1024;
/// What a frame may cost besides what is kept of it.
const SMALL: u64 = 64 * 1024;

/// The most memory that was in use while the guest took a frame, and what stayed once the host had it.
fn cost(guest: &mut Guest, frame: &[u8]) -> (u64, i64) {
    let at = Instant::from_millis(guest.now);
    let taken = measure(|| guest.endpoint.receive(TransportId(1), frame, at).unwrap());
    let told = measure(|| guest.drain(&mut silent()));
    (taken.bytes_max, taken.bytes_current + told.bytes_current)
}

#[test]
fn a_text_of_64_mib_is_copied_once_and_not_kept() {
    let mut guest = Guest::ready(config());
    let text = "x".repeat(usize::try_from(64 * MIB).unwrap());
    let frame = frames::agent(None, "m-1", "TEXT").replace("TEXT", &text);
    drop(text);
    let (most, stays) = cost(&mut guest, frame.as_bytes());
    assert!(most <= 64 * MIB + SMALL, "{most}");
    assert!(stays < 4_096, "{stays}");
    assert_eq!(guest.events("message_received"), 1);
    guest.assert_alive();
}

#[test]
fn the_shortest_elements_cost_what_the_design_says() {
    let mut guest = Guest::ready(config());
    let elements = "{},".repeat(50_000);
    let frame = format!(
        r#"{{"type":"message","class":"StructuredMessage","code":200,"body":{{"type":"Structured",
        "direction":"Outbound","id":"m-1","content":[{elements}{{}}]}}}}"#
    );
    let (most, stays) = cost(&mut guest, frame.as_bytes());
    assert!(most <= 140 * frame.len() as u64, "{most}");
    assert!(stays < 4_096, "{stays}");
    guest.assert_alive();
}

#[test]
fn a_hundred_thousand_levels_are_a_fault_that_costs_nothing() {
    let mut guest = Guest::ready(config());
    let deep = [
        "[".repeat(100_000),
        r#"{"a":"#.repeat(100_000),
        format!(r#"{{"class":"string","code":200,"body":{}"#, "[".repeat(100_000)),
        format!(
            r#"{{"class":"StructuredMessage","body":{{"content":{}"#,
            "[{\"a\":".repeat(50_000)
        ),
        format!(r#"{{"class":"New","body":{}{}}}"#, "[".repeat(100_000), "]".repeat(100_000)),
    ];
    for (number, frame) in deep.iter().enumerate() {
        let (most, stays) = cost(&mut guest, frame.as_bytes());
        assert!(most < SMALL && stays < 4_096, "{most}, {stays}");
        assert_eq!(guest.events("fault"), number + 1);
    }
    guest.assert_alive();
}

#[test]
fn what_is_no_text_is_a_fault() {
    let mut guest = Guest::ready(config());
    let whole = frames::agent(Some("Kim"), "m-1", "TEXT");
    let (before, after) = whole.split_once("TEXT").unwrap();
    let in_a_text = |bytes: &[u8]| [before.as_bytes(), bytes, after.as_bytes()].concat();
    let frames = [
        Vec::new(),
        vec![0],
        vec![0xff; 1_000],
        b"\xef\xbb\xbf{}".to_vec(),
        in_a_text(b"\xff"),
        in_a_text(b"\xc3"),
        in_a_text(b"\xed\xa0\x80"),
        in_a_text(b"\xf8\x88\x80\x80\x80"),
        in_a_text(b"\xc0\xaf"),
        in_a_text(b"\x00"),
        in_a_text(b"\\x"),
        in_a_text(b"\\u12"),
    ];
    for (number, frame) in frames.iter().enumerate() {
        guest.receive(frame);
        assert_eq!(guest.events("fault"), number + 1, "{:?}", String::from_utf8_lossy(frame));
    }
    assert_eq!(guest.events("message_received"), 0);
    guest.receive(&in_a_text(b"half a pair: \\ud83d"));
    assert_eq!(guest.events("message_received"), 1, "a text cut inside an emoji is a text");
    guest.assert_alive();
}

#[test]
fn half_frames_are_faults_and_the_next_one_counts() {
    let mut guest = Guest::ready(config());
    let whole = frames::agent(Some("Kim"), "m-1", "one two");
    for end in 0..whole.len() {
        guest.receive(&whole.as_bytes()[..end]);
        guest.receive(&whole.as_bytes()[end + 1..]);
    }
    assert_eq!(guest.events("fault"), 2 * whole.len());
    guest.receive(whole.as_bytes());
    assert_eq!(guest.events("message_received"), 1);
    assert_eq!(guest.sent_in_all(), 1, "the configure");
    guest.assert_alive();
}

#[test]
fn ids_of_a_mebibyte_are_not_kept() {
    let mut guest = Guest::ready(config());
    let id = |number: u32| format!("{number}-{}", "i".repeat(1024 * 1024));
    guest.receive(frames::agent(None, &id(0), "x").as_bytes());
    let frames: Vec<_> = (1..4).map(|number| frames::agent(None, &id(number), "x")).collect();
    let used = measure(|| frames.iter().for_each(|frame| guest.receive(frame.as_bytes())));
    assert!(used.bytes_current < 4_096, "{used:?}");
    assert_eq!(guest.events("message_received"), 4, "they are messages all the same");
    // Names of typists are kept while they are shown, of so many as are shown at a time.
    let typing: Vec<_> = (0..10)
        .map(|number| frames::typing("Outbound", Some(&id(number)), None, "On", Some(u64::MAX)))
        .collect();
    let used = measure(|| typing.iter().for_each(|frame| guest.receive(frame.as_bytes())));
    let limit = i64::try_from(8 * (MIB + SMALL)).unwrap();
    assert!(used.bytes_current <= limit, "{used:?}");
    assert_eq!(guest.events("peer_typing_started"), 8);
    let used = measure(|| guest.until(guest.now + 30_000, &mut silent()));
    assert!(used.bytes_current < -limit / 2, "{used:?}");
    assert_eq!(guest.events("peer_typing_stopped"), 8);
    guest.assert_alive();
}

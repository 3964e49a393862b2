//! Too much of everything: messages, typists, answers, frames of no use, frames for nobody.
//!
//! Owns: the floods, and what may stay of them. Must not know: what the caps are called.

use allocation_counter::measure;
use webmessaging_proto::{
    CloseReason, Input, InputError, Instant, Limits, LocalKey, Phase, TransportId,
};

use super::config;
use super::guest::{Guest, Heard, good, silent};
use crate::support::frames::{self, Accept};

/// A build without optimisation sees the same with less.
const MANY: usize = if cfg!(debug_assertions) { 30_000 } else { 1_000_000 };
const FRAMES: usize = if cfg!(debug_assertions) { 20_000 } else { 100_000 };

fn message(frame: &mut String, number: usize) {
    use std::fmt::Write;
    frame.clear();
    write!(
        frame,
        r#"{{"type":"message","class":"StructuredMessage","code":200,"body":{{"type":"Text","direction":"Outbound","text":"x","channel":{{"messageId":"m-{number:020}"}}}}}}"#
    )
    .unwrap();
}

#[test]
fn a_million_messages_leave_ten_thousand_in_the_ledger() {
    let mut guest = Guest::ready(config());
    let mut frame = String::new();
    let mut receive = |guest: &mut Guest, numbers: std::ops::Range<usize>| {
        for number in numbers {
            message(&mut frame, number);
            guest.receive(frame.as_bytes());
        }
    };
    let kept = Limits::default().messages;
    let filled = measure(|| receive(&mut guest, 0..kept));
    assert!(filled.bytes_current < 4 * 1024 * 1024, "{filled:?}");
    // Nothing is due but what is seen; the oldest is known, until one more comes.
    let seen = Input::MessageVisible { id: format!("m-{:020}", 0).into() };
    assert_eq!(guest.input(seen.clone(), &mut silent()), Ok(()));
    let after = measure(|| receive(&mut guest, kept..MANY));
    assert!(after.bytes_current < 256 * 1024, "{after:?}");
    assert_eq!(guest.events("message_received"), MANY);
    assert_eq!(guest.input(seen, &mut silent()), Err(InputError::UnknownMessage));
    assert_eq!(guest.sent("Receipt"), 1);
    assert_eq!(guest.events("receipt_failed"), 1, "nobody confirmed it before it was forgotten");
    guest.assert_alive();
}

#[test]
fn receipts_that_wait_for_ever_are_given_up_one_by_one() {
    let mut limits = Limits::default();
    limits.messages = 500;
    let mut guest = Guest::ready(config().with_limits(limits));
    guest.receive(frames::too_many(None, Some(300)).as_bytes());
    let mut frame = String::new();
    for number in 0..3_000 {
        message(&mut frame, number);
        guest.receive(frame.as_bytes());
        let id = format!("m-{number:020}");
        guest.input(Input::MessageVisible { id: id.into() }, &mut silent()).unwrap();
    }
    assert_eq!(guest.events("receipt_failed"), 2_500);
    assert_eq!(guest.sent("Receipt"), 0);
    // Then 30 in a window of the budget, to the end.
    guest.until(guest.now + 300_000 + 18 * 62_000, &mut silent());
    assert_eq!(guest.sent("Receipt"), 500);
}

#[test]
fn a_crowd_of_typists_is_eight() {
    let mut guest = Guest::ready(config());
    let typing: Vec<_> = (0..500)
        .map(|number| frames::typing("Outbound", Some(&number.to_string()), None, "On", None))
        .collect();
    let used = measure(|| typing.iter().for_each(|frame| guest.receive(frame.as_bytes())));
    assert!(used.bytes_current < 16 * 1024, "{used:?}");
    assert_eq!(guest.events("peer_typing_started"), 8);
    guest.until(guest.now + 5_000, &mut silent());
    assert_eq!(guest.events("peer_typing_stopped"), 8);
    guest.assert_alive();
}

/// Frames of every kind that a server can send at any time without ending anything.
fn noise() -> Vec<String> {
    let foreign = "00000000-0000-4000-8000-000000000001";
    let long = "x".repeat(1_000);
    let mut noise = vec![
        frames::typing("Outbound", None, None, "On", None),
        frames::typing("Outbound", None, None, "Off", None),
        frames::typing("Inbound", None, None, "On", None),
        frames::agent(None, "m-1", "again and again"),
        frames::own("o-1", "again"),
        frames::agent_left(false),
        frames::session(None, Accept::NEW),
        frames::session(Some(foreign), Accept::RESUMED),
        frames::bare("NewThing"),
        frames::bare("SessionClearedEvent"),
        frames::bare("PresignedUrlResponse"),
        "{".to_owned(),
        "[]".to_owned(),
        "null".to_owned(),
    ];
    for id in [foreign, "", "not an id", &long, &foreign.to_uppercase()] {
        noise.push(frames::status(Some(id), 200, "OK"));
        noise.push(frames::status(Some(id), 400, "no"));
        noise.push(frames::status(Some(id), 404, "no"));
        noise.push(frames::status(Some(id), 503, "no"));
        noise.push(frames::typed_error(Some(id), 400, 4001, "no"));
        noise.push(frames::echo(Some(id), "o-2", "whose?"));
        noise.push(frames::pong(id));
    }
    noise
}

#[test]
fn frames_without_pause_bring_no_frame_out_and_leave_nothing() {
    let mut guest = Guest::ready(config());
    let noise = noise();
    for frame in &noise {
        guest.receive(frame.as_bytes());
    }
    guest.forget_counts();
    let used = measure(|| {
        for frame in noise.iter().cycle().take(FRAMES) {
            guest.receive(frame.as_bytes());
        }
    });
    assert!(used.bytes_current < 4_096, "{used:?}");
    assert!(used.bytes_max < 64 * 1024, "{used:?}");
    assert_eq!((guest.sent_in_all(), guest.dials), (0, 0), "{:?}", guest.sent);
    assert!(guest.most <= 4, "{} outputs for one frame", guest.most);
    assert_eq!(guest.events("capability_lost"), 0);
    assert_eq!(guest.endpoint.phase(), Phase::Ready);
    guest.until(guest.now + 31_000, &mut silent());
    guest.assert_alive();
}

#[test]
fn a_host_that_does_not_drain_is_refused_at_the_cap() {
    let mut guest = Guest::ready(config());
    let at = Instant::from_millis(guest.now);
    let noise = noise();
    let mut refused = 0;
    let endpoint = &mut guest.endpoint;
    let used = measure(|| {
        for frame in noise.iter().cycle().take(5_000) {
            refused += usize::from(endpoint.receive(TransportId(1), frame.as_bytes(), at).is_err());
        }
    });
    assert!(refused > 4_000, "{refused}");
    assert!(used.bytes_current < 512 * 1024, "{used:?}");
    let mut wire = Vec::new();
    let waiting = std::iter::from_fn(|| guest.endpoint.poll_output(&mut wire)).take(1_000).count();
    assert!(waiting <= Limits::default().outputs + 8, "{waiting}");
    guest.until(guest.now + 31_000, &mut silent());
    guest.assert_alive();
}

#[test]
fn an_answer_said_a_hundred_times_counts_once() {
    let answers: [fn(&str) -> String; 5] = [
        |id| frames::echo(Some(id), "o-1", "hello"),
        |id| frames::too_many(Some(id), Some(1)),
        |id| frames::status(Some(id), 503, "no"),
        |id| frames::status(Some(id), 413, "no"),
        |id| frames::status(Some(id), 200, "OK"),
    ];
    for answer in answers {
        let mut guest = Guest::ready(config());
        let mut id = String::new();
        guest.text(1, &mut |heard| {
            if let Heard::Frame(frame) = heard {
                id.clone_from(&frame.id);
            }
            Vec::new()
        });
        guest.forget_counts();
        let frame = answer(&id);
        (0..100).for_each(|_| guest.receive(frame.as_bytes()));
        let told: usize = guest.events.values().sum();
        assert!(told <= 1, "{frame}: {:?}", guest.events);
        guest.until(guest.now + 2_000, &mut silent());
        assert!(guest.sent("Text") <= 1, "{frame}: {:?}", guest.sent);
        guest.until(guest.now + 31_000, &mut silent());
        let _ = guest.input(Input::Discard { key: LocalKey(1) }, &mut silent());
        guest.assert_alive();
    }
}

#[test]
fn what_older_transports_say_is_not_even_counted() {
    let mut guest = Guest::ready(config());
    let lost = Input::TransportClosed(TransportId(1), CloseReason::Lost);
    guest.input(lost, &mut good()).unwrap();
    guest.until(guest.now + 2_000, &mut good());
    assert_eq!(guest.endpoint.phase(), Phase::Ready);
    guest.forget_counts();
    let before = guest.endpoint.session().stats();
    let noise = noise();
    let at = Instant::from_millis(guest.now);
    for transport in [TransportId(0), TransportId(1), TransportId(3), TransportId(u64::MAX)] {
        for frame in &noise {
            guest.endpoint.receive(transport, frame.as_bytes(), at).unwrap();
        }
        guest.input(Input::PeerAlive(transport), &mut silent()).unwrap();
        let closed = Input::TransportClosed(transport, CloseReason::AccessDenied);
        guest.input(closed, &mut silent()).unwrap();
    }
    assert_eq!(guest.endpoint.session().stats(), before);
    assert!(guest.events.is_empty() && guest.sent.is_empty(), "{:?}", guest.events);
    guest.assert_alive();
}

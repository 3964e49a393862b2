//! Numbers that no service would send, wherever one is read.
//!
//! Owns: the numbers and their places. Must not know: how a number is read.

use webmessaging_proto::{EndpointOutput, Event, Input, Instant, LocalKey, Phase, TransportId};

use super::config;
use super::guest::{Guest, good, silent};

const NUMBERS: &[&str] = &[
    "1e400",
    "-1e400",
    "-5",
    "-0",
    "0",
    "1e-400",
    "18446744073709551615",
    "18446744073709551616",
    "9223372036854775808",
    "-9223372036854775809",
    "4294967296",
    "65536",
    "65535",
    "99999",
    "0.5",
    "429.5",
    "4.29e2",
    "429",
    "\"429\"",
    "\"NaN\"",
    "NaN",
    "\"Infinity\"",
    "\"1e400\"",
    "\"-5\"",
    "\"\"",
    "\" 5\"",
    "\"0x10\"",
    "\"18446744073709551616\"",
    "null",
    "true",
    "[]",
    "{}",
    "[5]",
    "{\"a\":5}",
];

fn with_number(frame: &str) -> impl Iterator<Item = String> {
    let frame = frame.to_owned();
    NUMBERS.iter().map(move |number| frame.replace('$', number))
}

/// What the guest tells its host of one frame.
fn told(guest: &mut Guest, frame: &str) -> Vec<Event> {
    let at = Instant::from_millis(guest.now);
    guest.endpoint.receive(TransportId(1), frame.as_bytes(), at).unwrap();
    let mut wire = Vec::new();
    let outputs = std::iter::from_fn(|| guest.endpoint.poll_output(&mut wire)).take(32);
    let events = outputs.filter_map(|output| match output {
        EndpointOutput::Emit(event) => Some(event),
        _ => None,
    });
    events.collect()
}

#[test]
fn a_pause_is_never_shorter_than_1_s_or_longer_than_5_min() {
    let frame = r#"{"type":"response","class":"TooManyRequestsErrorMessage","code":429,"body":{"retryAfter":$}}"#;
    for frame in with_number(frame) {
        let mut guest = Guest::ready(config());
        let mut wait = None;
        for event in told(&mut guest, &frame) {
            match event {
                Event::RateLimited { retry_after } => wait = Some(retry_after.as_secs()),
                Event::Fault { .. } => {}
                other => panic!("{frame}: {other:?}"),
            }
        }
        assert!(wait.is_none_or(|wait| (1..=300).contains(&wait)), "{frame}: {wait:?}");
        assert!(wait.is_some() || frame.contains("NaN}"), "{frame}");
        // The events were taken behind the driver's back; the wake-up with them.
        guest.now += 301_000;
        guest.input(Input::Tick, &mut silent()).unwrap();
        guest.assert_alive();
    }
}

#[test]
fn a_typist_is_shown_for_1_to_30_s() {
    let frame = r#"{"type":"message","class":"StructuredMessage","code":200,"body":{"type":"Event","direction":"Outbound","events":[{"eventType":"Typing","typing":{"type":"On","duration":$}}]}}"#;
    for frame in with_number(frame) {
        let mut guest = Guest::ready(config());
        guest.receive(frame.as_bytes());
        assert_eq!(guest.events("peer_typing_started") + guest.events("fault"), 1, "{frame}");
        let started = guest.now;
        guest.until(started + 999, &mut silent());
        assert_eq!(guest.events("peer_typing_stopped"), 0, "{frame}");
        guest.until(started + 30_000, &mut silent());
        assert_eq!(guest.events("peer_typing_stopped"), guest.events("peer_typing_started"));
        guest.assert_alive();
    }
}

#[test]
fn any_code_at_all_leaves_a_session_that_can_be_connected() {
    let frames = [
        r#"{"type":"response","class":"string","code":$,"body":"x"}"#,
        r#"{"type":"response","class":"string","code":$,"tracingId":"ID","body":"x"}"#,
        r#"{"type":"response","class":"Error","code":$,"tracingId":"ID","body":{"errorCode":$}}"#,
        r#"{"type":"response","class":"TooManyRequestsErrorMessage","code":$,"body":{"errorCode":$,"retryAfter":$}}"#,
        r#"{"type":"response","class":"SessionResponse","code":$,"body":{"connected":$,"newSession":$,"readOnly":$,"maxCustomDataBytes":$,"durationSeconds":$,"expirationDate":$,"allowedMedia":$,"blockedExtensions":$}}"#,
        r#"{"type":"message","class":"StructuredMessage","code":$,"body":{"type":$,"id":$,"direction":"Outbound","text":$,"channel":{"time":$,"messageId":$},"content":$,"events":$,"metadata":$}}"#,
        r#"{"type":$,"class":$,"code":$,"body":$,"tracingId":$}"#,
    ];
    for frame in frames.iter().flat_map(|frame| with_number(frame)) {
        let mut guest = Guest::ready(config());
        let mut id = String::new();
        let at = Instant::from_millis(guest.now);
        guest.endpoint.handle(Input::send_text(LocalKey(1), "x"), at).unwrap();
        guest.drain(&mut |heard| {
            if let super::guest::Heard::Frame(frame) = heard {
                id.clone_from(&frame.id);
            }
            Vec::new()
        });
        guest.receive(frame.replace("ID", &id).as_bytes());
        // Whatever it meant to the guest: after the longest pause, all is well or can be made so.
        guest.until(guest.now + 301_000, &mut good());
        if guest.endpoint.phase() != Phase::Ready {
            assert!(
                matches!(guest.endpoint.phase(), Phase::Failed(_) | Phase::ReadOnly),
                "{frame}"
            );
            guest.input(Input::Disconnect, &mut good()).unwrap();
            guest.until(guest.now + 3_000, &mut good());
            guest.input(Input::Connect, &mut good()).unwrap();
            guest.until(guest.now + 1_000, &mut good());
        }
        guest.assert_alive();
    }
}

//! Keys cost nothing: no frame after the first, hardly a wake-up, and no memory. What a frame holds
//! for others costs no memory either.
//!
//! Owns: the counts. Must not know: where memory would come from.

use core::time::Duration;

use allocation_counter::measure;
use webmessaging_proto::dialect::{Dialect, WebMessaging};
use webmessaging_proto::{
    CloseReason, Config, Endpoint, EndpointOutput, Input, Instant, Output, Phase, ReceiptPolicy,
    Receipts, Sender, Session, TransportId,
};

use crate::support::frames::{self, Accept};

const fn ms(millis: u64) -> Instant {
    Instant::from_millis(millis)
}

fn config() -> Config {
    Config::new("deployment", "token", 1)
}

fn ready() -> Endpoint<WebMessaging> {
    ready_with(config())
}

fn ready_with(config: Config) -> Endpoint<WebMessaging> {
    let mut endpoint = Endpoint::new(config, WebMessaging, ms(0));
    let mut wire = Vec::new();
    endpoint.handle(Input::Connect, ms(0)).unwrap();
    endpoint.handle(Input::TransportOpened(TransportId(1)), ms(0)).unwrap();
    endpoint.receive(TransportId(1), frames::session(None, Accept::NEW).as_bytes(), ms(0)).unwrap();
    while endpoint.poll_output(&mut wire).is_some() {}
    endpoint
}

#[test]
fn an_idle_session_takes_a_kibibyte() {
    let first = config();
    let mut sessions = Vec::with_capacity(10);
    let allocated = measure(|| {
        let token = |guest| format!("6f1d2c0a-4be3-4f57-9a68-0d3c5e7b9{guest:03}");
        let guests = (0..10).map(|guest| first.for_guest(token(guest), guest));
        sessions.extend(guests.map(ready_with));
    });
    let each = allocated.bytes_current / 10 + i64::try_from(size_of_val(&sessions[0])).unwrap();
    assert!(each <= 1_024, "{each} bytes");
}

#[test]
fn an_idle_session_keeps_nothing_of_lost_connections() {
    let mut endpoint = ready();
    let allocated = measure(|| {
        for loss in 1..=100 {
            lose_and_return(&mut endpoint, loss);
        }
    });
    assert_eq!(allocated.bytes_current, 0, "{allocated:?}");
}

#[test]
fn the_room_for_the_requests_of_a_connection_ends_with_it() {
    let mut endpoint = ready();
    let mut wire = Vec::new();
    let allocated = measure(|| {
        for burst in 0..20 {
            endpoint.keystroke(ms(burst * 5_000));
            endpoint.tick(ms(burst * 5_000 + 2_000)).unwrap();
        }
        while endpoint.poll_output(&mut wire).is_some() {}
        wire = Vec::new();
        lose_and_return(&mut endpoint, 1);
    });
    assert_eq!(endpoint.session().stats().frames_sent, 42, "two configures, and 20 bursts");
    assert_eq!(allocated.bytes_current, 0, "{allocated:?}");
}

/// The second connection is the second transport, and so on.
fn lose_and_return(endpoint: &mut Endpoint<WebMessaging>, loss: u64) {
    let now = ms(loss * 120_000);
    let mut wire = Vec::new();
    let mut drain = |endpoint: &mut Endpoint<WebMessaging>| {
        while endpoint.poll_output(&mut wire).is_some() {}
    };
    endpoint.handle(Input::TransportClosed(TransportId(loss), CloseReason::Lost), now).unwrap();
    drain(endpoint);
    let now = now + Duration::from_secs(30);
    endpoint.tick(now).unwrap();
    endpoint.handle(Input::TransportOpened(TransportId(loss + 1)), now).unwrap();
    let accepted = frames::session(None, Accept::RESUMED);
    endpoint.receive(TransportId(loss + 1), accepted.as_bytes(), now).unwrap();
    drain(endpoint);
    assert_eq!(endpoint.phase(), Phase::Ready);
}

#[test]
fn a_restored_session_without_texts_takes_what_a_new_one_does() {
    let config = config();
    let mut sessions = Vec::with_capacity(2);
    let new = || Session::new(config.clone(), ms(0));
    let of_new = measure(|| sessions.push(new()));
    let restored = || Session::restore(config.clone(), new().snapshot(), ms(0)).unwrap();
    let of_restored = measure(|| sessions.push(restored()));
    assert_eq!(of_restored.bytes_current, of_new.bytes_current);
}

#[test]
fn the_room_for_ten_thousand_receipts_does_not_stay() {
    let mut policy = ReceiptPolicy::guide();
    policy.dwell = Duration::from_secs(1);
    let ids: Vec<_> = (0..10_000).map(|number| format!("m-{number}")).collect();
    let mut receipts = Receipts::new(policy, ids.len());
    for id in &ids {
        assert!(receipts.add(id, Sender::Agent, false).new);
    }
    let allocated = measure(|| {
        for id in &ids {
            receipts.visible(id, ms(0)).unwrap();
        }
        while receipts.poll(ms(1_000)).is_some() {}
        receipts.confirm_sends(receipts.sends());
    });
    assert_eq!(receipts.sends(), 10_000);
    assert!(allocated.bytes_current <= 1_024, "{allocated:?}");
}

#[test]
fn ten_thousand_keys_of_a_burst_cost_nothing_in_a_session() {
    let mut session: Session = ready().session().clone();
    session.keystroke(ms(10));
    while session.poll_output().is_some() {}
    let (mut frames, mut armed, mut others) = (0, 0, 0);
    let mut armed_at = None;
    let allocated = measure(|| {
        for key in 1..=10_000_u64 {
            let now = ms(10 + key * 50);
            if armed_at.is_some_and(|at| at <= now) {
                armed_at = None;
                session.tick(now).unwrap();
            }
            session.keystroke(now);
            while let Some(output) = session.poll_output() {
                match output {
                    Output::SendFrame(_) => frames += 1,
                    Output::ArmTimer(deadline) => {
                        armed += 1;
                        armed_at = Some(deadline.at);
                    }
                    _ => others += 1,
                }
            }
        }
    });
    assert_eq!((frames, others), (0, 0));
    // A wake-up is armed for 2 s after the key before it, which may be 50 ms ago.
    assert!(armed <= 500_000 / (2_000 - 50) + 1, "{armed} wake-ups in 500 s of typing");
    assert_eq!(allocated.count_total, 0, "{allocated:?}");
}

#[test]
fn ten_thousand_keys_of_a_burst_cost_nothing_in_an_endpoint() {
    let mut endpoint = ready();
    let mut wire = Vec::with_capacity(1_024);
    endpoint.keystroke(ms(10));
    while endpoint.poll_output(&mut wire).is_some() {}
    let (mut sends, mut armed) = (0, 0);
    let allocated = measure(|| {
        for key in 1..=10_000_u64 {
            endpoint.keystroke(ms(10 + key * 50));
            while let Some(output) = endpoint.poll_output(&mut wire) {
                match output {
                    EndpointOutput::Send => sends += 1,
                    EndpointOutput::ArmTimer(_) => armed += 1,
                    _ => {}
                }
            }
        }
    });
    assert_eq!(sends, 0);
    assert!(armed <= 251, "{armed}");
    assert_eq!(allocated.count_total, 0, "{allocated:?}");
}

#[test]
fn opening_and_ending_a_burst_costs_no_memory_once_the_buffers_have_grown() {
    let mut endpoint = ready();
    let mut wire = Vec::new();
    let mut sends = 0;
    let mut burst = |endpoint: &mut Endpoint<WebMessaging>, start: u64| {
        endpoint.keystroke(ms(start));
        while let Some(output) = endpoint.poll_output(&mut wire) {
            sends += usize::from(output == EndpointOutput::Send);
        }
        endpoint.tick(ms(start + 2_000)).unwrap();
        while let Some(output) = endpoint.poll_output(&mut wire) {
            sends += usize::from(output == EndpointOutput::Send);
        }
    };
    for number in 1..=100_u64 {
        burst(&mut endpoint, number * 5_000);
    }
    let allocated = measure(|| {
        for number in 101..=200_u64 {
            burst(&mut endpoint, number * 5_000);
        }
    });
    assert_eq!(sends, 400, "an On and an Off each");
    assert_eq!(allocated.count_total, 0, "{allocated:?}");
}

#[test]
fn what_a_frame_holds_for_others_is_passed_over_without_memory() {
    let frame = br#"{"type":"response","class":"SessionResponse","code":200,"body":{
        "connected":true,"note":"two\nlines","notes":["\u00e9",{"of":"\"others\""}]
    }}"#;
    let allocated = measure(|| assert!(WebMessaging.decode(frame).is_ok()));
    assert_eq!(allocated.count_total, 0, "{allocated:?}");
}

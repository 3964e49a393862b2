//! What typing costs: nothing on the heap.
//!
//! A binary of its own, because the counter takes the place of the allocator.
#![allow(clippy::unwrap_used, reason = "a test that panics has done its work")]

use allocation_counter::measure;
use webmessaging_proto::dialect::WebMessaging;
use webmessaging_proto::{
    Config, Endpoint, EndpointOutput, Input, Instant, Output, Session, TransportId,
};

const ACCEPTED: &[u8] = br#"{"type":"response","class":"SessionResponse","code":200,
    "body":{"connected":true,"newSession":true}}"#;
const TRANSPORT: TransportId = TransportId(1);

fn at(millis: u64) -> Instant {
    Instant::from_millis(millis)
}

fn ready_endpoint() -> (Endpoint<WebMessaging>, Vec<u8>) {
    let mut guest = Endpoint::new(Config::new("d-1", "t-1", 1), WebMessaging, at(0));
    let mut wire = Vec::new();
    guest.handle(Input::Connect, at(0)).unwrap();
    guest.handle(Input::TransportOpened(TRANSPORT), at(0)).unwrap();
    guest.receive(TRANSPORT, ACCEPTED, at(0)).unwrap();
    while guest.poll_output(&mut wire).is_some() {}
    (guest, wire)
}

fn ready_session() -> Session {
    use webmessaging_proto::dialect::Dialect as _;

    let mut guest = Session::new(Config::new("d-1", "t-1", 1), at(0));
    guest.handle(Input::Connect, at(0)).unwrap();
    guest.handle(Input::TransportOpened(TRANSPORT), at(0)).unwrap();
    guest.frame_received(TRANSPORT, WebMessaging.decode(ACCEPTED).unwrap(), at(0)).unwrap();
    while guest.poll_output().is_some() {}
    guest
}

#[test]
fn ten_thousand_keys_in_a_burst_cost_a_wake_up_each_idle_time_and_no_allocation() {
    let mut guest = ready_session();
    guest.keystroke(at(1_000));
    while guest.poll_output().is_some() {}

    let (mut frames, mut wake_ups) = (0, 0);
    let cost = measure(|| {
        for key in 1..=10_000_u64 {
            let now = at(1_000 + key * 100);
            guest.keystroke(now);
            while let Some(output) = guest.poll_output() {
                match output {
                    Output::SendFrame(_) => frames += 1,
                    Output::ArmTimer(_) => wake_ups += 1,
                    other => panic!("{other:?}"),
                }
            }
        }
    });
    assert_eq!(cost.count_total, 0);
    assert_eq!(frames, 0, "the On was sent before");
    // 1,000 s of typing hold 500 idle times of 2 s.
    assert!(wake_ups <= 500, "{wake_ups}");
    assert!(wake_ups > 0, "or the end of typing would be missed");
}

#[test]
fn through_bytes_it_is_the_same() {
    let (mut guest, mut wire) = ready_endpoint();
    guest.keystroke(at(1_000));
    while guest.poll_output(&mut wire).is_some() {}

    let cost = measure(|| {
        for key in 1..=10_000_u64 {
            let now = at(1_000 + key * 100);
            guest.keystroke(now);
            while let Some(output) = guest.poll_output(&mut wire) {
                assert!(matches!(output, EndpointOutput::ArmTimer(_)), "{output:?}");
            }
        }
    });
    assert_eq!(cost.count_total, 0);
}

#[test]
fn a_burst_from_its_first_key_to_the_bytes_of_its_off_allocates_nothing_once_warm() {
    let (mut guest, mut wire) = ready_endpoint();
    let mut burst = |start: u64| {
        let mut sent = 0;
        let mut drain = |guest: &mut Endpoint<WebMessaging>| {
            while let Some(output) = guest.poll_output(&mut wire) {
                sent += u32::from(output == EndpointOutput::Send);
            }
        };
        guest.keystroke(at(start));
        drain(&mut guest);
        guest.tick(at(start + 2_000)).unwrap();
        drain(&mut guest);
        sent
    };
    // A minute's requests make the log as long as it gets.
    for warm_up in 0..100 {
        burst(10_000 + warm_up * 3_000);
    }
    let mut sent = 0;
    let cost = measure(|| {
        for cycle in 0..100 {
            sent += burst(1_000_000 + cycle * 3_000);
        }
    });
    assert_eq!(sent, 200, "an On and an Off each");
    assert_eq!(cost.count_total, 0);
}

#[test]
fn the_counter_counts() {
    assert_eq!(measure(|| drop(std::hint::black_box(vec![1]))).count_total, 1);
}

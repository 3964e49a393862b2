//! Peers that refuse, ignore or drop the guest for ever: how often it tries, and what it says.
//!
//! Owns: the peers, an hour with each. Must not know: how waits are drawn.

use webmessaging_proto::{CloseReason, Credentials, FailReason, Input, Phase};

use super::guest::{Guest, Heard, Says, good, silent};
use super::{config, tireless};
use crate::support::frames::{self, Accept};

const HOUR: u64 = 3_600_000;
/// From the last wait of a row to a good peer: pause, text, all that was kept back.
const RECOVERY: u64 = 400_000;

/// A user who types, reads and writes the whole hour.
fn busy_hour(guest: &mut Guest, peer: &mut dyn FnMut(&Heard) -> Vec<Says>) {
    let start = guest.now;
    for minute in 0..60_u64 {
        let now = start + minute * 60_000;
        guest.until(now, peer);
        for key in 0..10 {
            guest.until(now + key * 400, peer);
            guest.endpoint.keystroke(webmessaging_proto::Instant::from_millis(guest.now));
            guest.drain(peer);
        }
        let _ = guest.input(Input::send_text(webmessaging_proto::LocalKey(minute + 1), "x"), peer);
        let id = format!("m-{minute}");
        let from = webmessaging_proto::Sender::Agent;
        let restored = Input::MessageRestored { id: (&*id).into(), from, read: false };
        guest.input(restored, peer).unwrap();
        guest.input(Input::MessageVisible { id: id.into() }, peer).unwrap();
    }
    guest.until(start + HOUR, peer);
}

/// A peer that accepts every guest and gives `answer` to everything else.
fn answering(answer: fn(&str) -> String) -> impl FnMut(&Heard) -> Vec<Says> {
    move |heard| match heard {
        Heard::Dial => vec![Says::Opened],
        Heard::Frame(frame) if frame.kind == "configureSession" => {
            vec![Says::Frame(frames::session(Some(&frame.id), Accept::NEW))]
        }
        Heard::Frame(frame) => vec![Says::Frame(answer(&frame.id))],
    }
}

#[test]
fn a_429_for_ever_is_asked_some_twenty_times_an_hour() {
    for answer in [
        (|id| frames::too_many(Some(id), None)) as fn(&str) -> String,
        |id| frames::too_many(Some(id), Some(0)),
        |id| frames::status(Some(id), 429, "no"),
        |_| frames::too_many(None, None),
    ] {
        let mut guest = Guest::ready(config());
        busy_hour(&mut guest, &mut answering(answer));
        // The pauses double up to 5 minutes. After each, what was kept back goes out: a text, an On or
        // an Off, and as many receipts as the budget has room for.
        let pauses = guest.events("rate_limited");
        assert!((10..=25).contains(&pauses), "{pauses}");
        assert!(guest.sent("Text") <= pauses + 1, "{:?}", guest.sent);
        assert!(guest.sent("Event") <= 60, "{:?}", guest.sent);
        assert!(guest.sent("Receipt") <= 30 * (pauses + 1), "{:?}", guest.sent);
        assert_eq!((guest.dials, guest.events("message_failed")), (1, 0));
        guest.until(guest.now + RECOVERY, &mut good());
        // Where a refusal names no request, a text can end as unconfirmed; none is lost or sent twice.
        let settled = guest.events("message_confirmed") + guest.events("message_unconfirmed");
        assert_eq!(settled, 60, "{:?}", guest.events);
        guest.assert_alive();
    }
}

#[test]
fn a_429_to_every_configure_is_asked_some_twenty_times_an_hour() {
    let mut guest = Guest::new(tireless());
    let peer = &mut |heard: &Heard| match heard {
        Heard::Dial => vec![Says::Opened],
        Heard::Frame(frame) => vec![Says::Frame(frames::too_many(Some(&frame.id), Some(1)))],
    };
    guest.input(Input::Connect, peer).unwrap();
    guest.until(HOUR, peer);
    let asked = guest.sent("configureSession");
    assert!((10..=25).contains(&asked), "{asked}");
    assert_eq!(guest.events("rate_limited"), asked);
    guest.until(guest.now + RECOVERY, &mut good());
    guest.assert_alive();
}

#[test]
fn a_503_for_ever_mutes_typing_and_costs_each_text_three_tries() {
    let mut guest = Guest::ready(config());
    busy_hour(&mut guest, &mut answering(|id| frames::status(Some(id), 503, "no")));
    assert_eq!(guest.sent("Text"), 3 * 60);
    assert_eq!(guest.events("message_failed"), 60);
    // An Off that is owed is said again after rests that double up to 5 minutes.
    assert!(guest.sent("Event") <= 40, "{:?}", guest.sent);
    assert_eq!(guest.sent("Receipt"), 60, "each again on the next connection only");
    guest.until(guest.now + RECOVERY, &mut good());
    guest.assert_alive();
}

#[test]
fn a_401_for_ever_is_one_dial_for_each_connect() {
    let mut guest = Guest::new(config());
    let peer = &mut |heard: &Heard| match heard {
        Heard::Dial => vec![Says::Opened],
        Heard::Frame(frame) => vec![Says::Frame(frames::status(Some(&frame.id), 401, "no"))],
    };
    for round in 1..=5 {
        guest.input(Input::Connect, peer).unwrap();
        guest.until(guest.now + HOUR, peer);
        assert_eq!(guest.endpoint.phase(), Phase::Failed(FailReason::AuthenticationFailed));
        assert_eq!((guest.dials, guest.events("authentication_failed")), (round, round));
        guest.input(Input::Renew(Credentials::new("another")), peer).unwrap();
    }
    guest.input(Input::Connect, &mut good()).unwrap();
    guest.until(guest.now + 100, &mut good());
    guest.assert_alive();
}

#[test]
fn a_dial_that_is_never_answered_is_given_up_or_tried_for_ever() {
    let mut guest = Guest::new(config());
    guest.input(Input::Connect, &mut silent()).unwrap();
    guest.until(HOUR, &mut silent());
    assert_eq!(guest.endpoint.phase(), Phase::Failed(FailReason::GaveUp));
    assert!((5..=12).contains(&guest.dials), "{}", guest.dials);
    assert_eq!((guest.events("failed"), guest.endpoint.deadline()), (1, None));

    let mut guest = Guest::new(tireless());
    guest.input(Input::Connect, &mut silent()).unwrap();
    guest.until(HOUR, &mut silent());
    assert!((60..=120).contains(&guest.dials), "{}", guest.dials);
    guest.until(guest.now + 61_000, &mut good());
    guest.assert_alive();
}

#[test]
fn a_configure_that_is_never_answered_is_a_lost_transport_each_time() {
    let open = &mut |heard: &Heard| match heard {
        Heard::Dial => vec![Says::Opened],
        Heard::Frame(_) => Vec::new(),
    };
    let mut guest = Guest::new(config());
    guest.input(Input::Connect, open).unwrap();
    guest.until(HOUR, open);
    assert_eq!(guest.endpoint.phase(), Phase::Failed(FailReason::GaveUp));

    let mut guest = Guest::new(tireless());
    guest.input(Input::Connect, open).unwrap();
    guest.until(HOUR, open);
    assert!((90..=360).contains(&guest.dials), "{}", guest.dials);
    assert_eq!(guest.sent_in_all(), guest.dials, "a configure each: {:?}", guest.sent);
    guest.until(guest.now + 41_000, &mut good());
    guest.assert_alive();
}

#[test]
fn texts_that_are_never_answered_are_unconfirmed_one_after_the_other() {
    let mut guest = Guest::ready(config());
    busy_hour(&mut guest, &mut silent());
    assert_eq!(guest.sent("Text"), 60, "each once");
    assert_eq!(guest.events("message_unconfirmed"), 60);
    assert_eq!((guest.dials, guest.events("message_failed")), (1, 0));
    guest.assert_alive();
}

#[test]
fn a_health_check_that_is_never_answered_is_a_lost_transport() {
    let every = std::time::Duration::from_secs(30);
    let mut guest = Guest::ready(tireless().with_health_check(every).unwrap());
    let deaf = &mut |heard: &Heard| match heard {
        Heard::Frame(frame) if frame.kind == "echo" => Vec::new(),
        heard => good()(heard),
    };
    guest.forget_counts();
    guest.until(HOUR, deaf);
    // 40 s of each connection, and short waits: each was stable.
    assert!((80..=90).contains(&guest.dials), "{}", guest.dials);
    assert!(guest.sent("echo") <= guest.dials + 1);
    guest.until(guest.now + 120_000, &mut good());
    guest.assert_alive();
}

#[test]
fn connections_that_open_and_close_for_ever_are_few() {
    for reason in [CloseReason::Lost, CloseReason::Code(1006), CloseReason::Code(4_999)] {
        let drops = &mut |heard: &Heard| match heard {
            Heard::Dial => vec![Says::Opened, Says::Closed(reason)],
            Heard::Frame(_) => Vec::new(),
        };
        let mut guest = Guest::new(config());
        guest.input(Input::Connect, drops).unwrap();
        guest.until(HOUR, drops);
        assert_eq!(guest.endpoint.phase(), Phase::Failed(FailReason::GaveUp));
        assert!(guest.dials <= 60, "{}", guest.dials);

        let mut guest = Guest::new(tireless());
        guest.input(Input::Connect, drops).unwrap();
        guest.until(HOUR, drops);
        assert!((150..=400).contains(&guest.dials), "{}", guest.dials);
        guest.until(guest.now + 31_000, &mut good());
        guest.assert_alive();
    }
}

#[test]
fn connections_that_are_accepted_and_dropped_for_ever_are_few_and_send_no_text_twice() {
    for accept in [Accept::NEW, Accept::RESUMED] {
        let drops = &mut |heard: &Heard| match heard {
            Heard::Dial => vec![Says::Opened],
            Heard::Frame(frame) if frame.kind == "configureSession" => {
                let accepted = frames::session(Some(&frame.id), accept);
                vec![Says::Frame(accepted), Says::Closed(CloseReason::Lost)]
            }
            Heard::Frame(_) => Vec::new(),
        };
        let mut guest = Guest::new(config());
        guest.input(Input::Connect, drops).unwrap();
        busy_hour(&mut guest, drops);
        assert!((150..=400).contains(&guest.dials), "{}", guest.dials);
        assert!(guest.sent("Text") <= 60, "{:?}", guest.sent);
        assert_eq!(guest.events("ready"), guest.sent("configureSession"));
        // A receipt that nobody confirmed is sent again on each, as many as the budget has room for.
        assert!(guest.sent("Receipt") <= 30 * guest.dials, "{:?}", guest.sent);
        assert!(guest.sent("Event") <= 2 * guest.dials, "{:?}", guest.sent);
        guest.until(guest.now + RECOVERY, &mut good());
        guest.assert_alive();
    }
}

//! The table of failures, cell by cell.
//!
//! Owns: one test a cell. Must not know: the session's inside.

use webmessaging_proto::frame::ClientBody;
use webmessaging_proto::{Capability, CloseReason, Config, Credentials, FailReason, Input, Phase};

use super::{guide, sent};
use crate::support::World;
use crate::support::frames::{self, Accept};

const LIMITED: [u16; 2] = [429, 4029];
const FAILED: [u16; 3] = [408, 500, 503];

/// A ready session with a text in flight; and the name of the text.
fn text() -> (World, String) {
    let mut world = World::ready(guide());
    world.at(0).text(1, "a");
    world.take();
    let id = world.id_of_text("a");
    (world, id)
}

/// A ready session with an On just written.
fn typing_on() -> (World, String) {
    let mut world = World::ready(guide());
    world.at(0).key();
    world.take();
    let id = world.id_of_typing();
    (world, id)
}

/// A ready session with an Off just written.
fn typing_off() -> (World, String) {
    let mut world = World::ready(guide());
    world.at(0).key().does(Input::InputCleared);
    world.take();
    let id = world.id_of_typing();
    (world, id)
}

/// A ready session with a receipt just written.
fn receipt() -> (World, String) {
    let mut world = World::ready(guide());
    world.at(0).recv(frames::agent(None, "m-1", "x")).visible("m-1");
    world.take();
    let id = world.id_of_receipt("m-1");
    (world, id)
}

/// A session whose configure is out.
fn configuring(config: Config) -> (World, String) {
    let mut world = World::new(config);
    world.does(Input::Connect).opened();
    world.take();
    let id = world.id_of(|sent| matches!(sent.body, ClientBody::ConfigureSession { .. }));
    (world, id)
}

#[test]
fn rate_limit_of_a_text_puts_it_back_to_the_head_of_the_line() {
    for code in LIMITED {
        let (mut world, id) = text();
        world.at(10).text(2, "b").recv(frames::status(Some(&id), code, "slow down"));
        world.at(9_000);
        assert_eq!(
            world.take(),
            ["10 rate_limited retry_after_ms=5000", "5010 send text a"],
            "{code}: 5 s where the server does not say"
        );
    }
}

#[test]
fn rate_limit_of_an_on_forgets_it_and_decides_anew() {
    let (mut world, id) = typing_on();
    world.at(10).recv(frames::too_many(Some(&id), Some(2)));
    world.at(1_500).key();
    world.at(9_000);
    assert_eq!(sent(world.take()), ["2010 send on", "3500 send off"]);
}

#[test]
fn rate_limit_of_an_off_leaves_it_owed() {
    let (mut world, id) = typing_off();
    world.at(10).recv(frames::too_many(Some(&id), Some(2)));
    world.at(9_000);
    assert_eq!(sent(world.take()), ["2010 send off"]);
}

#[test]
fn rate_limit_of_a_receipt_means_that_it_was_not_written() {
    let (mut world, id) = receipt();
    world.at(10).recv(frames::too_many(Some(&id), Some(2)));
    world.at(9_000);
    assert_eq!(sent(world.take()), ["2010 send receipt m-1"]);
}

#[test]
fn rate_limit_by_typing_never_holds_or_fails_a_text() {
    let (mut world, id) = typing_on();
    world.at(10).text(1, "a");
    world.at(20).recv(frames::too_many(Some(&id), Some(60)));
    let text = world.id_of_text("a");
    world.at(30).recv(frames::echo(Some(&text), "own-1", "a"));
    world.at(40).text(2, "b");
    assert_eq!(
        world.take(),
        [
            "10 send off",
            "10 send text a",
            "20 rate_limited retry_after_ms=60000",
            "30 message_confirmed id=own-1 key=1",
            "40 send text b",
        ]
    );
}

#[test]
fn a_refused_on_costs_typing() {
    for code in [400, 403] {
        let (mut world, id) = typing_on();
        world.at(10).recv(frames::status(Some(&id), code, "Turn on the Feature Toggle"));
        world.at(9_000).key();
        world.at(20_000);
        assert_eq!(world.take(), ["10 capability_lost capability=typing"]);
        assert_eq!(world.session.phase(), Phase::Ready);
    }
}

#[test]
fn a_refused_off_costs_off_and_from_here_the_rules_of_live_hold() {
    for code in [400, 403] {
        let (mut world, id) = typing_off();
        world.at(10).recv(frames::status(Some(&id), code, "no"));
        world.at(9_000).key();
        world.at(20_000).key();
        for at in [21_500, 23_000, 24_500] {
            world.at(at).key();
        }
        world.at(25_000).text(1, "a").key();
        world.at(40_000);
        assert_eq!(
            world.take()[..5],
            [
                "10 capability_lost capability=typing_off",
                "9000 send on",
                "20000 send on",
                "24000 send on",
                "25000 send text a",
            ]
        );
        assert!(!world.session.has(Capability::TypingOff));
    }
}

#[test]
fn a_refused_receipt_costs_receipts_and_the_host_is_told_instead() {
    for code in [400, 403] {
        let (mut world, id) = receipt();
        world.at(10).recv(frames::status(Some(&id), code, "no"));
        world.at(20).recv(frames::agent(None, "m-2", "x")).visible("m-2");
        assert_eq!(
            world.take(),
            [
                "10 capability_lost capability=receipts",
                "10 message_read id=m-1",
                "20 message_received from=agent id=m-2",
                "20 message_read id=m-2",
            ]
        );
    }
}

#[test]
fn an_unknown_message_drops_the_receipt() {
    let (mut world, id) = receipt();
    world.at(10).recv(frames::status(Some(&id), 404, "not found"));
    world.at(9_000).lose();
    world.at(9_001).reconnect(Accept::RESUMED);
    let lines = world.take();
    assert_eq!(lines[0], "10 receipt_failed code=404 id=m-1");
    assert_eq!(sent(lines), ["9001 send configure"]);
}

#[test]
fn a_failing_server_gets_three_tries_of_a_text_with_backoff() {
    for code in FAILED {
        let (mut world, _) = text();
        world.text(2, "b");
        for expected_at_most in [1_000, 2_000] {
            let id = world.id_of_text("a");
            let before = world.now;
            world.recv(frames::status(Some(&id), code, "failed"));
            world.wait(2_100);
            let lines = world.take();
            assert_eq!(lines.len(), 1, "{lines:?}");
            let at: u64 = lines[0].split(' ').next().unwrap().parse().unwrap();
            assert!(lines[0].ends_with("send text a") && at - before <= expected_at_most);
        }
        let id = world.id_of_text("a");
        world.recv(frames::status(Some(&id), code, "failed"));
        let now = world.now;
        assert_eq!(
            world.take(),
            [format!("{now} message_failed code={code} key=1"), format!("{now} send text b")]
        );
    }
}

#[test]
fn a_failing_server_keeps_a_receipt_for_the_next_connection() {
    for code in FAILED {
        let (mut world, id) = receipt();
        world.at(10).recv(frames::status(Some(&id), code, "failed"));
        world.at(60_000);
        assert_eq!(world.take(), [""; 0]);
        world.lose();
        world.at(60_001).reconnect(Accept::RESUMED);
        assert_eq!(sent(world.take()), ["60001 send configure", "60001 send receipt m-1"]);
    }
}

#[test]
fn any_other_refusal_fails_the_text_and_keeps_it() {
    for code in [400, 403, 404, 409, 4000, 4011, 4013, 4020] {
        let (mut world, id) = text();
        world.at(10).text(2, "b").recv(frames::status(Some(&id), code, "no"));
        assert_eq!(
            world.take(),
            [format!("10 message_failed code={code} key=1"), "10 send text b".to_owned()]
        );
        let id = world.id_of_text("b");
        world.at(20).recv(frames::echo(Some(&id), "own-1", "b"));
        world.does(Input::Retry { key: webmessaging_proto::LocalKey(1) });
        assert_eq!(world.take()[1..], ["20 send text a"]);
    }
}

#[test]
fn a_token_that_is_not_accepted_fails_the_session_and_after_renew_the_text_goes_first() {
    for (code, words) in [
        (401, "unauthorized"),
        (403, "Session authentication failed."),
        (403, "TRY TO AUTHENTICATE AGAIN please"),
    ] {
        let (mut world, id) = text();
        world.text(2, "b");
        world.at(10).recv(frames::status(Some(&id), code, words));
        assert_eq!(
            world.take(),
            [
                "10 phase failed authentication_failed",
                "10 close 1 1000",
                "10 authentication_failed"
            ]
        );
        world.at(20).does(Input::Renew(Credentials::new("better"))).connect(Accept::RESUMED);
        assert_eq!(world.session.encode_context().token, "better");
        let lines = sent(world.take());
        assert_eq!(lines, ["20 send configure", "20 send text a"]);
    }
    for named in [true, false] {
        let (mut world, id) = configuring(guide());
        world.at(10).recv(frames::status(named.then_some(&*id), 401, "unauthorized"));
        assert_eq!(world.session.phase(), Phase::Failed(FailReason::AuthenticationFailed));
    }
}

#[test]
fn a_typed_error_means_the_same_as_a_plain_one() {
    let (mut world, id) = text();
    world.at(10).recv(frames::typed_error(Some(&id), 403, 403, "Session authentication failed"));
    assert_eq!(world.session.phase(), Phase::Failed(FailReason::AuthenticationFailed));
    for envelope in [200, 400] {
        let (mut world, _) = text();
        world.at(10).recv(frames::typed_error(None, envelope, 4006, "expired"));
        assert_eq!(world.session.phase(), Phase::Failed(FailReason::SessionExpired));
        let (mut world, id) = text();
        world.at(10).recv(frames::typed_error(Some(&id), envelope, 4011, "too long"));
        assert_eq!(world.take(), ["10 message_failed code=4011 key=1"]);
    }
}

#[test]
fn any_other_refusal_of_the_configure_is_final() {
    for code in [400, 403, 404, 409, 4017] {
        let (mut world, id) = configuring(guide());
        world.at(10).recv(frames::status(Some(&id), code, "no"));
        let fault = format!("10 fault code={code}");
        let over = ["10 phase failed configure_refused", "10 close 1 1000"];
        let lines = world.take();
        assert!(lines.contains(&fault), "{lines:?}");
        assert!(over.iter().all(|line| lines.iter().any(|told| told == line)), "{lines:?}");
        world.at(60_000);
        assert_eq!(world.take(), [""; 0]);
    }
}

#[test]
fn a_configure_is_sent_again_after_the_wait() {
    for code in LIMITED.into_iter().chain(FAILED) {
        for named in [true, false] {
            let (mut world, id) = configuring(guide());
            world.at(10).recv(frames::status(named.then_some(&*id), code, "later"));
            world.at(5_010).accept(Accept::NEW);
            let lines = world.take();
            assert_eq!(sent(lines.clone()), ["5010 send configure"], "{code}");
            assert_eq!(lines.last().unwrap(), "5010 phase ready");
        }
    }
}

#[test]
fn an_expired_session_is_over() {
    type Expire = fn() -> String;
    let ways: [Expire; 3] = [
        || frames::status(None, 4006, "expired"),
        || frames::status(None, 4007, "not found"),
        || frames::bare("SessionExpiredEvent"),
    ];
    for way in ways {
        let (mut world, _) = text();
        world.at(10).recv(way());
        assert_eq!(
            world.take(),
            [
                "10 phase failed session_expired",
                "10 close 1 1000",
                "10 message_unconfirmed key=1",
                "10 session_expired",
            ]
        );
        let (mut world, _) = configuring(guide());
        world.at(10).recv(way());
        assert_eq!(world.session.phase(), Phase::Failed(FailReason::SessionExpired));
    }
}

#[test]
fn a_refused_upgrade_is_final() {
    let mut world = World::new(guide());
    world.does(Input::Connect);
    world.at(10).close(CloseReason::AccessDenied);
    world.at(400_000);
    assert_eq!(
        world.take()[2..],
        ["10 phase failed access_denied", "10 access_denied"],
        "and no further dial"
    );
}

#[test]
fn a_plain_200_is_an_answer_and_nothing_else() {
    let (mut world, id) = text();
    world.at(10).recv(frames::status(Some(&id), 200, "ok"));
    world.at(20).recv(frames::status(None, 200, "ok"));
    assert_eq!(world.take(), [""; 0], "the text is not confirmed by it");
    world.at(30_000);
    assert_eq!(world.take(), ["30000 message_unconfirmed key=1"]);
}

#[test]
fn a_name_is_known_for_63_requests_more() {
    let answered_after = |requests: u64| {
        let (mut world, id) = typing_off();
        for key in 0..requests {
            world.wait(1_100).text(key, "t");
            let text = world.id_of_text("t");
            world.recv(frames::echo(Some(&text), &format!("own-{key}"), "t"));
        }
        world.take();
        world.at(100_000).recv(frames::status(Some(&id), 403, "feature off"));
        world.take()
    };
    assert_eq!(answered_after(63), ["100000 capability_lost capability=typing_off"]);
    assert_eq!(answered_after(64), ["100000 fault code=403"]);
}

#[test]
fn without_a_known_name_anything_else_is_a_fault() {
    for name in [None, Some("not-ours"), Some("00000000-0000-4000-8000-000000000000")] {
        let (mut world, _) = text();
        for (at, code) in [(10, 400), (20, 404), (30, 500), (40, 4011)] {
            world.at(at).recv(frames::status(name, code, "no"));
        }
        assert_eq!(
            world.take(),
            ["10 fault code=400", "20 fault code=404", "30 fault code=500", "40 fault code=4011"]
        );
    }
}

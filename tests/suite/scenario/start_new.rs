//! The way out of a read-only conversation, with all that can come in between.
//!
//! Owns: one test a way. Must not know: the session's inside.

use webmessaging_proto::frame::{ClientBody, CustomAttributes};
use webmessaging_proto::{CloseReason, Input, InputError, Phase, TypingPolicy};

use super::{guide, sent};
use crate::support::World;
use crate::support::frames::{self, Accept};
use crate::support::world::Clock;

/// A read-only session, with a message known and typing forbidden.
fn read_only() -> World {
    let mut world = World::ready(guide());
    world.recv(frames::agent(None, "m-1", "x"));
    world.key();
    let id = world.id_of_typing();
    world.recv(frames::status(Some(&id), 403, "feature off"));
    world.recv(frames::agent_left(true));
    world.take();
    world
}

fn closing_answer(world: &mut World) {
    let id = world.id_of(|sent| matches!(sent.body, ClientBody::CloseSession { .. }));
    world.recv(frames::session(Some(&id), Accept::CLOSED));
}

#[test]
fn it_closes_then_configures_anew_and_everything_starts_afresh() {
    let mut world = read_only();
    world.at(10).does(Input::StartNew);
    closing_answer(world.at(20));
    world.at(30).accept(Accept::NEW);
    world.at(600).key();
    assert_eq!(
        world.take(),
        [
            "10 phase configuring",
            "10 send close_session",
            "20 send configure new",
            "30 phase ready",
            "600 send on",
        ],
        "typing is not forbidden in the new session, and nothing is missing from it"
    );
    let gone = Input::MessageVisible { id: "m-1".into() };
    assert_eq!(world.input(gone), Err(InputError::UnknownMessage));
}

/// The gap between two Ons is the guest's, whatever conversation they are in. A key that waits for it
/// shows unless its idle time is over when the clock comes.
#[test]
fn a_key_soon_after_an_on_in_the_old_conversation_waits_for_the_gap() {
    let mut typing = TypingPolicy::guide();
    typing.idle = typing.min_gap;
    let config = guide().with_typing(typing).unwrap();
    for (late, said) in [(0, &["500 send on", "540 send off"][..]), (40, &[])] {
        let mut world = World::ready(config.clone());
        world.clock = Clock::Late(late);
        world.key();
        world.recv(frames::agent_left(true));
        world.at(10).does(Input::StartNew);
        closing_answer(world.at(20));
        world.at(30).accept(Accept::NEW);
        world.take();
        world.at(40).key();
        world.at(2_000);
        assert_eq!(sent(world.take()), said, "a clock that is {late} ms late");
    }
}

#[test]
fn a_text_that_is_given_meanwhile_goes_into_the_new_conversation() {
    let mut world = read_only();
    world.at(10).does(Input::StartNew).text(1, "a");
    closing_answer(world.at(20));
    world.at(30).accept(Accept::NEW);
    assert_eq!(sent(world.take())[2..], ["30 send text a"]);
}

#[test]
fn it_survives_being_closed_itself() {
    type Close = fn(&mut World);
    let ways: [Close; 4] = [
        |world| {
            world.recv(frames::connection_closed(None));
        },
        |world| {
            world.close(CloseReason::Code(1000));
        },
        |world| {
            world.lose();
        },
        |world| {
            world.wait(10_000);
        },
    ];
    for way in ways {
        let mut world = read_only();
        world.at(10).does(Input::StartNew);
        way(&mut world);
        assert_eq!(world.session.phase(), Phase::Backoff);
        world.take();
        world.reconnect(Accept::NEW);
        let lines = world.take();
        assert!(lines.iter().any(|line| line.ends_with("send configure new")), "{lines:?}");
        assert!(!lines.iter().any(|line| line.contains("missing")), "{lines:?}");
        assert!(!lines.iter().any(|line| line.contains("replaced")), "{lines:?}");
    }
}

#[test]
fn a_logout_on_the_way_is_final() {
    let mut world = read_only();
    world.at(10).does(Input::StartNew);
    world.at(20).recv(frames::bare("LogoutEvent"));
    assert_eq!(
        world.take()[2..],
        ["20 phase closed", "20 close 1 1000", "20 connection_closed reason=logout"]
    );
    world.at(30).connect(Accept::RESUMED);
    assert!(sent(world.take())[0].ends_with("send configure"), "nobody asks for a new one");
}

#[test]
fn a_late_word_of_the_old_conversation_changes_nothing() {
    let mut world = read_only();
    world.at(10).does(Input::StartNew);
    world.at(15).recv(frames::agent_left(true));
    world.at(16).recv(frames::session(None, Accept::READ_ONLY));
    closing_answer(world.at(20));
    world.at(25).recv(frames::agent_left(true));
    world.at(26).recv(frames::session(None, Accept::CLOSED));
    world.at(30).accept(Accept::NEW);
    world.at(60_000);
    assert_eq!(world.session.phase(), Phase::Ready);
    let lines = world.take();
    let phases: Vec<_> = lines.iter().filter(|line| line.contains("phase")).collect();
    assert_eq!(phases, ["10 phase configuring", "30 phase ready"], "{lines:?}");
}

#[test]
fn what_can_not_be_closed_is_still_replaced() {
    for code in [400, 403, 404] {
        let mut world = read_only();
        world.at(10).does(Input::StartNew);
        let id = world.id_of(|sent| matches!(sent.body, ClientBody::CloseSession { .. }));
        world.at(20).recv(frames::status(Some(&id), code, "no"));
        world.at(30).accept(Accept::NEW);
        assert_eq!(world.session.phase(), Phase::Ready, "{code}");
        assert!(sent(world.take()).contains(&"20 send configure new".to_owned()));
    }
}

#[test]
fn a_rate_limit_on_the_way_only_delays_it() {
    let mut world = read_only();
    world.at(10).does(Input::StartNew);
    let id = world.id_of(|sent| matches!(sent.body, ClientBody::CloseSession { .. }));
    world.at(20).recv(frames::too_many(Some(&id), Some(3)));
    world.at(3_020);
    let lines = sent(world.take());
    assert_eq!(lines.len(), 2, "{lines:?}");
    assert!(lines[1].starts_with("3020 "), "{lines:?}");
    if lines[1].ends_with("close_session") {
        closing_answer(&mut world);
    }
    world.at(3_030).accept(Accept::NEW);
    assert_eq!(world.session.phase(), Phase::Ready);
}

#[test]
fn a_disconnect_on_the_way_forgets_it() {
    let mut world = read_only();
    world.at(10).does(Input::StartNew).does(Input::Disconnect);
    world.at(20).close(CloseReason::Code(1000));
    world.at(30).connect(Accept::READ_ONLY);
    assert_eq!(world.session.phase(), Phase::ReadOnly);
    assert!(sent(world.take()).contains(&"30 send configure".to_owned()));
}

#[test]
fn an_auto_start_joins_the_new_conversation() {
    let mut world = World::ready(guide().with_auto_start(CustomAttributes::default()));
    world.recv(frames::agent_left(true)).take();
    world.at(10).does(Input::StartNew);
    closing_answer(world.at(20));
    world.at(30).accept(Accept::NEW);
    assert_eq!(sent(world.take())[2..], ["30 send join"]);
}

#[test]
fn it_keeps_to_the_budget() {
    let mut world = World::ready(guide());
    for key in 0..59 {
        world.wait(300).text(key, "t");
        let id = world.id_of_text("t");
        world.recv(frames::echo(Some(&id), &format!("own-{key}"), "t"));
    }
    world.recv(frames::agent_left(true)).does(Input::StartNew);
    world.at(61_999);
    let sent = world.trace.sent();
    assert!(sent.len() <= 60, "{}", sent.len());
    for _ in 0..40 {
        world.wait(500);
        match world.newest().unwrap().body {
            ClientBody::CloseSession { .. } => closing_answer(&mut world),
            ClientBody::ConfigureSession { start_new: true, .. } => {
                world.accept(Accept::NEW);
            }
            _ => {}
        }
        if world.session.phase() == Phase::Backoff {
            world.does(Input::Connect).opened();
        }
    }
    assert_eq!(world.session.phase(), Phase::Ready, "in the end it gets through");
}

#[test]
fn an_answer_that_closes_nothing_does_not_open_a_new_conversation() {
    let mut world = read_only();
    world.does(Input::StartNew);
    let close = world.id_of(|sent| matches!(sent.body, ClientBody::CloseSession { .. }));
    world.take();
    world.recv(frames::session(Some(&close), Accept::RESUMED));
    assert_eq!(sent(world.take()), [""; 0], "still waiting for the end of the old one");
    closing_answer(&mut world);
    assert_eq!(sent(world.take()), ["0 send configure new"]);
}

#[test]
fn nobody_types_from_the_old_conversation_into_the_new_one() {
    let mut world = read_only();
    world.at(5).recv(frames::typing("Outbound", Some("Kim"), None, "On", Some(30_000)));
    world.at(10).does(Input::StartNew);
    closing_answer(world.at(20));
    world.take();
    world.at(30).accept(Accept::NEW);
    let lines = world.take();
    assert_eq!(lines, ["30 phase ready", "30 peer_typing_stopped name=Kim reason=ended"]);
}

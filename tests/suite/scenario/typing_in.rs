//! Typing in, sentence by sentence.
//!
//! Owns: one test a sentence. Must not know: the session's inside.

use webmessaging_proto::{CloseReason, Input, Limits};

use super::guide;
use crate::support::World;
use crate::support::frames::{self, Accept};

/// Something that ends an indicator.
type End = fn(&mut World);

fn on(nickname: &str, duration_ms: Option<u64>) -> String {
    frames::typing("Outbound", Some(nickname), Some("Human"), "On", duration_ms)
}

#[test]
fn an_indicator_lasts_as_long_as_its_sender_says_within_1_to_30_s_or_5_s() {
    for (said, lasts) in [
        (None, 5_000),
        (Some(3_000), 3_000),
        (Some(0), 1_000),
        (Some(999), 1_000),
        (Some(30_001), 30_000),
        (Some(u64::from(u32::MAX)), 30_000),
    ] {
        let mut world = World::ready(guide());
        world.at(100).recv(on("Kim", said));
        world.at(100_000);
        let stopped = format!("{} peer_typing_stopped name=Kim reason=expired", 100 + lasts);
        assert_eq!(world.take(), ["100 peer_typing_started name=Kim", &stopped], "{said:?}");
    }
}

#[test]
fn a_later_on_extends_and_never_shortens() {
    let mut world = World::ready(guide());
    world.at(0).recv(on("Kim", Some(9_000)));
    world.at(1_000).recv(on("Kim", Some(2_000)));
    world.at(8_000).recv(on("Kim", Some(2_000)));
    world.at(60_000);
    assert_eq!(
        world.take(),
        ["0 peer_typing_started name=Kim", "10000 peer_typing_stopped name=Kim reason=expired"]
    );
}

#[test]
fn a_sender_is_its_nickname_or_else_its_kind_or_else_agent() {
    let mut world = World::ready(guide());
    world.recv(on("Kim", None));
    world.recv(frames::typing("Outbound", None, Some("Human"), "On", None));
    world.recv(frames::typing("Outbound", None, Some("Bot"), "On", None));
    world.recv(frames::typing("Outbound", None, None, "On", None));
    world.recv(frames::typing("Outbound", None, Some(""), "On", None));
    assert_eq!(
        world.take(),
        [
            "0 peer_typing_started name=Kim",
            "0 peer_typing_started name=Human",
            "0 peer_typing_started name=Bot",
            "0 peer_typing_started name=agent",
        ]
    );
}

#[test]
fn senders_do_not_touch_each_other() {
    let mut world = World::ready(guide());
    world.at(0).recv(on("Kim", None));
    world.at(1_000).recv(on("Lou", None));
    world.at(2_000).recv(frames::typing("Outbound", Some("Lou"), None, "Off", None));
    world.at(60_000);
    assert_eq!(
        world.take(),
        [
            "0 peer_typing_started name=Kim",
            "1000 peer_typing_started name=Lou",
            "2000 peer_typing_stopped name=Lou reason=off",
            "5000 peer_typing_stopped name=Kim reason=expired",
        ]
    );
}

#[test]
fn off_in_any_case_of_letters_stops_and_an_unknown_kind_changes_nothing() {
    let mut world = World::ready(guide());
    world.at(0).recv(on("Kim", None));
    world.at(10).recv(frames::typing("Outbound", Some("Kim"), None, "Perhaps", None));
    world.at(20).recv(frames::typing("Outbound", Some("Kim"), None, "oFF", Some(1_000)));
    world.at(30).recv(frames::typing("Outbound", Some("Kim"), None, "Off", None));
    world.at(60_000);
    assert_eq!(
        world.take(),
        ["0 peer_typing_started name=Kim", "20 peer_typing_stopped name=Kim reason=off"]
    );
}

#[test]
fn a_message_of_the_sender_or_of_nobody_in_particular_ends_it_before_it_is_told() {
    let mut world = World::ready(guide());
    world.at(0).recv(on("Kim", None)).recv(on("Lou", None));
    world.at(100).recv(frames::agent(Some("Kim"), "m-1", "x"));
    world.at(200).recv(frames::agent(None, "m-2", "x"));
    assert_eq!(
        world.take(),
        [
            "0 peer_typing_started name=Kim",
            "0 peer_typing_started name=Lou",
            "100 peer_typing_stopped name=Kim reason=message",
            "100 message_received from=agent id=m-1",
            "200 peer_typing_stopped name=Lou reason=message",
            "200 message_received from=agent id=m-2",
        ]
    );
}

#[test]
fn a_message_ends_the_nameless_indicators_of_its_kind_and_not_those_of_another() {
    let mut world = World::ready(guide());
    for entity in [Some("Human"), Some("Bot"), None] {
        world.recv(frames::typing("Outbound", None, entity, "On", None));
    }
    world.take();
    world.at(100).recv(frames::agent(Some("Kim"), "m-1", "from a human"));
    assert_eq!(
        world.take(),
        [
            "100 peer_typing_stopped name=Human reason=message",
            "100 peer_typing_stopped name=agent reason=message",
            "100 message_received from=agent id=m-1",
        ]
    );
}

#[test]
fn a_message_of_the_guest_ends_nothing() {
    let mut world = World::ready(guide());
    world.at(0).recv(on("Kim", None));
    world.at(100).recv(frames::own("o-1", "from my telephone"));
    world.at(200);
    assert_eq!(
        world.take(),
        ["0 peer_typing_started name=Kim", "100 message_received from=guest id=o-1"]
    );
}

#[test]
fn the_guests_own_typing_elsewhere_is_ignored() {
    let mut world = World::ready(guide());
    world.recv(frames::typing("Inbound", Some("Guest"), None, "On", None));
    world.at(60_000);
    assert_eq!(world.take(), [""; 0]);
}

#[test]
fn whatever_ends_the_connection_or_the_conversation_ends_it_once_with_its_reason() {
    let lost = "100 peer_typing_stopped name=Kim reason=disconnected";
    let over = "100 peer_typing_stopped name=Kim reason=ended";
    let ends: [(End, &str); 9] = [
        (
            |world| {
                world.lose();
            },
            lost,
        ),
        (
            |world| {
                world.close(CloseReason::Code(1000));
            },
            lost,
        ),
        (
            |world| {
                world.does(Input::Disconnect);
            },
            lost,
        ),
        (
            |world| {
                world.recv(frames::connection_closed(None));
            },
            lost,
        ),
        (
            |world| {
                world.recv(frames::agent_left(true));
            },
            over,
        ),
        (
            |world| {
                world.recv(frames::agent_left(false));
            },
            over,
        ),
        (
            |world| {
                world.recv(frames::bare("SessionClearedEvent"));
            },
            over,
        ),
        (
            |world| {
                world.recv(frames::bare("SessionExpiredEvent"));
            },
            over,
        ),
        (
            |world| {
                world.recv(frames::session(None, Accept::READ_ONLY));
            },
            over,
        ),
    ];
    for (end, expected) in ends {
        let mut world = World::ready(guide());
        world.at(0).recv(on("Kim", None));
        end(world.at(100));
        world.at(60_000);
        let lines = world.take();
        let stops: Vec<_> = lines.iter().filter(|line| line.contains("stopped")).collect();
        assert_eq!(stops, [expected], "{lines:#?}");
    }
}

#[test]
fn no_more_typists_than_the_cap() {
    let mut limits = Limits::default();
    limits.typists = 2;
    let mut world = World::ready(guide().with_limits(limits));
    world.at(0).recv(on("Kim", None)).recv(on("Lou", None)).recv(on("Ash", None));
    world.at(5_000).recv(on("Ash", None));
    let lines = world.take();
    assert_eq!(lines.iter().filter(|line| line.starts_with("0 ")).count(), 2);
    assert_eq!(lines.last().unwrap(), "5000 peer_typing_started name=Ash");

    limits.typists = 0;
    let mut world = World::ready(guide().with_limits(limits));
    world.at(0).recv(on("Kim", None));
    assert_eq!(world.take(), [""; 0]);
}

#[test]
fn a_sleep_ends_what_has_expired_and_only_once() {
    let mut world = World::ready(guide());
    world.at(0).recv(on("Kim", None));
    world.now = 86_400_000;
    world.recv(frames::agent(Some("Kim"), "m-1", "x"));
    assert_eq!(
        world.take(),
        [
            "0 peer_typing_started name=Kim",
            "86400000 peer_typing_stopped name=Kim reason=expired",
            "86400000 message_received from=agent id=m-1",
        ]
    );
}

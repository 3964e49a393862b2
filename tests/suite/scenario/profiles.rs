//! The table of the two profiles, row by row.
//!
//! Owns: one test a row. Must not know: the session's inside.

use webmessaging_proto::{Capability, ConfigError, Input, ReceiptPolicy, TypingPolicy};

use super::{guide, guide_with, live, ms, sent};
use crate::support::{World, frames};

#[test]
fn the_first_key_sends_on_at_once_in_both() {
    for config in [guide(), live()] {
        let mut world = World::ready(config);
        world.at(1_000).key();
        assert_eq!(world.take(), ["1000 send on"]);
    }
}

#[test]
fn from_on_to_on_pass_500_ms_or_1_s_and_off_is_exempt() {
    let mut world = World::ready(guide());
    world.at(1_000).key();
    world.at(1_100).does(Input::InputCleared);
    world.at(1_200).key();
    world.at(3_000);
    assert_eq!(world.take(), ["1000 send on", "1100 send off", "1500 send on"]);

    let mut world = World::ready(live());
    world.at(1_000).key();
    world.at(1_100).text(1, "a");
    world.at(1_200).key();
    world.at(3_000);
    assert_eq!(world.take(), ["1000 send on", "1100 send text a", "2000 send on"]);
}

#[test]
fn while_typing_guide_says_nothing_more_and_live_says_on_every_4_s() {
    let type_for_12_s = |config| {
        let mut world = World::ready(config);
        for at in (0..12_000).step_by(300) {
            world.at(at).key();
        }
        world.at(30_000);
        world.take()
    };
    assert_eq!(type_for_12_s(guide()), ["0 send on", "13700 send off"]);
    assert_eq!(
        type_for_12_s(live()),
        ["0 send on", "4000 send on", "8000 send on", "12000 send on"]
    );
}

#[test]
fn idle_counts_from_the_last_key_and_ends_in_off_or_in_silence() {
    let mut world = World::ready(guide());
    for at in [0, 1_500, 3_000] {
        world.at(at).key();
    }
    world.at(20_000);
    assert_eq!(world.take(), ["0 send on", "5000 send off"]);

    let mut world = World::ready(live());
    for at in [0, 1_500, 1_999] {
        world.at(at).key();
    }
    world.at(20_000);
    assert_eq!(world.take(), ["0 send on"], "idle at 3999, one millisecond before the refresh");
}

#[test]
fn a_live_burst_after_a_pause_starts_anew() {
    let mut world = World::ready(live());
    world.at(0).key();
    world.at(10_000).key();
    world.at(20_000).key();
    assert_eq!(world.take(), ["0 send on", "10000 send on", "20000 send on"]);
}

#[test]
fn a_message_that_was_read_is_a_frame_or_an_event() {
    let mut world = World::ready(guide());
    world.recv(frames::agent(Some("Kim"), "m-1", "hello"));
    world.at(500).visible("m-1");
    assert_eq!(world.take(), ["0 message_received from=agent id=m-1", "500 send receipt m-1"]);

    let mut world = World::ready(live());
    world.recv(frames::agent(Some("Kim"), "m-1", "hello"));
    world.at(500).visible("m-1");
    assert_eq!(world.take(), ["0 message_received from=agent id=m-1", "500 message_read id=m-1"]);
}

#[test]
fn each_number_is_a_field() {
    let mut world = World::ready(guide_with(|typing| {
        typing.start_delay = ms(200);
        typing.min_gap = ms(900);
        typing.idle = ms(700);
    }));
    world.at(0).key();
    world.at(600).key();
    world.at(1_200).key();
    world.at(1_900).key();
    world.at(9_000);
    let lines = world.take();
    assert_eq!(lines, ["200 send on", "1900 send off", "2100 send on", "2600 send off"]);
}

#[test]
fn numbers_that_contradict_each_other_are_refused() {
    let refused = |change: fn(&mut TypingPolicy), policy: TypingPolicy| {
        let mut policy = policy;
        change(&mut policy);
        guide().with_typing(policy).err()
    };
    let (guide, live) = (TypingPolicy::guide(), TypingPolicy::live());
    assert_eq!(
        refused(|typing| typing.idle = ms(499), guide),
        Some(ConfigError::IdleTooShort { idle: ms(499), minimum: ms(500) })
    );
    assert_eq!(refused(|typing| typing.idle = ms(500), guide), None);
    assert_eq!(
        refused(|typing| typing.start_delay = ms(2_000), guide),
        Some(ConfigError::StartDelayTooLong { start_delay: ms(2_000), idle: ms(2_000) })
    );
    assert_eq!(
        refused(|typing| typing.refresh = Some(ms(999)), live),
        Some(ConfigError::RefreshUnderMinGap { refresh: ms(999), min_gap: ms(1_000) })
    );
    assert_eq!(
        refused(|typing| typing.remote_ttl = Some(ms(4_000)), live),
        Some(ConfigError::RemoteTtlTooShort { remote_ttl: ms(4_000), longest: ms(4_000) }),
        "I10"
    );
    let minimum = ms(500);
    assert_eq!(
        refused(|typing| typing.hold = ms(499), guide),
        Some(ConfigError::HoldTooShort { hold: ms(499), minimum })
    );
    // One of the two would say On for ever at one time.
    let endless: fn(&mut TypingPolicy) = |typing| {
        (typing.refresh, typing.min_gap) = (Some(ms(0)), ms(0));
    };
    for policy in [guide, live] {
        assert_eq!(
            refused(endless, policy),
            Some(ConfigError::RefreshTooShort { refresh: ms(0), minimum })
        );
    }
    let blinking: fn(&mut TypingPolicy) = |typing| {
        (typing.refresh, typing.min_gap, typing.remote_ttl) = (None, ms(0), Some(ms(499)));
    };
    assert_eq!(
        refused(blinking, live),
        Some(ConfigError::RemoteTtlUnderMinimum { remote_ttl: ms(499), minimum })
    );
    assert_eq!(
        refused(|typing| typing.remote_ttl = None, live),
        Some(ConfigError::EndlessIndicator)
    );
}

#[test]
fn rules_without_off_stay_the_hosts_own_on_a_wire_without_it() {
    let mut policy = TypingPolicy::live();
    (policy.refresh, policy.remote_ttl) = (Some(ms(10_000)), Some(ms(12_000)));
    let mut world = World::new(guide().with_typing(policy).unwrap());
    world.session = world.session.without(Capability::TypingOff);
    assert_eq!(*world.session.config().typing(), policy);
    world.connect(frames::Accept::NEW).take();
    world.at(0).does(Input::SetTyping(true)).at(12_000);
    assert_eq!(world.take(), ["0 send on", "10000 send on"]);
}

#[test]
fn the_rules_of_a_wire_without_off_go_together() {
    let mut policy = TypingPolicy::guide();
    (policy.idle, policy.start_delay) = (ms(10_000), ms(6_000));
    assert_eq!(policy.check(), Ok(()));
    assert_eq!(policy.without_off().check(), Ok(()));
    assert_eq!(policy.without_off().idle, ms(10_000));
}

#[test]
fn to_do_without_one_feature_gives_no_other_back() {
    let mut world = World::ready(guide());
    world.at(0).key();
    let on = world.id_of_typing();
    world.recv(frames::status(Some(&on), 403, "no"));
    world.session = world.session.without(Capability::Receipts);
    assert!(!world.session.has(Capability::Typing));
    assert!(!world.session.has(Capability::Receipts));
    world.take();
    world.recv(frames::agent(None, "m-1", "x")).visible("m-1").key();
    world.at(9_000);
    assert_eq!(sent(world.take()), [""; 0]);
    world.lose();
    world.at(9_000).reconnect(frames::Accept::NEW).key();
    assert!(world.session.has(Capability::Typing), "another session, but the same wire");
    assert!(!world.session.has(Capability::Receipts));
}

#[test]
fn to_do_without_typing_stops_it() {
    let mut world = World::ready(guide());
    world.at(0).key();
    world.session = world.session.without(Capability::Typing);
    world.at(9_000).key();
    world.at(20_000);
    assert_eq!(world.take(), ["0 send on"]);
}

#[test]
fn a_dialect_without_a_capability_makes_the_session_do_without() {
    let mut world = World::new(guide());
    world.session = world.session.without(Capability::TypingOff);
    world.connect(frames::Accept::NEW).take();
    for at in [1_000, 2_500, 4_000] {
        world.at(at).key();
    }
    world.at(20_000);
    assert_eq!(world.take(), ["1000 send on", "5000 send on"], "the typing rules of live");

    let mut world = World::new(guide().with_receipts(ReceiptPolicy::guide()));
    world.session = world.session.without(Capability::Receipts).without(Capability::Typing);
    world.connect(frames::Accept::NEW).take();
    world.at(10).recv(frames::agent(None, "m-1", "x")).key();
    world.visible("m-1").at(9_000);
    assert_eq!(sent(world.take()), [""; 0]);
}

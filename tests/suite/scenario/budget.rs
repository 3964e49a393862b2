//! The budget, sentence by sentence.
//!
//! Owns: one test a sentence. Must not know: how the session counts.

use webmessaging_proto::frame::{ClientBody, CustomAttributes};
use webmessaging_proto::{Input, Phase, ReconnectPolicy, Timer};

use super::{guide, guide_with, ms, sent};
use crate::support::World;
use crate::support::frames::{self, Accept};

/// Sends `count` texts, each confirmed at once, 300 ms apart.
fn texts(world: &mut World, count: u64) {
    for key in 0..count {
        world.wait(300).text(key, "t");
        let id = world.id_of_text("t");
        world.recv(frames::echo(Some(&id), &format!("own-{key}"), "t"));
    }
}

#[test]
fn sixty_requests_in_62_s_and_then_one_for_each_that_leaves_the_window() {
    let mut world = World::ready(guide());
    texts(&mut world, 59);
    assert_eq!(sent(world.take()).len(), 59, "with the configure at 0, sixty");
    world.text(100, "late").text(101, "later");
    world.at(61_999);
    assert_eq!(world.take(), [""; 0]);
    world.at(62_000);
    assert_eq!(world.take(), ["62000 send text late"]);
    let id = world.id_of_text("late");
    world.at(62_100).recv(frames::echo(Some(&id), "own-late", "late"));
    world.at(62_400);
    assert_eq!(world.take()[1..], ["62300 send text later"]);
}

#[test]
fn another_connection_has_a_budget_of_its_own() {
    let mut world = World::ready(guide());
    texts(&mut world, 59);
    world.lose();
    let now = world.now + 1;
    world.take();
    world.at(now).reconnect(Accept::RESUMED).text(100, "a");
    assert_eq!(sent(world.take()), [format!("{now} send configure"), format!("{now} send text a")]);
}

#[test]
fn a_session_configures_60_times_in_62_s_at_most_whatever_the_connection() {
    let mut world = World::ready(guide());
    for at in 1..60 {
        world.at(at * 100).lose().reconnect(Accept::RESUMED);
    }
    assert_eq!(sent(world.take()).len(), 59, "with the one at 0, sixty");
    world.at(6_000).lose().does(Input::Connect).opened();
    world.at(61_999);
    assert_eq!(sent(world.take()), [""; 0]);
    world.at(62_000);
    assert_eq!(world.take(), ["62000 send configure"]);
    world.accept(Accept::RESUMED).lose().does(Input::Connect).opened().at(62_100);
    assert_eq!(sent(world.take()), ["62100 send configure"]);
}

#[test]
fn no_policy_configures_more_often() {
    let mut policy = ReconnectPolicy::default();
    (policy.base, policy.cap, policy.give_up) = (ms(0), ms(0), None);
    let mut world = World::new(guide().with_reconnect(policy));
    world.does(Input::Connect);
    let mut configures = Vec::new();
    while world.now < 300_000 {
        match world.session.phase() {
            Phase::Connecting => drop(world.opened()),
            Phase::Configuring
                if world.newest().is_some_and(|it| it.transport == world.transport().0) =>
            {
                configures.push(world.now);
                world.lose();
            }
            _ => drop(world.wait(10)),
        }
    }
    assert!(configures.len() > 200, "{}", configures.len());
    assert!(configures.windows(61).all(|some| some[60] - some[0] >= 60_000));
}

/// Lets texts that wait already go out while the user holds the indicator.
fn hold_while_sending(world: &mut World, keys: core::ops::Range<u64>) {
    world.wait(300);
    for key in keys.clone() {
        world.text(key, "queued");
    }
    world.does(Input::SetTyping(true));
    for key in keys {
        world.wait(300);
        let id = world.id_of_text("queued");
        world.recv(frames::echo(Some(&id), &format!("own-{key}"), "queued"));
    }
    world.wait(300);
}

#[test]
fn a_join_waits_for_room_like_a_text() {
    let mut world = World::ready(guide().with_auto_start(CustomAttributes::default()));
    texts(&mut world, 56);
    world.recv(frames::agent_left(true)).does(Input::StartNew);
    let close = world.id_of(|sent| matches!(sent.body, ClientBody::CloseSession { .. }));
    world.recv(frames::session(Some(&close), Accept::CLOSED)).accept(Accept::NEW);
    assert_eq!(world.session.phase(), Phase::Ready);
    assert_eq!(world.trace.sent().len(), 60);
    world.take();
    world.at(61_999);
    assert_eq!(world.take(), [""; 0]);
    world.at(62_000);
    assert_eq!(world.take(), ["62000 send join"]);
}

#[test]
fn the_last_ten_are_for_configures_and_texts() {
    let mut world = World::ready(guide());
    world.recv(frames::agent(None, "m-1", "x"));
    texts(&mut world, 49);
    world.take();
    world.key().visible("m-1");
    assert_eq!(world.take(), [""; 0], "fifty are used");
    texts(&mut world, 10);
    assert_eq!(sent(world.take()).len(), 10, "texts go on");
    world.at(62_000 + 10 * 300 - 1);
    assert_eq!(sent(world.take()), [""; 0], "ten have left the window, of sixty");
    world.at(62_000 + 10 * 300);
    assert_eq!(sent(world.take()), ["65000 send receipt m-1"]);
}

#[test]
fn an_on_goes_out_only_with_room_for_its_off() {
    let mut world = World::ready(guide());
    texts(&mut world, 48);
    world.take();
    world.key();
    world.at(20_000);
    assert_eq!(world.take(), [""; 0], "forty-nine are used, of fifty");

    let mut world = World::ready(guide());
    texts(&mut world, 47);
    world.take();
    world.key();
    world.at(20_000);
    assert_eq!(sent(world.take()), ["14100 send on", "16100 send off"]);
}

#[test]
fn a_receipt_that_left_its_room_to_an_on_goes_when_typing_ends_without_it() {
    let mut world = World::ready(guide());
    world.recv(frames::agent(None, "m-1", "x"));
    texts(&mut world, 48);
    world.take();
    world.key().visible("m-1");
    assert_eq!(world.take(), [""; 0], "the On comes first, and there is one slot for two");
    world.at(30_000);
    assert_eq!(world.take(), ["16400 send receipt m-1"], "idle: nothing is wanted of typing");
}

#[test]
fn off_and_text_are_one_unit_and_may_use_the_reserve() {
    let mut world = World::ready(guide());
    texts(&mut world, 40);
    hold_while_sending(&mut world, 100..115);
    world.take();
    world.text(200, "a");
    let now = world.now;
    assert_eq!(world.take(), [format!("{now} send off"), format!("{now} send text a")]);
}

#[test]
fn if_only_one_slot_is_left_the_text_goes_alone_and_the_off_when_there_is_room() {
    let mut world = World::ready(guide());
    texts(&mut world, 40);
    hold_while_sending(&mut world, 100..117);
    assert_eq!(sent(world.take()).len(), 40 + 1 + 17, "with the configure, fifty-nine");
    world.text(200, "last");
    let now = world.now;
    assert_eq!(world.take(), [format!("{now} send text last")]);
    world.at(90_000);
    let rest = sent(world.take());
    assert_eq!(rest, ["65000 send off"], "when ten requests are free again for texts");
}

#[test]
fn receipts_take_at_most_30_of_the_window() {
    let mut world = World::ready(guide());
    let ids: Vec<String> = (0..40).map(|number| format!("m-{number}")).collect();
    for id in &ids {
        world.recv(frames::agent(None, id, "x"));
        world.visible(id);
    }
    let lines = sent(world.take());
    assert_eq!(lines.len(), 30);
    world.at(61_999);
    assert_eq!(world.take(), [""; 0]);
    world.at(62_000);
    assert_eq!(world.take().len(), 10, "in order: the rest");
}

#[test]
fn five_texts_in_any_1100_ms_whatever_the_connection() {
    let mut world = World::ready(guide());
    for key in 0..5 {
        world.at(key * 10).text(key, "t");
        let id = world.id_of_text("t");
        world.recv(frames::echo(Some(&id), &format!("own-{key}"), "t"));
    }
    world.at(50).text(5, "sixth");
    world.at(60).lose();
    world.at(70).reconnect(Accept::RESUMED);
    world.take();
    world.at(1_099);
    assert_eq!(world.take(), [""; 0]);
    world.at(1_100);
    assert_eq!(world.take(), ["1100 send text sixth"]);
}

#[test]
fn a_rate_of_texts_that_holds_nothing_back_wakes_nobody() {
    let mut world = World::ready(guide());
    for key in 0..5 {
        world.text(key, "t");
        assert_eq!(world.session.deadline().unwrap().timer, Timer::TextConfirmation);
        let id = world.id_of_text("t");
        world.recv(frames::echo(Some(&id), &format!("own-{key}"), "t"));
    }
    assert_eq!(world.session.deadline(), None, "the next text has to wait, but there is none");
}

#[test]
fn the_order_in_one_step_is_off_text_on_receipts_refresh_echo() {
    let config = guide_with(|typing| typing.min_gap = ms(500)).with_health_check(ms(30_000));
    let mut world = World::ready(config.unwrap());
    world.recv(frames::agent(None, "m-1", "x"));
    world.take();
    // Everything waits for the same pause; then it goes in its order.
    world.at(29_000).key();
    world.at(29_500).recv(frames::too_many(None, Some(2)));
    world.at(29_600).text(1, "a").visible("m-1");
    world.at(31_400);
    assert_eq!(world.take(), ["29000 send on", "29500 rate_limited retry_after_ms=2000"]);
    world.at(31_500);
    assert_eq!(
        world.take(),
        ["31500 send off", "31500 send text a", "31500 send receipt m-1", "31500 send echo"]
    );

    let mut world = World::ready(guide());
    world.recv(frames::agent(None, "m-1", "x"));
    world.take();
    world.at(100).recv(frames::too_many(None, Some(2)));
    world.at(200).text(1, "a").visible("m-1").key();
    world.at(1_500).key();
    world.at(2_100);
    assert_eq!(world.take()[1..], ["2100 send text a", "2100 send on", "2100 send receipt m-1"]);
}

#[test]
fn typing_is_never_queued() {
    let mut world = World::ready(guide());
    texts(&mut world, 49);
    world.take();
    for _ in 0..20 {
        world.wait(300).key();
        world.does(Input::InputCleared);
    }
    world.at(100_000);
    assert_eq!(world.take(), [""; 0], "there was no room, and nothing to catch up with");
}

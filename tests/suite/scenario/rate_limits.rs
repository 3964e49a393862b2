//! Rate limits: whom they mean, and how long the wait is.
//!
//! Owns: one test a sentence. Must not know: the session's inside.

use webmessaging_proto::Input;

use super::{guide, sent};
use crate::support::World;
use crate::support::frames::{self, Accept};

/// A ready session with a text in flight; and the name of the text.
fn text() -> (World, String) {
    let mut world = World::ready(guide());
    world.at(0).text(1, "a");
    world.take();
    let id = world.id_of_text("a");
    (world, id)
}

/// A ready session with an On just written.
fn typing_on() -> World {
    let mut world = World::ready(guide());
    world.at(0).key();
    world.take();
    world
}

#[test]
fn without_a_name_a_rate_limit_means_the_text_only_if_nothing_else_is_outstanding() {
    let (mut world, _) = text();
    world.at(10).recv(frames::too_many(None, Some(2)));
    world.at(9_000);
    assert_eq!(sent(world.take()), ["2010 send text a"]);

    let mut world = typing_on();
    world.at(5).text(1, "a");
    world.at(10).recv(frames::too_many(None, Some(2)));
    world.at(9_000).text(2, "b");
    let lines = sent(world.take());
    assert_eq!(lines, ["5 send off", "5 send text a"], "an On and an Off may be meant");
}

#[test]
fn a_configure_that_was_answered_without_its_name_is_not_outstanding() {
    let mut world = World::new(guide());
    world.does(Input::Connect).opened().recv(frames::session(None, Accept::NEW));
    world.at(10).text(1, "a");
    world.at(20).recv(frames::too_many(None, Some(2)));
    world.at(9_000);
    assert_eq!(sent(world.take())[1..], ["10 send text a", "2020 send text a"]);
}

#[test]
fn a_text_that_is_not_written_yet_is_outstanding_however_alive_the_peer_is() {
    let mut world = World::ready(guide());
    world.drain_every = usize::MAX;
    world.at(0).text(1, "a");
    let transport = world.transport();
    world.does(Input::PeerAlive(transport));
    world.drain_every = 1;
    world.drain();
    world.at(10).recv(frames::too_many(None, Some(2)));
    world.at(9_000);
    assert_eq!(sent(world.take()), ["0 send text a", "2010 send text a"]);
}

#[test]
fn without_a_name_a_rate_limit_pauses_everything() {
    let mut world = World::ready(guide());
    world.recv(frames::agent(None, "m-1", "x")).take();
    world.at(10).recv(frames::too_many(None, Some(2)));
    world.at(20).key().visible("m-1");
    world.at(30).text(1, "a").key();
    world.at(3_000);
    let lines = world.take();
    assert_eq!(
        lines,
        [
            "10 rate_limited retry_after_ms=2000",
            "2010 send text a",
            "2010 send on",
            "2010 send receipt m-1",
            "2030 send off",
        ],
        "the key at 30 came after the text"
    );
}

#[test]
fn waits_stay_within_1_s_and_5_min() {
    for (asked, waits) in [(0, 1_000), (1, 1_000), (7, 7_000), (300, 300_000), (99_999, 300_000)] {
        let (mut world, id) = text();
        world.at(10).recv(frames::too_many(Some(&id), Some(asked)));
        let told = format!("10 rate_limited retry_after_ms={waits}");
        world.at(400_000);
        assert_eq!(world.take()[..2], [told, format!("{} send text a", 10 + waits)]);
    }
}

#[test]
fn waits_double_for_each_further_rate_limit_in_a_row() {
    let (mut world, _) = text();
    let mut waits = Vec::new();
    for _ in 0..9 {
        let id = world.id_of_text("a");
        world.wait(10).recv(frames::too_many(Some(&id), Some(2)));
        let lines = world.take();
        let line = lines.iter().find(|line| line.contains("rate_limited")).unwrap();
        let wait: u64 = line.rsplit('=').next().unwrap().parse().unwrap();
        waits.push(wait / 1_000);
        world.wait(wait);
    }
    assert_eq!(waits, [2, 4, 8, 16, 32, 64, 128, 256, 300]);
    let id = world.id_of_text("a");
    world.recv(frames::echo(Some(&id), "own-1", "a")).text(2, "b");
    let id = world.id_of_text("b");
    world.wait(10).recv(frames::too_many(Some(&id), Some(2)));
    assert!(world.take().last().unwrap().ends_with("retry_after_ms=2000"), "the row is broken");
}

#[test]
fn a_volley_of_rate_limits_is_one_offence() {
    let mut world = World::ready(guide());
    for id in ["m-1", "m-2", "m-3"] {
        world.recv(frames::agent(None, id, "x")).visible(id);
    }
    world.take();
    for (at, id) in [(10, "m-1"), (20, "m-2"), (30, "m-3")] {
        let id = world.id_of_receipt(id);
        world.at(at).recv(frames::too_many(Some(&id), Some(2)));
    }
    world.at(9_000);
    let lines = world.take();
    assert!(lines.iter().all(|line| !line.contains("=4000")), "{lines:?}");
    assert_eq!(
        sent(lines),
        ["2030 send receipt m-1", "2030 send receipt m-2", "2030 send receipt m-3"],
        "in order, after the newest of the waits"
    );
}

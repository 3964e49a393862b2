//! Dialing, configuring and trying again: how long, how often.
//!
//! Owns: one test a sentence. Must not know: the session's inside.

use webmessaging_proto::frame::ClientBody;
use webmessaging_proto::{CloseReason, Config, FailReason, Input, Phase, ReconnectPolicy};

use super::{guide, ms, sent};
use crate::support::World;
use crate::support::frames::{self, Accept};

fn reconnecting(change: impl FnOnce(&mut ReconnectPolicy)) -> Config {
    let mut reconnect = ReconnectPolicy::default();
    change(&mut reconnect);
    guide().with_reconnect(reconnect)
}

#[test]
fn a_dial_may_take_30_s() {
    let mut world = World::new(guide());
    world.does(Input::Connect);
    world.at(29_999);
    assert_eq!(world.take(), ["0 phase connecting", "0 open 1"]);
    world.at(30_000);
    assert_eq!(world.take(), ["30000 phase backoff", "30000 close 1 1001"]);
}

#[test]
fn a_configure_may_take_10_s() {
    let mut world = World::new(guide());
    world.does(Input::Connect);
    world.at(20_000).opened();
    world.at(29_999).take();
    world.at(30_000);
    assert_eq!(world.take(), ["30000 phase backoff", "30000 close 1 1001"]);
}

#[test]
fn waits_are_drawn_under_a_bound_that_doubles_up_to_30_s() {
    let mut longest = [0; 9];
    for seed in 0..150 {
        let mut world = World::new(Config::new("d", "t", seed));
        world.does(Input::Connect);
        for (tries, longest) in longest.iter_mut().enumerate() {
            world.close(CloseReason::Lost);
            let lost_at = world.now;
            let bound = (1_000 << tries).min(30_000);
            while world.session.phase() == Phase::Backoff {
                assert!(world.now <= lost_at + bound, "try {tries}");
                world.wait(50);
            }
            let opened = world.take().pop().unwrap();
            let at: u64 = opened.split(' ').next().unwrap().parse().unwrap();
            *longest = (at - lost_at).max(*longest);
        }
    }
    for (tries, longest) in longest.into_iter().enumerate() {
        let bound = (1_000 << tries).min(30_000);
        assert!(longest > bound * 9 / 10, "the whole range is used: try {tries}, {longest}");
    }
}

fn back_after_four_losses(seed: u64) -> World {
    let mut world = World::new(Config::new("d", "t", seed));
    world.connect(Accept::NEW);
    for _ in 0..4 {
        world.lose();
        world.wait(30_000).opened().accept(Accept::RESUMED);
    }
    world
}

#[test]
fn the_row_of_tries_ends_with_30_s_of_ready() {
    let wait_after = |ready_for: u64| {
        let mut waits = Vec::new();
        for seed in 0..60 {
            let mut world = back_after_four_losses(seed);
            world.wait(ready_for).lose();
            let lost_at = world.now;
            world.take();
            world.wait(30_000);
            let at: u64 = world.take()[0].split(' ').next().unwrap().parse().unwrap();
            waits.push(at - lost_at);
        }
        waits.into_iter().max().unwrap()
    };
    assert!(wait_after(29_999) > 8_000, "the fifth try");
    assert!(wait_after(30_000) <= 1_000, "the first try");
}

#[test]
fn a_new_conversation_on_a_connection_that_has_lasted_starts_no_row() {
    for seed in 0..60 {
        let mut world = back_after_four_losses(seed);
        world.wait(30_000).recv(frames::agent_left(true)).does(Input::StartNew);
        world.recv(frames::session(None, Accept::CLOSED)).accept(Accept::NEW).lose();
        world.wait(1_000);
        assert_eq!(world.session.phase(), Phase::Connecting, "seed {seed}");
    }
}

#[test]
fn after_5_minutes_without_success_the_session_fails_with_everything_owed_kept() {
    let mut world = World::ready(guide());
    world.recv(frames::agent(None, "m-1", "x")).key();
    world.at(1_000).lose().text(1, "a").visible("m-1");
    for at in (2_000..301_000).step_by(500) {
        world.at(at);
        if world.session.phase() == Phase::Connecting {
            world.close(CloseReason::Lost);
        }
    }
    world.at(301_000);
    assert_eq!(world.session.phase(), Phase::Failed(FailReason::GaveUp));
    world.take();
    world.at(400_000);
    assert_eq!(world.take(), [""; 0]);
    world.connect(Accept::RESUMED);
    assert_eq!(
        sent(world.take()),
        [
            "400000 send configure",
            "400000 send off",
            "400000 send text a",
            "400000 send receipt m-1",
        ]
    );
}

#[test]
fn giving_up_is_optional_and_a_success_starts_the_time_again() {
    let mut world = World::new(reconnecting(|reconnect| reconnect.give_up = None));
    world.does(Input::Connect).close(CloseReason::Lost);
    for at in (0..3_000_000).step_by(10_000) {
        world.at(at);
        if world.session.phase() == Phase::Connecting {
            world.close(CloseReason::Lost);
        }
    }
    assert!(matches!(world.session.phase(), Phase::Backoff | Phase::Connecting));

    let mut world = World::new(reconnecting(|reconnect| reconnect.give_up = Some(ms(40_000))));
    world.connect(Accept::NEW);
    for _ in 0..6 {
        world.lose().wait(30_000).opened().accept(Accept::RESUMED);
    }
    assert_eq!(world.session.phase(), Phase::Ready, "180 s in all, but never 40 s in one piece");
}

#[test]
fn a_network_that_is_back_cuts_the_wait_to_1_s_once_in_5_s() {
    let mut cut = 0;
    for seed in 0..40 {
        let mut world = World::new(Config::new("d", "t", seed));
        world.does(Input::Connect);
        for _ in 0..6 {
            world.close(CloseReason::Lost).wait(30_000);
        }
        world.close(CloseReason::Lost);
        world.does(Input::NetworkAvailable);
        world.wait(1_000);
        assert_eq!(world.session.phase(), Phase::Connecting);
        world.close(CloseReason::Lost).does(Input::NetworkAvailable);
        world.wait(1_001);
        cut += usize::from(world.session.phase() == Phase::Connecting);
    }
    assert!(cut < 10, "the second within 5 s must not count: {cut} of 40");
}

#[test]
fn news_of_the_network_counts_again_after_5_s() {
    let dialing_after = |second_news: u64| {
        let dialing = |seed: &u64| {
            let mut reconnect = ReconnectPolicy::default();
            (reconnect.base, reconnect.cap) = (ms(3_600_000), ms(3_600_000));
            let config = Config::new("d", "t", *seed).with_reconnect(reconnect);
            let mut world = World::new(config);
            world.does(Input::Connect).lose().does(Input::NetworkAvailable);
            world.at(1_000).lose();
            world.at(second_news).does(Input::NetworkAvailable).wait(1_000);
            world.session.phase() == Phase::Connecting
        };
        (0..20).filter(dialing).count()
    };
    assert!(dialing_after(4_999) < 5, "one in seven hundred is drawn so short");
    assert_eq!(dialing_after(5_000), 20);
}

#[test]
fn connect_in_backoff_dials_at_once() {
    let mut world = World::ready(guide());
    world.at(10).lose().does(Input::Connect);
    assert_eq!(world.take()[1..], ["10 phase connecting", "10 open 2"]);
}

#[test]
fn a_session_that_is_over_holds_no_timer() {
    let mut gave_up = World::new(guide());
    gave_up.does(Input::Connect).lose();
    while gave_up.session.phase() != Phase::Connecting {
        gave_up.wait(50);
    }
    // The dial and the last try end while the machine sleeps.
    gave_up.now += 400_000;
    gave_up.tick();
    assert_eq!(gave_up.session.phase(), Phase::Failed(FailReason::GaveUp));
    assert_eq!(gave_up.session.deadline(), None);

    let mut closed = World::new(guide());
    closed.connect(Accept::NEW).lose();
    closed.does(Input::Connect).opened().close(CloseReason::Code(1000));
    assert_eq!(closed.session.phase(), Phase::Closed);
    assert_eq!(closed.session.deadline(), None);
}

#[test]
fn a_configure_that_is_put_off_for_5_minutes_fails_the_session() {
    let busy = |id: &str| frames::status(Some(id), 503, "busy");
    let too_many = |id: &str| frames::too_many(Some(id), Some(1));
    let refusals: [fn(&str) -> String; 2] = [busy, too_many];
    for (refusal, first_wait) in refusals.into_iter().zip([5_000, 1_000]) {
        let mut world = World::new(guide());
        world.does(Input::Connect).opened();
        let started_at = world.now;
        let mut refused = 0;
        while world.session.phase() == Phase::Configuring {
            let id = world.id_of(|sent| matches!(sent.body, ClientBody::ConfigureSession { .. }));
            world.recv(refusal(&id)).wait(1_000);
            refused += 1;
        }
        assert!(refused > 100);
        assert_eq!(world.session.phase(), Phase::Failed(FailReason::GaveUp));
        assert_eq!(world.now - started_at, first_wait + 300_000);
    }
}

#[test]
fn a_wait_of_5_minutes_that_the_server_asks_for_is_no_reason_to_give_up() {
    let mut world = World::new(guide());
    world.does(Input::Connect).opened();
    let id = world.id_of(|sent| matches!(sent.body, ClientBody::ConfigureSession { .. }));
    world.recv(frames::too_many(Some(&id), Some(300))).wait(300_000);
    assert_eq!(world.session.phase(), Phase::Configuring, "it came back when it was told to");
}

//! A driver that does not drain for long: what follows when its frames were never written.
//!
//! Owns: one test a question. Must not know: how a frame is taken back.

use webmessaging_proto::frame::CustomAttributes;
use webmessaging_proto::{Config, Input};

use super::{guide, sent};
use crate::support::World;
use crate::support::frames::{self, Accept};
use crate::support::world::Clock;

/// So many bursts: less and more than what is remembered of notices, and of requests.
const BURSTS: [u64; 4] = [1, 4, 6, 40];

impl World {
    /// Nothing is drained from here on.
    fn rest(&mut self) -> &mut Self {
        self.drain_every = usize::MAX;
        self.clock = Clock::Polled;
        self
    }

    /// An On and an Off each.
    fn bursts(&mut self, count: u64) -> &mut Self {
        for _ in 0..count {
            self.key().wait(3_000);
        }
        self
    }

    /// The connection is lost, the driver wakes up, and another connection stands.
    fn wake_up(&mut self) -> &mut Self {
        self.lose();
        self.drain_every = 1;
        self.drain();
        self.reconnect(Accept::RESUMED)
    }
}

fn ready(config: Config) -> World {
    World::ready(config)
}

/// The kinds of the frames since the last look, without their times.
fn kinds(world: &mut World) -> Vec<String> {
    let lines = sent(world.take());
    lines.iter().filter_map(|line| line.split_once(" send ")).map(|(_, kind)| kind.into()).collect()
}

#[test]
fn an_off_is_owed_however_many_notices_were_never_written() {
    for bursts in BURSTS {
        let mut world = ready(guide());
        world.key();
        assert_eq!(kinds(&mut world), ["on"]);
        world.rest().wait(3_000).bursts(bursts).wake_up();
        assert_eq!(kinds(&mut world), ["configure", "off"], "{bursts} bursts");
    }
}

#[test]
fn no_off_is_owed_for_notices_that_were_never_written() {
    for bursts in BURSTS {
        let mut world = ready(guide());
        world.rest().bursts(bursts).key().does(Input::Tick).wake_up().wait(5_000);
        let kinds = kinds(&mut world);
        assert_eq!(kinds, ["configure", "on", "off"], "{bursts} bursts: a key is 0 s old");
        let mut world = ready(guide());
        world.rest().bursts(bursts).wake_up().wait(5_000);
        assert_eq!(self::kinds(&mut world), ["configure"], "{bursts} bursts");
    }
}

#[test]
fn a_join_is_owed_however_many_notices_followed_it() {
    for bursts in BURSTS {
        let mut world = World::new(guide().with_auto_start(CustomAttributes::default()));
        world.does(Input::Connect).opened().rest().accept(Accept::NEW);
        world.bursts(bursts).wake_up();
        assert_eq!(kinds(&mut world), ["configure", "configure", "join"], "{bursts} bursts");
        let taken = world.trace.sent().len() as u64;
        assert_eq!(world.session.stats().frames_sent, taken, "{bursts} bursts");
    }
}

#[test]
fn the_peer_is_alive_without_what_was_never_written() {
    let mut world = ready(guide());
    let transport = world.transport();
    world.rest().text(1, "a").does(Input::PeerAlive(transport));
    world.drain_every = 1;
    world.drain();
    // The text is the only request that it can be about.
    world.recv(frames::too_many(None, Some(1))).wait(1_000);
    assert_eq!(kinds(&mut world), ["text a", "text a"]);
}

//! The heartbeat.
//!
//! Owns: one test a sentence. Must not know: the session's inside.

use webmessaging_proto::{Config, ConfigError, Input};

use super::{guide, ms, sent};
use crate::support::World;
use crate::support::frames::{self, Accept};
use crate::support::trace::Sent;

fn beating() -> Config {
    guide().with_health_check(ms(30_000)).unwrap()
}

fn pong(world: &mut World) {
    let id = world.id_of(Sent::is_echo);
    world.recv(frames::pong(&id));
}

#[test]
fn it_is_optional_and_at_least_30_s_apart() {
    let mut world = World::ready(guide());
    world.at(200_000);
    assert_eq!(world.take(), [""; 0]);
    let interval = ms(29_999);
    assert_eq!(
        guide().with_health_check(interval),
        Err(ConfigError::HealthCheckTooOften { interval })
    );
}

#[test]
fn an_answered_one_goes_on_and_is_no_message() {
    let mut world = World::ready(beating());
    for at in [30_000, 60_000] {
        world.at(at);
        pong(world.at(at + 100));
    }
    world.at(92_000);
    pong(&mut world);
    world.at(121_999);
    // The third in 62 s waits for the window.
    assert_eq!(world.take(), ["30000 send echo", "60000 send echo", "92000 send echo"]);
}

#[test]
fn no_answer_in_10_s_is_a_lost_transport() {
    let mut world = World::ready(beating());
    world.at(39_999);
    assert_eq!(world.take(), ["30000 send echo"]);
    world.at(40_000);
    assert_eq!(world.take(), ["40000 phase backoff", "40000 close 1 1001"]);
}

#[test]
fn any_answer_to_it_will_do() {
    type Answer = fn(&str) -> String;
    let answers: [Answer; 4] = [
        |id| frames::status(Some(id), 200, "ok"),
        |id| frames::status(Some(id), 500, "failed"),
        |id| frames::too_many(Some(id), Some(1)),
        |id| frames::echo(Some(id), "pong", "ping"),
    ];
    for answer in answers {
        let mut world = World::ready(beating());
        world.at(30_000);
        let id = world.id_of(Sent::is_echo);
        world.at(30_100).recv(answer(&id));
        world.at(45_000);
        let lines = world.take();
        assert!(!lines.iter().any(|line| line.contains("phase")), "{lines:?}");
        assert!(!lines.iter().any(|line| line.contains("message_received")), "{lines:?}");
    }
}

#[test]
fn an_answer_without_a_name_will_do() {
    let mut world = World::ready(beating());
    world.at(30_000);
    let id = world.id_of(Sent::is_echo);
    let nameless = frames::pong(&id).replace("tracingId", "somethingElse");
    world.at(30_100).recv(nameless);
    world.at(45_000);
    assert_eq!(world.take(), ["30000 send echo"]);
}

#[test]
fn an_answer_without_a_name_will_do_after_the_answer_to_a_later_request() {
    let mut world = World::ready(beating());
    world.at(30_000);
    let id = world.id_of(Sent::is_echo);
    let nameless = frames::pong(&id).replace("tracingId", "somethingElse");
    world.at(30_050).key();
    let on = world.id_of_typing();
    world.at(30_100).recv(frames::status(Some(&on), 200, "ok")).recv(nameless);
    world.at(45_000);
    assert_eq!(world.take(), ["30000 send echo", "30050 send on", "32050 send off"]);
}

#[test]
fn it_rests_in_a_pause_and_while_not_ready_and_starts_again_with_each_connection() {
    let mut world = World::ready(beating());
    world.at(29_000).recv(frames::too_many(None, Some(20)));
    world.at(49_000);
    assert_eq!(sent(world.take()), ["49000 send echo"]);
    pong(&mut world);
    world.at(50_000).recv(frames::agent_left(true));
    world.at(200_000);
    assert_eq!(sent(world.take()), [""; 0]);
    world.lose();
    world.at(200_100).reconnect(Accept::RESUMED);
    world.at(230_100);
    assert_eq!(sent(world.take()), ["200100 send configure", "230100 send echo"]);
    world.does(Input::Disconnect);
    world.at(300_000);
    assert_eq!(sent(world.take()), [""; 0]);
}

//! The edges: caps of nought and one, the end of time, jumps, inputs at equal times.
//!
//! Owns: one test an edge. Must not know: the session's inside.

use core::time::Duration;

use webmessaging_proto::{
    Config, Credentials, Input, InputError, Instant, Limits, LocalKey, Output, Phase, Profile,
    ReconnectPolicy, Session, TransportId,
};

use super::{guide, ms, sent};
use crate::support::World;
use crate::support::frames::{self, Accept};

fn capped(change: impl FnOnce(&mut Limits)) -> Config {
    let mut limits = Limits::default();
    change(&mut limits);
    guide().with_limits(limits)
}

/// The outputs, at most so many that an endless row of them shows.
fn drain(session: &mut Session) -> Vec<Output> {
    let mut outputs = Vec::new();
    while let Some(output) = session.poll_output() {
        outputs.push(output);
        assert!(outputs.len() < 1_000, "outputs without end: {:?}", outputs.last());
    }
    outputs
}

#[test]
fn a_full_queue_refuses_the_input_and_changes_nothing() {
    let mut session = Session::new(capped(|limits| limits.outputs = 1), Instant::ORIGIN);
    session.handle(Input::Connect, Instant::ORIGIN).unwrap();
    let before = session.clone();
    for input in [Input::Tick, Input::Disconnect, Input::NetworkAvailable] {
        let refused = session.handle(input, Instant::from_millis(99_000));
        assert_eq!(refused, Err(InputError::OutputsPending));
    }
    assert_eq!(before, session);
    assert!(drain(&mut session).len() >= 2, "what one input causes fits nevertheless");
    session.handle(Input::Disconnect, Instant::from_millis(5)).unwrap();
}

#[test]
fn a_key_in_front_of_a_full_queue_is_not_lost() {
    let mut world = World::new(capped(|limits| limits.outputs = 1));
    world.connect(Accept::NEW).take();
    world.drain_every = usize::MAX;
    world.at(100).recv(frames::agent(None, "m-1", "x"));
    world.session.keystroke(Instant::from_millis(100));
    let outputs = drain(&mut world.session);
    let armed = outputs.iter().filter(|output| matches!(output, Output::ArmTimer(_))).count();
    assert_eq!(armed, 1, "{outputs:?}");
    world.session.tick(Instant::from_millis(100)).unwrap();
    let outputs = drain(&mut world.session);
    assert!(matches!(outputs[..], [Output::SendFrame(_), ..]), "{outputs:?}");
}

#[test]
fn caps_of_nought_leave_a_session_that_works() {
    let mut world = World::new(capped(|limits| {
        (limits.outputs, limits.texts, limits.messages, limits.typists) = (0, 0, 0, 0);
    }));
    world.connect(Accept::NEW);
    assert_eq!(world.session.phase(), Phase::Ready);
    world.recv(frames::typing("Outbound", None, None, "On", None));
    world.recv(frames::agent(None, "m-1", "x"));
    let refused = world.input(Input::send_text(LocalKey(1), "a"));
    assert_eq!(refused, Err(InputError::OutboxFull { limit: 0 }));
    let unknown = world.input(Input::MessageVisible { id: "m-1".into() });
    assert_eq!(unknown, Err(InputError::UnknownMessage));
    world.at(10).key();
    world.at(9_000);
    let lines = sent(world.take());
    assert_eq!(lines[1..], ["10 send on", "2010 send off"]);
}

#[test]
fn at_the_end_of_time_nothing_overflows_or_hangs() {
    for end in [Instant::new(Duration::MAX), Instant::from_millis(u64::MAX)] {
        for profile in [Profile::Guide, Profile::Live] {
            let config = guide().with_profile(profile).with_health_check(ms(30_000)).unwrap();
            let mut session = Session::new(config, end);
            let one = TransportId(1);
            let inputs = [
                Input::Connect,
                Input::TransportOpened(one),
                Input::Keystroke,
                Input::send_text(LocalKey(1), "a"),
                Input::PeerAlive(one),
                Input::NetworkAvailable,
                Input::Renew(Credentials::new("t")),
                Input::Disconnect,
            ];
            for input in inputs {
                let _ = session.handle(input, end);
                session.keystroke(end);
                for _ in 0..5 {
                    drain(&mut session);
                    let _ = session.tick(end);
                }
            }
        }
    }
}

#[test]
fn a_wait_drawn_as_nothing_is_one_wake_up() {
    let lost = webmessaging_proto::CloseReason::Lost;
    let backing_off = |seed| {
        let mut reconnect = ReconnectPolicy::default();
        reconnect.base = Duration::ZERO;
        let config = Config::new("d", "t", seed).with_reconnect(reconnect);
        let mut session = Session::new(config, Instant::ORIGIN);
        session.handle(Input::Connect, Instant::ORIGIN).unwrap();
        session.handle(Input::TransportClosed(TransportId(1), lost), Instant::ORIGIN).unwrap();
        session
    };
    // Waits are drawn up to 100 ms at least, even for a policy of none.
    let mut sessions = (0..10_000).map(backing_off);
    let at_once = |session: &Session| session.deadline().unwrap().at == Instant::ORIGIN;
    let mut session = sessions.find(at_once).expect("one in a hundred");
    assert_eq!(session.phase(), Phase::Backoff);
    let outputs = drain(&mut session);
    assert!(matches!(outputs.last(), Some(Output::ArmTimer(_))), "{outputs:?}");
    session.tick(Instant::ORIGIN).unwrap();
    assert_eq!(session.phase(), Phase::Connecting);
}

#[test]
fn a_day_of_sleep_in_the_midst_of_everything_gives_one_of_each() {
    let mut world = World::ready(guide().with_health_check(ms(30_000)).unwrap());
    world.at(10).recv(frames::agent(None, "m-1", "x"));
    world.recv(frames::typing("Outbound", Some("Kim"), None, "On", None));
    world.text(1, "a").text(2, "b").key();
    world.take();
    world.now = 86_400_000;
    world.tick();
    let mut lines = world.take();
    lines.sort();
    assert_eq!(
        lines,
        [
            "86400000 message_unconfirmed key=1",
            "86400000 peer_typing_stopped name=Kim reason=expired",
            "86400000 send echo",
            "86400000 send off",
            "86400000 send text b",
        ]
    );
}

#[test]
fn ten_days_without_a_network_end_in_one_failure() {
    let mut world = World::ready(guide());
    world.at(10).lose();
    world.take();
    world.now = 864_000_000;
    world.tick();
    world.at(864_400_000);
    let lines = world.take();
    let failed = lines.iter().filter(|line| line.contains("failed")).count();
    let opened = lines.iter().filter(|line| line.contains("open")).count();
    assert_eq!((failed, opened <= 1), (1, true), "{lines:?}");
}

#[test]
fn inputs_at_equal_times_keep_their_order() {
    let mut world = World::ready(guide());
    world.at(0).key().does(Input::InputCleared).key().does(Input::InputCleared).text(1, "a").key();
    world.lose();
    world.reconnect(Accept::RESUMED).does(Input::InputCleared).text(2, "b");
    let lines = sent(world.take());
    assert_eq!(
        lines,
        ["0 send on", "0 send off", "0 send text a", "0 send configure", "0 send text b",],
        "the second On waits for its distance"
    );
}

//! The phases, sentence by sentence.
//!
//! Owns: one test a sentence. Must not know: the session's inside.

use webmessaging_proto::frame::{ClientBody, CustomAttributes};
use webmessaging_proto::{
    CloseReason, Config, FailReason, Input, InputError, LocalKey, Phase, ReconnectPolicy,
    TransportId, phase_diagram,
};

use super::{guide, ms, sent};
use crate::support::World;
use crate::support::frames::{self, Accept};

fn reconnecting(change: impl FnOnce(&mut ReconnectPolicy)) -> Config {
    let mut reconnect = ReconnectPolicy::default();
    change(&mut reconnect);
    guide().with_reconnect(reconnect)
}

/// Sessions in every phase there is.
fn everywhere() -> Vec<World> {
    let idle = World::new(guide());
    let mut connecting = idle.clone();
    connecting.does(Input::Connect);
    let mut configuring = connecting.clone();
    configuring.opened();
    let ready = World::ready(guide());
    let mut read_only = ready.clone();
    read_only.recv(frames::agent_left(true));
    let mut backoff = ready.clone();
    backoff.lose();
    let mut closing = ready.clone();
    closing.does(Input::Disconnect);
    let mut closed = ready.clone();
    closed.close(CloseReason::Code(1000));
    let mut failed = ready.clone();
    failed.recv(frames::bare("SessionExpiredEvent"));
    let all =
        vec![idle, connecting, configuring, ready, read_only, backoff, closing, closed, failed];
    let names: Vec<_> = all.iter().map(|world| world.session.phase().name()).collect();
    assert_eq!(
        names,
        [
            "idle",
            "connecting",
            "configuring",
            "ready",
            "read_only",
            "backoff",
            "closing",
            "closed",
            "failed",
        ]
    );
    all
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
fn closing_may_take_2_s() {
    let mut world = World::ready(guide());
    world.at(100).does(Input::Disconnect);
    world.at(2_099).take();
    assert_eq!(world.session.phase(), Phase::Closing);
    world.at(2_100);
    assert_eq!(world.take(), ["2100 phase closed"]);
    world.at(2_200).close(CloseReason::Code(1000));
    assert_eq!(world.take(), [""; 0], "too late to matter");
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

#[test]
fn the_row_of_tries_ends_with_30_s_of_ready() {
    let wait_after = |ready_for: u64| {
        let mut waits = Vec::new();
        for seed in 0..60 {
            let mut world = World::new(Config::new("d", "t", seed));
            world.connect(Accept::NEW);
            for _ in 0..4 {
                world.lose();
                world.wait(30_000).opened().accept(Accept::RESUMED);
            }
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
fn connect_in_backoff_dials_at_once() {
    let mut world = World::ready(guide());
    world.at(10).lose().does(Input::Connect);
    assert_eq!(world.take()[1..], ["10 phase connecting", "10 open 2"]);
}

#[test]
fn a_clean_close_and_a_goodbye_are_final_and_other_closes_reconnect() {
    type End = fn(&mut World);
    let ends: [(End, &str); 5] = [
        (
            |world| {
                world.close(CloseReason::Code(1000));
            },
            "by_server",
        ),
        (
            |world| {
                world.recv(frames::connection_closed(None));
            },
            "session_limit",
        ),
        (
            |world| {
                world.recv(frames::connection_closed(Some("signedIn")));
            },
            "signed_in",
        ),
        (
            |world| {
                world.recv(frames::bare("LogoutEvent"));
            },
            "logout",
        ),
        (
            |world| {
                world.recv(frames::bare("SessionClearedEvent"));
                world.recv(frames::connection_closed(None));
            },
            "conversation_cleared",
        ),
    ];
    for (end, reason) in ends {
        let mut world = World::ready(guide());
        end(world.at(10));
        world.at(400_000);
        let lines = world.take();
        assert!(lines.contains(&"10 phase closed".to_owned()), "{lines:?}");
        assert!(lines.contains(&format!("10 connection_closed reason={reason}")), "{lines:?}");
        assert!(!lines.iter().any(|line| line.contains("open")), "{lines:?}");
    }
    for code in [1001, 1005, 1006, 1011, 1012, 1013, 4000] {
        let mut world = World::ready(guide());
        world.at(10).close(CloseReason::Code(code));
        assert_eq!(world.session.phase(), Phase::Backoff, "{code}");
    }
}

#[test]
fn disconnect_is_legal_in_every_phase() {
    let after: Vec<_> = everywhere()
        .into_iter()
        .map(|mut world| {
            world.does(Input::Disconnect);
            let now = world.session.phase().name();
            world.wait(10_000);
            assert_eq!(world.session.phase(), Phase::Closed);
            assert_eq!(world.session.deadline(), None);
            now
        })
        .collect();
    assert_eq!(
        after,
        [
            "closed", "closing", "closing", "closing", "closing", "closed", "closing", "closed",
            "closed",
        ]
    );
}

#[test]
fn connect_is_for_those_who_are_not_connected() {
    for mut world in everywhere() {
        let phase = world.session.phase();
        let taken = world.input(Input::Connect);
        let can = matches!(phase, Phase::Idle | Phase::Backoff | Phase::Closed | Phase::Failed(_));
        if can {
            assert_eq!((taken, world.session.phase()), (Ok(()), Phase::Connecting));
        } else {
            assert_eq!(taken, Err(InputError::InvalidState { input: "connect", phase }));
        }
    }
}

#[test]
fn texts_are_taken_where_they_may_yet_be_sent() {
    for mut world in everywhere() {
        let phase = world.session.phase();
        let taken = world.input(Input::send_text(LocalKey(1), "a"));
        match phase {
            Phase::ReadOnly | Phase::Closing | Phase::Closed | Phase::Failed(_) => {
                assert_eq!(taken, Err(InputError::InvalidState { input: "send_text", phase }));
            }
            _ => assert_eq!(taken, Ok(())),
        }
    }
}

#[test]
fn start_new_is_for_read_only() {
    for mut world in everywhere() {
        let phase = world.session.phase();
        let taken = world.input(Input::StartNew);
        if phase == Phase::ReadOnly {
            assert_eq!(taken, Ok(()));
        } else {
            assert_eq!(taken, Err(InputError::InvalidState { input: "start_new", phase }));
        }
    }
}

#[test]
fn what_needs_no_phase_is_never_refused() {
    for world in everywhere() {
        let harmless = [
            Input::Tick,
            Input::NetworkAvailable,
            Input::Keystroke,
            Input::InputCleared,
            Input::ComposerClosed,
            Input::SetTyping(true),
            Input::SetTyping(false),
            Input::Foreground(false),
            Input::Foreground(true),
            Input::TransportOpened(TransportId(77)),
            Input::TransportClosed(TransportId(77), CloseReason::AccessDenied),
            Input::PeerAlive(TransportId(77)),
            Input::FrameUndecodable(TransportId(77)),
            Input::Disconnect,
        ];
        for input in harmless {
            let mut world = world.clone();
            assert_eq!(world.input(input.clone()), Ok(()), "{}", input.name());
            world.wait(200_000);
        }
    }
}

#[test]
fn a_session_that_is_accepted_as_read_only_is_read_only() {
    let mut world = World::new(guide());
    world.does(Input::Connect).text(1, "a").opened();
    world.at(10).accept(Accept::READ_ONLY);
    assert_eq!(world.take()[4..], ["10 phase read_only", "10 message_failed code=read_only key=1"]);
    let mut world = World::ready(guide());
    world.at(10).recv(frames::session(None, Accept::READ_ONLY));
    assert_eq!(world.take(), ["10 phase read_only"]);
    world.at(20).recv(frames::session(None, Accept::NEW));
    assert_eq!(world.take(), [""; 0], "a late frame revives nothing");
}

#[test]
fn an_agent_that_leaves_ends_the_conversation_only_if_it_is_read_only() {
    let mut world = World::ready(guide());
    world.at(10).recv(frames::agent_left(false)).text(1, "a");
    assert_eq!(world.take(), ["10 conversation_ended read_only=false", "10 send text a"]);
}

#[test]
fn an_answer_without_a_session_is_a_fault_and_a_loss() {
    let mut world = World::new(guide());
    world.does(Input::Connect).opened();
    let nothing = Accept { connected: false, new: false, read_only: false };
    world.at(10).accept(nothing);
    let lines = world.take();
    assert!(lines.contains(&"10 fault code=not_connected".to_owned()), "{lines:?}");
    assert_eq!(world.session.phase(), Phase::Backoff);
}

#[test]
fn an_auto_start_opens_a_new_session_with_one_join() {
    let config = || guide().with_auto_start(CustomAttributes::default());
    let mut world = World::new(config());
    world.does(Input::Connect).text(1, "a").opened();
    world.at(10).accept(Accept::NEW);
    world.at(20).lose();
    world.at(30).reconnect(Accept::RESUMED);
    let lines = sent(world.take());
    assert_eq!(lines, ["0 send configure", "10 send join", "10 send text a", "30 send configure"]);

    let mut world = World::new(config());
    world.connect(Accept::RESUMED);
    assert_eq!(sent(world.take()), ["0 send configure"]);
}

#[test]
fn a_join_that_was_refused_for_its_rate_or_not_written_comes_again() {
    let mut world = World::new(guide().with_auto_start(CustomAttributes::default()));
    world.connect(Accept::NEW);
    let id = world.id_of(|sent| matches!(sent.body, ClientBody::Join { .. }));
    world.at(10).recv(frames::too_many(Some(&id), Some(2)));
    world.at(9_000);
    assert_eq!(sent(world.take())[2..], ["2010 send join"]);
}

#[test]
fn what_arrives_for_the_host_arrives_as_it_is() {
    let mut world = World::ready(guide());
    world.at(10).recv(frames::bare("SomethingNew")).recv("{not json");
    let lines = world.take();
    assert_eq!(lines, ["10 other class=SomethingNew", "10 fault code=undecodable"]);
}

#[test]
fn the_diagram_shows_every_phase() {
    let diagram = phase_diagram();
    for world in everywhere() {
        assert!(diagram.contains(world.session.phase().name()));
    }
}

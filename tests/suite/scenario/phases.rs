//! The phases, sentence by sentence.
//!
//! Owns: one test a sentence. Must not know: the session's inside.

use webmessaging_proto::frame::{ClientBody, CustomAttributes};
use webmessaging_proto::{
    CloseReason, Input, InputError, LocalKey, Phase, TransportId, phase_diagram,
};

use super::{guide, sent};
use crate::support::World;
use crate::support::frames::{self, Accept};

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
fn an_end_that_came_before_the_first_session_is_of_another_conversation() {
    let mut world = World::new(guide());
    world.does(Input::Connect).opened().recv(frames::agent_left(true)).accept(Accept::NEW).take();
    world.at(10).recv(frames::agent_left(false));
    assert_eq!(world.take(), ["10 conversation_ended read_only=false"]);

    let mut world = World::new(guide());
    world.does(Input::Connect).opened().recv(frames::bare("SessionExpiredEvent"));
    world.does(Input::Connect).opened().recv(frames::agent_left(true));
    world.accept(Accept::RESUMED).take();
    world.at(10).recv(frames::agent_left(false));
    assert_eq!(world.take(), ["10 conversation_ended read_only=false"], "expired before the first");
}

#[test]
fn an_end_that_overtakes_the_acceptance_is_an_end_all_the_same() {
    for (accept, phase) in [(Accept::RESUMED, Phase::ReadOnly), (Accept::NEW, Phase::Ready)] {
        let mut world = World::ready(guide());
        world.lose().does(Input::Connect).opened();
        world.recv(frames::agent_left(true)).accept(accept);
        assert_eq!(world.session.phase(), phase, "another conversation is not over");
        // What was heard on one connection says nothing on the next.
        world.lose().does(Input::Connect).opened().accept(Accept::RESUMED);
        assert_eq!(world.session.phase(), Phase::Ready);
    }
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

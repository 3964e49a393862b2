//! Transports have an identity, and tokens and texts have their place.
//!
//! Owns: one test a way of confusing them. Must not know: the session's inside.

use webmessaging_proto::dialect::{Dialect, WebMessaging};
use webmessaging_proto::{
    Close, CloseReason, Credentials, Endpoint, EndpointOutput, Input, Instant, Output, Phase,
    TransportId,
};

use super::guide;
use crate::support::World;
use crate::support::frames::{self, Accept};

#[test]
fn what_an_older_transport_still_says_changes_nothing() {
    let mut world = World::ready(guide());
    world.at(10).lose();
    world.at(20).reconnect(Accept::RESUMED);
    let old = TransportId(1);
    let before = world.session.clone();
    for frame in [
        frames::session(None, Accept::NEW),
        frames::agent(None, "m-1", "x"),
        frames::status(None, 401, "no"),
        frames::too_many(None, None),
        frames::connection_closed(None),
        frames::bare("SessionExpiredEvent"),
        "{not json".to_owned(),
    ] {
        world.recv_on(old, frame);
    }
    world.does(Input::TransportClosed(old, CloseReason::Code(1000)));
    world.does(Input::TransportClosed(old, CloseReason::AccessDenied));
    world.does(Input::PeerAlive(old));
    assert_eq!(world.session, before);
    world.take();
    world.does(Input::TransportOpened(old));
    assert_eq!(world.take(), ["20 close 1 1000"], "a transport that nobody wants is closed");
}

#[test]
fn a_transport_that_opens_after_a_disconnect_is_closed() {
    let mut world = World::new(guide());
    world.does(Input::Connect).does(Input::Disconnect);
    world.take();
    world.at(10).opened();
    assert_eq!(world.take(), ["10 close 1 1000"]);
    world.at(9_000).opened();
    assert_eq!(world.take(), ["2000 phase closed", "9000 close 1 1000"]);
}

#[test]
fn a_close_with_nothing_open_changes_nothing() {
    let mut world = World::new(guide());
    let before = world.session.clone();
    world.does(Input::TransportClosed(TransportId(0), CloseReason::Lost));
    world.does(Input::TransportClosed(TransportId(1), CloseReason::Code(1000)));
    assert_eq!(world.session, before);
}

#[test]
fn a_frame_before_the_transport_is_open_changes_nothing() {
    let mut world = World::new(guide());
    world.does(Input::Connect);
    let before = world.session.clone();
    world.recv(frames::session(None, Accept::NEW)).recv(frames::status(None, 401, "no"));
    assert_eq!(world.session, before);
}

#[test]
fn a_second_opening_changes_nothing() {
    let mut world = World::ready(guide());
    let before = world.session.clone();
    world.opened();
    assert_eq!(world.session, before);
    assert_eq!(world.take(), [""; 0]);
}

#[test]
fn a_dead_session_is_not_revived() {
    let mut world = World::ready(guide());
    world.at(10).recv(frames::bare("SessionExpiredEvent"));
    let before = world.session.clone();
    world.recv(frames::session(None, Accept::NEW)).recv(frames::status(None, 401, "no"));
    world.close(CloseReason::AccessDenied);
    assert_eq!(world.session, before);
    world.at(500_000);
    assert_eq!(world.session.phase(), before.phase());
}

#[test]
fn frames_that_were_not_drained_when_the_transport_was_lost_are_never_written() {
    let mut world = World::ready(guide());
    world.recv(frames::agent(None, "m-1", "x")).take();
    world.drain_every = usize::MAX;
    let transport = world.transport();
    world.at(10).key().visible("m-1").text(1, "a");
    world.does(Input::TransportClosed(transport, CloseReason::Lost));
    world.drain_every = 1;
    world.drain();
    assert_eq!(world.take(), ["10 phase backoff"]);
    world.at(20).reconnect(Accept::RESUMED);
    assert_eq!(
        world.take()[2..],
        [
            "20 phase configuring",
            "20 send configure",
            "20 phase ready",
            "20 messages_may_be_missing",
            "20 send text a",
            "20 send receipt m-1",
        ]
    );
}

#[test]
fn a_renewed_token_is_for_the_next_connection() {
    let mut world = World::ready(guide());
    world.drain_every = usize::MAX;
    world.at(10).text(1, "a").does(Input::Renew(Credentials::new("next")));
    let token = |world: &World| world.session.encode_context().token.to_owned();
    assert_eq!(token(&world), "token", "the frame in the queue belongs to the old one");
    world.drain_every = 1;
    world.drain();
    world.at(20).key();
    assert_eq!(token(&world), "token");
    world.at(30).lose();
    world.at(40).does(Input::Connect);
    assert_eq!(token(&world), "next", "a carrier may need it to dial");
    world.reconnect(Accept::RESUMED);
    assert_eq!(token(&world), "next");
}

#[test]
fn an_unresponsive_peer_is_closed_without_waiting_for_it() {
    let mut world = World::new(guide());
    world.does(Input::Connect);
    world.now = 30_000;
    world.tick();
    let closed = world
        .trace
        .outputs()
        .any(|(_, output)| *output == Output::CloseTransport(TransportId(1), Close::Unresponsive));
    assert!(closed);
}

#[test]
fn an_endpoint_gives_the_bytes_of_what_its_session_gives() {
    let mut world = World::ready(guide());
    let mut endpoint = Endpoint::new(guide(), WebMessaging, Instant::ORIGIN);
    let mut wire = Vec::new();
    let mut frames_of_endpoint = Vec::new();
    let now = Instant::ORIGIN;
    endpoint.handle(Input::Connect, now).unwrap();
    endpoint.handle(Input::TransportOpened(TransportId(1)), now).unwrap();
    endpoint.receive(TransportId(1), frames::session(None, Accept::NEW).as_bytes(), now).unwrap();
    endpoint.receive(TransportId(1), b"\xff\xfe", now).unwrap();
    endpoint.keystroke(Instant::from_millis(10));
    endpoint.tick(Instant::from_millis(2_010)).unwrap();
    let mut faults = 0;
    while let Some(output) = endpoint.poll_output(&mut wire) {
        match output {
            EndpointOutput::Send => {
                frames_of_endpoint.push(String::from_utf8(wire.clone()).unwrap());
            }
            EndpointOutput::Emit(webmessaging_proto::Event::Fault { .. }) => faults += 1,
            _ => {}
        }
    }
    assert_eq!((endpoint.phase(), faults), (Phase::Ready, 1));
    world.at(10).key();
    world.at(2_010);
    let mut expected = Vec::new();
    for (_, output) in world.trace.outputs() {
        if let Output::SendFrame(frame) = output {
            let mut bytes = Vec::new();
            WebMessaging.encode(&world.session.encode_context(), frame, &mut bytes).unwrap();
            expected.push(String::from_utf8(bytes).unwrap());
        }
    }
    assert_eq!(frames_of_endpoint, expected);
}

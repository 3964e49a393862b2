//! Peers that mean harm, over real sockets: what is no WebSocket, no frame, or no end of frames.
//!
//! Time is never measured: either the guest hangs up by itself, or the test fails.

use std::net::{Ipv4Addr, SocketAddr};
use std::time::Duration;

use futures_util::{SinkExt, StreamExt};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::yield_now;
use tokio::time::{pause, resume};
use tokio_tungstenite::tungstenite::handshake::derive_accept_key;
use tokio_tungstenite::tungstenite::{Message, Utf8Bytes};
use tokio_tungstenite::{WebSocketStream, accept_async};
use webmessaging_proto::{Config, Event, Phase, ReconnectPolicy};
use webmessaging_tokio::{Events, Handle, Outgoing, WebSocketConnector, connect};

use crate::support::{
    agent_text, config, describe, echo, session_response, soon, until, until_phase,
};

/// Far more than a message may have, and than the buffers of a loopback connection hold.
const FLOOD: usize = 64 * 1024 * 1024;
const PIECE: usize = 64 * 1024;

async fn listen() -> (TcpListener, SocketAddr) {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.expect("a free port");
    let address = listener.local_addr().expect("it is bound");
    (listener, address)
}

/// A guest that dials again at once, and never stops. Without pings, that would find out what it has to
/// see for itself.
fn guest(address: SocketAddr) -> (Handle, Events) {
    let mut reconnect = ReconnectPolicy::default();
    reconnect.cap = Duration::ZERO;
    reconnect.give_up = None;
    let config: Config = config().with_endpoint(format!("ws://{address}"));
    connect(config.with_reconnect(reconnect), WebSocketConnector::new().ping_interval(None))
}

/// Takes a connection and reads the request for an upgrade; gives the answer that it should get.
async fn asked(listener: &TcpListener) -> (TcpStream, String) {
    let (mut tcp, _) = soon(listener.accept()).await.expect("a connection");
    let mut request = Vec::new();
    while !request.ends_with(b"\r\n\r\n") {
        assert!(request.len() < 10_000, "a request without end");
        request.push(soon(tcp.read_u8()).await.expect("a request"));
    }
    let request = String::from_utf8(request).expect("a request is text");
    let key = request.lines().find_map(|line| line.strip_prefix("Sec-WebSocket-Key: "));
    let accept = derive_accept_key(key.expect("an upgrade").as_bytes());
    let answer = format!(
        "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\
         Sec-WebSocket-Accept: {accept}\r\n\r\n"
    );
    (tcp, answer)
}

/// A connection whose session is ready, for bytes of any kind.
async fn raw(listener: &TcpListener, events: &mut Events) -> TcpStream {
    let (mut tcp, answer) = asked(listener).await;
    tcp.write_all(answer.as_bytes()).await.expect("the guest is there");
    let response = session_response(false);
    let length = u8::try_from(response.len()).expect("a short frame");
    tcp.write_all(&[0x81, 126, 0, length]).await.expect("the guest is there");
    tcp.write_all(&response).await.expect("the guest is there");
    until_phase(events, Phase::Ready).await;
    tcp
}

/// A good server, and the guest well with it: whatever happened before.
async fn assert_alive(listener: &TcpListener, guest: &Handle, events: &mut Events) {
    let mut socket = good(listener).await;
    until_phase(events, Phase::Ready).await;
    let confirmation = guest.send_text("still here");
    let frame = loop {
        if let Message::Text(text) = soon(socket.next()).await.expect("a frame").expect("no error")
        {
            break Outgoing::Frame(text.into());
        }
    };
    send(&mut socket, echo(&frame, "m-alive")).await;
    assert_eq!(&*soon(confirmation).await.expect("the echo came").id, "m-alive");
}

/// The next connection that is good for something: what was given up waits in line before it.
async fn good(listener: &TcpListener) -> WebSocketStream<TcpStream> {
    for _ in 0..20 {
        let (tcp, _) = soon(listener.accept()).await.expect("a connection");
        let Ok(mut socket) = accept_async(tcp).await else { continue };
        let Some(Ok(Message::Text(first))) = soon(socket.next()).await else { continue };
        assert_eq!(describe(first.as_bytes()), "configure");
        send(&mut socket, session_response(false)).await;
        return socket;
    }
    panic!("no guest in 20 connections");
}

async fn send(socket: &mut WebSocketStream<TcpStream>, frame: bytes::Bytes) {
    let text = Utf8Bytes::try_from(frame).expect("frames are text");
    socket.send(Message::Text(text)).await.expect("the guest is there");
}

/// Writes pieces until the guest hangs up; how much it took.
async fn pour(tcp: &mut TcpStream, piece: &[u8]) -> usize {
    let mut poured = 0;
    while poured < FLOOD && soon(tcp.write_all(piece)).await.is_ok() {
        poured += piece.len();
    }
    poured
}

#[tokio::test]
async fn what_is_no_frame_is_a_lost_transport() {
    let (listener, address) = listen().await;
    let (guest, mut events) = guest(address);
    let frames: [&[u8]; 14] = [
        b"HTTP/1.1 500 Internal Server Error\r\ncontent-length: 40\r\n\r\n0123456789012345678901234567890123456789",
        // No UTF-8; a character that is cut; half a surrogate pair.
        &[0x81, 2, 0xc3, 0x28],
        &[0x81, 1, 0xe2],
        &[0x81, 3, 0xed, 0xa0, 0x80],
        // Opcodes and bits that mean nothing, a continuation of nothing, a mask.
        &[0x83, 0],
        &[0x8b, 0],
        &[0xc1, 0],
        &[0x80, 0],
        &[0x81, 0x81, 1, 2, 3, 4, 5],
        // Control frames that are in pieces, or too long; a close that is no close.
        &[0x09, 0],
        &[&[0x89, 126, 0, 126][..], &[0; 126]].concat(),
        &[0x88, 1, 3],
        // Of 64 MiB, and of all that 64 bits can say.
        &[0x81, 127, 0, 0, 0, 0, 4, 0, 0, 0, b'{'],
        &[0x81, 127, 0x7f, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, b'{'],
    ];
    for frame in frames {
        let mut tcp = raw(&listener, &mut events).await;
        tcp.write_all(frame).await.expect("the guest is there");
        until_phase(&mut events, Phase::Backoff).await;
    }
    assert_alive(&listener, &guest, &mut events).await;
}

#[tokio::test]
async fn half_a_frame_and_the_end_is_a_lost_transport_wherever_it_is_cut() {
    let (listener, address) = listen().await;
    let (guest, mut events) = guest(address);
    let body = agent_text("m-1", "hello");
    let length = u8::try_from(body.len()).expect("a short frame");
    let frame = [&[0x81, 126, 0, length], &*body].concat();
    for half in [1, 2, 3, 4, 5, frame.len() / 2, frame.len() - 1] {
        let mut tcp = raw(&listener, &mut events).await;
        tcp.write_all(&frame[..half]).await.expect("the guest is there");
        drop(tcp);
        let lost = Event::PhaseChanged(Phase::Backoff);
        let next = until(&mut events, |event| {
            *event == lost || matches!(event, Event::MessageReceived(_) | Event::Fault { .. })
        });
        assert_eq!(next.await, lost, "cut after {half}");
    }
    assert_alive(&listener, &guest, &mut events).await;
}

#[tokio::test]
async fn a_message_without_end_is_cut_off() {
    let (listener, address) = listen().await;
    let (guest, mut events) = guest(address);
    let pieces = |first: u8| {
        let mut piece = vec![first, 127, 0, 0, 0, 0, 0, 1, 0, 0];
        piece.resize(10 + PIECE, b' ');
        piece
    };
    // One frame of 64 MiB.
    let mut tcp = raw(&listener, &mut events).await;
    tcp.write_all(&[0x81, 127, 0, 0, 0, 0, 4, 0, 0, 0]).await.expect("the guest is there");
    let poured = pour(&mut tcp, &vec![b' '; PIECE]).await;
    assert!(poured < FLOOD, "all of it was taken");
    until_phase(&mut events, Phase::Backoff).await;
    // Fragments that never end.
    let mut tcp = raw(&listener, &mut events).await;
    tcp.write_all(&pieces(0x01)).await.expect("the guest is there");
    let poured = pour(&mut tcp, &pieces(0x00)).await;
    assert!(poured < FLOOD, "all of it was taken");
    until_phase(&mut events, Phase::Backoff).await;
    assert_alive(&listener, &guest, &mut events).await;
}

#[tokio::test]
async fn what_is_no_upgrade_is_a_failed_dial() {
    let (listener, address) = listen().await;
    let (guest, mut events) = guest(address);
    let long =
        format!("HTTP/1.1 101 Switching Protocols\r\nX: {}\r\n\r\n", "x".repeat(1024 * 1024));
    let many = format!("HTTP/1.1 101 Switching Protocols\r\n{}\r\n", "X: x\r\n".repeat(10_000));
    let answers = [
        "",
        "\0\0\0\0\r\n\r\n",
        "HTTP/1.1 101",
        "HTTP/1.1 101 Switching Protocols\r\n\r\n",
        "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\
         Sec-WebSocket-Accept: AAAAAAAAAAAAAAAAAAAAAAAAAAA=\r\n\r\n",
        "HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n",
        "HTTP/1.1 301 Moved Permanently\r\nlocation: ws://127.0.0.1:1/\r\n\r\n",
        "HTTP/1.1 401 Unauthorized\r\n\r\n",
        "HTTP/1.1 429 Too Many Requests\r\nretry-after: 1e400\r\n\r\n",
        "HTTP/1.1 9999 What\r\n\r\n",
        "HTTP/9.9 101 Switching Protocols\r\n\r\n",
        &long,
        &many,
    ];
    for answer in answers {
        let (mut tcp, _) = asked(&listener).await;
        // The guest may hang up before it has it all.
        let _ = tcp.write_all(answer.as_bytes()).await;
        drop(tcp);
        until_phase(&mut events, Phase::Backoff).await;
    }
    // Headers that never end.
    let (mut tcp, _) = asked(&listener).await;
    tcp.write_all(b"HTTP/1.1 101 Switching Protocols\r\nX: ").await.expect("the guest is there");
    let poured = pour(&mut tcp, &vec![b'x'; PIECE]).await;
    assert!(poured < FLOOD, "all of it was taken");
    until_phase(&mut events, Phase::Backoff).await;
    assert_alive(&listener, &guest, &mut events).await;
}

#[tokio::test]
async fn an_upgrade_that_is_never_answered_is_a_failed_dial() {
    let (listener, address) = listen().await;
    // The 30 s of a dial pass at once.
    pause();
    let (guest, mut events) = guest(address);
    until_phase(&mut events, Phase::Connecting).await;
    let (_mute, _) = soon(listener.accept()).await.expect("a connection");
    until_phase(&mut events, Phase::Backoff).await;
    resume();
    assert_alive(&listener, &guest, &mut events).await;
}

#[tokio::test]
async fn a_host_that_does_not_listen_stops_the_flood_and_loses_nothing() {
    let (listener, address) = listen().await;
    let (guest, mut events) = guest(address);
    let mut tcp = raw(&listener, &mut events).await;
    let mut sent = 0;
    let mut rest = Vec::new();
    // Nobody listens: at some time the guest stops reading, and nothing can be written any more.
    while rest.is_empty() {
        assert!(sent * PIECE < FLOOD, "it took the whole flood");
        let body = agent_text(&format!("m-{sent}"), &"x".repeat(PIECE));
        rest = [&[0x81, 127][..], &(body.len() as u64).to_be_bytes(), &body].concat();
        sent += 1;
        write_while_read(&mut tcp, &mut rest).await;
    }
    let listening = tokio::spawn(async move {
        for number in 0..sent {
            let event = until(&mut events, |event| matches!(event, Event::MessageReceived(_)));
            let Event::MessageReceived(message) = event.await else { return };
            assert_eq!(&*message.id, format!("m-{number}"), "in order, and none is lost");
        }
    });
    soon(tcp.write_all(&rest)).await.expect("the guest reads again");
    soon(listening).await.expect("every message came");
    drop(guest);
}

/// Writes until all is written, or the peer does not read any more: the guest runs on this thread, and
/// has had its turn many times.
async fn write_while_read(tcp: &mut TcpStream, rest: &mut Vec<u8>) {
    let mut in_vain = 0;
    while !rest.is_empty() && in_vain < 5_000 {
        if let Ok(written) = tcp.try_write(rest) {
            rest.drain(..written);
            in_vain = 0;
        } else {
            in_vain += 1;
            yield_now().await;
        }
    }
}

//! Real sockets on the loopback, with and without TLS.

use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use futures_util::{SinkExt, StreamExt};
use rcgen::{CertifiedKey, generate_simple_self_signed};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::TlsAcceptor;
use tokio_tungstenite::tungstenite::handshake::server::{Request, Response};
use tokio_tungstenite::tungstenite::protocol::CloseFrame;
use tokio_tungstenite::tungstenite::protocol::frame::Frame;
use tokio_tungstenite::tungstenite::protocol::frame::coding::{Data, OpCode};
use tokio_tungstenite::tungstenite::{Message, Utf8Bytes};
use tokio_tungstenite::{WebSocketStream, accept_hdr_async};
use webmessaging_proto::{Config, Event, FailReason, Phase};
use webmessaging_tokio::rustls::pki_types::pem::PemObject;
use webmessaging_tokio::rustls::pki_types::{CertificateDer, PrivateKeyDer};
use webmessaging_tokio::rustls::{self, ServerConfig};
use webmessaging_tokio::{CertificateError, Outgoing, WebSocketConnector, connect};

use crate::support::{agent_text, config, echo, session_response, soon, until, until_phase};

type Socket<S> = WebSocketStream<S>;

async fn listen() -> (TcpListener, SocketAddr) {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.expect("a free port");
    let address = listener.local_addr().expect("it is bound");
    (listener, address)
}

fn plain(address: SocketAddr) -> Config {
    config().with_endpoint(format!("ws://{address}"))
}

/// The server's upgrade, with what the guest asked for.
async fn upgrade<S: AsyncRead + AsyncWrite + Unpin>(
    stream: S,
) -> (Socket<S>, Vec<(String, String)>) {
    let mut asked = Vec::new();
    #[expect(clippy::result_large_err, reason = "the callback's type is the library's")]
    let note = |request: &Request, response: Response| {
        asked.push((":path".to_owned(), request.uri().to_string()));
        for (name, value) in request.headers() {
            asked.push((name.to_string(), String::from_utf8_lossy(value.as_bytes()).into_owned()));
        }
        Ok(response)
    };
    let socket = accept_hdr_async(stream, note).await.expect("a WebSocket upgrade");
    (socket, asked)
}

/// Accepts a plain connection and answers its configure.
async fn accept(listener: &TcpListener) -> Socket<TcpStream> {
    let (tcp, _) = soon(listener.accept()).await.expect("a connection");
    let (mut socket, _) = upgrade(tcp).await;
    assert_eq!(next(&mut socket).await, "configure");
    send(&mut socket, session_response(true)).await;
    socket
}

async fn send<S: AsyncRead + AsyncWrite + Unpin>(socket: &mut Socket<S>, frame: bytes::Bytes) {
    let text = Utf8Bytes::try_from(frame).expect("frames are text");
    socket.send(Message::Text(text)).await.expect("the guest is there");
}

async fn next_frame<S: AsyncRead + AsyncWrite + Unpin>(socket: &mut Socket<S>) -> Outgoing {
    loop {
        match soon(socket.next()).await.expect("the guest is there").expect("no error") {
            Message::Text(text) => return Outgoing::Frame(text.into()),
            Message::Close(frame) => {
                return Outgoing::Close(frame.map_or(0, |frame| frame.code.into()));
            }
            Message::Ping(_) | Message::Pong(_) => {}
            other => panic!("{other:?}"),
        }
    }
}

async fn next<S: AsyncRead + AsyncWrite + Unpin>(socket: &mut Socket<S>) -> String {
    crate::support::words(&next_frame(socket).await)
}

fn certificate() -> (String, TlsAcceptor) {
    let CertifiedKey { cert, signing_key } =
        generate_simple_self_signed(["localhost".to_owned()]).expect("a certificate");
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let key = PrivateKeyDer::try_from(signing_key.serialize_der()).expect("a key");
    let server = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .expect("TLS 1.2 and 1.3")
        .with_no_client_auth()
        .with_single_cert(vec![cert.der().clone()], key)
        .expect("a pair");
    (cert.pem(), TlsAcceptor::from(Arc::new(server)))
}

#[tokio::test]
async fn a_whole_session_over_tls_with_a_root_that_was_added() {
    let (listener, address) = listen().await;
    let (pem, acceptor) = certificate();
    let server = tokio::spawn(async move {
        let (tcp, _) = soon(listener.accept()).await.expect("a connection");
        let tls = acceptor.accept(tcp).await.expect("a TLS handshake");
        let (mut socket, asked) = upgrade(tls).await;
        let asked_for = |name: &str| {
            asked.iter().find(|(other, _)| other == name).map(|(_, value)| value.as_str())
        };
        assert_eq!(asked_for(":path"), Some("/v1?deploymentId=d-1"));
        assert_eq!(asked_for("origin"), Some("https://shop.example"));
        assert_eq!(asked_for("user-agent"), Some("suite"));
        assert_eq!(asked_for("sec-websocket-protocol"), None);

        let mut sent = vec![next(&mut socket).await];
        send(&mut socket, session_response(true)).await;
        sent.push(next(&mut socket).await);
        sent.push(next(&mut socket).await);
        let text = next_frame(&mut socket).await;
        sent.push(crate::support::words(&text));
        send(&mut socket, echo(&text, "m-1")).await;
        send(&mut socket, agent_text("m-2", "on its way")).await;
        sent.push(next(&mut socket).await);
        sent.push(next(&mut socket).await);
        // The answer to the close, and the end of the connection.
        assert!(socket.next().await.is_none());
        sent
    });

    let connector = WebSocketConnector::new()
        .without_system_roots()
        .root_certificates_pem(pem.as_bytes())
        .expect("a good certificate")
        .origin("https://shop.example")
        .expect("a good origin")
        .header("user-agent", "suite")
        .expect("a good header");
    let endpoint = format!("wss://localhost:{}", address.port());
    let (guest, mut events) = connect(config().with_endpoint(endpoint), connector);
    until_phase(&mut events, Phase::Ready).await;
    guest.keystroke();
    let confirmed = soon(guest.send_text("where is it?")).await.expect("the echo came");
    assert_eq!(&*confirmed.id, "m-1");
    let event = until(&mut events, |event| matches!(event, Event::MessageReceived(_))).await;
    let Event::MessageReceived(message) = event else { panic!("{event:?}") };
    assert_eq!(message.text.as_deref(), Some("on its way"));
    assert_eq!(guest.message_visible(&*message.id).await, Ok(()));
    guest.disconnect();
    until_phase(&mut events, Phase::Closed).await;
    let sent = soon(server).await.expect("no panic");
    let expected =
        ["configure", "typing On", "typing Off", "text where is it?", "receipt m-2", "close 1000"];
    assert_eq!(sent, expected);
}

#[tokio::test]
async fn a_server_that_is_not_trusted_gets_no_frame() {
    let (listener, address) = listen().await;
    let (_, acceptor) = certificate();
    let server = tokio::spawn(async move {
        let (tcp, _) = soon(listener.accept()).await.expect("a connection");
        acceptor.accept(tcp).await.is_err()
    });
    let (other_pem, _) = certificate();
    let connector = WebSocketConnector::new()
        .without_system_roots()
        .root_certificates_pem(other_pem.as_bytes())
        .expect("a good certificate");
    let endpoint = format!("wss://localhost:{}", address.port());
    let (_guest, mut events) = connect(config().with_endpoint(endpoint), connector);
    until_phase(&mut events, Phase::Backoff).await;
    assert!(soon(server).await.expect("no panic"));
}

#[tokio::test]
async fn a_configuration_of_the_hosts_replaces_the_roots() {
    let (listener, address) = listen().await;
    let (pem, acceptor) = certificate();
    let server = tokio::spawn(async move {
        let (tcp, _) = soon(listener.accept()).await.expect("a connection");
        let tls = acceptor.accept(tcp).await.expect("a TLS handshake");
        next(&mut upgrade(tls).await.0).await
    });
    let mut roots = rustls::RootCertStore::empty();
    roots.add(CertificateDer::from_pem_slice(pem.as_bytes()).expect("PEM")).expect("a root");
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let tls = rustls::ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .expect("TLS 1.2 and 1.3")
        .with_root_certificates(roots)
        .with_no_client_auth();
    let connector = WebSocketConnector::new().tls_config(Arc::new(tls));
    let endpoint = format!("wss://localhost:{}", address.port());
    let (_guest, _events) = connect(config().with_endpoint(endpoint), connector);
    assert_eq!(soon(server).await.expect("no panic"), "configure");
}

/// Answers an upgrade with a status of HTTP.
async fn refuse(listener: &TcpListener, status: &str) {
    let (mut tcp, _) = soon(listener.accept()).await.expect("a connection");
    let mut request = Vec::new();
    while !request.ends_with(b"\r\n\r\n") {
        request.push(tcp.read_u8().await.expect("a request"));
    }
    let answer = format!("HTTP/1.1 {status}\r\ncontent-length: 0\r\nconnection: close\r\n\r\n");
    tcp.write_all(answer.as_bytes()).await.expect("the guest is there");
}

#[tokio::test]
async fn an_upgrade_refused_with_403_is_final_and_with_503_is_not() {
    let (listener, address) = listen().await;
    let (_guest, mut events) = connect(plain(address), WebSocketConnector::new());
    refuse(&listener, "503 Service Unavailable").await;
    until_phase(&mut events, Phase::Backoff).await;
    refuse(&listener, "403 Forbidden").await;
    until_phase(&mut events, Phase::Failed(FailReason::AccessDenied)).await;
    assert_eq!(soon(events.recv()).await, Some(Event::AccessDenied));
}

#[tokio::test]
async fn a_message_that_is_too_big_is_a_lost_transport() {
    let (listener, address) = listen().await;
    let connector = WebSocketConnector::new().max_message_size(2_000);
    let (_guest, mut events) = connect(plain(address), connector);
    let mut socket = accept(&listener).await;
    send(&mut socket, agent_text("m-1", &"x".repeat(1_000))).await;
    until(&mut events, |event| matches!(event, Event::MessageReceived(_))).await;
    send(&mut socket, agent_text("m-2", &"x".repeat(3_000))).await;
    until_phase(&mut events, Phase::Backoff).await;
    let _again = accept(&listener).await;
    until_phase(&mut events, Phase::Ready).await;
}

#[tokio::test]
async fn fragments_are_one_message_and_binary_is_none() {
    let (listener, address) = listen().await;
    let (_guest, mut events) = connect(plain(address), WebSocketConnector::new());
    let mut socket = accept(&listener).await;
    let whole = agent_text("m-1", "in three parts");
    let parts = [whole.slice(..10), whole.slice(10..50), whole.slice(50..)];
    for (number, part) in parts.into_iter().enumerate() {
        let kind = if number == 0 { Data::Text } else { Data::Continue };
        let frame = Frame::message(part, OpCode::Data(kind), number == 2);
        socket.send(Message::Frame(frame)).await.expect("the guest is there");
        // A control frame may come between the parts.
        socket.send(Message::Ping(bytes::Bytes::new())).await.expect("the guest is there");
    }
    let event = until(&mut events, |event| matches!(event, Event::MessageReceived(_))).await;
    let Event::MessageReceived(message) = event else { panic!("{event:?}") };
    assert_eq!(message.text.as_deref(), Some("in three parts"));
    socket.send(Message::Binary(whole)).await.expect("the guest is there");
    until(&mut events, |event| matches!(event, Event::Fault { .. })).await;
}

#[tokio::test]
async fn pings_of_the_server_are_answered() {
    let (listener, address) = listen().await;
    let (_guest, _events) = connect(plain(address), WebSocketConnector::new());
    let mut socket = accept(&listener).await;
    socket.send(Message::Ping("are you there".into())).await.expect("the guest is there");
    let pong = soon(socket.next()).await.expect("the guest is there").expect("no error");
    assert_eq!(pong, Message::Pong("are you there".into()));
}

#[tokio::test]
async fn a_close_of_the_server_passes_its_code_and_is_answered() {
    let (listener, address) = listen().await;
    let (_guest, mut events) = connect(plain(address), WebSocketConnector::new());
    for (code, phase) in [(1012_u16, Phase::Backoff), (1000, Phase::Closed)] {
        let mut socket = accept(&listener).await;
        until_phase(&mut events, Phase::Ready).await;
        let frame = CloseFrame { code: code.into(), reason: Utf8Bytes::default() };
        socket.send(Message::Close(Some(frame))).await.expect("the guest is there");
        let answer = soon(socket.next()).await.expect("an answer").expect("no error");
        let Message::Close(Some(frame)) = answer else { panic!("{answer:?}") };
        assert_eq!(u16::from(frame.code), code);
        until_phase(&mut events, phase).await;
    }
}

#[tokio::test]
async fn a_connection_that_breaks_is_dialed_again() {
    let (listener, address) = listen().await;
    let (_guest, mut events) = connect(plain(address), WebSocketConnector::new());
    drop(accept(&listener).await);
    until_phase(&mut events, Phase::Backoff).await;
    let _socket = accept(&listener).await;
    until_phase(&mut events, Phase::Ready).await;
}

#[tokio::test]
async fn a_server_that_does_not_answer_pings_is_dialed_again() {
    let (listener, address) = listen().await;
    let connector = WebSocketConnector::new().ping_interval(Some(Duration::from_millis(500)));
    let (_guest, mut events) = connect(plain(address), connector);
    // The library answers pings only while it is asked for messages.
    let _mute = accept(&listener).await;
    until_phase(&mut events, Phase::Ready).await;
    until_phase(&mut events, Phase::Backoff).await;
    let _again = accept(&listener).await;
    until_phase(&mut events, Phase::Ready).await;
}

#[tokio::test]
async fn a_server_that_answers_a_ping_gets_the_next_one() {
    let (listener, address) = listen().await;
    let connector = WebSocketConnector::new().ping_interval(Some(Duration::from_secs(1)));
    let (_guest, _events) = connect(plain(address), connector);
    let mut socket = accept(&listener).await;
    for number in [1_u64, 2] {
        let ping = soon(socket.next()).await.expect("the guest stays").expect("no error");
        assert_eq!(ping, Message::Ping(bytes::Bytes::copy_from_slice(&number.to_be_bytes())));
    }
}

#[tokio::test]
async fn an_endpoint_that_can_not_be_dialed_is_a_failed_dial_and_no_panic() {
    for endpoint in ["http://127.0.0.1:1", "ws://", "", "wss://[::1", "ws://127.0.0.1:1"] {
        let config = config().with_endpoint(endpoint);
        let (_guest, mut events) = connect(config, WebSocketConnector::new());
        until_phase(&mut events, Phase::Backoff).await;
    }
}

#[test]
fn mistakes_in_the_settings_are_told_at_once() {
    let connector = WebSocketConnector::new;
    assert!(connector().origin("two\nlines").is_err());
    assert!(connector().header("not a name", "x").is_err());
    let none = connector().root_certificates_pem(b"nothing").map(drop);
    assert!(matches!(none, Err(CertificateError::NoCertificate)), "{none:?}");
    assert!(connector().root_certificate_der(b"nothing").is_err());
    let secret = connector().header("authorization", "Bearer hunter2").expect("a good header");
    assert!(!format!("{secret:?}").contains("hunter2"));
}

//! A service in a few lines, and frames in a few words.

use std::time::Duration;

use bytes::Bytes;
use serde_json::{Value, json};
use tokio::time::{Instant, timeout, timeout_at};
use webmessaging_proto::{Config, Event, Phase};
use webmessaging_tokio::memory::{MemoryConnector, MemoryPeer, MemoryServer};
use webmessaging_tokio::{Events, Handle, Outgoing, connect};

pub(crate) const SEED: u64 = 7;

pub(crate) fn config() -> Config {
    Config::new("d-1", "t-1", SEED)
}

/// A session that is ready, by way of `connector`.
pub(crate) struct Ready {
    pub(crate) guest: Handle,
    pub(crate) events: Events,
    pub(crate) server: MemoryServer,
    pub(crate) peer: MemoryPeer,
}

pub(crate) async fn ready() -> Ready {
    ready_by(config(), MemoryConnector::new()).await
}

pub(crate) async fn ready_by(
    config: Config,
    (connector, mut server): (MemoryConnector, MemoryServer),
) -> Ready {
    let (guest, mut events) = connect(config, connector);
    let peer = accept(&mut server, true).await;
    until_phase(&mut events, Phase::Ready).await;
    Ready { guest, events, server, peer }
}

/// What does not come in this time, never comes: a broken test fails rather than hangs.
const PATIENCE: Duration = Duration::from_secs(60);

pub(crate) async fn soon<F: IntoFuture>(future: F) -> F::Output {
    timeout(PATIENCE, future).await.expect("something that was waited for did not come")
}

/// Takes the next dial and its configure.
pub(crate) async fn accept(server: &mut MemoryServer, new_session: bool) -> MemoryPeer {
    let mut peer = soon(server.dialed()).await.expect("a dial").accept();
    assert_eq!(next(&mut peer).await, "configure");
    peer.send(session_response(new_session)).await;
    peer
}

pub(crate) async fn until_phase(events: &mut Events, phase: Phase) {
    until(events, |event| *event == Event::PhaseChanged(phase)).await;
}

pub(crate) async fn until(events: &mut Events, is_it: impl Fn(&Event) -> bool) -> Event {
    loop {
        let event = soon(events.recv()).await.expect("the driver is there");
        if is_it(&event) {
            return event;
        }
    }
}

/// The next thing that the guest sends, in words.
pub(crate) async fn next(peer: &mut MemoryPeer) -> String {
    soon(peer.receive()).await.map_or_else(|| "gone".into(), |sent| words(&sent))
}

/// All that the guest sends in the next `millis`, with its time since `start`.
pub(crate) async fn record(
    peer: &mut MemoryPeer,
    start: Instant,
    until_millis: u64,
) -> Vec<(u64, String)> {
    let until = start + Duration::from_millis(until_millis);
    let mut sent = Vec::new();
    while let Ok(Some(next)) = timeout_at(until, peer.receive()).await {
        sent.push((millis_since(start), words(&next)));
    }
    sent
}

pub(crate) fn millis_since(start: Instant) -> u64 {
    u64::try_from(start.elapsed().as_millis()).expect("a short test")
}

pub(crate) fn words(sent: &Outgoing) -> String {
    match sent {
        Outgoing::Frame(frame) => describe(frame),
        Outgoing::Ping(number) => format!("ping {number}"),
        Outgoing::Close(code) => format!("close {code}"),
    }
}

pub(crate) fn describe(frame: &[u8]) -> String {
    let frame: Value = serde_json::from_slice(frame).expect("frames are JSON");
    let message = &frame["message"];
    match (frame["action"].as_str(), message["type"].as_str()) {
        (Some("configureSession"), _) => "configure".into(),
        (Some("onMessage"), Some("Event")) => {
            format!("typing {}", message["events"][0]["typing"]["type"].as_str().unwrap_or("?"))
        }
        (Some("onMessage"), Some("Text")) => {
            format!("text {}", message["text"].as_str().unwrap_or("?"))
        }
        (Some("onMessage"), Some("Receipt")) => {
            format!("receipt {}", message["id"].as_str().unwrap_or("?"))
        }
        (action, kind) => format!("{action:?} {kind:?}"),
    }
}

pub(crate) fn session_response(new_session: bool) -> Bytes {
    bytes(&json!({"type": "response", "class": "SessionResponse", "code": 200,
        "body": {"connected": true, "newSession": new_session}}))
}

/// The confirmation of a text frame.
pub(crate) fn echo(sent: &Outgoing, id: &str) -> Bytes {
    let Outgoing::Frame(frame) = sent else { panic!("not a frame: {sent:?}") };
    let frame: Value = serde_json::from_slice(frame).expect("frames are JSON");
    bytes(&json!({"type": "message", "class": "StructuredMessage", "code": 200,
        "tracingId": frame["tracingId"],
        "body": {"type": "Text", "direction": "Inbound", "id": id, "text": frame["message"]["text"],
            "channel": {"time": "2026-05-04T09:00:01.250Z", "messageId": id}}}))
}

/// An answer with an error to a frame.
pub(crate) fn error(sent: &Outgoing, code: u16) -> Bytes {
    let Outgoing::Frame(frame) = sent else { panic!("not a frame: {sent:?}") };
    let frame: Value = serde_json::from_slice(frame).expect("frames are JSON");
    bytes(&json!({"type": "response", "class": "string", "code": code,
        "tracingId": frame["tracingId"], "body": "no"}))
}

pub(crate) fn agent_text(id: &str, text: &str) -> Bytes {
    bytes(&json!({"type": "message", "class": "StructuredMessage", "code": 200,
        "body": {"type": "Text", "direction": "Outbound", "id": id, "text": text,
            "channel": {"time": "2026-05-04T09:00:07.904Z", "messageId": id}}}))
}

fn bytes(frame: &Value) -> Bytes {
    frame.to_string().into()
}

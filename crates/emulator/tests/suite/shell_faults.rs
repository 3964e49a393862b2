//! Faults that only a socket shows.

use std::time::{Duration, Instant};

use futures_util::{SinkExt, StreamExt};
use serde_json::{Value, json};
use tokio_tungstenite::tungstenite::Message;
use webmessaging_emulator::RunningEmulator;

use crate::{
    http::{PATIENCE, delete, get, post},
    socket::{Ended, Socket, builder, refused, start, url},
    world::{TOKEN, configure, text, typing},
};

async fn fault(emulator: &RunningEmulator, fault: &Value) -> Value {
    let answer = post(&format!("{}/faults", emulator.http_url()), fault).await;
    assert!(answer.status < 300, "{}", answer.body);
    answer.body
}

#[tokio::test]
async fn a_dropped_connection_ends_without_a_close_frame() {
    let emulator = start().await;
    let mut guest = Socket::guest(&emulator, TOKEN).await;
    assert_eq!(fault(&emulator, &json!({"fault": "drop"})).await, json!({"happened": true}));
    assert_eq!(guest.ended().await, Ended::Cut);
    Socket::guest(&emulator, TOKEN).await;
}

#[tokio::test]
async fn a_close_carries_its_code() {
    let emulator = start().await;
    let mut guest = Socket::guest(&emulator, TOKEN).await;
    fault(&emulator, &json!({"fault": "close", "code": 1012})).await;
    assert_eq!(guest.ended().await, Ended::Close(1012));
}

#[tokio::test]
async fn upgrades_are_refused_or_accepted_and_closed() {
    let emulator = builder().fault("refuse_upgrade*1".parse().unwrap()).start().await.unwrap();
    assert_eq!(refused(&url(&emulator)).await, 403);
    fault(&emulator, &json!({"fault": "accept_and_close", "code": 1013, "count": 1})).await;
    assert_eq!(Socket::open(&emulator).await.ended().await, Ended::Close(1013));
    Socket::guest(&emulator, TOKEN).await;
}

#[tokio::test]
async fn a_delay_takes_its_time() {
    let emulator = start().await;
    let mut guest = Socket::guest(&emulator, TOKEN).await;
    fault(&emulator, &json!({"fault": "delay", "ms": 150, "direction": "to_client"})).await;
    let start = Instant::now();
    assert_eq!(guest.ask(&text("t", "hi")).await["body"]["text"], "hi");
    assert!(start.elapsed() >= Duration::from_millis(150));
}

#[tokio::test]
async fn garbage_and_codes_arrive() {
    let emulator = start().await;
    let mut guest = Socket::guest(&emulator, TOKEN).await;
    fault(&emulator, &json!({"fault": "garbage", "body": "\u{1}%&"})).await;
    assert_eq!(guest.raw().await, "\u{1}%&");
    let body = json!({"fault": "rate_limit", "retry_after": 9, "on": ["typing"], "count": 1});
    fault(&emulator, &body).await;
    assert_eq!(guest.ask(&typing("On")).await["body"]["retryAfter"], 9);
    guest.say(&typing("On")).await;
    assert_eq!(guest.ask(&text("t", "hi")).await["code"], 200);
}

#[tokio::test]
async fn mute_answers_no_ping_until_it_is_cleared() {
    let emulator = start().await;
    let mut guest = Socket::guest(&emulator, TOKEN).await;
    let id = fault(&emulator, &json!({"fault": "mute"})).await["id"].take();
    let list = get(&format!("{}/faults", emulator.http_url())).await.body;
    assert_eq!(list, json!([{"id": id, "fault": "mute"}]));
    guest.0.send(Message::Ping(vec![1].into())).await.unwrap();
    let silence = tokio::time::timeout(Duration::from_millis(200), guest.0.next()).await;
    assert!(silence.is_err(), "{silence:?}");
    let cleared = delete(&format!("{}/agent/faults/{id}", emulator.http_url())).await;
    assert_eq!(cleared.body, json!({"cleared": 1}));
    let pong = tokio::time::timeout(PATIENCE, guest.0.next()).await.expect("a pong in time");
    assert_eq!(pong.unwrap().unwrap(), Message::Pong(vec![1].into()));
    assert_eq!(guest.ask(&configure(TOKEN)).await["body"]["newSession"], false);
}

#[tokio::test]
async fn a_peer_that_does_not_read_is_dropped_and_nobody_else_waits() {
    let mut options = webmessaging_emulator::Options::default();
    options.limits = webmessaging_emulator::Limits::off();
    let emulator = builder().options(options).start().await.unwrap();
    let _deaf = Socket::guest(&emulator, TOKEN).await;
    let mut talker = Socket::guest(&emulator, TOKEN).await;
    // Long ones fill the buffers of the system, short ones the emulator's own.
    let (long, short) = ("x".repeat(100_000), "x".to_owned());
    for n in 0..400 {
        let said = if n < 120 { &long } else { &short };
        let echoed = talker.ask(&text("t", said)).await;
        assert_eq!(echoed["code"], 200, "{n}");
    }
    let session = emulator.with(|service, _| service.sessions().remove(0));
    assert_eq!(session.connections.len(), 1);
}

#[tokio::test]
async fn a_dropped_connection_gets_nothing_of_what_was_still_on_its_way() {
    let mut options = webmessaging_emulator::Options::default();
    options.limits = webmessaging_emulator::Limits::off();
    let emulator = builder().options(options).start().await.unwrap();
    let mut slow = Socket::guest(&emulator, TOKEN).await;
    let long = "x".repeat(100_000);
    let conversation = emulator.with(|service, _| service.sessions().remove(0).conversation_id);
    for _ in 0..200 {
        emulator.with(|service, now| service.agent_text(&conversation, &long, None, now)).unwrap();
    }
    fault(&emulator, &json!({"fault": "drop"})).await;
    let mut arrived = 0;
    while let Ok(Some(Ok(message))) = tokio::time::timeout(PATIENCE, slow.0.next()).await {
        arrived += u32::from(message.is_text());
    }
    assert!(arrived < 200, "{arrived}");
}

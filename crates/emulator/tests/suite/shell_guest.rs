//! Guests over real sockets.

use futures_util::SinkExt;
use serde_json::json;
use tokio_tungstenite::tungstenite::{
    Message,
    protocol::{CloseFrame, frame::coding::CloseCode},
};

use crate::{
    http::PATIENCE,
    socket::{Ended, Socket, builder, refused, start, url},
    world::{DEPLOYMENT, TOKEN, close_session, echo, start_new, text, typing},
};

#[tokio::test]
async fn a_conversation_from_upgrade_to_goodbye() {
    let emulator = start().await;
    let mut guest = Socket::guest(&emulator, TOKEN).await;
    guest.say(&typing("On")).await;
    let echoed = guest.ask(&text("t-1", "hello")).await;
    assert_eq!((&echoed["tracingId"], &echoed["body"]["text"]), (&json!("t-1"), &json!("hello")));
    assert_eq!(guest.ask(&echo("e-1")).await["body"]["text"], "ping");
    assert_eq!(guest.ask(&close_session()).await["body"]["readOnly"], true);
    assert_eq!(guest.ask(&start_new(TOKEN)).await["body"]["newSession"], true);
    guest.0.close(None).await.unwrap();
    emulator.shutdown().await;
}

#[tokio::test]
async fn a_goodbye_is_answered_with_its_code() {
    let emulator = start().await;
    let mut guest = Socket::open(&emulator).await;
    let goodbye = CloseFrame { code: CloseCode::from(4_999), reason: "bye".into() };
    guest.0.close(Some(goodbye)).await.unwrap();
    assert_eq!(guest.ended().await, Ended::Close(4_999));
}

#[tokio::test]
async fn a_cut_connection_resumes() {
    let emulator = start().await;
    let guest = Socket::guest(&emulator, TOKEN).await;
    drop(guest);
    let mut guest = Socket::open(&emulator).await;
    let response = guest.ask(&crate::world::configure(TOKEN)).await;
    assert_eq!(response["body"]["newSession"], false);
}

#[tokio::test]
async fn the_fourth_socket_closes_the_first() {
    let emulator = start().await;
    let mut first = Socket::guest(&emulator, TOKEN).await;
    let mut others = Vec::new();
    for _ in 0..3 {
        others.push(Socket::guest(&emulator, TOKEN).await);
    }
    assert_eq!(first.frame().await["class"], "ConnectionClosedEvent");
    assert_eq!(first.ended().await, Ended::Close(1000));
    let echoed = others[2].ask(&text("t", "hi")).await;
    assert_eq!(others[0].frame().await["body"], echoed["body"]);
}

#[tokio::test]
async fn bad_messages_are_answered_and_the_neighbour_goes_on() {
    let emulator = start().await;
    let mut bad = Socket::guest(&emulator, "bad").await;
    let mut neighbour = Socket::guest(&emulator, TOKEN).await;
    for message in [
        Message::text("{"),
        Message::binary(vec![0, 159, 146, 150]),
        Message::text("x".repeat(300_000)),
    ] {
        bad.0.send(message).await.unwrap();
        assert_eq!(bad.frame().await["code"], 400);
    }
    // Beyond what is read at all.
    let _ = bad.0.send(Message::text("x".repeat(5_000_000))).await;
    assert!(matches!(bad.ended().await, Ended::Close(1009) | Ended::Cut));
    assert_eq!(neighbour.ask(&text("t", "hi")).await["body"]["text"], "hi");
}

#[tokio::test]
async fn pings_are_answered() {
    use futures_util::StreamExt;
    let emulator = start().await;
    let mut guest = Socket::open(&emulator).await;
    guest.0.send(Message::Ping(vec![7].into())).await.unwrap();
    let pong = tokio::time::timeout(PATIENCE, guest.0.next()).await.expect("a pong in time");
    assert_eq!(pong.unwrap().unwrap(), Message::Pong(vec![7].into()));
}

#[tokio::test]
async fn only_known_deployments_are_let_in() {
    let emulator = builder().deployment(DEPLOYMENT).start().await.unwrap();
    assert_eq!(refused(&emulator.ws_url()).await, 403);
    assert_eq!(refused(&format!("{}?deploymentId=other", emulator.ws_url())).await, 403);
    Socket::guest(&emulator, TOKEN).await;
}

#[tokio::test]
async fn shutdown_and_drop_end_every_socket() {
    let emulator = start().await;
    let mut guest = Socket::guest(&emulator, TOKEN).await;
    let address = emulator.local_addr();
    assert!(address.ip().is_loopback());
    let (ended, ()) = tokio::join!(guest.ended(), emulator.shutdown());
    assert_eq!(ended, Ended::Close(1001));
    assert!(tokio::net::TcpStream::connect(address).await.is_err());

    let emulator = start().await;
    let mut guest = Socket::guest(&emulator, TOKEN).await;
    let url = url(&emulator);
    drop(emulator);
    assert_eq!(guest.ended().await, Ended::Close(1001));
    drop(url);
}

#[tokio::test]
async fn two_emulators_know_nothing_of_each_other() {
    let (one, two) = tokio::join!(
        webmessaging_emulator::Emulator::builder().start(),
        webmessaging_emulator::Emulator::builder().start()
    );
    let (one, two) = (one.unwrap(), two.unwrap());
    let body = json!({"deploymentId": DEPLOYMENT});
    let create = format!("{}/api/v2/conversations/messaging", one.http_url());
    let conversation = crate::http::post(&create, &body).await.body;
    let mut guest = Socket::open(&two).await;
    let token = conversation["guestToken"].as_str().unwrap();
    assert_eq!(guest.ask(&crate::world::configure(token)).await["code"], 401);
    Socket::guest(&one, token).await;
}

//! REST and the agent's API over HTTP.

use hyper::Method;
use serde_json::{Value, json};
use webmessaging_emulator::service::AgentEventKind;

use crate::{
    http::{Events, delete, get, post, request},
    socket::{Socket, start},
    world::{DEPLOYMENT, TOKEN, configure, presence, receipt, text, typing},
};

#[tokio::test]
async fn a_backend_gets_a_guest_token_that_opens_the_conversation() {
    let emulator = start().await;
    let url = format!("{}/api/v2/conversations/messaging", emulator.http_url());
    let answer = post(&url, &json!({"deploymentId": DEPLOYMENT})).await;
    assert_eq!((answer.status, &answer.body["deploymentId"]), (200, &json!(DEPLOYMENT)));
    let token = answer.body["guestToken"].as_str().unwrap().to_owned();
    assert_eq!(token.split('.').count(), 3);
    Socket::guest(&emulator, &token).await;
    let sessions = get(&format!("{}/agent/sessions", emulator.http_url())).await.body;
    assert_eq!(sessions[0]["conversation_id"], answer.body["conversationId"]);
    assert!(!sessions.to_string().contains(&token), "the token is a secret");

    let renewed = post(&url, &json!({"conversationId": answer.body["conversationId"]})).await;
    assert_eq!(renewed.body["conversationId"], answer.body["conversationId"]);
    let mut again = Socket::open(&emulator).await;
    let response = again.ask(&configure(renewed.body["guestToken"].as_str().unwrap())).await;
    assert_eq!(response["body"]["newSession"], false);

    assert_eq!(request(Method::POST, &url, &[], "").await.status, 200, "a body is not needed");
    assert_eq!(request(Method::POST, &url, &[], "{").await.status, 400);
    assert_eq!(post(&url, &json!({"conversationId": "none"})).await.status, 404);
}

#[tokio::test]
async fn pages_of_any_origin_may_ask() {
    let emulator = start().await;
    let url = format!("{}/api/v2/conversations/messaging", emulator.http_url());
    let origin = ("origin", "https://page.example");
    let preflight = [
        origin,
        ("access-control-request-method", "POST"),
        ("access-control-request-headers", "content-type"),
    ];
    let answer = request(Method::OPTIONS, &url, &preflight, "").await;
    assert_eq!(
        (answer.status, &answer.headers["access-control-allow-origin"]),
        (200, &"*".parse().unwrap())
    );
    let answer = request(Method::POST, &url, &[origin], "{}").await;
    assert_eq!(answer.headers["access-control-allow-origin"], "*");
}

#[tokio::test]
async fn the_deployments_switches_can_be_read() {
    let emulator = start().await;
    let url =
        format!("{}/webdeployments/v1/deployments/{DEPLOYMENT}/config.json", emulator.http_url());
    let config = get(&url).await.body;
    assert_eq!(config["messenger"]["apps"]["conversations"]["showUserTypingIndicator"], true);
    assert_eq!(config["status"], "Active");
}

#[tokio::test]
async fn an_agent_sees_and_does_everything() {
    let emulator = start().await;
    let agent = format!("{}/agent", emulator.http_url());
    let mut all = Events::open(&format!("{agent}/events"), &[]).await;
    let mut guest = Socket::guest(&emulator, TOKEN).await;
    let opened = all.until("session_opened").await;
    let id = opened.data["conversation_id"].as_str().unwrap().to_owned();
    assert_ne!(id, TOKEN);
    let session = format!("{agent}/sessions/{id}");
    let mut own = Events::open(&format!("{session}/events"), &[]).await;

    // What happens elsewhere is not in it.
    let _neighbour = Socket::guest(&emulator, "neighbour").await;
    guest.say(&presence("Join")).await;
    guest.frame().await;
    assert_eq!(own.next().await.unwrap().kind, "guest_joined");
    guest.say(&typing("On")).await;
    assert_eq!(own.until("guest_typing").await.data["typing"], true);
    assert_eq!(get(&session).await.body["guest_typing"], true);
    guest.say(&typing("Off")).await;
    let off = own.until("guest_typing").await.data;
    assert_eq!((&off["typing"], &off["reason"]), (&json!(false), &json!("off")));
    guest.ask(&text("t", "hello")).await;
    assert_eq!(own.until("guest_message").await.data["message"]["text"], "hello");

    let typed = post(&format!("{session}/typing"), &json!({"type": "On"})).await;
    assert_eq!(typed.status, 204);
    assert_eq!(guest.frame().await["body"]["events"][0]["typing"]["type"], "On");
    let sent =
        post(&format!("{session}/messages"), &json!({"text": "hi", "nickname": "Kim"})).await;
    assert_eq!(sent.status, 201);
    let frame = guest.frame().await;
    assert_eq!(frame["body"]["channel"]["messageId"], sent.body["message_id"]);
    assert_eq!(frame["body"]["id"], sent.body["id"]);
    guest.say(&receipt(sent.body["message_id"].as_str().unwrap())).await;
    assert_eq!(own.until("message_read").await.data["message_id"], sent.body["message_id"]);
    let view = get(&session).await.body;
    let states = view["messages"].as_array().unwrap().iter().map(|m| (&m["from"], &m["state"]));
    assert_eq!(
        states.collect::<Vec<_>>(),
        [(&json!("guest"), &json!("Sent")), (&json!("agent"), &json!("Read"))]
    );

    assert_eq!(post(&format!("{session}/end"), &json!({"read_only": true})).await.status, 204);
    assert_eq!(guest.frame().await["body"]["metadata"]["readOnly"], "true");
    assert_eq!(own.until("conversation_ended").await.data["read_only"], true);
    drop(guest);
    assert_eq!(own.until("connections").await.data["count"], 0);
    let view = get(&session).await.body;
    assert_eq!((&view["read_only"], &view["connections"]), (&json!(true), &json!([])));
    let list = get(&format!("{agent}/sessions")).await.body;
    assert!(list.as_array().unwrap().len() == 2 && list.as_array().unwrap().contains(&view));
}

#[tokio::test]
async fn events_can_be_caught_up_with() {
    let emulator = start().await;
    let _guest = Socket::guest(&emulator, TOKEN).await;
    let url = format!("{}/agent/events", emulator.http_url());
    let mut all = Events::open(&format!("{url}?after=0"), &[]).await;
    let kinds = [all.next().await.unwrap(), all.next().await.unwrap()].map(|e| (e.id, e.kind));
    assert_eq!(kinds, [(1, "session_opened".to_owned()), (2, "connections".to_owned())]);
    let mut rest = Events::open(&url, &[("last-event-id", "1")]).await;
    assert_eq!(rest.next().await.unwrap().id, 2);
    emulator.shutdown().await;
    assert!(rest.next().await.is_none(), "the stream ends with the emulator");
}

#[tokio::test]
async fn what_an_agent_does_wrong_is_said() {
    let emulator = start().await;
    let agent = format!("{}/agent", emulator.http_url());
    let _guest = Socket::guest(&emulator, TOKEN).await;
    let sessions = get(&format!("{agent}/sessions")).await.body;
    let id = sessions[0]["conversation_id"].as_str().unwrap();
    let session = format!("{agent}/sessions/{id}");
    for (url, body, status) in [
        (format!("{agent}/sessions/none/messages"), json!({"text": "hi"}), 404),
        (format!("{session}/messages"), json!({"text": ""}), 400),
        (format!("{session}/messages"), json!({"txt": "hi"}), 400),
        (format!("{session}/messages"), json!({"text": "x".repeat(4001)}), 400),
        (format!("{session}/typing"), json!({"type": "Maybe"}), 400),
        (format!("{session}/typing"), json!({}), 400),
    ] {
        let answer = post(&url, &body).await;
        assert_eq!((answer.status, &answer.body["status"]), (status, &json!(status)), "{url}");
        assert!(!answer.body["message"].as_str().unwrap().is_empty());
    }
    let large = json!({"text": "x".repeat(70_000)});
    assert_eq!(post(&format!("{session}/messages"), &large).await.status, 413);
    for _ in 0..12 {
        post(&format!("{session}/typing"), &json!({"type": "On"})).await;
    }
    let often = post(&format!("{session}/typing"), &json!({"type": "On"})).await;
    assert_eq!(often.status, 429);
    assert!(often.headers.contains_key("retry-after"));
    assert_eq!(post(&format!("{session}/end"), &json!({"read_only": true})).await.status, 204);
    assert_eq!(post(&format!("{session}/end"), &json!({})).await.status, 409);
    assert_eq!(get(&format!("{agent}/sessions/none")).await.status, 404);
    assert_eq!(get(&format!("{agent}/sessions/none/events")).await.status, 404);
    assert_eq!(delete(&format!("{agent}/faults/9")).await.status, 404);
    assert_eq!(post(&format!("{agent}/faults"), &json!({"fault": "explode"})).await.status, 400);
    assert_eq!(get(&format!("{agent}/nothing")).await.body, Value::Null);
}

#[tokio::test]
async fn a_host_in_the_same_process_needs_no_http() {
    let emulator = start().await;
    let mut events = emulator.events();
    let mut guest = Socket::guest(&emulator, TOKEN).await;
    let opened = events.next().await.unwrap();
    assert_eq!(opened.kind, AgentEventKind::SessionOpened);
    emulator.with(|service, now| {
        service.agent_text(&opened.conversation_id, "hello", None, now).unwrap();
    });
    assert_eq!(guest.frame().await["body"]["text"], "hello");
    emulator.shutdown().await;
    while events.next().await.is_some() {}
}

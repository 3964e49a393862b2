//! The guest's WebSocket: the upgrade, and one task for each socket that carries messages both ways.

use std::{collections::BTreeMap, sync::Arc, time::Duration};

use axum::{
    extract::{
        Query, State, WebSocketUpgrade,
        ws::{CloseFrame, Message, Utf8Bytes, WebSocket},
    },
    http::{StatusCode, header},
    response::{IntoResponse, Response},
};

use tokio::time::timeout;

use super::shared::{Shared, SocketCommand, SocketFeed};
use crate::service::{ConnectError, Payload};

/// The largest message that is read at all. The service answers 400 to what is beyond its own cap; beyond this one the
/// socket is closed with 1009.
const LARGEST: usize = 4 * 1024 * 1024;
/// How long the peer may take none of what is sent to it.
const STALL: Duration = Duration::from_secs(30);
/// How long the peer has to answer a close frame, or to take the last frame.
const FAREWELL: Duration = Duration::from_secs(2);

const GOING_AWAY: u16 = 1001;
const PROTOCOL_ERROR: u16 = 1002;
const TOO_BIG: u16 = 1009;

/// `GET /v1?deploymentId=`; `application` and whatever else is asked along with it says nothing to the service.
pub(super) async fn upgrade(
    State(shared): State<Arc<Shared>>,
    Query(query): Query<BTreeMap<String, String>>,
    upgrade: WebSocketUpgrade,
) -> Response {
    let deployment_id = query.get("deploymentId").map_or("", String::as_str);
    let feed = match shared.connect(deployment_id) {
        Ok(feed) => feed,
        Err(error) => return refused(&error),
    };
    let (id, on_failure) = (feed.id, Arc::clone(&shared));
    upgrade
        .max_message_size(LARGEST)
        .max_frame_size(LARGEST)
        .on_failed_upgrade(move |_| on_failure.disconnected(id))
        .on_upgrade(move |socket| async move {
            run(socket, feed, &shared).await;
            shared.disconnected(id);
        })
}

fn refused(error: &ConnectError) -> Response {
    let status = StatusCode::from_u16(error.status()).unwrap_or(StatusCode::FORBIDDEN);
    let mut response = (status, error.to_string()).into_response();
    if let ConnectError::TooMany { retry_after } = error {
        response.headers_mut().insert(header::RETRY_AFTER, (*retry_after).into());
    }
    response
}

/// Ends when the socket does, from either side. Dropping the socket without a close frame is how a connection is cut.
async fn run(mut socket: WebSocket, feed: SocketFeed, shared: &Shared) {
    let SocketFeed { id, mut commands, mut reading, abort, mut stopping } = feed;
    let cut = abort.notified();
    tokio::pin!(cut);
    loop {
        let may_read = *reading.borrow_and_update();
        tokio::select! {
            biased;
            () = &mut cut => return,
            command = commands.recv() => match command {
                Some(SocketCommand::Send(text)) => {
                    let frame = Message::Text(text.into_inner().into());
                    tokio::select! {
                        () = &mut cut => return,
                        sent = timeout(STALL, socket.send(frame)) => {
                            if !matches!(sent, Ok(Ok(()))) {
                                return;
                            }
                        }
                    }
                }
                Some(SocketCommand::Close(code)) => return close(socket, code).await,
                None => return,
            },
            () = stopping.stopped() => return close(socket, GOING_AWAY).await,
            changed = reading.changed() => if changed.is_err() { return },
            message = socket.recv(), if may_read => match message {
                Some(Ok(Message::Text(text))) => {
                    shared.with(|service, now| service.receive(id, Payload::Text(&text), now));
                }
                Some(Ok(Message::Binary(_))) => {
                    shared.with(|service, now| service.receive(id, Payload::Binary, now));
                }
                Some(Ok(Message::Ping(_) | Message::Pong(_))) => {}
                // The library answers it with the next read.
                Some(Ok(Message::Close(_))) => return part(socket).await,
                None => return,
                Some(Err(error)) => {
                    // The library's error type is not public here; its text names the one case that matters.
                    let too_big = error.to_string().contains("too long");
                    return close(socket, if too_big { TOO_BIG } else { PROTOCOL_ERROR }).await;
                }
            },
        }
    }
}

/// Says goodbye and waits for the answer, so that what was sent before still arrives.
async fn close(mut socket: WebSocket, code: u16) {
    let frame = CloseFrame { code, reason: Utf8Bytes::default() };
    // A peer that takes nothing any more is dropped.
    if let Ok(Ok(())) = timeout(FAREWELL, socket.send(Message::Close(Some(frame)))).await {
        part(socket).await;
    }
}

/// Reads on to the end, for both goodbyes to be said; not for longer than a peer may take that never answers.
async fn part(mut socket: WebSocket) {
    let farewell = async { while let Some(Ok(_)) = socket.recv().await {} };
    let _ = timeout(FAREWELL, farewell).await;
}

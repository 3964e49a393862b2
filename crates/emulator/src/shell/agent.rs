//! The agent's API: sessions, commands, and events as they happen.

use std::sync::Arc;

use axum::{
    Json, Router,
    body::Bytes,
    extract::{Path, Query, State},
    http::{HeaderMap, StatusCode},
    response::{
        IntoResponse,
        sse::{Event, Sse},
    },
    routing::{get, post},
};
use futures_util::Stream;
use serde::Deserialize;

use super::{
    api_error::{ApiError, read},
    server_sent,
    shared::Shared,
};
use crate::service::{AgentError, MessageView, SessionView};

type App = State<Arc<Shared>>;

pub(super) fn routes() -> Router<Arc<Shared>> {
    Router::new()
        .route("/sessions", get(sessions))
        .route("/sessions/{id}", get(session))
        .route("/sessions/{id}/messages", post(send))
        .route("/sessions/{id}/typing", post(typing))
        .route("/sessions/{id}/end", post(end))
        .route("/sessions/{id}/events", get(session_events))
        .route("/events", get(events))
}

async fn sessions(State(shared): App) -> Json<Vec<SessionView>> {
    Json(shared.with(|service, now| {
        service.tick(now);
        service.sessions()
    }))
}

async fn session(
    State(shared): App,
    Path(id): Path<String>,
) -> Result<Json<SessionView>, ApiError> {
    find(&shared, id).map(Json)
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Send {
    text: String,
    nickname: Option<String>,
}

async fn send(
    State(shared): App,
    Path(id): Path<String>,
    body: Bytes,
) -> Result<(StatusCode, Json<Arc<MessageView>>), ApiError> {
    let Send { text, nickname } = read(&body)?;
    let message =
        shared.with(|service, now| service.agent_text(&id, &text, nickname.as_deref(), now))?;
    Ok((StatusCode::CREATED, Json(message)))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Typing {
    #[serde(rename = "type")]
    kind: Switch,
    nickname: Option<String>,
}

#[derive(Deserialize)]
enum Switch {
    On,
    Off,
}

async fn typing(
    State(shared): App,
    Path(id): Path<String>,
    body: Bytes,
) -> Result<StatusCode, ApiError> {
    let Typing { kind, nickname } = read(&body)?;
    let on = matches!(kind, Switch::On);
    shared.with(|service, now| service.agent_typing(&id, on, nickname.as_deref(), now))?;
    Ok(StatusCode::NO_CONTENT)
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct End {
    #[serde(default)]
    read_only: bool,
}

async fn end(
    State(shared): App,
    Path(id): Path<String>,
    body: Bytes,
) -> Result<StatusCode, ApiError> {
    let End { read_only } = read(&body)?;
    shared.with(|service, now| service.agent_end(&id, read_only, now))?;
    Ok(StatusCode::NO_CONTENT)
}

#[derive(Deserialize)]
struct Since {
    after: Option<u64>,
}

async fn events(
    State(shared): App,
    Query(since): Query<Since>,
    headers: HeaderMap,
) -> impl IntoResponse {
    stream(&shared, &since, &headers, None)
}

async fn session_events(
    State(shared): App,
    Path(id): Path<String>,
    Query(since): Query<Since>,
    headers: HeaderMap,
) -> Result<impl IntoResponse, ApiError> {
    let session = find(&shared, id)?;
    Ok(stream(&shared, &since, &headers, Some(session.conversation_id)))
}

fn find(shared: &Shared, id: String) -> Result<SessionView, ApiError> {
    let session = shared.with(|service, now| {
        service.tick(now);
        service.session(&id)
    });
    session.ok_or_else(|| AgentError::NotFound(id).into())
}

fn stream(
    shared: &Shared,
    since: &Since,
    headers: &HeaderMap,
    conversation: Option<String>,
) -> Sse<impl Stream<Item = Result<Event, std::convert::Infallible>> + use<>> {
    let resumed = headers.get("last-event-id").and_then(|id| id.to_str().ok()?.parse().ok());
    let subscription = shared.subscribe(resumed.or(since.after));
    server_sent::respond(subscription, conversation, shared.stopping())
}

//! The faults API: put in force, list, clear.

use std::sync::Arc;

use axum::{
    Json, Router,
    body::Bytes,
    extract::{Path, State},
    http::StatusCode,
    routing::{delete, get},
};
use serde_json::{Value, json};

use super::{
    api_error::{ApiError, read},
    shared::Shared,
};
use crate::service::{Fault, FaultView, Service};

type App = State<Arc<Shared>>;

pub(super) fn routes() -> Router<Arc<Shared>> {
    Router::new().route("/", get(list).post(add).delete(clear_all)).route("/{id}", delete(clear))
}

async fn list(State(shared): App) -> Json<Vec<FaultView>> {
    Json(shared.with(|service, _| service.faults()))
}

/// 201 with its number for a fault that is now in force, 200 for one that has happened.
async fn add(State(shared): App, body: Bytes) -> Result<(StatusCode, Json<Value>), ApiError> {
    let fault: Fault = read(&body)?;
    Ok(match shared.with(|service, now| service.add_fault(fault, now))? {
        Some(id) => (StatusCode::CREATED, Json(json!({"id": id}))),
        None => (StatusCode::OK, Json(json!({"happened": true}))),
    })
}

async fn clear_all(State(shared): App) -> Json<Value> {
    let cleared = shared.with(|service: &mut Service, now| service.clear_faults(None, now));
    Json(json!({"cleared": cleared}))
}

async fn clear(State(shared): App, Path(id): Path<u64>) -> Result<Json<Value>, ApiError> {
    match shared.with(|service, now| service.clear_faults(Some(id), now)) {
        0 => Err(ApiError::new(StatusCode::NOT_FOUND, format!("no fault has id {id}"))),
        cleared => Ok(Json(json!({"cleared": cleared}))),
    }
}

//! Errors of the HTTP APIs as JSON, and bodies read without asking for a content type.

use axum::{
    Json,
    body::Bytes,
    http::{StatusCode, header},
    response::{IntoResponse, Response},
};
use serde::de::DeserializeOwned;
use serde_json::json;

use crate::service::{AgentError, ConversationError, FaultError};

#[derive(Debug)]
pub(super) struct ApiError {
    status: StatusCode,
    message: String,
    retry_after: Option<u64>,
}

impl ApiError {
    pub(super) fn new(status: StatusCode, message: impl Into<String>) -> Self {
        Self { status, message: message.into(), retry_after: None }
    }
}

impl IntoResponse for ApiError {
    fn into_response(self) -> Response {
        let body = json!({"status": self.status.as_u16(), "message": self.message});
        let mut response = (self.status, Json(body)).into_response();
        if let Some(seconds) = self.retry_after {
            response.headers_mut().insert(header::RETRY_AFTER, seconds.into());
        }
        response
    }
}

impl From<AgentError> for ApiError {
    fn from(error: AgentError) -> Self {
        let (status, retry_after) = match error {
            AgentError::NotFound(_) => (StatusCode::NOT_FOUND, None),
            AgentError::Ended => (StatusCode::CONFLICT, None),
            AgentError::EmptyText | AgentError::TextTooLong { .. } => {
                (StatusCode::BAD_REQUEST, None)
            }
            AgentError::TooMany { retry_after } => {
                (StatusCode::TOO_MANY_REQUESTS, Some(retry_after))
            }
        };
        Self { status, message: error.to_string(), retry_after }
    }
}

impl From<ConversationError> for ApiError {
    fn from(error: ConversationError) -> Self {
        Self::new(StatusCode::NOT_FOUND, error.to_string())
    }
}

impl From<FaultError> for ApiError {
    fn from(error: FaultError) -> Self {
        let status = match error {
            FaultError::Full(_) => StatusCode::CONFLICT,
            _ => StatusCode::BAD_REQUEST,
        };
        Self::new(status, error.to_string())
    }
}

/// Reads a JSON body. An empty one is an empty object, and no content type is needed, so that `curl -d` will do.
pub(super) fn read<T: DeserializeOwned>(body: &Bytes) -> Result<T, ApiError> {
    let body = if body.trim_ascii().is_empty() { b"{}" } else { body.as_ref() };
    serde_json::from_slice(body)
        .map_err(|error| ApiError::new(StatusCode::BAD_REQUEST, error.to_string()))
}

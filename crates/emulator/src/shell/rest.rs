//! REST as guests' backends and clients use it: a conversation with its guest token, and the deployment's switches.

use std::sync::Arc;

use axum::{
    Json, Router,
    body::Bytes,
    extract::{Path, State},
    http::StatusCode,
    routing::{get, post},
};
use serde::Deserialize;
use serde_json::{Value, json};

use super::{
    api_error::{ApiError, read},
    shared::Shared,
};
use crate::service::Conversation;

pub(super) fn routes() -> Router<Arc<Shared>> {
    Router::new()
        .route("/api/v2/conversations/messaging", post(create))
        .route("/webdeployments/v1/deployments/{deployment_id}/config.json", get(config))
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Create {
    deployment_id: Option<String>,
    conversation_id: Option<String>,
}

async fn create(
    State(shared): State<Arc<Shared>>,
    body: Bytes,
) -> Result<Json<Conversation>, ApiError> {
    let Create { deployment_id, conversation_id } = read(&body)?;
    let conversation = shared.with(|service, now| {
        service.create_conversation(deployment_id.as_deref(), conversation_id.as_deref(), now)
    })?;
    Ok(Json(conversation))
}

/// The switches that clients read before they connect.
async fn config(
    State(shared): State<Arc<Shared>>,
    Path(deployment_id): Path<String>,
) -> Result<Json<Value>, ApiError> {
    let options = shared.with(|service, _| service.options().clone());
    if !options.knows_deployment(&deployment_id) {
        let message = format!("no deployment has id {deployment_id:?}");
        return Err(ApiError::new(StatusCode::NOT_FOUND, message));
    }
    Ok(Json(json!({
        "id": deployment_id,
        "version": "1",
        "languages": ["en-us"],
        "defaultLanguage": "en-us",
        "apiEndpoint": "",
        "auth": {"enabled": false, "allowSessionUpgrade": false},
        "messenger": {
            "enabled": true,
            "apps": {"conversations": {
                "messagingEndpoint": "",
                "showAgentTypingIndicator": true,
                "showUserTypingIndicator": options.typing,
                "autoStart": {"enabled": false},
                "markdown": {"enabled": false},
                "conversationDisconnect": {"enabled": true, "type": "ReadOnly"},
                "conversationClear": {"enabled": options.conversation_clear},
                "humanize": {"enabled": false},
            }},
            "fileUpload": {"enableAttachments": false, "modes": []},
            "styles": {"primaryColor": "#ff0000"},
            "launcherButton": {"visibility": "On"},
        },
        "journeyEvents": {"enabled": false},
        "status": "Active",
    })))
}

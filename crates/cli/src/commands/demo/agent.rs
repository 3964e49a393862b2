//! The agent's side of the conversation, over HTTP and server-sent events.
//!
//! Owns: the calls of the emulator's agent API. Must not know: the guest's side.

use eventsource_stream::Eventsource;
use futures_util::StreamExt;
use reqwest::{Client, Response};
use serde::Deserialize;
use serde_json::{Value, json};
use tokio::sync::mpsc;

use super::DemoError;

const DEPLOYMENT: &str = "0b8f2f0e-3d52-4a4f-8a5b-6f1f0d6f9c21";
const NICKNAME: &str = "Kim";

/// What the guest's backend gives to the guest.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Credentials {
    pub(super) guest_token: String,
    pub(super) conversation_id: String,
    pub(super) deployment_id: String,
}

/// What the agent's side is told, as it happens.
#[derive(Clone, Debug, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub(super) enum AgentNews {
    SessionOpened,
    SessionResumed,
    Connections {
        count: usize,
    },
    GuestTyping {
        typing: bool,
        reason: Option<String>,
    },
    GuestMessage {
        message: MessageSeen,
    },
    AgentMessage {
        message: MessageSeen,
    },
    AgentTyping {
        typing: bool,
    },
    MessageRead {
        message_id: String,
    },
    #[serde(other)]
    Other,
}

/// A message as the agent's side shows it.
#[derive(Clone, Debug, Deserialize)]
pub(super) struct MessageSeen {
    pub(super) message_id: String,
    pub(super) text: String,
    pub(super) from: String,
    pub(super) state: String,
}

/// The conversation as the agent's side shows it.
#[derive(Debug, Deserialize)]
pub(super) struct ConversationSeen {
    pub(super) guest_typing: bool,
    pub(super) messages: Vec<MessageSeen>,
}

#[derive(Clone, Debug)]
pub(super) struct Agent {
    http: Client,
    base: String,
    conversation: String,
}

impl Agent {
    /// Opens a conversation as a guest's backend does, and listens to it as an agent does.
    pub(super) async fn engage(
        base: &str,
    ) -> Result<(Self, mpsc::Receiver<AgentNews>, Credentials), DemoError> {
        let http = Client::builder().no_proxy().build()?;
        let request = json!({ "deploymentId": DEPLOYMENT });
        let url = format!("{base}/api/v2/conversations/messaging");
        let response = http.post(url).json(&request).send().await?.error_for_status()?;
        let credentials: Credentials = response.json().await?;

        let conversation = credentials.conversation_id.clone();
        let agent = Self { http, base: base.to_owned(), conversation };
        // Of all conversations: this one begins only when its guest connects.
        let events = agent.http.get(format!("{base}/agent/events")).send().await?;
        let (sender, news) = mpsc::channel(256);
        tokio::spawn(listen(events.error_for_status()?, sender));
        Ok((agent, news, credentials))
    }

    pub(super) async fn say(&self, text: &str) -> Result<(), DemoError> {
        self.post("messages", &json!({ "text": text, "nickname": NICKNAME })).await
    }

    pub(super) async fn start_typing(&self) -> Result<(), DemoError> {
        self.post("typing", &json!({ "type": "On", "nickname": NICKNAME })).await
    }

    /// The emulator makes something go wrong, for this conversation alone.
    pub(super) async fn fault(&self, mut fault: Value) -> Result<(), DemoError> {
        fault["conversation_id"] = Value::from(self.conversation.as_str());
        let url = format!("{}/faults", self.base);
        self.http.post(url).json(&fault).send().await?.error_for_status()?;
        Ok(())
    }

    pub(super) async fn view(&self) -> Result<ConversationSeen, DemoError> {
        let url = format!("{}/agent/sessions/{}", self.base, self.conversation);
        Ok(self.http.get(url).send().await?.error_for_status()?.json().await?)
    }

    async fn post(&self, what: &str, body: &Value) -> Result<(), DemoError> {
        let url = format!("{}/agent/sessions/{}/{what}", self.base, self.conversation);
        self.http.post(url).json(body).send().await?.error_for_status()?;
        Ok(())
    }
}

/// Passes the events on until either end is gone.
async fn listen(events: Response, news: mpsc::Sender<AgentNews>) {
    let mut events = events.bytes_stream().eventsource();
    while let Some(Ok(event)) = events.next().await {
        let event = serde_json::from_str(&event.data).unwrap_or(AgentNews::Other);
        if news.send(event).await.is_err() {
            return;
        }
    }
}

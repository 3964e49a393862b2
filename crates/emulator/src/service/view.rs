//! What the agent's side sees: sessions and messages as data, and events as they happen. No token is in any of it.

use std::{collections::BTreeMap, fmt, sync::Arc, time::Duration};

use chrono::SecondsFormat;
use serde::{Deserialize, Serialize, Serializer};

use super::{clock::date_time, connection::ConnectionId, private::Private, session::SessionLife};

/// A time. Written, and in JSON, it is ISO 8601 with milliseconds and `Z`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Timestamp(Duration);

impl Timestamp {
    /// The time that is so long after the beginning of Unix time.
    #[must_use]
    pub const fn from_unix(unix: Duration) -> Self {
        Self(unix)
    }

    /// How long it is after the beginning of Unix time.
    #[must_use]
    pub const fn unix(self) -> Duration {
        self.0
    }
}

impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&date_time(self.0).to_rfc3339_opts(SecondsFormat::Millis, true))
    }
}

impl Serialize for Timestamp {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

/// Who wrote a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Author {
    /// The guest.
    Guest,
    /// The agent.
    Agent,
}

/// Whether a message was read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub enum MessageState {
    /// On its way, or unread.
    Sent,
    /// The guest has sent a receipt for it.
    Read,
}

/// A message of a conversation.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct MessageView {
    /// `id` of the frame's body.
    pub id: String,
    /// `channel.messageId` of the frame's body.
    pub message_id: Arc<str>,
    /// Who wrote it.
    pub from: Author,
    /// The agent's name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub nickname: Option<String>,
    /// Its text.
    pub text: Private,
    /// `channel.time`
    pub time: Timestamp,
    /// Sent or Read.
    pub state: MessageState,
}

/// A session.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
#[allow(clippy::struct_excessive_bools)] // independent facts, each its own member of the JSON
pub struct SessionView {
    /// What names it on the agent's side.
    pub conversation_id: String,
    /// The deployment of its guest.
    pub deployment_id: String,
    /// Open, ended or expired.
    #[serde(rename = "state")]
    pub life: SessionLife,
    /// Nobody can write any more.
    pub read_only: bool,
    /// The guest's connections, oldest first.
    pub connections: Vec<ConnectionId>,
    /// The guest has sent Join.
    pub joined: bool,
    /// The indicator that the agent sees.
    pub guest_typing: bool,
    /// The agent has typing switched on.
    pub agent_typing: bool,
    /// Unix seconds.
    pub expires_at: u64,
    /// The newest of the guest.
    pub custom_attributes: BTreeMap<Private, Private>,
    /// Oldest first.
    pub messages: Vec<Arc<MessageView>>,
}

/// Why a guest's typing indicator went out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum TypingEnd {
    /// The guest sent Off.
    Off,
    /// No further On came in time.
    Expired,
    /// A text came.
    Message,
    /// The guest's last connection is gone.
    Disconnected,
    /// The conversation is over.
    Ended,
}

/// What happened, to whom, and when.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct AgentEvent {
    /// When.
    pub time: Timestamp,
    /// The session.
    pub conversation_id: Arc<str>,
    /// What happened.
    #[serde(flatten)]
    pub kind: AgentEventKind,
}

/// What happened. In JSON, `type` is the variant in snake case.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "type", rename_all = "snake_case")]
#[non_exhaustive]
pub enum AgentEventKind {
    /// A guest opened a session.
    SessionOpened,
    /// A guest came back to its session.
    SessionResumed,
    /// The number of the guest's connections changed.
    Connections {
        /// Connections now.
        count: usize,
    },
    /// The guest sent Join.
    GuestJoined,
    /// "guest is typing" goes on or out.
    GuestTyping {
        /// On or out.
        typing: bool,
        /// Why it went out.
        #[serde(skip_serializing_if = "Option::is_none")]
        reason: Option<TypingEnd>,
    },
    /// A text of the guest.
    GuestMessage {
        /// The message.
        message: Arc<MessageView>,
    },
    /// A text of the agent was sent.
    AgentMessage {
        /// The message.
        message: Arc<MessageView>,
    },
    /// The agent's typing was switched on or off.
    AgentTyping {
        /// On or off.
        typing: bool,
    },
    /// A receipt of the guest came in.
    MessageRead {
        /// `channel.messageId` of the agent's message.
        message_id: Arc<str>,
    },
    /// The agent ended the conversation.
    ConversationEnded {
        /// Nobody can write any more.
        read_only: bool,
    },
    /// The guest closed its session.
    SessionClosed,
    /// The guest wiped its conversation; the session is gone.
    SessionCleared,
    /// The session was idle for too long.
    SessionExpired,
}

//! Messages (`wire.md` 3.4).
//!
//! Owns: [`StructuredMessage`] and who sent it where. Must not know: what a session makes of it.

use alloc::borrow::Cow;
use alloc::vec::Vec;

use serde::Serialize;

use super::owned::owned;
use super::{Content, MessageEvent, Metadata};
use crate::sensitive::Sensitive;

/// `StructuredMessage`: a message, or a carrier of events (`wire.md` 3.4).
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[non_exhaustive]
pub struct StructuredMessage<'a> {
    /// The service's id of this frame's message; empty if it has none. See [`key`](Self::key).
    pub id: Cow<'a, str>,
    /// What the message is.
    pub kind: MessageKind,
    /// Which way it goes.
    pub direction: Direction,
    /// The text.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub text: Option<Sensitive<'a>>,
    /// Where and when it was said, and by whom.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub channel: Option<Channel<'a>>,
    /// Attachments, choices, cards.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub content: Vec<Content<'a>>,
    /// Events, in the order in which they happened.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub events: Vec<MessageEvent<'a>>,
    /// What else the service has to say: `readOnly`, `durationSeconds`, `customMessageId`, ...
    #[serde(skip_serializing_if = "Metadata::is_empty")]
    pub metadata: Metadata<'a>,
    /// What kind of being wrote it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub originating_entity: Option<OriginatingEntity>,
    /// The message that this one answers.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub originating_message_id: Option<Cow<'a, str>>,
    /// Of a receipt: what became of the message with this id (`wire.md` 9.2).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub status: Option<MessageStatus>,
    /// Of a receipt with status `Failed`: why (`wire.md` 9.2).
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub reasons: Vec<Reason<'a>>,
    /// Of a receipt: whether it is the last (`wire.md` 9.2).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub is_final_receipt: Option<bool>,
}

owned!(StructuredMessage {
    id,
    kind,
    direction,
    text,
    channel,
    content,
    events,
    metadata,
    originating_entity,
    originating_message_id,
    status,
    reasons,
    is_final_receipt,
});

impl StructuredMessage<'_> {
    /// What names the message for good, whichever frame tells of it (`wire.md` 3.7): the channel's
    /// message id, or else the frame's own.
    #[must_use]
    pub fn key(&self) -> &str {
        self.channel
            .as_ref()
            .and_then(|channel| channel.message_id.as_deref())
            .filter(|id| !id.is_empty())
            .unwrap_or(&self.id)
    }

    /// The name that the sender goes by.
    #[must_use]
    pub fn sender_name(&self) -> Option<&str> {
        let sender = self.channel.as_ref()?.from.as_ref()?;
        sender.nickname.as_deref().filter(|name| !name.is_empty())
    }
}

/// What a message is (`wire.md` 3.4).
#[derive(Clone, Copy, Debug, Default, Eq, Hash, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum MessageKind {
    /// A text, perhaps with attachments.
    Text,
    /// A text with choices, cards or the like.
    Structured,
    /// Events.
    Event,
    /// What became of a message.
    Receipt,
    /// In the service's schema, and nowhere seen.
    Message,
    /// Absent, or a value that is not known.
    #[default]
    Unknown,
}

/// Which way a message goes (`wire.md` 3.4).
#[derive(Clone, Copy, Debug, Default, Eq, Hash, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Direction {
    /// From the guest: an echo of this connection's own, or another connection's.
    Inbound,
    /// To the guest.
    Outbound,
    /// Absent, or a value that is not known.
    #[default]
    Unknown,
}

/// What kind of being wrote a message (`wire.md` 3.4).
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum OriginatingEntity {
    /// A human.
    Human,
    /// A bot.
    Bot,
    /// A value that is not known.
    Unknown,
}

/// What became of a message (`wire.md` 9.2).
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum MessageStatus {
    /// It was sent.
    Sent,
    /// It has arrived.
    Delivered,
    /// It was read.
    Read,
    /// It was published.
    Published,
    /// It was removed.
    Removed,
    /// It did not arrive.
    Failed,
    /// A value that is not known.
    Unknown,
}

/// Why a message did not arrive (`wire.md` 9.2).
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Reason<'a> {
    /// The code, such as `MessageExpired`.
    pub code: Cow<'a, str>,
    /// The words for a human.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub message: Option<Sensitive<'a>>,
}

owned!(Reason { code, message });

/// Where and when a message was said, and by whom (`wire.md` 3.4).
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Channel<'a> {
    /// When, in ISO 8601, as the sender's clock had it; not checked.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub time: Option<Cow<'a, str>>,
    /// What names the message for good; bots leave it out.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub message_id: Option<Cow<'a, str>>,
    /// `type`: `Private` or `Public`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub kind: Option<Cow<'a, str>>,
    /// By whom.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub from: Option<Participant<'a>>,
    /// To whom.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub to: Option<Participant<'a>>,
    /// `metadata.customAttributes`: what the guest's host said with it.
    #[serde(skip_serializing_if = "Metadata::is_empty")]
    pub custom_attributes: Metadata<'a>,
}

owned!(Channel { time, message_id, kind, from, to, custom_attributes });

/// Someone in the conversation (`wire.md` 3.4). `Debug` shows the nickname alone.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Participant<'a> {
    /// The first name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub first_name: Option<Sensitive<'a>>,
    /// The last name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub last_name: Option<Sensitive<'a>>,
    /// The name to show.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub nickname: Option<Cow<'a, str>>,
    /// The address of a picture.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub image: Option<Sensitive<'a>>,
}

owned!(Participant { first_name, last_name, nickname, image });

//! The service's frames as a Rust programmer writes them down for `serde`.
//!
//! Owns: the structs that the JSON libraries fill. Must not know: how they are measured.
//!
//! They hold what the product's own frames hold, and borrow wherever the library can lend: the
//! strongest form, where the usual one has a `String` a member.

// Filled, and not read.
#![allow(dead_code)]

use std::borrow::Cow;
use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// Borrowed wherever it stands: a `Cow` inside an `Option` or a list is owned otherwise.
#[derive(Debug, Deserialize, Eq, Ord, PartialEq, PartialOrd)]
#[serde(transparent)]
pub struct Text<'a>(#[serde(borrow)] Cow<'a, str>);

/// A frame of any class: its `class` says what its `body` is.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Tagged<'a> {
    #[serde(rename = "type", borrow)]
    kind: Text<'a>,
    code: u16,
    tracing_id: Option<Text<'a>>,
    #[serde(flatten)]
    body: AnyBody<'a>,
}

#[derive(Debug, Deserialize)]
#[serde(tag = "class", content = "body")]
#[allow(clippy::large_enum_variant, reason = "a box would be an allocation more")]
pub enum AnyBody<'a> {
    SessionResponse(#[serde(borrow)] SessionResponse<'a>),
    StructuredMessage(StructuredMessage<'a>),
    #[serde(rename = "string")]
    Status(Text<'a>),
    TooManyRequestsErrorMessage(TooManyRequests<'a>),
    ConnectionClosedEvent {},
    SessionExpiredEvent {},
}

/// A frame whose class is known before it is read: less than a client needs.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Known<T, B> {
    #[serde(rename = "type")]
    kind: T,
    class: T,
    code: u16,
    tracing_id: Option<T>,
    body: B,
}

/// A class that is known before its frame is read.
pub trait Body {
    type Read<'a>: Deserialize<'a>;
}

pub struct Message;

impl Body for Message {
    type Read<'a> = StructuredMessage<'a>;
}

pub struct Session;

impl Body for Session {
    type Read<'a> = SessionResponse<'a>;
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
#[allow(clippy::struct_excessive_bools, reason = "they are the service's")]
pub struct SessionResponse<'a> {
    connected: bool,
    #[serde(default)]
    new_session: bool,
    #[serde(default)]
    read_only: bool,
    #[serde(default)]
    cleared_existing_session: bool,
    #[serde(default)]
    auto_started: bool,
    #[serde(borrow)]
    allowed_media: Option<AllowedMedia<'a>>,
    #[serde(default)]
    blocked_extensions: Vec<Text<'a>>,
    max_custom_data_bytes: Option<u32>,
    duration_seconds: Option<u64>,
    expiration_date: Option<u64>,
}

#[derive(Debug, Deserialize)]
pub struct AllowedMedia<'a> {
    #[serde(borrow)]
    inbound: Inbound<'a>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Inbound<'a> {
    #[serde(borrow, default)]
    file_types: Vec<FileType<'a>>,
    #[serde(rename = "maxFileSizeKB")]
    max_file_size_kb: Option<u64>,
}

#[derive(Debug, Deserialize)]
pub struct FileType<'a> {
    #[serde(rename = "type", borrow)]
    kind: Text<'a>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct StructuredMessage<'a> {
    #[serde(borrow)]
    id: Text<'a>,
    #[serde(rename = "type")]
    kind: MessageKind,
    direction: Direction,
    text: Option<Text<'a>>,
    channel: Option<Channel<'a>>,
    #[serde(default)]
    content: Vec<Content<'a>>,
    #[serde(default)]
    events: Vec<Event<'a>>,
    #[serde(default)]
    metadata: BTreeMap<Text<'a>, Text<'a>>,
    originating_entity: Option<Text<'a>>,
}

#[derive(Debug, Deserialize)]
pub enum MessageKind {
    Text,
    Structured,
    Event,
    Receipt,
}

#[derive(Debug, Deserialize)]
pub enum Direction {
    Inbound,
    Outbound,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Channel<'a> {
    #[serde(borrow)]
    time: Option<Text<'a>>,
    message_id: Option<Text<'a>>,
    #[serde(rename = "type")]
    kind: Option<Text<'a>>,
    from: Option<Participant<'a>>,
    to: Option<Participant<'a>>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Participant<'a> {
    #[serde(borrow)]
    first_name: Option<Text<'a>>,
    last_name: Option<Text<'a>>,
    nickname: Option<Text<'a>>,
    image: Option<Text<'a>>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Content<'a> {
    #[serde(borrow)]
    content_type: Text<'a>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Event<'a> {
    #[serde(borrow)]
    event_type: Text<'a>,
    typing: Option<Typing<'a>>,
}

#[derive(Debug, Deserialize)]
pub struct Typing<'a> {
    #[serde(rename = "type", borrow)]
    kind: Text<'a>,
    duration: Option<f64>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct TooManyRequests<'a> {
    retry_after: Option<u64>,
    #[serde(borrow)]
    error_message: Option<Text<'a>>,
}

/// The frame of a typing notice, to be written.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct TypingRequest<'a> {
    pub action: &'a str,
    pub token: &'a str,
    pub tracing_id: &'a str,
    pub message: TypingMessage<'a>,
}

#[derive(Debug, Serialize)]
pub struct TypingMessage<'a> {
    #[serde(rename = "type")]
    pub kind: &'a str,
    pub events: [TypingEvent<'a>; 1],
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct TypingEvent<'a> {
    pub event_type: &'a str,
    pub typing: TypingState<'a>,
}

#[derive(Debug, Serialize)]
pub struct TypingState<'a> {
    #[serde(rename = "type")]
    pub kind: &'a str,
}

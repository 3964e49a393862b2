//! What an input says, in a form that costs nothing to keep.
//!
//! Owns: [`Seen`], the digest of an input: names as marks, frames as their meaning. Must not know:
//! what must follow.

use core::hash::{Hash, Hasher};
use core::time::Duration;

use rustc_hash::FxHasher;
use webmessaging_proto::frame::{
    Direction, Envelope, MessageEvent, MessageKind, OriginatingEntity, PresenceKind, ServerBody,
    ServerFrame, StructuredMessage, TypingNotice,
};
use webmessaging_proto::{Input, LocalKey, Sender, TracingId, TransportId, Typist};

/// Stands for a name or a text, which is not kept itself.
pub(super) type Mark = u64;

/// The mark of anything that can be hashed.
pub(super) fn mark(of: &(impl Hash + ?Sized)) -> Mark {
    let mut hasher = FxHasher::default();
    of.hash(&mut hasher);
    hasher.finish()
}

/// The longest id that the ledger keeps.
const MAX_ID_BYTES: usize = 1024;

/// An input.
#[derive(Clone, Debug)]
pub(super) enum Seen {
    Connect,
    Disconnect,
    Tick,
    Opened(TransportId),
    Closed(TransportId),
    Frame(TransportId, Heard),
    Undecodable,
    Alive(TransportId),
    Key,
    Hold,
    /// The user is not typing any more.
    End,
    Foreground(bool),
    Text {
        key: LocalKey,
        mark: Mark,
        chars: usize,
    },
    Retry(LocalKey),
    Discard(LocalKey),
    StartNew,
    Visible(Mark),
    Hidden(Mark),
    /// `kept`: the ledger takes an id of this length.
    Restored {
        id: Mark,
        own: bool,
        read: bool,
        kept: bool,
    },
    Other,
}

impl Seen {
    pub(super) fn of(input: &Input<'_>) -> Self {
        match input {
            Input::Connect => Self::Connect,
            Input::Disconnect => Self::Disconnect,
            Input::Tick => Self::Tick,
            Input::TransportOpened(transport) => Self::Opened(*transport),
            Input::TransportClosed(transport, _) => Self::Closed(*transport),
            Input::FrameReceived(transport, frame) => Self::Frame(*transport, Heard::of(frame)),
            Input::FrameUndecodable(_) => Self::Undecodable,
            Input::PeerAlive(transport) => Self::Alive(*transport),
            Input::Keystroke => Self::Key,
            Input::SetTyping(true) => Self::Hold,
            Input::InputCleared | Input::ComposerClosed | Input::SetTyping(false) => Self::End,
            Input::Foreground(foreground) => Self::Foreground(*foreground),
            Input::SendText { key, text, attributes } => Self::Text {
                key: *key,
                mark: mark(&(&**text, attributes)),
                chars: text.chars().count(),
            },
            Input::Retry { key } => Self::Retry(*key),
            Input::Discard { key } => Self::Discard(*key),
            Input::StartNew => Self::StartNew,
            Input::MessageVisible { id } => Self::Visible(mark(&**id)),
            Input::MessageHidden { id } => Self::Hidden(mark(&**id)),
            Input::MessageRestored { id, from, read } => Self::Restored {
                id: mark(&**id),
                own: *from == Sender::Guest,
                read: *read,
                kept: id.len() <= MAX_ID_BYTES,
            },
            _ => Self::Other,
        }
    }
}

/// A frame of the server's.
#[derive(Clone, Debug)]
pub(super) struct Heard {
    /// Whether it names a request at all, ours or not.
    pub(super) named: bool,
    pub(super) request: Option<TracingId>,
    /// The older way to name it.
    pub(super) custom: Option<TracingId>,
    pub(super) what: What,
}

/// What a frame says.
#[derive(Clone, Debug)]
pub(super) enum What {
    Session { connected: bool, new: bool, read_only: bool },
    Acknowledged,
    Refused { code: u16, retry_after: Option<Duration> },
    Message(Said),
    Cleared,
    Other,
}

/// A message, or what carries events.
#[derive(Clone, Debug)]
pub(super) struct Said {
    pub(super) direction: Direction,
    pub(super) kind: MessageKind,
    pub(super) is_response: bool,
    /// What names a message of the guest's, from whatever connection.
    pub(super) own: Option<Mark>,
    pub(super) sender: Who,
    pub(super) events: Vec<PeerEvent>,
}

/// Who said it.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) struct Who {
    pub(super) nickname: Option<Mark>,
    pub(super) kind: Being,
}

/// What somebody without a nickname is known by.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Being {
    Human,
    Bot,
    Unknown,
}

/// An event that the other side tells of.
#[derive(Clone, Copy, Debug)]
pub(super) enum PeerEvent {
    On(Option<Duration>),
    Off,
    /// The conversation ended.
    Over,
}

impl Who {
    /// The mark by which an event names this typist.
    pub(super) fn typist(self) -> Mark {
        match (self.nickname, self.kind) {
            (Some(nickname), _) => mark(&(nickname, true)),
            (None, Being::Human) => mark(&(mark("Human"), false)),
            (None, Being::Bot) => mark(&(mark("Bot"), false)),
            (None, Being::Unknown) => mark(&(mark("agent"), false)),
        }
    }
}

/// The mark of the typist that an event names.
pub(super) fn typist(typist: &Typist) -> Mark {
    mark(&(mark(&*typist.name), typist.has_nickname))
}

impl Heard {
    fn of(frame: &ServerFrame<'_>) -> Self {
        let mut custom = None;
        let what = match &frame.body {
            ServerBody::SessionResponse(response) => What::Session {
                connected: response.connected,
                new: response.new_session,
                read_only: response.read_only,
            },
            ServerBody::Message(message) => {
                if message.direction == Direction::Inbound && message.kind != MessageKind::Event {
                    custom = message.metadata.get("customMessageId").and_then(TracingId::parse);
                }
                What::Message(Said::of(message, frame.envelope))
            }
            ServerBody::Status(_) if (200..300).contains(&frame.code) => What::Acknowledged,
            ServerBody::Status(_) => What::Refused { code: frame.code, retry_after: None },
            ServerBody::TooManyRequests(limit) => {
                What::Refused { code: 429, retry_after: limit.retry_after }
            }
            ServerBody::Error(error) => {
                What::Refused { code: error.code.unwrap_or(frame.code), retry_after: None }
            }
            ServerBody::SessionCleared => What::Cleared,
            _ => What::Other,
        };
        let request = frame.tracing_id.as_deref().and_then(TracingId::parse);
        Self { named: frame.tracing_id.is_some(), request, custom, what }
    }
}

impl Said {
    fn of(message: &StructuredMessage<'_>, envelope: Envelope) -> Self {
        let kind = match message.originating_entity {
            Some(OriginatingEntity::Human) => Being::Human,
            Some(OriginatingEntity::Bot) => Being::Bot,
            _ => Being::Unknown,
        };
        let mut events = Vec::new();
        if message.kind == MessageKind::Event && message.direction == Direction::Outbound {
            events.extend(message.events.iter().filter_map(|event| match event {
                MessageEvent::Typing(typing) => match typing.notice? {
                    TypingNotice::On => Some(PeerEvent::On(typing.duration)),
                    TypingNotice::Off => Some(PeerEvent::Off),
                },
                MessageEvent::Presence(presence) if presence.kind == PresenceKind::Disconnect => {
                    Some(PeerEvent::Over)
                }
                _ => None,
            }));
        }
        let is_text = matches!(message.kind, MessageKind::Text | MessageKind::Structured);
        let is_own = is_text && message.direction == Direction::Inbound;
        Self {
            own: is_own.then(|| mark(message.key())),
            direction: message.direction,
            kind: message.kind,
            is_response: envelope == Envelope::Response,
            sender: Who { nickname: message.sender_name().map(mark), kind },
            events,
        }
    }
}

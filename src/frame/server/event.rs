//! Events inside a message (`wire.md` 3.6).
//!
//! Owns: [`MessageEvent`]. Must not know: what an event does to a session.

use alloc::borrow::Cow;
use alloc::vec::Vec;
use core::time::Duration;

use serde::Serialize;

use super::RawJson;
use super::owned::{IntoOwned, millis, owned};
use crate::frame::TypingNotice;
use crate::sensitive::Sensitive;

/// One element of a message's `events` (`wire.md` 3.6).
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum MessageEvent<'a> {
    /// Someone is typing, or has stopped.
    Typing(TypingEvent),
    /// Someone comes or goes.
    Presence(PresenceEvent<'a>),
    /// The agent offers to look at the guest's screen.
    CoBrowse(CoBrowseEvent<'a>),
    /// The agent offers a video call.
    Video(VideoEvent<'a>),
    /// Reactions to a message.
    Reactions(Vec<Reaction<'a>>),
    /// An event of a type that is not known, or without what its type asks for.
    Unknown {
        /// The type as it was written; empty if there was none.
        event_type: Cow<'a, str>,
        /// The whole element as it was written.
        raw: RawJson<'a>,
    },
}

impl MessageEvent<'_> {
    /// The same, owning all of its text.
    #[must_use]
    pub fn into_owned(self) -> MessageEvent<'static> {
        match self {
            Self::Typing(event) => MessageEvent::Typing(event),
            Self::Presence(event) => MessageEvent::Presence(event.into_owned()),
            Self::CoBrowse(event) => MessageEvent::CoBrowse(event.into_owned()),
            Self::Video(event) => MessageEvent::Video(event.into_owned()),
            Self::Reactions(reactions) => MessageEvent::Reactions(IntoOwned::into_owned(reactions)),
            Self::Unknown { event_type, raw } => MessageEvent::Unknown {
                event_type: IntoOwned::into_owned(event_type),
                raw: raw.into_owned(),
            },
        }
    }
}

impl IntoOwned for MessageEvent<'_> {
    type Owned = MessageEvent<'static>;

    fn into_owned(self) -> Self::Owned {
        self.into_owned()
    }
}

/// Someone is typing, or has stopped.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[non_exhaustive]
pub struct TypingEvent {
    /// Which of the two, in any case of letters; none if it is neither.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub notice: Option<TypingNotice>,
    /// For how long to show it: `duration`, or else `durationMs`.
    #[serde(
        rename = "duration_ms",
        serialize_with = "millis",
        skip_serializing_if = "Option::is_none"
    )]
    pub duration: Option<Duration>,
}

/// Someone comes or goes.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[non_exhaustive]
pub struct PresenceEvent<'a> {
    /// Which way.
    pub kind: PresenceKind<'a>,
    /// The text to show with the event itself.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub received_message: Option<Sensitive<'a>>,
    /// The text to show with an answer to it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reply_message: Option<Sensitive<'a>>,
}

owned!(PresenceEvent { kind, received_message, reply_message });

/// What happened to a presence (`wire.md` 3.6).
#[derive(Clone, Debug, Eq, Hash, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum PresenceKind<'a> {
    /// The conversation was started by the client itself.
    Join,
    /// The agent ended the conversation.
    Disconnect,
    /// The conversation was wiped.
    Clear,
    /// The guest signed in.
    SignIn,
    /// The guest is asked to sign in.
    Authenticate,
    /// The sign-in was called off.
    AuthenticateCancel,
    /// The sign-in failed.
    AuthenticateFailure,
    /// The session ended.
    SessionExpired,
    /// A value that is not known, as it was written; empty if there was none.
    Unknown(Cow<'a, str>),
}

impl Default for PresenceKind<'_> {
    fn default() -> Self {
        Self::Unknown(Cow::Borrowed(""))
    }
}

impl IntoOwned for PresenceKind<'_> {
    type Owned = PresenceKind<'static>;

    fn into_owned(self) -> Self::Owned {
        match self {
            Self::Join => PresenceKind::Join,
            Self::Disconnect => PresenceKind::Disconnect,
            Self::Clear => PresenceKind::Clear,
            Self::SignIn => PresenceKind::SignIn,
            Self::Authenticate => PresenceKind::Authenticate,
            Self::AuthenticateCancel => PresenceKind::AuthenticateCancel,
            Self::AuthenticateFailure => PresenceKind::AuthenticateFailure,
            Self::SessionExpired => PresenceKind::SessionExpired,
            Self::Unknown(kind) => PresenceKind::Unknown(IntoOwned::into_owned(kind)),
        }
    }
}

/// The agent offers to look at the guest's screen.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[non_exhaustive]
pub struct CoBrowseEvent<'a> {
    /// What became of the offer.
    pub kind: OfferingKind,
    /// The session to join.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub session_id: Option<Cow<'a, str>>,
    /// The secret to join it with.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub session_join_token: Option<Sensitive<'a>>,
}

owned!(CoBrowseEvent { kind, session_id, session_join_token });

/// The agent offers a video call.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[non_exhaustive]
pub struct VideoEvent<'a> {
    /// What became of the offer.
    pub kind: OfferingKind,
    /// The offer.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub offering_id: Option<Cow<'a, str>>,
    /// The secret to join with.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub jwt: Option<Sensitive<'a>>,
}

owned!(VideoEvent { kind, offering_id, jwt });

/// What became of an offer (`wire.md` 3.6).
#[derive(Clone, Copy, Debug, Default, Eq, Hash, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum OfferingKind {
    /// It was made.
    Offering,
    /// It was accepted.
    OfferingAccepted,
    /// It was left open for too long.
    OfferingExpired,
    /// It was turned down.
    OfferingRejected,
    /// Absent, or a value that is not known.
    #[default]
    Unknown,
}

/// How often one reaction was given.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Reaction<'a> {
    /// `reactionType`: which.
    pub kind: Cow<'a, str>,
    /// How often.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub count: Option<u64>,
}

owned!(Reaction { kind, count });

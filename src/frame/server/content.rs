//! Structured content inside a message (`wire.md` 3.4).
//!
//! Owns: [`Content`]. Must not know: how it is shown or answered.

use alloc::borrow::Cow;
use alloc::vec::Vec;

use serde::Serialize;

use super::RawJson;
use super::owned::{IntoOwned, owned};
use crate::sensitive::Sensitive;

/// One element of a message's `content` (`wire.md` 3.4), as it was written. Most hosts hand it on to
/// something that draws it; what it says is read when it is asked for.
///
/// ```
/// use webmessaging_proto::frame::{Content, ContentBody, ContentType};
///
/// let json = r#"{"contentType":"QuickReply","quickReply":{"text":"Yes","payload":"y"}}"#;
/// let content = Content::parse(json).ok_or("no JSON")?;
/// assert_eq!(content.kind(), ContentType::QuickReply);
/// let Some(ContentBody::QuickReply(reply)) = content.body() else { return Err("no reply") };
/// assert_eq!(&*reply.text, "Yes");
/// # Ok::<(), &str>(())
/// ```
#[derive(Clone, Debug, Eq, PartialEq, Serialize)]
#[serde(transparent)]
pub struct Content<'a>(RawJson<'a>);

impl<'a> Content<'a> {
    /// The element in `text`, if that is well-formed JSON and nothing else.
    #[must_use]
    pub fn parse(text: &'a str) -> Option<Self> {
        RawJson::parse(text).map(Self)
    }

    pub(crate) const fn from_written(value: &'a str) -> Self {
        Self(RawJson::from_written(value))
    }

    /// The element as it was written.
    #[must_use]
    pub const fn raw(&self) -> &RawJson<'a> {
        &self.0
    }

    /// The same, owning its text.
    #[must_use]
    pub fn into_owned(self) -> Content<'static> {
        Content(self.0.into_owned())
    }
}

impl IntoOwned for Content<'_> {
    type Owned = Content<'static>;

    fn into_owned(self) -> Self::Owned {
        self.into_owned()
    }
}

/// What an element of `content` says (`wire.md` 3.4).
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum ContentBody<'a> {
    /// A file.
    Attachment(Attachment<'a>),
    /// One of the answers to choose from.
    QuickReply(QuickReply<'a>),
    /// The answer that was chosen.
    ButtonResponse(ButtonResponse<'a>),
    /// A card with buttons.
    Card(Card<'a>),
    /// Cards side by side.
    Carousel(Carousel<'a>),
    /// Times to choose from.
    DatePicker(DatePicker<'a>),
}

/// The types of content that the service's schema names (`wire.md` 3.4).
#[derive(Clone, Copy, Debug, Default, Eq, Hash, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
#[expect(missing_docs, reason = "the schema gives names only")]
pub enum ContentType {
    Attachment,
    ButtonResponse,
    Card,
    Carousel,
    DatePicker,
    Form,
    GenericTemplate,
    InteractiveApplication,
    ListPicker,
    ListTemplate,
    Location,
    Mention,
    Notification,
    PaymentRequest,
    PaymentResponse,
    Postback,
    Push,
    QuickReply,
    QuickReplyV2,
    Reactions,
    RichLink,
    RoadsideAssistance,
    Story,
    Text,
    /// Absent, or a value that is not known.
    #[default]
    Unknown,
}

/// A file.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Attachment<'a> {
    /// The attachment's id.
    pub id: Cow<'a, str>,
    /// Where it can be had; whoever has the address can use it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub url: Option<Sensitive<'a>>,
    /// The file's name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub filename: Option<Sensitive<'a>>,
    /// What it is.
    pub media_type: MediaType,
    /// The file's size in bytes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub file_size: Option<u64>,
    /// The file's media type, as in HTTP.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub mime: Option<Cow<'a, str>>,
    /// The file's check sum.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sha256: Option<Cow<'a, str>>,
    /// The text to show with it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub text: Option<Sensitive<'a>>,
}

owned!(Attachment { id, url, filename, media_type, file_size, mime, sha256, text });

/// What an attachment is.
#[derive(Clone, Copy, Debug, Default, Eq, Hash, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum MediaType {
    /// Sound.
    Audio,
    /// Any file.
    File,
    /// A picture.
    Image,
    /// A link.
    Link,
    /// Moving pictures.
    Video,
    /// Absent, or a value that is not known.
    #[default]
    Unknown,
}

/// One of the answers to choose from.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[non_exhaustive]
pub struct QuickReply<'a> {
    /// What to show.
    pub text: Sensitive<'a>,
    /// What to answer.
    pub payload: Sensitive<'a>,
    /// What kind of answer it is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub action: Option<Cow<'a, str>>,
}

owned!(QuickReply { text, payload, action });

/// The answer that was chosen.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[non_exhaustive]
pub struct ButtonResponse<'a> {
    /// What it showed.
    pub text: Sensitive<'a>,
    /// What was answered.
    pub payload: Sensitive<'a>,
    /// What it was chosen from.
    pub kind: ButtonResponseKind,
    /// The message that it was chosen from.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub originating_message_id: Option<Cow<'a, str>>,
}

owned!(ButtonResponse { text, payload, kind, originating_message_id });

/// What an answer was chosen from.
#[derive(Clone, Copy, Debug, Default, Eq, Hash, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum ButtonResponseKind {
    /// The buttons of a card.
    Button,
    /// Times.
    DatePicker,
    /// A form.
    Form,
    /// A list.
    ListPicker,
    /// Quick replies.
    QuickReply,
    /// Absent, or a value that is not known.
    #[default]
    Unknown,
}

/// A card with buttons.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Card<'a> {
    /// The headline.
    pub title: Sensitive<'a>,
    /// The text.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub description: Option<Sensitive<'a>>,
    /// The address of a picture.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub image: Option<Sensitive<'a>>,
    /// What a tap on the card itself does.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub default_action: Option<CardAction<'a>>,
    /// The buttons.
    pub actions: Vec<CardAction<'a>>,
}

owned!(Card { title, description, image, default_action, actions });

/// A button of a card.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[non_exhaustive]
pub struct CardAction<'a> {
    /// What it does.
    pub kind: CardActionKind,
    /// What it shows.
    pub text: Sensitive<'a>,
    /// Where a link leads.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub url: Option<Sensitive<'a>>,
    /// What a postback answers.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub payload: Option<Sensitive<'a>>,
}

owned!(CardAction { kind, text, url, payload });

/// What a button of a card does.
#[derive(Clone, Copy, Debug, Default, Eq, Hash, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum CardActionKind {
    /// Opens an address.
    Link,
    /// Answers.
    Postback,
    /// Absent, or a value that is not known.
    #[default]
    Unknown,
}

/// Cards side by side.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Carousel<'a> {
    /// The cards.
    pub cards: Vec<Card<'a>>,
}

owned!(Carousel { cards });

/// Times to choose from.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[non_exhaustive]
pub struct DatePicker<'a> {
    /// The headline.
    pub title: Sensitive<'a>,
    /// The line below it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub subtitle: Option<Sensitive<'a>>,
    /// The address of a picture.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub image_url: Option<Sensitive<'a>>,
    /// The times.
    pub available_times: Vec<AvailableTime<'a>>,
}

owned!(DatePicker { title, subtitle, image_url, available_times });

/// One of the times to choose from.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[non_exhaustive]
pub struct AvailableTime<'a> {
    /// When it begins, in ISO 8601.
    pub date_time: Cow<'a, str>,
    /// How long it is, in the service's unit, of which nothing is published.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub duration: Option<u64>,
}

owned!(AvailableTime { date_time, duration });

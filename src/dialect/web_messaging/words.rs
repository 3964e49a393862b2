//! The words of the service's schema, which are the names of our variants.
//!
//! Owns: their reading; any other word is unknown. Must not know: where they stand.

use alloc::borrow::Cow;

use crate::frame::{
    ButtonResponseKind, CardActionKind, ContentType, Direction, Envelope, MediaType, MessageKind,
    MessageStatus, OfferingKind, OriginatingEntity, PresenceKind, TypingNotice,
};
use crate::json::Place;

macro_rules! words {
    ($($kind:ident { $($word:ident),* $(,)? })*) => {$(
        impl<'a> Place<'a> for $kind {
            fn put_text(&mut self, text: Cow<'a, str>) {
                *self = match &*text {
                    $(stringify!($word) => Self::$word,)*
                    _ => Self::Unknown,
                };
            }
        }
    )*};
}

words! {
    MessageKind { Text, Structured, Event, Receipt, Message }
    Direction { Inbound, Outbound }
    OriginatingEntity { Human, Bot }
    MessageStatus { Delivered, Failed, Published, Read, Removed, Sent }
    MediaType { Audio, File, Image, Link, Video }
    ButtonResponseKind { Button, DatePicker, Form, ListPicker, QuickReply }
    CardActionKind { Link, Postback }
    OfferingKind { Offering, OfferingAccepted, OfferingExpired, OfferingRejected }
    ContentType {
        Attachment, ButtonResponse, Card, Carousel, DatePicker, Form, GenericTemplate,
        InteractiveApplication, ListPicker, ListTemplate, Location, Mention, Notification,
        PaymentRequest, PaymentResponse, Postback, Push, QuickReply, QuickReplyV2, Reactions,
        RichLink, RoadsideAssistance, Story, Text,
    }
}

impl<'a> Place<'a> for Envelope {
    fn put_text(&mut self, text: Cow<'a, str>) {
        *self = match &*text {
            "message" => Self::Message,
            "response" => Self::Response,
            _ => Self::Unknown,
        };
    }
}

/// An empty word is as good as none: the service has been seen to send one.
impl<'a> Place<'a> for Option<OriginatingEntity> {
    fn put_text(&mut self, text: Cow<'a, str>) {
        if !text.is_empty() {
            self.insert(OriginatingEntity::Unknown).put_text(text);
        }
    }
}

impl<'a> Place<'a> for Option<MessageStatus> {
    fn put_text(&mut self, text: Cow<'a, str>) {
        self.insert(MessageStatus::Unknown).put_text(text);
    }
}

impl<'a> Place<'a> for Option<TypingNotice> {
    fn put_text(&mut self, text: Cow<'a, str>) {
        *self = if text.eq_ignore_ascii_case("on") {
            Some(TypingNotice::On)
        } else if text.eq_ignore_ascii_case("off") {
            Some(TypingNotice::Off)
        } else {
            None
        };
    }
}

impl<'a> Place<'a> for PresenceKind<'a> {
    fn put_text(&mut self, text: Cow<'a, str>) {
        *self = match &*text {
            "Join" => Self::Join,
            "Disconnect" => Self::Disconnect,
            "Clear" => Self::Clear,
            "SignIn" => Self::SignIn,
            "Authenticate" => Self::Authenticate,
            "AuthenticateCancel" => Self::AuthenticateCancel,
            "AuthenticateFailure" => Self::AuthenticateFailure,
            "SessionExpired" => Self::SessionExpired,
            _ => Self::Unknown(text),
        };
    }
}

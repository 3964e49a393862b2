//! The elements of `content` (`wire.md` 3.4).
//!
//! Owns: which member goes where. Must not know: the message around it.

use alloc::vec::Vec;

use super::lenient::Object;
use crate::frame::{
    Attachment, AvailableTime, ButtonResponse, Card, CardAction, Carousel, Content, ContentBody,
    ContentType, DatePicker, QuickReply,
};
use crate::json::{Cursor, Place, Result};

impl<'a> Place<'a> for Vec<Content<'a>> {
    fn put_array(&mut self, json: &mut Cursor<'a>) -> Result<()> {
        self.clear();
        json.elements(|json| {
            self.push(Content::from_written(json.raw()?));
            Ok(())
        })
    }
}

impl Content<'_> {
    /// The type of the element.
    #[must_use]
    pub fn kind(&self) -> ContentType {
        self.element().kind
    }

    /// What the element says. `None`: it is of another type, or without what its type asks for.
    #[must_use]
    pub fn body(&self) -> Option<ContentBody<'_>> {
        let element = self.element();
        match element.kind {
            ContentType::Attachment => element.attachment.map(ContentBody::Attachment),
            ContentType::QuickReply => element.quick_reply.map(ContentBody::QuickReply),
            ContentType::ButtonResponse => element.button_response.map(ContentBody::ButtonResponse),
            ContentType::Card => element.card.map(ContentBody::Card),
            ContentType::Carousel => element.carousel.map(ContentBody::Carousel),
            ContentType::DatePicker => element.date_picker.map(ContentBody::DatePicker),
            _ => None,
        }
    }

    /// What is no object is an element without members.
    fn element(&self) -> Element<'_> {
        let mut element = None;
        let read = Cursor::new(self.raw().get()).put(&mut element);
        // It is well formed: it was read before.
        read.ok().and(element).unwrap_or_default()
    }
}

/// The payload has a member of its own for each type, and may stand before the type.
#[derive(Default)]
struct Element<'a> {
    kind: ContentType,
    attachment: Option<Attachment<'a>>,
    quick_reply: Option<QuickReply<'a>>,
    button_response: Option<ButtonResponse<'a>>,
    card: Option<Card<'a>>,
    carousel: Option<Carousel<'a>>,
    date_picker: Option<DatePicker<'a>>,
}

impl<'a> Object<'a> for Element<'a> {
    fn member(&mut self, name: &str, json: &mut Cursor<'a>) -> Result<()> {
        match name {
            "contentType" => json.put(&mut self.kind),
            "attachment" => json.put(&mut self.attachment),
            "quickReply" => json.put(&mut self.quick_reply),
            "buttonResponse" => json.put(&mut self.button_response),
            "card" => json.put(&mut self.card),
            "carousel" => json.put(&mut self.carousel),
            "datePicker" => json.put(&mut self.date_picker),
            _ => json.skip(),
        }
    }
}

impl<'a> Object<'a> for Attachment<'a> {
    fn member(&mut self, name: &str, json: &mut Cursor<'a>) -> Result<()> {
        match name {
            "id" => json.put(&mut self.id),
            "url" => json.put(&mut self.url),
            "filename" => json.put(&mut self.filename),
            "mediaType" => json.put(&mut self.media_type),
            "fileSize" => json.put(&mut self.file_size),
            "mime" => json.put(&mut self.mime),
            "sha256" => json.put(&mut self.sha256),
            "text" => json.put(&mut self.text),
            _ => json.skip(),
        }
    }
}

impl<'a> Object<'a> for QuickReply<'a> {
    fn member(&mut self, name: &str, json: &mut Cursor<'a>) -> Result<()> {
        match name {
            "text" => json.put(&mut self.text),
            "payload" => json.put(&mut self.payload),
            "action" => json.put(&mut self.action),
            _ => json.skip(),
        }
    }
}

impl<'a> Object<'a> for ButtonResponse<'a> {
    fn member(&mut self, name: &str, json: &mut Cursor<'a>) -> Result<()> {
        match name {
            "text" => json.put(&mut self.text),
            "payload" => json.put(&mut self.payload),
            "type" => json.put(&mut self.kind),
            "originatingMessageId" => json.put(&mut self.originating_message_id),
            _ => json.skip(),
        }
    }
}

impl<'a> Object<'a> for Card<'a> {
    fn member(&mut self, name: &str, json: &mut Cursor<'a>) -> Result<()> {
        match name {
            "title" => json.put(&mut self.title),
            "description" => json.put(&mut self.description),
            "image" => json.put(&mut self.image),
            "defaultAction" => json.put(&mut self.default_action),
            "actions" => json.put(&mut self.actions),
            _ => json.skip(),
        }
    }
}

impl<'a> Object<'a> for CardAction<'a> {
    fn member(&mut self, name: &str, json: &mut Cursor<'a>) -> Result<()> {
        match name {
            "type" => json.put(&mut self.kind),
            "text" => json.put(&mut self.text),
            "url" => json.put(&mut self.url),
            "payload" => json.put(&mut self.payload),
            _ => json.skip(),
        }
    }
}

impl<'a> Object<'a> for Carousel<'a> {
    fn member(&mut self, name: &str, json: &mut Cursor<'a>) -> Result<()> {
        match name {
            "cards" => json.put(&mut self.cards),
            _ => json.skip(),
        }
    }
}

impl<'a> Object<'a> for DatePicker<'a> {
    fn member(&mut self, name: &str, json: &mut Cursor<'a>) -> Result<()> {
        match name {
            "title" => json.put(&mut self.title),
            "subtitle" => json.put(&mut self.subtitle),
            "imageUrl" => json.put(&mut self.image_url),
            "availableTimes" => json.put(&mut self.available_times),
            _ => json.skip(),
        }
    }
}

impl<'a> Object<'a> for AvailableTime<'a> {
    fn member(&mut self, name: &str, json: &mut Cursor<'a>) -> Result<()> {
        match name {
            "dateTime" => json.put(&mut self.date_time),
            "duration" => json.put(&mut self.duration),
            _ => json.skip(),
        }
    }
}

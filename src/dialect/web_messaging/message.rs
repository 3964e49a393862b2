//! The body of a `StructuredMessage` (`wire.md` 3.4).
//!
//! Owns: which member goes where. Must not know: content and events from within.

use alloc::borrow::Cow;
use alloc::string::String;
use alloc::vec::Vec;

use super::lenient::Object;
use crate::frame::{Channel, Metadata, Participant, Reason, StructuredMessage, WHOLE};
use crate::json::{Cursor, Place, Result};

impl<'a> Object<'a> for StructuredMessage<'a> {
    fn member(&mut self, name: &str, json: &mut Cursor<'a>) -> Result<()> {
        match name {
            "id" => json.put(&mut self.id),
            "type" => json.put(&mut self.kind),
            "direction" => json.put(&mut self.direction),
            "text" => json.put(&mut self.text),
            "channel" => json.put(&mut self.channel),
            "content" => json.put(&mut self.content),
            "events" => json.put(&mut self.events),
            "metadata" => pairs(json, &mut self.metadata),
            "originatingEntity" => json.put(&mut self.originating_entity),
            "originatingMessageId" if WHOLE => json.put(&mut self.originating_message_id),
            "status" if WHOLE => json.put(&mut self.status),
            "reasons" if WHOLE => json.put(&mut self.reasons),
            "isFinalReceipt" if WHOLE => json.put(&mut self.is_final_receipt),
            _ => json.skip(),
        }
    }
}

impl<'a> Object<'a> for Channel<'a> {
    fn member(&mut self, name: &str, json: &mut Cursor<'a>) -> Result<()> {
        match name {
            "time" => json.put(&mut self.time),
            "messageId" => json.put(&mut self.message_id),
            "type" if WHOLE => json.put(&mut self.kind),
            "from" => json.put(&mut self.from),
            "to" if WHOLE => json.put(&mut self.to),
            "metadata" if WHOLE => {
                let mut metadata: Option<ChannelMetadata<'a>> = None;
                json.put(&mut metadata)?;
                if let Some(metadata) = metadata {
                    self.custom_attributes = metadata.custom_attributes;
                }
                Ok(())
            }
            _ => json.skip(),
        }
    }
}

#[derive(Default)]
struct ChannelMetadata<'a> {
    custom_attributes: Metadata<'a>,
}

impl<'a> Object<'a> for ChannelMetadata<'a> {
    fn member(&mut self, name: &str, json: &mut Cursor<'a>) -> Result<()> {
        match name {
            "customAttributes" => pairs(json, &mut self.custom_attributes),
            _ => json.skip(),
        }
    }
}

impl<'a> Object<'a> for Participant<'a> {
    fn member(&mut self, name: &str, json: &mut Cursor<'a>) -> Result<()> {
        match name {
            "firstName" if WHOLE => json.put(&mut self.first_name),
            "lastName" if WHOLE => json.put(&mut self.last_name),
            "nickname" => json.put(&mut self.nickname),
            "image" if WHOLE => json.put(&mut self.image),
            _ => json.skip(),
        }
    }
}

impl<'a> Object<'a> for Reason<'a> {
    fn member(&mut self, name: &str, json: &mut Cursor<'a>) -> Result<()> {
        match name {
            "code" => json.put(&mut self.code),
            "message" => json.put(&mut self.message),
            _ => json.skip(),
        }
    }
}

/// Reads a member that is an object of strings.
pub(super) fn pairs<'a>(json: &mut Cursor<'a>, place: &mut Metadata<'a>) -> Result<()> {
    let written = json.raw()?;
    let bytes = written.as_bytes();
    if bytes.first() != Some(&b'{') {
        return Ok(());
    }
    if !bytes.contains(&b'\\') {
        *place = Metadata::from_written(written);
        return Ok(());
    }
    let mut pairs = Vec::new();
    Cursor::new(written).members(|json, name| {
        let mut value = Scalar(None);
        json.put(&mut value)?;
        pairs.extend(value.0.map(|value| (String::from(name), value)));
        Ok(())
    })?;
    *place = pairs.into_iter().collect();
    Ok(())
}

/// A string, or what a number or a truth value is written as.
struct Scalar<'a>(Option<Cow<'a, str>>);

impl<'a> Place<'a> for Scalar<'a> {
    fn put_text(&mut self, text: Cow<'a, str>) {
        self.0 = Some(text);
    }

    fn put_bool(&mut self, value: bool) {
        self.0 = Some(Cow::Borrowed(if value { "true" } else { "false" }));
    }

    fn put_number(&mut self, written: &'a str) {
        self.0 = Some(Cow::Borrowed(written));
    }
}

//! The elements of `events` (`wire.md` 3.6).
//!
//! Owns: which member goes where. Must not know: the message around it.

use alloc::borrow::Cow;
use alloc::vec::Vec;
use core::time::Duration;

use super::lenient::{Millis, Object};
use crate::frame::{
    CoBrowseEvent, MessageEvent, PresenceEvent, RawJson, Reaction, TypingEvent, TypingNotice,
    VideoEvent, WHOLE,
};
use crate::json::{Cursor, Place, Result};

impl<'a> Place<'a> for Vec<MessageEvent<'a>> {
    fn put_array(&mut self, json: &mut Cursor<'a>) -> Result<()> {
        self.clear();
        json.elements(|json| {
            self.push(event(json)?);
            Ok(())
        })
    }
}

/// Reads one element. Its text is kept if it is not known.
fn event<'a>(json: &mut Cursor<'a>) -> Result<MessageEvent<'a>> {
    let start = json.clone();
    let mut element: Option<Element<'a>> = None;
    json.put(&mut element)?;
    let element = element.unwrap_or_default();
    let known = match &*element.event_type {
        "Typing" => element.typing.map(|typing| MessageEvent::Typing(typing.finish())),
        "Presence" => element.presence.map(MessageEvent::Presence),
        "CoBrowse" => element.co_browse.map(MessageEvent::CoBrowse),
        "Video" => element.video.map(MessageEvent::Video),
        "Reactions" => element.reactions.0.map(MessageEvent::Reactions),
        _ => None,
    };
    let event_type = element.event_type;
    Ok(known.unwrap_or_else(|| MessageEvent::Unknown {
        event_type,
        raw: RawJson::from_written(json.written_since(&start)),
    }))
}

#[derive(Default)]
struct Element<'a> {
    event_type: Cow<'a, str>,
    typing: Option<Typing>,
    presence: Option<PresenceEvent<'a>>,
    co_browse: Option<CoBrowseEvent<'a>>,
    video: Option<VideoEvent<'a>>,
    reactions: Reactions<'a>,
}

impl<'a> Object<'a> for Element<'a> {
    fn member(&mut self, name: &str, json: &mut Cursor<'a>) -> Result<()> {
        match name {
            "eventType" => json.put(&mut self.event_type),
            "typing" => json.put(&mut self.typing),
            "presence" => json.put(&mut self.presence),
            "coBrowse" if WHOLE => json.put(&mut self.co_browse),
            "video" if WHOLE => json.put(&mut self.video),
            "reactions" if WHOLE => json.put(&mut self.reactions),
            _ => json.skip(),
        }
    }
}

#[derive(Default)]
struct Typing {
    notice: Option<TypingNotice>,
    duration: Option<Duration>,
    duration_ms: Option<Duration>,
}

impl Typing {
    fn finish(self) -> TypingEvent {
        TypingEvent { notice: self.notice, duration: self.duration.or(self.duration_ms) }
    }
}

impl<'a> Object<'a> for Typing {
    fn member(&mut self, name: &str, json: &mut Cursor<'a>) -> Result<()> {
        match name {
            "type" => json.put(&mut self.notice),
            "duration" => json.put(&mut Millis(&mut self.duration)),
            "durationMs" => json.put(&mut Millis(&mut self.duration_ms)),
            _ => json.skip(),
        }
    }
}

impl<'a> Object<'a> for PresenceEvent<'a> {
    fn member(&mut self, name: &str, json: &mut Cursor<'a>) -> Result<()> {
        match name {
            "type" => json.put(&mut self.kind),
            "receivedMessage" if WHOLE => json.put(&mut self.received_message),
            "replyMessage" if WHOLE => json.put(&mut self.reply_message),
            _ => json.skip(),
        }
    }
}

impl<'a> Object<'a> for CoBrowseEvent<'a> {
    fn member(&mut self, name: &str, json: &mut Cursor<'a>) -> Result<()> {
        match name {
            "type" => json.put(&mut self.kind),
            "sessionId" => json.put(&mut self.session_id),
            "sessionJoinToken" => json.put(&mut self.session_join_token),
            _ => json.skip(),
        }
    }
}

impl<'a> Object<'a> for VideoEvent<'a> {
    fn member(&mut self, name: &str, json: &mut Cursor<'a>) -> Result<()> {
        match name {
            "type" => json.put(&mut self.kind),
            "offeringId" => json.put(&mut self.offering_id),
            "jwt" => json.put(&mut self.jwt),
            _ => json.skip(),
        }
    }
}

/// Tells a list, even an empty one, from no list.
#[derive(Default)]
struct Reactions<'a>(Option<Vec<Reaction<'a>>>);

impl<'a> Place<'a> for Reactions<'a> {
    fn put_array(&mut self, json: &mut Cursor<'a>) -> Result<()> {
        self.0.insert(Vec::new()).put_array(json)
    }
}

impl<'a> Object<'a> for Reaction<'a> {
    fn member(&mut self, name: &str, json: &mut Cursor<'a>) -> Result<()> {
        match name {
            "reactionType" => json.put(&mut self.kind),
            "count" => json.put(&mut self.count),
            _ => json.skip(),
        }
    }
}

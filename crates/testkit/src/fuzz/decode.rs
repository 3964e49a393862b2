//! Any bytes as a frame from the server.
//!
//! Owns: what must hold of the decoder whatever it is given. Must not know: sessions.

use core::mem::{size_of, size_of_val};

use serde::de::IgnoredAny;
use serde_json::Value;
use webmessaging_proto::dialect::web_messaging::DecodeError;
use webmessaging_proto::dialect::{Dialect, WebMessaging};
use webmessaging_proto::frame::{
    Content, ContentBody, MessageEvent, RawJson, ServerBody, ServerFrame,
};

use super::reference;

/// Room that a frame may take beside itself for each byte that it was read from. The shortest
/// element of a list, `0,`, makes a content element, and lists grow by doubling.
const ROOM_PER_BYTE: usize = 256;

/// The decoder takes exactly the JSON that another parser takes, says where it stopped, takes room
/// in proportion to the bytes, and gives a frame that owns its text as well as it borrows it.
///
/// # Panics
/// On a finding.
pub fn decode(data: &[u8]) {
    let frame = WebMessaging.decode(data);
    check_verdict(data, &frame);
    check_space_around(data, &frame);
    let Ok(frame) = frame else { return };
    check_room(data, &frame);
    check_owned(&frame);
    check_raw(&frame);
    if let Ok(tree) = serde_json::from_slice::<Value>(data) {
        if reference::names_are_unique(data) {
            reference::check(&frame, &tree);
        }
    }
}

fn check_verdict(data: &[u8], frame: &Result<ServerFrame<'_>, DecodeError>) {
    let text = core::str::from_utf8(data);
    let well_formed = text.is_ok_and(|text| serde_json::from_str::<IgnoredAny>(text).is_ok());
    match frame {
        Ok(_) => assert!(well_formed, "taken, but not JSON"),
        Err(DecodeError::NoClass) => {
            assert!(well_formed, "not JSON, and called a frame without a class");
            assert_eq!(data.trim_ascii_start().first(), Some(&b'{'), "an object");
        }
        Err(DecodeError::NotAnObject) => {
            assert!(well_formed, "not JSON, and called a value");
            assert_ne!(data.trim_ascii_start().first(), Some(&b'{'), "not an object");
        }
        Err(DecodeError::NotUtf8 { byte }) => {
            assert_eq!(text.map_err(|error| error.valid_up_to()), Err(*byte));
        }
        Err(DecodeError::NotJson { byte }) => {
            assert!(!well_formed, "JSON, but refused at {byte}");
            assert!(*byte < data.len(), "stopped at {byte} of {}", data.len());
        }
        Err(DecodeError::BreaksOff { byte }) => {
            assert!(!well_formed, "JSON, but it breaks off");
            assert_eq!(*byte, data.len(), "breaks off at the end");
        }
        Err(DecodeError::TooDeep { byte }) => {
            assert!(matches!(data.get(*byte), Some(b'{' | b'[')), "deep at {byte}");
            assert!(serde_json::from_slice::<Value>(data).is_err(), "not too deep for others");
        }
        Err(other) => panic!("an error that nobody knows: {other:?}"),
    }
    if let Err(error) = frame {
        let shown = format!("{error} {error:?}");
        assert!(shown.len() < 300, "an error may not quote the frame");
    }
}

/// White space around a frame is nothing; behind what is none, it may be a wrong byte more.
fn check_space_around(data: &[u8], frame: &Result<ServerFrame<'_>, DecodeError>) {
    let behind: &[u8] = if frame.is_ok() { b"\t\r" } else { b"" };
    let spaced = [b" \n", data, behind].concat();
    match (frame, WebMessaging.decode(&spaced)) {
        (Ok(plain), Ok(spaced)) => assert_eq!(spaced, *plain, "white space changes the frame"),
        (Ok(_), Err(error)) => panic!("white space loses the frame: {error}"),
        (Err(_), Ok(_)) => panic!("white space makes a frame"),
        (Err(plain), Err(spaced)) => assert_eq!(
            core::mem::discriminant(plain),
            core::mem::discriminant(&spaced),
            "white space changes the error"
        ),
    }
}

fn check_room(data: &[u8], frame: &ServerFrame<'_>) {
    let ServerBody::Message(message) = &frame.body else { return };
    let mut room = message.content.capacity() * size_of::<Content<'_>>()
        + message.events.capacity() * size_of::<MessageEvent<'_>>()
        + size_of_val(&*message.reasons);
    for content in &message.content {
        room += match content.body() {
            Some(ContentBody::Card(card)) => size_of_val(&*card.actions),
            Some(ContentBody::Carousel(carousel)) => {
                let actions = carousel.cards.iter().map(|card| size_of_val(&*card.actions));
                size_of_val(&*carousel.cards) + actions.sum::<usize>()
            }
            Some(ContentBody::DatePicker(picker)) => size_of_val(&*picker.available_times),
            _ => 0,
        };
    }
    let most = data.len() * ROOM_PER_BYTE + 4_096;
    assert!(room <= most, "{room} bytes of room for {} bytes", data.len());
}

fn check_owned(frame: &ServerFrame<'_>) {
    let owned = frame.clone().into_owned();
    assert_eq!(owned, *frame, "owned is not what was borrowed");
    assert_eq!(owned.body.class(), frame.body.class());
    assert_eq!(owned.clone().into_owned(), owned, "owning twice is not owning once");
    let written = serde_json::to_string(frame).expect("a frame can be written down");
    assert_eq!(
        serde_json::to_string(&owned).ok().as_deref(),
        Some(&*written),
        "owned is written otherwise"
    );
    serde_json::from_str::<IgnoredAny>(&written).expect("what is written down is JSON");
    assert_eq!(format!("{owned:?}"), format!("{frame:?}"), "owned is shown otherwise");
}

/// What is kept as it was written is JSON, with nothing around it.
fn check_raw(frame: &ServerFrame<'_>) {
    let check = |raw: &RawJson<'_>| {
        assert_eq!(RawJson::parse(raw.get()).as_ref(), Some(raw), "kept, but not JSON");
        assert_eq!(raw.get().trim_ascii(), raw.get(), "kept with white space");
    };
    match &frame.body {
        ServerBody::Unknown { body, .. } => check(body),
        ServerBody::Message(message) => {
            message.content.iter().map(Content::raw).for_each(check);
            for event in &message.events {
                if let MessageEvent::Unknown { raw, .. } = event {
                    check(raw);
                }
            }
        }
        _ => {}
    }
}

/// The most bytes that may be allocated at a time for a frame of this length: lists grow by
/// doubling, and are there twice for a moment.
#[must_use]
pub const fn most_memory_to_decode(len: usize) -> u64 {
    len as u64 * 2 * ROOM_PER_BYTE as u64 + 4_096
}

/// Decodes and nothing else, for those who count what that takes.
pub fn decode_only(data: &[u8]) {
    core::hint::black_box(WebMessaging.decode(core::hint::black_box(data)).is_ok());
}

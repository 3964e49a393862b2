//! The wire: bytes to frames, and frames to bytes.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod encode;
mod errors;
mod fixtures;
mod grammar;
mod lenient;
mod messages;
mod own_frames;
mod privacy;
pub(crate) mod properties;
mod reference;
mod tree;

use std::fs;
use std::path::Path;

use webmessaging_proto::dialect::{Dialect, WebMessaging};
use webmessaging_proto::frame::{ServerBody, ServerFrame, StructuredMessage};

fn decode(json: &str) -> ServerFrame<'_> {
    WebMessaging.decode(json.as_bytes()).unwrap_or_else(|error| panic!("{error}: {json}"))
}

fn message(json: &str) -> StructuredMessage<'_> {
    match decode(json).body {
        ServerBody::Message(message) => message,
        other => panic!("no message: {other:?}"),
    }
}

/// A message with these members in its body.
fn with_body(members: &str) -> String {
    format!(r#"{{"type":"message","class":"StructuredMessage","code":200,"body":{{{members}}}}}"#)
}

/// The project's own frame of this name.
fn own(name: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/frames").join(name);
    fs::read_to_string(path.with_extension("json"))
        .unwrap_or_else(|error| panic!("{name}: {error}"))
}

/// All of the project's own frames, by name.
fn all_own() -> Vec<(String, String)> {
    frames_in(&Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/frames"))
}

fn frames_in(folder: &Path) -> Vec<(String, String)> {
    let files =
        fs::read_dir(folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
    let mut frames: Vec<_> = files
        .map(|file| file.unwrap().path())
        .filter(|path| path.extension().is_some_and(|kind| kind == "json"))
        .map(|path| {
            let name = path.file_stem().unwrap().to_string_lossy().into_owned();
            (name, fs::read_to_string(&path).unwrap())
        })
        .collect();
    frames.sort();
    assert!(!frames.is_empty(), "no frames in {}", folder.display());
    frames
}

//! The fuzz targets' seeds, and a few random inputs, on the stable compiler.

use std::fs;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::path::Path;

use webmessaging_testkit::{fuzz, life};

/// A target's seeds by name.
fn seeds(target: &str) -> Vec<(String, Vec<u8>)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fuzz/seeds").join(target);
    let mut seeds: Vec<_> = fs::read_dir(&folder)
        .unwrap_or_else(|error| panic!("{}: {error}", folder.display()))
        .map(|file| file.unwrap().path())
        .map(|path| (path.display().to_string(), fs::read(&path).unwrap()))
        .collect();
    seeds.sort();
    assert!(seeds.len() >= 10, "{target}: {} seeds", seeds.len());
    seeds
}

/// Runs a body on all that there is; a finding is shown with its input.
fn run(body: fn(&[u8]), inputs: impl IntoIterator<Item = (String, Vec<u8>)>) {
    for (name, bytes) in inputs {
        if let Err(finding) = catch_unwind(AssertUnwindSafe(|| body(&bytes))) {
            eprintln!("{name}: {bytes:02x?}");
            resume_unwind(finding);
        }
    }
}

fn random(count: u64, len: usize) -> impl Iterator<Item = (String, Vec<u8>)> {
    (0..count).map(move |seed| (format!("random {seed}"), life::bytes(seed, len)))
}

#[test]
fn decode() {
    run(fuzz::decode, seeds("decode"));
    let frames = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/frames");
    let frames: Vec<_> = fs::read_dir(frames)
        .unwrap()
        .map(|file| file.unwrap().path())
        .map(|path| (path.display().to_string(), fs::read(&path).unwrap()))
        .collect();
    assert!(frames.len() > 50);
    for (name, frame) in &frames {
        // Wrong in one place after the other.
        run(
            fuzz::decode,
            (0..frame.len()).step_by(7).map(|at| {
                let mut wrong = frame.clone();
                wrong[at] ^= 0x11;
                (format!("{name}, byte {at}"), wrong)
            }),
        );
    }
    run(fuzz::decode, frames);
}

#[test]
fn roundtrip() {
    run(fuzz::roundtrip, seeds("roundtrip"));
    run(fuzz::roundtrip, random(300, 400));
}

#[test]
fn session() {
    run(fuzz::session, seeds("session"));
    run(fuzz::session, random(60, 600));
}

#[test]
fn model() {
    run(fuzz::model, seeds("model"));
    run(fuzz::model, random(60, 600));
}

#[test]
fn snapshot() {
    run(fuzz::snapshot, seeds("snapshot"));
    run(fuzz::snapshot, random(100, 400));
}

#[test]
fn emulator() {
    run(fuzz::emulator, seeds("emulator"));
    run(fuzz::emulator, random(60, 600));
}

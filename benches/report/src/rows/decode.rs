//! Decoding the frames that a guest receives.

use serde::de::IgnoredAny;
use serde_json::Value;
use webmessaging_proto::dialect::{Dialect, WebMessaging};

use crate::heap;
use crate::measure::{Batch, Effort, race, steady};
use crate::peers::frames::{Body, Known, Message, Session, Tagged, Text};
use crate::row::{Row, all};
use crate::scenes::FRAMES;

const DERIVE: &str = "serde_json, tag and flatten";
const VALUE: &str = "serde_json::Value";
const KNOWN: &str = "serde_json, class known";
const SONIC: &str = "sonic-rs, class known";
const SIMD: &str = "simd-json, class known";

pub fn rows(effort: Effort) -> Vec<Row> {
    FRAMES
        .iter()
        .flat_map(|(name, frame)| {
            if *name == "session response" {
                decode::<Session>(effort, name, frame)
            } else {
                decode::<Message>(effort, name, frame)
            }
        })
        .collect()
}

fn decode<B: Body>(effort: Effort, name: &str, frame: &[u8]) -> [Row; 2] {
    let mut scratch = frame.to_vec();
    let mut buffers = simd_json::Buffers::new(frame.len());
    let contenders: [Batch<'_>; 7] = [
        steady(|| WebMessaging.decode(frame).expect("a frame")),
        steady(|| serde_json::from_slice::<Tagged<'_>>(frame).expect("a frame")),
        steady(|| serde_json::from_slice::<Value>(frame).expect("JSON")),
        steady(|| serde_json::from_slice::<Known<Text<'_>, B::Read<'_>>>(frame).expect("a frame")),
        steady(|| sonic_rs::from_slice::<Known<Text<'_>, B::Read<'_>>>(frame).expect("a frame")),
        steady(|| {
            // It writes into what it reads.
            scratch.copy_from_slice(frame);
            simd::<B>(&mut scratch, &mut buffers);
        }),
        steady(|| serde_json::from_slice::<IgnoredAny>(frame).expect("JSON")),
    ];
    let [ours, derive, value, known, sonic, simd_json, floor] = race(effort, contenders);
    let time = Row::new(format!("decode {name}, {} bytes", frame.len()), "ns", ours)
        .peer(DERIVE, derive)
        .peer(VALUE, value)
        .peer(KNOWN, known)
        .peer(SONIC, sonic)
        .peer(SIMD, simd_json)
        .limit(floor)
        .target(
            "3x derive, 3x Value, 1.7x floor, ahead of simd-json, level with sonic-rs",
            |row| {
                all([
                    row.times(DERIVE).map(|times| times >= 3.0),
                    row.times(VALUE).map(|times| times >= 3.0),
                    row.times("limit").map(|times| times <= 1.7),
                    row.times(SIMD).map(|times| times > 1.0),
                    // What one run says of two that are level.
                    row.times(SONIC).map(|times| times >= 0.97),
                ])
            },
        );

    let mut bytes = frame.to_vec();
    let mut buffers = simd_json::Buffers::new(frame.len());
    let allocations = Row::new(
        format!("decode {name}: allocations"),
        "",
        count(|| WebMessaging.decode(frame).expect("a frame")),
    )
    .peer(DERIVE, count(|| serde_json::from_slice::<Tagged<'_>>(frame).expect("a frame")))
    .peer(VALUE, count(|| serde_json::from_slice::<Value>(frame).expect("JSON")))
    .peer(
        KNOWN,
        count(|| serde_json::from_slice::<Known<Text<'_>, B::Read<'_>>>(frame).expect("a frame")),
    )
    .peer(
        SONIC,
        count(|| sonic_rs::from_slice::<Known<Text<'_>, B::Read<'_>>>(frame).expect("a frame")),
    )
    .peer(SIMD, count(|| simd::<B>(&mut bytes, &mut buffers)))
    .target("at most 1", |row| row.ours.map(|ours| ours <= 1.0));
    [time, allocations]
}

/// Reads in place, with buffers that are used again.
#[inline]
fn simd<B: Body>(bytes: &mut [u8], buffers: &mut simd_json::Buffers) {
    let read =
        simd_json::serde::from_slice_with_buffers::<Known<Text<'_>, B::Read<'_>>>(bytes, buffers);
    std::hint::black_box(read.expect("a frame"));
}

fn count<T>(work: impl FnOnce() -> T) -> f64 {
    heap::counted(work).1.allocations as f64
}

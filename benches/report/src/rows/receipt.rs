//! A message comes into view, through to the bytes of its receipt.

use std::time::Duration;

use webmessaging_proto::Instant;

use crate::measure::{Batch, Effort, Timed, race, timed};
use crate::row::Row;
use crate::scenes::{self, Guest};

/// Messages that come into view in one batch.
const SEEN: usize = 24;
/// Sessions of a batch: one alone would be over before the clock has ticked.
const SESSIONS: usize = 8;

pub fn rows(effort: Effort) -> Vec<Row> {
    let [few, many, most] = race(effort, [batch(10), batch(1_000), batch(10_000)]);
    let row = Row::new("message visible to receipt bytes, 10,000 known", "ns", most)
        .peer("the same with 10 known", few)
        .peer("the same with 1,000 known", many)
        .target("at most 250 ns, and within 2x from 10 to 10,000", |_| {
            Some(few.max(many).max(most) <= 250.0 && most <= 2.0 * few)
        });
    vec![row]
}

/// Visits sessions that know `known` messages, the last of which are unread.
fn batch(known: usize) -> Batch<'static> {
    let ids: Vec<_> = (0..SEEN).map(|number| scenes::message_id(known + number)).collect();
    let mut scene = scenes::knowing(known - known.min(SEEN));
    for id in &ids {
        scenes::restore(&mut scene, id, false);
    }
    let mut wire = Vec::with_capacity(512);
    Box::new(move |operations| {
        let mut spent = Duration::ZERO;
        let mut done = 0;
        while done < operations {
            let mut guests = vec![scene.clone(); SESSIONS];
            for guest in &mut guests {
                // What a session sends first grows its buffers.
                warm(guest, &mut wire, &ids[0]);
            }
            spent += timed(|| {
                for guest in &mut guests {
                    for (id, at) in ids[1..].iter().zip(2..) {
                        let now = Instant::ORIGIN + scenes::PAUSE * at;
                        assert_eq!(scenes::see(guest, &mut wire, id, now), 1, "a receipt");
                    }
                }
            });
            done += (ids.len() as u64 - 1) * SESSIONS as u64;
        }
        Timed { spent, operations: done }
    })
}

fn warm(guest: &mut Guest, wire: &mut Vec<u8>, id: &str) {
    assert_eq!(scenes::see(guest, wire, id, Instant::ORIGIN + scenes::PAUSE), 1, "a receipt");
}

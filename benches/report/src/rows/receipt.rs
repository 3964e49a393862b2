//! A message comes into view, through to the bytes of its receipt.

use std::time::Duration;

use webmessaging_proto::Instant;

use crate::measure::{Batch, Effort, Timed, race, timed};
use crate::row::Row;
use crate::scenes::{self, Guest};

/// Messages of a session that come into view in one batch, if it knows so many.
const SEEN: usize = 24;
/// Sessions of a batch, for small ones would be over before the clock has ticked.
const SESSIONS: usize = 16;
/// Messages of all sessions in a batch: more would measure what a cache holds.
const MESSAGES: usize = 10_000;

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
    let unread = known.min(SEEN);
    let ids: Vec<_> = (0..unread).map(|number| scenes::message_id(known + number)).collect();
    let sessions = (MESSAGES / known).clamp(1, SESSIONS);
    let mut scene = scenes::knowing(known - unread);
    for id in &ids {
        scenes::restore(&mut scene, id, false);
    }
    let mut wire = Vec::with_capacity(512);
    Box::new(move |operations| {
        let mut spent = Duration::ZERO;
        let mut done = 0;
        while done < operations {
            let mut guests = vec![scene.clone(); sessions];
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
            done += (ids.len() as u64 - 1) * sessions as u64;
        }
        Timed { spent, operations: done }
    })
}

fn warm(guest: &mut Guest, wire: &mut Vec<u8>, id: &str) {
    assert_eq!(scenes::see(guest, wire, id, Instant::ORIGIN + scenes::PAUSE), 1, "a receipt");
}

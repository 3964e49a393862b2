//! Keys: the many that change nothing, and the one that opens a burst.

use std::cell::RefCell;
use std::pin::pin;
use std::time::Duration;

use tokio::time::{self, sleep_until};
use webmessaging_proto::Instant;

use crate::heap;
use crate::measure::{Batch, Effort, Timed, race, steady, timed};
use crate::node::{Told, is_ours};
use crate::peers::frames::{TypingEvent, TypingMessage, TypingRequest, TypingState};
use crate::row::{Row, all};
use crate::scenes;

const RESET: &str = "tokio Sleep::reset, given the time";
const RESET_BY_CLOCK: &str = "tokio Sleep::reset, reading the clock";
const IN_NODE: &str = ", in Node";
const SERDE: &str = "serde_json of an equal struct";
/// So short that the end of idle is never near: what it costs then is a row of its own.
const STEP: Duration = Duration::from_nanos(100);
const IDLE: Duration = Duration::from_secs(2);

/// With the keys of JavaScript's peers, if they were measured.
pub fn rows(effort: Effort, script: &Result<Told, String>) -> Vec<Row> {
    let mut rows = Vec::from(steady_state(effort, script));
    rows.extend([with_its_ticks(effort), opening(effort)]);
    rows
}

/// What a key costs the machine, and what it costs with the clock read that somebody has to pay: a
/// `Sleep` is always moved by the clock, whereas a driver reads it once for all that came together.
fn steady_state(effort: Effort, script: &Result<Told, String>) -> [Row; 2] {
    let (mut guest, mut now) = scenes::typing(1);
    let given = steady(move || {
        now = now + STEP;
        guest.keystroke(std::hint::black_box(now));
    });
    let (mut guest, typing_since) = scenes::typing(1);
    let start = std::time::Instant::now();
    let by_clock = steady(move || guest.keystroke(typing_since + start.elapsed()));
    let runtime = &runtime();
    let mut deadline = time::Instant::now() + IDLE;
    let reset: Batch<'_> = Box::new(move |operations| {
        resets(runtime, operations, || {
            deadline += STEP;
            deadline
        })
    });
    let reset_by_clock: Batch<'_> =
        Box::new(move |operations| resets(runtime, operations, || time::Instant::now() + IDLE));
    let clock = steady(std::time::Instant::now);
    let [given, by_clock, reset, reset_by_clock, clock] =
        race(effort, [given, by_clock, reset, reset_by_clock, clock]);

    let (mut guest, mut now) = scenes::typing(1);
    let ((), heap) = heap::counted(|| {
        for _ in 0..1_000 {
            now = now + STEP;
            guest.keystroke(now);
        }
    });
    let allocations = heap.allocations;
    let given = Row::new("keystroke while already typing, given the time", "ns", given)
        .peer(RESET_BY_CLOCK, reset_by_clock)
        .peer(RESET, reset)
        .note(format!("{allocations} allocations in 1,000 keys"));
    let given = in_javascript(script).fold(given, |row, (name, keys)| row.peer(name, keys)).target(
        "at most 6 ns, 0 allocations, 5x tokio reading the clock, 50x JavaScript's in Node",
        |row| {
            let in_javascript = row.ratios.iter().filter(|(name, _)| name.ends_with(IN_NODE));
            let ratios: Vec<_> = in_javascript.map(|(_, times)| *times).collect();
            all([
                row.ours.map(|ours| ours <= 6.0 && allocations == 0),
                row.times(RESET_BY_CLOCK).map(|times| times >= 5.0),
                (!ratios.is_empty()).then(|| ratios.iter().all(|times| *times >= 50.0)),
            ])
        },
    );
    let given = match script {
        Ok(told) => told.missing.iter().fold(given, |row, (name, why)| {
            row.note(format!("in JavaScript, {name} not measured: {why}"))
        }),
        Err(error) => given.note(format!("in JavaScript not measured: {error}")),
    };
    let by_clock = Row::new("keystroke while already typing, reading the clock", "ns", by_clock)
        .peer(RESET_BY_CLOCK, reset_by_clock)
        .limit(clock)
        .note("limit: reading the clock")
        .target("under tokio", |row| row.times(RESET_BY_CLOCK).map(|times| times > 1.0));
    [given, by_clock]
}

/// What JavaScript's own ways take, in Node.
fn in_javascript(script: &Result<Told, String>) -> impl Iterator<Item = (String, f64)> {
    let peers = script.iter().flat_map(|told| &told.node).filter(|(name, _)| !is_ours(name));
    peers.map(|(name, nanoseconds)| (format!("{name}{IN_NODE}"), *nanoseconds))
}

/// The plain way: a task with a pinned sleep that each key moves.
fn resets(
    runtime: &tokio::runtime::Runtime,
    operations: u64,
    mut deadline: impl FnMut() -> time::Instant,
) -> Timed {
    let spent = runtime.block_on(async {
        let mut sleep = pin!(sleep_until(time::Instant::now() + IDLE));
        // Asleep: only a timer that is waited for is in the runtime's wheel.
        std::future::poll_fn(|context| {
            assert!(sleep.as_mut().poll(context).is_pending(), "it has just begun");
            std::task::Poll::Ready(())
        })
        .await;
        timed(|| {
            for _ in 0..operations {
                sleep.as_mut().reset(std::hint::black_box(deadline()));
            }
        })
    });
    Timed { spent, operations }
}

fn runtime() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_current_thread().enable_time().build().expect("a runtime")
}

/// As a fast typist does, with the driver asking for outputs and the deadline after each key.
fn with_its_ticks(effort: Effort) -> Row {
    let (mut guest, mut now) = scenes::typing(1);
    let mut wire = Vec::with_capacity(512);
    let key = steady(move || {
        let next = now + Duration::from_millis(100);
        if let Some(deadline) = guest.deadline().filter(|deadline| deadline.at <= next) {
            guest.tick(deadline.at).expect("nothing is pending");
            assert_eq!(scenes::drain(&mut guest, &mut wire), 0, "still typing");
        }
        now = next;
        guest.keystroke(now);
        scenes::drain(&mut guest, &mut wire)
    });
    let [ours] = race(effort, [key]);
    Row::new("keystroke every 100 ms, with its ticks and a drain after each", "ns", ours)
}

fn opening(effort: Effort) -> Row {
    let wire = RefCell::new(Vec::with_capacity(512));
    let burst = bursts(&wire);
    let mut bytes = Vec::with_capacity(512);
    let serde = steady(move || {
        bytes.clear();
        let request = TypingRequest {
            action: "onMessage",
            token: scenes::TOKEN,
            tracing_id: "4b0c7a52-9d1e-4f86-8a3b-c2d5e6f70819",
            message: TypingMessage {
                kind: "Event",
                events: [TypingEvent { event_type: "Typing", typing: TypingState { kind: "On" } }],
            },
        };
        serde_json::to_writer(&mut bytes, std::hint::black_box(&request)).expect("it fits");
        bytes.len()
    });
    let [ours, serde] = race(effort, [burst, serde]);

    let mut guest = scenes::ready(1);
    let wire = &mut *wire.borrow_mut();
    let mut now = Instant::ORIGIN;
    let mut allocations = 0;
    for burst in 0..200 {
        now = now + scenes::PAUSE;
        let (_, heap) = heap::counted(|| scenes::open_burst(&mut guest, wire, now));
        // What has to grow has grown by then.
        allocations += if burst < 100 { 0 } else { heap.allocations };
        scenes::close_burst(&mut guest, wire, now + IDLE / 2);
    }
    Row::new("keystroke that opens a burst, to frame bytes", "ns", ours)
        .peer(SERDE, serde)
        .note(format!("{allocations} allocations in 100 bursts after warm-up"))
        .target("at most 150 ns, 0 allocations", |_| Some(ours <= 150.0 && allocations == 0))
}

/// One burst in each of many sessions, since a burst is too short for a clock; what ends them is not
/// counted.
fn bursts(wire: &RefCell<Vec<u8>>) -> Batch<'_> {
    const SESSIONS: u64 = 64;
    let mut guests: Vec<_> = (0..SESSIONS).map(scenes::ready).collect();
    let mut now = Instant::ORIGIN;
    Box::new(move |operations| {
        let wire = &mut *wire.borrow_mut();
        let mut spent = Duration::ZERO;
        let mut done = 0;
        while done < operations {
            now = now + scenes::PAUSE;
            spent += timed(|| {
                for guest in &mut guests {
                    assert_eq!(scenes::open_burst(guest, wire, now), 1, "On");
                }
            });
            done += SESSIONS;
            let end = now + IDLE / 2;
            for guest in &mut guests {
                scenes::close_burst(guest, wire, end);
            }
        }
        Timed { spent, operations: done }
    })
}

//! The core's hot paths under criterion: `cargo bench`, or `cargo bench -- decode`.

#![allow(missing_docs, reason = "criterion's macros make undocumented functions")]

use std::time::{Duration, Instant as Clock};

use criterion::{BatchSize, BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use webmessaging_benches::scenes;
use webmessaging_proto::dialect::{Dialect, WebMessaging};
use webmessaging_proto::{EndpointOutput, Instant};

/// So short that the end of idle stays away.
const STEP: Duration = Duration::from_nanos(100);
/// Sessions that open a burst together, and messages that come into view one after the other: one
/// alone is too short for a clock.
const TOGETHER: u32 = 16;

fn keystroke(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("keystroke");
    group.bench_function("while typing", |bencher| {
        let (mut guest, mut now) = scenes::typing(1);
        bencher.iter(|| {
            now = now + STEP;
            guest.keystroke(now);
        });
    });

    // Sessions that have done it before, so that their buffers have grown.
    group.bench_function("that opens a burst, to bytes", |bencher| {
        let mut guests: Vec<_> = (0..TOGETHER.into()).map(scenes::ready).collect();
        let mut wire = Vec::with_capacity(512);
        let mut now = Instant::ORIGIN;
        bencher.iter_custom(|bursts| {
            let mut spent = Duration::ZERO;
            for _ in 0..bursts.div_ceil(TOGETHER.into()) {
                now = now + scenes::PAUSE;
                let start = Clock::now();
                for guest in &mut guests {
                    scenes::open_burst(guest, &mut wire, now);
                }
                spent += start.elapsed();
                for guest in &mut guests {
                    scenes::close_burst(guest, &mut wire, now + Duration::from_secs(1));
                }
            }
            // It may have been a few more than were asked for.
            spent.mul_f64(f64_of(bursts) / f64_of(bursts.next_multiple_of(TOGETHER.into())))
        });
    });
    group.finish();
}

fn decode(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("decode");
    for (name, frame) in scenes::FRAMES {
        group.throughput(Throughput::Bytes(frame.len() as u64));
        group.bench_function(name, |bencher| bencher.iter(|| WebMessaging.decode(frame)));
    }
    group.finish();
}

fn receipt(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group(format!("{TOGETHER} messages visible, to receipts"));
    group.throughput(Throughput::Elements(TOGETHER.into()));
    for known in [17, 1_000, 10_000] {
        group.bench_function(BenchmarkId::new("known", known), |bencher| {
            let unread = TOGETHER as usize + 1;
            let ids: Vec<_> = (0..unread).map(|at| scenes::message_id(known + at)).collect();
            let mut scene = scenes::knowing(known - unread);
            for id in &ids {
                scenes::restore(&mut scene, id, false);
            }
            let mut wire = Vec::with_capacity(512);
            bencher.iter_batched_ref(
                || {
                    let mut guest = scene.clone();
                    // What a session sends first grows its buffers.
                    let now = Instant::ORIGIN + scenes::PAUSE;
                    scenes::see(&mut guest, &mut Vec::new(), &ids[0], now);
                    guest
                },
                |guest| {
                    for (id, at) in ids[1..].iter().zip(2..) {
                        scenes::see(guest, &mut wire, id, Instant::ORIGIN + scenes::PAUSE * at);
                    }
                },
                BatchSize::PerIteration,
            );
        });
    }
    group.finish();
}

fn tick(criterion: &mut Criterion) {
    criterion.bench_function("tick with nothing due", |bencher| {
        let (mut guest, now) = scenes::typing(1);
        let mut wire = Vec::new();
        bencher.iter(|| -> Option<EndpointOutput> {
            guest.tick(now).expect("nothing is pending");
            guest.poll_output(&mut wire)
        });
    });
}

#[allow(clippy::cast_precision_loss, reason = "iterations of one sample")]
fn f64_of(count: u64) -> f64 {
    count as f64
}

criterion_group!(benches, keystroke, decode, receipt, tick);
criterion_main!(benches);

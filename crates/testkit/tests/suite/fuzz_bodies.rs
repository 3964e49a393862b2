//! The bodies of the fuzz targets: the seeds, and inputs that are made of them.
//!
//! `FUZZ_RUNS=50000 cargo test -p webmessaging-testkit --test suite fuzz_bodies::session` tries more.
//! The same number means the same input everywhere. What fails is written to `fuzz/artifacts`.

use std::any::Any;
use std::fs;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;

use webmessaging_testkit::fuzz::{self, Inputs};

fn folder(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").join(name)
}

/// The files of a folder, in the order of their names.
fn files(name: &str) -> Vec<Vec<u8>> {
    let mut paths: Vec<_> = fs::read_dir(folder(name))
        .unwrap_or_else(|error| panic!("{name}: {error}"))
        .map(|file| file.unwrap().path())
        .collect();
    paths.sort();
    assert!(paths.len() >= 10, "{name}: {} files", paths.len());
    paths.iter().map(|path| fs::read(path).unwrap()).collect()
}

/// The words of the dictionary that the fuzzer reads, too.
fn words() -> Vec<Vec<u8>> {
    let dictionary = fs::read_to_string(folder("fuzz/json.dict")).unwrap();
    let quoted = dictionary.lines().filter(|line| line.starts_with('"'));
    let words: Vec<_> = quoted.map(|line| serde_json::from_str::<String>(line).unwrap()).collect();
    assert!(words.len() > 30);
    words.into_iter().map(String::into_bytes).collect()
}

type Finding = Box<dyn Any + Send>;

/// Runs a body on all seeds and on `few` inputs more, or on as many as `FUZZ_RUNS` says, on all
/// cores; of several findings the one of the lowest number is shown.
fn run(target: &str, body: fn(&[u8]), inputs: &Inputs, few: u64) {
    let asked = std::env::var("FUZZ_RUNS").ok().and_then(|runs| runs.parse().ok());
    let runs: u64 = asked.unwrap_or_else(|| inputs.seeds() + few);
    let lowest = AtomicU64::new(runs);
    // Of all inputs, in whatever order: two runs that print the same have tried the same.
    let digest = AtomicU64::new(0);
    let look = |first: u64, step: u64| -> Option<(u64, Finding)> {
        let mut number = first;
        while number < lowest.load(Ordering::Relaxed) {
            let input = inputs.get(number);
            let mut hasher = DefaultHasher::new();
            (number, &input).hash(&mut hasher);
            digest.fetch_add(hasher.finish(), Ordering::Relaxed);
            if let Err(finding) = catch_unwind(AssertUnwindSafe(|| body(&input))) {
                lowest.fetch_min(number, Ordering::Relaxed);
                return Some((number, finding));
            }
            number += step;
        }
        None
    };
    let look = &look;
    let threads = thread::available_parallelism().map_or(1, |count| count.get() as u64);
    let findings: Vec<_> = thread::scope(|scope| {
        let started: Vec<_> =
            (0..threads).map(|first| scope.spawn(move || look(first, threads))).collect();
        started.into_iter().filter_map(|thread| thread.join().unwrap()).collect()
    });
    let Some((number, finding)) = findings.into_iter().min_by_key(|(number, _)| *number) else {
        println!("{target}: {runs} inputs, digest {:016x}", digest.into_inner());
        return;
    };
    let artifacts = folder("fuzz/artifacts");
    let kept = artifacts.join(format!("{target}-{number}"));
    fs::create_dir_all(&artifacts).unwrap();
    fs::write(&kept, inputs.get(number)).unwrap();
    eprintln!("{target}: input {number} fails; it is in fuzz/artifacts/{target}-{number}");
    resume_unwind(finding);
}

fn seeds(target: &str) -> Vec<Vec<u8>> {
    files(&format!("fuzz/seeds/{target}"))
}

/// How much memory reading takes, and what comes of it.
fn decode_measured(data: &[u8]) {
    let taken = allocation_counter::measure(|| fuzz::decode_only(data));
    let most = fuzz::most_memory_to_decode(data.len());
    assert!(taken.bytes_max <= most, "{} bytes for {}", taken.bytes_max, data.len());
    fuzz::decode(data);
}

#[test]
fn decode() {
    let seeds = [seeds("decode"), files("tests/frames")].concat();
    run("decode", decode_measured, &Inputs::new(seeds, words(), 2_048), 3_000);
}

#[test]
fn roundtrip() {
    run("roundtrip", fuzz::roundtrip, &Inputs::new(seeds("roundtrip"), Vec::new(), 1_024), 300);
}

#[test]
fn session() {
    run("session", fuzz::session, &Inputs::new(seeds("session"), Vec::new(), 512), 100);
}

#[test]
fn model() {
    run("model", fuzz::model, &Inputs::new(seeds("model"), Vec::new(), 512), 100);
}

#[test]
fn snapshot() {
    run("snapshot", fuzz::snapshot, &Inputs::new(seeds("snapshot"), Vec::new(), 512), 100);
}

#[test]
fn emulator() {
    run("emulator", fuzz::emulator, &Inputs::new(seeds("emulator"), words(), 1_024), 100);
}

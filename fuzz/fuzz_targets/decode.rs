//! Any bytes as a frame from the server, and how much memory reading it takes.
#![no_main]

use webmessaging_testkit::fuzz;

/// For each byte that is read; growing lists are there twice for a moment.
const ROOM_PER_BYTE: u64 = 512;

libfuzzer_sys::fuzz_target!(|data: &[u8]| {
    let taken = allocation_counter::measure(|| fuzz::decode_only(data));
    let most = data.len() as u64 * ROOM_PER_BYTE + 4_096;
    assert!(taken.bytes_max <= most, "{} bytes for {}", taken.bytes_max, data.len());
    fuzz::decode(data);
});

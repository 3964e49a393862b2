//! Any bytes as a frame from the server, and how much memory reading it takes.
#![no_main]

use webmessaging_testkit::fuzz;

libfuzzer_sys::fuzz_target!(|data: &[u8]| {
    let taken = allocation_counter::measure(|| fuzz::decode_only(data));
    let most = fuzz::most_memory_to_decode(data.len());
    assert!(taken.bytes_max <= most, "{} bytes for {}", taken.bytes_max, data.len());
    fuzz::decode(data);
});

//! Frames there and back.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| webmessaging_testkit::fuzz::roundtrip(data));

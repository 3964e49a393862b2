//! A session that is put away and restored, and any bytes as a snapshot.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| webmessaging_testkit::fuzz::snapshot(data));

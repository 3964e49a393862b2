//! The life of a session, watched.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| webmessaging_testkit::fuzz::session(data));

//! The life of a session beside the reference model.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| webmessaging_testkit::fuzz::model(data));

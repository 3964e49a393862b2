//! A hostile client of the emulated service.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| webmessaging_testkit::fuzz::emulator(data));

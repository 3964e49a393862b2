//! The driver in a browser: the same tests, and what only a browser has.
#![cfg(target_family = "wasm")]
#![allow(missing_docs, unreachable_pub, clippy::unwrap_used, reason = "tests")]

mod suite;

use wasm_bindgen_test::wasm_bindgen_test_configure;

wasm_bindgen_test_configure!(run_in_browser);

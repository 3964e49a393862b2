//! Why a verb or a constructor was refused, and its form in JavaScript.
//!
//! Owns: [`GuestError`], its codes. Must not know: how a mistake is found.

use wasm_bindgen::JsValue;
use webmessaging_proto::{InputError, RestoreError};

use crate::script::Error;

/// A caller's mistake.
#[derive(Debug)]
pub(crate) struct GuestError {
    code: &'static str,
    message: String,
}

impl GuestError {
    pub(crate) fn config(problem: String) -> Self {
        Self { code: "invalid_config", message: problem }
    }

    pub(crate) fn argument(message: &str) -> Self {
        Self { code: "invalid_argument", message: message.into() }
    }

    pub(crate) fn freed() -> Self {
        Self { code: "freed", message: "the guest was freed: make another one".into() }
    }
}

impl From<RestoreError> for GuestError {
    fn from(refused: RestoreError) -> Self {
        Self { code: "invalid_snapshot", message: refused.message() }
    }
}

impl From<InputError> for GuestError {
    fn from(refused: InputError) -> Self {
        Self { code: refused.code(), message: refused.message() }
    }
}

/// An `Error` with a `code`.
impl From<GuestError> for JsValue {
    fn from(error: GuestError) -> Self {
        let thrown = Error::new(&error.message);
        thrown.set_code(error.code);
        thrown.into()
    }
}

//! Why a verb or a constructor was refused, and its form in JavaScript.
//!
//! Owns: [`GuestError`], its codes. Must not know: how a mistake is found.

use js_sys::{Error, Reflect};
use thiserror::Error;
use wasm_bindgen::JsValue;
use webmessaging_proto::{InputError, RestoreError};

use crate::config::ConfigProblem;

/// The caller's mistakes.
#[derive(Debug, Error)]
pub(crate) enum GuestError {
    #[error(transparent)]
    Config(#[from] ConfigProblem),
    #[error(transparent)]
    Restore(#[from] RestoreError),
    #[error(transparent)]
    Refused(#[from] InputError),
    #[error("`{argument}` must be {expected}")]
    Argument { argument: &'static str, expected: &'static str },
    #[error("the guest was freed: make another one")]
    Freed,
}

impl GuestError {
    const fn code(&self) -> &'static str {
        match self {
            Self::Config(_) => "invalid_config",
            Self::Restore(_) => "invalid_snapshot",
            Self::Refused(refused) => refused.code(),
            Self::Argument { .. } => "invalid_argument",
            Self::Freed => "freed",
        }
    }
}

/// An `Error` with a `code`.
impl From<GuestError> for JsValue {
    fn from(error: GuestError) -> Self {
        let thrown = Error::new(&error.to_string());
        // A fresh object takes every member.
        let _ = Reflect::set(&thrown, &"code".into(), &error.code().into());
        thrown.into()
    }
}

//! JSON text, of which a page should not have to load more code than it needs.
//!
//! Owns: its grammar and its spelling. Must not know: what is said in it.

mod cursor;
mod escape;
mod plain;
mod serializer;
mod text;

pub(crate) use cursor::{Cursor, DEPTH, Malformed, Place, Result};
pub use serializer::to_string;
pub(crate) use text::{MAX_DIGITS, digits, escaped, number, string};

//! Of two times that may not come, the one that comes first.
//!
//! Owns: [`earlier`]. Must not know: what is due.

/// The lesser of both, if there are two. At every step of a run: an iterator over three of them costs more than the
/// three of them.
pub(crate) fn earlier<T: Ord>(one: Option<T>, other: Option<T>) -> Option<T> {
    match (one, other) {
        (Some(one), Some(other)) => Some(one.min(other)),
        (one, other) => one.or(other),
    }
}

//! What is shared between threads, and whom it wakes.
//!
//! Owns: how a lock is taken, and that nobody is woken under it. Must not know: what is locked.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::task::Waker;

/// To be held while no code of others runs: then a poisoned state is still a whole one.
pub(crate) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Wakes whoever is found there, without the lock: a waker runs code of others.
pub(crate) fn unlock_and_wake<T>(
    mut locked: MutexGuard<'_, T>,
    waker: impl FnOnce(&mut T) -> Option<Waker>,
) {
    let waker = waker(&mut locked);
    drop(locked);
    if let Some(waker) = waker {
        waker.wake();
    }
}

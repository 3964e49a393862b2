//! One `setTimeout`.
//!
//! Owns: when it is set again: only to ring earlier, or after it has rung; that a delay is never
//! rounded to an earlier time. Must not know: what is due.

use std::cell::{Cell, RefCell};
use std::time::Duration;

use wasm_bindgen::prelude::*;
use webmessaging_proto::Instant;

use crate::environment::{Environment, report};

/// Rings at the time it was set for, or earlier; then it must be set again. Calls into JavaScript
/// when dropped.
pub(crate) struct Alarm {
    environment: Environment,
    rings: Closure<dyn Fn()>,
    /// The time-out that is under way, with the time that it was set for.
    set: RefCell<Option<JsValue>>,
    at: Cell<Option<Instant>>,
}

impl Alarm {
    pub(crate) fn new(environment: Environment, rings: impl Fn() + 'static) -> Self {
        Self {
            environment,
            rings: Closure::new(rings),
            set: RefCell::default(),
            at: Cell::default(),
        }
    }

    /// Asks to be rung at `deadline` at the latest. One that rings earlier is left alone: it costs
    /// one call, and setting it anew costs two.
    pub(crate) fn set(&self, deadline: Option<Instant>) {
        let Some(deadline) = deadline else { return self.clear() };
        if self.at.get().is_some_and(|at| at <= deadline) {
            return;
        }
        self.clear();
        self.at.set(Some(deadline));
        match self
            .environment
            .set_timeout(self.rings.as_ref(), delay_ms(deadline - self.environment.instant()))
        {
            Ok(timeout) => drop(self.set.replace(Some(timeout))),
            Err(error) => {
                self.at.set(None);
                report(&error);
            }
        }
    }

    /// It has rung.
    pub(crate) fn rang(&self) {
        self.at.set(None);
        self.set.replace(None);
    }

    fn clear(&self) {
        self.at.set(None);
        let Some(timeout) = self.set.take() else { return };
        if let Err(error) = self.environment.clear_timeout(&timeout) {
            report(&error);
        }
    }
}

impl Drop for Alarm {
    fn drop(&mut self) {
        self.clear();
    }
}

/// Whole milliseconds that are not less than `wait`.
fn delay_ms(wait: Duration) -> i32 {
    // The longest delay there is: a longer one would ring at once.
    i32::try_from(millis_up(wait)).unwrap_or(i32::MAX)
}

/// A span in milliseconds, rounded up.
pub(crate) fn millis_up(span: Duration) -> u64 {
    let fraction = span.subsec_nanos().div_ceil(1_000_000);
    span.as_secs().saturating_mul(1_000).saturating_add(fraction.into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_delay_is_rounded_up_and_fits_a_time_out() {
        let delay = |nanos| delay_ms(Duration::from_nanos(nanos));
        assert_eq!([delay(0), delay(1), delay(1_000_000), delay(1_000_001)], [0, 1, 1, 2]);
        assert_eq!(delay_ms(Duration::MAX), i32::MAX);
    }
}

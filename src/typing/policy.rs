//! The rules of time of the own typing indicator.
//!
//! Owns: their values, the two sets that are in use, and which go together. Must not know: what is done
//! by them.

use core::time::Duration;

use crate::error::ConfigError;

/// The shortest idle time: below it, an indicator flickers between two keys. For the same reason the
/// shortest refresh, remote TTL and hold.
pub const MIN_IDLE: Duration = Duration::from_millis(500);

const LIVE_REFRESH: Duration = Duration::from_secs(4);

/// The rules of the own typing indicator.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct TypingPolicy {
    /// From the first key to the first On.
    pub start_delay: Duration,
    /// From an On to the next On, at least. Off is exempt.
    pub min_gap: Duration,
    /// From an On to its repetition while the user goes on typing, at least [`MIN_IDLE`]; `None`: one
    /// On a burst, or with a `remote_ttl` one whenever that is over.
    pub refresh: Option<Duration>,
    /// From the last key to the end of typing; at least [`MIN_IDLE`].
    pub idle: Duration,
    /// How long the remote shows typing after an On, at least [`MIN_IDLE`]; `None`: until an Off.
    pub remote_ttl: Option<Duration>,
    /// Whether an Off is sent at all.
    pub sends_off: bool,
    /// Whether the remote takes the indicator away when a message arrives.
    pub message_ends_belief: bool,
    /// How long [`Typing::hold`](super::Typing::hold) lasts without a repetition, at most; at least
    /// [`MIN_IDLE`].
    pub hold: Duration,
}

impl TypingPolicy {
    /// The tutorial's rules: one On a burst, Off 2 s after the last key.
    #[must_use]
    pub const fn guide() -> Self {
        Self {
            start_delay: Duration::ZERO,
            min_gap: Duration::from_millis(500),
            refresh: None,
            idle: Duration::from_secs(2),
            remote_ttl: None,
            sends_off: true,
            message_ends_belief: false,
            hold: Duration::from_secs(60),
        }
    }

    /// The live service's rules: no Off, On again every 4 s, shown for 5 s (`wire.md` 5.4).
    #[must_use]
    pub const fn live() -> Self {
        Self {
            start_delay: Duration::ZERO,
            min_gap: Duration::from_secs(1),
            refresh: Some(LIVE_REFRESH),
            idle: Duration::from_secs(2),
            remote_ttl: Some(Duration::from_secs(5)),
            sends_off: false,
            message_ends_belief: true,
            hold: Duration::from_secs(60),
        }
    }

    /// These rules on a wire without Off: as they are if they send none; else the live service's, with
    /// this policy's idle time, hold and, up to the refresh, start delay.
    #[must_use]
    pub const fn without_off(self) -> Self {
        if !self.sends_off {
            return self;
        }
        let is_short = self.start_delay.as_nanos() < LIVE_REFRESH.as_nanos();
        let start_delay = if is_short { self.start_delay } else { LIVE_REFRESH };
        Self { start_delay, idle: self.idle, hold: self.hold, ..Self::live() }
    }

    /// Whether the rules go together.
    ///
    /// # Errors
    /// Names the first rule that does not.
    pub fn check(&self) -> Result<(), ConfigError> {
        if self.idle < MIN_IDLE {
            return Err(ConfigError::IdleTooShort { idle: self.idle, minimum: MIN_IDLE });
        }
        if self.start_delay >= self.idle {
            return Err(ConfigError::StartDelayTooLong {
                start_delay: self.start_delay,
                idle: self.idle,
            });
        }
        let minimum = MIN_IDLE;
        if self.hold < minimum {
            return Err(ConfigError::HoldTooShort { hold: self.hold, minimum });
        }
        if let Some(refresh) = self.refresh.filter(|refresh| *refresh < minimum) {
            return Err(ConfigError::RefreshTooShort { refresh, minimum });
        }
        if let Some(remote_ttl) = self.remote_ttl.filter(|remote_ttl| *remote_ttl < minimum) {
            return Err(ConfigError::RemoteTtlUnderMinimum { remote_ttl, minimum });
        }
        if let Some(refresh) = self.refresh.filter(|refresh| *refresh < self.min_gap) {
            return Err(ConfigError::RefreshUnderMinGap { refresh, min_gap: self.min_gap });
        }
        let longest = self.refresh.unwrap_or_default().max(self.min_gap).max(self.start_delay);
        match self.remote_ttl {
            Some(remote_ttl) if remote_ttl <= longest => {
                Err(ConfigError::RemoteTtlTooShort { remote_ttl, longest })
            }
            None if !self.sends_off => Err(ConfigError::EndlessIndicator),
            _ => Ok(()),
        }
    }
}

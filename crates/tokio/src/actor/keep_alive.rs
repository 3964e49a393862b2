//! Pings, and what their pongs prove.
//!
//! Owns: when a ping is due, when its pong is missing. Must not know: transports, sessions.

use std::time::Duration;

use webmessaging_proto::Instant;

pub(super) struct KeepAlive {
    interval: Duration,
    next: Instant,
    pings: u64,
    /// The last ping has no pong yet.
    open: bool,
    /// A frame was sent after the last ping, so that its pong proves nothing about that frame.
    frame_since: bool,
}

/// What is due.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Beat {
    /// Send a ping of this number.
    Ping(u64),
    /// The peer has not answered the last one.
    Missed,
}

impl KeepAlive {
    pub(super) fn new(interval: Duration, now: Instant) -> Self {
        // A zero interval would ping in a loop.
        let interval = interval.max(Duration::from_millis(1));
        Self { interval, next: now + interval, pings: 0, open: false, frame_since: false }
    }

    pub(super) const fn deadline(&self) -> Instant {
        self.next
    }

    /// What is due now. Without `listening`, nothing was heard because nobody listened: that is no
    /// evidence, and the whole beat is put off.
    pub(super) fn beat(&mut self, now: Instant, listening: bool) -> Option<Beat> {
        if now < self.next {
            return None;
        }
        self.next = now + self.interval;
        if !listening {
            return None;
        }
        if self.open {
            return Some(Beat::Missed);
        }
        self.pings += 1;
        self.open = true;
        self.frame_since = false;
        Some(Beat::Ping(self.pings))
    }

    pub(super) fn frame_sent(&mut self) {
        self.frame_since = true;
    }

    /// Whether this pong proves that every frame so far has arrived.
    pub(super) fn pong(&mut self, ping: u64) -> bool {
        let expected = self.open && ping == self.pings;
        if expected {
            self.open = false;
        }
        expected && !self.frame_since
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(millis: u64) -> Instant {
        Instant::from_millis(millis)
    }

    #[test]
    fn a_pong_proves_only_what_was_sent_before_its_ping() {
        let mut pings = KeepAlive::new(Duration::from_millis(10), at(0));
        pings.frame_sent();
        assert_eq!(pings.beat(at(9), true), None);
        assert_eq!(pings.beat(at(10), true), Some(Beat::Ping(1)));
        assert!(pings.pong(1));
        assert!(!pings.pong(1), "once");
        assert_eq!(pings.beat(at(20), true), Some(Beat::Ping(2)));
        assert!(!pings.pong(1), "of an older ping");
        pings.frame_sent();
        assert!(!pings.pong(2), "a frame went between");
        assert_eq!(pings.beat(at(30), true), Some(Beat::Ping(3)));
        assert!(pings.pong(3));
    }

    #[test]
    fn a_pong_that_is_missing_at_the_next_beat_is_a_loss_unless_nobody_listened() {
        let mut pings = KeepAlive::new(Duration::from_millis(10), at(0));
        assert_eq!(pings.beat(at(10), true), Some(Beat::Ping(1)));
        assert_eq!(pings.beat(at(20), false), None);
        assert_eq!(pings.deadline(), at(30));
        assert_eq!(pings.beat(at(30), true), Some(Beat::Missed));
    }
}

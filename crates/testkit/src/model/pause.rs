//! A pause that the server asks for, or that its failures ask for.
//!
//! Owns: how long it is. Must not know: who pauses.

use core::time::Duration;

use webmessaging_proto::Instant;

const UNSAID: Duration = Duration::from_secs(5);
const SHORTEST: Duration = Duration::from_secs(1);
const LONGEST: Duration = Duration::from_secs(300);

#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Pause {
    pub(super) until: Instant,
    /// How many refusals there were in a row, and when the newest that counted came.
    pub(super) row: u32,
    counted_at: Option<Instant>,
}

impl Pause {
    /// A refusal of a request that was written at a time, if it is known which. Gives the wait.
    pub(super) fn refusal(
        &mut self,
        asked: Option<Duration>,
        written_at: Option<Instant>,
        now: Instant,
    ) -> Duration {
        // Of a volley only the first counts: a further one is for what was written after it.
        // Decision: at the same instant counts as after; one that nobody knows the cause of is a
        // further one once the pause is over.
        let further = match written_at {
            Some(at) => self.counted_at.is_none_or(|counted| at >= counted),
            None => now >= self.until,
        };
        if further {
            // Decision: five minutes of peace after the pause end the row.
            let peace_since = self.counted_at.map(|counted| counted.max(self.until));
            if peace_since.is_some_and(|since| now > since + LONGEST) {
                self.row = 0;
            }
            self.row += 1;
            self.counted_at = Some(now);
        }
        let doubled = 2_u32.checked_pow(self.row.saturating_sub(1)).unwrap_or(u32::MAX);
        let asked = asked.unwrap_or(UNSAID).clamp(SHORTEST, LONGEST);
        let wait = asked.saturating_mul(doubled).min(LONGEST);
        self.until = self.until.max(now + wait);
        wait
    }
}

//! The requests of one connection: how many, how fast, and what each was for.
//!
//! Owns: the request budget (`wire.md` 5.6) and the way from a `tracingId` back to its cause.
//! Must not know: what is done about a failure.

use alloc::collections::VecDeque;
use alloc::vec::Vec;
use core::fmt;
use core::time::Duration;

use crate::growth::{push_back, push_back_with_room};
use crate::id::{LocalKey, TracingId};
use crate::lazy::Lazy;
use crate::receipts::LedgerId;
use crate::rng::Rng;
use crate::time::Instant;
use crate::typing::SentNotice;

/// The service counts over a minute; the rest is a margin for jitter on the way.
const WINDOW: Duration = Duration::from_secs(62);
/// Requests a connection may send in a window.
const BUDGET: usize = 60;
/// What the others leave of the budget for configures and texts.
const RESERVE: usize = 10;
const RECEIPT_BUDGET: usize = 30;
const ECHO_BUDGET: usize = 2;
/// Configures a session may send in a window, over all connections.
const CONFIGURE_BUDGET: usize = 60;

/// What a request was for.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Cause {
    Configure,
    CloseSession,
    Join,
    Text(LocalKey),
    Typing(SentNotice),
    Receipt(LedgerId),
    Echo,
}

/// Who asks for room in the budget.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Share {
    /// Configures and texts: all of it.
    Essential,
    Typing,
    /// With so many left free for typing.
    Receipt(usize),
    /// With so many left free for typing.
    Echo(usize),
}

/// A request as it was written.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Request {
    pub(crate) tracing_id: TracingId,
    pub(crate) cause: Cause,
    pub(crate) at: Instant,
    /// How many receipts had been sent before, over all connections.
    pub(crate) receipts_before: u32,
}

/// A request as it is noted: of all that a session keeps, there is most of these.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Noted {
    cause: Cause,
    at: Instant,
    receipts_before: u32,
    name: Name,
}

const _: () = assert!(size_of::<Noted>() == 32);

/// How many numbers were drawn between the first name of the connection and this one, and whether
/// the request was answered with an error: the same answer again means nothing.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Name(u32);

impl Name {
    const FAILED: u32 = 1 << 31;

    /// More are not drawn in thirty years of a full budget on one connection.
    fn new(draws: u64) -> Self {
        Self(u32::try_from(draws % u64::from(Self::FAILED)).unwrap_or_default())
    }

    fn draws(self) -> u64 {
        (self.0 % Self::FAILED).into()
    }

    const fn has_failed(self) -> bool {
        self.0 >= Self::FAILED
    }

    /// Whether it is the first error.
    const fn fail(&mut self) -> bool {
        let is_first = !self.has_failed();
        self.0 |= Self::FAILED;
        is_first
    }
}

/// The requests of the current connection, oldest first.
#[derive(Clone, Default, PartialEq)]
pub(crate) struct Requests {
    log: VecDeque<Noted>,
    /// The sequence as it was when the first name was drawn from it.
    before_first: Rng,
    /// How many of them arrived: the oldest ones, since one that is answered, or a later one, did.
    arrived: usize,
    /// When the last configure was sent, over all connections,
    configured_at: Option<Instant>,
    /// and those before it, oldest first, as far as they are in the same window: most sessions have none.
    configured_before: Lazy<VecDeque<Instant>>,
}

/// With the names themselves: where they stand in a sequence tells nothing.
impl fmt::Debug for Requests {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let requests = self.log.iter().map(|noted| (self.request(noted), noted.name.has_failed()));
        f.debug_struct("Requests")
            .field("log", &requests.collect::<Vec<_>>())
            .field("arrived", &self.arrived)
            .field("configured_at", &self.configured_at)
            .field("configured_before", &self.configured_before)
            .finish_non_exhaustive()
    }
}

impl Requests {
    /// So many are kept: all that can be in a window, and a few more for late answers.
    const KEPT: usize = BUDGET + 4;
    /// Whoever configures will type: one block for both, not one for each of the first requests.
    const ROOM: usize = 4;

    /// Notes a request, and draws a name for it. The last `unwritten` before it are kept in any case:
    /// they may be taken back.
    pub(crate) fn push(
        &mut self,
        cause: Cause,
        at: Instant,
        receipts_before: u32,
        unwritten: usize,
        rng: &mut Rng,
    ) -> TracingId {
        if cause == Cause::Configure {
            self.note_configure(at);
        }
        if self.log.len() >= Self::KEPT.max(unwritten + 1) {
            self.log.pop_front();
            self.arrived = self.arrived.saturating_sub(1);
        }
        if self.log.is_empty() {
            self.before_first = rng.clone();
        }
        let name = Name::new(rng.draws_since(&self.before_first));
        let noted = Noted { cause, at, receipts_before, name };
        push_back_with_room(&mut self.log, noted, Self::ROOM);
        TracingId::draw(rng)
    }

    fn tracing_id(&self, name: Name) -> TracingId {
        TracingId::draw(&mut self.before_first.after(name.draws()))
    }

    fn request(&self, noted: &Noted) -> Request {
        let Noted { cause, at, receipts_before, name } = *noted;
        Request { tracing_id: self.tracing_id(name), cause, at, receipts_before }
    }

    fn note_configure(&mut self, at: Instant) {
        let is_over = |before: &Instant| *before + WINDOW <= at;
        if let Some(before) = self.configured_at.replace(at).filter(|before| !is_over(before)) {
            push_back(&mut self.configured_before, before);
        }
        if let Some(before) = self.configured_before.used() {
            while before.len() >= CONFIGURE_BUDGET || before.front().is_some_and(is_over) {
                before.pop_front();
            }
            self.configured_before.give_back_unused();
        }
    }

    /// The connection is gone.
    pub(crate) fn clear(&mut self) {
        self.log = VecDeque::new();
        self.before_first = Rng::default();
        self.arrived = 0;
    }

    pub(crate) fn find(&self, tracing_id: TracingId) -> Option<Request> {
        self.place(tracing_id).map(|at| self.request(&self.log[at]))
    }

    fn place(&self, tracing_id: TracingId) -> Option<usize> {
        self.log.iter().rposition(|noted| self.tracing_id(noted.name) == tracing_id)
    }

    /// Notes the answer to a request, and that what was written before it has arrived.
    pub(crate) fn answered(&mut self, tracing_id: TracingId) {
        if let Some(at) = self.place(tracing_id) {
            self.arrived = self.arrived.max(at + 1);
        }
    }

    /// Notes an error; `None` if the request is not known, or has failed before.
    pub(crate) fn failed(&mut self, tracing_id: TracingId) -> Option<Request> {
        let at = self.place(tracing_id)?;
        self.arrived = self.arrived.max(at + 1);
        let is_first = self.log.get_mut(at)?.name.fail();
        is_first.then(|| self.request(&self.log[at]))
    }

    /// Notes that all that was written has arrived, but for the last `unwritten`.
    pub(crate) fn all_answered(&mut self, unwritten: usize) {
        self.arrived = self.arrived.max(self.log.len().saturating_sub(unwritten));
    }

    /// The request that waits for an answer, if it is a text and no other waits.
    pub(crate) fn only_text_unanswered(&self) -> Option<TracingId> {
        let mut unanswered = self.log.iter().skip(self.arrived);
        match (unanswered.next()?, unanswered.next()) {
            (Noted { cause: Cause::Text(_), name, .. }, None) => Some(self.tracing_id(*name)),
            _ => None,
        }
    }

    /// The newest health check.
    pub(crate) fn newest_echo(&self) -> Option<TracingId> {
        let echo = self.log.iter().rev().find(|request| request.cause == Cause::Echo)?;
        Some(self.tracing_id(echo.name))
    }

    /// Whether `count` more requests fit into the share's part of the budget.
    pub(crate) fn has_room(&self, share: Share, count: usize, now: Instant) -> bool {
        match share {
            Share::Essential => self.fit(count, BUDGET, now),
            Share::Typing => self.fit(count, BUDGET - RESERVE, now),
            Share::Receipt(kept_free) => {
                let is_receipt = |cause: &Cause| matches!(cause, Cause::Receipt(_));
                self.fit(count + kept_free, BUDGET - RESERVE, now)
                    && (self.fit(count, RECEIPT_BUDGET, now)
                        || self.in_window(now, is_receipt) + count <= RECEIPT_BUDGET)
            }
            Share::Echo(kept_free) => {
                self.fit(count + kept_free, BUDGET - RESERVE, now)
                    && self.in_window(now, |cause| *cause == Cause::Echo) + count <= ECHO_BUDGET
            }
        }
    }

    /// Whether a window with `count` more requests has no more than `limit`. One look is enough: they
    /// are in the order of time.
    fn fit(&self, count: usize, limit: usize, now: Instant) -> bool {
        let Some(allowed) = limit.checked_sub(count) else { return false };
        let Some(at) = self.log.len().checked_sub(allowed + 1) else { return true };
        self.log.get(at).is_none_or(|request| request.at + WINDOW <= now)
    }

    /// When the session may send another configure, if not now.
    pub(crate) fn configure_room_at(&self, now: Instant) -> Option<Instant> {
        let before = &*self.configured_before;
        let is_full = before.len() + 1 == CONFIGURE_BUDGET;
        let leaves_at = *before.front().filter(|_| is_full)? + WINDOW;
        (leaves_at > now).then_some(leaves_at)
    }

    /// When a request next leaves the window.
    pub(crate) fn room_at(&self, now: Instant) -> Option<Instant> {
        self.log.iter().map(|request| request.at + WINDOW).find(|leaves_at| *leaves_at > now)
    }

    fn in_window(&self, now: Instant, counts: impl Fn(&Cause) -> bool) -> usize {
        let recent = self.log.iter().rev().take_while(|request| request.at + WINDOW > now);
        recent.filter(|request| counts(&request.cause)).count()
    }
}

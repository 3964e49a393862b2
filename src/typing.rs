//! The own typing indicator: from keystrokes to On and Off.
//!
//! Owns: what the user wants shown against what the remote believes, and every step of time between
//! them. Must not know: frames, budgets, transports.

mod policy;
mod snapshot;

use alloc::sync::Arc;

use crate::error::ConfigError;
use crate::frame::TypingNotice;
use crate::time::{Instant, earliest};

pub use policy::{MIN_IDLE, TypingPolicy};
pub(crate) use snapshot::end_typing;

/// What the remote shows, as far as it can be known.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Belief {
    /// Nothing.
    Off,
    /// Typing, since the last On.
    On,
    /// Perhaps typing: the transport was lost, or a notice was refused.
    Unknown,
}

impl Belief {
    const fn after(notice: TypingNotice) -> Self {
        match notice {
            TypingNotice::On => Self::On,
            TypingNotice::Off => Self::Off,
        }
    }
}

/// What should be said to the remote now.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Want {
    On,
    Refresh,
    Off,
}

impl Want {
    const fn notice(self) -> TypingNotice {
        match self {
            Self::On | Self::Refresh => TypingNotice::On,
            Self::Off => TypingNotice::Off,
        }
    }
}

/// A notice that was handed out, to be named if it is refused or was never written.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct SentNotice {
    notice: TypingNotice,
    number: u32,
    last_on_before: Option<Instant>,
    belief_before: Belief,
}

/// What was said last, as far as it may still be refused: as many notices as a connection remembers
/// requests.
///
/// Several notices can be under way when the first is refused. What the remote believes then is
/// what the others make of it, so that the order of the refusals does not matter.
#[derive(Clone, Debug, PartialEq)]
struct Said {
    /// What the remote believed before the notices below.
    before: Belief,
    /// The newest notice in the lowest bit, each older one in the next: whether it was an On,
    ons: u64,
    /// and whether it stands.
    standing: u64,
}

impl Said {
    const fn nothing() -> Self {
        Self::only(Belief::Off)
    }

    const fn only(before: Belief) -> Self {
        Self { before, ons: 0, standing: 0 }
    }

    fn add(&mut self, notice: TypingNotice) {
        let oldest = u64::BITS - 1;
        if self.standing >> oldest == 1 {
            self.before = self.belief_after(oldest);
        }
        self.ons = self.ons << 1 | u64::from(notice == TypingNotice::On);
        self.standing = self.standing << 1 | 1;
    }

    /// Whether the notice of this age, 0 for the newest, was still among them.
    fn take_back(&mut self, age: u32) -> bool {
        let bit = 1_u64.checked_shl(age).unwrap_or(0);
        let stood = self.standing & bit != 0;
        (self.standing, self.ons) = (self.standing & !bit, self.ons & !bit);
        stood
    }

    const fn belief(&self) -> Belief {
        match self.standing.trailing_zeros() {
            u64::BITS => self.before,
            newest => self.belief_after(newest),
        }
    }

    const fn belief_after(&self, age: u32) -> Belief {
        if self.ons >> age & 1 == 1 { Belief::On } else { Belief::Off }
    }

    fn settle(&mut self, belief: Belief) {
        *self = Self::only(belief);
    }
}

impl SentNotice {
    /// What was said.
    #[must_use]
    pub const fn notice(&self) -> TypingNotice {
        self.notice
    }
}

/// The own typing indicator as a machine of its own: inputs in, [`poll`](Self::poll) and
/// [`deadline`](Self::deadline) out. Time must not run backward.
///
/// ```
/// use webmessaging_proto::{Instant, Typing, TypingPolicy, frame::TypingNotice};
///
/// let at = Instant::from_millis;
/// let mut typing = Typing::new(TypingPolicy::guide())?;
/// typing.open();
/// typing.keystroke(at(0));
/// assert_eq!(typing.poll(at(0)).map(|sent| sent.notice()), Some(TypingNotice::On));
/// typing.keystroke(at(900));
/// assert_eq!(typing.poll(at(900)), None);
/// assert_eq!(typing.deadline(), Some(at(2_900)), "2 s after the last key");
/// assert_eq!(typing.poll(at(2_900)).map(|sent| sent.notice()), Some(TypingNotice::Off));
/// # Ok::<(), webmessaging_proto::ConfigError>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Typing {
    policy: Arc<TypingPolicy>,
    open: bool,
    last_key: Option<Instant>,
    held_until: Option<Instant>,
    /// No On before this time: the start delay, counted from the burst's first key.
    starts_at: Instant,
    /// Nothing at all before this time.
    paused_until: Instant,
    belief: Belief,
    said: Said,
    last_on: Option<Instant>,
    sent: u32,
}

impl Typing {
    /// An indicator that nobody shows, on a closed connection.
    ///
    /// # Errors
    /// If the rules contradict each other.
    pub fn new(policy: TypingPolicy) -> Result<Self, ConfigError> {
        policy.check()?;
        Ok(Self::from_checked(Arc::new(policy)))
    }

    pub(crate) const fn from_checked(policy: Arc<TypingPolicy>) -> Self {
        Self {
            policy,
            open: false,
            last_key: None,
            held_until: None,
            starts_at: Instant::ORIGIN,
            paused_until: Instant::ORIGIN,
            belief: Belief::Off,
            said: Said::nothing(),
            last_on: None,
            sent: 0,
        }
    }

    /// The rules in force.
    #[must_use]
    pub fn policy(&self) -> &TypingPolicy {
        &self.policy
    }

    /// The user edited the text. Costs a store: the idle time is counted from the last key, and
    /// only looked at when a timer fires.
    pub fn keystroke(&mut self, now: Instant) {
        self.begin(now);
        self.last_key = Some(now);
    }

    /// The host says that the user is typing, and keeps its own idle timer: shown until
    /// [`end`](Self::end), at most [`TypingPolicy::hold`] after the last call.
    pub fn hold(&mut self, now: Instant) {
        self.begin(now);
        self.held_until = Some(now + self.policy.hold);
    }

    /// The user is not typing any more: the input is empty, the composer closed, the window hidden,
    /// or a message is about to be sent. An Off that this needs comes before the message.
    pub fn end(&mut self) {
        self.last_key = None;
        self.held_until = None;
    }

    /// A message went out; an indicator that messages end is gone.
    pub fn message_sent(&mut self) {
        if self.policy.message_ends_belief {
            self.reset();
        }
    }

    /// Notices can be sent from now on.
    pub fn open(&mut self) {
        self.open = true;
        self.said.settle(self.belief);
    }

    /// The connection is lost: nothing is sent, and what the remote shows is no longer known.
    pub fn close(&mut self) {
        self.open = false;
        self.doubt();
    }

    /// The conversation is over, and with it the remote's indicator.
    pub fn reset(&mut self) {
        self.belief = Belief::Off;
        self.said.settle(Belief::Off);
    }

    /// Nothing is sent before `until`.
    pub fn pause(&mut self, until: Instant) {
        self.paused_until = self.paused_until.max(until);
    }

    pub(crate) fn set_policy(&mut self, policy: Arc<TypingPolicy>) {
        self.policy = policy;
    }

    /// From here the wire has no Off.
    pub fn lose_off(&mut self) {
        self.policy = Arc::new(self.policy.without_off());
    }

    /// The server refused this notice. An On was never believed; after a refused Off the indicator
    /// may still show. What was said later stands.
    pub fn refused(&mut self, sent: &SentNotice) {
        if self.take_back(sent) {
            let stood = core::mem::replace(&mut self.belief, self.said.belief());
            if sent.number == self.sent || stood != self.belief {
                self.doubt();
            }
        }
    }

    /// The server failed on this notice, and may or may not have passed it on.
    pub fn failed(&mut self, sent: &SentNotice) {
        match sent.notice {
            TypingNotice::On if sent.number == self.sent => self.doubt(),
            TypingNotice::On => {}
            TypingNotice::Off => self.refused(sent),
        }
    }

    /// This notice never left; call it newest first for several.
    pub fn unwritten(&mut self, sent: &SentNotice) {
        if !self.take_back(sent) {
            // What was said later is taken back already: things are as before this notice.
            self.said.settle(sent.belief_before);
        }
        self.belief = self.said.belief();
        self.last_on = sent.last_on_before;
        if !self.open {
            self.doubt();
        }
    }

    /// What must be said now; ask again until it says nothing more. A notice that is handed out
    /// counts as sent.
    #[must_use = "a notice that is handed out counts as sent"]
    pub fn poll(&mut self, now: Instant) -> Option<SentNotice> {
        self.pass_time(now);
        let notice = self.want(now)?.notice();
        Some(self.say(notice, now))
    }

    /// Counts as sent what [`want`](Self::want) asks for.
    pub(crate) fn say(&mut self, notice: TypingNotice, now: Instant) -> SentNotice {
        self.sent = self.sent.wrapping_add(1);
        let sent = SentNotice {
            notice,
            number: self.sent,
            last_on_before: self.last_on,
            belief_before: self.belief,
        };
        self.said.add(notice);
        self.belief = Belief::after(notice);
        if notice == TypingNotice::On {
            self.last_on = Some(now);
        }
        sent
    }

    /// Lets typing end that has ended by time, the user's and what the remote shows of it.
    pub(crate) fn pass_time(&mut self, now: Instant) {
        if !self.is_desired(now) {
            self.end();
        }
        if self.belief != Belief::Off && !self.is_believed(now) {
            self.reset();
        }
    }

    /// When [`poll`](Self::poll) may next have something to say; `None`: not before another input.
    #[must_use]
    pub fn deadline(&self) -> Option<Instant> {
        if !self.open {
            return None;
        }
        let lapses_at = self.lapses_at();
        let expires_at = self.belief_expires_at();
        let off_at = (self.policy.sends_off && self.belief != Belief::Off)
            .then(|| lapses_at.unwrap_or(Instant::ORIGIN).max(self.paused_until))
            .filter(|off_at| expires_at.is_none_or(|expires_at| *off_at < expires_at));
        // Not compared with the end of idle: a key moves that end without a look at any deadline.
        let on_at = lapses_at.and_then(|_| {
            let on_at = if self.belief == Belief::On {
                match self.policy.refresh {
                    Some(refresh) => self.last_on? + refresh,
                    None => expires_at?,
                }
            } else {
                self.opens_at()
            };
            Some(on_at.max(self.paused_until))
        });
        earliest(on_at, off_at)
    }

    pub(crate) fn want(&self, now: Instant) -> Option<Want> {
        if !self.open || now < self.paused_until {
            return None;
        }
        let believed = self.is_believed(now);
        if !self.is_desired(now) {
            return (believed && self.policy.sends_off).then_some(Want::Off);
        }
        if believed && self.belief == Belief::On {
            let refresh_at = self.last_on? + self.policy.refresh?;
            return (now >= refresh_at).then_some(Want::Refresh);
        }
        (now >= self.opens_at()).then_some(Want::On)
    }

    /// Whether an Off may be needed before anything else is to be said of typing.
    pub(crate) fn may_owe_off(&self) -> bool {
        self.policy.sends_off && self.belief != Belief::Off
    }

    /// Whether another key changes nothing but its own time: the remote shows typing and it holds.
    pub(crate) fn is_steady(&self) -> bool {
        self.belief == Belief::On && self.last_key.is_some()
    }

    /// The user types: a new burst, unless one is going on.
    fn begin(&mut self, now: Instant) {
        if !self.is_desired(now) {
            self.starts_at = now + self.policy.start_delay;
        }
    }

    fn take_back(&mut self, sent: &SentNotice) -> bool {
        self.said.take_back(self.sent.wrapping_sub(sent.number))
    }

    /// What shows may show no more, or not yet.
    fn doubt(&mut self) {
        if self.belief == Belief::On {
            self.belief = Belief::Unknown;
        }
    }

    /// Whether the user is typing at `now`: at the very end of idle, no more.
    pub(crate) fn is_desired(&self, now: Instant) -> bool {
        self.lapses_at().is_some_and(|lapses_at| now < lapses_at)
    }

    /// When the user's typing ends if no key follows.
    pub(crate) fn lapses_at(&self) -> Option<Instant> {
        self.last_key.map(|last_key| last_key + self.policy.idle).max(self.held_until)
    }

    /// Whether the remote may be showing it at `now`.
    pub(crate) fn is_believed(&self, now: Instant) -> bool {
        self.belief != Belief::Off
            && self.belief_expires_at().is_none_or(|expires_at| now < expires_at)
    }

    fn belief_expires_at(&self) -> Option<Instant> {
        Some(self.last_on? + self.policy.remote_ttl?)
    }

    fn opens_at(&self) -> Instant {
        self.last_on
            .map_or(Instant::ORIGIN, |last_on| last_on + self.policy.min_gap)
            .max(self.starts_at)
    }
}

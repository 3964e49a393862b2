//! A session with the monitor around it.
//!
//! Owns: [`Watched`], and the checks that need the session itself. Must not know: any rule of time.

use webmessaging_proto::{Config, Deadline, Input, InputError, Instant, Output, Phase, Session};

use super::closely::Closely;
use super::seen::Seen;
use super::{Monitor, Violation};

/// How closely to look.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub enum Depth {
    /// What costs no copy and no formatting.
    #[default]
    Light,
    /// Also refused inputs and early ticks, by copies of the session, and secrets in `Debug`.
    Full,
}

/// A session and a monitor that watches it: the same verbs as [`Session`]'s.
///
/// Drain it after each input for the sharpest look: with several inputs between two drains it can't
/// be known which of them caused what, and the rules about that are passed over. An output has the
/// time of the input before it.
///
/// ```
/// use webmessaging_proto::{Config, Input, Instant};
/// use webmessaging_testkit::monitor::Watched;
///
/// let mut guest = Watched::new(Config::new("deployment", "token", 1), Instant::ORIGIN);
/// guest.handle(Input::Connect, Instant::ORIGIN)?;
/// while guest.poll_output().is_some() {}
/// assert_eq!(guest.violations(), []);
/// # Ok::<(), webmessaging_proto::InputError>(())
/// ```
#[derive(Clone, Debug)]
pub struct Watched {
    session: Session,
    monitor: Monitor,
    closely: Option<Closely>,
    now: Instant,
}

impl Watched {
    /// A fresh session.
    #[must_use]
    pub fn new(config: Config, now: Instant) -> Self {
        let monitor = Monitor::new(&config, now);
        Self { session: Session::new(config, now), monitor, closely: None, now }
    }

    /// A session that has lived before, for example a restored one: what was before is unknown.
    #[must_use]
    pub fn of(session: Session, now: Instant) -> Self {
        let monitor = Monitor::of(&session, now);
        Self { session, monitor, closely: None, now }
    }

    /// Looks more or less closely from here on.
    #[must_use]
    pub fn with_depth(mut self, depth: Depth) -> Self {
        self.closely = (depth == Depth::Full).then(Closely::default);
        self
    }

    /// [`Session::handle`].
    ///
    /// # Errors
    /// As the session's.
    pub fn handle(&mut self, input: Input<'_>, now: Instant) -> Result<(), InputError> {
        self.now = now.max(self.now);
        let seen = Seen::of(&input);
        let phase = self.session.phase();
        let Some(closely) = &mut self.closely else {
            let verdict = self.session.handle(input, now);
            self.monitor.take(&seen, verdict, phase, now);
            return verdict;
        };
        let before = closely.before(&self.session, &mut self.monitor, &input, self.now);
        let verdict = self.session.handle(input, now);
        self.monitor.take(&seen, verdict, phase, now);
        closely.after(before, &self.session, verdict, self.now, &mut self.monitor);
        verdict
    }

    /// [`Session::keystroke`].
    pub fn keystroke(&mut self, now: Instant) {
        self.now = now.max(self.now);
        let phase = self.session.phase();
        self.session.keystroke(now);
        self.monitor.take(&Seen::Key, Ok(()), phase, now);
    }

    /// [`Session::tick`].
    ///
    /// # Errors
    /// As the session's.
    pub fn tick(&mut self, now: Instant) -> Result<(), InputError> {
        self.handle(Input::Tick, now)
    }

    /// [`Session::poll_output`].
    #[must_use = "an output that is dropped is never carried out"]
    pub fn poll_output(&mut self) -> Option<Output> {
        let output = self.session.poll_output();
        if let Some(output) = &output {
            self.monitor.output(output, self.now);
            if let Some(closely) = &mut self.closely {
                closely.output(output, &mut self.monitor);
            }
        } else {
            self.monitor.learn(&self.session);
            self.monitor.drained(self.session.phase(), self.session.deadline(), self.now);
            self.monitor.count(self.session.stats());
        }
        output
    }

    /// [`Session::deadline`].
    #[must_use]
    pub fn deadline(&self) -> Option<Deadline> {
        self.session.deadline()
    }

    /// [`Session::phase`].
    #[must_use]
    pub const fn phase(&self) -> Phase {
        self.session.phase()
    }

    /// How the output that was polled last is printed, if it is looked at so closely.
    #[cfg(feature = "simulator")]
    pub(crate) fn printed(&self) -> Option<&str> {
        self.closely.as_ref().map(Closely::printed)
    }

    /// The session inside, to look at.
    #[must_use]
    pub const fn session(&self) -> &Session {
        &self.session
    }

    /// The rules that did not hold, the first 32.
    #[must_use]
    pub fn violations(&self) -> &[Violation] {
        self.monitor.violations()
    }

    /// The end of time: what must have happened by now.
    pub fn finish(&mut self, now: Instant) {
        self.now = now.max(self.now);
        self.monitor.finish(now);
    }
}

//! Who a life is played to.
//!
//! Owns: the verbs that a player needs. Must not know: how lives are written.

use std::collections::VecDeque;

use webmessaging_proto::dialect::{Dialect, WebMessaging};
use webmessaging_proto::{
    Config, Deadline, Input, InputError, Instant, Output, Phase, Session, TransportId,
};

use crate::model::{Difference, Lockstep};
use crate::monitor::Watched;

/// A session, or something around one.
pub trait Subject {
    /// [`Session::handle`].
    ///
    /// # Errors
    /// If the input is refused.
    fn handle(&mut self, input: Input<'_>, now: Instant) -> Result<(), InputError>;

    /// [`Session::keystroke`].
    fn keystroke(&mut self, now: Instant);

    /// [`Session::poll_output`].
    fn poll_output(&mut self) -> Option<Output>;

    /// [`Session::deadline`].
    fn deadline(&self) -> Option<Deadline>;

    /// [`Session::phase`].
    fn phase(&self) -> Phase;

    /// A whole message that a transport brought.
    ///
    /// # Errors
    /// If it is refused.
    fn receive(
        &mut self,
        transport: TransportId,
        wire: &[u8],
        now: Instant,
    ) -> Result<(), InputError> {
        match WebMessaging.decode(wire) {
            Ok(frame) => self.handle(Input::FrameReceived(transport, frame), now),
            Err(_) => self.handle(Input::FrameUndecodable(transport), now),
        }
    }

    /// What is wrong so far, once something is.
    fn finding(&mut self) -> Option<String> {
        None
    }

    /// The life is over: what should have happened by now?
    fn finish(&mut self, now: Instant) {
        let _ = now;
    }
}

impl<S: Subject + ?Sized> Subject for &mut S {
    fn handle(&mut self, input: Input<'_>, now: Instant) -> Result<(), InputError> {
        (**self).handle(input, now)
    }

    fn keystroke(&mut self, now: Instant) {
        (**self).keystroke(now);
    }

    fn poll_output(&mut self) -> Option<Output> {
        (**self).poll_output()
    }

    fn deadline(&self) -> Option<Deadline> {
        (**self).deadline()
    }

    fn phase(&self) -> Phase {
        (**self).phase()
    }

    fn receive(
        &mut self,
        transport: TransportId,
        wire: &[u8],
        now: Instant,
    ) -> Result<(), InputError> {
        (**self).receive(transport, wire, now)
    }

    fn finding(&mut self) -> Option<String> {
        (**self).finding()
    }

    fn finish(&mut self, now: Instant) {
        (**self).finish(now);
    }
}

impl Subject for Session {
    fn handle(&mut self, input: Input<'_>, now: Instant) -> Result<(), InputError> {
        Self::handle(self, input, now)
    }

    fn keystroke(&mut self, now: Instant) {
        Self::keystroke(self, now);
    }

    fn poll_output(&mut self) -> Option<Output> {
        Self::poll_output(self)
    }

    fn deadline(&self) -> Option<Deadline> {
        Self::deadline(self)
    }

    fn phase(&self) -> Phase {
        Self::phase(self)
    }
}

impl Subject for Watched {
    fn handle(&mut self, input: Input<'_>, now: Instant) -> Result<(), InputError> {
        Self::handle(self, input, now)
    }

    fn keystroke(&mut self, now: Instant) {
        Self::keystroke(self, now);
    }

    fn poll_output(&mut self) -> Option<Output> {
        Self::poll_output(self)
    }

    fn deadline(&self) -> Option<Deadline> {
        Self::deadline(self)
    }

    fn phase(&self) -> Phase {
        Self::phase(self)
    }

    fn finding(&mut self) -> Option<String> {
        self.violations().first().map(ToString::to_string)
    }

    fn finish(&mut self, now: Instant) {
        Self::finish(self, now);
    }
}

/// A [`Lockstep`] as a subject: a difference is a finding.
#[derive(Debug)]
pub struct Compared {
    lockstep: Lockstep,
    outputs: VecDeque<Output>,
    difference: Option<Difference>,
}

impl Compared {
    /// An idle session beside an idle model.
    #[must_use]
    pub fn new(config: Config, now: Instant) -> Self {
        let lockstep = Lockstep::new(config, now);
        Self { lockstep, outputs: VecDeque::new(), difference: None }
    }

    fn note(&mut self, taken: Result<(), Difference>) {
        if let Err(difference) = taken {
            self.difference.get_or_insert(difference);
        }
        self.outputs.extend(self.lockstep.outputs());
    }
}

impl Subject for Compared {
    fn handle(&mut self, input: Input<'_>, now: Instant) -> Result<(), InputError> {
        let mut verdict = Ok(());
        let taken = self.lockstep.handle(input, now).map(|given| verdict = given);
        self.note(taken);
        verdict
    }

    fn keystroke(&mut self, now: Instant) {
        let taken = self.lockstep.keystroke(now);
        self.note(taken);
    }

    fn poll_output(&mut self) -> Option<Output> {
        self.outputs.pop_front()
    }

    fn deadline(&self) -> Option<Deadline> {
        self.lockstep.session().deadline()
    }

    fn phase(&self) -> Phase {
        self.lockstep.session().phase()
    }

    fn finding(&mut self) -> Option<String> {
        self.difference.take().map(|difference| difference.to_string())
    }
}

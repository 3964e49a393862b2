//! The driver of a life, on virtual time.
//!
//! Owns: the clock, the wake-up, draining, and the bounds that keep any life short. Must not know:
//! what an operation is, nor any rule of a session but those of its driver: it may not be late, and
//! it may not run for ever.

use core::time::Duration;

use webmessaging_proto::{CloseReason, Input, InputError, Instant, Output};

use super::server::{Due, Server};
use super::tale::{event_name, frame_name};
use super::{Finding, Life, Subject, Tale};

/// A life is over after this many wake-ups.
pub const MAX_TICKS: u32 = 10_000;
/// More wake-ups at one time are a finding.
pub const MAX_TICKS_AT_ONCE: u32 = 200;
/// More outputs in one go are a finding.
pub const MAX_OUTPUTS_AT_ONCE: u32 = 5_000;
/// What a server does in one go.
pub(super) const MAX_SERVED: u32 = 200;

/// Plays a life, one operation after the other.
#[derive(Debug)]
pub struct Player<'l, S> {
    life: &'l Life,
    pub(super) subject: S,
    pub(super) server: Server,
    pub(super) now: Instant,
    armed: Option<Instant>,
    ticks_at_once: u32,
    pub(super) next_key: u64,
    pub(super) lazy: u8,
    is_over: bool,
    pub(super) tale: Tale,
}

/// How an operation can end early.
pub(super) type Step = Result<(), String>;

impl<'l, S: Subject> Player<'l, S> {
    /// A player at the beginning of a life.
    #[must_use]
    pub fn new(life: &'l Life, subject: S) -> Self {
        Self::starting_at(life, subject, Instant::ORIGIN)
    }

    /// The same for a subject whose time has come to `now`.
    #[must_use]
    pub fn starting_at(life: &'l Life, subject: S, now: Instant) -> Self {
        Self {
            life,
            subject,
            server: Server::new(),
            now,
            armed: None,
            ticks_at_once: 0,
            next_key: 0,
            lazy: 0,
            is_over: false,
            tale: Tale::default(),
        }
    }

    /// Plays the next operation; `false` when there is none.
    ///
    /// # Errors
    /// If the subject, or the driver, finds something wrong.
    pub fn step(&mut self) -> Result<bool, Finding> {
        let Some(op) = self.life.ops().get(self.tale.ops) else { return Ok(false) };
        if self.is_over {
            return Ok(false);
        }
        let done = self.carry_out(op).and_then(|()| self.settle());
        self.judge(done)?;
        self.tale.ops += 1;
        Ok(true)
    }

    /// The end of the life: what is left is drained, and the subject looks back.
    ///
    /// # Errors
    /// If the subject, or the driver, finds something wrong.
    pub fn end(mut self) -> Result<Tale, Finding> {
        let done = self.drain();
        self.subject.finish(self.now);
        self.judge(done)?;
        self.tale.end = self.now;
        Ok(self.tale)
    }

    /// Ticks the subject once and drains it, out of turn.
    ///
    /// # Errors
    /// If the subject, or the driver, finds something wrong.
    pub fn settle_down(&mut self) -> Result<(), Finding> {
        let done = self.drain().and_then(|()| self.tick());
        self.judge(done)
    }

    /// The time of the life.
    #[must_use]
    pub const fn now(&self) -> Instant {
        self.now
    }

    /// Who the life is played to.
    #[must_use]
    pub const fn subject(&self) -> &S {
        &self.subject
    }

    /// Goes on with another subject, as after a restart of the process: the outputs of the old one
    /// that were not drained are gone, and the new one is asked for its wake-up. Gives back the old
    /// one.
    pub fn replace_subject(&mut self, subject: S) -> S {
        self.armed = subject.deadline().map(|deadline| deadline.at);
        self.server.closed();
        core::mem::replace(&mut self.subject, subject)
    }

    fn judge(&mut self, done: Step) -> Result<(), Finding> {
        let own = done.err();
        let Some(what) = self.subject.finding().or(own) else { return Ok(()) };
        self.is_over = true;
        Err(Finding { op: self.tale.ops, at_ms: self.now.as_millis(), what })
    }

    /// After each operation: outputs leave, and a diligent server answers them.
    fn settle(&mut self) -> Step {
        if self.lazy > 0 {
            self.lazy -= 1;
            return Ok(());
        }
        self.drain()?;
        if self.life.setup().diligent_server() {
            self.serve(MAX_SERVED)?;
        }
        Ok(())
    }

    /// The server does what it owes, and what comes of that, for a while.
    pub(super) fn serve(&mut self, most: u32) -> Step {
        for _ in 0..most {
            self.drain()?;
            let newest = self.server.newest();
            match self.server.due() {
                None => break,
                Some(Due::Open) => self.give(Input::TransportOpened(newest))?,
                Some(Due::Close) => {
                    self.give(Input::TransportClosed(newest, CloseReason::Code(1000)))?;
                }
                Some(Due::Frame(frame)) => self.receive(frame.as_bytes())?,
            }
        }
        Ok(())
    }

    pub(super) fn receive(&mut self, wire: &[u8]) -> Step {
        let (newest, now) = (self.server.newest(), self.now);
        self.offer(&mut |subject| subject.receive(newest, wire, now))
    }

    #[expect(clippy::needless_pass_by_value, reason = "an input is made where it is given")]
    pub(super) fn give(&mut self, input: Input<'_>) -> Step {
        let now = self.now;
        self.offer(&mut |subject| subject.handle(input.clone(), now))
    }

    /// Hands something over; what is refused for outputs that wait is handed over again.
    pub(super) fn offer(
        &mut self,
        hand_over: &mut dyn FnMut(&mut S) -> Result<(), InputError>,
    ) -> Step {
        self.tale.inputs += 1;
        let mut taken = hand_over(&mut self.subject);
        if taken == Err(InputError::OutputsPending) {
            self.tale.seen.insert(InputError::OutputsPending.code());
            self.drain()?;
            taken = hand_over(&mut self.subject);
            if taken == Err(InputError::OutputsPending) {
                return Err("refused for outputs that wait, and none waits".into());
            }
        }
        if let Err(error) = taken {
            self.tale.refused += 1;
            self.tale.seen.insert(error.code());
        }
        Ok(())
    }

    pub(super) fn tick(&mut self) -> Step {
        if self.armed.is_some_and(|armed| armed <= self.now) {
            self.armed = None;
        }
        self.give(Input::Tick)?;
        self.drain()
    }

    /// Lets time pass, with a tick at each time that was asked for.
    pub(super) fn pass_to(&mut self, at: Instant) -> Step {
        while let Some(armed) = self.armed.filter(|armed| *armed <= at) {
            if armed > self.now {
                self.now = armed;
                self.ticks_at_once = 0;
            }
            self.ticks_at_once += 1;
            self.tale.ticks += 1;
            if self.ticks_at_once > MAX_TICKS_AT_ONCE {
                return Err(format!("{MAX_TICKS_AT_ONCE} wake-ups without any time passing"));
            }
            if self.tale.ticks > MAX_TICKS {
                self.is_over = true;
                return Ok(());
            }
            self.tick()?;
        }
        if at > self.now {
            self.now = at;
            self.ticks_at_once = 0;
        }
        Ok(())
    }

    pub(super) fn drain(&mut self) -> Step {
        let mut count = 0;
        while let Some(output) = self.subject.poll_output() {
            count += 1;
            if count > MAX_OUTPUTS_AT_ONCE {
                return Err("outputs without end".into());
            }
            match &output {
                Output::ArmTimer(deadline) => self.armed = Some(deadline.at),
                Output::ClearTimer => self.armed = None,
                Output::SendFrame(frame) => {
                    self.tale.seen.insert(frame_name(&frame.body));
                }
                Output::Emit(event) => {
                    self.tale.seen.insert(event_name(event));
                }
                _ => {}
            }
            self.server.see(&output);
        }
        self.tale.seen.insert(self.subject.phase().name());
        let late =
            self.subject.deadline().filter(|due| self.armed.is_none_or(|armed| armed > due.at));
        match late {
            Some(due) => Err(format!("due: {due:?}, but the wake-up is at {:?}", self.armed)),
            None => Ok(()),
        }
    }
}

/// Time as operations count it.
pub(super) trait After {
    fn after(self, ms: u64) -> Self;
}

impl After for Instant {
    fn after(self, ms: u64) -> Self {
        Self::new(self.since_origin().saturating_add(Duration::from_millis(ms)))
    }
}

//! A session and its driver in virtual time, to the millisecond.
//!
//! Owns: the clock, the wake-up, draining, the record, and what must hold after every step.
//! Must not know: any rule of typing, receipts or messages.

use core::fmt::Debug;
use std::collections::BTreeMap;

use webmessaging_proto::dialect::{Dialect, WebMessaging};
use webmessaging_proto::{
    Config, Event, Input, InputError, Instant, Output, Session, Timer, TransportId,
};

use super::frames::Accept;
use super::lines;
use super::server::{Delivery, Server};
use super::trace::{Entry, Given, Rule, Trace, What};

/// Part of every token and text of the tests: must never show in `Debug`.
pub(crate) const SECRET: &str = "S3CRET";

/// No step of these tests has a reason to give more.
const MOST_OUTPUTS: usize = 5_000;
/// No run of these tests has a reason to be longer: memory is not theirs alone.
const MOST_ENTRIES: usize = 60_000;

/// What the driver goes by when it waits.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Clock {
    /// The wake-up that was armed, to the millisecond.
    Armed,
    /// `deadline()`, asked before every wait.
    Polled,
    /// The wake-up that was armed, this much too late.
    Late(u64),
    /// The wake-up that was armed, and a needless tick this often.
    Restless(u64),
}

/// A session with everything around it.
#[derive(Clone, Debug)]
pub(crate) struct World {
    pub(crate) session: Session,
    pub(crate) now: u64,
    pub(crate) trace: Trace,
    pub(crate) clock: Clock,
    /// After how many steps the outputs are drained.
    pub(crate) drain_every: usize,
    /// The steps before which they are drained in any case.
    pub(crate) drain_before: Vec<usize>,
    /// Whether every step is looked at closely; a repetition need not be.
    pub(crate) inspect: bool,
    server: Option<Server>,
    deliveries: BTreeMap<(u64, u64), Delivery>,
    armed: Option<u64>,
    undrained: usize,
    step: usize,
    transport: TransportId,
    taken: usize,
}

impl World {
    pub(crate) fn new(config: Config) -> Self {
        Self::starting_at(config, 0)
    }

    pub(crate) fn starting_at(config: Config, now: u64) -> Self {
        Self {
            session: Session::new(config, Instant::from_millis(now)),
            now,
            trace: Trace::default(),
            clock: Clock::Armed,
            drain_every: 1,
            drain_before: Vec::new(),
            inspect: true,
            server: None,
            deliveries: BTreeMap::new(),
            armed: None,
            undrained: 0,
            step: 0,
            transport: TransportId(0),
            taken: 0,
        }
    }

    /// The same, with a service that answers by itself.
    pub(crate) fn with_server(mut self, server: Server) -> Self {
        self.server = Some(server);
        self
    }

    /// A session that became ready at time 0, with nothing to tell yet.
    pub(crate) fn ready(config: Config) -> Self {
        let mut world = Self::new(config);
        world.connect(Accept::NEW);
        world.take();
        world
    }

    pub(crate) fn server(&mut self) -> Option<&mut Server> {
        self.server.as_mut()
    }

    // ---- time

    /// Goes to the time `at`, ticking on the way; what is due at `at` fires.
    pub(crate) fn at(&mut self, at: u64) -> &mut Self {
        let mut rings_here = 0;
        loop {
            let wake = self.next_wake();
            let delivery = self.deliveries.keys().next().map(|(due, _)| *due);
            let next = match (wake, delivery) {
                (Some(wake), Some(delivery)) => wake.min(delivery),
                (Some(only), None) | (None, Some(only)) => only,
                (None, None) => break,
            };
            if next > at {
                break;
            }
            rings_here = if next <= self.now { rings_here + 1 } else { 0 };
            if rings_here > 500 {
                self.breach(Rule::NoBusyLoop, "500 wake-ups without any time passing");
                break;
            }
            self.now = self.now.max(next);
            if wake.is_some_and(|wake| wake <= next) {
                self.tick();
            } else if let Some((_, delivery)) = self.deliveries.pop_first() {
                self.deliver(delivery);
            }
        }
        self.now = self.now.max(at);
        self
    }

    /// Lets time pass.
    pub(crate) fn wait(&mut self, millis: u64) -> &mut Self {
        self.at(self.now + millis)
    }

    fn next_wake(&self) -> Option<u64> {
        match self.clock {
            Clock::Armed => self.armed,
            Clock::Polled => self.session.deadline().map(|deadline| deadline.at.as_millis()),
            Clock::Late(by) => self.armed.map(|armed| armed + by),
            Clock::Restless(every) => {
                let needless = (self.now / every + 1) * every;
                self.armed.map(|armed| armed.min(needless))
            }
        }
    }

    pub(crate) fn tick(&mut self) {
        let due = self.session.deadline().filter(|due| due.at.as_millis() <= self.now);
        self.next_step();
        if let Some(due) = due {
            self.record(What::Fired(due.timer));
        }
        if self.armed.is_some_and(|armed| armed <= self.now) {
            self.armed = None;
        }
        let at = Instant::from_millis(self.now);
        if self.session.tick(at) == Err(InputError::OutputsPending) {
            self.drain();
            self.session.tick(at).unwrap();
        }
        self.settle();
    }

    // ---- inputs

    pub(crate) fn give(&mut self, given: Given) -> Result<(), InputError> {
        self.next_step();
        let compare = self.inspect && self.drain_every == 1 && may_be_refused(&given);
        let before = compare.then(|| self.session.clone());
        let mut taken = self.hand_over(&given);
        if taken == Err(InputError::OutputsPending) {
            self.drain();
            taken = self.hand_over(&given);
        }
        if let (Err(error), Some(mut twin)) = (&taken, before) {
            if *error != InputError::OutputsPending {
                let _ = twin.tick(Instant::from_millis(self.now));
                if twin != self.session {
                    self.breach(
                        Rule::RejectedChangesNothing,
                        &format!("{}: {error}", given.name()),
                    );
                }
            }
        }
        if let Given::Input(input) = &given {
            self.keep_secret(input, "input");
        }
        self.keep_secret(&taken, "error");
        self.record(What::In(given, taken));
        self.settle();
        taken
    }

    fn hand_over(&mut self, given: &Given) -> Result<(), InputError> {
        if let Given::Sleep(millis) = given {
            self.now += millis;
        }
        let at = Instant::from_millis(self.now);
        match given {
            Given::Sleep(_) => self.session.tick(at),
            Given::Key => {
                self.session.keystroke(at);
                Ok(())
            }
            Given::Input(input) => self.session.handle(input.clone(), at),
            Given::Wire(transport, text) => match WebMessaging.decode(text.as_bytes()) {
                Ok(frame) => {
                    self.keep_secret(&frame, "frame");
                    self.session.frame_received(*transport, frame, at)
                }
                Err(_) => self.session.handle(Input::FrameUndecodable(*transport), at),
            },
        }
    }

    pub(crate) fn input(&mut self, input: Input<'static>) -> Result<(), InputError> {
        self.give(Given::Input(input))
    }

    // ---- what was sent

    pub(crate) fn transport(&self) -> TransportId {
        self.transport
    }

    /// The lines since the last look.
    pub(crate) fn take(&mut self) -> Vec<String> {
        let fresh = self.trace.outputs().skip(self.taken);
        let lines = fresh.filter_map(|(at, output)| lines::line(at, output)).collect();
        self.taken = self.trace.outputs().count();
        lines
    }

    // ---- the driver's part

    pub(crate) fn drain(&mut self) {
        self.undrained = 0;
        let mut count = 0;
        let mut told_phase = None;
        while let Some(output) = self.session.poll_output() {
            count += 1;
            if count > MOST_OUTPUTS {
                self.breach(Rule::NoBusyLoop, &format!("outputs without end: {output:?}"));
                break;
            }
            self.carry_out(&output);
            if let Output::Emit(Event::PhaseChanged(phase)) = &output {
                told_phase = Some(*phase);
            }
            self.record(What::Out(output));
        }
        let phase = self.session.phase();
        if told_phase.is_some_and(|told| told != phase) {
            self.breach(Rule::EventsAfterState, &format!("told {told_phase:?}, is {phase:?}"));
        }
        self.trace.most_outputs = self.trace.most_outputs.max(count);
        let deadline = self.session.deadline();
        let late = deadline
            .filter(|deadline| self.armed.is_none_or(|armed| armed > deadline.at.as_millis()));
        if let (Some(late), Clock::Armed) = (late, self.clock) {
            self.breach(Rule::NeverLate, &format!("armed {:?}, due {late:?}", self.armed));
        }
        // A wait before a dial may be drawn as nothing; it is over with the next tick.
        let stuck = deadline.filter(|deadline| {
            deadline.at.as_millis() <= self.now && deadline.timer != Timer::Backoff
        });
        if let Some(stuck) = stuck {
            self.breach(Rule::NoBusyLoop, &format!("still due: {stuck:?}"));
        }
    }

    fn carry_out(&mut self, output: &Output) {
        match output {
            Output::ArmTimer(deadline) => self.armed = Some(deadline.at.as_millis()),
            Output::ClearTimer => self.armed = None,
            Output::OpenTransport(transport) => self.transport = *transport,
            _ => {}
        }
        self.keep_secret(output, "output");
        if let Some(server) = &mut self.server {
            for (after, delivery) in server.react(self.transport, output) {
                self.post(after, delivery);
            }
        }
    }

    /// Lets something reach the session later.
    pub(crate) fn post(&mut self, after: u64, delivery: Delivery) {
        let place = (
            self.now + after,
            self.trace.entries.len() as u64 * 1_000 + self.deliveries.len() as u64,
        );
        self.deliveries.insert(place, delivery);
    }

    fn deliver(&mut self, delivery: Delivery) {
        let _ = match delivery {
            Delivery::Opened(transport) => self.input(Input::TransportOpened(transport)),
            Delivery::Closed(transport, reason) => {
                self.input(Input::TransportClosed(transport, reason))
            }
            Delivery::Frame(transport, text) => self.give(Given::Wire(transport, text)),
        };
    }

    fn next_step(&mut self) {
        self.step += 1;
        if self.drain_before.contains(&self.step) {
            self.drain();
        }
    }

    fn settle(&mut self) {
        self.undrained += 1;
        if self.undrained >= self.drain_every {
            self.drain();
        }
        let phase = self.session.phase();
        let known = self.trace.entries.iter().rev().find_map(|entry| match entry.what {
            What::Phase(phase) => Some(phase),
            _ => None,
        });
        if known != Some(phase) {
            self.record(What::Phase(phase));
        }
        if self.inspect && self.step % 16 == 0 {
            let session = self.session.clone();
            self.keep_secret(&session, "session");
        }
    }

    fn keep_secret(&mut self, value: &dyn Debug, what: &str) {
        if !self.inspect {
            return;
        }
        let shown = format!("{value:?}");
        if shown.contains(SECRET) {
            self.breach(Rule::NoSecrets, &format!("{what}: {shown}"));
        }
    }

    fn record(&mut self, what: What) {
        assert!(self.trace.entries.len() < MOST_ENTRIES, "a run without end: {what:?}");
        self.trace.entries.push(Entry { at: self.now, step: self.step, what });
    }

    fn breach(&mut self, rule: Rule, how: &str) {
        let now = self.now;
        self.trace.breaches.push((rule, format!("at {now}: {how}")));
    }
}

/// The inputs that a session has a reason to refuse.
fn may_be_refused(given: &Given) -> bool {
    matches!(
        given,
        Given::Input(
            Input::Connect
                | Input::StartNew
                | Input::SendText { .. }
                | Input::Retry { .. }
                | Input::Discard { .. }
                | Input::MessageVisible { .. }
                | Input::MessageHidden { .. }
        )
    )
}

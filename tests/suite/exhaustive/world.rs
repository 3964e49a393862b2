//! A session, an honest driver, and what the outside knows of the two.
//!
//! Owns: time, the wake-up, the newest requests, one step. Must not know: the rules that are
//! checked, how worlds are searched.

use std::time::Duration;

use webmessaging_proto::dialect::{Dialect, WebMessaging};
use webmessaging_proto::frame::ClientBody;
use webmessaging_proto::{
    Config, Event, Input, InputError, Instant, Output, Session, Timer, TracingId, TransportId,
};

use super::alphabet::{Act, Given, Request};
use super::observer::Observer;

/// No step has a reason to give more.
pub(super) const MOST_OUTPUTS: usize = 14;
const MOMENT: Duration = Duration::from_millis(100);
const SLEEP: Duration = Duration::from_secs(70);

#[derive(Clone, Debug, PartialEq)]
pub(super) struct World {
    pub(super) session: Session,
    pub(super) env: Env,
    pub(super) observer: Observer,
}

/// The outputs of a step, for the report of a breach.
pub(super) type Notes = Vec<Output>;

/// What the driver and the server know. Part of a state's key, so it remembers no more than it must.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Env {
    pub(super) now: Instant,
    pub(super) armed: Option<Instant>,
    pub(super) dialed: u64,
    pub(super) newest: Option<TracingId>,
    pub(super) older: Option<TracingId>,
    pub(super) newest_text: Option<(TracingId, u64)>,
    pub(super) newest_receipt: Option<TracingId>,
    /// The driver drains when it is told to, and does not keep its wake-ups.
    pub(super) drains_late: bool,
}

impl Env {
    pub(super) fn request(&self, request: Request) -> Option<TracingId> {
        match request {
            Request::Newest => self.newest,
            Request::Older => self.older,
            Request::Text => self.newest_text.map(|(id, _)| id),
            Request::Receipt => self.newest_receipt,
        }
    }

    fn carry_out(&mut self, output: &Output) {
        match output {
            Output::ArmTimer(deadline) => self.armed = Some(deadline.at),
            Output::ClearTimer => self.armed = None,
            Output::OpenTransport(TransportId(number)) => self.dialed = *number,
            Output::SendFrame(frame) => {
                self.older = self.newest.replace(frame.tracing_id);
                match &frame.body {
                    ClientBody::Text { text, .. } => {
                        self.newest_text = Some((frame.tracing_id, text.len() as u64));
                    }
                    ClientBody::ReadReceipt { .. } => self.newest_receipt = Some(frame.tracing_id),
                    _ => {}
                }
            }
            _ => {}
        }
    }
}

impl World {
    pub(super) fn new(config: Config, now: Instant) -> Self {
        let observer = Observer::new(&config);
        let session = Session::new(config, now);
        let env = Env {
            now,
            armed: None,
            dialed: 0,
            newest: None,
            older: None,
            newest_text: None,
            newest_receipt: None,
            drains_late: false,
        };
        Self { session, env, observer }
    }

    /// A root: a world after some letters.
    pub(super) fn after(mut self, acts: &[Act]) -> Self {
        for act in acts {
            let given = act.in_world(&self).expect("the root's letters make sense");
            self.step(given, &mut Vec::new()).unwrap_or_else(|breach| panic!("{act:?}: {breach}"));
        }
        self
    }

    pub(super) fn draining_late(mut self) -> Self {
        self.env.drains_late = true;
        self.observer = self.observer.draining_late();
        self
    }

    /// Takes one letter; the error is the rule that was broken.
    pub(super) fn step(&mut self, given: Given, notes: &mut Notes) -> Result<(), String> {
        let drained = !self.env.drains_late || matches!(given, Given::Drain);
        match given {
            Given::Input(input) => self.input(&input, notes)?,
            Given::Frame(transport, text) => self.frame(transport, &text, notes)?,
            Given::Ring => self.ring(notes)?,
            Given::Moment => self.moment(notes)?,
            Given::Sleep => {
                self.env.now = self.env.now + SLEEP;
                self.tick(notes)?;
            }
            Given::Drain => {
                self.tick(notes)?;
                self.drain(notes)?;
            }
        }
        if drained {
            self.check_wake_up()?;
            self.observer.at_rest(&self.session, self.env.now)?;
        }
        Ok(())
    }

    fn input(&mut self, input: &Input<'static>, notes: &mut Notes) -> Result<(), String> {
        let mut twin = self.session.clone();
        let (now, phase) = (self.env.now, self.session.phase());
        let taken = if *input == Input::Keystroke {
            self.key(twin.clone())?;
            Ok(())
        } else {
            self.session.handle(input.clone(), now)
        };
        if let Err(error) = taken {
            if error != InputError::OutputsPending {
                let _ = twin.tick(now);
            }
            if twin != self.session {
                return Err(format!("refused with {error:?}, but something changed"));
            }
        }
        self.observer.given(input, taken, phase, now)?;
        self.settle(notes)
    }

    fn frame(
        &mut self,
        transport: TransportId,
        text: &str,
        notes: &mut Notes,
    ) -> Result<(), String> {
        let now = self.env.now;
        let taken = match WebMessaging.decode(text.as_bytes()) {
            Ok(frame) => {
                if transport.0 == self.env.dialed {
                    self.observer.heard(&frame, self.session.phase());
                }
                self.session.frame_received(transport, frame, now)
            }
            Err(_) => self.session.handle(Input::FrameUndecodable(transport), now),
        };
        taken.map_err(|error| format!("a frame was refused: {error:?}"))?;
        let told = notes.len();
        self.settle(notes)?;
        let heard = |output: &Output| matches!(output, Output::Emit(Event::MessageReceived(_)));
        if transport.0 != self.env.dialed && notes.iter().skip(told).any(heard) {
            return Err("a transport that does not count was heard".to_owned());
        }
        Ok(())
    }

    fn ring(&mut self, notes: &mut Notes) -> Result<(), String> {
        self.env.now = self.env.armed.map_or(self.env.now, |armed| armed.max(self.env.now));
        self.tick(notes)
    }

    fn moment(&mut self, notes: &mut Notes) -> Result<(), String> {
        let end = self.env.now + MOMENT;
        for _ in 0..8 {
            if self.env.drains_late || self.env.armed.is_none_or(|armed| armed > end) {
                self.env.now = end;
                return Ok(());
            }
            self.ring(notes)?;
        }
        Err("8 wake-ups in 100 ms".to_owned())
    }

    fn tick(&mut self, notes: &mut Notes) -> Result<(), String> {
        if self.env.armed.is_some_and(|armed| armed <= self.env.now) {
            self.env.armed = None;
        }
        self.session
            .tick(self.env.now)
            .map_err(|error| format!("a tick was refused: {error:?}"))?;
        self.settle(notes)
    }

    fn settle(&mut self, notes: &mut Notes) -> Result<(), String> {
        if self.env.drains_late { Ok(()) } else { self.drain(notes) }
    }

    fn drain(&mut self, notes: &mut Notes) -> Result<(), String> {
        let most = if self.env.drains_late { 8 * MOST_OUTPUTS } else { MOST_OUTPUTS };
        for _ in 0..=most {
            let Some(output) = self.session.poll_output() else { return Ok(()) };
            self.env.carry_out(&output);
            let kept = self.observer.saw(&output, self.env.now);
            notes.push(output);
            kept?;
        }
        Err(format!("more than {most} outputs"))
    }

    /// A key, asked first whether it changes nothing but its own time: if so, the input would have
    /// given nothing to carry out; if not, the question changes nothing.
    fn key(&mut self, mut twin: Session) -> Result<(), String> {
        let now = self.env.now;
        if !self.session.go_on_typing(now) {
            if self.session != twin {
                return Err("a key was not taken, but something changed".into());
            }
            self.session.keystroke(now);
            return Ok(());
        }
        if twin.handle(Input::Keystroke, now) == Err(InputError::OutputsPending) {
            return Ok(());
        }
        let [woken, due] = [&self.session, &twin].map(|session| session.deadline().map(|d| d.at));
        if due.is_some_and(|due| woken.is_none_or(|woken| woken > due)) {
            return Err(format!("after a key that goes on, due at {due:?}, woken at {woken:?}"));
        }
        if to_do(self.session.clone()) != to_do(twin) {
            return Err("there is more to a key than its time".into());
        }
        Ok(())
    }

    /// The driver sleeps no longer than the session can bear.
    fn check_wake_up(&self) -> Result<(), String> {
        let Some(deadline) = self.session.deadline() else { return Ok(()) };
        // A wait before a dial may be drawn as nothing.
        if deadline.at <= self.env.now && deadline.timer != Timer::Backoff {
            return Err(format!("still due at {:?}: {deadline:?}", self.env.now));
        }
        match self.env.armed {
            Some(armed) if armed <= deadline.at => Ok(()),
            armed => Err(format!("armed {armed:?}, due {deadline:?}")),
        }
    }

    /// An early tick changes nothing, now or halfway to the wake-up.
    pub(super) fn check_early_ticks(&self) -> Result<(), String> {
        let Some(deadline) = self.session.deadline() else { return Ok(()) };
        if self.env.drains_late || deadline.at <= self.env.now {
            return Ok(());
        }
        let mut patient = self.session.clone();
        let mut restless = self.session.clone();
        let halfway = self.env.now + (deadline.at - self.env.now) / 2;
        for early in [self.env.now, halfway] {
            restless.tick(early).map_err(|error| format!("an early tick: {error:?}"))?;
            let told = told(&mut restless);
            if !told.is_empty() {
                return Err(format!("an early tick gave {told:?}"));
            }
        }
        for session in [&mut patient, &mut restless] {
            session.tick(deadline.at).map_err(|error| format!("a tick: {error:?}"))?;
        }
        let same = told(&mut patient) == told(&mut restless)
            && (patient == restless || without_cache(&patient) == without_cache(&restless));
        if !same {
            return Err(format!("early ticks before {deadline:?} made a difference"));
        }
        Ok(())
    }
}

/// What the session says, wake-ups aside: one that was spent early may be asked for again, or be needed
/// no more.
fn told(session: &mut Session) -> Vec<Output> {
    let outputs = std::iter::from_fn(|| session.poll_output()).take(MOST_OUTPUTS);
    outputs.filter(|out| !matches!(out, Output::ArmTimer(_) | Output::ClearTimer)).collect()
}

/// A session but for the bound before which it need not look for due timers: it may be too early.
fn without_cache(session: &Session) -> String {
    let text = format!("{session:?}");
    let (before, after) = text.split_once("quiet_until: ").expect("the table shows its bound");
    let (_, after) = after.split_once(", armed").expect("and the wake-up after it");
    format!("{before}{after}")
}

/// All that is to be carried out but wake-ups.
fn to_do(mut session: Session) -> Vec<Output> {
    std::iter::from_fn(|| session.poll_output())
        .filter(|output| !matches!(output, Output::ArmTimer(_) | Output::ClearTimer))
        .collect()
}

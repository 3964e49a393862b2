//! A session and the model side by side.
//!
//! Owns: the comparison after each step. Must not know: any rule.

use core::fmt::Debug;
use core::time::Duration;
use std::collections::BTreeSet;

use webmessaging_proto::frame::ServerFrame;
use webmessaging_proto::{
    Capability, Config, Input, InputError, Instant, Output, Session, TracingId, TransportId,
};

use super::Model;
use super::difference::Difference;

/// No step has a reason to give more.
const MOST_OUTPUTS: usize = 20_000;
/// Every so many steps, it is tried whether a tick right before the next deadline is harmless.
const EARLY_TICK_EVERY: u64 = 8;

/// A session and a model that take the same inputs, compared after each step.
#[derive(Clone, Debug)]
pub struct Lockstep {
    session: Session,
    model: Model,
    outputs: Vec<Output>,
    /// The names of all requests so far.
    names: BTreeSet<TracingId>,
    /// The wake-up that the session asked for.
    armed: Option<Instant>,
    now: Instant,
    steps: u64,
}

impl Lockstep {
    /// A session that has not started, and its model.
    #[must_use]
    pub fn new(config: Config, now: Instant) -> Self {
        let model = Model::new(&config, now);
        Self {
            session: Session::new(config, now),
            model,
            outputs: Vec::new(),
            names: BTreeSet::new(),
            armed: None,
            now,
            steps: 0,
        }
    }

    /// Gives the input to both, takes all outputs, and compares.
    ///
    /// # Errors
    /// If session and model part; what the session says of the input is inside.
    #[expect(clippy::needless_pass_by_value, reason = "the verb of a session")]
    pub fn handle(
        &mut self,
        input: Input<'_>,
        now: Instant,
    ) -> Result<Result<(), InputError>, Difference> {
        let taken = self.session.handle(input.clone(), now);
        self.compare(&input, taken, now)?;
        Ok(taken)
    }

    /// A key, by the method that hosts call.
    ///
    /// # Errors
    /// If session and model part.
    pub fn keystroke(&mut self, now: Instant) -> Result<(), Difference> {
        self.session.keystroke(now);
        self.compare(&Input::Keystroke, Ok(()), now)
    }

    /// A tick, by the method that drivers call.
    ///
    /// # Errors
    /// If session and model part.
    pub fn tick(&mut self, now: Instant) -> Result<(), Difference> {
        let taken = self.session.tick(now);
        self.compare(&Input::Tick, taken, now)
    }

    /// A frame, by the method that drivers call.
    ///
    /// # Errors
    /// If session and model part.
    pub fn frame_received(
        &mut self,
        transport: TransportId,
        frame: ServerFrame<'_>,
        now: Instant,
    ) -> Result<(), Difference> {
        let taken = self.session.frame_received(transport, frame.clone(), now);
        self.compare(&Input::FrameReceived(transport, frame), taken, now)
    }

    /// What the session gave since the last call, so that a driver can act on it.
    pub fn outputs(&mut self) -> Vec<Output> {
        core::mem::take(&mut self.outputs)
    }

    /// The session.
    #[must_use]
    pub const fn session(&self) -> &Session {
        &self.session
    }

    /// The model.
    #[must_use]
    pub const fn model(&self) -> &Model {
        &self.model
    }

    /// The wake-up that the session asked for.
    #[must_use]
    pub const fn armed(&self) -> Option<Instant> {
        self.armed
    }

    fn compare(
        &mut self,
        input: &Input<'_>,
        taken: Result<(), InputError>,
        now: Instant,
    ) -> Result<(), Difference> {
        self.steps += 1;
        self.now = self.now.max(now);
        if self.armed.is_some_and(|armed| armed <= self.now) {
            self.armed = None;
        }
        let from = self.outputs.len();
        for count in 0.. {
            let Some(output) = self.session.poll_output() else { break };
            if count > MOST_OUTPUTS {
                return Err(self.difference(input, "outputs without end", &[], &[&output]));
            }
            match &output {
                Output::SendFrame(frame) if !self.names.insert(frame.tracing_id) => {
                    let what = "a name is used twice";
                    return Err(self.difference(input, what, &[], &[&frame.tracing_id]));
                }
                Output::ArmTimer(deadline) => self.armed = Some(deadline.at),
                Output::ClearTimer => self.armed = None,
                _ => {}
            }
            self.outputs.push(output);
        }
        let given = self.outputs[from..].to_vec();
        let given: Vec<&Output> = given
            .iter()
            .filter(|output| !matches!(output, Output::ArmTimer(_) | Output::ClearTimer))
            .collect();
        self.follow(input, taken, &given, now)?;
        self.compare_state(input)?;
        self.compare_time(input)
    }

    /// The model takes the step, with the free choices that fit what the session did.
    fn follow(
        &mut self,
        input: &Input<'_>,
        taken: Result<(), InputError>,
        given: &[&Output],
        now: Instant,
    ) -> Result<(), Difference> {
        let mut first = None;
        for (backoff_is_over, again_is_over) in self.model.choices(now) {
            let mut model = self.model.clone();
            model.begin(given, backoff_is_over, again_is_over);
            let expected_taken = model.step(input, now);
            match self.mismatch(&model, expected_taken, input, taken, given) {
                None => {
                    self.model = model;
                    return Ok(());
                }
                Some(difference) => first = first.or(Some(difference)),
            }
        }
        Err(first.unwrap_or_else(|| self.difference(input, "nothing fits", &[], &[])))
    }

    fn mismatch(
        &self,
        model: &Model,
        expected_taken: Result<(), InputError>,
        input: &Input<'_>,
        taken: Result<(), InputError>,
        given: &[&Output],
    ) -> Option<Difference> {
        if expected_taken != taken {
            return Some(self.difference(input, "the verdict", &[&expected_taken], &[&taken]));
        }
        let fits = model.expected.len() == given.len()
            && model.expected.iter().zip(given).all(|(expected, given)| expected.is(given));
        if !fits {
            return Some(Difference {
                at: self.now,
                input: input.name(),
                what: "the outputs",
                expected: model.expected.iter().map(ToString::to_string).collect(),
                given: given.iter().map(|output| format!("{output:?}")).collect(),
            });
        }
        let phase = self.session.phase();
        (model.phase != phase)
            .then(|| self.difference(input, "the phase", &[&model.phase], &[&phase]))
    }

    fn difference(
        &self,
        input: &Input<'_>,
        what: &'static str,
        expected: &[&dyn Debug],
        given: &[&dyn Debug],
    ) -> Difference {
        let lines = |side: &[&dyn Debug]| side.iter().map(|line| format!("{line:?}")).collect();
        Difference {
            at: self.now,
            input: input.name(),
            what,
            expected: lines(expected),
            given: lines(given),
        }
    }

    fn compare_state(&self, input: &Input<'_>) -> Result<(), Difference> {
        for capability in [Capability::Typing, Capability::TypingOff, Capability::Receipts] {
            let (expected, given) = (self.model.has(capability), self.session.has(capability));
            if expected != given {
                let expected = (capability, expected);
                return Err(self.difference(input, "a capability", &[&expected], &[&given]));
            }
        }
        let (expected, given) = (self.model.info.as_ref(), self.session.session_info());
        if expected != given {
            return Err(self.difference(input, "the session info", &[&expected], &[&given]));
        }
        let expected = self.model.texts.held();
        let given: Vec<_> = self.session.texts().map(|text| (text.key, text.state)).collect();
        if expected != given {
            return Err(self.difference(input, "the texts", &[&expected], &[&given]));
        }
        Ok(())
    }

    /// Never late: nothing that the model would do is before the session's deadline, and the
    /// wake-up was asked for in time.
    fn compare_time(&mut self, input: &Input<'_>) -> Result<(), Difference> {
        let deadline = self.session.deadline();
        if let Some(deadline) = deadline {
            if !self.model.learn(deadline.timer, deadline.at) {
                return Err(self.difference(
                    input,
                    "a drawn wait is out of its bounds",
                    &[&self.model.connection.backoff, &self.model.texts.again],
                    &[&deadline],
                ));
            }
        }
        let due = deadline.map(|deadline| deadline.at);
        let wakes = match (self.armed, due) {
            (Some(armed), Some(due)) => Some(armed.max(due)),
            _ => None,
        };
        if let Some((at, would)) = self.model.acts_before(wakes) {
            let given = (deadline, "armed", self.armed);
            return Err(self.difference(input, "too late for", &[&at, &would], &[&given]));
        }
        let Some(due) = due.filter(|due| *due > self.now) else { return Ok(()) };
        if self.steps % EARLY_TICK_EVERY == 0 {
            let mut twin = self.session.clone();
            let before = Instant::new(due.since_origin().saturating_sub(Duration::from_nanos(1)));
            let _ = twin.tick(before);
            for _ in 0..8 {
                match twin.poll_output() {
                    None => break,
                    Some(Output::ArmTimer(_) | Output::ClearTimer) => {}
                    Some(output) => {
                        let what = "an early tick gave something";
                        return Err(self.difference(input, what, &[], &[&output]));
                    }
                }
            }
        }
        Ok(())
    }
}

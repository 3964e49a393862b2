//! What is open and what is to come: the free choices of a step, and when the model acts by itself.
//!
//! Owns: what a lockstep needs beyond the step itself. Must not know: the session.

use webmessaging_proto::frame::ClientBody;
use webmessaging_proto::{Input, Instant, Output, Timer};

use super::flush::CONFIRMATION;
use super::wait::Wait;
use super::{Journey, Model};

impl Model {
    /// The choices that are open: whether a drawn wait is over that has not shown, or that is drawn
    /// only now, for a text that fails.
    pub(super) fn choices(&self, now: Instant) -> Vec<(bool, bool)> {
        let now = self.now.max(now);
        let open = |wait: Option<Wait>| wait.is_some_and(|wait| wait.may_be_over(now));
        let backoff = open(self.connection.backoff);
        let again = open(self.texts.again) || self.texts.in_flight.is_some();
        let mut choices = vec![(false, false)];
        if backoff {
            choices.push((true, false));
        }
        if again {
            choices.push((false, true));
        }
        if backoff && again {
            choices.push((true, true));
        }
        choices
    }

    pub(super) fn begin(&mut self, given: &[&Output], backoff_is_over: bool, again_is_over: bool) {
        self.expected.clear();
        self.names.clear();
        for output in given {
            if let Output::SendFrame(frame) = output {
                self.names.push_back(frame.tracing_id);
                if let (ClientBody::ConfigureSession { journey_context, .. }, Journey::NotSeen) =
                    (&frame.body, &self.journey)
                {
                    self.journey = Journey::Seen(journey_context.clone());
                }
            }
        }
        if let Some(wait) = &mut self.connection.backoff {
            wait.assumed_over = backoff_is_over;
        }
        if let Some(wait) = &mut self.texts.again {
            wait.assumed_over = again_is_over;
        }
        self.texts.again_at_once = again_is_over;
    }

    /// Takes a wait that the session shows; false if it is out of its bounds.
    pub(super) fn learn(&mut self, timer: Timer, at: Instant) -> bool {
        match timer {
            Timer::Backoff => self.connection.backoff.as_mut().is_some_and(|wait| wait.learn(at)),
            // The same timer also stands for the room that texts need.
            Timer::TextRetry if self.requests.text_room(self.now) => {
                self.texts.again.as_mut().is_none_or(|wait| wait.learn(at))
            }
            _ => true,
        }
    }

    /// The first thing that the model would do by itself before `wake`.
    pub(super) fn acts_before(&self, wake: Option<Instant>) -> Option<(Instant, String)> {
        let mut times = self.times();
        times.retain(|at| *at > self.now && wake.is_none_or(|wake| *at < wake));
        times.sort_unstable();
        times.dedup();
        for at in times {
            let mut later = self.clone();
            later.begin(&[], false, false);
            let _ = later.step(&Input::Tick, at);
            if let Some(first) = later.expected.first() {
                return Some((at, first.to_string()));
            }
        }
        None
    }

    /// Every time at which something may happen by itself.
    fn times(&self) -> Vec<Instant> {
        let connection = &self.connection;
        let mut times: Vec<Instant> = [
            connection.dial_ends,
            connection.configure_ends,
            connection.configure_at,
            connection.closing_ends,
            connection.backoff.map(|wait| wait.known.unwrap_or(wait.latest)),
            connection.gives_up_at,
            connection.health_check_at,
            connection.health_answer_ends,
            Some(self.pause.until),
            Some(self.texts.paused_until),
            self.texts.again.map(|wait| wait.known.unwrap_or(wait.latest)),
            self.texts.in_flight.map(|flight| flight.since + CONFIRMATION),
        ]
        .into_iter()
        .flatten()
        .collect();
        times.extend(self.typing.times());
        times.extend(self.typists.times());
        times.extend(self.ledger.times());
        if self.waits_for_room() {
            times.extend(self.requests.times());
        }
        times
    }

    /// Whether the budget keeps anything back, or may.
    fn waits_for_room(&self) -> bool {
        !self.texts.line.is_empty()
            || self.ledger.first_due().is_some()
            || self.connection.join_owed
            || self.connection.configure_at.is_some()
            || self.connection.health_check_at.is_some()
            || self.typing.want(self.now).is_some()
    }
}

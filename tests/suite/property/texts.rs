//! Texts: in order, one at a time, none lost, none twice.
//!
//! Owns: a second opinion on the line of texts, and one test for each rule. Must not know: the
//! session's inside.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use webmessaging_proto::frame::ClientBody;
use webmessaging_proto::{Event, Input, LocalKey, Output, Phase, TracingId};

use crate::support::corpus::all;
use crate::support::trace::{Around, Entry, Given, SAFE_WINDOW_MS, What, refusal};

#[derive(Clone, Copy, Debug, PartialEq)]
enum Wrong {
    /// Not the first of the line, or beside another one.
    Order,
    /// Written again although nothing asked for it.
    Twice,
    /// Told of a text that is not there, or told again.
    Settled,
    /// Still in a line that can't move any more.
    LeftBehind,
    /// Waits although it could go.
    Idle,
}

#[derive(Debug, Default)]
struct Model {
    waiting: VecDeque<LocalKey>,
    kept: BTreeSet<LocalKey>,
    in_flight: Option<(LocalKey, TracingId)>,
    /// Whether the first of the line may be written once more.
    again: BTreeSet<LocalKey>,
    written: BTreeSet<LocalKey>,
    attempts: BTreeMap<TracingId, LocalKey>,
    /// When texts went out, on any connection.
    sent_at: Vec<u64>,
    /// When the line could move at the latest, after the last thing that held it.
    movable_at: u64,
}

/// The key of a text: its last word.
fn key(text: &str) -> LocalKey {
    LocalKey(text.rsplit(' ').next().and_then(|word| word.parse().ok()).unwrap_or(u64::MAX))
}

impl Model {
    fn judge(&self, around: &Around, entry: &Entry) -> Option<(Wrong, String)> {
        match &entry.what {
            What::Out(Output::SendFrame(frame)) => {
                let ClientBody::Text { text, .. } = &frame.body else { return None };
                let key = key(text);
                if self.written.contains(&key) && !self.again.contains(&key) {
                    return Some((Wrong::Twice, format!("{key:?}")));
                }
                let first = self.waiting.front() == Some(&key) && self.in_flight.is_none();
                (!first).then(|| (Wrong::Order, format!("{key:?} in {self:?}")))
            }
            What::Out(Output::Emit(event)) => {
                let (good, key) = match event {
                    Event::MessageConfirmed { key, .. } => {
                        (self.waiting.contains(key) || self.kept.contains(key), key)
                    }
                    Event::MessageUnconfirmed { key } => {
                        (self.waiting.contains(key) && self.written.contains(key), key)
                    }
                    Event::MessageFailed { key, .. } => (self.waiting.contains(key), key),
                    _ => return None,
                };
                (!good).then(|| (Wrong::Settled, format!("{key:?} in {self:?}")))
            }
            What::In(..) | What::Fired(_) => {
                if !around.is_settled(entry) {
                    return None;
                }
                if around.phase == Phase::ReadOnly && !self.waiting.is_empty() {
                    return Some((Wrong::LeftBehind, format!("{self:?}")));
                }
                let at = self.movable_at.max(around.ready_at).max(around.paused_until);
                let idle = around.phase == Phase::Ready
                    && self.in_flight.is_none()
                    && !self.waiting.is_empty()
                    && around.used(entry.at, SAFE_WINDOW_MS, |_| true) < 59
                    && around.used(at, SAFE_WINDOW_MS, |_| true) < 59
                    && entry.at > at;
                idle.then(|| (Wrong::Idle, format!("since {at}: {self:?}")))
            }
            _ => None,
        }
    }

    fn then(&mut self, around: &Around, entry: &Entry) {
        match &entry.what {
            What::In(Given::Input(input), Ok(())) => self.given(input, entry.at),
            What::Out(output) => self.output(output, entry.at),
            _ => {}
        }
        let Some(frame) = around.hears(entry) else { return };
        let Some((request, code)) = refusal(&frame) else { return };
        let auth = matches!(code, 401 | 4006 | 4007);
        let Some((key, id)) = self.in_flight else { return };
        match (request, code) {
            (Some(request), 429 | 4029 | 408 | 500..=599) if request == id => {
                self.back(key);
                self.movable_at = entry.at + 2_000;
            }
            (None, 429 | 4029) if around.phase == Phase::Ready => {
                // Perhaps it was meant: then it comes again, and else its echo comes.
                self.again.insert(key);
                self.movable_at = entry.at;
            }
            _ if auth => self.back(key),
            _ => {}
        }
    }

    fn back(&mut self, key: LocalKey) {
        self.in_flight = None;
        self.again.insert(key);
    }

    fn given(&mut self, input: &Input<'_>, at: u64) {
        match input {
            Input::SendText { key, .. } => {
                if self.waiting.is_empty() {
                    self.movable_at = self.movable_at.max(at);
                }
                self.waiting.push_back(*key);
            }
            Input::Retry { key } => {
                self.kept.remove(key);
                self.again.insert(*key);
                self.waiting.push_back(*key);
                self.movable_at = self.movable_at.max(at);
            }
            Input::Discard { key } => self.drop(*key, at),
            _ => {}
        }
    }

    fn drop(&mut self, key: LocalKey, at: u64) {
        self.kept.remove(&key);
        self.waiting.retain(|waiting| *waiting != key);
        if self.in_flight.is_some_and(|(in_flight, _)| in_flight == key) {
            self.in_flight = None;
        }
        self.movable_at = self.movable_at.max(at);
    }

    fn output(&mut self, output: &Output, at: u64) {
        match output {
            Output::SendFrame(frame) => {
                let ClientBody::Text { text, .. } = &frame.body else { return };
                let key = key(text);
                self.in_flight = Some((key, frame.tracing_id));
                self.attempts.insert(frame.tracing_id, key);
                self.written.insert(key);
                self.again.remove(&key);
                self.sent_at.push(at);
                if let Some(fifth) = self.sent_at.iter().rev().nth(4) {
                    self.movable_at = self.movable_at.max(fifth + 1_100);
                }
            }
            Output::Emit(Event::MessageConfirmed { key, .. }) => self.drop(*key, at),
            Output::Emit(Event::MessageUnconfirmed { key } | Event::MessageFailed { key, .. }) => {
                self.drop(*key, at);
                self.kept.insert(*key);
            }
            // What was being written when the pause came may be meant by it.
            Output::Emit(Event::RateLimited { .. }) => {
                if let Some((key, _)) = self.in_flight.filter(|(key, _)| self.again.contains(key)) {
                    let _ = key;
                }
            }
            _ => {}
        }
    }
}

fn never(wrong: Wrong) {
    all(|_, world| {
        let mut model = Model::default();
        world.trace.walk(|around, entry| {
            let found = model.judge(around, entry);
            // A rate limit without a name may have put the text in flight back to the line.
            if let What::Out(Output::SendFrame(frame)) = &entry.what {
                if let (ClientBody::Text { text, .. }, Some((key_in_flight, _))) =
                    (&frame.body, model.in_flight)
                {
                    if key(text) == key_in_flight && model.again.contains(&key_in_flight) {
                        model.then(around, entry);
                        return Ok(());
                    }
                }
            }
            model.then(around, entry);
            match found {
                Some((found, how)) if found == wrong => {
                    Err(format!("at {}: {found:?} {how}", entry.at))
                }
                _ => Ok(()),
            }
        })
    });
}

#[test]
fn texts_reach_the_wire_in_order_and_one_at_a_time() {
    never(Wrong::Order);
}

#[test]
fn no_text_is_written_twice_unless_the_server_or_the_host_asks_for_it() {
    never(Wrong::Twice);
}

#[test]
fn a_text_ends_once_as_confirmed_kept_or_discarded() {
    never(Wrong::Settled);
}

#[test]
fn no_text_is_left_in_a_line_that_is_over() {
    never(Wrong::LeftBehind);
}

#[test]
fn no_text_waits_that_could_go() {
    never(Wrong::Idle);
}

#[test]
fn no_tracing_id_comes_twice() {
    all(|_, world| {
        let mut seen = BTreeSet::new();
        let sent = world.trace.sent();
        let again = sent.iter().find(|sent| !seen.insert(sent.id));
        again.map_or(Ok(()), |again| Err(format!("twice: {again:?}")))
    });
}

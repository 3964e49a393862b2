//! The texts that the host gave: in line, in flight, or kept.
//!
//! Owns: the lists. Must not know: frames, phases, what an answer means.

use webmessaging_proto::frame::CustomAttributes;
use webmessaging_proto::{Instant, LocalKey, Sensitive, TextState, TracingId};

use super::wait::Wait;

#[derive(Clone, Debug)]
pub(super) struct Text {
    pub(super) key: LocalKey,
    pub(super) body: Sensitive<'static>,
    pub(super) attributes: CustomAttributes,
    /// The names of all its requests.
    pub(super) attempts: Vec<TracingId>,
    /// How often the server failed on it.
    pub(super) failures: u32,
}

/// The text at the head of the line is with the server.
#[derive(Clone, Copy, Debug)]
pub(super) struct InFlight {
    pub(super) id: TracingId,
    pub(super) since: Instant,
}

#[derive(Clone, Debug)]
pub(super) struct Texts {
    /// In the order of going out.
    pub(super) line: Vec<Text>,
    pub(super) in_flight: Option<InFlight>,
    /// Failed or unconfirmed, until the host decides.
    pub(super) kept: Vec<Text>,
    /// After a failure of the server.
    pub(super) again: Option<Wait>,
    /// Whether a wait that is drawn in this step is none, by assumption.
    pub(super) again_at_once: bool,
    pub(super) paused_until: Instant,
}

impl Texts {
    pub(super) const fn new() -> Self {
        Self {
            line: Vec::new(),
            in_flight: None,
            kept: Vec::new(),
            again: None,
            again_at_once: false,
            paused_until: Instant::ORIGIN,
        }
    }

    /// Every text and how far it is: the line, then the kept ones.
    pub(super) fn held(&self) -> Vec<(LocalKey, TextState)> {
        let in_flight = self.in_flight.is_some();
        let state = |place| match place {
            0 if in_flight => TextState::InFlight,
            _ => TextState::Waiting,
        };
        let line = self.line.iter().enumerate().map(|(place, text)| (text.key, state(place)));
        line.chain(self.kept.iter().map(|text| (text.key, TextState::Kept))).collect()
    }

    pub(super) fn count(&self) -> usize {
        self.line.len() + self.kept.len()
    }

    pub(super) fn has(&self, key: LocalKey) -> bool {
        self.line.iter().chain(&self.kept).any(|text| text.key == key)
    }

    /// The text that has a request with this name.
    pub(super) fn of_attempt(&self, id: TracingId) -> Option<LocalKey> {
        let mut all = self.line.iter().chain(&self.kept);
        all.find(|text| text.attempts.contains(&id)).map(|text| text.key)
    }

    pub(super) fn remove(&mut self, key: LocalKey) -> Option<Text> {
        if let Some(place) = self.kept.iter().position(|text| text.key == key) {
            return Some(self.kept.remove(place));
        }
        let place = self.line.iter().position(|text| text.key == key)?;
        if place == 0 {
            (self.in_flight, self.again) = (None, None);
        }
        Some(self.line.remove(place))
    }

    /// The text in flight or at the head of the line is the host's from here.
    pub(super) fn keep_first(&mut self) -> Option<LocalKey> {
        if self.line.is_empty() {
            return None;
        }
        (self.in_flight, self.again) = (None, None);
        let text = self.line.remove(0);
        let key = text.key;
        self.kept.push(text);
        Some(key)
    }
}

//! Faults on demand: what can be made to go wrong, for which requests, and which faults are in force.
//!
//! How a fault is written down and what it does to frames and connections stands elsewhere.

use std::{collections::BTreeMap, time::Duration};

use serde::{Deserialize, Serialize};

use super::{connection::ConnectionId, fault_form::FaultForm, request::RequestKind};

/// Which way frames go.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Direction {
    /// From the guest.
    ToServer,
    /// To the guest.
    ToClient,
    /// Both ways.
    #[default]
    Both,
}

/// What goes wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum FaultKind {
    /// The connection is gone, without a close frame.
    Drop,
    /// Frames vanish.
    Swallow(Direction),
    /// Frames arrive later, in order.
    Delay(Direction, Duration),
    /// A frame is overtaken by the next one (after 500 ms without one it goes by itself).
    Reorder(Direction),
    /// Frames arrive twice.
    Duplicate(Direction),
    /// A request is answered 429 with this `retryAfter`, in seconds.
    RateLimit(u64),
    /// A request is answered with a string of this code and body.
    Answer(u16, String),
    /// Every token of the session that was given out so far is refused with 401, also on an open connection.
    ExpireToken,
    /// The upgrade is refused with this HTTP status.
    RefuseUpgrade(u16),
    /// The connection is closed with this code.
    Close(u16),
    /// The upgrade succeeds, then the connection is closed with this code.
    AcceptAndClose(u16),
    /// The connection stays open and nothing more happens on it: no answer, no push, no pong.
    Mute,
    /// The guest is sent something that is no frame; `None` stands for broken JSON.
    Garbage(Option<String>),
}

/// What a fault does to a frame that is underway.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Transit {
    Swallow,
    Delay(Duration),
    Reorder,
    Duplicate,
}

impl FaultKind {
    /// What it does to frames that go `way`, if it is of that sort.
    pub(crate) fn transit(&self, way: Direction) -> Option<Transit> {
        let (direction, transit) = match self {
            Self::Swallow(direction) => (direction, Transit::Swallow),
            Self::Delay(direction, delay) => (direction, Transit::Delay(*delay)),
            Self::Reorder(direction) => (direction, Transit::Reorder),
            Self::Duplicate(direction) => (direction, Transit::Duplicate),
            _ => return None,
        };
        (*direction == way || *direction == Direction::Both).then_some(transit)
    }
}

/// A fault with what it is for.
///
/// It is for every connection, or for those of one conversation, or for one connection; for every request, or for
/// those of some kinds; until it is cleared, or for a number of times. [`FaultKind::Drop`], [`FaultKind::Close`],
/// [`FaultKind::Garbage`] and [`FaultKind::ExpireToken`] happen at once, to every connection that they are for,
/// unless kinds of requests or a count are given: then they wait for requests.
///
/// It is written as JSON (`{"fault":"delay","ms":200,"direction":"to_client","count":3}`), or in short as
/// `delay:200`, with `*3` behind it for a count.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(into = "FaultForm", try_from = "FaultForm")]
#[non_exhaustive]
pub struct Fault {
    /// What goes wrong.
    pub kind: FaultKind,
    /// Kinds of requests; empty: all. Of frames to the guest only those that answer such a request are meant.
    pub on: Vec<RequestKind>,
    /// How many times. `None`: until it is cleared.
    pub count: Option<u32>,
    /// Only the connections of this conversation.
    pub conversation_id: Option<String>,
    /// Only this connection.
    pub connection: Option<ConnectionId>,
}

impl Fault {
    /// A fault of this kind for everything, until it is cleared.
    #[must_use]
    pub const fn new(kind: FaultKind) -> Self {
        Self { kind, on: Vec::new(), count: None, conversation_id: None, connection: None }
    }

    /// The same, `count` times.
    #[must_use]
    pub fn times(mut self, count: u32) -> Self {
        self.count = Some(count);
        self
    }

    /// The same, for requests of this kind too.
    #[must_use]
    pub fn on(mut self, kind: RequestKind) -> Self {
        self.on.push(kind);
        self
    }

    /// The same, for one conversation.
    #[must_use]
    pub fn conversation(mut self, id: impl Into<String>) -> Self {
        self.conversation_id = Some(id.into());
        self
    }

    /// The same, for one connection.
    #[must_use]
    pub fn connection(mut self, id: ConnectionId) -> Self {
        self.connection = Some(id);
        self
    }

    /// Whether it happens once, now, rather than waiting for requests.
    #[must_use]
    pub fn is_immediate(&self) -> bool {
        use FaultKind::{Close, Drop, ExpireToken, Garbage};
        matches!(self.kind, Drop | Close(_) | Garbage(_) | ExpireToken)
            && self.on.is_empty()
            && self.count.is_none()
    }

    pub(crate) fn is_for(&self, target: Target<'_>) -> bool {
        self.connection.is_none_or(|id| target.connection == Some(id))
            && self.conversation_id.as_deref().is_none_or(|id| target.conversation == Some(id))
            && (self.on.is_empty()
                || target.request.is_some_and(|kind| self.on.iter().any(|on| on.covers(kind))))
    }
}

/// The fault cannot be put in force, or is none.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum FaultError {
    /// No such fault.
    #[error(
        "unknown fault {0:?}: expected drop, swallow, delay, reorder, duplicate, rate_limit, answer, expire_token, \
         refuse_upgrade, close, accept_and_close, mute or garbage"
    )]
    Unknown(String),
    /// A number that the fault needs is missing, not a number, or out of range.
    #[error("fault {fault} needs {needs}")]
    Needs {
        /// The fault.
        fault: &'static str,
        /// What it needs.
        needs: &'static str,
    },
    /// The JSON form could not be read.
    #[error("not a fault: {0}")]
    Json(String),
    /// No further fault can be in force.
    #[error("there are {0} faults in force already")]
    Full(usize),
}

/// What a fault may be for.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Target<'a> {
    pub(crate) connection: Option<ConnectionId>,
    pub(crate) conversation: Option<&'a str>,
    pub(crate) request: Option<RequestKind>,
}

/// A fault in force.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct FaultView {
    /// Its number, for clearing it.
    pub id: u64,
    /// The fault; `count` is what is left.
    #[serde(flatten)]
    pub fault: Fault,
}

/// The faults in force, oldest first.
#[derive(Clone, Debug, Default)]
pub(crate) struct Faults {
    active: BTreeMap<u64, Fault>,
    last_id: u64,
}

impl Faults {
    pub(crate) fn add(&mut self, fault: Fault, cap: usize) -> Result<u64, FaultError> {
        if self.active.len() >= cap {
            return Err(FaultError::Full(cap));
        }
        self.last_id += 1;
        self.active.insert(self.last_id, fault);
        Ok(self.last_id)
    }

    /// Clears one, or all; says how many.
    pub(crate) fn clear(&mut self, id: Option<u64>) -> usize {
        match id {
            Some(id) => usize::from(self.active.remove(&id).is_some()),
            None => std::mem::take(&mut self.active).len(),
        }
    }

    pub(crate) fn list(&self) -> Vec<FaultView> {
        let view = |(&id, fault): (&u64, &Fault)| FaultView { id, fault: fault.clone() };
        self.active.iter().map(view).collect()
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.active.is_empty()
    }

    /// Whether one of this kind is in force, without using it up.
    pub(crate) fn has(&self, target: Target<'_>, kind: impl Fn(&FaultKind) -> bool) -> bool {
        self.active.values().any(|fault| kind(&fault.kind) && fault.is_for(target))
    }

    /// The oldest fault that `pick` wants, used up by one.
    pub(crate) fn take<T>(
        &mut self,
        target: Target<'_>,
        pick: impl Fn(&FaultKind) -> Option<T>,
    ) -> Option<T> {
        let (id, picked) = self.active.iter().find_map(|(&id, fault)| {
            let usable = fault.count != Some(0) && fault.is_for(target);
            usable.then(|| pick(&fault.kind)).flatten().map(|picked| (id, picked))
        })?;
        if let Some(count) = self.active.get_mut(&id).and_then(|fault| fault.count.as_mut()) {
            *count -= 1;
            if *count == 0 {
                self.active.remove(&id);
            }
        }
        Some(picked)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_counted_fault_wears_out() {
        let mut faults = Faults::default();
        faults.add(Fault::new(FaultKind::Drop).times(2).on(RequestKind::Typing), 8).unwrap();
        let mut take = |request| {
            let target = Target { request, ..Target::default() };
            faults.take(target, |kind| (*kind == FaultKind::Drop).then_some(())).is_some()
        };
        assert!(!take(Some(RequestKind::Text)));
        assert!(!take(None));
        assert!(take(Some(RequestKind::TypingOn)));
        assert!(take(Some(RequestKind::TypingOff)));
        assert!(!take(Some(RequestKind::TypingOn)));
    }
}

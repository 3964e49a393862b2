//! What each side knows of the conversation: the guest by its own doing, the agent by being told.
//!
//! Owns: both lists. Must not know: how they are compared.

use webmessaging_proto::{Event, PeerTypingEnd, Phase};

use super::agent::AgentNews;

/// An indicator went on, or out with a reason.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Indicator {
    On,
    Out(String),
}

/// What the guest's side knows.
#[derive(Debug, Default)]
pub(super) struct GuestRecord {
    pub(super) phase: Option<Phase>,
    pub(super) ready: usize,
    /// The texts in the order of sending, with the key of each once it is confirmed.
    pub(super) sent: Vec<String>,
    pub(super) confirmed: Vec<String>,
    /// The agent's messages, in the order of arrival: key and text.
    pub(super) received: Vec<(String, String)>,
    /// The messages that were on screen, in order.
    pub(super) seen: Vec<String>,
    pub(super) agent_typing: Vec<Indicator>,
    /// What the user's typing should look like to the agent.
    pub(super) typing: Vec<Indicator>,
    pub(super) rate_limited: usize,
}

/// What the agent's side knows.
#[derive(Debug, Default)]
pub(super) struct AgentRecord {
    pub(super) connections: usize,
    pub(super) resumed: usize,
    /// The guest's texts, in the order of arrival: key and text.
    pub(super) received: Vec<(String, String)>,
    /// The own messages: key and text.
    pub(super) sent: Vec<(String, String)>,
    /// The messages that the guest has read, in the order of the receipts.
    pub(super) read: Vec<String>,
    pub(super) guest_typing: Vec<Indicator>,
    /// Whether a text ever came while its guest was still shown as typing.
    pub(super) text_while_typing: bool,
}

impl GuestRecord {
    pub(super) fn note(&mut self, event: &Event) {
        match event {
            Event::PhaseChanged(phase) => {
                self.phase = Some(*phase);
                self.ready += usize::from(*phase == Phase::Ready);
            }
            Event::MessageConfirmed { id, .. } => self.confirmed.push(id.to_string()),
            Event::MessageReceived(message) => {
                let text = message.text.as_deref().unwrap_or_default();
                self.received.push((message.id.to_string(), text.to_owned()));
            }
            Event::PeerTypingStarted { .. } => self.agent_typing.push(Indicator::On),
            Event::PeerTypingStopped { reason, .. } => {
                self.agent_typing.push(Indicator::Out(reason_name(*reason).to_owned()));
            }
            Event::RateLimited { .. } => self.rate_limited += 1,
            _ => {}
        }
    }

    pub(super) fn is_ready(&self) -> bool {
        self.phase == Some(Phase::Ready)
    }

    pub(super) fn agent_is_typing(&self) -> bool {
        self.agent_typing.last() == Some(&Indicator::On)
    }
}

impl AgentRecord {
    pub(super) fn note(&mut self, news: &AgentNews) {
        match news {
            AgentNews::SessionResumed => self.resumed += 1,
            AgentNews::Connections { count } => self.connections = *count,
            AgentNews::GuestTyping { typing: true, .. } => self.guest_typing.push(Indicator::On),
            AgentNews::GuestTyping { typing: false, reason } => {
                self.guest_typing.push(Indicator::Out(reason.clone().unwrap_or_default()));
            }
            AgentNews::GuestMessage { message } => {
                self.text_while_typing |= self.guest_is_typing();
                self.received.push((message.message_id.clone(), message.text.clone()));
            }
            AgentNews::AgentMessage { message } => {
                self.sent.push((message.message_id.clone(), message.text.clone()));
            }
            AgentNews::MessageRead { message_id } => self.read.push(message_id.clone()),
            AgentNews::SessionOpened | AgentNews::AgentTyping { .. } | AgentNews::Other => {}
        }
    }

    pub(super) fn guest_is_typing(&self) -> bool {
        self.guest_typing.last() == Some(&Indicator::On)
    }
}

pub(super) const fn reason_name(reason: PeerTypingEnd) -> &'static str {
    match reason {
        PeerTypingEnd::Off => "off",
        PeerTypingEnd::Expired => "expired",
        PeerTypingEnd::Message => "message",
        PeerTypingEnd::Disconnected => "disconnected",
        PeerTypingEnd::Ended => "ended",
        _ => "another reason",
    }
}

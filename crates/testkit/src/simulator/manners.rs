//! How a host answers what it is told.
//!
//! Owns: what each event means for the rules, and what the host does about it. Must not know: the plan, the network.

use webmessaging_proto::frame::{Direction, MessageKind, ServerBody, ServerFrame};
use webmessaging_proto::{Event, FailReason, FaultCode, Phase, Sender, TracingId};

use crate::model::asks_to_authenticate;

use super::bridge::Bridge;
use super::judge::Ending;
use super::plan::{Kept, Reading};
use super::queue::{Due, Ms};
use super::tally::count;
use super::world::{AGAIN, World};

/// How often a host decides on kept texts before it leaves things as they are.
const DECISIONS: u64 = 200;
/// The core's pause for typing after a failure of the service's.
const TYPING_REST: Ms = 5_000;
const LONGEST_REST: Ms = 300_000;
/// Sessions that live shorter than this may expire in the calm end.
pub(super) const SHORT_LIFE: Ms = 1_000_000;

impl<B: Bridge> World<'_, B> {
    pub(super) fn decide(&mut self, key: u64) {
        if !self.is_awake() || !self.texts.is_kept(key) || self.host.decisions >= DECISIONS {
            return;
        }
        self.host.decisions += 1;
        match self.plan.setting.kept {
            Kept::Keep => {}
            Kept::Retry(_) => self.retry(key),
            Kept::Either(_) if key % 2 == 0 => self.retry(key),
            Kept::Discard(_) | Kept::Either(_) => self.discard(key),
        }
    }

    /// A frame is about to be given to the session.
    pub(super) fn inspect_frame(&mut self, link: usize, frame: &ServerFrame<'_>) {
        let class = frame.body.class();
        let code = frame.code;
        self.say(|| format!("guest  <- {class} {code}"));
        let request = || frame.tracing_id.as_deref().and_then(TracingId::parse);
        match &frame.body {
            ServerBody::Status(text) if !(200..300).contains(&code) => {
                let request = request();
                let token = code == 401 || (code == 403 && asks_to_authenticate(text));
                self.texts.refused(request, code, token);
                self.receipt_refused(request, code);
            }
            ServerBody::SessionResponse(response) if response.new_session => {
                self.backend.heard_conversations = self.backend.conversations;
            }
            ServerBody::TooManyRequests(_) => {
                let request = request();
                self.texts.refused(request, 429, false);
                self.receipt_refused(request, 429);
            }
            ServerBody::Message(message)
                if message.direction == Direction::Outbound
                    && message.kind == MessageKind::Text =>
            {
                let closing = self.network.links.get(link).is_none_or(|l| l.closing);
                if self.takes_messages() && !closing && self.guest.link == Some(link) {
                    let accepted = self.phase() != Some(Phase::Configuring);
                    self.messages.arrives(message.key(), accepted);
                }
            }
            _ => {}
        }
    }

    fn receipt_refused(&mut self, request: Option<TracingId>, code: u16) {
        if matches!(code, 429 | 4029) {
            self.messages.receipt_refused(request);
        }
    }

    /// The session tells its host something.
    pub(super) fn told(&mut self, event: &Event) {
        if self.trace.is_some() && !matches!(event, Event::Other(_)) {
            self.say(|| format!("host   <- {event:?}"));
        }
        let lazy = self.is_lazy();
        match event {
            Event::PhaseChanged(phase) => {
                self.phase_changed(*phase);
                self.on_phase(*phase);
            }
            Event::MessageReceived(message) if message.from == Sender::Agent => {
                if let Some(number) = self.messages.reported(&message.id, &mut self.found) {
                    if let Reading::After(after) = self.plan.setting.reading {
                        let at = self.now + after;
                        self.queue.push(at, Due::Look { message: number, on: true });
                    }
                }
            }
            Event::MessageConfirmed { key, .. } => {
                self.texts.told(key.0, Ending::Confirmed, lazy, &mut self.found);
            }
            Event::MessageUnconfirmed { key } => {
                self.texts.told(key.0, Ending::Unconfirmed, lazy, &mut self.found);
                self.decide_later(key.0);
            }
            Event::MessageFailed { key, .. } => {
                self.texts.told(key.0, Ending::Failed, lazy, &mut self.found);
                self.decide_later(key.0);
            }
            Event::PeerTypingStarted { .. } => self.typist(true),
            Event::PeerTypingStopped { .. } => self.typist(false),
            Event::MessageRead { id } => self.messages.receipt_told(id, true, &mut self.found),
            Event::ReceiptFailed { id, .. } => {
                self.messages.receipt_told(id, false, &mut self.found);
            }
            Event::RateLimited { retry_after } => {
                let wait = u64::try_from(retry_after.as_millis()).unwrap_or(Ms::MAX / 2);
                self.indicator.disturbed(self.now + wait);
            }
            Event::Fault { code: FaultCode::Server(_) } => {
                // Each rest is twice as long as the one before.
                let rest = TYPING_REST << self.host.faults.min(6);
                self.host.faults += 1;
                self.indicator.disturbed(self.now + rest.min(LONGEST_REST));
            }
            Event::SessionReplaced => {
                // Also when a service said that a session is over that is not.
                self.messages.replaced();
                self.indicator.forgotten();
            }
            Event::ConnectionClosed { .. } => {
                self.queue.push(self.now + self.plan.setting.renews_after, Due::Connect);
            }
            _ => {}
        }
        if let Some(name) = rare(event) {
            count(&mut self.tally.events, name, 1);
        }
    }

    fn on_phase(&mut self, phase: Phase) {
        let setting = &self.plan.setting;
        let again = match phase {
            Phase::ReadOnly => {
                if let Some(after) = setting.starts_new_after {
                    self.queue.push(self.now + after, Due::StartNew);
                }
                return;
            }
            Phase::Failed(FailReason::AuthenticationFailed) => Due::Renew,
            Phase::Failed(FailReason::SessionExpired) => {
                if self.calm && setting.session_life < SHORT_LIFE {
                    return;
                }
                Due::Renew
            }
            Phase::Failed(_) if self.calm => {
                self.queue.push(self.now + AGAIN, Due::Connect);
                return;
            }
            _ => return,
        };
        self.queue.push(self.now + setting.renews_after, again);
    }

    fn decide_later(&mut self, key: u64) {
        if let Kept::Retry(after) | Kept::Discard(after) | Kept::Either(after) =
            self.plan.setting.kept
        {
            self.queue.push(self.now + after, Due::Decide { key });
        }
    }

    fn typist(&mut self, typing: bool) {
        let before = std::mem::replace(&mut self.host.sees_typing, typing);
        self.found.must(before != typing, "the agent's typing is told twice", || {
            if typing { "started".to_owned() } else { "stopped".to_owned() }
        });
    }
}

/// The events worth counting by themselves.
const fn rare(event: &Event) -> Option<&'static str> {
    Some(match event {
        Event::PeerTypingStarted { .. } => "agent's typing started",
        Event::PeerTypingStopped { .. } => "agent's typing stopped",
        Event::MessageRead { .. } => "message read, for the host to tell",
        Event::ReceiptFailed { .. } => "receipt failed",
        Event::CapabilityLost { .. } => "capability lost",
        Event::MessagesMayBeMissing => "messages may be missing",
        Event::SessionReplaced => "session replaced",
        Event::RateLimited { .. } => "rate limited",
        Event::AuthenticationFailed => "authentication failed",
        Event::SessionExpired => "session expired",
        Event::AccessDenied => "access denied",
        Event::ConnectionClosed { .. } => "connection closed",
        Event::ConversationEnded { .. } => "conversation ended",
        Event::Fault { .. } => "fault of the service's",
        _ => return None,
    })
}

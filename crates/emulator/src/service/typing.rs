//! The guest's typing indicator: how it goes on and out in either mode, and who hears of it.

use std::{sync::Arc, time::Duration};

use super::{
    AgentEventKind, ConnectionId, Service, Timer, TypingEnd, denial::Denial,
    guest_message::TypingSignal, session::ConversationId, structured::events,
};
use crate::options::Mode;

/// How long one On shows in [`Mode::Live`].
const SHOWN: Duration = Duration::from_secs(5);

impl Service {
    /// Silence is the only answer to typing that was taken.
    pub(super) fn guest_typing(
        &mut self,
        id: ConnectionId,
        conversation: &ConversationId,
        signal: TypingSignal,
    ) -> Result<(), Denial> {
        self.check_writable(conversation)?;
        if !self.options.typing {
            return Err(Denial::TypingOff);
        }
        let events = match (self.options.mode, signal) {
            (_, TypingSignal::On) => {
                self.show_guest_typing(conversation);
                events::ON
            }
            (Mode::Guide, TypingSignal::Off) => {
                self.end_guest_typing(conversation, TypingEnd::Off);
                events::OFF
            }
            (Mode::Guide, TypingSignal::Unknown) => return Ok(()),
            (Mode::Live, _) => return Err(Denial::UnsupportedTyping),
        };
        let message = self.event(events, "Inbound");
        self.fan_out_others(conversation, &message, Some(id));
        Ok(())
    }

    fn show_guest_typing(&mut self, conversation: &ConversationId) {
        let now = self.clock.now();
        let Some(session) = self.sessions.get_mut(conversation) else { return };
        let was = std::mem::replace(&mut session.guest_typing, true);
        if self.options.mode == Mode::Live {
            let until = now.saturating_add(SHOWN);
            self.timers.set(Timer::Typing(Arc::clone(&session.conversation_id)), Some(until));
        }
        if !was {
            let kind = AgentEventKind::GuestTyping { typing: true, reason: None };
            self.emit_agent(conversation, kind);
        }
    }

    /// Takes the indicator down, if it is up.
    pub(super) fn end_guest_typing(&mut self, conversation: &ConversationId, reason: TypingEnd) {
        let Some(session) = self.sessions.get_mut(conversation) else { return };
        if std::mem::replace(&mut session.guest_typing, false) {
            self.timers.set(Timer::Typing(Arc::clone(&session.conversation_id)), None);
            let kind = AgentEventKind::GuestTyping { typing: false, reason: Some(reason) };
            self.emit_agent(conversation, kind);
        }
    }
}

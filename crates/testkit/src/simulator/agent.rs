//! The agent: what it does, and what it sees.
//!
//! Owns: what the agent's side knows of a run. Must not know: requests, frames, faults.

use webmessaging_emulator::service::{AgentEvent, AgentEventKind, TypingEnd};

use super::bridge::Bridge;
use super::judge::{MARK, Texts};
use super::tally::count;
use super::world::{SHOWN, World};

impl<B: Bridge> World<'_, B> {
    pub(super) fn agent_writes(&mut self) {
        let Some(conversation) = self.backend.conversation.clone() else { return };
        self.backend.agent_texts += 1;
        let text = format!("{} from the agent, {}", MARK, self.backend.agent_texts);
        let now = self.service_now();
        if let Ok(message) = self.service.agent_text(&conversation, &text, None, now) {
            self.say(|| format!("agent  -> {}", message.message_id));
            self.messages.written(&message.message_id, self.backend.conversations);
        }
        self.pump_service();
    }

    pub(super) fn agent_types(&mut self, typing: bool) {
        let Some(conversation) = self.backend.conversation.clone() else { return };
        let now = self.service_now();
        // Too often, or the conversation has ended: then not.
        let _ = self.service.agent_typing(&conversation, typing, None, now);
        self.pump_service();
    }

    pub(super) fn agent_ends(&mut self, read_only: bool) {
        let Some(conversation) = self.backend.conversation.clone() else { return };
        let now = self.service_now();
        if self.service.agent_end(&conversation, read_only, now).is_ok() {
            self.backend.end_may_be_lost = self.backend.faults_in_force;
        }
        self.pump_service();
    }

    pub(super) fn agent_sees(&mut self, event: &AgentEvent) {
        let current = self.backend.conversation.as_deref() == Some(&*event.conversation_id);
        let disturbed = self.now + 4 * self.plan.setting.up.max(self.plan.setting.down) + 1_000;
        match &event.kind {
            AgentEventKind::SessionOpened => {
                self.backend.follow(&event.conversation_id);
                self.backend.conversations += 1;
                self.backend.end_may_be_lost = false;
                self.indicator.another_session();
                self.indicator.disturbed(disturbed);
            }
            AgentEventKind::SessionResumed => {
                if !current {
                    // A configure on a connection that the guest has long left may have opened another
                    // conversation, for a token of before.
                    self.backend.follow(&event.conversation_id);
                }
                self.indicator.disturbed(disturbed);
            }
            AgentEventKind::Connections { count } if current => self.backend.connections = *count,
            AgentEventKind::GuestTyping { typing, reason } => {
                let name = match (typing, reason) {
                    (true, _) => "shown",
                    (false, Some(TypingEnd::Off)) => "ended by Off",
                    (false, Some(TypingEnd::Expired)) => "ended by time",
                    (false, Some(TypingEnd::Message)) => "ended by a text",
                    (false, Some(TypingEnd::Disconnected)) => "ended by the loss of the guest",
                    (false, _) => "ended with the conversation",
                };
                count(&mut self.tally.typing, name, 1);
                self.say(|| format!("agent  <- typing {name}"));
                self.indicator.shows(*typing);
            }
            AgentEventKind::GuestMessage { message } => {
                self.say(|| "agent  <- a text".to_owned());
                self.texts.arrived(&message.text, &mut self.found);
            }
            AgentEventKind::MessageRead { message_id } => {
                self.say(|| format!("agent  <- read {message_id}"));
                self.messages.read(message_id, &mut self.found);
            }
            // The guest can write on, and takes what it said for shown as long as that lasts.
            AgentEventKind::ConversationEnded { read_only: false } => {
                self.indicator.disturbed(disturbed + SHOWN);
            }
            AgentEventKind::ConversationEnded { read_only: true }
            | AgentEventKind::SessionClosed
                if current =>
            {
                self.backend.open = false;
                self.indicator.disturbed(disturbed);
            }
            AgentEventKind::SessionExpired if current => {
                self.backend.open = false;
                self.backend.expired = true;
                self.backend.end_may_be_lost |= self.backend.faults_in_force;
                self.indicator.disturbed(disturbed);
            }
            _ => {}
        }
    }

    /// How everything went, in numbers.
    pub(super) fn count_ends(&mut self) {
        for ending in Texts::endings(&self.texts) {
            count(&mut self.tally.texts, ending.name(), 1);
        }
        let repeated = self.texts.repeated() as u64;
        count(&mut self.tally.texts, "more than once at the agent", repeated);
        let (seen, read, told) = self.messages.counts();
        count(&mut self.tally.receipts, "messages of the agent", self.messages.len() as u64);
        count(&mut self.tally.receipts, "seen by the user", seen as u64);
        count(&mut self.tally.receipts, "read for the agent", read as u64);
        count(&mut self.tally.receipts, "told to the host instead", told as u64);
        let (_, stays) = self.indicator.counts();
        count(&mut self.tally.typing, "stays on by the service's fault", u64::from(stays));
    }
}

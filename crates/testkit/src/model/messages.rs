//! Messages and events: the agent's, and the guest's own.
//!
//! Owns: what a `StructuredMessage` means. Must not know: requests that failed, phases but for their
//! end by the agent.

use webmessaging_proto::frame::{
    Direction, Envelope, MessageEvent, MessageKind, OriginatingEntity, PresenceKind, ServerFrame,
    StructuredMessage, TypingNotice,
};
use webmessaging_proto::{Event, MAX_ID_BYTES, PeerTypingEnd, Phase, Sender, TracingId};

use super::expected::{Expected, Received};
use super::peers::typist;
use super::requests::Purpose;
use super::{Model, Rule};

fn kind_of(entity: Option<OriginatingEntity>) -> &'static str {
    match entity {
        Some(OriginatingEntity::Human) => "Human",
        Some(OriginatingEntity::Bot) => "Bot",
        _ => "agent",
    }
}

impl Model {
    pub(super) fn message(
        &mut self,
        frame: &ServerFrame<'_>,
        name: Option<TracingId>,
        place: Option<usize>,
        message: &StructuredMessage<'_>,
    ) {
        let is_text = matches!(message.kind, MessageKind::Text | MessageKind::Structured);
        if self.phase == Phase::Closing && !(is_text && message.direction == Direction::Inbound) {
            return;
        }
        match (message.kind, message.direction) {
            (MessageKind::Event, direction) => self.events(frame, direction, message),
            (MessageKind::Text | MessageKind::Structured, Direction::Inbound) => {
                self.own_message(frame, name, place, message);
            }
            (MessageKind::Text | MessageKind::Structured, Direction::Outbound) => {
                self.agent_message(message);
            }
            _ => self.tell(Event::Other(Box::new(frame.clone().into_owned()))),
        }
    }

    fn own_message(
        &mut self,
        frame: &ServerFrame<'_>,
        name: Option<TracingId>,
        place: Option<usize>,
        message: &StructuredMessage<'_>,
    ) {
        if let Some(key) = name.and_then(|id| self.texts.of_attempt(id)) {
            let in_flight = self.texts.in_flight.is_some_and(|flight| Some(flight.id) == name);
            self.hit(if in_flight { Rule::TextConfirmed } else { Rule::TextConfirmedLate });
            self.texts.remove(key);
            // Decision: whichever connection it was sent on, a text that was taken breaks the row.
            self.pause.row = 0;
            self.add_message(message.key(), Sender::Guest, false);
            let time = message.channel.as_ref().and_then(|channel| channel.time.as_deref());
            self.tell(Event::MessageConfirmed {
                key,
                id: message.key().into(),
                time: time.map(Into::into),
            });
            return;
        }
        let answers = place.is_some_and(|place| self.requests.get(place).purpose == Purpose::Echo);
        if answers {
            return;
        }
        if frame.envelope == Envelope::Response {
            // Decision: it answers some health check and is never a message; without a name it
            // answers the newest.
            let unnamed =
                frame.tracing_id.is_none() && message.metadata.get("customMessageId").is_none();
            if unnamed && self.connection.health_answer_ends.is_some() {
                self.echo_answered();
                if let Some(request) = self.requests.last(|purpose| *purpose == Purpose::Echo) {
                    request.answered = true;
                }
            }
            return;
        }
        if self.phase == Phase::Closing {
            return;
        }
        if self.add_message(message.key(), Sender::Guest, false) {
            self.hit(Rule::OwnMessage);
            self.expected.push(Expected::Received(Box::new(Received::of(message, Sender::Guest))));
        } else {
            self.hit(Rule::KnownMessage);
        }
    }

    fn agent_message(&mut self, message: &StructuredMessage<'_>) {
        let kind = kind_of(message.originating_entity);
        let gone = self.typists.message(message.sender_name(), kind);
        self.stopped(gone, PeerTypingEnd::Message);
        self.tell_who_types();
        if self.add_message(message.key(), Sender::Agent, false) {
            self.hit(Rule::AgentMessage);
            self.expected.push(Expected::Received(Box::new(Received::of(message, Sender::Agent))));
        } else {
            self.hit(Rule::KnownMessage);
        }
    }

    fn events(
        &mut self,
        frame: &ServerFrame<'_>,
        direction: Direction,
        message: &StructuredMessage<'_>,
    ) {
        let of_use = |event: &MessageEvent<'_>| match event {
            MessageEvent::Typing(_) => true,
            MessageEvent::Presence(presence) => {
                direction == Direction::Outbound && presence.kind == PresenceKind::Disconnect
            }
            _ => false,
        };
        if message.events.is_empty() || !message.events.iter().all(of_use) {
            self.tell(Event::Other(Box::new(frame.clone().into_owned())));
        }
        let mut told = false;
        for event in &message.events {
            match event {
                MessageEvent::Typing(typing) if direction == Direction::Outbound => {
                    let kind = kind_of(message.originating_entity);
                    let who = typist(message.sender_name(), kind);
                    match typing.notice {
                        Some(TypingNotice::On) => {
                            let limit = self.config.limits().typists;
                            let started = self.typists.on(who, typing.duration, limit, self.now);
                            if let Some(typist) = started {
                                self.started(typist);
                            }
                        }
                        Some(TypingNotice::Off) => {
                            let gone = self.typists.off(&who);
                            self.stopped(gone, PeerTypingEnd::Off);
                        }
                        None => {}
                    }
                }
                MessageEvent::Presence(_) if of_use(event) => {
                    told |= self.conversation_ended(message, told);
                }
                _ => {}
            }
        }
    }

    /// The agent's side ended the conversation; true if the host is told.
    fn conversation_ended(&mut self, message: &StructuredMessage<'_>, told: bool) -> bool {
        self.peers_stop(PeerTypingEnd::Ended);
        let read_only = message.metadata.get("readOnly") == Some("true");
        // Decision: the server may say it more than once, under the same key; it is news once,
        // and again if only now the conversation can't be written to any more.
        let is_kept = |key: &&str| (1..=MAX_ID_BYTES).contains(&key.len());
        let key = Some(message.key()).filter(is_kept).map(str::to_owned);
        let known = key.is_some() && self.connection.ended_by == key;
        self.connection.ended_by = key;
        self.connection.over |= read_only && self.phase == Phase::Configuring;
        let enters = read_only && self.phase == Phase::Ready;
        if enters {
            self.read_only();
        } else if read_only || known || told {
            return false;
        }
        self.tell(Event::ConversationEnded { read_only });
        true
    }
}

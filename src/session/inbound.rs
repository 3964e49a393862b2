//! What the server says unasked: messages, typing, the end of things.
//!
//! Owns: the way from a server frame to its meaning. Must not know: how failures are answered.

use alloc::boxed::Box;

use crate::frame::{
    Direction, Envelope, MessageEvent, MessageKind, OriginatingEntity, PresenceKind, ServerBody,
    ServerFrame, StructuredMessage, TypingNotice, WHOLE,
};
use crate::id::{TracingId, TransportId};
use crate::output::{Close, ClosedReason, Event, FaultCode, Message};
use crate::peer_typing::{PeerTypingEnd, UNKNOWN_KIND};
use crate::receipts::{Sender, check_id};
use crate::timer::Timer;

use super::rate_limit::RateLimit;
use super::requests::Cause;
use super::routing::ServerError;
use super::{FailReason, Phase, Session};

/// Where an older server puts the name of the request (`wire.md` 3.7).
const CUSTOM_MESSAGE_ID: &str = "customMessageId";
/// Where a Presence Disconnect says that the conversation can't be written to any more.
const READ_ONLY: &str = "readOnly";

impl Session {
    pub(super) fn receive(&mut self, transport: TransportId, frame: ServerFrame<'_>) {
        if !self.is_current(transport) {
            return;
        }
        self.stats.frames_received += 1;
        let request = frame.tracing_id.as_deref().and_then(TracingId::parse);
        if self.phase == Phase::Closing {
            if let ServerBody::Message(message) = &frame.body {
                self.confirm_text(request, message);
            }
            return;
        }
        match frame.body {
            ServerBody::Message(_) => self.receive_message(request, frame),
            ServerBody::Status(_) if (200..300).contains(&frame.code) => {
                self.answered(request);
            }
            ServerBody::Status(text) => {
                self.receive_error(request, ServerError::of_status(frame.code, &text));
            }
            ServerBody::TooManyRequests(limit) => {
                self.receive_error(request, ServerError::RateLimited(limit.retry_after));
            }
            ServerBody::Error(error) => {
                // The body's code is the more exact one (`wire.md` 3.1).
                let code = error.code.unwrap_or(frame.code);
                self.receive_error(request, ServerError::of_status(code, error.text()));
            }
            ServerBody::SessionResponse(response) => {
                self.answered(request);
                self.session_response(response);
            }
            ServerBody::SessionExpired => {
                self.fail(FailReason::SessionExpired, Some(Close::Normal));
            }
            ServerBody::SessionCleared => {
                self.connection.cleared = true;
                self.receipts.clear();
                self.peer_typing.clear(PeerTypingEnd::Ended);
                self.emit(Event::SessionCleared);
            }
            ServerBody::ConnectionClosed(closed) => {
                let reason = ClosedReason::of_event(closed.reason, self.connection.cleared);
                self.closed_by_server(reason, Some(Close::Normal));
            }
            ServerBody::Logout => self.closed_by_server(ClosedReason::Logout, Some(Close::Normal)),
            _ => {
                self.answered(request);
                self.other(frame);
            }
        }
    }

    fn other(&mut self, frame: ServerFrame<'_>) {
        let frame = if WHOLE { frame.into_owned() } else { frame.into_class() };
        self.emit(Event::Other(Box::new(frame)));
    }

    pub(super) fn receive_undecodable(&mut self, transport: TransportId) {
        if self.is_current(transport) && self.phase != Phase::Closing {
            self.stats.frames_received += 1;
            self.emit(Event::Fault { code: FaultCode::Undecodable });
        }
    }

    fn receive_message(&mut self, request: Option<TracingId>, frame: ServerFrame<'_>) {
        let ServerBody::Message(message) = &frame.body else { return };
        let answers_health_check = self.answered(request) == Some(Cause::Echo);
        if answers_health_check || self.confirm_text(request, message) {
            return;
        }
        let mut used = true;
        if message.kind == MessageKind::Event {
            used = self.receive_events(message);
        } else if message.kind != MessageKind::Receipt
            && message.direction == Direction::Inbound
            && frame.envelope == Envelope::Response
        {
            // The reply to a health check: of this connection, from a server that names no request,
            // or of an older one.
            let awaited = self.timers.get(Timer::HealthCheckAnswer).is_some();
            let echo = self.requests.newest_echo();
            self.answered(echo.filter(|_| awaited && frame.tracing_id.is_none()));
            return;
        }
        let from = match message.direction {
            Direction::Inbound => Some(Sender::Guest),
            Direction::Outbound => Some(Sender::Agent),
            _ => None,
        };
        match (message.kind, from) {
            (MessageKind::Text | MessageKind::Structured, Some(from)) => {
                let ServerBody::Message(message) = frame.body else { return };
                self.receive_text(from, message);
            }
            (MessageKind::Event, _) if used => {}
            _ => self.other(frame),
        }
    }

    fn receive_text(&mut self, from: Sender, message: StructuredMessage<'_>) {
        if from == Sender::Agent {
            self.peer_typing.message(message.sender_name(), kind_of(&message));
            self.emit_peer_typing();
        }
        if !message.key().is_empty() {
            let added = self.receipts.add(message.key(), from, false);
            self.report_lost_receipt(added.lost);
            if !added.new {
                return;
            }
        }
        let id = message.key().into();
        let nickname = message.sender_name().map(Box::from);
        let time = message.channel.and_then(|channel| channel.time).map(Box::from);
        let content = message.content.into_iter().map(crate::frame::Content::into_owned).collect();
        self.emit(Event::MessageReceived(Box::new(Message {
            id,
            from,
            nickname,
            entity: message.originating_entity,
            time,
            text: message.text.map(crate::Sensitive::into_owned),
            content,
        })));
    }

    /// Whether the message is the echo of a text of ours, whatever became of that meanwhile.
    fn confirm_text(
        &mut self,
        request: Option<TracingId>,
        message: &StructuredMessage<'_>,
    ) -> bool {
        // A receipt tells what became of a message, be it that it failed.
        let is_echo = !matches!(message.kind, MessageKind::Event | MessageKind::Receipt);
        if message.direction != Direction::Inbound || !is_echo {
            return false;
        }
        let custom = || message.metadata.get(CUSTOM_MESSAGE_ID).and_then(TracingId::parse);
        let by_request = request.and_then(|request| self.outbox.used()?.confirm(request));
        let by_custom = || {
            let request = custom()?;
            self.answered(Some(request));
            self.outbox.used()?.confirm(request)
        };
        let Some(key) = by_request.or_else(by_custom) else { return false };
        self.stats.texts_confirmed += 1;
        RateLimit::succeeded(&mut self.rate_limit);
        if !message.key().is_empty() {
            let added = self.receipts.add(message.key(), Sender::Guest, true);
            self.report_lost_receipt(added.lost);
        }
        let time = message.channel.as_ref().and_then(|channel| channel.time.as_deref());
        self.emit(Event::MessageConfirmed {
            key,
            id: message.key().into(),
            time: time.map(Box::from),
        });
        true
    }

    /// Whether the session has a use for every one of the events.
    fn receive_events(&mut self, message: &StructuredMessage<'_>) -> bool {
        let mut used = !message.events.is_empty();
        let mut told = false;
        for event in &message.events {
            match (event, message.direction) {
                (MessageEvent::Typing(typing), Direction::Outbound) => {
                    let nickname = message.sender_name();
                    let kind = kind_of(message);
                    match typing.notice {
                        Some(TypingNotice::On) => {
                            self.peer_typing.on(nickname, kind, typing.duration, self.now);
                        }
                        Some(TypingNotice::Off) => self.peer_typing.off(nickname, kind),
                        None => {}
                    }
                }
                // The guest's own, from another connection.
                (MessageEvent::Typing(_), Direction::Inbound) => {}
                (MessageEvent::Presence(presence), Direction::Outbound)
                    if presence.kind == PresenceKind::Disconnect =>
                {
                    let read_only = message.metadata.get(READ_ONLY) == Some("true");
                    self.peer_typing.clear(PeerTypingEnd::Ended);
                    // The server is known to say it more than once.
                    let key = Some(message.key()).filter(|key| check_id(key).is_ok());
                    let said = key.is_some() && self.connection.ended_by.as_deref() == key;
                    let entered = read_only && self.enter_read_only();
                    if entered || !(read_only || said || told) {
                        told = true;
                        self.emit(Event::ConversationEnded { read_only });
                    }
                    self.connection.ended_by = key.map(Box::from);
                }
                _ => used = false,
            }
        }
        used
    }
}

/// What a sender without a nickname is known by.
const fn kind_of(message: &StructuredMessage<'_>) -> &'static str {
    match message.originating_entity {
        Some(OriginatingEntity::Human) => "Human",
        Some(OriginatingEntity::Bot) => "Bot",
        _ => UNKNOWN_KIND,
    }
}

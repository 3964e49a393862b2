//! An endpoint as the subject of a life: every frame goes over bytes, both ways.
//!
//! Owns: [`Wired`], and the reading of a guest's frames. Must not know: how the frames were
//! written: it reads them with another parser than the one in the crate under test.

use serde_json::Value;
use webmessaging_proto::dialect::WebMessaging;
use webmessaging_proto::frame::{ClientBody, ClientFrame, CustomAttributes, TypingNotice};
use webmessaging_proto::{
    Config, Deadline, Endpoint, EndpointOutput, Input, InputError, Instant, Output, Phase, Session,
    TracingId, TransportId,
};

use super::Subject;

/// An [`Endpoint`], whose bytes are read back to frames.
#[derive(Debug)]
pub struct Wired {
    endpoint: Endpoint<WebMessaging>,
    wire: Vec<u8>,
    unread: Option<String>,
}

impl Wired {
    /// An idle one.
    #[must_use]
    pub fn new(config: Config, now: Instant) -> Self {
        let endpoint = Endpoint::new(config, WebMessaging, now);
        Self { endpoint, wire: Vec::new(), unread: None }
    }

    /// The session inside.
    #[must_use]
    pub const fn session(&self) -> &Session {
        self.endpoint.session()
    }
}

impl Subject for Wired {
    fn handle(&mut self, input: Input<'_>, now: Instant) -> Result<(), InputError> {
        match input {
            Input::Tick => self.endpoint.tick(now),
            Input::MessageVisible { id } => self.endpoint.message_visible(&id, now),
            input => self.endpoint.handle(input, now),
        }
    }

    fn keystroke(&mut self, now: Instant) {
        self.endpoint.keystroke(now);
    }

    fn poll_output(&mut self) -> Option<Output> {
        Some(match self.endpoint.poll_output(&mut self.wire)? {
            EndpointOutput::OpenTransport(transport) => Output::OpenTransport(transport),
            EndpointOutput::CloseTransport(transport, close) => {
                Output::CloseTransport(transport, close)
            }
            EndpointOutput::Send => match read_client_frame(&self.wire) {
                Ok(read) => Output::SendFrame(read.frame),
                Err(reason) => {
                    self.unread.get_or_insert_with(|| format!("a frame that is none: {reason}"));
                    return self.poll_output();
                }
            },
            EndpointOutput::ArmTimer(deadline) => Output::ArmTimer(deadline),
            EndpointOutput::ClearTimer => Output::ClearTimer,
            EndpointOutput::Emit(event) => Output::Emit(event),
            other => {
                self.unread.get_or_insert_with(|| format!("an output of a new kind: {other:?}"));
                return self.poll_output();
            }
        })
    }

    fn deadline(&self) -> Option<Deadline> {
        self.endpoint.deadline()
    }

    fn phase(&self) -> Phase {
        self.endpoint.phase()
    }

    fn receive(
        &mut self,
        transport: TransportId,
        wire: &[u8],
        now: Instant,
    ) -> Result<(), InputError> {
        self.endpoint.receive(transport, wire, now)
    }

    fn finding(&mut self) -> Option<String> {
        self.unread.take()
    }
}

/// A guest's frame with what it carried beside its own parts.
#[derive(Clone, PartialEq)]
#[non_exhaustive]
pub struct ReadFrame {
    /// The frame.
    pub frame: ClientFrame<'static>,
    /// Its token.
    pub token: String,
    /// Its deployment, which only a configure has.
    pub deployment_id: Option<String>,
}

impl core::fmt::Debug for ReadFrame {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        self.frame.fmt(f)
    }
}

/// Reads what a guest sent, exactly: a member too many or of another type is an error.
///
/// # Errors
/// Names what is not as it should be.
pub fn read_client_frame(wire: &[u8]) -> Result<ReadFrame, &'static str> {
    let mut frame = Members::of(serde_json::from_slice(wire).map_err(|_| "not JSON")?)?;
    let action = frame.text("action")?;
    let token = frame.text("token")?;
    let written = frame.text("tracingId")?;
    let tracing_id = TracingId::parse(&written).ok_or("tracingId is no UUID")?;
    if tracing_id.to_string() != written {
        return Err("tracingId is written in another form");
    }
    let mut deployment_id = None;
    let body = match &*action {
        "configureSession" => {
            deployment_id = Some(frame.text("deploymentId")?);
            let journey = frame.0.remove("journeyContext");
            ClientBody::ConfigureSession {
                start_new: frame.truth("startNew")?,
                journey_context: journey
                    .map(|journey| serde_json::from_value(journey).map(Box::new))
                    .transpose()
                    .map_err(|_| "journeyContext is none")?,
            }
        }
        "closeSession" => {
            ClientBody::CloseSession { close_all_connections: frame.truth("closeAllConnections")? }
        }
        "echo" => {
            let mut message = frame.object("message")?;
            if (message.text("type")?.as_str(), message.text("text")?.as_str()) != ("Text", "ping")
            {
                return Err("an echo that is none");
            }
            message.end()?;
            ClientBody::Echo
        }
        "onMessage" => {
            let mut message = frame.object("message")?;
            let body = read_message(&mut message)?;
            message.end()?;
            body
        }
        _ => return Err("an action that no session asks for"),
    };
    frame.end()?;
    Ok(ReadFrame { frame: ClientFrame::new(tracing_id, body), token, deployment_id })
}

fn read_message(message: &mut Members) -> Result<ClientBody<'static>, &'static str> {
    match &*message.text("type")? {
        "Text" => {
            let text = message.text("text")?.into();
            Ok(ClientBody::Text { text, attributes: read_attributes(message)? })
        }
        "Receipt" if message.text("status")? == "Read" => {
            Ok(ClientBody::ReadReceipt { message: message.text("id")?.into() })
        }
        "Event" => {
            let Some(Value::Array(mut events)) = message.0.remove("events") else {
                return Err("events are no list");
            };
            let mut event = Members::of(events.pop().ok_or("no event")?)?;
            let body = match &*event.text("eventType")? {
                "Typing" => {
                    let mut typing = event.object("typing")?;
                    let notice = match &*typing.text("type")? {
                        "On" => TypingNotice::On,
                        "Off" => TypingNotice::Off,
                        _ => return Err("typing is neither On nor Off"),
                    };
                    typing.end()?;
                    ClientBody::Typing(notice)
                }
                "Presence" => {
                    let mut presence = event.object("presence")?;
                    if presence.text("type")? != "Join" {
                        return Err("a presence that is no Join");
                    }
                    presence.end()?;
                    ClientBody::Join { attributes: read_attributes(message)? }
                }
                _ => return Err("an event that no session sends"),
            };
            event.end()?;
            if events.is_empty() { Ok(body) } else { Err("more than one event") }
        }
        _ => Err("a message that no session sends"),
    }
}

fn read_attributes(message: &mut Members) -> Result<CustomAttributes, &'static str> {
    let Some(channel) = message.0.remove("channel") else {
        return Ok(CustomAttributes::default());
    };
    let mut channel = Members::of(channel)?;
    let mut metadata = channel.object("metadata")?;
    let written = metadata.0.remove("customAttributes").ok_or("no customAttributes")?;
    channel.end()?;
    metadata.end()?;
    serde_json::from_value(written).map_err(|_| "customAttributes are not texts")
}

/// The members of an object that were not read yet.
struct Members(serde_json::Map<String, Value>);

impl Members {
    fn of(value: Value) -> Result<Self, &'static str> {
        match value {
            Value::Object(members) => Ok(Self(members)),
            _ => Err("not an object"),
        }
    }

    fn text(&mut self, name: &'static str) -> Result<String, &'static str> {
        match self.0.remove(name) {
            Some(Value::String(text)) => Ok(text),
            _ => Err(name),
        }
    }

    fn truth(&mut self, name: &'static str) -> Result<bool, &'static str> {
        self.0.remove(name).and_then(|value| value.as_bool()).ok_or(name)
    }

    fn object(&mut self, name: &'static str) -> Result<Self, &'static str> {
        self.0.remove(name).ok_or(name).and_then(Self::of)
    }

    fn end(self) -> Result<(), &'static str> {
        if self.0.is_empty() { Ok(()) } else { Err("a member too many") }
    }
}

//! A service under virtual time, with everything that it sent sorted by connection.

use std::{collections::BTreeMap, time::Duration};

use serde_json::{Value, json};
use webmessaging_emulator::{
    Mode, Options,
    service::{ConnectionId, Fault, Output, Payload, Service},
};

pub(crate) const DEPLOYMENT: &str = "0b8f2f0e-3d52-4a4f-8a5b-6f1f0d6f9c21";
pub(crate) const TOKEN: &str = "7c0f4a52-5a0e-4d1b-9a63-2d1d1b0f8e11";
/// 2026-05-04T09:00:00Z
pub(crate) const EPOCH: Duration = Duration::from_secs(1_777_885_200);

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum End {
    Close(u16),
    Abort,
}

pub(crate) struct World {
    pub(crate) service: Service,
    pub(crate) now: Duration,
    frames: BTreeMap<ConnectionId, Vec<String>>,
    ended: BTreeMap<ConnectionId, End>,
    pub(crate) reading: BTreeMap<ConnectionId, bool>,
    events: Vec<Value>,
}

pub(crate) fn live() -> Options {
    let mut options = Options::default();
    options.mode = Mode::Live;
    options
}

impl World {
    pub(crate) fn new() -> Self {
        Self::with(Options::default())
    }

    pub(crate) fn with(options: Options) -> Self {
        Self {
            service: Service::new(options, EPOCH),
            now: Duration::ZERO,
            frames: BTreeMap::new(),
            ended: BTreeMap::new(),
            reading: BTreeMap::new(),
            events: Vec::new(),
        }
    }

    /// A connection that has not configured.
    pub(crate) fn connect(&mut self) -> ConnectionId {
        let id = self.service.connect(DEPLOYMENT, self.now).unwrap();
        self.pump();
        id
    }

    /// A connection with the session of `TOKEN`.
    pub(crate) fn guest(&mut self) -> ConnectionId {
        self.guest_of(TOKEN)
    }

    pub(crate) fn guest_of(&mut self, token: &str) -> ConnectionId {
        let id = self.connect();
        let response = self.ask(id, &configure(token));
        assert_eq!(response["body"]["connected"], true, "{response}");
        self.events.clear();
        id
    }

    pub(crate) fn say(&mut self, id: ConnectionId, frame: &Value) {
        self.say_raw(id, &frame.to_string());
    }

    pub(crate) fn say_raw(&mut self, id: ConnectionId, frame: &str) {
        self.service.receive(id, Payload::Text(frame), self.now);
        self.pump();
    }

    /// Says something that has exactly one answer.
    pub(crate) fn ask(&mut self, id: ConnectionId, frame: &Value) -> Value {
        self.say(id, frame);
        self.one(id)
    }

    /// The code of the only answer, with the class that goes with it checked.
    pub(crate) fn refusal(&mut self, id: ConnectionId, frame: &Value) -> u64 {
        let answer = self.ask(id, frame);
        assert_eq!(answer["type"], "response");
        assert_eq!(answer.get("tracingId"), frame.get("tracingId"), "{answer}");
        let code = answer["code"].as_u64().unwrap();
        let class = if code == 429 { "TooManyRequestsErrorMessage" } else { "string" };
        assert_eq!(answer["class"], class);
        code
    }

    pub(crate) fn raw_frames(&mut self, id: ConnectionId) -> Vec<String> {
        self.frames.remove(&id).unwrap_or_default()
    }

    pub(crate) fn frames(&mut self, id: ConnectionId) -> Vec<Value> {
        self.raw_frames(id).iter().map(|frame| serde_json::from_str(frame).unwrap()).collect()
    }

    pub(crate) fn one(&mut self, id: ConnectionId) -> Value {
        let mut frames = self.frames(id);
        assert_eq!(frames.len(), 1, "{frames:?}");
        frames.remove(0)
    }

    pub(crate) fn ended(&self, id: ConnectionId) -> Option<End> {
        self.ended.get(&id).copied()
    }

    /// Agent events since the last call, without time and conversation.
    pub(crate) fn events(&mut self) -> Vec<Value> {
        std::mem::take(&mut self.events)
    }

    /// Lets time pass, with a tick at each deadline.
    pub(crate) fn after(&mut self, ms: u64) {
        let until = self.now + Duration::from_millis(ms);
        while let Some(deadline) = self.service.deadline().filter(|at| *at <= until) {
            self.now = self.now.max(deadline);
            self.service.tick(self.now);
            self.pump();
        }
        self.now = until;
        self.service.tick(self.now);
        self.pump();
    }

    pub(crate) fn disconnect(&mut self, id: ConnectionId) {
        self.service.disconnected(id, self.now);
        self.pump();
    }

    pub(crate) fn fault(&mut self, fault: &str) -> Option<u64> {
        let fault: Fault = fault.parse().unwrap();
        let id = self.service.add_fault(fault, self.now).unwrap();
        self.pump();
        id
    }

    /// The conversation of the only session.
    pub(crate) fn conversation(&self) -> String {
        let sessions = self.service.sessions();
        assert_eq!(sessions.len(), 1);
        sessions[0].conversation_id.clone()
    }

    pub(crate) fn agent_text(&mut self, text: &str) -> String {
        let id = self.conversation();
        let message = self.service.agent_text(&id, text, Some("Kim"), self.now).unwrap();
        self.pump();
        message.message_id.as_ref().to_owned()
    }

    pub(crate) fn pump(&mut self) {
        while let Some(output) = self.service.poll_output() {
            match output {
                Output::Send { connection, text } => {
                    assert!(!self.ended.contains_key(&connection), "sent after the end");
                    self.frames.entry(connection).or_default().push(text.into_inner());
                }
                Output::Close { connection, code } => {
                    assert_eq!(self.ended.insert(connection, End::Close(code)), None);
                }
                Output::Abort { connection } => {
                    assert_eq!(self.ended.insert(connection, End::Abort), None);
                }
                Output::SetReading { connection, reading } => {
                    self.reading.insert(connection, reading);
                }
                Output::Agent(event) => {
                    let mut event = serde_json::to_value(event).unwrap();
                    let event_fields = event.as_object_mut().unwrap();
                    assert!(event_fields.remove("time").is_some());
                    assert!(event_fields.remove("conversation_id").is_some());
                    self.events.push(event);
                }
                other => panic!("unknown output {other:?}"),
            }
        }
    }
}

pub(crate) fn configure(token: &str) -> Value {
    json!({"action": "configureSession", "token": token, "deploymentId": DEPLOYMENT,
        "startNew": false, "tracingId": "configure-1"})
}

pub(crate) fn start_new(token: &str) -> Value {
    let mut frame = configure(token);
    frame["startNew"] = json!(true);
    frame
}

pub(crate) fn message(tracing_id: &str, message: &Value) -> Value {
    json!({"action": "onMessage", "token": TOKEN, "tracingId": tracing_id, "message": message})
}

pub(crate) fn text(tracing_id: &str, text: &str) -> Value {
    message(tracing_id, &json!({"type": "Text", "text": text}))
}

pub(crate) fn typing(kind: &str) -> Value {
    let events = json!([{"eventType": "Typing", "typing": {"type": kind}}]);
    message("typing-1", &json!({"type": "Event", "events": events}))
}

pub(crate) fn presence(kind: &str) -> Value {
    let events = json!([{"eventType": "Presence", "presence": {"type": kind}}]);
    message("presence-1", &json!({"type": "Event", "events": events}))
}

pub(crate) fn receipt(id: &str) -> Value {
    message("receipt-1", &json!({"type": "Receipt", "id": id, "status": "Read"}))
}

pub(crate) fn echo(tracing_id: &str) -> Value {
    json!({"action": "echo", "token": TOKEN, "tracingId": tracing_id,
        "message": {"type": "Text", "text": "ping"}})
}

pub(crate) fn close_session() -> Value {
    json!({"action": "closeSession", "token": TOKEN, "tracingId": "close-1",
        "closeAllConnections": true})
}

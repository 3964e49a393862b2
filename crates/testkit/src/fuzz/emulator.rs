//! A hostile client of the emulated service.
//!
//! Owns: what such a client and its accomplices can do, and what must hold of the service whatever
//! they do. Must not know: how the service answers.

use core::time::Duration;
use std::collections::BTreeMap;

use serde_json::{Value, json};
use webmessaging_emulator::service::{ConnectionId, Fault, Output, Payload, Service};
use webmessaging_emulator::{Limits, Mode, Options};
use webmessaging_proto::dialect::{Dialect, WebMessaging};

use super::generate::Draw;

const DEPLOYMENT: &str = "d-1";
const TOKENS: [&str; 4] = ["t-0", "t-1", "t-2", ""];
/// However long the bytes are.
const MAX_OPS: usize = 1_000;
const MAX_OUTPUTS: usize = 5_000;

const FAULTS: [&str; 16] = [
    "drop",
    "swallow*3",
    "delay:50",
    "delay:9000*2",
    "reorder*2",
    "duplicate*4",
    "rate_limit:3*2",
    "answer:500*2",
    "expire_token",
    "close:1011",
    "close:1000*1",
    "mute",
    "garbage",
    "garbage*2",
    "refuse_upgrade:503*1",
    "accept_and_close:1013*1",
];

/// Whatever clients, agents, faults and time do: the service does not panic, keeps to its caps,
/// speaks only to connections that live, and says only what a guest can read.
///
/// # Panics
/// On a finding.
pub fn emulator(data: &[u8]) {
    let mut draw = Draw::new(data);
    let mut world = World::new(options(&mut draw));
    for _ in 0..MAX_OPS {
        if draw.is_empty() {
            break;
        }
        world.step(&mut draw);
        world.check();
    }
    world.drain();
    world.check();
}

fn options(draw: &mut Draw<'_>) -> Options {
    let choice = draw.byte();
    let mut options = Options::default();
    options.mode = if choice & 1 == 0 { Mode::Guide } else { Mode::Live };
    if choice & 2 != 0 {
        options.limits = Limits::off();
    }
    options.typing = choice & 4 == 0;
    options.conversation_clear = choice & 8 == 0;
    if choice & 16 != 0 {
        options.deployments.push(DEPLOYMENT.into());
    }
    options.caps.sessions = usize::from(choice >> 5) + 1;
    options.caps.connections = 6;
    options.caps.messages = 3;
    options.caps.held_frames = 4;
    options.caps.faults = 5;
    options.caps.outputs = if draw.byte() & 1 == 0 { 400 } else { 12 };
    options.caps.frame = 2_048;
    options
}

struct World {
    service: Service,
    now: Duration,
    /// The newest connections, with whether they still live.
    connections: BTreeMap<ConnectionId, bool>,
    /// Message ids that the agent's side knows: receipts name them.
    messages: Vec<String>,
    /// Garbage has been asked for: not all that is sent is a frame any more.
    garbage: bool,
    lazy: u8,
}

impl World {
    fn new(options: Options) -> Self {
        Self {
            service: Service::new(options, Duration::from_secs(1_777_885_200)),
            now: Duration::ZERO,
            connections: BTreeMap::new(),
            messages: Vec::new(),
            garbage: false,
            lazy: 0,
        }
    }

    fn step(&mut self, draw: &mut Draw<'_>) {
        let code = draw.byte();
        let high = code >> 5;
        let now = self.now;
        match code & 0x1f {
            0..=2 => self.connect(high),
            3 | 4 => {
                let configure = json!({
                    "action": "configureSession",
                    "token": TOKENS[usize::from(high & 3)],
                    "deploymentId": DEPLOYMENT,
                    "startNew": high & 4 != 0,
                    "tracingId": "c",
                });
                self.say(draw.byte(), &configure.to_string());
            }
            5..=8 => {
                let frame = self.plausible(high, draw);
                self.say(draw.byte(), &frame.to_string());
            }
            9 | 10 => {
                let frame = self.plausible(high, draw).to_string();
                let frame = mutated(frame.into_bytes(), draw);
                self.say(draw.byte(), &String::from_utf8_lossy(&frame));
            }
            11 => {
                let text = draw.text();
                self.say(high, &text);
            }
            12 => self.say(high, &"x".repeat(2_049)),
            13 => self.service.receive(self.connection(high), Payload::Binary, now),
            14 => self.disconnect(high),
            15 | 16 => self.agent(high, draw),
            17 | 18 => self.fault(high, draw),
            19 => {
                self.service.clear_faults(None, now);
            }
            20 => {
                let conversation = self.conversation(high);
                let known = (high & 1 == 0).then_some(&*conversation);
                if let Ok(conversation) = self.service.create_conversation(None, known, now) {
                    let configure = json!({
                        "action": "configureSession",
                        "token": &*conversation.guest_token,
                        "deploymentId": conversation.deployment_id,
                    });
                    self.say(high, &configure.to_string());
                }
            }
            21 => self.lazy = high,
            22..=27 => self.pass(Duration::from_millis(u64::from(draw.byte()) << (2 * high))),
            _ => {
                let due = self.service.deadline().unwrap_or(now).max(now);
                self.pass(due.saturating_sub(now));
            }
        }
        if self.lazy > 0 {
            self.lazy -= 1;
        } else {
            self.drain();
        }
    }

    fn connect(&mut self, high: u8) {
        let deployment = if high == 7 { "nowhere" } else { DEPLOYMENT };
        if let Ok(id) = self.service.connect(deployment, self.now) {
            let before = self.connections.insert(id, true);
            assert_eq!(before, None, "a number is given out twice");
            // Only so many are told apart from those that never were.
            if self.connections.len() > 64 {
                let oldest = self.connections.iter().find(|(_, lives)| !**lives);
                let oldest = oldest.map(|(id, _)| *id);
                oldest.and_then(|id| self.connections.remove(&id));
            }
        }
    }

    fn connection(&self, who: u8) -> ConnectionId {
        let recent = self.connections.keys().rev().nth(usize::from(who % 8));
        recent.copied().unwrap_or(ConnectionId(u64::MAX))
    }

    fn conversation(&self, who: u8) -> String {
        let sessions = self.service.sessions();
        let session = sessions.get(usize::from(who & 3));
        session.map_or_else(|| "none".into(), |session| session.conversation_id.clone())
    }

    fn say(&mut self, who: u8, text: &str) {
        self.service.receive(self.connection(who), Payload::Text(text), self.now);
    }

    fn disconnect(&mut self, who: u8) {
        // What is due before the end still goes out.
        self.service.tick(self.now);
        self.drain();
        let id = self.connection(who);
        self.service.disconnected(id, self.now);
        if let Some(lives) = self.connections.get_mut(&id) {
            *lives = false;
        }
    }

    fn agent(&mut self, high: u8, draw: &mut Draw<'_>) {
        let (conversation, now) = (self.conversation(high), self.now);
        match draw.byte() % 6 {
            0 | 1 => {
                let text = draw.text();
                if let Ok(message) = self.service.agent_text(&conversation, &text, None, now) {
                    self.messages.push(message.message_id.as_ref().to_owned());
                    self.messages.truncate(16);
                }
            }
            2 | 3 => {
                let name = draw.text();
                let name = (!name.is_empty()).then_some(&*name);
                let _ = self.service.agent_typing(&conversation, high & 4 == 0, name, now);
            }
            choice => {
                let _ = self.service.agent_end(&conversation, choice == 4, now);
            }
        }
    }

    fn fault(&mut self, high: u8, draw: &mut Draw<'_>) {
        let short = FAULTS[usize::from(draw.byte() % 16)];
        self.garbage |= short.starts_with("garbage");
        let mut fault: Fault = short.parse().expect("the short form is right");
        if high & 1 == 1 {
            fault = fault.connection(self.connection(high));
        }
        if high & 2 == 2 {
            fault = fault.conversation(self.conversation(high));
        }
        let _ = self.service.add_fault(fault, self.now);
    }

    /// A frame that is right, or nearly.
    fn plausible(&self, high: u8, draw: &mut Draw<'_>) -> Value {
        let choice = draw.byte();
        let token = TOKENS[usize::from(high & 3)];
        let event = |kind: &str, member: &str, value: &str| json!({"type": "Event", "events": [{"eventType": kind, member: {"type": value}}]});
        let message = match choice % 16 {
            0..=2 => json!({"type": "Text", "text": "hi"}),
            3 => json!({"type": "Text", "text": draw.text(), "channel":
                {"metadata": {"customAttributes": draw.attributes()}}}),
            4 | 5 => event("Typing", "typing", "On"),
            6 => event("Typing", "typing", "Off"),
            7 => event("Presence", "presence", "Join"),
            8 => event("Presence", "presence", "Clear"),
            9 | 10 => {
                let known = usize::from(choice >> 4).checked_rem(self.messages.len());
                let id = known.and_then(|at| self.messages.get(at)).map_or("m", String::as_str);
                json!({"type": "Receipt", "id": id, "status": "Read"})
            }
            11 => {
                return json!({"action": "echo", "token": token, "tracingId": draw.text(),
                "message": {"type": "Text", "text": "ping", "metadata": {"a": draw.text()}}});
            }
            12 => {
                return json!({"action": "closeSession", "token": token,
                "closeAllConnections": choice & 16 == 0});
            }
            13 => return json!({"action": "getJwt", "token": token, "tracingId": "j"}),
            14 => return json!({"action": "getConfiguration", "tracingId": "g"}),
            _ => {
                return json!({"action": "onAttachment", "token": token, "attachmentId": "a",
                "errorsAsJson": choice & 16 == 0});
            }
        };
        json!({"action": "onMessage", "token": token, "tracingId": format!("r-{choice}"),
            "message": message})
    }

    fn pass(&mut self, span: Duration) {
        self.now = self.now.saturating_add(span);
        self.service.tick(self.now);
        let due = self.service.deadline();
        assert!(
            due.is_none_or(|due| due > self.now),
            "due {due:?}, after the tick of {:?}",
            self.now
        );
    }

    fn drain(&mut self) {
        for count in 0.. {
            assert!(count < MAX_OUTPUTS, "outputs without end");
            let Some(output) = self.service.poll_output() else { break };
            match output {
                Output::Send { connection, text } => {
                    assert!(self.lives(connection), "sent to a connection that is over");
                    self.check_frame(&text);
                }
                Output::Close { connection, code } => {
                    assert!(self.end(connection), "closed what is over");
                    assert!((1000..5000).contains(&code), "close code {code}");
                }
                Output::Abort { connection } => {
                    assert!(self.end(connection), "dropped what is over");
                }
                Output::SetReading { connection, .. } => {
                    assert!(self.lives(connection), "told to read from what is over");
                }
                Output::Agent(event) => {
                    serde_json::to_string(&event).expect("an event can be written down");
                }
                _ => {}
            }
        }
    }

    fn lives(&self, connection: ConnectionId) -> bool {
        self.connections.get(&connection).copied().unwrap_or_default()
    }

    fn end(&mut self, connection: ConnectionId) -> bool {
        self.connections.insert(connection, false).unwrap_or_default()
    }

    fn check_frame(&self, text: &str) {
        match WebMessaging.decode(text.as_bytes()) {
            Ok(frame) => assert!(!frame.body.class().is_empty()),
            Err(error) => assert!(self.garbage, "no frame was sent: {error}"),
        }
    }

    fn check(&self) {
        let caps = &self.service.options().caps;
        let sessions = self.service.sessions();
        assert!(sessions.len() <= caps.sessions, "{} sessions", sessions.len());
        assert!(self.service.faults().len() <= caps.faults, "too many faults");
        let mut connections = 0;
        for session in &sessions {
            assert!(session.messages.len() <= caps.messages, "too many messages");
            connections += session.connections.len();
            let most = self.service.options().limits.connections_per_session;
            assert!(session.connections.len() <= most, "too many connections of a session");
            let attended = !session.connections.is_empty();
            assert!(attended || !session.guest_typing, "nobody there types");
        }
        assert!(connections <= caps.connections, "{connections} connections");
    }
}

fn mutated(mut frame: Vec<u8>, draw: &mut Draw<'_>) -> Vec<u8> {
    for _ in 0..=draw.byte() % 4 {
        let at = usize::from(u16::from_le_bytes(draw.number())) % frame.len().max(1);
        match draw.byte() % 5 {
            0 => frame.truncate(at),
            1 => frame.insert(at, draw.byte()),
            2 => {
                let bytes = draw.bytes();
                frame.splice(at..at, bytes.iter().copied());
            }
            3 if at < frame.len() => {
                frame.remove(at);
            }
            _ => {
                if let Some(place) = frame.get_mut(at) {
                    *place = draw.byte();
                }
            }
        }
    }
    frame
}

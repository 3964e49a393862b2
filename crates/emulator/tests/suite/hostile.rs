//! Anything at all as input: no panic, bounded memory, the same outputs for the same inputs, and a neighbour who
//! notices nothing. The generator is seeded, so that every run is the same.

use std::time::Duration;

use proptest::{
    collection::vec,
    prelude::*,
    test_runner::{Config, RngAlgorithm, TestRng, TestRunner},
};
use serde_json::{Value, json};
use webmessaging_emulator::{
    Mode, Options,
    service::{ConnectionId, Fault, Output, Payload, Service},
};

use crate::world::{DEPLOYMENT, EPOCH};

const NEIGHBOUR: &str = "neighbour";

#[derive(Clone, Debug)]
enum Step {
    Connect,
    Say(u8, String),
    Binary(u8),
    Disconnect(u8),
    Pass(u64),
    AgentText(u8, String),
    AgentTyping(u8, bool),
    AgentEnd(u8, bool),
    Create,
    Fault(u8, usize),
    ClearFaults,
}

const FAULTS: &[&str] = &[
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
    "mute",
    "garbage",
    "garbage*2",
];

fn leaf() -> impl Strategy<Value = Value> {
    prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        "[A-Za-z]{0,6}".prop_map(Value::from),
        Just(json!("On")),
        Just(json!("hostile")),
        Just(json!("Typing")),
    ]
}

/// JSON around the words that the service knows, so that it gets deep.
fn frame() -> impl Strategy<Value = Value> {
    const WORDS: &[&str] = &[
        "action",
        "token",
        "tracingId",
        "deploymentId",
        "startNew",
        "message",
        "type",
        "text",
        "content",
        "events",
        "eventType",
        "typing",
        "presence",
        "channel",
        "metadata",
        "customAttributes",
        "id",
        "status",
        "closeAllConnections",
        "attachmentIds",
    ];
    let word = proptest::sample::select(WORDS);
    leaf().prop_recursive(4, 24, 6, move |inner| {
        prop_oneof![
            vec(inner.clone(), 0..4).prop_map(Value::from),
            vec((word.clone(), inner), 0..6)
                .prop_map(|members| members.into_iter().map(|(k, v)| (k.to_owned(), v)).collect()),
        ]
    })
}

/// Frames that are right, or nearly.
fn plausible() -> impl Strategy<Value = Value> {
    let action = proptest::sample::select(vec![
        "configureSession",
        "configureSession",
        "onMessage",
        "onMessage",
        "onMessage",
        "echo",
        "getJwt",
        "getConfiguration",
        "closeSession",
        "onAttachment",
        "resumeToken",
        "nonsense",
    ]);
    let token = proptest::sample::select(vec!["hostile", "hostile-2", "a.b.c", ""]);
    let event =
        |kind: &str, of: &str| json!([{"eventType": kind, kind.to_lowercase(): {"type": of}}]);
    let message = prop_oneof![
        "\\PC{0,20}".prop_map(|text| json!({"type": "Text", "text": text})),
        Just(json!({"type": "Event", "events": event("Typing", "On")})),
        Just(json!({"type": "Event", "events": event("Typing", "Off")})),
        Just(json!({"type": "Event", "events": event("Presence", "Join")})),
        Just(json!({"type": "Event", "events": event("Presence", "Clear")})),
        Just(json!({"type": "Receipt", "id": "m", "status": "Read"})),
        frame(),
    ];
    (action, token, message, any::<bool>(), any::<bool>()).prop_map(|(action, token, message, flag, traced)| {
        let mut frame = json!({"action": action, "token": token, "deploymentId": DEPLOYMENT, "message": message,
            "startNew": flag, "closeAllConnections": flag});
        if traced {
            frame["tracingId"] = json!("t");
        }
        frame
    })
}

fn step() -> impl Strategy<Value = Step> {
    let who = 0..6u8;
    prop_oneof![
        3 => Just(Step::Connect),
        12 => (who.clone(), plausible()).prop_map(|(who, frame)| Step::Say(who, frame.to_string())),
        3 => (who.clone(), frame()).prop_map(|(who, frame)| Step::Say(who, frame.to_string())),
        2 => (who.clone(), any::<String>()).prop_map(|(who, text)| Step::Say(who, text)),
        1 => who.clone().prop_map(Step::Binary),
        2 => who.clone().prop_map(Step::Disconnect),
        4 => prop_oneof![0..2000u64, 0..400_000_000u64, Just(u64::MAX)].prop_map(Step::Pass),
        2 => (who.clone(), "\\PC{0,9}").prop_map(|(who, text)| Step::AgentText(who, text)),
        1 => (who.clone(), any::<bool>()).prop_map(|(who, on)| Step::AgentTyping(who, on)),
        1 => (who.clone(), any::<bool>()).prop_map(|(who, end)| Step::AgentEnd(who, end)),
        1 => Just(Step::Create),
        2 => (who, 0..FAULTS.len()).prop_map(|(who, fault)| Step::Fault(who, fault)),
        1 => Just(Step::ClearFaults),
    ]
}

struct Hostile {
    service: Service,
    now: Duration,
    connections: Vec<ConnectionId>,
    transcript: Vec<Output>,
}

impl Hostile {
    fn new(mode: Mode) -> Self {
        let mut options = Options::default();
        options.mode = mode;
        options.caps.sessions = 8;
        options.caps.connections = 12;
        options.caps.messages = 4;
        options.caps.held_frames = 5;
        options.caps.faults = 6;
        let service = Service::new(options, EPOCH);
        Self { service, now: Duration::ZERO, connections: Vec::new(), transcript: Vec::new() }
    }

    fn connection(&self, who: u8) -> ConnectionId {
        let at = usize::from(who).checked_rem(self.connections.len()).unwrap_or_default();
        self.connections.get(at).copied().unwrap_or(ConnectionId(u64::MAX))
    }

    /// The conversation of a hostile session; the neighbour's is left alone.
    fn conversation(&self, who: u8) -> String {
        let mut sessions = self.service.sessions();
        sessions.retain(|s| s.connections.iter().any(|c| self.connections.contains(c)));
        let at = usize::from(who).checked_rem(sessions.len()).unwrap_or_default();
        sessions.get(at).map_or_else(|| "none".to_owned(), |s| s.conversation_id.clone())
    }

    fn run(&mut self, step: &Step) {
        let now = self.now;
        match step {
            Step::Connect => {
                if let Ok(id) = self.service.connect(DEPLOYMENT, now) {
                    self.connections.push(id);
                }
            }
            Step::Say(who, text) => {
                self.service.receive(self.connection(*who), Payload::Text(text), now);
            }
            Step::Binary(who) => {
                self.service.receive(self.connection(*who), Payload::Binary, now);
            }
            Step::Disconnect(who) => self.service.disconnected(self.connection(*who), now),
            Step::Pass(ms) => {
                self.now = self.now.saturating_add(Duration::from_millis(*ms));
                self.service.tick(self.now);
            }
            Step::AgentText(who, text) => {
                let _ = self.service.agent_text(&self.conversation(*who), text, None, now);
            }
            Step::AgentTyping(who, on) => {
                let _ = self.service.agent_typing(&self.conversation(*who), *on, None, now);
            }
            Step::AgentEnd(who, read_only) => {
                let _ = self.service.agent_end(&self.conversation(*who), *read_only, now);
            }
            Step::Create => {
                let _ = self.service.create_conversation(None, None, now);
            }
            Step::Fault(who, fault) => {
                let fault: Fault = FAULTS[*fault].parse().unwrap();
                let _ = self.service.add_fault(fault.connection(self.connection(*who)), now);
            }
            Step::ClearFaults => {
                self.service.clear_faults(None, now);
            }
        }
        self.drain();
    }

    fn drain(&mut self) {
        while let Some(output) = self.service.poll_output() {
            self.transcript.push(output);
        }
    }

    fn say(&mut self, id: ConnectionId, frame: &Value) -> Vec<Value> {
        let from = self.transcript.len();
        self.service.receive(id, Payload::Text(&frame.to_string()), self.now);
        self.drain();
        let parsed = self.transcript[from..].iter().filter_map(|output| match output {
            Output::Send { connection, text } if *connection == id => {
                serde_json::from_str(text).ok()
            }
            _ => None,
        });
        parsed.collect()
    }
}

fn configure_neighbour() -> Value {
    json!({"action": "configureSession", "token": NEIGHBOUR, "deploymentId": DEPLOYMENT, "startNew": true})
}

fn seeded(cases: u32) -> TestRunner {
    let config = Config { cases, failure_persistence: None, ..Config::default() };
    TestRunner::new_with_rng(config, TestRng::from_seed(RngAlgorithm::ChaCha, &[7; 32]))
}

#[test]
fn nothing_that_a_client_does_disturbs_another() {
    let scenario = (any::<bool>(), vec(step(), 1..80));
    seeded(400)
        .run(&scenario, |(live, steps)| {
            let mode = if live { Mode::Live } else { Mode::Guide };
            let mut world = Hostile::new(mode);
            let neighbour = world.service.connect(DEPLOYMENT, world.now).unwrap();
            world.say(neighbour, &configure_neighbour());
            let start = world.transcript.len();
            for step in &steps {
                world.run(step);
                prop_assert!(world.service.sessions().len() <= 8);
                prop_assert!(world.service.faults().len() <= 6);
            }
            // Nothing was sent to it but its own expiry, and it can go on.
            for output in &world.transcript[start..] {
                match output {
                    Output::Send { connection, text } if *connection == neighbour => {
                        prop_assert!(text.contains("SessionExpiredEvent"), "{}", &**text);
                    }
                    Output::Close { connection, .. } | Output::Abort { connection } => {
                        prop_assert_ne!(*connection, neighbour);
                    }
                    _ => {}
                }
            }
            let response = world.say(neighbour, &configure_neighbour());
            prop_assert_eq!(&response[0]["body"]["connected"], &json!(true));
            let text = json!({"action": "onMessage", "token": NEIGHBOUR, "tracingId": "n",
                "message": {"type": "Text", "text": "hi"}});
            let echo = world.say(neighbour, &text);
            prop_assert_eq!(&echo[0]["body"]["text"], &json!("hi"));
            prop_assert_eq!(&echo[0]["tracingId"], &json!("n"));
            Ok(())
        })
        .unwrap();
}

#[test]
fn the_same_inputs_give_the_same_outputs() {
    seeded(60)
        .run(&vec(step(), 1..60), |steps| {
            let run = || {
                let mut world = Hostile::new(Mode::Guide);
                for step in &steps {
                    world.run(step);
                }
                world.transcript
            };
            prop_assert_eq!(run(), run());
            Ok(())
        })
        .unwrap();
}

#[test]
fn outputs_that_nobody_takes_are_bounded() {
    let mut options = Options::default();
    options.caps.outputs = 50;
    options.limits = webmessaging_emulator::Limits::off();
    let mut service = Service::new(options, EPOCH);
    let configure = json!({"action": "configureSession", "token": "t", "deploymentId": DEPLOYMENT});
    let echo = json!({"action": "echo", "message": {"type": "Text", "text": "ping"}});
    for _ in 0..20 {
        let id = service.connect(DEPLOYMENT, Duration::ZERO).unwrap();
        service.receive(id, Payload::Text(&configure.to_string()), Duration::ZERO);
        for _ in 0..100 {
            service.receive(id, Payload::Text(&echo.to_string()), Duration::ZERO);
        }
    }
    let outputs = std::iter::from_fn(|| service.poll_output()).count();
    assert!(outputs <= 50 + 20, "{outputs}");
}

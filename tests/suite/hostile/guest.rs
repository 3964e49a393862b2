//! A guest in virtual time and the peer that it meets, with everything counted.
//!
//! Owns: the driver, the wire between the two, the counts. Must not know: what is hostile.

use std::collections::BTreeMap;

use serde_json::Value;
use webmessaging_proto::dialect::WebMessaging;
use webmessaging_proto::{
    CloseReason, Config, Endpoint, EndpointOutput, Event, Input, InputError, Instant, LocalKey,
    Phase, TransportId,
};

use crate::support::frames::{self, Accept};

/// No run of these tests has a reason for more.
const MOST_STEPS: usize = 300_000;
/// No step of these tests has a reason to give more.
const MOST_OUTPUTS: usize = 64;

/// What the guest does that its peer can see.
#[derive(Clone, Debug)]
pub(super) enum Heard {
    Dial,
    Frame(Frame),
}

/// A frame of the guest's.
#[derive(Clone, Debug)]
pub(super) struct Frame {
    pub(super) id: String,
    /// `configureSession`, `echo`, or for messages `Text`, `Event`, `Receipt`.
    pub(super) kind: String,
}

/// What a peer does, a millisecond later.
#[derive(Clone, Debug)]
pub(super) enum Says {
    Opened,
    Closed(CloseReason),
    Frame(String),
}

/// A peer: what it does about what it hears.
pub(super) type Peer<'p> = &'p mut dyn FnMut(&Heard) -> Vec<Says>;

pub(super) struct Guest {
    pub(super) endpoint: Endpoint<WebMessaging>,
    pub(super) now: u64,
    pub(super) dials: usize,
    /// Frames by kind.
    pub(super) sent: BTreeMap<String, usize>,
    /// Events by name.
    pub(super) events: BTreeMap<String, usize>,
    /// The most outputs of one step.
    pub(super) most: usize,
    pub(super) steps: usize,
    armed: Option<u64>,
    transport: TransportId,
    says: Vec<(u64, TransportId, Says)>,
    wire: Vec<u8>,
}

impl Guest {
    pub(super) fn new(config: Config) -> Self {
        Self {
            endpoint: Endpoint::new(config, WebMessaging, Instant::ORIGIN),
            now: 0,
            dials: 0,
            sent: BTreeMap::new(),
            events: BTreeMap::new(),
            most: 0,
            steps: 0,
            armed: None,
            transport: TransportId(0),
            says: Vec::new(),
            wire: Vec::new(),
        }
    }

    /// A guest that was accepted by a good peer.
    pub(super) fn ready(config: Config) -> Self {
        let mut guest = Self::new(config);
        guest.input(Input::Connect, &mut good()).unwrap();
        guest.until(10, &mut good());
        assert_eq!(guest.endpoint.phase(), Phase::Ready);
        guest
    }

    pub(super) fn events(&self, name: &str) -> usize {
        self.events.get(name).copied().unwrap_or(0)
    }

    pub(super) fn sent(&self, kind: &str) -> usize {
        self.sent.get(kind).copied().unwrap_or(0)
    }

    pub(super) fn sent_in_all(&self) -> usize {
        self.sent.values().sum()
    }

    pub(super) fn forget_counts(&mut self) {
        (self.dials, self.most) = (0, 0);
        self.sent.clear();
        self.events.clear();
    }

    fn at(&self) -> Instant {
        Instant::from_millis(self.now)
    }

    pub(super) fn input(&mut self, input: Input<'_>, peer: Peer<'_>) -> Result<(), InputError> {
        let at = self.at();
        let taken = self.endpoint.handle(input, at);
        self.drain(peer);
        taken
    }

    pub(super) fn text(&mut self, key: u64, peer: Peer<'_>) {
        self.input(Input::send_text(LocalKey(key), "hello"), peer).unwrap();
    }

    /// Takes bytes from a peer that says nothing else.
    pub(super) fn receive(&mut self, bytes: &[u8]) {
        let at = self.at();
        self.endpoint.receive(self.transport, bytes, at).unwrap();
        self.drain(&mut silent());
    }

    /// Lets time pass, and the two talk.
    pub(super) fn until(&mut self, end: u64, peer: Peer<'_>) {
        loop {
            let said = self.says.iter().map(|(at, ..)| *at).min();
            let next = [self.armed, said].into_iter().flatten().min();
            let Some(next) = next.filter(|next| *next <= end) else { break };
            self.steps += 1;
            assert!(self.steps < MOST_STEPS, "a run without end at {next}");
            self.now = self.now.max(next);
            if said == Some(next) {
                let place = self.says.iter().position(|(at, ..)| *at == next).unwrap();
                let (_, transport, says) = self.says.remove(place);
                self.deliver(transport, says);
            } else {
                self.armed = None;
                let at = self.at();
                self.endpoint.tick(at).unwrap();
            }
            self.drain(peer);
        }
        self.now = self.now.max(end);
    }

    fn deliver(&mut self, transport: TransportId, says: Says) {
        let at = self.at();
        let taken = match says {
            Says::Opened => self.endpoint.handle(Input::TransportOpened(transport), at),
            Says::Closed(reason) => {
                self.endpoint.handle(Input::TransportClosed(transport, reason), at)
            }
            Says::Frame(frame) => self.endpoint.receive(transport, frame.as_bytes(), at),
        };
        taken.unwrap();
    }

    pub(super) fn drain(&mut self, peer: Peer<'_>) {
        let mut outputs = 0;
        while let Some(output) = self.endpoint.poll_output(&mut self.wire) {
            outputs += 1;
            assert!(outputs <= MOST_OUTPUTS, "outputs without end: {output:?}");
            let heard = match output {
                EndpointOutput::OpenTransport(transport) => {
                    self.transport = transport;
                    self.dials += 1;
                    Heard::Dial
                }
                EndpointOutput::Send => {
                    let frame = read(&self.wire);
                    *self.sent.entry(frame.kind.clone()).or_default() += 1;
                    Heard::Frame(frame)
                }
                EndpointOutput::ArmTimer(deadline) => {
                    self.armed = Some(deadline.at.as_millis());
                    continue;
                }
                EndpointOutput::ClearTimer => {
                    self.armed = None;
                    continue;
                }
                EndpointOutput::Emit(event) => {
                    *self.events.entry(name(&event)).or_default() += 1;
                    continue;
                }
                _ => continue,
            };
            let says = peer(&heard);
            self.says.extend(says.into_iter().map(|says| (self.now + 1, self.transport, says)));
        }
        self.most = self.most.max(outputs);
    }

    /// Whether the guest can still do all that a guest does, with a good peer.
    pub(super) fn assert_alive(&mut self) {
        let peer = &mut good();
        let confirmed = self.events("message_confirmed");
        let received = self.events("message_received");
        let receipts = self.sent("Receipt");
        let notices = self.sent("Event");
        let now = self.now;
        let id = format!("alive-{now}");
        self.receive(frames::agent(None, &id, "still there?").as_bytes());
        self.input(Input::MessageVisible { id: (&*id).into() }, peer).unwrap();
        self.endpoint.keystroke(self.at());
        self.drain(peer);
        self.until(self.now + 5_000, peer);
        self.text(1_000_000 + now, peer);
        self.until(self.now + 5_000, peer);
        let more = [
            self.events("message_received") - received,
            self.sent("Receipt") - receipts,
            self.sent("Event") - notices,
            self.events("message_confirmed") - confirmed,
        ];
        assert_eq!(more, [1, 1, 2, 1], "message, receipt, On and Off, text: {:?}", self.events);
    }
}

/// A peer that does what the service does.
pub(super) fn good() -> impl FnMut(&Heard) -> Vec<Says> {
    let mut echoes = 0;
    move |heard| match heard {
        Heard::Dial => vec![Says::Opened],
        Heard::Frame(frame) => match &*frame.kind {
            "configureSession" => {
                vec![Says::Frame(frames::session(Some(&frame.id), Accept::NEW))]
            }
            "Text" => {
                echoes += 1;
                let id = format!("own-{}-{echoes}", frame.id);
                vec![Says::Frame(frames::echo(Some(&frame.id), &id, "hello"))]
            }
            "echo" => vec![Says::Frame(frames::pong(&frame.id))],
            _ => Vec::new(),
        },
    }
}

/// A peer that says nothing.
pub(super) fn silent() -> impl FnMut(&Heard) -> Vec<Says> {
    |_| Vec::new()
}

fn read(wire: &[u8]) -> Frame {
    let frame: Value = serde_json::from_slice(wire).expect("frames are JSON");
    let kind = match frame["action"].as_str() {
        Some("onMessage") => frame["message"]["type"].as_str(),
        action => action,
    };
    Frame {
        id: frame["tracingId"].as_str().unwrap_or_default().to_owned(),
        kind: kind.unwrap_or_default().to_owned(),
    }
}

fn name(event: &Event) -> String {
    let event = serde_json::to_value(event).expect("events are JSON");
    let name = event["type"].as_str().unwrap_or_default().to_owned();
    match (&*name, event["phase"].as_str()) {
        ("phase_changed", Some(phase)) => phase.to_owned(),
        _ => name,
    }
}

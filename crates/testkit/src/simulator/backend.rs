//! The service's end: requests in, frames out, faults.
//!
//! Owns: the emulated service as a part of the world, and what its faults do to a request. Must not know: the guest.

use std::sync::Arc;
use std::time::Duration;

use webmessaging_emulator::service::{
    Direction, Fault, FaultKind, Output, Payload, RequestKind, Service,
};
use webmessaging_emulator::{Limits, Mode, Options};

use super::bridge::Bridge;
use super::guest::DEPLOYMENT;
use super::judge::Fate;
use super::network::{Down, Note};
use super::plan::Plan;
use super::queue::{Due, Ms};
use super::random::draw_at;
use super::world::World;

/// The Unix time of the world's zero.
const EPOCH: Duration = Duration::from_secs(1_780_000_000);
/// Outputs of one call, at most.
const OUTPUTS: usize = 100_000;
/// What a lane that holds a frame for reordering adds.
const OVERTAKE: Ms = 600;

/// What is known of the service besides what it knows itself.
#[derive(Debug, Default)]
#[allow(clippy::struct_excessive_bools, reason = "independent facts")]
pub(super) struct Backend {
    /// The conversation that was opened, or resumed, last, and how many were opened.
    pub(super) conversation: Option<Arc<str>>,
    pub(super) conversations: u64,
    /// The same, as far as the guest was told of new ones.
    pub(super) heard_conversations: u64,
    /// Both can write.
    pub(super) open: bool,
    pub(super) expired: bool,
    pub(super) connections: usize,
    pub(super) faults_in_force: bool,
    /// Until then, frames may be held back by the service.
    pub(super) held_until: Ms,
    /// The end of the newest conversation may not have reached the guest.
    pub(super) end_may_be_lost: bool,
    pub(super) agent_texts: u64,
}

impl Backend {
    /// From here on, this conversation is the guest's.
    pub(super) fn follow(&mut self, conversation: &Arc<str>) {
        self.conversation = Some(Arc::clone(conversation));
        self.open = true;
        self.expired = false;
        self.connections = 0;
    }

    pub(super) fn service(plan: &Plan) -> Service {
        let setting = &plan.setting;
        let mut options = Options::default();
        options.mode = if setting.service_live { Mode::Live } else { Mode::Guide };
        options.seed = Some(draw_at(plan.seed, 0x5E41, 0));
        options.guest_token_life = Duration::from_millis(setting.token_life);
        options.session_life = Duration::from_millis(setting.session_life);
        if !setting.service_limits {
            options.limits = Limits::off();
        }
        Service::new(options, EPOCH)
    }
}

impl<B: Bridge> World<'_, B> {
    pub(super) fn service_now(&self) -> Duration {
        Duration::from_millis(self.now)
    }

    /// A token for the host: of the current conversation if that can have one.
    pub(super) fn new_token(&mut self) -> String {
        self.host.tokens += 1;
        if !self.plan.setting.guest_token {
            return format!("own-token-{}-{}", self.plan.seed, self.host.tokens);
        }
        let now = self.service_now();
        let current = self.backend.conversation.clone().filter(|_| self.backend.open);
        let token = self
            .service
            .create_conversation(Some(DEPLOYMENT), current.as_deref(), now)
            .or_else(|_| self.service.create_conversation(Some(DEPLOYMENT), None, now));
        match token {
            Ok(conversation) => conversation.guest_token.into_inner(),
            Err(error) => {
                self.found.add("no token", || error.to_string());
                String::new()
            }
        }
    }

    pub(super) fn serve_frame(&mut self, link: usize, bytes: Vec<u8>, note: Note) {
        let Some(l) = self.network.links.get(link) else { return };
        let (Some(connection), gone) = (l.connection, l.closing || !l.guest_end) else { return };
        let mut fate = self.fate(note);
        fate.unheard |= gone;
        fate.gone = gone;
        fate.held |= self.now < self.backend.held_until;
        match note {
            Note::On | Note::Off => self.indicator.arrives(note, link, fate, self.now),
            Note::Receipt(number) => {
                self.messages.receipt_arrives(number, link, fate, &mut self.found);
            }
            Note::Text(key) if fate.duplicated => self.texts.doubled(key),
            _ => {}
        }
        let Some(frame) = self.bridge.to_service(bytes) else { return };
        let payload = match std::str::from_utf8(&frame) {
            Ok(text) => Payload::Text(text),
            Err(_) => Payload::Binary,
        };
        self.service.receive(connection, payload, Duration::from_millis(self.now));
        self.pump_service();
    }

    /// What the faults in force do to a request.
    fn fate(&mut self, note: Note) -> Fate {
        let mut fate = Fate::default();
        if !self.backend.faults_in_force {
            return fate;
        }
        let faults = self.service.faults();
        self.backend.faults_in_force = !faults.is_empty();
        for fault in faults.into_iter().map(|view| view.fault) {
            if !is_for(&fault, note) {
                continue;
            }
            match fault.kind {
                FaultKind::Swallow(way) => {
                    fate.swallowed |= to_server(way);
                    fate.unheard |= way != Direction::ToServer;
                }
                FaultKind::Duplicate(way) if to_server(way) => fate.duplicated = true,
                FaultKind::Delay(way, _) | FaultKind::Reorder(way) if to_server(way) => {
                    fate.held = true;
                }
                FaultKind::Drop | FaultKind::Close(_) => fate.dropped = true,
                FaultKind::Answer(code, _) => fate.answered = fate.answered.or(Some(code)),
                FaultKind::RateLimit(_) => fate.answered = fate.answered.or(Some(429)),
                FaultKind::ExpireToken => fate.answered = fate.answered.or(Some(401)),
                _ => {}
            }
        }
        fate
    }

    pub(super) fn pump_service(&mut self) {
        for _ in 0..OUTPUTS {
            let Some(output) = self.service.poll_output() else { return };
            match output {
                Output::Send { connection, text } => {
                    if let Some(link) = self.network.of(connection) {
                        let bytes = text.into_inner().into_bytes();
                        let size = bytes.len();
                        self.push_down(link, Down::Frame(bytes), size);
                    }
                }
                Output::Close { connection, code } => {
                    if let Some(link) = self.network.of(connection) {
                        self.let_go(link);
                        self.push_down(link, Down::Close(code), 0);
                    }
                }
                Output::Abort { connection } => {
                    if let Some(link) = self.network.of(connection) {
                        self.let_go(link);
                        self.push_down(link, Down::Reset, 0);
                    }
                }
                Output::SetReading { connection, reading } => {
                    if let Some(link) = self.network.of(connection) {
                        self.set_reading(link, reading);
                    }
                }
                Output::Agent(event) => self.agent_sees(&event),
                _ => {}
            }
        }
        self.found.add("the service speaks without end", || format!("{OUTPUTS} outputs"));
    }

    fn let_go(&mut self, link: usize) {
        if let Some(l) = self.network.links.get_mut(link) {
            l.service_end = false;
        }
        self.indicator.link_lost();
    }

    fn set_reading(&mut self, link: usize, reading: bool) {
        let Some(l) = self.network.links.get_mut(link) else { return };
        if !reading {
            l.unread.get_or_insert_default();
            return;
        }
        for packet in l.unread.take().into_iter().flatten() {
            self.serve(link, packet);
        }
    }

    pub(super) fn put_fault(&mut self, fault: &Fault, hold: Ms) {
        if let FaultKind::Delay(_, delay) = fault.kind {
            let delay = u64::try_from(delay.as_millis()).unwrap_or(Ms::MAX);
            self.held_for(hold + delay);
        } else if matches!(fault.kind, FaultKind::Reorder(_)) {
            self.held_for(hold);
        }
        let immediate = fault.is_immediate();
        let now = self.service_now();
        match self.service.add_fault(fault.clone(), now) {
            Ok(Some(id)) => {
                self.backend.faults_in_force = true;
                self.queue.push(self.now + hold, Due::FaultOver(id));
            }
            Ok(None) => self.found.must(immediate, "a fault without a number", String::new),
            Err(error) => self.found.add("a fault is refused", || error.to_string()),
        }
        self.pump_service();
    }

    fn held_for(&mut self, hold: Ms) {
        self.backend.held_until = self.backend.held_until.max(self.now + hold + OVERTAKE);
    }

    pub(super) fn fault_over(&mut self, fault: Option<u64>) {
        let now = self.service_now();
        self.service.clear_faults(fault, now);
        self.backend.faults_in_force = !self.service.faults().is_empty();
        self.pump_service();
    }
}

fn to_server(way: Direction) -> bool {
    way != Direction::ToClient
}

fn is_for(fault: &Fault, note: Note) -> bool {
    let kind = match note {
        Note::Configure => RequestKind::Configure,
        Note::Text(_) => RequestKind::Text,
        Note::On => RequestKind::TypingOn,
        Note::Off => RequestKind::TypingOff,
        Note::Receipt(_) => RequestKind::Receipt,
        Note::Echo => RequestKind::Echo,
        Note::CloseSession => RequestKind::CloseSession,
        Note::Join => RequestKind::Event,
        Note::Other => RequestKind::Other,
    };
    let typing = matches!(note, Note::On | Note::Off);
    let covers = |on: &RequestKind| *on == kind || (typing && *on == RequestKind::Typing);
    fault.on.is_empty() || fault.on.iter().any(covers)
}

//! The guest's process: a session and its driver.
//!
//! Owns: inputs, outputs, the session's clock and its timer, starting and ending the process. Must not know: who
//! causes an input, what becomes of a frame.

use webmessaging_proto::dialect::Dialect;
use webmessaging_proto::frame::{ClientBody, ClientFrame, TypingNotice};
use webmessaging_proto::{
    Capability, Config, Input, InputError, Instant, Limits, Output, Phase, Profile,
    ReconnectPolicy, Session, Snapshot,
};

use std::rc::Rc;
use std::time::Duration;

use crate::monitor::{Depth, Watched};

use super::bridge::Bridge;
use super::judge::MARK;
use super::network::Note;
use super::plan::Setting;
use super::queue::Ms;
use super::random::draw_at;
use super::tally::count;
use super::world::{World, in_ms};

/// More outputs than one drain can have.
const OUTPUTS: usize = 30_000;

pub(super) const DEPLOYMENT: &str = "00000000-0000-4000-8000-0000000000d1";

impl<B: Bridge> World<'_, B> {
    pub(super) fn guest_now(&self) -> Instant {
        let guest = &self.guest;
        Instant::from_millis((self.now + guest.ahead).saturating_sub(guest.behind))
    }

    /// When the driver ticks, in the world's time.
    pub(super) fn tick_at(&self) -> Option<Ms> {
        let guest = &self.guest;
        let armed = guest.armed?;
        guest.session.as_ref()?;
        let at =
            in_ms(armed.since_origin()).saturating_add(guest.behind).saturating_sub(guest.ahead);
        let late = if at < guest.late_until { guest.late_by } else { 0 };
        Some(at.saturating_add(late).max(guest.asleep_until).max(self.now))
    }

    /// Whether what is drained now may have been lying around.
    pub(super) const fn is_lazy(&self) -> bool {
        self.guest.lazy_until > 0 && self.now <= self.guest.lazy_until
    }

    pub(super) fn tick_guest(&mut self) {
        self.guest.armed = None;
        // A tick can't be refused but for outputs that wait; then it is repeated.
        let _ = self.give(Input::Tick);
    }

    /// Whether the process runs and the machine is awake.
    pub(super) fn is_awake(&self) -> bool {
        self.guest.session.is_some() && self.now >= self.guest.asleep_until
    }

    /// Gives the session an input; drains, unless the host is lazy.
    pub(super) fn give(&mut self, input: Input<'_>) -> Result<(), InputError> {
        let now = self.guest_now();
        let lazy = self.now < self.guest.lazy_until;
        self.messages.look(now);
        self.tally.inputs += 1;
        if self.trace.is_some() && !matches!(input, Input::Tick | Input::Keystroke) {
            let name = input.name();
            self.say(|| format!("guest  <- {name}"));
        }
        // Also at the end of laziness there may be outputs that wait.
        let again = self.is_lazy().then(|| input.clone());
        let Some(session) = &mut self.guest.session else { return Ok(()) };
        let mut verdict = session.handle(input, now);
        if let (Err(InputError::OutputsPending), Some(input)) = (verdict, again) {
            self.drain();
            let Some(session) = &mut self.guest.session else { return Ok(()) };
            verdict = session.handle(input, now);
        }
        if let Err(refusal) = verdict {
            self.say(|| format!("guest     refused: {}", refusal.code()));
        }
        if !lazy {
            self.drain();
        }
        verdict
    }

    /// Gives the session bytes.
    pub(super) fn receive(&mut self, link: usize, bytes: Vec<u8>) {
        let Some(transport) = self.network.links.get(link).map(|link| link.transport) else {
            return;
        };
        self.tally.frames_down += 1;
        let Some(bytes) = self.bridge.to_guest(bytes) else { return };
        let now = self.guest_now();
        self.messages.look(now);
        self.tally.inputs += 1;
        let lazy = self.now < self.guest.lazy_until;
        // The frame borrows from the bytes, and the dialect is part of the world.
        let dialect = Rc::clone(&self.dialect);
        let input = if let Ok(frame) = dialect.decode(&bytes) {
            self.inspect_frame(link, &frame);
            Input::FrameReceived(transport, frame)
        } else {
            self.say(|| "guest  <- no frame".to_owned());
            Input::FrameUndecodable(transport)
        };
        let again = self.is_lazy().then(|| input.clone());
        let Some(session) = &mut self.guest.session else { return };
        let verdict = session.handle(input, now);
        if let (Err(InputError::OutputsPending), Some(input)) = (verdict, again) {
            self.drain();
            if let Some(session) = &mut self.guest.session {
                let _ = session.handle(input, now);
            }
        }
        // A time-out that was due may have given up the transport before the frame's turn came.
        let takes = self.takes_messages();
        self.messages.arrived(takes);
        if !lazy {
            self.drain();
        }
    }

    /// Whether the session is in a phase in which it takes messages.
    pub(super) fn takes_messages(&self) -> bool {
        matches!(self.phase(), Some(Phase::Configuring | Phase::Ready | Phase::ReadOnly))
    }

    pub(super) fn keystroke(&mut self) {
        let now = self.guest_now();
        self.messages.look(now);
        self.tally.inputs += 1;
        if let Some(session) = &mut self.guest.session {
            session.keystroke(now);
        }
        if self.now >= self.guest.lazy_until {
            self.drain();
        }
    }

    /// Carries out what the session wants.
    pub(super) fn drain(&mut self) {
        for _ in 0..OUTPUTS {
            let Some(session) = &mut self.guest.session else { return };
            let Some(output) = session.poll_output() else { return };
            self.tally.outputs += 1;
            if let Some(printed) = session.printed() {
                let tells = tells_a_secret(printed, &self.host.token);
                self.found.must(!tells, "a secret is printed", || "an output".to_owned());
            }
            self.carry_out(output);
        }
        self.found.add("outputs without end", || format!("{OUTPUTS} in one drain"));
    }

    fn carry_out(&mut self, output: Output) {
        match output {
            Output::OpenTransport(transport) => self.dial(transport),
            Output::CloseTransport(transport, close) => self.close_link(transport, close),
            Output::SendFrame(frame) => self.send_frame(&frame),
            Output::ArmTimer(deadline) => self.guest.armed = Some(deadline.at),
            Output::ClearTimer => self.guest.armed = None,
            Output::Emit(event) => self.told(&event),
            _ => {}
        }
    }

    fn send_frame(&mut self, frame: &ClientFrame<'static>) {
        let mut bytes = Vec::with_capacity(512);
        let Some(session) = &self.guest.session else { return };
        let encoded = self.dialect.encode(&session.session().encode_context(), frame, &mut bytes);
        if encoded.is_err() {
            self.found.add("a frame that can't be spelled", || format!("{frame:?}"));
            return;
        }
        let note = match &frame.body {
            ClientBody::ConfigureSession { .. } => Note::Configure,
            ClientBody::CloseSession { .. } => Note::CloseSession,
            ClientBody::Text { text, .. } => {
                let key =
                    self.texts.written(text, frame.tracing_id, self.is_lazy(), &mut self.found);
                Note::Text(key.unwrap_or(u64::MAX))
            }
            ClientBody::Typing(TypingNotice::On) => Note::On,
            ClientBody::Typing(TypingNotice::Off) => Note::Off,
            ClientBody::Join { .. } => Note::Join,
            ClientBody::ReadReceipt { message } => {
                let number =
                    self.messages.receipt_written(message, frame.tracing_id, &mut self.found);
                Note::Receipt(number.unwrap_or(usize::MAX))
            }
            ClientBody::Echo => Note::Echo,
            _ => Note::Other,
        };
        self.say(|| format!("guest  -> {note:?}"));
        self.tally.frames_up += 1;
        let Some(link) = self.guest.link else {
            // The transport broke while a lazy host had this lying around, and the session did not know yet.
            let lazy = self.is_lazy();
            self.found.must(lazy, "a frame for no transport", || format!("{note:?}"));
            self.indicator.lost(note);
            return;
        };
        let arrives = self.send_up(link, bytes, note);
        if matches!(note, Note::On | Note::Off) {
            if self.is_lazy() {
                // Said in time, and left lying.
                self.indicator.disturbed(self.now);
            }
            self.indicator.written(note, arrives, &mut self.found);
        }
    }

    /// The process starts, for the first time or again.
    pub(super) fn start_process(&mut self, snapshot: bool) {
        self.guest.life += 1;
        if snapshot {
            // The waits of a snapshot stand still with it.
            self.indicator.clock_stood(self.guest.ended_at, self.now);
        }
        let now = self.guest_now();
        let config = self.config();
        let stored = self.guest.stored.take().filter(|_| snapshot);
        let restored = stored.and_then(|stored| self.restore(&config, &stored));
        self.guest.was_accepted &= restored.is_some();
        let lacks: Vec<Capability> =
            [Capability::Typing, Capability::TypingOff, Capability::Receipts]
                .into_iter()
                .filter(|capability| !self.dialect.supports(*capability))
                .collect();
        let without = |session| lacks.iter().copied().fold(session, Session::without);
        let (watched, first) = match restored {
            Some(session) => {
                let mut session = without(session);
                // What it tells first is its phase, which the monitor knows already.
                let first = session.poll_output();
                (Watched::of(session, now), first)
            }
            None if lacks.is_empty() => (Watched::new(config, now), None),
            None => (Watched::of(without(Session::new(config, now)), now), None),
        };
        let depth = if self.plan.setting.looks_for_secrets { Depth::Full } else { Depth::Light };
        self.guest.session = Some(watched.with_depth(depth));
        self.guest.armed = None;
        self.guest.link = None;
        self.host.sees_typing = false;
        if let Some(output) = first {
            self.carry_out(output);
        }
    }

    fn restore(&mut self, config: &Config, stored: &str) -> Option<Session> {
        let snapshot = match serde_json::from_str::<Snapshot>(stored) {
            Ok(snapshot) => snapshot.with_empty_screen(),
            Err(error) => {
                self.found.add("a snapshot that can't be read", || error.to_string());
                return None;
            }
        };
        let restored = Session::restore(config.clone(), snapshot, self.guest_now());
        if let Err(error) = &restored {
            self.found.add("a snapshot that can't be restored", || error.to_string());
        }
        restored.ok()
    }

    /// The process ends from one moment to the next.
    pub(super) fn end_process(&mut self, snapshot: bool) {
        // A snapshot tells what is left of a wait since the last input.
        let _ = self.give(Input::Tick);
        self.drain();
        let Some(session) = self.guest.session.take() else { return };
        self.take_violations(&session);
        self.guest.ended_at = self.now;
        if snapshot {
            match serde_json::to_string(&session.session().snapshot()) {
                Ok(stored) => {
                    let token = self.host.token.as_str();
                    self.found.must(!stored.contains(token), "a token in a snapshot", String::new);
                    self.guest.stored = Some(stored);
                }
                Err(error) => self.found.add("no snapshot", || error.to_string()),
            }
        } else {
            self.texts.forgotten();
            self.indicator.forgotten();
        }
        self.messages.process_ended(snapshot);
        self.guest.armed = None;
        self.drop_links();
    }

    /// The host drains nothing until then. What the monitor has found before counts.
    pub(super) fn begin_laziness(&mut self, until: Ms) {
        if let Some(session) = self.guest.session.take() {
            self.take_violations(&session);
            self.guest.session = Some(session);
        }
        self.guest.lazy_until = self.guest.lazy_until.max(until);
    }

    /// What the monitor has found. It has to know when an output was made, which a lazy host does not tell.
    pub(super) fn take_violations(&mut self, session: &Watched) {
        if self.guest.lazy_until > 0 {
            return;
        }
        for violation in session.violations() {
            self.found.add(&format!("{:?}", violation.rule), || violation.to_string());
        }
    }

    fn config(&self) -> Config {
        let setting = &self.plan.setting;
        let seed = draw_at(self.plan.seed, 0xC0F1, self.guest.life);
        let profile = if setting.guest_live { Profile::Live } else { Profile::Guide };
        let config = Config::new(DEPLOYMENT, self.host.token.clone(), seed).with_profile(profile);
        configure(config, setting)
    }

    /// What the session says of itself, and nothing that it must keep to itself.
    pub(super) fn look_for_secrets(&mut self, printed: &str, what: &str) {
        let tells = tells_a_secret(printed, &self.host.token);
        self.found.must(!tells, "a secret is printed", || what.to_owned());
    }

    /// The phase just entered has consequences for the rules.
    pub(super) fn phase_changed(&mut self, phase: Phase) {
        count(&mut self.tally.phases, phase.name(), 1);
        if matches!(phase, Phase::Ready | Phase::ReadOnly) {
            if self.backend.heard_conversations < self.backend.conversations {
                // The word of a new session was lost: the guest takes it for the old one, resumed.
                count(&mut self.tally.events, "new session not heard of", 1);
                self.messages.blur();
            }
            let continues = std::mem::replace(&mut self.guest.was_accepted, true);
            self.messages.of_conversation(self.backend.conversations, continues);
        }
    }
}

fn tells_a_secret(printed: &str, token: &str) -> bool {
    printed.contains(MARK) || printed.contains(token)
}

fn configure(mut config: Config, setting: &Setting) -> Config {
    let mut typing = *config.typing();
    typing.idle = Duration::from_millis(setting.idle);
    typing.start_delay = Duration::from_millis(setting.start_delay);
    // The numbers were drawn so that they fit; should they not, the defaults stand.
    config = config.clone().with_typing(typing).unwrap_or(config);
    let mut receipts = *config.receipts();
    receipts.dwell = Duration::from_millis(setting.dwell);
    let mut reconnect = ReconnectPolicy::default();
    reconnect.give_up = setting.give_up.map(Duration::from_millis);
    let mut limits = Limits::default();
    limits.outputs = setting.outputs;
    limits.texts = setting.texts;
    limits.messages = setting.messages;
    config = config.with_receipts(receipts).with_reconnect(reconnect).with_limits(limits);
    if setting.health_check {
        let every = Duration::from_secs(30);
        config = config.clone().with_health_check(every).unwrap_or(config);
    }
    if setting.auto_start {
        config = config.with_auto_start(webmessaging_proto::frame::CustomAttributes::default());
    }
    config
}

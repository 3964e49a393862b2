//! What must hold after every letter, judged from the outside.
//!
//! Owns: what the outside remembers, and the rules for what comes out. Must not know: the
//! session's inside, how worlds are searched.
//!
//! It is not the monitor of the test kit. Two states are searched once if session and judge have the
//! same future, so the judge is part of a state. The monitor remembers names, times and counts of
//! all that it saw, so no two ways lead it to the same state, and nothing would be found twice.

use std::time::Duration;

use webmessaging_proto::frame::{ClientBody, TypingNotice};
use webmessaging_proto::{
    Capability, Config, Event, Instant, LocalKey, Output, Phase, TransportId,
};

use super::remote::Remote;

pub(super) const MIN_GAP: Duration = Duration::from_millis(500);

/// The edges of the phase diagram, in words of its own.
const EDGES: &[(&str, &[&str])] = &[
    ("idle", &["connecting", "closed"]),
    ("connecting", &["configuring", "backoff", "closing", "failed"]),
    ("configuring", &["ready", "read_only", "backoff", "closed", "closing", "failed"]),
    ("ready", &["read_only", "backoff", "closed", "closing", "failed"]),
    ("read_only", &["configuring", "backoff", "closed", "closing", "failed"]),
    ("backoff", &["connecting", "closed", "failed"]),
    ("closing", &["closed"]),
    ("closed", &["connecting"]),
    ("failed", &["connecting", "closed"]),
];

/// Where a text of the host's is.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Place {
    /// Unknown to the session.
    Free,
    OnItsWay,
    /// Failed or unconfirmed; with the host.
    Kept,
}

#[derive(Clone, Debug, PartialEq)]
#[expect(clippy::struct_excessive_bools, reason = "each is a fact of its own")]
pub(super) struct Observer {
    pub(super) guide: bool,
    pub(super) drains_late: bool,
    /// As the events tell it.
    pub(super) phase: Phase,
    pub(super) dialed: TransportId,
    /// The newest transport is open: a frame may be written.
    pub(super) open: bool,
    pub(super) configured: bool,
    pub(super) accepted: bool,
    /// The newest answer to a configure told of a new session.
    pub(super) told_new: bool,
    pub(super) start_new: bool,
    pub(super) remote: Remote,
    pub(super) desired_until: Option<Instant>,
    pub(super) last_on: Option<Instant>,
    /// A 429 asks for silence until then.
    pub(super) paused_until: Option<Instant>,
    /// No request was refused so far: what is owed must go out at once.
    pub(super) peaceful: bool,
    pub(super) lost: Vec<Capability>,
    pub(super) texts: [Place; 2],
    /// Which of them were written, since they are on their way.
    pub(super) written: [bool; 2],
    /// The text without an answer, and its request.
    pub(super) flying: Option<(u64, String)>,
    pub(super) foreground: bool,
    pub(super) watched: Vec<String>,
    pub(super) read: Vec<String>,
    /// The receipts of this connection, with their requests.
    pub(super) receipted: Vec<(String, String)>,
    /// Messages whose receipt no later answer has confirmed.
    pub(super) unconfirmed: Vec<String>,
    /// Messages that were ever told as read.
    pub(super) told: Vec<String>,
    pub(super) received: Vec<String>,
    /// Who is shown as typing.
    pub(super) shown: Vec<String>,
}

impl Observer {
    pub(super) fn new(config: &Config) -> Self {
        Self {
            guide: config.typing().sends_off,
            drains_late: false,
            phase: Phase::Idle,
            dialed: TransportId(0),
            open: false,
            configured: false,
            accepted: false,
            told_new: false,
            start_new: false,
            remote: Remote::default(),
            desired_until: None,
            last_on: None,
            paused_until: None,
            peaceful: true,
            lost: Vec::new(),
            texts: [Place::Free; 2],
            written: [false; 2],
            flying: None,
            foreground: true,
            watched: Vec::new(),
            read: Vec::new(),
            receipted: Vec::new(),
            unconfirmed: Vec::new(),
            told: Vec::new(),
            received: Vec::new(),
            shown: Vec::new(),
        }
    }

    /// What was queued before an answer came is seen after it.
    pub(super) const fn draining_late(mut self) -> Self {
        self.drains_late = true;
        self
    }

    // ---- what comes out

    pub(super) fn saw(&mut self, output: &Output, now: Instant) -> Result<(), String> {
        match output {
            Output::OpenTransport(id) => {
                self.dialed = *id;
                self.receipted.clear();
                (self.open, self.configured) = (false, false);
                ensure(self.phase == Phase::Connecting, || format!("a dial while {}", self.phase))
            }
            Output::SendFrame(frame) => {
                self.check_may_speak(&frame.body)?;
                let request = frame.tracing_id.to_string();
                match &frame.body {
                    ClientBody::Typing(notice) => self.sent_typing(&request, *notice, now),
                    ClientBody::ReadReceipt { message } => self.sent_receipt(message, request, now),
                    ClientBody::Text { text, .. } => self.sent_text(text.len(), request),
                    ClientBody::Echo => self.check_no_pause(now),
                    _ => Ok(()),
                }
            }
            Output::Emit(event) => self.event(event, now),
            _ => Ok(()),
        }
    }

    fn check_may_speak(&mut self, body: &ClientBody<'_>) -> Result<(), String> {
        let may = match body {
            ClientBody::ConfigureSession { .. } => self.phase == Phase::Configuring,
            ClientBody::CloseSession { .. } => self.phase == Phase::Configuring && self.configured,
            _ => self.phase == Phase::Ready && self.configured,
        };
        self.configured |= matches!(body, ClientBody::ConfigureSession { .. });
        ensure(may && self.open, || format!("{body:?} was sent while {}", self.phase))
    }

    fn sent_typing(
        &mut self,
        request: &str,
        notice: TypingNotice,
        now: Instant,
    ) -> Result<(), String> {
        self.check_no_pause(now)?;
        ensure(!self.lost.contains(&Capability::Typing), || "typing was refused".into())?;
        if notice == TypingNotice::Off {
            ensure(self.guide && self.can_end_typing(), || "an Off on a wire without it".into())?;
            ensure(self.remote.may_show(), || "an Off, but nothing shows".into())?;
        } else {
            let once = self.guide && self.can_end_typing() && self.remote.surely_shows();
            ensure(!once, || "an On, but it shows already".into())?;
            let gap = self.last_on.replace(now).map(|last_on| now - last_on);
            ensure(gap.is_none_or(|gap| gap >= MIN_GAP), || format!("two Ons in {gap:?}"))?;
        }
        self.remote.told(request, notice);
        Ok(())
    }

    fn sent_receipt(&mut self, id: &str, request: String, now: Instant) -> Result<(), String> {
        self.check_no_pause(now)?;
        ensure(self.guide, || "a receipt on a wire without it".into())?;
        ensure(!self.lost.contains(&Capability::Receipts), || "receipts were refused".into())?;
        ensure(self.read.iter().any(|read| read == id), || format!("{id} was not seen"))?;
        let before = self.receipted.iter().any(|(receipted, _)| receipted == id);
        ensure(!before, || format!("a second receipt for {id} on one connection"))?;
        self.receipted.push((id.to_owned(), request));
        self.told.push(id.to_owned());
        self.unconfirmed.push(id.to_owned());
        Ok(())
    }

    fn sent_text(&mut self, length: usize, request: String) -> Result<(), String> {
        let key = length as u64;
        ensure(self.flying.is_none(), || format!("a text beside {:?}", self.flying))?;
        let place = *self.place(LocalKey(key));
        ensure(place == Place::OnItsWay, || format!("text {key} was sent while {place:?}"))?;
        self.flying = Some((key, request));
        self.written[length - 1] = true;
        Ok(())
    }

    fn event(&mut self, event: &Event, now: Instant) -> Result<(), String> {
        match event {
            Event::PhaseChanged(phase) => self.phase_changed(*phase)?,
            Event::MessageConfirmed { key, .. } => {
                self.written[slot(*key)] = false;
                self.settle(*key, &[Place::OnItsWay, Place::Kept], Place::Free)?;
            }
            Event::MessageUnconfirmed { key } | Event::MessageFailed { key, .. } => {
                let written = std::mem::take(&mut self.written[slot(*key)]);
                // A conversation that ends doubts a frame that waits to be drained, too.
                let doubted = matches!(event, Event::MessageUnconfirmed { .. })
                    && !matches!(self.phase, Phase::ReadOnly | Phase::Closing);
                ensure(written || !doubted, || format!("{key:?} was never written"))?;
                self.settle(*key, &[Place::OnItsWay], Place::Kept)?;
            }
            Event::MessageReceived(message) => {
                let id = message.id.to_string();
                ensure(!self.received.contains(&id), || format!("{id} was received twice"))?;
                self.received.push(id);
            }
            Event::MessageRead { id } => {
                let id = id.to_string();
                let told = self.told.contains(&id) && self.lost.is_empty();
                ensure(self.read.contains(&id) && !told, || format!("{id} was read, it says"))?;
                self.told.push(id);
            }
            Event::PeerTypingStarted { typist } => {
                let name = typist.name.to_string();
                ensure(!self.shown.contains(&name), || format!("{name} started twice"))?;
                self.shown.push(name);
            }
            Event::PeerTypingStopped { typist, .. } => {
                let before = self.shown.len();
                self.shown.retain(|shown| *shown != *typist.name);
                ensure(self.shown.len() < before, || format!("{typist:?} stopped unstarted"))?;
            }
            Event::CapabilityLost { capability } => {
                let again = self.lost.contains(capability);
                ensure(!again, || format!("{capability:?} was lost twice"))?;
                self.lost.push(*capability);
                if *capability == Capability::Typing {
                    self.remote.reset();
                }
            }
            Event::RateLimited { retry_after } => {
                self.paused_until = self.paused_until.max(Some(now + *retry_after));
            }
            _ => {}
        }
        Ok(())
    }

    fn phase_changed(&mut self, phase: Phase) -> Result<(), String> {
        let legal =
            EDGES.iter().any(|(from, to)| *from == self.phase.name() && to.contains(&phase.name()));
        ensure(legal, || format!("from {} to {phase}", self.phase))?;
        let was = std::mem::replace(&mut self.phase, phase);
        match phase {
            Phase::Ready | Phase::ReadOnly => {
                let answered = was == Phase::Configuring;
                if answered && self.accepted && (self.told_new || self.start_new) {
                    self.forget_messages();
                    self.lost.clear();
                    self.remote.reset();
                }
                self.accepted = true;
                self.start_new = false;
            }
            Phase::Closing | Phase::Closed => self.start_new = false,
            _ => {}
        }
        match phase {
            Phase::Ready | Phase::Connecting | Phase::Configuring => {}
            Phase::ReadOnly => {
                self.desired_until = None;
                self.remote.reset();
            }
            _ => {
                self.remote.lost();
                self.flying = None;
            }
        }
        Ok(())
    }

    pub(super) fn can_end_typing(&self) -> bool {
        !self.lost.contains(&Capability::Typing) && !self.lost.contains(&Capability::TypingOff)
    }

    fn check_no_pause(&self, now: Instant) -> Result<(), String> {
        let paused = self.paused_until.filter(|until| *until > now);
        ensure(paused.is_none(), || format!("sent in a pause until {paused:?}"))
    }

    fn settle(&mut self, key: LocalKey, from: &[Place], to: Place) -> Result<(), String> {
        self.flying.take_if(|(flying, _)| *flying == key.0);
        let place = self.place(key);
        let was = std::mem::replace(place, to);
        ensure(from.contains(&was), || format!("text {}: {to:?} after {was:?}", key.0))
    }

    pub(super) fn place(&mut self, key: LocalKey) -> &mut Place {
        &mut self.texts[slot(key)]
    }

    /// Whether the host may use the key, as far as it was told.
    pub(super) fn is_free(&self, key: u64) -> bool {
        let at = usize::try_from(key - 1).unwrap();
        self.texts[at] == Place::Free
    }
}

/// The place of a text in the arrays, and its length less one.
pub(super) fn slot(key: LocalKey) -> usize {
    usize::try_from(key.0 - 1).unwrap()
}

pub(super) fn ensure(holds: bool, otherwise: impl FnOnce() -> String) -> Result<(), String> {
    if holds { Ok(()) } else { Err(otherwise()) }
}

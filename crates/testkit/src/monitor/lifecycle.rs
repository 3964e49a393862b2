//! Phases, transports, and what may be said when.
//!
//! Owns: the rules of the session's life. Must not know: typing, receipts, the line of texts.

use core::time::Duration;

use webmessaging_proto::{
    Capability, Config, Event, Instant, Output, Phase, ReconnectPolicy, TransportId,
};

use super::Rule;
use super::around::{Around, Kind, News};
use super::seen::{Seen, What};
use super::violation::Found;

const DIAL: Duration = Duration::from_secs(30);
const CLOSE: Duration = Duration::from_secs(2);
const MIN_BACKOFF: Duration = Duration::from_millis(100);
/// A configure may have to wait for a pause, or for room, before it waits for its answer.
const CONFIGURE: Duration = Duration::from_secs(300 + 10);

/// The documented table: from, and the phases that may follow.
const TABLE: &[(&str, &[&str])] = &[
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

/// What happened in this step that can be the cause of a phase.
#[derive(Clone, Copy, Debug, Default)]
#[expect(clippy::struct_excessive_bools, reason = "each is a cause of its own")]
struct Causes {
    connect: bool,
    disconnect: bool,
    opened: bool,
    start_new: bool,
    accepted: bool,
    read_only: bool,
    refused: bool,
}

/// The life of a session and of its transports.
#[derive(Clone, Debug)]
pub(super) struct Lifecycle {
    reconnect: ReconnectPolicy,
    causes: Causes,
    newest: Option<TransportId>,
    /// The transport that was dialed and not closed.
    open: Option<TransportId>,
    /// The transport that ended before its dial was drained.
    closed_early: Option<TransportId>,
    configured: bool,
    /// A message came on this transport before the session was accepted: it may have been the end.
    spoke_early: bool,
    trying_since: Option<Instant>,
    /// When the newest step of the handshake was sent.
    asked_at: Option<Instant>,
    lost: [bool; 3],
}

impl Lifecycle {
    pub(super) fn new(config: &Config) -> Self {
        Self {
            reconnect: *config.reconnect(),
            causes: Causes::default(),
            newest: None,
            open: None,
            closed_early: None,
            configured: false,
            spoke_early: false,
            trying_since: None,
            asked_at: None,
            lost: [false; 3],
        }
    }

    /// A session of which only the phase is known.
    pub(super) fn unknown(&mut self) {
        self.configured = true;
        self.spoke_early = true;
    }

    pub(super) fn input(&mut self, cx: &Around, seen: &Seen, news: Option<&News<'_>>) {
        let causes = &mut self.causes;
        match seen {
            Seen::Connect => causes.connect = true,
            Seen::Disconnect => causes.disconnect = true,
            Seen::StartNew => causes.start_new = true,
            Seen::Opened(transport) if cx.is_current(*transport) => causes.opened = true,
            Seen::Closed(transport) if self.open == Some(*transport) => self.open = None,
            Seen::Closed(transport) if cx.blurred => self.closed_early = Some(*transport),
            _ => {}
        }
        if news.is_some_and(News::is_rate_limit) {
            // The handshake goes on after the pause.
            self.asked_at = Some(cx.now);
        }
        match news.map(|news| &news.heard.what) {
            Some(What::Session { connected, read_only, .. }) => {
                causes.accepted |= *connected || *read_only;
                causes.read_only |= *read_only;
            }
            Some(What::Message(_)) => {
                causes.read_only = true;
                self.spoke_early |= cx.phase == Phase::Configuring || cx.blurred;
            }
            Some(_) => causes.refused = true,
            None => {}
        }
    }

    pub(super) fn output(&mut self, cx: &Around, output: &Output, found: &mut Found) {
        match output {
            Output::OpenTransport(transport) => self.dials(cx, *transport, found),
            Output::CloseTransport(transport, _) if self.open == Some(*transport) => {
                self.open = None;
            }
            Output::SendFrame(frame) => self.sends(cx, Kind::of(&frame.body), found),
            Output::Emit(Event::PhaseChanged(phase)) => self.phase(cx, *phase, found),
            Output::Emit(Event::CapabilityLost { capability }) => {
                self.loses(cx, *capability, found);
            }
            _ => {}
        }
    }

    fn dials(&mut self, cx: &Around, transport: TransportId, found: &mut Found) {
        let next = self.newest.is_none_or(|newest| transport.0 == newest.0 + 1);
        if !next || (self.open.is_some() && !cx.blurred) || transport.0 == 0 {
            let (newest, open) = (self.newest, self.open);
            found.add(cx.now, Rule::TransportIds, || {
                format!("{transport:?} after {newest:?}, open {open:?}")
            });
        }
        self.newest = Some(transport);
        self.open = self.newest.filter(|_| self.closed_early != self.newest);
        self.configured = false;
        self.spoke_early &= cx.blurred;
        if cx.phase != Phase::Connecting {
            found.add(cx.now, Rule::PhaseCause, || format!("a dial while {}", cx.phase));
        }
    }

    fn sends(&mut self, cx: &Around, kind: Kind, found: &mut Found) {
        let allowed = match cx.phase {
            Phase::Ready => self.configured && !matches!(kind, Kind::Configure | Kind::Close),
            Phase::Configuring => {
                kind == Kind::Configure || (self.configured && kind == Kind::Close)
            }
            _ => false,
        };
        if !allowed {
            let own = matches!(kind, Kind::Configure | Kind::Close);
            let first = cx.phase == Phase::Configuring || own;
            let rule = if first { Rule::ConfigureFirst } else { Rule::SilentUnlessReady };
            found.add(cx.now, rule, || format!("{kind:?} while {}", cx.phase));
        }
        if self.newest.is_some() && self.open != self.newest && !cx.blurred {
            found.add(cx.now, Rule::LiveTransport, || format!("{kind:?} on a closed transport"));
        }
        self.configured |= kind == Kind::Configure;
        self.asked_at = Some(cx.now);
    }

    fn phase(&mut self, cx: &Around, phase: Phase, found: &mut Found) {
        let from = cx.phase;
        if phase == from {
            found.add(cx.now, Rule::PhaseTold, || format!("{phase} again"));
        } else if !TABLE.iter().any(|(name, to)| *name == from.name() && to.contains(&phase.name()))
        {
            found.add(cx.now, Rule::PhaseTable, || format!("{from} became {phase}"));
        }
        let causes = self.causes;
        let has_cause = match (from, phase) {
            (Phase::Idle | Phase::Closed | Phase::Failed(_), Phase::Connecting) => causes.connect,
            (Phase::Connecting, Phase::Configuring) => causes.opened,
            (Phase::ReadOnly, Phase::Configuring) => causes.start_new,
            (_, Phase::Ready) => causes.accepted,
            (Phase::Configuring, Phase::ReadOnly) => causes.read_only || self.spoke_early,
            (_, Phase::ReadOnly) => causes.read_only,
            (_, Phase::Closing) => causes.disconnect,
            _ => true,
        };
        if !has_cause {
            found.add(cx.now, Rule::PhaseCause, || format!("{from} became {phase}"));
        }
        match phase {
            Phase::Backoff => self.trying_since = self.trying_since.or(Some(cx.now)),
            Phase::Ready | Phase::ReadOnly | Phase::Closing | Phase::Closed | Phase::Failed(_) => {
                self.trying_since = None;
            }
            _ => {}
        }
        if cx.opened.is_some_and(|opened| opened.replaces) {
            self.lost = [false; 3];
        }
    }

    fn loses(&mut self, cx: &Around, capability: Capability, found: &mut Found) {
        let lost = match capability {
            Capability::Typing => &mut self.lost[0],
            Capability::TypingOff => &mut self.lost[1],
            _ => &mut self.lost[2],
        };
        if core::mem::replace(lost, true) {
            found.add(cx.now, Rule::Capabilities, || format!("{capability:?} is lost twice"));
        }
        if !self.causes.refused {
            found.add(cx.now, Rule::Capabilities, || format!("{capability:?}: nobody refused it"));
        }
    }

    /// The phase has not outlived its time-out. Gives its end.
    pub(super) fn settled(&mut self, cx: &Around, found: &mut Found) -> Option<Instant> {
        self.causes = Causes::default();
        self.closed_early = None;
        let limit = match cx.phase {
            Phase::Connecting => DIAL,
            Phase::Configuring => CONFIGURE,
            Phase::Closing => CLOSE,
            Phase::Backoff => self.reconnect.cap.max(MIN_BACKOFF),
            _ => return None,
        };
        let since = match cx.phase {
            Phase::Configuring => self.asked_at.max(Some(cx.phase_since)),
            _ => Some(cx.phase_since),
        };
        let ends_at = since? + limit;
        if cx.waits_for_tick() {
            return Some(ends_at);
        }
        // A wait of the whole bound is over at its end; a needless tick may come right then.
        if cx.now > ends_at {
            found.add(cx.now, Rule::PhaseTimeOut, || format!("{} for too long", cx.phase));
        }
        if let (Some(since), Some(after)) = (self.trying_since, self.reconnect.give_up) {
            if cx.now > since + after && cx.phase != Phase::Closing {
                found.add(cx.now, Rule::GivesUp, || format!("tries since {since:?}"));
            }
        }
        Some(ends_at)
    }
}

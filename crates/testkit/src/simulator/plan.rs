//! What a run is made of, as data: how everybody is set up, and what happens when.
//!
//! Owns: [`Plan`] and its parts. Must not know: how a plan is drawn or carried out.

use std::fmt;

use webmessaging_emulator::service::Fault;

use super::queue::Ms;

/// One guest, one service, one network, and everything that happens to them.
///
/// A run is a pure function of its plan, and a plan one of its seed and its length. `Display` writes it a line a
/// happening.
#[derive(Clone, Debug, PartialEq)]
pub struct Plan {
    pub(super) seed: u64,
    pub(super) length: Ms,
    pub(super) setting: Setting,
    pub(super) happenings: Vec<Happening>,
}

impl Plan {
    /// The seed that it was drawn from.
    #[must_use]
    pub const fn seed(&self) -> u64 {
        self.seed
    }

    /// How many happenings there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.happenings.len()
    }

    /// Whether nothing happens, but that the guest connects.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.happenings.is_empty()
    }
}

/// How everybody is set up. Times are in milliseconds.
#[derive(Clone, Debug, PartialEq)]
#[allow(clippy::struct_excessive_bools, reason = "independent facts")]
pub(super) struct Setting {
    pub(super) guest_live: bool,
    pub(super) service_live: bool,
    pub(super) service_limits: bool,
    pub(super) idle: Ms,
    pub(super) start_delay: Ms,
    pub(super) dwell: Ms,
    pub(super) health_check: bool,
    pub(super) auto_start: bool,
    pub(super) ping: Option<Ms>,
    /// How long the guest tries to reconnect; `None`: for ever.
    pub(super) give_up: Option<Ms>,
    pub(super) outputs: usize,
    pub(super) texts: usize,
    pub(super) messages: usize,
    /// A token of the backend's, which can be renewed; else one of the guest's own.
    pub(super) guest_token: bool,
    pub(super) token_life: Ms,
    pub(super) session_life: Ms,
    pub(super) up: Ms,
    pub(super) down: Ms,
    pub(super) jitter: Ms,
    pub(super) bytes_per_ms: u64,
    pub(super) reading: Reading,
    pub(super) kept: Kept,
    pub(super) renews_after: Ms,
    pub(super) starts_new_after: Option<Ms>,
    /// At the end, everything owed is sent over a fresh connection; else over the one that is there.
    pub(super) reconnects_at_end: bool,
    /// At one time, the guest's timer comes before what else is due.
    pub(super) timers_first: bool,
    /// Look at everything that is printed for secrets: slow.
    pub(super) looks_for_secrets: bool,
}

/// When the user looks at a message that comes while the window is open.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Reading {
    Never,
    After(Ms),
}

/// What the host does with a text that failed or is unconfirmed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kept {
    Keep,
    Retry(Ms),
    Discard(Ms),
    /// By the text's number.
    Either(Ms),
}

/// Something that happens at a time.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Happening {
    pub(super) at: Ms,
    pub(super) what: What,
}

/// What happens.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum What {
    Type {
        keys: u64,
        every: Ms,
    },
    Clear,
    Blur,
    Hold(bool),
    Send {
        texts: u64,
        chars: u64,
    },
    Look {
        newest: usize,
        hold: Ms,
    },
    Hide {
        hold: Ms,
    },
    Leave {
        back_after: Option<Ms>,
    },
    NetworkAvailable,
    Renew,
    StartNew,
    RetryKept,
    DiscardOne,
    LazyDrain {
        hold: Ms,
    },
    Restart {
        after: Ms,
        snapshot: bool,
    },
    ClockStep {
        by: Ms,
    },
    Sleep {
        hold: Ms,
        clock_stops: bool,
        survives: bool,
    },
    LateTicks {
        hold: Ms,
        by: Ms,
    },
    Cut {
        guest: Ms,
        service: Ms,
    },
    Stall {
        hold: Ms,
    },
    Outage {
        hold: Ms,
        dial: Dial,
    },
    Slow {
        hold: Ms,
        by: Ms,
    },
    /// Apart, since it is larger than all else.
    Fault {
        fault: Box<Fault>,
        hold: Ms,
    },
    AgentWrites {
        texts: u64,
    },
    AgentTypes {
        hold: Option<Ms>,
    },
    AgentEnds {
        read_only: bool,
    },
}

/// What becomes of a dial while the network is out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Dial {
    Fails(Ms),
    Hangs,
}

impl What {
    /// Its name in tables.
    pub(super) const fn name(&self) -> &'static str {
        match self {
            Self::Type { .. } => "user types",
            Self::Clear => "user clears",
            Self::Blur => "composer closes",
            Self::Hold(_) => "host sets typing",
            Self::Send { .. } => "user sends",
            Self::Look { .. } => "user scrolls",
            Self::Hide { .. } => "window hidden",
            Self::Leave { .. } => "host leaves",
            Self::NetworkAvailable => "network available",
            Self::Renew => "token renewed early",
            Self::StartNew => "host starts new",
            Self::RetryKept => "host retries",
            Self::DiscardOne => "host discards",
            Self::LazyDrain { .. } => "lazy drain",
            Self::Restart { snapshot: true, .. } => "restart from snapshot",
            Self::Restart { .. } => "restart from nothing",
            Self::ClockStep { .. } => "clock steps",
            Self::Sleep { .. } => "machine sleeps",
            Self::LateTicks { .. } => "late ticks",
            Self::Cut { .. } => "connection cut",
            Self::Stall { .. } => "network stalls",
            Self::Outage { dial: Dial::Hangs, .. } => "outage, dials hang",
            Self::Outage { .. } => "outage, dials fail",
            Self::Slow { .. } => "network slow",
            Self::Fault { fault, .. } => fault_name(fault),
            Self::AgentWrites { .. } => "agent writes",
            Self::AgentTypes { .. } => "agent types",
            Self::AgentEnds { read_only: true } => "agent ends, read-only",
            Self::AgentEnds { .. } => "agent ends",
        }
    }

    /// Whether frames follow from it.
    pub(super) const fn is_act(&self) -> bool {
        matches!(
            self,
            Self::Type { .. } | Self::Send { .. } | Self::Look { .. } | Self::AgentWrites { .. }
        )
    }

    /// Whether it is something that goes wrong, rather than something that people do.
    pub(super) const fn is_trouble(&self) -> bool {
        matches!(
            self,
            Self::LazyDrain { .. }
                | Self::Restart { .. }
                | Self::Sleep { .. }
                | Self::LateTicks { .. }
                | Self::Cut { .. }
                | Self::Stall { .. }
                | Self::Outage { .. }
                | Self::Slow { .. }
                | Self::Fault { .. }
        )
    }
}

const fn fault_name(fault: &Fault) -> &'static str {
    use webmessaging_emulator::service::FaultKind;
    match fault.kind {
        FaultKind::Drop => "service drops",
        FaultKind::Swallow(_) => "service swallows",
        FaultKind::Delay(..) => "service delays",
        FaultKind::Reorder(_) => "service reorders",
        FaultKind::Duplicate(_) => "service duplicates",
        FaultKind::RateLimit(_) => "service limits the rate",
        FaultKind::Answer(..) => "service answers an error",
        FaultKind::ExpireToken => "service expires tokens",
        FaultKind::RefuseUpgrade(_) => "service refuses upgrades",
        FaultKind::Close(_) => "service closes",
        FaultKind::AcceptAndClose(_) => "service accepts and closes",
        FaultKind::Mute => "service is mute",
        FaultKind::Garbage(_) => "service sends garbage",
        _ => "service fails otherwise",
    }
}

impl fmt::Display for Plan {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "seed {}, {} ms, {} happenings", self.seed, self.length, self.len())?;
        writeln!(f, "{:?}", self.setting)?;
        for happening in &self.happenings {
            writeln!(f, "{happening}")?;
        }
        Ok(())
    }
}

impl fmt::Display for Happening {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:>10} s  {:<26} {:?}", Seconds(self.at), self.what.name(), self.what)
    }
}

/// Milliseconds, printed as seconds.
pub(super) struct Seconds(pub(super) Ms);

impl fmt::Display for Seconds {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&format!("{}.{:03}", self.0 / 1000, self.0 % 1000))
    }
}

//! Lives of a guest, as phrases of what people, services and networks do.
//!
//! Owns: the phrases, and what a life starts from. Must not know: how likely they are, what must hold.

use core::time::Duration;

use webmessaging_proto::{Config, Limits, Profile, ReceiptPolicy, TypingPolicy};

use super::player::Player;
use super::server::{Kind, Reaction, Server};
use super::world::{SECRET, World};

/// What a run starts from.
#[derive(Clone, Debug)]
#[expect(clippy::struct_excessive_bools, reason = "each is a switch of its own")]
pub(crate) struct Setup {
    pub(crate) seed: u64,
    pub(crate) live: bool,
    pub(crate) dwell_ms: u64,
    pub(crate) start_delay_ms: u64,
    pub(crate) health_check: bool,
    pub(crate) auto_start: bool,
    pub(crate) small: bool,
    pub(crate) plan: Vec<(Kind, Reaction)>,
}

impl Setup {
    pub(crate) fn typing(&self) -> TypingPolicy {
        let mut typing = if self.live { TypingPolicy::live() } else { TypingPolicy::guide() };
        typing.start_delay = Duration::from_millis(self.start_delay_ms);
        typing
    }

    pub(crate) fn limits(&self) -> Limits {
        let mut limits = Limits::default();
        if self.small {
            (limits.texts, limits.messages, limits.typists) = (3, 3, 2);
        }
        limits
    }

    pub(crate) fn config(&self) -> Config {
        let profile = if self.live { Profile::Live } else { Profile::Guide };
        let mut receipts = ReceiptPolicy::guide();
        receipts.dwell = Duration::from_millis(self.dwell_ms);
        receipts.on_wire = !self.live;
        let mut config = Config::new("deployment", format!("token-{SECRET}"), self.seed)
            .with_profile(profile)
            .with_typing(self.typing())
            .unwrap()
            .with_receipts(receipts)
            .with_limits(self.limits());
        if self.health_check {
            config = config.with_health_check(Duration::from_secs(30)).unwrap();
        }
        if self.auto_start {
            config = config.with_auto_start(webmessaging_proto::frame::CustomAttributes::default());
        }
        config
    }
}

/// A run: where it starts, and what happens.
#[derive(Clone, Debug)]
pub(crate) struct Script {
    pub(crate) setup: Setup,
    pub(crate) phrases: Vec<Phrase>,
}

/// A few things that happen together in life.
#[derive(Clone, Debug)]
pub(crate) enum Phrase {
    /// Connect, and the time that it takes when all is well.
    BringOnline,
    Type {
        for_ms: u64,
        every_ms: u64,
    },
    /// A key as a value, not by its method.
    Key,
    Clear,
    CloseComposer,
    SetTyping(bool),
    Foreground(bool),
    Wait(u64),
    Send,
    SendMany(u8),
    SendTooLong,
    Retry(u8),
    Discard(u8),
    AgentSays {
        who: u8,
        id: u8,
    },
    OwnElsewhere(u8),
    AgentTypes {
        who: u8,
        on: bool,
        duration_ms: Option<u64>,
    },
    /// An agent types and then says it, or thinks better of it.
    AgentTypesAndSays {
        who: u8,
        id: u8,
        says: bool,
    },
    /// The guest's own indicator, from another device.
    OwnTyping,
    /// Messages come into view one after the other; some stay, some pass.
    Scroll {
        first: u8,
        count: u8,
        every_ms: u64,
        stay: bool,
    },
    Show(u8),
    Hide(u8),
    /// A message comes, is read for long enough, and passes.
    SayAndRead {
        id: u8,
        for_ms: u64,
    },
    /// The same while the connection is gone.
    ReadWhileAway {
        id: u8,
        for_ms: u64,
    },
    Restore {
        id: u8,
        own: bool,
        read: bool,
    },
    Lose(u16),
    LoseAndReconnect {
        away_ms: u64,
    },
    /// The same, and the service has forgotten the session.
    LoseAndBeReplaced,
    /// A text is under way when the connection breaks.
    LoseWithText {
        retry: bool,
    },
    /// No dial succeeds for longer than the session tries.
    Outage,
    CloseClean,
    Disconnect,
    NetworkAvailable,
    StartNew,
    AgentLeaves {
        read_only: bool,
    },
    ReadOnlyAndStartNew {
        say_closed: bool,
    },
    AuthFailRenew,
    Renew,
    End(u8),
    RateLimit(Option<u64>),
    ServerError(u16),
    PeerAlive,
    Garbage,
    Unused,
    /// Something that an older connection still says.
    Stale(u8),
    /// The clock jumps: the machine slept.
    Sleep(u64),
    /// As many requests as the budget holds.
    Exhaust,
}

impl Script {
    /// Plays the run to its end.
    pub(crate) fn play(&self) -> World {
        self.play_in(World::new(self.setup.config()))
    }

    pub(crate) fn play_in(&self, world: World) -> World {
        let mut player = Player::new(world.with_server(Server::new(&self.setup.plan)));
        for phrase in &self.phrases {
            player.play(phrase);
        }
        player.end()
    }
}

//! Generated lives of a guest: phrases of what people, services and networks do.
//!
//! Owns: the phrases, their likelihood, and how one is played. Must not know: what must hold.

use core::time::Duration;

use proptest::prelude::*;
use webmessaging_proto::{
    CloseReason, Config, Credentials, Input, Limits, LocalKey, Phase, Profile, ReceiptPolicy,
    Sender, TransportId, TypingPolicy,
};

use super::frames;
use super::server::{Delivery, Kind, Reaction, Server};
use super::trace::Given;
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

const NAMES: [Option<&str>; 4] = [Some("Kim"), Some("Lou"), None, Some("Ash")];

/// The id of a message that the agent may write.
fn message(id: u8) -> String {
    format!("m-{}", id % 5)
}

impl Script {
    /// Plays the run to its end.
    pub(crate) fn play(&self) -> World {
        self.play_in(World::new(self.setup.config()))
    }

    pub(crate) fn play_in(&self, world: World) -> World {
        let mut player =
            Player { world: world.with_server(Server::new(&self.setup.plan)), texts: 0 };
        for phrase in &self.phrases {
            player.play(phrase);
        }
        player.world.wait(70_000);
        player.world.drain();
        player.world
    }
}

struct Player {
    world: World,
    texts: u64,
}

impl Player {
    #[expect(clippy::too_many_lines, reason = "one arm a phrase")]
    fn play(&mut self, phrase: &Phrase) {
        let world = &mut self.world;
        match *phrase {
            Phrase::BringOnline => {
                let _ = world.input(Input::Connect);
                world.wait(100);
            }
            Phrase::Type { for_ms, every_ms } => {
                for _ in 0..=for_ms / every_ms {
                    world.key();
                    world.wait(every_ms);
                }
            }
            Phrase::Key => drop(world.input(Input::Keystroke)),
            Phrase::Clear => drop(world.input(Input::InputCleared)),
            Phrase::CloseComposer => drop(world.input(Input::ComposerClosed)),
            Phrase::SetTyping(on) => drop(world.input(Input::SetTyping(on))),
            Phrase::Foreground(on) => drop(world.input(Input::Foreground(on))),
            Phrase::Wait(millis) => {
                world.wait(millis);
            }
            Phrase::Send => self.send(),
            Phrase::SendMany(count) => (0..count).for_each(|_| self.send()),
            Phrase::SendTooLong => {
                let text = "x".repeat(4_097);
                let _ = world.input(Input::send_text(LocalKey(u64::MAX), text));
            }
            Phrase::Retry(back) => {
                let key = self.key(back);
                let _ = self.world.input(Input::Retry { key });
            }
            Phrase::Discard(back) => {
                let key = self.key(back);
                let _ = self.world.input(Input::Discard { key });
            }
            Phrase::AgentSays { who, id } => {
                let name = NAMES[usize::from(who) % NAMES.len()];
                world.recv(frames::agent(name, &message(id), &format!("{SECRET} from an agent")));
            }
            Phrase::OwnElsewhere(id) => {
                world.recv(frames::own(&format!("elsewhere-{}", id % 4), SECRET));
            }
            Phrase::AgentTypes { who, on, duration_ms } => {
                let name = NAMES[usize::from(who) % NAMES.len()];
                let kind = if on { "On" } else { "Off" };
                let entity = (who % 2 == 0).then_some("Human");
                world.recv(frames::typing("Outbound", name, entity, kind, duration_ms));
            }
            Phrase::AgentTypesAndSays { who, id, says } => {
                self.play(&Phrase::AgentTypes { who, on: true, duration_ms: None });
                self.world.wait(1_500);
                self.play(&if says {
                    Phrase::AgentSays { who, id }
                } else {
                    Phrase::AgentTypes { who, on: false, duration_ms: None }
                });
            }
            Phrase::OwnTyping => {
                world.recv(frames::typing("Inbound", Some("Kim"), None, "On", None));
            }
            Phrase::Scroll { first, count, every_ms, stay } => {
                for id in first..first.saturating_add(count) {
                    let id = message(id);
                    let _ = world.input(Input::MessageVisible { id: id.clone().into() });
                    world.wait(every_ms);
                    if !stay {
                        let _ = world.input(Input::MessageHidden { id: id.into() });
                    }
                }
            }
            Phrase::Show(id) => {
                let _ = world.input(Input::MessageVisible { id: message(id).into() });
            }
            Phrase::Hide(id) => {
                let _ = world.input(Input::MessageHidden { id: message(id).into() });
            }
            Phrase::SayAndRead { id, for_ms } => {
                self.play(&Phrase::AgentSays { who: id, id });
                self.play(&Phrase::Scroll { first: id, count: 1, every_ms: for_ms, stay: false });
            }
            Phrase::ReadWhileAway { id, for_ms } => {
                self.play(&Phrase::AgentSays { who: id, id });
                self.world.lose_if_open(CloseReason::Lost);
                self.play(&Phrase::Scroll { first: id, count: 1, every_ms: for_ms, stay: false });
                self.world.wait(1_200);
            }
            Phrase::Restore { id, own, read } => {
                let from = if own { Sender::Guest } else { Sender::Agent };
                let id = if own { format!("own-{}", id % 4) } else { message(id) };
                let _ = world.input(Input::MessageRestored { id: id.into(), from, read });
            }
            Phrase::Lose(code) => {
                world.lose_if_open(CloseReason::Code(code));
            }
            Phrase::LoseAndReconnect { away_ms } => {
                world.lose_if_open(CloseReason::Lost);
                world.wait(away_ms);
                let _ = world.input(Input::NetworkAvailable);
                world.wait(1_200);
            }
            Phrase::LoseAndBeReplaced => {
                if let Some(server) = world.server() {
                    server.next_configure(Reaction::Replaced);
                }
                self.send();
                self.play(&Phrase::LoseAndReconnect { away_ms: 300 });
            }
            Phrase::LoseWithText { retry } => {
                self.send();
                self.world.lose_if_open(CloseReason::Lost);
                self.world.wait(1_500);
                if retry {
                    self.play(&Phrase::Retry(0));
                }
            }
            Phrase::Outage => {
                if let Some(server) = world.server() {
                    server.outage(150);
                }
                world.lose_if_open(CloseReason::Lost);
                world.wait(310_000);
            }
            Phrase::CloseClean => {
                world.lose_if_open(CloseReason::Code(1000));
            }
            Phrase::Disconnect => drop(world.input(Input::Disconnect)),
            Phrase::NetworkAvailable => drop(world.input(Input::NetworkAvailable)),
            Phrase::StartNew => drop(world.input(Input::StartNew)),
            Phrase::AgentLeaves { read_only } => {
                world.recv(frames::agent_left(read_only));
            }
            Phrase::ReadOnlyAndStartNew { say_closed } => {
                world.recv(frames::agent_left(true));
                world.wait(500);
                let _ = world.input(Input::StartNew);
                if say_closed {
                    world.recv(frames::connection_closed(None));
                }
                world.wait(200);
            }
            Phrase::AuthFailRenew => {
                world.recv(frames::status(None, 401, "expired"));
                world.wait(300);
                self.renew();
                let _ = self.world.input(Input::Connect);
                self.world.wait(100);
            }
            Phrase::Renew => self.renew(),
            Phrase::End(how) => {
                let frame = match how % 5 {
                    0 => frames::connection_closed(None),
                    1 => frames::connection_closed(Some("signedIn")),
                    2 => frames::bare("LogoutEvent"),
                    3 => frames::bare("SessionExpiredEvent"),
                    _ => frames::bare("SessionClearedEvent"),
                };
                world.recv(frame);
            }
            Phrase::RateLimit(seconds) => {
                world.recv(frames::too_many(None, seconds));
            }
            Phrase::ServerError(code) => {
                world.recv(frames::status(None, code, "no"));
            }
            Phrase::PeerAlive => drop(world.input(Input::PeerAlive(world.transport()))),
            Phrase::Garbage => {
                world.recv("{not json");
            }
            Phrase::Unused => {
                world.recv(frames::bare("SomethingNew"));
            }
            Phrase::Stale(what) => self.stale(what),
            Phrase::Sleep(millis) => {
                let _ = world.give(Given::Sleep(millis));
                world.key();
            }
            Phrase::Exhaust => {
                for _ in 0..30 {
                    self.world.key().wait(0);
                    let _ = self.world.input(Input::InputCleared);
                    self.world.wait(500);
                }
            }
        }
    }

    fn send(&mut self) {
        self.texts += 1;
        let text = format!("{SECRET} {}", self.texts);
        if self.world.input(Input::send_text(LocalKey(self.texts), text)).is_err() {
            self.texts -= 1;
        }
    }

    fn key(&self, back: u8) -> LocalKey {
        LocalKey(self.texts.saturating_sub(u64::from(back)))
    }

    fn renew(&mut self) {
        let token = format!("renewed-{SECRET}");
        let _ = self.world.input(Input::Renew(Credentials::new(token)));
    }

    fn stale(&mut self, what: u8) {
        let old = TransportId(self.world.transport().0.saturating_sub(1));
        match what % 4 {
            0 => drop(self.world.input(Input::TransportOpened(old))),
            1 => drop(self.world.input(Input::TransportClosed(old, CloseReason::Code(1000)))),
            2 => {
                self.world.recv_on(old, frames::session(None, frames::Accept::NEW));
            }
            _ => {
                self.world.recv_on(old, frames::status(None, 401, "no"));
            }
        }
    }
}

impl World {
    /// Breaks the transport; what it had under way still arrives, too late.
    fn lose_if_open(&mut self, reason: CloseReason) -> &mut Self {
        let open = !matches!(
            self.session.phase(),
            Phase::Idle | Phase::Backoff | Phase::Closed | Phase::Failed(_)
        );
        if open {
            self.post(0, Delivery::Closed(self.transport(), reason));
            self.wait(0);
        }
        self
    }

    /// Gives again what a record says was given, at its times.
    pub(crate) fn replay(&mut self, at: u64, given: &Given) {
        let slept = if let Given::Sleep(millis) = given { *millis } else { 0 };
        self.at(at - slept);
        let _ = self.give(given.clone());
    }
}

// ---- likelihoods

pub(crate) fn setup() -> impl Strategy<Value = Setup> {
    (
        any::<u64>(),
        prop::bool::weighted(0.3),
        prop::sample::select(vec![0, 0, 0, 400, 1_000]),
        prop::sample::select(vec![0, 0, 0, 300]),
        prop::bool::weighted(0.25),
        prop::bool::weighted(0.2),
        prop::bool::weighted(0.25),
        prop::collection::vec(reaction(), 0..14),
    )
        .prop_map(
            |(seed, live, dwell_ms, start_delay_ms, health_check, auto_start, small, plan)| Setup {
                seed,
                live,
                dwell_ms,
                start_delay_ms,
                health_check,
                auto_start,
                small,
                plan,
            },
        )
}

fn reaction() -> impl Strategy<Value = (Kind, Reaction)> {
    let again = prop::option::weighted(0.25, prop::sample::select(vec![7, 900, 2_600]));
    let limited = (prop::option::of(0_u64..9), prop::bool::weighted(0.8), again.clone()).prop_map(
        |(retry_after_s, names_request, again_after)| Reaction::RateLimited {
            retry_after_s,
            names_request,
            again_after,
        },
    );
    let error = move |codes: Vec<u16>| {
        (prop::sample::select(codes), prop::bool::weighted(0.85), again.clone()).prop_map(
            |(code, names_request, again_after)| Reaction::Error {
                code,
                names_request,
                again_after,
            },
        )
    };
    let late = || prop::sample::select(vec![300, 2_500, 31_000, 40_000]).prop_map(Reaction::Late);
    let of = |kind: Kind| move |how: Reaction| (kind, how);
    prop_oneof![
        1 => prop_oneof![
            Just(Reaction::Break), Just(Reaction::Silent), Just(Reaction::Late(2_000)),
            error(vec![403]),
        ].prop_map(of(Kind::Dial)),
        1 => Just((Kind::Close, Reaction::Silent)),
        2 => prop_oneof![
            3 => Just(Reaction::Ok), 1 => Just(Reaction::Silent), 1 => Just(Reaction::ReadOnly),
            1 => Just(Reaction::Replaced), 1 => Just(Reaction::Break), 1 => Just(Reaction::Twice),
            1 => limited.clone(), 1 => error(vec![400, 401, 403, 408, 500, 4006]), 1 => late(),
        ].prop_map(of(Kind::Configure)),
        5 => prop_oneof![
            3 => Just(Reaction::Ok), 1 => Just(Reaction::Silent), 1 => Just(Reaction::Twice),
            1 => Just(Reaction::ByMetadata), 1 => Just(Reaction::Break), 2 => late(),
            3 => limited.clone(), 3 => error(vec![400, 401, 403, 404, 408, 409, 500, 503, 4011]),
        ].prop_map(of(Kind::Text)),
        5 => prop_oneof![
            4 => Just(Reaction::Ok), 1 => Just(Reaction::Break),
            4 => limited.clone(), 2 => error(vec![400, 403, 404, 500, 401, 4006]),
        ].prop_map(of(Kind::Typing)),
        4 => prop_oneof![
            3 => Just(Reaction::Ok), 2 => Just(Reaction::Silent), 1 => Just(Reaction::Twice),
            1 => Just(Reaction::Break), 1 => late(),
            3 => limited.clone(), 4 => error(vec![400, 403, 404, 404, 500, 409, 401]),
        ].prop_map(of(Kind::Receipt)),
        2 => prop_oneof![
            2 => Just(Reaction::Ok), 1 => Just(Reaction::Silent), 1 => Just(Reaction::Break),
            1 => limited, 1 => error(vec![400, 500, 404]), 1 => late(),
        ].prop_map(of(Kind::Other)),
    ]
}

fn phrase() -> impl Strategy<Value = Phrase> {
    let typing = prop_oneof![
        6 => (0_u64..9_000, prop::sample::select(vec![90, 350, 900, 1_700, 2_300]))
            .prop_map(|(for_ms, every_ms)| Phrase::Type { for_ms, every_ms }),
        2 => Just(Phrase::Key),
        2 => Just(Phrase::Clear),
        1 => Just(Phrase::CloseComposer),
        2 => any::<bool>().prop_map(Phrase::SetTyping),
        2 => any::<bool>().prop_map(Phrase::Foreground),
    ];
    let time = prop_oneof![
        6 => (0_u64..6_000).prop_map(Phrase::Wait),
        1 => (6_000_u64..70_000).prop_map(Phrase::Wait),
        1 => prop::sample::select(vec![700, 65_000, 86_400_000]).prop_map(Phrase::Sleep),
    ];
    let texts = prop_oneof![
        6 => Just(Phrase::Send),
        2 => (2_u8..9).prop_map(Phrase::SendMany),
        1 => Just(Phrase::SendTooLong),
        2 => (0_u8..4).prop_map(Phrase::Retry),
        1 => (0_u8..4).prop_map(Phrase::Discard),
    ];
    let incoming = prop_oneof![
        5 => (any::<u8>(), any::<u8>()).prop_map(|(who, id)| Phrase::AgentSays { who, id }),
        1 => any::<u8>().prop_map(Phrase::OwnElsewhere),
        5 => (any::<u8>(), prop::bool::weighted(0.7), prop::option::of(0_u64..40_000))
            .prop_map(|(who, on, duration_ms)| Phrase::AgentTypes { who, on, duration_ms }),
        3 => (any::<u8>(), any::<u8>(), any::<bool>())
            .prop_map(|(who, id, says)| Phrase::AgentTypesAndSays { who, id, says }),
        1 => Just(Phrase::OwnTyping),
        1 => Just(Phrase::Garbage),
        1 => Just(Phrase::Unused),
        1 => any::<u8>().prop_map(Phrase::Stale),
    ];
    let reading = prop_oneof![
        4 => (any::<u8>(), 1_u8..6, prop::sample::select(vec![0, 100, 600, 1_500]), any::<bool>())
            .prop_map(|(first, count, every_ms, stay)| Phrase::Scroll {
                first, count, every_ms, stay,
            }),
        3 => (any::<u8>(), prop::sample::select(vec![0, 200, 1_100]))
            .prop_map(|(id, for_ms)| Phrase::SayAndRead { id, for_ms }),
        1 => (any::<u8>(), prop::sample::select(vec![0, 200, 1_100]))
            .prop_map(|(id, for_ms)| Phrase::ReadWhileAway { id, for_ms }),
        2 => any::<u8>().prop_map(Phrase::Show),
        1 => any::<u8>().prop_map(Phrase::Hide),
        1 => (any::<u8>(), prop::bool::weighted(0.3), any::<bool>())
            .prop_map(|(id, own, read)| Phrase::Restore { id, own, read }),
    ];
    let connection = prop_oneof![
        6 => Just(Phrase::BringOnline),
        2 => prop::sample::select(vec![1001, 1006, 1011, 1013]).prop_map(Phrase::Lose),
        6 => (0_u64..4_000).prop_map(|away_ms| Phrase::LoseAndReconnect { away_ms }),
        1 => Just(Phrase::LoseAndBeReplaced),
        2 => any::<bool>().prop_map(|retry| Phrase::LoseWithText { retry }),
        1 => prop::bool::weighted(0.1)
            .prop_map(|long| if long { Phrase::Outage } else { Phrase::Wait(10_000) }),
        1 => Just(Phrase::CloseClean),
        1 => Just(Phrase::Disconnect),
        1 => Just(Phrase::NetworkAvailable),
        1 => Just(Phrase::StartNew),
        1 => any::<bool>().prop_map(|read_only| Phrase::AgentLeaves { read_only }),
        3 => any::<bool>().prop_map(|say_closed| Phrase::ReadOnlyAndStartNew { say_closed }),
        1 => Just(Phrase::AuthFailRenew),
        1 => Just(Phrase::Renew),
        1 => any::<u8>().prop_map(Phrase::End),
        2 => prop::option::of(0_u64..12).prop_map(Phrase::RateLimit),
        1 => prop::sample::select(vec![400, 404, 500, 4013]).prop_map(Phrase::ServerError),
        2 => Just(Phrase::PeerAlive),
        1 => Just(Phrase::Exhaust),
    ];
    prop_oneof![6 => typing, 4 => time, 4 => texts, 5 => incoming, 4 => reading, 4 => connection]
}

/// Runs that come online first, most of them: deep states are reached from there.
pub(crate) fn script() -> impl Strategy<Value = Script> {
    let before = prop::collection::vec(phrase(), 0..3);
    let after = prop::collection::vec(phrase(), 4..36);
    (setup(), prop::bool::weighted(0.2), before, after).prop_map(|(setup, early, before, after)| {
        let before = if early { before } else { Vec::new() };
        let phrases = before.into_iter().chain([Phrase::BringOnline]).chain(after).collect();
        Script { setup, phrases }
    })
}

//! A plan from a seed.
//!
//! Owns: how likely everything is. Must not know: how it is carried out.

use std::time::Duration;

use webmessaging_emulator::service::{Direction, Fault, FaultKind, RequestKind};

use super::plan::{Dial, Happening, Kept, Plan, Reading, Setting, What};
use super::queue::Ms;
use super::random::Random;

/// One happening in so many milliseconds, on average.
const DENSITY: Ms = 6_000;
/// More than any plan needs.
const MOST_HAPPENINGS: u64 = 20_000;

/// What kind of trouble a plan has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Mood {
    Calm,
    Network,
    Service,
    Mobile,
    Everything,
}

impl Mood {
    const fn has_network(self) -> bool {
        matches!(self, Self::Network | Self::Everything)
    }

    const fn has_service(self) -> bool {
        matches!(self, Self::Service | Self::Everything)
    }

    const fn has_mobile(self) -> bool {
        matches!(self, Self::Mobile | Self::Everything)
    }
}

impl Plan {
    /// The plan of `seed`, for a run of `length` before its calm end.
    #[must_use]
    pub fn draw(seed: u64, length: Duration) -> Self {
        let length = u64::try_from(length.as_millis()).unwrap_or(Ms::MAX).min(Ms::MAX / 4);
        let mut random = Random::new(seed);
        let mood = match random.below(100) {
            0..20 => Mood::Calm,
            20..38 => Mood::Network,
            38..56 => Mood::Service,
            56..72 => Mood::Mobile,
            _ => Mood::Everything,
        };
        let setting = draw_setting(&mut random, mood);
        let count = (length / DENSITY + random.between(2, 8)).min(MOST_HAPPENINGS);
        let mut happenings: Vec<Happening> = (0..count)
            .map(|_| Happening {
                at: random.between(0, length),
                what: draw_what(&mut random, mood, length),
            })
            .collect();
        meet(&mut random, &mut happenings, length);
        happenings.sort_by_key(|happening| happening.at);
        Self { seed, length, setting, happenings }
    }
}

/// Half of the trouble comes right when somebody does something: that is where races are.
fn meet(random: &mut Random, happenings: &mut [Happening], length: Ms) {
    let acts: Vec<Ms> = happenings
        .iter()
        .filter(|happening| happening.what.is_act())
        .map(|happening| happening.at)
        .collect();
    for happening in happenings.iter_mut().filter(|happening| happening.what.is_trouble()) {
        if let Some(act) = random.pick(&acts).filter(|_| random.percent(50)) {
            happening.at = match happening.what {
                // A fault is there before what it is for.
                What::Fault { .. } => act.saturating_sub(random.spread(0, 1_000)),
                _ => length.min(act + random.spread(0, 1_500)),
            };
        }
    }
}

fn draw_setting(random: &mut Random, mood: Mood) -> Setting {
    let calm = mood == Mood::Calm;
    let (guest_live, service_live) = match random.below(100) {
        0..70 => (false, false),
        70..80 => (false, true),
        80..85 => (true, false),
        _ => (true, true),
    };
    let idle = random.pick(&[500, 1_000, 2_000, 2_000, 2_000, 4_000]).unwrap_or(2_000);
    let quick = random.percent(60);
    let latency = |random: &mut Random| {
        if quick { random.between(1, 30) } else { random.spread(20, 600) }
    };
    let short_life = !calm && random.percent(6);
    Setting {
        guest_live,
        service_live,
        service_limits: random.percent(85),
        idle,
        start_delay: if random.percent(75) { 0 } else { random.between(1, idle / 2) },
        dwell: if random.percent(50) { 0 } else { random.spread(1, 3_000) },
        health_check: random.percent(35),
        auto_start: random.percent(25),
        ping: random.percent(60).then_some(15_000),
        give_up: match random.below(10) {
            0 => None,
            1 => Some(20_000),
            _ => Some(300_000),
        },
        outputs: random.pick(&[256, 256, 256, 8, 1]).unwrap_or(256),
        texts: random.pick(&[100, 100, 3]).unwrap_or(100),
        messages: random.pick(&[10_000, 10_000, 10_000, 4]).unwrap_or(10_000),
        guest_token: random.percent(60),
        token_life: if short_life { random.between(5_000, 60_000) } else { 1_800_000 },
        session_life: if !calm && random.percent(5) {
            random.between(10_000, 90_000)
        } else {
            259_200_000
        },
        up: latency(random),
        down: latency(random),
        jitter: if random.percent(60) { random.spread(0, 20) } else { random.spread(0, 400) },
        bytes_per_ms: random.pick(&[1_000, 1_000, 100, 8]).unwrap_or(1_000),
        reading: match random.below(10) {
            0..3 => Reading::Never,
            3..6 => Reading::After(0),
            _ => Reading::After(random.spread(1, 4_000)),
        },
        kept: match random.below(10) {
            0..3 => Kept::Keep,
            3..6 => Kept::Retry(random.spread(0, 4_000)),
            6..8 => Kept::Discard(random.spread(0, 4_000)),
            _ => Kept::Either(random.spread(0, 4_000)),
        },
        renews_after: random.spread(0, 3_000),
        starts_new_after: random.percent(60).then(|| random.spread(0, 5_000)),
        reconnects_at_end: random.percent(40),
        timers_first: random.percent(50),
        looks_for_secrets: random.percent(5),
    }
}

fn draw_what(random: &mut Random, mood: Mood, length: Ms) -> What {
    let trouble = match mood {
        Mood::Calm => 0,
        Mood::Network | Mood::Service | Mood::Mobile => 20,
        Mood::Everything => 40,
    };
    if random.percent(trouble) {
        loop {
            match random.below(3) {
                0 if mood.has_network() => return draw_network(random),
                1 if mood.has_service() => return draw_service(random),
                2 if mood.has_mobile() => return draw_machine(random, length),
                _ => {}
            }
        }
    }
    match random.below(100) {
        0..26 => What::Type { keys: random.spread(1, 40), every: random.spread(30, 1_500) },
        26..42 => What::Send {
            texts: if random.percent(85) { 1 } else { random.between(2, 9) },
            chars: if random.percent(95) {
                random.between(0, 60)
            } else {
                random.between(0, 4_080)
            },
        },
        42..60 => {
            What::AgentWrites { texts: if random.percent(85) { 1 } else { random.between(2, 40) } }
        }
        60..68 => What::AgentTypes { hold: random.percent(70).then(|| random.spread(0, 12_000)) },
        68..76 => What::Look {
            newest: usize::try_from(random.between(1, 12)).unwrap_or(1),
            hold: random.spread(0, 6_000),
        },
        76..80 => What::Hide { hold: random.spread(0, 20_000) },
        80..82 => What::Clear,
        82..84 => What::Blur,
        84..87 => What::Hold(random.percent(60)),
        87..89 => What::Leave { back_after: random.percent(85).then(|| random.spread(0, 8_000)) },
        89..91 => What::RetryKept,
        91..92 => What::DiscardOne,
        92..93 => What::NetworkAvailable,
        93..94 => What::Renew,
        94..96 => What::StartNew,
        96..98 => What::LazyDrain { hold: random.spread(1, 5_000) },
        _ => What::AgentEnds { read_only: random.percent(60) },
    }
}

fn draw_machine(random: &mut Random, length: Ms) -> What {
    match random.below(10) {
        0..2 => What::ClockStep { by: random.spread(1, 7_200_000) },
        2..5 => What::Sleep {
            hold: if random.percent(90) {
                random.spread(500, (length / 3).max(1_000))
            } else {
                random.spread(60_000, 14_400_000)
            },
            clock_stops: random.percent(50),
            survives: random.percent(40),
        },
        5..7 => What::LateTicks {
            hold: random.spread(1_000, 30_000),
            by: random.spread(1, 60_000).min(length),
        },
        7..8 => What::LazyDrain { hold: random.spread(1, 10_000) },
        _ => What::Restart { after: random.spread(0, 10_000), snapshot: random.percent(70) },
    }
}

fn draw_network(random: &mut Random) -> What {
    match random.below(10) {
        0..5 => What::Cut { guest: notices(random), service: notices(random) },
        5..7 => What::Stall { hold: random.spread(10, 20_000) },
        7..9 => What::Outage {
            hold: random.spread(100, 40_000),
            dial: if random.percent(70) {
                Dial::Fails(random.spread(0, 5_000))
            } else {
                Dial::Hangs
            },
        },
        _ => What::Slow { hold: random.spread(1_000, 30_000), by: random.spread(50, 4_000) },
    }
}

/// How long one end of a broken link takes to learn of it: at once, soon, or by a time-out.
fn notices(random: &mut Random) -> Ms {
    match random.below(10) {
        0..4 => random.between(0, 5),
        4..7 => random.spread(5, 3_000),
        _ => random.between(3_000, 90_000),
    }
}

fn draw_service(random: &mut Random) -> What {
    let direction = |random: &mut Random| {
        random
            .pick(&[Direction::ToServer, Direction::ToClient, Direction::Both])
            .unwrap_or_default()
    };
    let kind = match random.below(16) {
        0 => FaultKind::Drop,
        1 => FaultKind::Swallow(direction(random)),
        2 => FaultKind::Delay(direction(random), Duration::from_millis(random.spread(1, 40_000))),
        3 => FaultKind::Reorder(direction(random)),
        4 => FaultKind::Duplicate(direction(random)),
        5 | 6 => FaultKind::RateLimit(random.spread(0, 30)),
        7..10 => {
            let code = random
                .pick(&[200, 400, 401, 403, 404, 408, 409, 418, 500, 503, 504, 4006, 4007, 4029])
                .unwrap_or(500);
            FaultKind::Answer(code, "Refused on demand".to_owned())
        }
        10 => FaultKind::ExpireToken,
        11 => FaultKind::RefuseUpgrade(random.pick(&[403, 429, 500, 503]).unwrap_or(503)),
        12 => FaultKind::Close(random.pick(&[1000, 1001, 1006, 1011, 1012, 4000]).unwrap_or(1001)),
        13 => FaultKind::AcceptAndClose(random.pick(&[1000, 1001, 1013]).unwrap_or(1001)),
        14 => FaultKind::Mute,
        _ => FaultKind::Garbage(random.percent(50).then(|| "no frame".to_owned())),
    };
    let mut fault = Fault::new(kind);
    if random.percent(60) {
        for _ in 0..random.between(1, 2) {
            if let Some(kind) = random.pick(&[
                RequestKind::Configure,
                RequestKind::Text,
                RequestKind::Typing,
                RequestKind::TypingOn,
                RequestKind::TypingOff,
                RequestKind::Receipt,
                RequestKind::Echo,
                RequestKind::CloseSession,
                RequestKind::Event,
            ]) {
                fault = fault.on(kind);
            }
        }
    }
    if random.percent(60) {
        fault = fault.times(u32::try_from(random.between(1, 4)).unwrap_or(1));
    }
    What::Fault { fault: Box::new(fault), hold: random.spread(200, 15_000) }
}

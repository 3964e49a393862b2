//! How likely each phrase is, and each answer.
//!
//! Owns: the generators. Must not know: what a phrase does.

use proptest::prelude::*;

use super::script::{Phrase, Script, Setup};
use super::server::{Kind, Reaction};

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

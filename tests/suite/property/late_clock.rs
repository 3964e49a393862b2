//! What a clock that comes late by up to 450 ms can change, and what it can't.
//!
//! An input lets time pass before it acts, so a late wake-up is made up for by the next input at the
//! latest. On a connection that stands, with room in the budget, this is guaranteed:
//!
//! * the receipts are the same, in the same order; each is late by 450 ms at most;
//! * each typist starts and stops the same times, for the same reasons, late by 450 ms at most;
//! * without refresh, and with an idle time that is longer than gap, start delay and lateness
//!   together, each On and Off comes as before, late by 450 ms at most; an On that waits for the gap
//!   after another one, by 450 ms more than that;
//! * with refresh and without start delay, refreshes may be fewer: each is counted from the one before.
//!   (With a start delay, a key just before the later end of what shows is a refresh at once, where it
//!   would have begun a burst, that may be cleared before it shows.)
//!
//! What would have been over before the late clock came is not said (T17): an On that had to wait for
//! the end of a pause is missing together with its Off.
//!
//! Owns: this statement. Must not know: the session's inside.

use webmessaging_proto::frame::TypingNotice;
use webmessaging_proto::{Event, Input, PeerTypingEnd, TransportId};

use crate::support::World;
use crate::support::corpus::{Run, runs};
use crate::support::trace::{Given, Sent};
use crate::support::world::Clock;

const LATE: u64 = 450;

/// What the user and the agent do in a run: no losses, no refusals, no texts.
fn is_calm(given: &Given) -> bool {
    match given {
        Given::Key => true,
        Given::Wire(_, text) => {
            text.contains("Outbound") && !text.contains("Presence") && text.contains("200")
        }
        Given::Input(input) => matches!(
            input,
            Input::Keystroke
                | Input::InputCleared
                | Input::ComposerClosed
                | Input::SetTyping(_)
                | Input::Foreground(_)
                | Input::MessageVisible { .. }
                | Input::MessageHidden { .. }
                | Input::MessageRestored { .. }
        ),
        Given::Sleep(_) => false,
    }
}

fn live(run: &Run, clock: Clock) -> World {
    let mut world = World::ready(run.script.setup.config());
    world.inspect = false;
    world.clock = clock;
    for (at, _, given, _) in run.world.trace.given().filter(|(_, _, given, _)| is_calm(given)) {
        let given = match given {
            Given::Wire(_, text) => Given::Wire(TransportId(1), text.clone()),
            other => other.clone(),
        };
        world.replay(at, &given);
    }
    world.at(run.world.now + 70_000);
    world
}

/// Whether the budget never mattered.
fn has_room(sent: &[Sent]) -> bool {
    sent.windows(40).all(|some| some[39].at - some[0].at > 63_000)
}

fn receipts(sent: &[Sent]) -> Vec<(&str, u64)> {
    sent.iter().filter_map(|sent| Some((sent.receipt()?, sent.at))).collect()
}

fn notices(sent: &[Sent]) -> Vec<(TypingNotice, u64)> {
    sent.iter().filter_map(|sent| Some((sent.typing()?, sent.at))).collect()
}

/// Starts and stops, typist by typist, each in the order of time.
fn peers(world: &World) -> Vec<(String, Option<PeerTypingEnd>, u64)> {
    let mut changes: Vec<_> = world
        .trace
        .events()
        .filter_map(|(at, event)| match event {
            Event::PeerTypingStarted { typist } => Some((format!("{typist:?}"), None, at)),
            Event::PeerTypingStopped { typist, reason } => {
                Some((format!("{typist:?}"), Some(*reason), at))
            }
            _ => None,
        })
        .collect();
    changes.sort_by(|one, other| one.0.cmp(&other.0));
    changes
}

fn soon_after(punctual: u64, late: u64) -> bool {
    (punctual..=punctual + LATE).contains(&late)
}

/// By how much an On may be late beyond its own: by what the one before it was, if it is within the gap
/// after that one and so counted from it.
fn inherited(on_before: Option<(u64, u64)>, late: u64, gap: u64) -> u64 {
    match on_before {
        Some((punctual_before, late_before)) if late <= late_before + gap + LATE => {
            late_before - punctual_before
        }
        _ => 0,
    }
}

#[test]
fn a_late_clock_delays_and_changes_nothing_else() {
    let (mut compared, mut delayed) = (0, 0);
    for (number, run) in runs().iter().enumerate() {
        // Without an answer a health check would end the connection.
        if run.script.setup.health_check {
            continue;
        }
        let punctual = live(run, Clock::Armed);
        let late = live(run, Clock::Late(LATE));
        let (sent, late_sent) = (punctual.trace.sent(), late.trace.sent());
        if !has_room(&sent) {
            continue;
        }
        compared += 1;

        let (expected, got) = (receipts(&sent), receipts(&late_sent));
        assert_eq!(expected.len(), got.len(), "run {number}");
        for ((id, at), (late_id, late_at)) in expected.iter().zip(&got) {
            assert!(id == late_id && soon_after(*at, *late_at), "run {number}: {id} {late_id}");
            delayed += usize::from(at != late_at);
        }

        let (expected, got) = (peers(&punctual), peers(&late));
        assert_eq!(expected.len(), got.len(), "run {number}");
        for (one, other) in expected.iter().zip(&got) {
            let same = (&one.0, &one.1) == (&other.0, &other.1) && soon_after(one.2, other.2);
            assert!(same, "run {number}: {one:?} {other:?}");
        }

        let (expected, got) = (notices(&sent), notices(&late_sent));
        if run.script.setup.live {
            let counts = run.script.setup.start_delay_ms == 0;
            assert!(!counts || got.len() <= expected.len(), "run {number}: more Ons");
            continue;
        }
        assert_eq!(expected.len(), got.len(), "run {number}:\n{expected:?}\n{got:?}");
        let gap = run.script.setup.config().typing().min_gap.as_millis().try_into().unwrap();
        let mut on_before: Option<(u64, u64)> = None;
        for ((notice, at), (late_notice, late_at)) in expected.iter().zip(&got) {
            let mut latest = *at + LATE;
            if *notice == TypingNotice::On {
                latest += inherited(on_before, *late_at, gap);
                on_before = Some((*at, *late_at));
            }
            let same = notice == late_notice && (*at..=latest).contains(late_at);
            assert!(same, "run {number}: {notice:?} at {at}, {late_notice:?} at {late_at}");
            delayed += usize::from(at != late_at);
        }
    }
    // It was looked at, and the clock did matter.
    assert!(compared > 500, "{compared}");
    assert!(delayed > 500, "{delayed}");
}

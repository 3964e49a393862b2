//! The same life, lived a little differently, gives the same frames and events.
//!
//! Owns: the ways to repeat a run as it was; other ways have files of their own. Must not know: what
//! the outputs mean.

use webmessaging_proto::{Event, Input, Instant, Output, Phase};

use crate::support::World;
use crate::support::corpus::{Run, runs};
use crate::support::lines::line;
use crate::support::trace::{Given, Trace, What};
use crate::support::world::Clock;

/// The behaviour of a record: frames and events with their times, wake-ups left out.
fn behaviour(trace: &Trace, shift: u64) -> Vec<String> {
    trace.outputs().filter_map(|(at, output)| line(at - shift, output)).collect()
}

/// Lives a run again: the same inputs at the same times, and no service that answers.
pub(super) fn again(
    run: &Run,
    mut world: World,
    shift: u64,
    change: impl Fn(&Given) -> Given,
) -> World {
    for (at, _, given, _) in run.world.trace.given() {
        world.replay(at + shift, &change(given));
    }
    world.at(run.world.now + shift);
    if world.drain_every > 1 {
        world.drain();
    }
    world
}

/// A session like the run's own, not yet lived.
pub(super) fn fresh(run: &Run) -> World {
    let mut world = World::new(run.script.setup.config());
    world.inspect = false;
    world
}

fn each(different: impl Fn(&Run) -> Option<(Vec<String>, Vec<String>)>) {
    for run in runs() {
        let Some((expected, got)) = different(run) else { continue };
        let pairs = expected.iter().zip(&got).position(|(one, other)| one != other);
        let place = pairs.unwrap_or_else(|| expected.len().min(got.len()));
        if expected.len() != got.len() || pairs.is_some() {
            let from = place.saturating_sub(6);
            panic!(
                "differs at {place}\nexpected {:#?}\ngot {:#?}\n{:?}",
                &expected[from..expected.len().min(place + 4)],
                &got[from..got.len().min(place + 4)],
                run.script.setup,
            );
        }
    }
}

fn same_with(clock: Clock) {
    each(|run| {
        let mut world = fresh(run);
        world.clock = clock;
        let got = again(run, world, 0, Clone::clone);
        Some((behaviour(&run.world.trace, 0), behaviour(&got.trace, 0)))
    });
}

#[test]
fn a_run_repeats_itself_to_the_bit() {
    each(|run| {
        let got = again(run, fresh(run), 0, Clone::clone);
        assert_eq!(run.world.session, got.session);
        Some((behaviour(&run.world.trace, 0), behaviour(&got.trace, 0)))
    });
}

#[test]
fn t18_needless_ticks_change_nothing() {
    same_with(Clock::Restless(370));
}

#[test]
fn t18_asking_for_the_deadline_is_as_good_as_the_armed_wake_up() {
    same_with(Clock::Polled);
}

#[test]
fn t16_only_differences_of_time_matter() {
    const SHIFT: u64 = 987_654_321;
    each(|run| {
        let world = World::starting_at(run.script.setup.config(), SHIFT);
        let got = again(run, world, SHIFT, Clone::clone);
        Some((behaviour(&run.world.trace, 0), behaviour(&got.trace, SHIFT)))
    });
}

#[test]
fn t16_time_never_runs_backward() {
    each(|run| {
        let mut world = fresh(run);
        for (at, step, given, _) in run.world.trace.given() {
            let slept = if let Given::Sleep(millis) = given { *millis } else { 0 };
            world.at(at - slept);
            if step % 3 == 0 {
                // A tick from the past counts as one of now.
                let past = Instant::from_millis((at - slept).saturating_sub(5_000));
                let _ = world.session.tick(past);
                world.drain();
            }
            let _ = world.give(given.clone());
        }
        world.at(run.world.now);
        Some((behaviour(&run.world.trace, 0), behaviour(&world.trace, 0)))
    });
}

#[test]
fn a_key_by_method_is_a_key_by_value() {
    each(|run| {
        let world = fresh(run);
        let got = again(run, world, 0, |given| match given {
            Given::Key => Given::Input(Input::Keystroke),
            Given::Input(Input::Keystroke) => Given::Key,
            other => other.clone(),
        });
        Some((behaviour(&run.world.trace, 0), behaviour(&got.trace, 0)))
    });
}

#[test]
fn an_input_lets_time_pass_before_it_acts() {
    // A driver that never ticks, with a tick right before each input and without.
    each(|run| {
        let world = fresh(run);
        let [mut ticked, mut bare] = [world.clone(), world];
        for (at, _, given, _) in run.world.trace.given() {
            let slept = if let Given::Sleep(millis) = given { *millis } else { 0 };
            (ticked.now, bare.now) = (at - slept, at - slept);
            ticked.tick();
            let phase = ticked.session.phase();
            let _ = ticked.give(given.clone());
            // What the tick sends is written only with a drain before the connection ends.
            if ticked.session.phase() != phase || slept > 0 {
                bare.tick();
            }
            let _ = bare.give(given.clone());
        }
        Some((behaviour(&ticked.trace, 0), behaviour(&bare.trace, 0)))
    });
}

/// The steps of a record before which it matters what was drained: a connection ends, or the peer
/// answers for all that was written.
fn needs_drain(trace: &Trace) -> Vec<usize> {
    let entries = trace.entries.iter();
    entries
        .filter(|entry| match &entry.what {
            What::In(Given::Input(Input::PeerAlive(_)), _) => true,
            What::Out(Output::Emit(Event::PhaseChanged(phase))) => {
                matches!(phase, Phase::Backoff | Phase::Closed | Phase::Failed(_))
            }
            _ => false,
        })
        .map(|entry| entry.step)
        .collect()
}

#[test]
fn draining_late_changes_nothing_while_the_connection_stands() {
    for every in [3, 17] {
        each(|run| {
            // Once to learn the steps, and once more to drain late between them.
            let mut eager = fresh(run);
            eager.clock = Clock::Polled;
            let eager = again(run, eager, 0, Clone::clone);
            let ends = needs_drain(&eager.trace);
            let mut lazy = fresh(run);
            lazy.clock = Clock::Polled;
            lazy.drain_every = every;
            lazy.drain_before = ends;
            let lazy = again(run, lazy, 0, Clone::clone);
            let timeless = |trace: &Trace| -> Vec<String> {
                trace.outputs().filter_map(|(_, output)| line(0, output)).collect()
            };
            Some((timeless(&eager.trace), timeless(&lazy.trace)))
        });
    }
}

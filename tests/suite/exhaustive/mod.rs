//! Every sequence of inputs from a small alphabet, to a stated depth, on the real session.
//!
//! Owns: the searches: roots, alphabets, depths. Must not know: how one is done.
//!
//! The search is a page of its own rather than a model checker's: `stateright`, the one for Rust,
//! wants states that implement `Hash`, which a session does not, keeps a 64-bit fingerprint of each,
//! and brings a web server along. What is hard here is the key of a state (`key`), and no library
//! has that.

mod alphabet;
mod inputs;
mod key;
mod observer;
mod remote;
mod rest;
mod search;
mod world;

use webmessaging_proto::{Config, Instant, MIN_HEALTH_CHECK_INTERVAL, Profile};

use alphabet::{Act, LATE, READ, REDIAL, Request, TALK, WIDE};
use search::{Seen, reachable, search};
use world::World;

/// How many letters deeper than usual to search; each takes three to eight times as long as the one before.
const DEEPER: &str = "WEBMESSAGING_SEARCH_DEEPER";

/// What becomes ready.
const UP: &[Act] = &[Act::Connect, Act::Opened, Act::New];

/// Past the longest memory of a rule, so that "never" is not confused with "at the start".
const START: Instant = Instant::from_millis(1_000_000);

fn guide() -> World {
    World::new(Config::new("deployment", "token", 1), START)
}

fn live() -> World {
    World::new(Config::new("deployment", "token", 1).with_profile(Profile::Live), START)
}

/// Searches, and fails with the shortest way to a breach. The floors, of states and of transitions,
/// are half of what was seen when they were written: a key that takes too much for the same shows.
fn explore(root: &World, alphabet: &[Act], depth: usize, floors: (usize, usize)) -> Seen {
    let deeper = std::env::var(DEEPER).ok().and_then(|deeper| deeper.parse().ok()).unwrap_or(0);
    let depth = depth + deeper;
    let seen = search(root, alphabet, depth, World::check_early_ticks);
    let seen = seen.unwrap_or_else(|breach| panic!("{breach}"));
    println!("{depth} deep: {seen:?}");
    assert!(seen.states >= floors.0 && seen.transitions >= floors.1, "{seen:?}");
    seen
}

#[test]
fn everything_from_idle() {
    explore(&guide(), WIDE, 4, (600, 3_500));
}

#[test]
fn everything_from_ready() {
    explore(&guide().after(UP), WIDE, 3, (2_000, 9_000));
}

#[test]
fn everything_from_ready_on_the_live_wire() {
    explore(&live().after(UP), WIDE, 2, (150, 500));
}

#[test]
fn everything_from_backoff_with_things_owed() {
    let talked = [Act::Agent(1), Act::Visible(1), Act::Text(1), Act::Text(2), Act::Key, Act::Lost];
    explore(&guide().after(UP).after(&talked), WIDE, 3, (400, 2_500));
}

#[test]
fn everything_from_read_only() {
    let over = [Act::Agent(1), Act::Text(1), Act::AgentLeft];
    explore(&guide().after(UP).after(&over), WIDE, 2, (150, 600));
}

#[test]
fn everything_from_a_health_check_under_way() {
    let config = Config::new("deployment", "token", 1);
    let config = config.with_health_check(MIN_HEALTH_CHECK_INTERVAL).unwrap();
    let checking = World::new(config, START).after(UP).after(&[Act::Ring]);
    explore(&checking, WIDE, 2, (150, 600));
}

#[test]
fn typing_and_texts() {
    explore(&guide().after(UP), TALK, 4, (1_400, 3_000));
}

#[test]
fn typing_and_texts_on_the_live_wire() {
    explore(&live().after(UP), TALK, 4, (1_400, 3_000));
}

#[test]
fn receipts_and_the_other_side() {
    explore(&guide().after(UP), READ, 5, (900, 3_400));
}

#[test]
fn a_driver_that_drains_late() {
    explore(&guide().after(UP).draining_late(), LATE, 4, (2_000, 5_000));
}

#[test]
fn what_was_not_drained_and_the_next_connection() {
    let queued = [Act::Agent(1), Act::Key, Act::Drain, Act::Clear, Act::Visible(1), Act::Text(1)];
    explore(&guide().after(UP).draining_late().after(&queued), REDIAL, 6, (350, 1_500));
}

#[test]
fn a_breach_is_told_with_the_shortest_way_to_it() {
    let no_text_is_confirmed = |world: &World| match world.session.stats().texts_confirmed {
        0 => Ok(()),
        _ => Err("a text was confirmed".to_owned()),
    };
    let breach = search(&guide().after(UP), TALK, 4, no_text_is_confirmed).unwrap_err();
    let told =
        "a text was confirmed\nafter [Text(1), Echo], from the root\nText(1) at 1000s: [Send";
    assert!(breach.starts_with(told), "{breach}");
}

#[test]
fn pruning_loses_no_state() {
    let few = [
        Act::Key,
        Act::Text(1),
        Act::Echo,
        Act::Answer(Request::Newest, 429),
        Act::Agent(1),
        Act::Visible(1),
        Act::Lost,
        Act::Opened,
        Act::Resumed,
        Act::Ring,
    ];
    let root = guide().after(UP);
    let every_way = reachable(&root, &few, 3, false).unwrap();
    assert_eq!(reachable(&root, &few, 3, true).unwrap(), every_way);
}

//! The session and the reference model, side by side through every run and many lives.
//!
//! Owns: how both are fed, and how often each rule of the model must be used. Must not know: any
//! rule.

use std::cell::RefCell;

use webmessaging_proto::dialect::{Dialect, WebMessaging};
use webmessaging_proto::{CloseReason, Config, Input, Instant, Output, TransportId};
use webmessaging_testkit::life::{self, Compared, Life};
use webmessaging_testkit::model::{Difference, Lockstep, Rule};
use webmessaging_testkit::{Action, Script, TransportNews};

use crate::support::corpus::all;
use crate::support::frames::{self, Accept};
use crate::support::trace::Given;
use crate::support::world::World;

/// No run has a reason to wake up more often.
const MOST_TICKS: usize = 20_000;

/// How often each rule was used.
type Hits = Vec<u64>;

fn add(hits: &mut Hits, both: &Lockstep) {
    hits.resize(Rule::ALL.len(), 0);
    for (sum, rule) in hits.iter_mut().zip(Rule::ALL) {
        *sum += both.model().hits(*rule);
    }
}

/// Fails if a rule was used less often than that.
fn reached(hits: &Hits, floor_of: impl Fn(Rule) -> u64) {
    if std::env::var_os("SUITE_COVERAGE").is_some() {
        eprintln!("{:#?}", Rule::ALL.iter().zip(hits).collect::<Vec<_>>());
    }
    let counts = Rule::ALL.iter().zip(hits).map(|(rule, count)| (*rule, *count, floor_of(*rule)));
    let short: Vec<_> = counts.filter(|(_, count, floor)| count < floor).collect();
    assert!(short.is_empty(), "too rarely used (rule, count, floor): {short:?}");
}

// ---- the corpus

/// Goes to the time `at`, ticking whenever the session asked for it.
fn advance(both: &mut Lockstep, at: u64) -> Result<(), Difference> {
    for _ in 0..MOST_TICKS {
        match both.armed() {
            Some(armed) if armed.as_millis() <= at => both.tick(armed)?,
            _ => return Ok(()),
        }
        both.outputs();
    }
    panic!("ticks without end");
}

fn give(both: &mut Lockstep, given: &Given, at: Instant) -> Result<(), Difference> {
    match given {
        Given::Sleep(_) => both.tick(at)?,
        Given::Key => both.keystroke(at)?,
        Given::Input(input) => drop(both.handle(input.clone(), at)?),
        Given::Wire(transport, text) => match WebMessaging.decode(text.as_bytes()) {
            Ok(frame) => both.frame_received(*transport, frame, at)?,
            Err(_) => drop(both.handle(Input::FrameUndecodable(*transport), at)?),
        },
    }
    Ok(())
}

/// Gives both what the record says was given, at its times.
fn replay(config: Config, world: &World) -> Result<Lockstep, Difference> {
    let mut both = Lockstep::new(config, Instant::ORIGIN);
    for (at, _, given, _) in world.trace.given() {
        let slept = if let Given::Sleep(millis) = given { *millis } else { 0 };
        advance(&mut both, at - slept)?;
        give(&mut both, given, Instant::from_millis(at))?;
        both.outputs();
    }
    advance(&mut both, world.now)?;
    Ok(both)
}

/// Fifty-nine requests while the user holds the indicator, and a text for the last slot.
fn a_text_without_its_off() -> (Config, World) {
    let config = Config::new("deployment", "token", 7);
    let mut world = World::ready(config.clone());
    let confirm = |world: &mut World, key: u64| {
        let id = world.id_of_text("t");
        world.recv(frames::echo(Some(&id), &format!("own-{key}"), "t")).wait(300);
    };
    for key in 0..40 {
        world.text(key, "t");
        confirm(&mut world, key);
    }
    // The key comes after texts that wait: it is not about them.
    for key in 40..57 {
        world.text(key, "t");
    }
    world.does(Input::SetTyping(true));
    for key in 40..57 {
        confirm(&mut world, key);
    }
    world.text(57, "last").wait(70_000);
    (config, world)
}

/// Forty-eight requests, an On, and a receipt that would take the room of its Off.
fn a_receipt_beside_an_on() -> (Config, World) {
    let config = Config::new("deployment", "token", 7);
    let mut world = World::ready(config.clone());
    world.recv(frames::agent(None, "m-1", "x"));
    for key in 0..47 {
        world.text(key, "t");
        let id = world.id_of_text("t");
        world.recv(frames::echo(Some(&id), &format!("own-{key}"), "t")).wait(300);
    }
    world.key().visible("m-1").wait(70_000);
    (config, world)
}

/// Receipts that are refused in another order than that of reading.
fn receipts_that_are_refused_backwards() -> (Config, World) {
    let config = Config::new("deployment", "token", 7);
    let mut world = World::ready(config.clone());
    let ids = ["m-1", "m-2", "m-3"];
    for id in ids {
        world.recv(frames::agent(None, id, "x")).visible(id);
    }
    for id in ids.into_iter().rev() {
        let request = world.id_of_receipt(id);
        world.recv(frames::too_many(Some(&request), Some(2)));
    }
    world.wait(10_000);
    (config, world)
}

/// The server closes what it was asked to close.
fn a_new_conversation_after_a_clean_close() -> (Config, World) {
    let config = Config::new("deployment", "token", 7);
    let mut world = World::ready(config.clone());
    world.recv(frames::agent_left(true)).does(Input::StartNew);
    world.wait(100).close(CloseReason::Code(1000)).reconnect(Accept::NEW).wait(5_000);
    (config, world)
}

/// A server that fails on every try of a text.
fn a_text_that_fails_thrice() -> (Config, World) {
    let config = Config::new("deployment", "token", 7);
    let mut world = World::ready(config.clone());
    world.text(1, "t");
    for _ in 0..3 {
        let id = world.id_of_text("t");
        world.recv(frames::status(Some(&id), 503, "failed")).wait(2_500);
    }
    (config, world)
}

/// How often each rule must be used over the corpus, at least.
fn floor_of(rule: Rule) -> u64 {
    match rule {
        Rule::TextWithoutItsOff | Rule::TextFailedThrice => 1,
        Rule::ReceiptLostToTheCap | Rule::ReceiptParked | Rule::ClosingTimedOut => 3,
        Rule::GaveUp | Rule::ConfigureRefused | Rule::NoticeFailed => 8,
        Rule::ReceiptRateLimited
        | Rule::ReceiptGivenUp
        | Rule::SessionExpired
        | Rule::UnnamedRateLimitMeansText => 15,
        _ => 30,
    }
}

#[test]
fn the_session_does_what_the_model_expects() {
    let hits = RefCell::new(Hits::new());
    all(|script, world| {
        let both =
            replay(script.setup.config(), world).map_err(|difference| difference.to_string())?;
        add(&mut hits.borrow_mut(), &both);
        Ok(())
    });
    let mut hits = hits.into_inner();
    let worlds = [
        a_text_without_its_off(),
        a_receipt_beside_an_on(),
        a_text_that_fails_thrice(),
        receipts_that_are_refused_backwards(),
        a_new_conversation_after_a_clean_close(),
    ];
    for (config, world) in worlds {
        match replay(config, &world) {
            Ok(both) => add(&mut hits, &both),
            Err(difference) => panic!("{difference}"),
        }
    }
    reached(&hits, floor_of);
}

// ---- the scripts

/// What a script refers to: the newest transport, and the names of what was sent.
struct Told {
    newest: TransportId,
    sent: Vec<Option<String>>,
}

impl Told {
    fn note(&mut self, both: &mut Lockstep) {
        for output in both.outputs() {
            match output {
                Output::OpenTransport(transport) => self.newest = transport,
                Output::SendFrame(frame) => self.sent.push(Some(frame.tracing_id.to_string())),
                _ => {}
            }
        }
    }
}

/// Plays a script of the test kit's to both.
fn perform(script: &Script) -> Result<(), Difference> {
    let mut both = Lockstep::new(script.config().clone(), Instant::ORIGIN);
    let mut told = Told { newest: TransportId(0), sent: Vec::new() };
    for step in script.steps() {
        for _ in 0..MOST_TICKS {
            match both.armed() {
                Some(armed) if armed.as_millis() <= step.at_ms => both.tick(armed)?,
                _ => break,
            }
            told.note(&mut both);
        }
        let at = Instant::from_millis(step.at_ms);
        match &step.action {
            Action::Input(input) => drop(both.handle(input.as_ref().clone(), at)?),
            Action::Transport { transport, news } => {
                let transport = transport.unwrap_or(told.newest);
                let given = match news {
                    TransportNews::Opened => Given::Input(Input::TransportOpened(transport)),
                    TransportNews::Closed(reason) => {
                        Given::Input(Input::TransportClosed(transport, *reason))
                    }
                    TransportNews::PeerAlive => Given::Input(Input::PeerAlive(transport)),
                    TransportNews::Received(wire) => {
                        Given::Wire(transport, wire.fill(&told.sent).unwrap())
                    }
                    _ => continue,
                };
                give(&mut both, &given, at)?;
            }
            _ => {}
        }
        told.note(&mut both);
    }
    advance(&mut both, script.until_ms())
}

#[test]
fn the_session_does_what_the_model_expects_in_every_script() {
    let scripts = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/scripts");
    let mut played = 0;
    for file in std::fs::read_dir(scripts).unwrap() {
        let path = file.unwrap().path();
        let script = Script::parse(std::fs::read(&path).unwrap()).unwrap();
        if let Err(difference) = perform(&script) {
            panic!("{}: {difference}", path.display());
        }
        played += 1;
    }
    assert!(played >= 40, "{played} scripts");
}

// ---- lives

const LIVES: u64 = 250;
const LIFE_BYTES: usize = 500;

/// Plays a life to both; what they differ in, if they do.
fn live(bytes: &[u8]) -> Option<String> {
    let life = Life::read(bytes);
    let mut both = Compared::new(life.config(), Instant::ORIGIN);
    life.play(&mut both).err().map(|finding| finding.to_string())
}

/// The life without whatever its difference does not need.
fn shortest(bytes: &[u8]) -> Vec<u8> {
    let mut best = bytes.to_vec();
    let mut piece = best.len() / 2;
    while piece > 0 {
        let mut at = 0;
        while at + piece <= best.len() {
            let mut shorter = best.clone();
            shorter.drain(at..at + piece);
            if live(&shorter).is_some() {
                best = shorter;
            } else {
                at += piece;
            }
        }
        piece /= 2;
    }
    best
}

fn number_of(variable: &str, default: u64) -> u64 {
    std::env::var(variable).ok().and_then(|value| value.parse().ok()).unwrap_or(default)
}

/// `SUITE_SEED=7 SUITE_LIVES=20000` explores other lives.
#[test]
fn the_session_does_what_the_model_expects_whatever_happens() {
    let first = number_of("SUITE_SEED", 0) << 32;
    for seed in first..first + number_of("SUITE_LIVES", LIVES) {
        let bytes = life::bytes(seed, LIFE_BYTES);
        if live(&bytes).is_some() {
            let bytes = shortest(&bytes);
            let life = Life::read(&bytes);
            let how = live(&bytes).unwrap_or_default();
            panic!("seed {seed}: {how}\n{:?}\n{:#?}\nbytes: {bytes:?}", life.setup(), life.ops());
        }
    }
}

//! A session as data: what it holds, what it refuses, and how it goes on.
//!
//! Owns: the golden files of version 1 in `tests/snapshots`, which never change. Must not know: the
//! session's inside; that every cut has the future of a lost transport is shown beside the code.

use std::collections::BTreeSet;
use std::fs;

use serde_json::{Value, json};
use webmessaging_proto::dialect::{Dialect, EncodeContext, WebMessaging};
use webmessaging_proto::frame::{ClientFrame, CustomAttributes, ServerFrame};
use webmessaging_proto::{
    Capability, Config, Endpoint, EndpointOutput, Event, FailReason, Input, Instant, Limits,
    LocalKey, Phase, Profile, ReceiptPolicy, RestoreError, Sender, Session, Snapshot, TextState,
    TransportId, json,
};

use crate::support::World;
use crate::support::corpus::{Run, runs};
use crate::support::frames::{self, Accept};
use crate::support::trace::Sent;
use crate::support::world::SECRET;

const GOLDEN: &str = include_str!("../snapshots/version_1.json");
const GOLDEN_FRESH: &str = include_str!("../snapshots/version_1_fresh.json");

fn config(seed: u64) -> Config {
    let mut receipts = ReceiptPolicy::guide();
    receipts.dwell = core::time::Duration::from_millis(800);
    Config::new("deployment", format!("token-{SECRET}"), seed)
        .with_receipts(receipts)
        .with_auto_start(CustomAttributes::default())
}

/// A session with something in every part of it.
fn full_life() -> World {
    let mut world = World::new(config(7));
    world.connect(Accept::NEW);
    for id in ["m-1", "m-2", "m-3", "m-4", "m-5"] {
        world.wait(100).recv(frames::agent(Some("Kim"), id, "hello"));
    }
    world.key().visible("m-1").wait(900).visible("m-2").visible("m-3");
    let attributes = [("shop".to_owned(), "north".to_owned())];
    world.does(Input::SendText {
        key: LocalKey(1),
        text: format!("{SECRET} first").into(),
        attributes: CustomAttributes::from(attributes),
    });
    world.text(2, "second").text(3, "third");
    let refused = world.id_of(|sent| sent.text().is_some());
    world.recv(frames::status(Some(&refused), 4011, "too long"));
    let receipt = world.id_of_receipt("m-1");
    world.recv(frames::too_many(Some(&receipt), Some(20)));
    world.wait(900).visible("m-4").wait(300).key();
    world
}

fn stored(session: &Session) -> Value {
    serde_json::to_value(session.snapshot()).unwrap()
}

fn read(value: &Value) -> Snapshot {
    serde_json::from_value(value.clone()).unwrap()
}

fn restored(value: &Value, config: Config, now: u64) -> Result<Session, RestoreError> {
    Session::restore(config, read(value), Instant::from_millis(now))
}

/// The world goes on with another session, as another process would.
fn reborn(world: &World, config: Config) -> World {
    let mut next = World::starting_at(config.clone(), world.now);
    next.session = restored(&stored(&world.session), config, world.now).unwrap();
    next.drain();
    next
}

// ---- the format

#[test]
fn version_1_is_written_as_it_always_was() {
    for (session, golden) in
        [(full_life().session, GOLDEN), (Session::new(config(7), Instant::ORIGIN), GOLDEN_FRESH)]
    {
        let golden: Value = serde_json::from_str(golden).unwrap();
        let written = stored(&session);
        assert_eq!(written, golden, "written: {written:#}");
    }
}

#[test]
fn json_without_a_library_is_the_same() {
    for session in [full_life().session, Session::new(config(7), Instant::ORIGIN)] {
        let snapshot = session.snapshot();
        let written = json::to_string(&snapshot);
        assert_eq!(written, serde_json::to_string(&snapshot).unwrap());
        assert_eq!(Snapshot::from_json(&written), Ok(snapshot));
    }
    let damaged = |part| Err(RestoreError::Damaged { part });
    assert_eq!(Snapshot::from_json("{\"version\":1"), damaged("JSON"));
    assert_eq!(Snapshot::from_json("{\"version\":\"1\"}"), damaged("version"));
    assert_eq!(Snapshot::from_json("[]"), damaged("version"));
}

#[test]
fn version_1_is_read_as_it_always_was() {
    let golden: Value = serde_json::from_str(GOLDEN).unwrap();
    let mut world = World::starting_at(config(8), 0);
    world.session = restored(&golden, config(8), 0).unwrap();
    let texts: Vec<_> = world.session.texts().collect();
    let states: Vec<_> = texts.iter().map(|text| (text.key.0, text.state)).collect();
    assert_eq!(states, [(3, TextState::Waiting), (1, TextState::Kept), (2, TextState::Kept)]);
    world.drain();
    assert_eq!(world.take(), ["0 phase backoff", "0 message_unconfirmed key=2"]);
    world.reconnect(Accept::RESUMED).at(25_000);
    let frames: Vec<_> = world.take().into_iter().filter(|line| line.contains("send")).collect();
    assert_eq!(
        frames,
        [
            "0 send configure",
            "0 send text third",
            "18800 send receipt m-1",
            "18800 send receipt m-2",
            "18800 send receipt m-3",
            "18800 send receipt m-4",
        ]
    );
}

#[test]
fn a_snapshot_of_a_snapshot_is_the_same() {
    for run in runs() {
        let config = run.script.setup.config();
        let now = run.world.now;
        let mut first = stored(&run.world.session);
        let again = stored(&restored(&first, config, now).unwrap());
        // It was told when the first one was restored.
        first["session"].as_object_mut().unwrap().remove("unconfirmed");
        assert_eq!(first, again, "{:?}", run.script.setup);
    }
}

#[test]
fn a_snapshot_holds_no_token_and_shows_no_text() {
    for run in runs() {
        let snapshot = run.world.session.snapshot();
        assert!(!format!("{snapshot:?}").contains(SECRET));
        let json = serde_json::to_string(&snapshot).unwrap();
        assert!(!json.contains("token"), "{json}");
    }
}

// ---- going on

#[test]
fn a_text_in_flight_is_unconfirmed_and_its_echo_still_counts() {
    let mut world = World::ready(Config::new("deployment", "t", 1));
    world.text(1, "hello").text(2, "there").wait(100);
    let in_flight = world.id_of_text("hello");
    let mut next = reborn(&world, Config::new("deployment", "t", 2));
    assert_eq!(next.take(), ["100 phase backoff", "100 message_unconfirmed key=1"]);
    next.reconnect(Accept::RESUMED);
    next.recv(frames::echo(Some(&in_flight), "own-1", "hello"));
    let lines = next.take();
    assert!(lines.contains(&"100 send text there".to_owned()), "{lines:?}");
    assert!(lines.contains(&"100 message_confirmed id=own-1 key=1".to_owned()), "{lines:?}");
    assert!(!lines.contains(&"100 send text hello".to_owned()), "{lines:?}");
}

#[test]
fn a_text_that_was_not_drained_never_left_and_goes_out_by_itself() {
    let mut world = World::ready(Config::new("deployment", "t", 1));
    world.drain_every = usize::MAX;
    world.text(1, "hello");
    let mut next = reborn(&world, Config::new("deployment", "t", 2));
    assert_eq!(next.take(), ["0 phase backoff"]);
    next.reconnect(Accept::RESUMED);
    assert!(next.take().contains(&"0 send text hello".to_owned()));
}

#[test]
fn receipts_that_nobody_confirmed_are_sent_once_more_and_no_other() {
    let mut world = World::ready(Config::new("deployment", "t", 1));
    for id in ["m-1", "m-2", "m-3"] {
        world.recv(frames::agent(Some("Kim"), id, "hello"));
    }
    world.visible("m-1").text(1, "hello");
    let text = world.id_of_text("hello");
    world.recv(frames::echo(Some(&text), "own-1", "hello")).visible("m-2");
    let mut next = reborn(&world, Config::new("deployment", "t", 2));
    next.reconnect(Accept::RESUMED);
    next.recv(frames::agent(Some("Kim"), "m-3", "hello")).visible("m-1").visible("m-2");
    let lines = next.take();
    let receipts: Vec<_> = lines.iter().filter(|line| line.contains("receipt")).collect();
    assert_eq!(receipts, ["0 send receipt m-2"]);
    assert!(!lines.iter().any(|line| line.contains("message_received")), "known: {lines:?}");
}

#[test]
fn waits_go_on_where_they_were_whatever_the_clock_says() {
    let mut world = World::ready(Config::new("deployment", "t", 1));
    world.at(60_000).recv(frames::too_many(None, Some(20)));
    world.wait(5_000).tick();
    // A clock that is younger than the session.
    let config = Config::new("deployment", "t", 2);
    let mut next = World::starting_at(config.clone(), 50);
    next.session = restored(&stored(&world.session), config, 50).unwrap();
    next.drain();
    next.reconnect(Accept::RESUMED).key();
    next.at(14_000).key().at(15_049).key();
    assert!(!next.take().iter().any(|line| line.contains("send on")), "15 s are left");
    next.at(15_050);
    assert_eq!(next.take(), ["15050 send on"], "{:?}", next.session);
}

#[test]
fn an_indicator_that_may_show_is_ended_on_the_next_connection() {
    let mut world = World::ready(Config::new("deployment", "t", 1));
    world.key().wait(500);
    let mut next = reborn(&world, Config::new("deployment", "t", 2));
    next.wait(3_000).reconnect(Accept::RESUMED);
    let lines = next.take();
    assert!(lines.last().is_some_and(|line| line.ends_with("send off")), "{lines:?}");
}

#[test]
fn what_was_on_screen_is_read_unless_the_screen_is_gone() {
    let world = {
        let mut world = World::ready(config(1));
        world.recv(frames::agent(Some("Kim"), "m-1", "hello")).visible("m-1").wait(300);
        world
    };
    let reborn = |snapshot: Snapshot| {
        let mut next = World::starting_at(config(2), world.now);
        next.session = Session::restore(config(2), snapshot, Instant::from_millis(300)).unwrap();
        next.drain();
        next.reconnect(Accept::RESUMED).wait(5_000);
        next
    };
    let receipts = |world: &World| world.trace.sent().iter().filter_map(Sent::receipt).count();
    assert_eq!(receipts(&reborn(world.session.snapshot())), 1);
    let mut gone = reborn(world.session.snapshot().with_empty_screen());
    assert_eq!(receipts(&gone), 0);
    gone.visible("m-1").wait(5_000);
    assert_eq!(receipts(&gone), 1, "it is still to be read");
}

#[test]
fn an_empty_screen_is_in_the_foreground_as_a_new_one_is() {
    let mut world = World::ready(config(1));
    world.does(Input::Foreground(false)).recv(frames::agent(Some("Kim"), "m-1", "hello"));
    let snapshot = world.session.snapshot().with_empty_screen();
    let mut next = World::starting_at(config(2), world.now);
    next.session = Session::restore(config(2), snapshot, Instant::ORIGIN).unwrap();
    next.drain();
    next.reconnect(Accept::RESUMED).visible("m-1").wait(5_000);
    assert_eq!(next.trace.sent().iter().filter_map(Sent::receipt).count(), 1);
}

#[test]
fn an_empty_screen_hides_no_damage() {
    let damage = [
        ("visible", json!({"0": [3, -300]})),
        ("visible", json!([3])),
        ("visible", json!([[3]])),
        ("visible", json!([[3, -300, 0]])),
        ("unread", json!({"4": true})),
        ("foreground", json!("no")),
    ];
    for (part, spoiled) in damage {
        let mut data: Value = serde_json::from_str(GOLDEN).unwrap();
        data["session"]["receipts"][part] = spoiled;
        let snapshot: Snapshot = serde_json::from_value(data.clone()).unwrap();
        let emptied = snapshot.clone().with_empty_screen();
        for snapshot in [snapshot, emptied] {
            let restored = Session::restore(config(3), snapshot, Instant::ORIGIN);
            assert!(matches!(restored, Err(RestoreError::Damaged { .. })), "{data}");
        }
    }
}

#[test]
fn a_refused_feature_stays_off() {
    let mut world = World::ready(Config::new("deployment", "t", 1));
    world.key();
    let on = world.id_of_typing();
    world.recv(frames::status(Some(&on), 403, "no"));
    let mut next = reborn(&world, Config::new("deployment", "t", 2));
    next.reconnect(Accept::RESUMED).key();
    assert!(!next.take().iter().any(|line| line.contains("send on")));
}

#[test]
fn an_ended_session_stays_ended_until_connect() {
    let mut world = World::ready(Config::new("deployment", "t", 1));
    world.recv(frames::bare("SessionExpiredEvent"));
    let mut next = reborn(&world, Config::new("deployment", "t", 2));
    assert_eq!(next.session.phase(), Phase::Failed(FailReason::SessionExpired));
    assert_eq!(next.session.deadline(), None);
    next.connect(Accept::NEW);
    assert_eq!(next.session.phase(), Phase::Ready);
}

#[test]
fn no_tracing_id_returns() {
    let seed = |run: &Run| run.script.setup.seed;
    for (run, seed) in runs().iter().flat_map(|run| [(run, !seed(run)), (run, seed(run))]) {
        let mut config = run.script.setup.config();
        let snapshot = read(&stored(&run.world.session));
        config = Config::new(config.deployment_id(), "t", seed).with_limits(*config.limits());
        let mut next = World::starting_at(config.clone(), run.world.now);
        next.session =
            Session::restore(config, snapshot, Instant::from_millis(run.world.now)).unwrap();
        next.drain();
        if next.input(Input::Connect).is_ok() {
            next.opened();
        }
        let before: BTreeSet<_> = run.world.trace.sent().iter().map(|sent| sent.id).collect();
        assert!(next.trace.sent().iter().all(|sent| !before.contains(&sent.id)));
    }
}

/// The service's wire without Off and receipts.
struct Lesser;

impl Dialect for Lesser {
    type Error = <WebMessaging as Dialect>::Error;

    fn supports(&self, capability: Capability) -> bool {
        capability == Capability::Typing
    }

    fn encode(
        &self,
        context: &EncodeContext<'_>,
        frame: &ClientFrame<'_>,
        out: &mut Vec<u8>,
    ) -> Result<(), Self::Error> {
        WebMessaging.encode(context, frame, out)
    }

    fn decode<'a>(&self, wire: &'a [u8]) -> Result<ServerFrame<'a>, Self::Error> {
        WebMessaging.decode(wire)
    }
}

#[test]
fn an_endpoint_goes_on_without_what_its_dialect_lacks() {
    let mut world = World::ready(Config::new("deployment", "t", 1));
    world.recv(frames::agent(Some("Kim"), "m-1", "hello")).visible("m-1").key();
    let config = Config::new("deployment", "t", 2);
    let now = Instant::ORIGIN;
    let snapshot = world.session.snapshot();
    let mut endpoint = Endpoint::restore(config, Lesser, snapshot, now).unwrap();
    endpoint.handle(Input::Connect, now).unwrap();
    endpoint.handle(Input::TransportOpened(TransportId(2)), now).unwrap();
    let (mut wire, mut sent, mut read) = (Vec::new(), String::new(), Vec::new());
    let mut drain = |endpoint: &mut Endpoint<Lesser>| {
        while let Some(output) = endpoint.poll_output(&mut wire) {
            match output {
                EndpointOutput::Send => sent.push_str(std::str::from_utf8(&wire).unwrap()),
                EndpointOutput::Emit(Event::MessageRead { id }) => read.push(id),
                _ => {}
            }
        }
    };
    drain(&mut endpoint);
    let accepted = frames::session(None, Accept::RESUMED);
    endpoint.receive(TransportId(2), accepted.as_bytes(), now).unwrap();
    drain(&mut endpoint);
    endpoint.tick(Instant::from_millis(9_000)).unwrap();
    drain(&mut endpoint);
    assert_eq!(endpoint.phase(), Phase::Ready);
    assert!(sent.contains("configureSession"), "{sent}");
    assert!(!sent.contains("Off") && !sent.contains("m-1"), "{sent}");
    assert_eq!(*read, [Box::from("m-1")]);
}

#[test]
fn the_old_seed_does_not_confirm_the_wrong_text() {
    let config = || Config::new("deployment", "t", 1);
    let mut world = World::ready(config());
    world.text(1, "old");
    let mut next = reborn(&world, config());
    next.reconnect(Accept::RESUMED).text(2, "new");
    let new = next.id_of_text("new");
    next.take();
    next.recv(frames::echo(Some(&new), "own-2", "new"));
    assert_eq!(next.take(), ["0 message_confirmed id=own-2 key=2"]);
}

// ---- what is refused

type Damage = fn(&mut Value);

fn names(count: usize) -> Value {
    vec!["00000000-0000-4000-8000-000000000000"; count].into()
}

#[test]
fn foreign_data_is_refused_with_its_reason() {
    let golden: Value = serde_json::from_str(GOLDEN).unwrap();
    let refused = |change: &dyn Fn(&mut Value), config: Config| {
        let mut changed = golden.clone();
        change(&mut changed);
        restored(&changed, config, 0).unwrap_err()
    };
    assert_eq!(
        refused(&|it| it["version"] = json!(2), config(1)),
        RestoreError::UnsupportedVersion { found: 2, supported: 1 }
    );
    assert_eq!(
        refused(&|it| *it = json!({"version": 9, "anything": []}), config(1)),
        RestoreError::UnsupportedVersion { found: 9, supported: 1 }
    );
    assert_eq!(refused(&|_| {}, Config::new("another", "t", 1)), RestoreError::OtherDeployment);
    let mut limits = Limits::default();
    limits.texts = 2;
    assert_eq!(
        refused(&|_| {}, config(1).with_limits(limits)),
        RestoreError::TooMany { what: "texts", found: 3, limit: 2 }
    );
    limits = Limits::default();
    limits.messages = 3;
    assert_eq!(
        refused(&|_| {}, config(1).with_limits(limits)),
        RestoreError::TooMany { what: "messages", found: 5, limit: 3 }
    );
    let damages: [(Damage, &str); 12] = [
        (|it| it["session"] = json!(null), "state"),
        (|it| it["session"]["receipts"] = json!("?"), "state"),
        (|it| it["session"]["phase"] = json!("ready"), "phase"),
        (|it| it["session"]["connection"]["dialed"] = json!((1_u64 << 53) + 1), "connection"),
        (|it| it["session"]["receipts"]["messages"][1] = json!("m-1"), "messages"),
        (|it| it["session"]["receipts"]["messages"][1] = json!("x".repeat(1_025)), "messages"),
        (|it| it["session"]["receipts"]["messages"][1] = json!(""), "messages"),
        (|it| it["session"]["receipts"]["due"] = json!([0, 0]), "messages"),
        (|it| it["session"]["receipts"]["unread"] = json!([77]), "messages"),
        (|it| it["session"]["texts"]["kept"][0]["text"] = json!("x".repeat(4_097)), "texts"),
        (|it| it["session"]["unconfirmed"] = json!(5), "texts"),
        (|it| it["session"]["texts"]["kept"][0]["attempts"] = names(9), "texts"),
    ];
    for (damage, part) in damages {
        assert_eq!(refused(&damage, config(1)), RestoreError::Damaged { part });
    }
    assert!(serde_json::from_str::<Snapshot>("[]").is_err());
    assert!(serde_json::from_str::<Snapshot>("{}").is_err());
}

#[test]
fn what_is_just_small_enough_is_taken() {
    let sizes: [Damage; 2] = [
        |it| it["session"]["connection"]["dialed"] = json!(1_u64 << 53),
        |it| it["session"]["texts"]["kept"][0]["attempts"] = names(8),
    ];
    for resize in sizes {
        let mut golden: Value = serde_json::from_str(GOLDEN).unwrap();
        resize(&mut golden);
        assert!(restored(&golden, config(1), 0).is_ok(), "{golden:#}");
    }
}

/// Puts each of these in place of each value in turn.
fn spoil(value: &Value, visit: &mut dyn FnMut(Value)) {
    let odd = [
        json!(null),
        json!(-1),
        json!(0),
        json!(i64::MAX),
        json!(i64::MIN),
        json!(u64::MAX),
        json!(u32::MAX),
        json!(1e300),
        json!(""),
        json!("\u{0}"),
        json!([]),
        json!({}),
        json!(true),
    ];
    let count = leaves(value);
    for place in 0..count {
        for odd in &odd {
            let mut spoiled = value.clone();
            put(&mut spoiled, &mut place.clone(), odd);
            visit(spoiled);
        }
    }
}

fn leaves(value: &Value) -> usize {
    1 + match value {
        Value::Array(items) => items.iter().map(leaves).sum(),
        Value::Object(members) => members.values().map(leaves).sum::<usize>(),
        _ => 0,
    }
}

fn put(value: &mut Value, place: &mut usize, odd: &Value) -> bool {
    if *place == 0 {
        *value = odd.clone();
        return true;
    }
    *place -= 1;
    match value {
        Value::Array(items) => items.iter_mut().any(|item| put(item, place, odd)),
        Value::Object(members) => members.values_mut().any(|member| put(member, place, odd)),
        _ => false,
    }
}

#[test]
fn damaged_data_is_an_error_or_a_session_that_lives() {
    let golden: Value = serde_json::from_str(GOLDEN).unwrap();
    let (mut refused, mut taken) = (0, 0);
    spoil(&golden, &mut |spoiled| {
        let Ok(snapshot) = serde_json::from_value::<Snapshot>(spoiled) else {
            refused += 1;
            return;
        };
        let mut world = World::starting_at(config(3), 1_000);
        let Ok(session) = Session::restore(config(3), snapshot, Instant::from_millis(1_000)) else {
            refused += 1;
            return;
        };
        taken += 1;
        world.session = session;
        world.tick();
        let _ = world.input(Input::Connect);
        world.opened().accept(Accept::RESUMED).wait(400_000).key().wait(3_000);
        assert_eq!(world.session.phase(), Phase::Ready);
        assert!(world.trace.breaches.is_empty(), "{:?}", world.trace.breaches);
        let lines = world.take();
        assert!(lines.last().is_some_and(|line| line.ends_with("send off")), "{lines:?}");
    });
    assert!(refused > 300 && taken > 100, "{refused} refused, {taken} taken");
}

#[test]
fn a_profile_may_change_between_two_processes() {
    let mut world = World::ready(Config::new("deployment", "t", 1));
    world.recv(frames::agent(Some("Kim"), "m-1", "hello")).lose();
    world.visible("m-1");
    let live = Config::new("deployment", "t", 2).with_profile(Profile::Live);
    let mut next = reborn(&world, live);
    assert!(next.take().contains(&"0 message_read id=m-1".to_owned()));
    next.reconnect(Accept::RESUMED).key();
    assert!(next.take().iter().any(|line| line.ends_with("send on")));
}

#[test]
fn messages_of_the_hosts_history_go_on_counting_as_known() {
    let mut session = Session::new(config(1), Instant::ORIGIN);
    let restored_by_host =
        Input::MessageRestored { id: "m-9".into(), from: Sender::Agent, read: false };
    session.handle(restored_by_host, Instant::ORIGIN).unwrap();
    let mut next = restored(&stored(&session), config(2), 0).unwrap();
    assert_eq!(next.message_visible("m-9", Instant::ORIGIN), Ok(()));
    assert_eq!(
        next.message_visible("m-8", Instant::ORIGIN),
        Err(webmessaging_proto::InputError::UnknownMessage)
    );
    assert_eq!(next.phase(), Phase::Idle);
    let _ = next.handle(Input::TransportOpened(TransportId(1)), Instant::ORIGIN);
}

/// Writes the golden files anew. They are the format of version 1: a change to them is a new version.
#[test]
#[ignore = "only for a new version"]
fn write_the_golden_files() {
    let files = [
        ("tests/snapshots/version_1.json", full_life().session),
        ("tests/snapshots/version_1_fresh.json", Session::new(config(7), Instant::ORIGIN)),
    ];
    for (path, session) in files {
        fs::write(path, format!("{:#}\n", stored(&session))).unwrap();
    }
}

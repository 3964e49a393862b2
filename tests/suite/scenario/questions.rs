//! What a host can ask: counts, texts, session info, capabilities, the configuration.
//!
//! Owns: one test a question. Must not know: the session's inside.

use core::time::Duration;

use webmessaging_proto::frame::CustomAttributes;
use webmessaging_proto::{
    Capability, CloseReason, Config, Input, Limits, Profile, ReceiptPolicy, ReconnectPolicy,
    Sensitive, TextState, TypingPolicy,
};

use super::{guide, live};
use crate::support::World;
use crate::support::frames::{self, Accept};

#[test]
fn the_counts_are_of_what_happened() {
    let mut world = World::ready(guide());
    world.recv(frames::agent(None, "m-1", "x")).recv("{not json");
    world.visible("m-1").key().text(1, "hello");
    let text = world.id_of_text("hello");
    world.recv(frames::echo(Some(&text), "own-1", "hello"));
    world.recv(frames::too_many(None, Some(1)));
    world.lose();
    world.reconnect(Accept::RESUMED);
    let stats = world.session.stats();
    assert_eq!(stats.dials, 2);
    assert_eq!(stats.frames_received, 6, "two sessions, a message, nonsense, an echo, a refusal");
    assert_eq!(stats.texts_confirmed, 1);
    assert_eq!(stats.rate_limits, 1);
    assert_eq!(stats.receipts_sent, 1);
    let sent = world.trace.sent().len() as u64;
    assert_eq!((stats.frames_sent, sent), (6, 6), "two configures, On, Off, text, receipt");
}

#[test]
fn what_was_not_drained_at_a_loss_was_not_sent() {
    let mut world = World::ready(guide());
    for id in ["m-1", "m-2"] {
        world.recv(frames::agent(None, id, "x"));
    }
    let before = world.session.stats();
    world.drain_every = usize::MAX;
    world.visible("m-1").visible("m-2").key().text(1, "hello").lose();
    let after = world.session.stats();
    assert_eq!(after.frames_sent, before.frames_sent);
    assert_eq!(after.receipts_sent, before.receipts_sent);
}

#[test]
fn a_join_that_was_not_drained_at_a_loss_is_owed() {
    let config = guide().with_auto_start(CustomAttributes::default());
    let mut world = World::new(config);
    world.does(Input::Connect).opened();
    let configure = world.id_of(|_| true);
    world.drain_every = usize::MAX;
    world.recv(frames::session(Some(&configure), Accept::NEW)).lose();
    world.drain();
    world.drain_every = 1;
    world.take();
    world.reconnect(Accept::RESUMED);
    assert!(world.take().contains(&"0 send join".to_owned()));
}

#[test]
fn the_texts_are_those_that_are_not_settled() {
    let mut world = World::new(guide());
    let states = |world: &World| -> Vec<(u64, TextState, String)> {
        let texts = world.session.texts();
        texts.map(|text| (text.key.0, text.state, text.text.to_string())).collect()
    };
    world.text(1, "one").text(2, "two");
    assert_eq!(
        states(&world),
        [(1, TextState::Waiting, "one".into()), (2, TextState::Waiting, "two".into())]
    );
    world.connect(Accept::NEW);
    assert_eq!(states(&world)[0].1, TextState::InFlight);
    assert_eq!(states(&world)[1].1, TextState::Waiting);
    world.lose();
    assert_eq!(
        states(&world),
        [(2, TextState::Waiting, "two".into()), (1, TextState::Kept, "one".into())]
    );
    world.does(Input::Discard { key: webmessaging_proto::LocalKey(1) });
    assert_eq!(states(&world).len(), 1);
}

#[test]
fn the_server_says_what_the_session_may() {
    let mut world = World::new(guide());
    assert_eq!(world.session.session_info(), None);
    world.connect(Accept::NEW);
    let info = world.session.session_info().unwrap();
    assert!(info.connected && info.new_session && !info.read_only);
}

#[test]
fn capabilities_are_what_the_profile_wants_minus_what_was_refused() {
    let all = [Capability::Typing, Capability::TypingOff, Capability::Receipts];
    let has = |world: &World| all.map(|capability| world.session.has(capability));
    assert_eq!(has(&World::new(guide())), [true, true, true]);
    assert_eq!(has(&World::new(live())), [true, false, false]);
    let mut world = World::ready(guide());
    world.key();
    let on = world.id_of_typing();
    world.recv(frames::status(Some(&on), 400, "no"));
    assert_eq!(has(&world), [false, true, true]);
}

#[test]
fn a_configuration_can_be_read_back() {
    let mut reconnect = ReconnectPolicy::default();
    reconnect.cap = Duration::from_secs(7);
    let mut limits = Limits::default();
    limits.texts = 3;
    let attributes = CustomAttributes::from([("a".to_owned(), "b".to_owned())]);
    let config = Config::new("d", "t", 1)
        .with_profile(Profile::Live)
        .with_reconnect(reconnect)
        .with_limits(limits)
        .with_auto_start(attributes.clone())
        .with_health_check(Duration::from_secs(40))
        .unwrap();
    assert_eq!(config.typing(), &TypingPolicy::live());
    assert_eq!(config.receipts(), &ReceiptPolicy::live());
    assert_eq!(config.reconnect(), &reconnect);
    assert_eq!(config.limits(), &limits);
    assert_eq!(config.auto_start(), Some(&attributes));
    assert_eq!(config.health_check(), Some(Duration::from_secs(40)));
    assert_eq!(Config::new("d", "t", 1).auto_start(), None);
}

#[test]
fn a_sensitive_text_is_a_text_to_use_and_a_length_to_show() {
    let text = Sensitive::from("grün");
    assert_eq!(format!("{text:?}"), "Sensitive(5 bytes)");
    assert_eq!(text.as_borrowed(), text);
    assert_eq!(text.clone().into_inner(), "grün");
    let json = serde_json::to_string(&text).unwrap();
    let (borrowed, escaped) = (json.as_str(), r#""gr\u00fcn""#);
    assert_eq!(serde_json::from_str::<Sensitive<'_>>(borrowed).unwrap(), text);
    assert_eq!(serde_json::from_str::<Sensitive<'_>>(escaped).unwrap(), text);
    assert!(serde_json::from_str::<Sensitive<'_>>("5").is_err());
}

#[test]
fn a_loss_with_code_1000_before_the_transport_is_open_is_a_failed_dial() {
    let mut world = World::new(guide());
    world.does(Input::Connect).close(CloseReason::Code(1000));
    assert_eq!(world.take(), ["0 phase connecting", "0 open 1", "0 phase backoff"]);
}

#[test]
fn only_the_guests_own_messages_are_echoes() {
    let mut world = World::ready(guide());
    world.text(1, "hello");
    let id = world.id_of_text("hello");
    world.take();
    let as_if = |frame: String| {
        let mut frame: serde_json::Value = serde_json::from_str(&frame).unwrap();
        frame["tracingId"] = id.as_str().into();
        frame.to_string()
    };
    world.recv(as_if(frames::agent(None, "m-1", "hello")));
    world.recv(as_if(frames::typing("Inbound", None, None, "On", None)));
    assert_eq!(world.take(), ["0 message_received from=agent id=m-1"]);
    let failed = frames::own("own-1", "hello")
        .replace(r#""type":"Text""#, r#""type":"Receipt","status":"Failed""#);
    for failed in [&*failed, &failed.replace(r#""type":"message""#, r#""type":"response""#)] {
        world.recv(as_if(failed.into()));
        assert_eq!(world.take(), ["0 other class=StructuredMessage"], "{failed}");
    }
    world.recv(frames::echo(Some(&id), "own-1", "hello"));
    assert_eq!(world.take(), ["0 message_confirmed id=own-1 key=1"]);
}

//! Read receipts, sentence by sentence.
//!
//! Owns: one test a sentence. Must not know: the session's inside.

use webmessaging_proto::{CloseReason, Config, Input, InputError, Limits, ReceiptPolicy, Sender};

use super::{guide, ms, sent};
use crate::support::World;
use crate::support::frames::{self, Accept};

fn dwelling(millis: u64) -> Config {
    let mut receipts = ReceiptPolicy::guide();
    receipts.dwell = ms(millis);
    guide().with_receipts(receipts)
}

fn said(config: Config, ids: &[&str]) -> World {
    let mut world = World::ready(config);
    for id in ids {
        world.recv(frames::agent(None, id, "x"));
    }
    world.take();
    world
}

#[test]
fn a_known_key_is_not_reported_again() {
    let mut world = World::ready(guide());
    world.recv(frames::agent(None, "m-1", "x")).recv(frames::agent(None, "m-1", "x"));
    assert_eq!(world.take(), ["0 message_received from=agent id=m-1"]);
}

#[test]
fn the_key_is_the_channels_message_id_or_else_the_frames_own() {
    let mut world = World::ready(guide());
    let bot = r#"{"type":"message","class":"StructuredMessage","code":200,"body":{"type":"Structured","direction":"Outbound","id":"bot-1","text":"x","originatingEntity":"Bot"}}"#;
    world.recv(bot);
    world.visible("bot-1");
    assert_eq!(world.take(), ["0 message_received from=agent id=bot-1", "0 send receipt bot-1"]);
}

#[test]
fn each_message_that_is_seen_gets_one_receipt_in_the_order_of_reading() {
    let mut world = said(guide(), &["m-1", "m-2", "m-3"]);
    world.at(10).visible("m-3");
    world.at(20).visible("m-1").visible("m-1");
    world.at(30).hidden("m-1").visible("m-1");
    assert_eq!(world.take(), ["10 send receipt m-3", "20 send receipt m-1"]);
}

#[test]
fn own_messages_get_no_receipt_and_no_error_and_unknown_ones_an_error() {
    let mut world = said(guide(), &["m-1"]);
    world.recv(frames::own("o-1", "x")).take();
    world.visible("o-1").hidden("o-1");
    for input in
        [Input::MessageVisible { id: "m-2".into() }, Input::MessageHidden { id: "m-2".into() }]
    {
        assert_eq!(world.input(input), Err(InputError::UnknownMessage));
    }
    assert_eq!(world.take(), [""; 0]);
}

#[test]
fn the_dwell_must_be_met_in_one_piece() {
    let mut world = said(dwelling(500), &["m-1", "m-2"]);
    world.at(0).visible("m-1").visible("m-2");
    world.at(499).hidden("m-1");
    world.at(600).visible("m-1");
    world.at(9_000);
    assert_eq!(world.take(), ["500 send receipt m-2", "1100 send receipt m-1"]);
}

#[test]
fn the_dwell_starts_again_when_the_window_comes_back() {
    let mut world = said(dwelling(500), &["m-1"]);
    world.at(0).visible("m-1");
    world.at(400).does(Input::Foreground(false));
    world.at(5_000).does(Input::Foreground(true));
    world.at(9_000);
    assert_eq!(world.take(), ["5500 send receipt m-1"]);
}

#[test]
fn in_the_background_nothing_is_read_and_on_return_what_is_still_visible() {
    let mut world = said(guide(), &["m-1", "m-2"]);
    world.does(Input::Foreground(false));
    world.at(10).visible("m-1").visible("m-2");
    world.at(20).hidden("m-1");
    world.at(30).does(Input::Foreground(true));
    assert_eq!(world.take(), ["30 send receipt m-2"]);
}

#[test]
fn while_away_receipts_are_kept_in_order_and_sent_when_ready() {
    let mut world = said(guide(), &["m-1", "m-2"]);
    world.at(10).lose();
    world.at(20).visible("m-2");
    world.at(30).visible("m-1");
    world.at(40).reconnect(Accept::RESUMED);
    assert_eq!(
        sent(world.take()),
        ["40 send configure", "40 send receipt m-2", "40 send receipt m-1"]
    );
}

#[test]
fn a_dwell_that_is_met_while_away_or_paused_counts_although_the_message_is_gone_since() {
    let mut world = said(dwelling(500), &["m-1"]);
    world.at(0).lose().visible("m-1");
    world.at(900).hidden("m-1");
    world.at(1_000).reconnect(Accept::RESUMED);
    assert_eq!(sent(world.take()), ["1000 send configure", "1000 send receipt m-1"]);

    let mut world = said(dwelling(500), &["m-1"]);
    world.at(0).recv(frames::too_many(None, Some(5))).visible("m-1");
    world.at(900).hidden("m-1").does(Input::Foreground(false));
    world.at(9_000);
    assert_eq!(sent(world.take()), ["5000 send receipt m-1"]);
}

#[test]
fn an_unconfirmed_receipt_is_sent_again_after_a_loss_and_a_confirmed_one_is_not() {
    let mut world = said(guide(), &["m-1", "m-2"]);
    world.at(10).visible("m-1");
    world.at(20).text(1, "a");
    let id = world.id_of_text("a");
    world.at(30).visible("m-2");
    world.at(40).recv(frames::echo(Some(&id), "own-1", "a"));
    world.at(50).lose();
    world.at(60).reconnect(Accept::RESUMED);
    let lines = sent(world.take());
    assert_eq!(lines[3..], ["60 send configure", "60 send receipt m-2"]);
}

#[test]
fn an_answer_to_a_later_request_confirms_even_if_it_is_a_refusal() {
    let mut world = said(guide(), &["m-1", "m-2"]);
    world.at(10).visible("m-1").visible("m-2");
    let id = world.id_of_receipt("m-2");
    world.at(20).recv(frames::status(Some(&id), 404, "unknown"));
    world.at(50).lose();
    world.at(60).reconnect(Accept::RESUMED);
    let lines = sent(world.take());
    assert_eq!(lines[2..], ["60 send configure"]);
}

#[test]
fn an_echo_under_the_older_name_is_an_answer_too() {
    let mut world = said(guide(), &["m-1"]);
    world.at(10).visible("m-1");
    world.at(20).text(1, "a");
    let id = world.id_of_text("a");
    world.at(40).recv(frames::echo_by_metadata(&id, "own-1", "a"));
    world.at(50).lose();
    world.at(60).reconnect(Accept::RESUMED);
    assert_eq!(sent(world.take())[2..], ["60 send configure"]);
}

#[test]
fn a_peer_that_is_alive_has_what_was_written_and_not_what_was_not() {
    let mut world = said(guide(), &["m-1", "m-2"]);
    world.at(10).visible("m-1");
    world.drain_every = usize::MAX;
    world.at(20).visible("m-2");
    let transport = world.transport();
    world.does(Input::PeerAlive(transport));
    world.does(Input::TransportClosed(transport, CloseReason::Code(1006)));
    world.drain_every = 1;
    world.drain();
    world.at(60).reconnect(Accept::RESUMED);
    assert_eq!(
        sent(world.take()),
        ["10 send receipt m-1", "60 send configure", "60 send receipt m-2"]
    );
}

#[test]
fn a_refused_receipt_is_sent_after_the_wait_and_once() {
    let mut world = said(guide(), &["m-1"]);
    world.at(0).visible("m-1");
    let id = world.id_of_receipt("m-1");
    world.at(10).recv(frames::too_many(Some(&id), Some(1)));
    world.at(2_000).recv(frames::too_many(Some(&id), Some(1)));
    world.at(60_000);
    assert_eq!(sent(world.take()), ["0 send receipt m-1", "1010 send receipt m-1"]);
}

#[test]
fn a_receipt_that_is_dropped_stays_dropped_and_is_told_once() {
    let mut world = said(guide(), &["m-1"]);
    world.at(0).visible("m-1");
    let id = world.id_of_receipt("m-1");
    for at in [10, 20] {
        world.at(at).recv(frames::status(Some(&id), 404, "unknown"));
    }
    world.at(30).recv(frames::too_many(Some(&id), Some(1)));
    world.at(60_000).lose();
    world.at(60_001).reconnect(Accept::RESUMED);
    let lines = world.take();
    assert_eq!(lines.iter().filter(|line| line.contains("receipt_failed")).count(), 1);
    assert_eq!(sent(lines), ["0 send receipt m-1", "60001 send configure"]);
}

#[test]
fn in_read_only_receipts_are_kept_until_the_conversation_goes_on() {
    let mut world = said(guide(), &["m-1"]);
    world.at(0).recv(frames::agent_left(true));
    world.at(10).visible("m-1");
    world.at(20).lose();
    world.at(30).reconnect(Accept::RESUMED);
    assert_eq!(sent(world.take()), ["30 send configure", "30 send receipt m-1"]);
}

#[test]
fn what_the_host_has_from_its_history_is_known() {
    let mut world = World::ready(guide());
    let restored =
        |id: &'static str, from, read| Input::MessageRestored { id: id.into(), from, read };
    world.does(restored("m-1", Sender::Agent, false));
    world.does(restored("m-2", Sender::Agent, true));
    world.does(restored("m-3", Sender::Guest, false));
    for id in ["m-1", "m-2", "m-3"] {
        world.visible(id);
    }
    world.recv(frames::agent(None, "m-1", "x"));
    assert_eq!(world.take(), ["0 send receipt m-1"], "and m-1 is not reported again");
}

#[test]
fn what_was_read_elsewhere_needs_no_receipt_any_more() {
    let mut world = said(guide(), &["m-1"]);
    world.at(0).lose().visible("m-1");
    world.does(Input::MessageRestored { id: "m-1".into(), from: Sender::Agent, read: true });
    world.at(30).reconnect(Accept::RESUMED);
    assert_eq!(sent(world.take()), ["30 send configure"], "R12");
}

#[test]
fn a_refusal_revives_no_receipt_that_is_needed_no_more() {
    for code in [404, 429, 503] {
        let mut world = said(guide(), &["m-1"]);
        world.at(0).visible("m-1");
        let receipt = world.id_of_receipt("m-1");
        world.does(Input::MessageRestored { id: "m-1".into(), from: Sender::Agent, read: true });
        world.take();
        world.at(10).recv(frames::status(Some(&receipt), code, "no"));
        world.at(20_000).lose().reconnect(Accept::RESUMED).wait(20_000);
        let lines = world.take();
        assert!(!lines.iter().any(|line| line.contains("receipt")), "R12, {code}: {lines:?}");
    }
}

#[test]
fn an_id_that_is_not_kept_is_refused() {
    for (id, bytes) in [(String::new(), 0), ("x".repeat(1_025), 1_025)] {
        let mut world = World::ready(guide());
        let from = Sender::Agent;
        for input in [
            Input::MessageRestored { id: id.clone().into(), from, read: false },
            Input::MessageRestored { id: id.clone().into(), from, read: true },
            Input::MessageVisible { id: id.clone().into() },
            Input::MessageHidden { id: id.clone().into() },
        ] {
            assert_eq!(world.input(input), Err(InputError::IdNotKept { bytes }));
        }
    }
}

#[test]
fn a_message_whose_id_is_not_kept_is_told_each_time_and_has_no_receipt() {
    let mut world = World::ready(guide());
    let [longest, longer] = [1_024, 1_025].map(|bytes| "x".repeat(bytes));
    for id in [&longest, &longest, &longer, &longer] {
        world.recv(frames::agent(None, id, "x"));
    }
    assert_eq!(world.take().len(), 3);
    world.visible(&longest);
    assert_eq!(sent(world.take()).len(), 1);
    let refused = Err(InputError::IdNotKept { bytes: 1_025 });
    assert_eq!(world.input(Input::MessageVisible { id: longer.into() }), refused);
}

#[test]
fn what_is_visible_in_the_background_is_read_in_its_order_without_what_was_hidden() {
    let mut world = said(guide(), &["m-1", "m-2", "m-3", "m-4"]);
    world.does(Input::Foreground(false));
    for id in ["m-3", "m-1", "m-4", "m-2"] {
        world.visible(id);
    }
    world.hidden("m-1").does(Input::Foreground(true));
    assert_eq!(sent(world.take()), ["3", "4", "2"].map(|id| format!("0 send receipt m-{id}")));
}

#[test]
fn a_full_ledger_forgets_the_oldest_and_tells_what_was_owed() {
    let mut limits = Limits::default();
    limits.messages = 2;
    let mut world = said(guide().with_limits(limits), &["m-1", "m-2"]);
    world.at(10).visible("m-1");
    world.recv(frames::agent(None, "m-3", "x")).recv(frames::agent(None, "m-4", "x"));
    assert_eq!(
        world.take(),
        [
            "10 send receipt m-1",
            "10 receipt_failed code=ledger_full id=m-1",
            "10 message_received from=agent id=m-3",
            "10 message_received from=agent id=m-4",
        ],
        "m-2 was never read: nothing was owed for it"
    );
    let gone = Input::MessageVisible { id: "m-2".into() };
    assert_eq!(world.input(gone), Err(InputError::UnknownMessage));
}

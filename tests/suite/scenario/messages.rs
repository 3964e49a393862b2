//! Texts, sentence by sentence.
//!
//! Owns: one test a sentence. Must not know: the session's inside.

use webmessaging_proto::{CloseReason, Input, InputError, Limits, LocalKey, Phase};

use super::{guide, sent};
use crate::support::World;
use crate::support::frames::{self, Accept};

fn echo(world: &mut World, text: &str) {
    let id = world.id_of_text(text);
    world.recv(frames::echo(Some(&id), &format!("own-{text}"), text));
}

const fn retry(key: u64) -> Input<'static> {
    Input::Retry { key: LocalKey(key) }
}

const fn discard(key: u64) -> Input<'static> {
    Input::Discard { key: LocalKey(key) }
}

#[test]
fn one_text_is_in_flight_and_the_next_waits_for_its_echo() {
    let mut world = World::ready(guide());
    world.at(0).text(1, "a").text(2, "b");
    assert_eq!(world.take(), ["0 send text a"]);
    echo(world.at(100), "a");
    assert_eq!(world.take(), ["100 message_confirmed id=own-a key=1", "100 send text b"]);
}

#[test]
fn an_echo_may_name_the_request_in_its_metadata() {
    let mut world = World::ready(guide());
    world.at(0).text(1, "a");
    let id = world.id_of_text("a");
    world.at(50).recv(frames::echo_by_metadata(&id, "own-a", "a"));
    assert_eq!(world.take()[1..], ["50 message_confirmed id=own-a key=1"]);
}

#[test]
fn a_text_without_an_echo_for_30_s_is_unconfirmed_and_the_next_goes_out() {
    let mut world = World::ready(guide());
    world.at(0).text(1, "a").text(2, "b");
    world.at(30_000);
    assert_eq!(
        world.take(),
        ["0 send text a", "30000 message_unconfirmed key=1", "30000 send text b"]
    );
}

#[test]
fn a_text_that_was_written_before_a_loss_is_unconfirmed_and_waits_for_the_host() {
    let mut world = World::ready(guide());
    world.at(0).text(1, "a").text(2, "b");
    world.at(100).lose();
    world.at(200).reconnect(Accept::RESUMED);
    echo(world.at(300), "b");
    world.at(400).does(retry(1));
    assert_eq!(
        world.take().into_iter().filter(|line| !line.contains("phase")).collect::<Vec<_>>(),
        [
            "0 send text a",
            "100 message_unconfirmed key=1",
            "200 open 2",
            "200 send configure",
            "200 messages_may_be_missing",
            "200 send text b",
            "300 message_confirmed id=own-b key=2",
            "400 send text a",
        ]
    );
}

#[test]
fn a_text_that_was_never_written_goes_out_by_itself() {
    let mut world = World::ready(guide());
    world.drain_every = usize::MAX;
    world.at(0).text(1, "a");
    let transport = world.transport();
    world.does(Input::TransportClosed(transport, CloseReason::Code(1006)));
    world.drain_every = 1;
    world.drain();
    world.at(200).reconnect(Accept::RESUMED);
    let lines = world.take();
    assert!(!lines.iter().any(|line| line.contains("unconfirmed")), "{lines:?}");
    assert_eq!(sent(lines), ["200 send configure", "200 send text a"]);
}

#[test]
fn a_late_echo_confirms_once_in_whatever_attempt_it_was() {
    let mut world = World::ready(guide());
    world.at(0).text(1, "a");
    let first = world.id_of_text("a");
    world.at(30_000).does(retry(1));
    let second = world.id_of_text("a");
    assert_ne!(first, second);
    world.at(30_100).recv(frames::echo(Some(&first), "own-1", "a"));
    world.at(30_200).recv(frames::echo(Some(&second), "own-2", "a"));
    assert_eq!(
        world.take()[2..],
        [
            "30000 send text a",
            "30100 message_confirmed id=own-1 key=1",
            "30200 message_received from=guest id=own-2",
        ],
        "the server has it twice, and so does the host"
    );
    assert_eq!(world.input(retry(1)), Err(InputError::UnknownKey { key: LocalKey(1) }));
}

#[test]
fn a_late_echo_confirms_a_kept_text() {
    let mut world = World::ready(guide());
    world.at(0).text(1, "a");
    world.at(31_000).take();
    echo(&mut world, "a");
    echo(&mut world, "a");
    assert_eq!(world.take(), ["31000 message_confirmed id=own-a key=1"]);
}

#[test]
fn after_a_discard_a_late_echo_is_an_own_message() {
    let mut world = World::ready(guide());
    world.at(0).text(1, "a");
    world.at(30_000).does(discard(1));
    echo(world.at(30_100), "a");
    assert_eq!(world.take()[2..], ["30100 message_received from=guest id=own-a"]);
}

#[test]
fn retry_appends() {
    let mut world = World::ready(guide());
    world.at(0).text(1, "a");
    world.at(30_000).text(2, "b").text(3, "c").does(retry(1));
    echo(world.at(30_100), "b");
    echo(world.at(30_200), "c");
    assert_eq!(
        sent(world.take()),
        ["0 send text a", "30000 send text b", "30100 send text c", "30200 send text a"]
    );
}

#[test]
fn a_text_in_flight_can_be_discarded_and_frees_the_slot() {
    let mut world = World::ready(guide());
    world.at(0).text(1, "a").text(2, "b");
    world.at(10).does(discard(1));
    assert_eq!(sent(world.take()), ["0 send text a", "10 send text b"]);
}

#[test]
fn the_wait_of_a_discarded_text_is_not_the_next_ones() {
    let mut world = World::ready(guide());
    world.at(0).text(1, "a").text(2, "b");
    let a = world.id_of_text("a");
    world.recv(frames::status(Some(&a), 503, "later")).take();
    assert!(world.session.deadline().is_some_and(|due| due.at.as_millis() > 0), "a waits");
    world.does(discard(1));
    assert_eq!(world.take(), ["0 send text b"]);
}

#[test]
fn what_can_not_be_sent_is_refused_and_nothing_is_lost() {
    let mut limits = Limits::default();
    limits.texts = 2;
    let mut world = World::new(guide().with_limits(limits));
    let text = |key, text: &str| Input::send_text(LocalKey(key), text.to_owned());
    assert_eq!(world.input(text(1, "")), Err(InputError::EmptyText));
    let long = "ä".repeat(4_097);
    assert_eq!(world.input(text(1, &long)), Err(InputError::TextTooLong { chars: 4_097 }));
    assert_eq!(world.input(text(1, &"ä".repeat(4_096))), Ok(()));
    assert_eq!(world.input(text(1, "again")), Err(InputError::DuplicateKey { key: LocalKey(1) }));
    assert_eq!(world.input(text(2, "b")), Ok(()));
    assert_eq!(world.input(text(3, "c")), Err(InputError::OutboxFull { limit: 2 }));
    assert_eq!(world.input(retry(1)), Err(InputError::NotKept { key: LocalKey(1) }));
    assert_eq!(world.input(retry(9)), Err(InputError::UnknownKey { key: LocalKey(9) }));
    assert_eq!(world.input(discard(9)), Err(InputError::UnknownKey { key: LocalKey(9) }));
    world.connect(Accept::NEW);
    echo(&mut world, &"ä".repeat(4_096));
    assert_eq!(sent(world.take()).len(), 3, "configure and both texts");
}

#[test]
fn typing_goes_on_while_a_text_waits() {
    let mut world = World::ready(guide());
    world.at(0).text(1, "a").text(2, "b").key();
    world.at(100);
    echo(&mut world, "a");
    assert_eq!(
        sent(world.take()),
        ["0 send text a", "0 send on", "100 send text b"],
        "the key came after both"
    );
}

#[test]
fn entering_read_only_gives_every_text_back_to_the_host() {
    let mut world = World::ready(guide());
    world.at(0).text(1, "a").text(2, "b");
    world.at(10).recv(frames::agent_left(true));
    assert_eq!(
        world.take()[1..],
        [
            "10 phase read_only",
            "10 message_unconfirmed key=1",
            "10 message_failed code=read_only key=2",
            "10 conversation_ended read_only=true",
        ]
    );
    let refused = world.input(Input::send_text(LocalKey(3), "c"));
    let phase = Phase::ReadOnly;
    assert_eq!(refused, Err(InputError::InvalidState { input: "send_text", phase }));
}

#[test]
fn a_disconnect_gives_every_text_back_to_the_host_and_none_goes_by_itself_later() {
    let mut world = World::ready(guide());
    world.at(0).text(1, "a").text(2, "b");
    world.at(10).does(Input::Disconnect);
    world.at(20).close(CloseReason::Code(1000));
    assert_eq!(
        world.take()[1..],
        [
            "10 phase closing",
            "10 message_unconfirmed key=1",
            "10 message_failed code=disconnected key=2",
            "10 close 1 1000",
            "20 phase closed",
        ]
    );
    world.at(100).connect(Accept::RESUMED);
    assert_eq!(sent(world.take()), ["100 send configure"]);
    world.does(retry(2));
    assert_eq!(sent(world.take()), ["100 send text b"]);
}

#[test]
fn a_disconnect_after_the_servers_goodbye_gives_back_what_still_waits() {
    let mut world = World::ready(guide());
    world.at(0).text(1, "a").text(2, "b");
    world.at(10).close(CloseReason::Code(1000));
    world.take();
    world.at(20).does(Input::Disconnect);
    assert_eq!(world.take(), ["20 message_failed code=disconnected key=2"]);
    world.at(100).connect(Accept::RESUMED);
    assert_eq!(sent(world.take()), ["100 send configure"]);
}

#[test]
fn an_echo_that_comes_while_closing_still_confirms() {
    let mut world = World::ready(guide());
    world.at(0).text(1, "a");
    world.at(10).does(Input::Disconnect);
    echo(world.at(20), "a");
    assert_eq!(world.take().last().unwrap(), "20 message_confirmed id=own-a key=1");
}

#[test]
fn a_new_session_in_place_of_the_old_one_gets_none_of_its_texts_or_receipts() {
    let mut world = World::ready(guide());
    world.at(0).recv(frames::agent(None, "m-1", "x"));
    world.at(10).lose();
    world.at(20).text(1, "a");
    world.visible("m-1");
    world.at(30).reconnect(Accept::NEW);
    let lines = world.take();
    assert_eq!(
        lines[lines.len() - 4..],
        [
            "30 send configure",
            "30 phase ready",
            "30 session_replaced",
            "30 message_failed code=session_replaced key=1",
        ]
    );
    let unknown = Input::MessageVisible { id: "m-1".into() };
    assert_eq!(world.input(unknown), Err(InputError::UnknownMessage), "the ledger is cleared");
}

#[test]
fn after_an_expiry_the_next_session_is_another_whatever_its_answer_says() {
    let mut world = World::ready(guide());
    world.recv(frames::agent(None, "m-1", "x"));
    world.at(10).recv(frames::bare("SessionExpiredEvent"));
    // The service opens a new session here, and the answer that says so is lost.
    world.at(20).does(Input::Connect).opened().lose();
    world.at(30).text(1, "a").reconnect(Accept::RESUMED);
    let lines = world.take();
    assert_eq!(
        lines[lines.len() - 2..],
        ["30 session_replaced", "30 message_failed code=session_replaced key=1"]
    );
    world.at(40).lose().reconnect(Accept::RESUMED);
    assert!(world.take().contains(&"40 messages_may_be_missing".to_owned()), "once");
}

#[test]
fn after_a_resumed_loss_messages_may_be_missing_and_otherwise_not() {
    let mut world = World::new(guide());
    world.connect(Accept::RESUMED);
    assert!(!world.take().iter().any(|line| line.contains("missing")), "nothing was lost");
    world.at(10).lose();
    world.at(20).reconnect(Accept::RESUMED);
    assert_eq!(world.take().last().unwrap(), "20 messages_may_be_missing");
}

#[test]
fn a_key_is_free_again_once_its_text_is_settled() {
    let mut world = World::ready(guide());
    world.at(0).text(1, "a");
    echo(&mut world, "a");
    world.text(1, "b");
    echo(&mut world, "b");
    world.text(1, "c").does(discard(1));
    world.text(1, "d");
    assert_eq!(sent(world.take()).len(), 4);
}

#[test]
fn the_answer_for_an_older_attempt_says_nothing_of_the_newest() {
    let mut world = World::ready(guide());
    world.at(0).text(1, "a");
    let first = world.id_of_text("a");
    world.at(10).recv(frames::too_many(Some(&first), Some(1)));
    world.at(1_500).recv(frames::too_many(Some(&first), Some(1)));
    world.at(1_600).recv(frames::status(Some(&first), 500, "late"));
    world.at(1_700).recv(frames::status(Some(&first), 4_011, "late"));
    world.at(20_000);
    assert_eq!(sent(world.take()), ["0 send text a", "1010 send text a"]);
}

//! Typing out, sentence by sentence.
//!
//! Owns: one test a sentence. Must not know: the session's inside.

use webmessaging_proto::{Capability, CloseReason, Input, Instant, Phase};

use super::{guide, guide_with, live, ms, sent};
use crate::support::World;
use crate::support::frames::{self, Accept};

#[test]
fn a_slow_typist_does_not_blink() {
    let mut world = World::ready(live());
    for at in [0, 1_900, 3_800, 5_700, 7_600] {
        world.at(at).key();
    }
    world.at(20_000);
    assert_eq!(
        world.take(),
        ["0 send on", "4000 send on", "8000 send on"],
        "by the timer, not by the next key"
    );
}

#[test]
fn at_a_tie_idle_wins_over_refresh() {
    let mut world = World::ready(live());
    world.at(0).key();
    world.at(2_000).key();
    world.at(9_000);
    // The key at 2000 comes when the first one's idle time is over: it starts anew, within belief.
    assert_eq!(world.take(), ["0 send on"], "idle ends at 4000, when the refresh is due");
}

#[test]
fn a_key_at_the_very_end_of_idle_comes_after_the_off() {
    let mut world = World::ready(guide());
    world.at(0).key();
    world.at(2_000).key();
    assert_eq!(world.take(), ["0 send on", "2000 send off", "2000 send on"]);
}

#[test]
fn a_key_goes_on_only_while_it_is_shown_and_nothing_is_due() {
    let at = Instant::from_millis;
    let mut world = World::ready(guide());
    let before = world.session.clone();
    assert!(!world.session.go_on_typing(at(0)), "nobody has typed");
    assert_eq!(world.session, before);
    world.at(0).key();
    world.at(1_000);
    assert!(world.session.go_on_typing(at(900)), "late keys come at the time it is");
    assert!(world.session.go_on_typing(at(1_900)));
    world.at(2_500);
    let before = world.session.clone();
    assert!(!world.session.go_on_typing(at(3_900)), "its end is due");
    assert_eq!(world.session, before);
    world.at(60_000);
    assert_eq!(world.take(), ["0 send on", "3900 send off"]);
}

#[test]
fn a_text_while_typing_is_off_then_text_and_no_second_off() {
    let mut world = World::ready(guide());
    world.at(0).key();
    world.at(500).text(1, "hello");
    world.at(60_000);
    assert_eq!(sent(world.take()), ["0 send on", "500 send off", "500 send text hello"]);
}

#[test]
fn without_off_the_text_itself_ends_the_belief() {
    let mut world = World::ready(live());
    world.at(0).key();
    world.at(1_500).text(1, "hello");
    world.at(1_600).key();
    assert_eq!(sent(world.take()), ["0 send on", "1500 send text hello", "1600 send on"]);
}

#[test]
fn clearing_closing_hiding_and_leaving_send_off_at_once_and_only_a_new_key_starts_again() {
    let ends = [
        Input::InputCleared,
        Input::ComposerClosed,
        Input::Foreground(false),
        Input::SetTyping(false),
    ];
    for end in ends {
        let mut world = World::ready(guide());
        world.at(0).key();
        world.at(700).does(end.clone());
        world.at(800).does(Input::Foreground(true));
        world.at(30_000).key();
        let lines = world.take();
        assert_eq!(lines, ["0 send on", "700 send off", "30000 send on"], "{}", end.name());
    }
    let mut world = World::ready(guide());
    world.at(0).key();
    world.at(700).does(Input::Disconnect);
    let lines = world.take();
    assert_eq!(lines, ["0 send on", "700 send off", "700 phase closing", "700 close 1 1000"]);
}

#[test]
fn an_end_without_a_start_sends_nothing() {
    let mut world = World::ready(guide());
    world
        .at(10)
        .does(Input::InputCleared)
        .does(Input::ComposerClosed)
        .does(Input::SetTyping(false));
    world.at(20).text(1, "a");
    world.at(30).does(Input::Foreground(false)).does(Input::Disconnect);
    let sent = sent(world.take());
    assert_eq!(sent, ["20 send text a"]);
}

#[test]
fn a_host_with_its_own_idle_timer_holds_the_indicator_for_a_minute_at_most() {
    let mut world = World::ready(guide());
    world.at(0).does(Input::SetTyping(true));
    world.at(9_000).does(Input::SetTyping(false));
    world.at(20_000).does(Input::SetTyping(true));
    world.at(200_000);
    assert_eq!(world.take(), ["0 send on", "9000 send off", "20000 send on", "80000 send off"]);
}

#[test]
fn a_key_inside_a_hold_does_not_cut_it_short() {
    let mut world = World::ready(guide());
    world.at(0).does(Input::SetTyping(true));
    world.at(1_000).key();
    world.at(30_000);
    assert_eq!(world.take(), ["0 send on"]);
    world.does(Input::InputCleared);
    assert_eq!(world.take(), ["30000 send off"]);
}

#[test]
fn a_start_delay_holds_back_the_first_on_and_a_text_inside_it_cancels_both() {
    let config = || guide_with(|typing| typing.start_delay = ms(400));
    let mut world = World::ready(config());
    world.at(0).key();
    world.at(300).text(1, "hi");
    world.at(9_000);
    assert_eq!(sent(world.take()), ["300 send text hi"]);

    let mut world = World::ready(config());
    world.at(0).key();
    world.at(300).key();
    world.at(9_000);
    assert_eq!(sent(world.take()), ["400 send on", "2300 send off"], "from the first key");
}

#[test]
fn while_not_ready_nothing_is_sent_or_queued_and_on_ready_what_is_still_desired() {
    let mut world = World::new(guide());
    world.at(0).key().does(Input::Connect);
    world.at(100).opened();
    world.at(1_900).accept(Accept::NEW);
    world.at(9_000);
    assert_eq!(sent(world.take()), ["100 send configure", "1900 send on", "2000 send off"]);

    let mut world = World::new(guide());
    world.at(0).key().does(Input::Connect);
    world.at(100).opened();
    world.at(2_000).accept(Accept::NEW);
    world.at(9_000);
    assert_eq!(sent(world.take()), ["100 send configure"], "idle in the meantime");
}

#[test]
fn after_a_loss_one_off_is_owed() {
    let mut world = World::ready(guide());
    world.at(0).key();
    world.at(500).lose();
    world.at(5_000).reconnect(Accept::RESUMED);
    world.at(9_000).lose();
    world.at(9_500).reconnect(Accept::RESUMED);
    world.at(20_000);
    let lines = sent(world.take());
    assert_eq!(lines, ["0 send on", "5000 send configure", "5000 send off", "9500 send configure"]);
}

#[test]
fn an_off_that_the_server_has_surely_seen_is_not_owed_again() {
    let mut world = World::ready(guide());
    world.at(0).key();
    world.at(500).text(1, "a");
    let id = world.id_of_text("a");
    world.at(600).recv(frames::echo(Some(&id), "own-1", "a"));
    world.at(700).lose();
    world.at(5_000).reconnect(Accept::RESUMED);
    world.at(9_000);
    let lines = sent(world.take());
    assert_eq!(lines, ["0 send on", "500 send off", "500 send text a", "5000 send configure"]);
}

#[test]
fn an_off_that_was_written_counts_as_said_and_one_that_was_not_is_owed() {
    let mut world = World::ready(guide());
    world.at(0).key();
    world.at(600).does(Input::InputCleared);
    world.at(601).lose();
    world.at(700).reconnect(Accept::RESUMED);
    assert_eq!(sent(world.take()), ["0 send on", "600 send off", "700 send configure"]);

    let mut world = World::ready(guide());
    world.at(0).key();
    world.drain_every = usize::MAX;
    world.at(600).does(Input::InputCleared);
    let transport = world.transport();
    world.does(Input::TransportClosed(transport, CloseReason::Code(1006)));
    world.drain_every = 1;
    world.drain();
    world.at(700).reconnect(Accept::RESUMED);
    assert_eq!(sent(world.take()), ["0 send on", "700 send configure", "700 send off"]);
}

#[test]
fn an_on_that_was_never_written_is_not_owed_an_off() {
    let mut world = World::ready(guide());
    world.drain_every = usize::MAX;
    world.at(0).key();
    let transport = world.transport();
    world.does(Input::TransportClosed(transport, CloseReason::Code(1006)));
    world.drain_every = 1;
    world.drain();
    world.at(5_000).reconnect(Accept::RESUMED);
    world.at(9_000);
    assert_eq!(sent(world.take()), ["5000 send configure"]);
}

#[test]
fn the_owed_off_is_replaced_by_an_on() {
    let mut world = World::ready(guide());
    world.at(0).key();
    world.at(500).lose();
    world.at(3_000).key();
    world.at(3_100).reconnect(Accept::RESUMED);
    world.at(9_000);
    let lines = sent(world.take());
    assert_eq!(lines, ["0 send on", "3100 send configure", "3100 send on", "5000 send off"]);
}

#[test]
fn no_off_is_owed_in_another_conversation() {
    let mut world = World::ready(guide());
    world.at(0).key();
    world.at(500).lose();
    world.at(5_000).reconnect(Accept::NEW);
    world.at(9_000);
    assert_eq!(sent(world.take()), ["0 send on", "5000 send configure"]);
}

#[test]
fn an_on_that_was_refused_for_its_rate_was_never_believed() {
    let mut world = World::ready(guide());
    world.at(0).key();
    let id = world.id_of_typing();
    world.at(50).recv(frames::too_many(Some(&id), Some(3)));
    world.at(60_000);
    assert_eq!(world.take(), ["0 send on", "50 rate_limited retry_after_ms=3000"]);

    let mut world = World::ready(guide());
    world.at(0).key();
    let id = world.id_of_typing();
    world.at(50).recv(frames::too_many(Some(&id), Some(3)));
    world.at(2_900).key();
    world.at(60_000);
    assert_eq!(sent(world.take()), ["0 send on", "3050 send on", "4900 send off"], "decided anew");
}

#[test]
fn an_off_that_was_refused_for_its_rate_is_owed() {
    let mut world = World::ready(guide());
    world.at(0).key();
    world.at(500).does(Input::InputCleared);
    let id = world.id_of_typing();
    world.at(550).recv(frames::too_many(Some(&id), Some(3)));
    world.at(60_000);
    assert_eq!(sent(world.take()), ["0 send on", "500 send off", "3550 send off"]);
}

#[test]
fn of_a_refused_volley_the_last_thing_that_was_believed_counts() {
    let mut world = World::ready(guide());
    world.at(0).key();
    world.at(600).does(Input::InputCleared);
    let off = world.id_of_typing();
    world.at(601).key();
    let on = world.id_of_typing();
    world.at(700).recv(frames::too_many(Some(&off), Some(1)));
    world.recv(frames::too_many(Some(&on), Some(1)));
    world.at(710).does(Input::InputCleared);
    world.at(60_000);
    let lines = sent(world.take());
    assert_eq!(lines, ["0 send on", "600 send off", "601 send on", "1700 send off"]);

    let mut world = World::ready(guide());
    world.at(0).key();
    let on = world.id_of_typing();
    world.at(60).does(Input::InputCleared);
    let off = world.id_of_typing();
    world.at(700).recv(frames::too_many(Some(&on), Some(1)));
    world.recv(frames::too_many(Some(&off), Some(1)));
    world.at(60_000);
    assert_eq!(sent(world.take()), ["0 send on", "60 send off"], "nothing was ever shown");
}

#[test]
fn of_a_long_refused_volley_no_notice_is_forgotten() {
    let mut world = World::ready(guide());
    let mut said = Vec::new();
    for burst in 0..5 {
        world.at(burst * 1_000).key();
        said.push(world.id_of_typing());
        world.at(burst * 1_000 + 100).does(Input::InputCleared);
        said.push(world.id_of_typing());
    }
    world.at(5_000).take();
    for notice in &said[1..] {
        world.recv(frames::too_many(Some(notice), Some(1)));
    }
    world.at(60_000);
    assert_eq!(sent(world.take()), ["6000 send off"], "the first On still shows");
}

#[test]
fn an_off_that_nobody_let_in_is_owed() {
    let mut world = World::ready(guide());
    world.at(0).key();
    world.at(180).does(Input::InputCleared);
    let off = world.id_of_typing();
    world.at(220).recv(frames::status(Some(&off), 401, "expired"));
    world.at(300).connect(Accept::RESUMED);
    let lines = sent(world.take());
    assert_eq!(lines, ["0 send on", "180 send off", "300 send configure", "300 send off"]);
}

#[test]
fn in_read_only_nothing_is_sent_and_a_key_counts_again_afterwards() {
    let mut world = World::ready(guide());
    world.at(0).key();
    world.at(100).recv(frames::agent_left(true));
    world.at(200).key();
    world.at(30_000);
    assert_eq!(world.session.phase(), Phase::ReadOnly);
    assert_eq!(sent(world.take()), ["0 send on"]);
}

#[test]
fn the_jump_of_a_day_gives_one_off() {
    let mut world = World::ready(guide());
    world.at(0).key();
    world.now = 86_400_000;
    world.tick();
    assert_eq!(world.take(), ["0 send on", "86400000 send off"]);
}

#[test]
fn capability_lost_ends_typing_for_the_session_and_a_new_one_has_it_again() {
    let mut world = World::ready(guide());
    world.at(0).key();
    let id = world.id_of_typing();
    world.at(10).recv(frames::status(Some(&id), 403, "feature off"));
    assert!(!world.session.has(Capability::Typing));
    world.at(9_000).key();
    world.lose();
    world.at(9_100).reconnect(Accept::RESUMED).key();
    assert_eq!(
        sent(world.take()),
        ["0 send on", "9100 send configure"],
        "the same session, the same answer"
    );
    world.lose();
    world.at(9_200).reconnect(Accept::NEW);
    assert_eq!(sent(world.take()), ["9200 send configure", "9200 send on"]);
}

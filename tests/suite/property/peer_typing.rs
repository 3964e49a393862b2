//! The others' typing indicators: I1 to I12, as far as there is one conversation.
//!
//! Owns: one test for each rule. Must not know: how the monitor finds a breach.

use webmessaging_proto::Event;
use webmessaging_testkit::monitor::Rule;

use super::watched::never;
use crate::support::corpus::all;

#[test]
fn i1_i4_an_indicator_ends_at_its_newest_deadline() {
    never(&[Rule::I1, Rule::I4]);
}

#[test]
fn i2_typists_do_not_end_each_other() {
    never(&[Rule::I2]);
}

#[test]
fn i5_starts_and_stops_alternate_for_each_typist() {
    never(&[Rule::I5]);
}

#[test]
fn i6_a_message_ends_its_senders_indicator() {
    never(&[Rule::I6]);
}

#[test]
fn i7_what_is_not_the_others_typing_starts_nothing() {
    never(&[Rule::I7]);
}

#[test]
fn i9_with_the_connection_every_indicator_ends() {
    never(&[Rule::I9]);
}

#[test]
fn i12_no_more_typists_than_the_cap() {
    never(&[Rule::I12]);
}

#[test]
fn i1_none_stays_at_the_end_of_a_run() {
    all(|_, world| {
        let shown = world.trace.events().fold(0_i32, |shown, (_, event)| match event {
            Event::PeerTypingStarted { .. } => shown + 1,
            Event::PeerTypingStopped { .. } => shown - 1,
            _ => shown,
        });
        if shown == 0 { Ok(()) } else { Err(format!("{shown} are left")) }
    });
}

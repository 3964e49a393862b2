//! Texts: in order, one at a time, none lost, none twice.
//!
//! Owns: one test for each rule. Must not know: how the monitor finds a breach.

use std::collections::BTreeSet;

use webmessaging_testkit::monitor::Rule;

use super::watched::never;
use crate::support::corpus::all;

#[test]
fn texts_reach_the_wire_in_order_and_one_at_a_time() {
    never(&[Rule::TextOrder, Rule::OneInFlight]);
}

#[test]
fn what_is_written_is_what_the_host_gave() {
    never(&[Rule::TextUnchanged]);
}

#[test]
fn no_text_is_written_twice_unless_the_server_or_the_host_asks_for_it() {
    never(&[Rule::TextTwice]);
}

#[test]
fn a_text_ends_once_as_confirmed_kept_or_discarded() {
    never(&[Rule::TextEnds]);
}

#[test]
fn no_text_is_left_in_a_line_that_is_over() {
    never(&[Rule::TextLeft]);
}

#[test]
fn no_text_waits_that_could_go() {
    never(&[Rule::TextIdle]);
}

#[test]
fn a_text_is_refused_for_a_reason_and_the_line_has_its_cap() {
    never(&[Rule::Verdict, Rule::Caps]);
}

#[test]
fn no_tracing_id_comes_twice() {
    never(&[Rule::TracingIds]);
    // The monitor remembers a few; a whole run can be looked at.
    all(|_, world| {
        let mut seen = BTreeSet::new();
        let sent = world.trace.sent();
        let again = sent.iter().find(|sent| !seen.insert(sent.id));
        again.map_or(Ok(()), |again| Err(format!("twice: {again:?}")))
    });
}

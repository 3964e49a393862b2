//! What holds in every phase and after every step.
//!
//! Owns: one test for each rule. Must not know: how the monitor finds a breach.

use webmessaging_testkit::monitor::Rule;

use super::watched::never;
use crate::support::corpus::all;

#[test]
fn the_armed_wake_up_is_never_late_and_nothing_due_is_without_one() {
    never(&[Rule::NeverLate]);
}

#[test]
fn after_a_step_nothing_is_due_any_more() {
    never(&[Rule::NoBusyLoop]);
}

#[test]
fn a_refused_input_changes_no_more_than_a_tick() {
    never(&[Rule::RejectedChangesNothing]);
}

#[test]
fn tokens_and_texts_never_show_in_debug() {
    never(&[Rule::NoSecrets]);
}

#[test]
fn a_phase_is_told_once_and_is_in_force_then() {
    never(&[Rule::PhaseTold]);
}

#[test]
fn the_phases_follow_the_table_and_what_is_over_comes_back_only_by_connect() {
    never(&[Rule::PhaseTable, Rule::PhaseCause]);
}

#[test]
fn no_phase_lasts_longer_than_its_time_out() {
    never(&[Rule::PhaseTimeOut, Rule::GivesUp]);
}

#[test]
fn only_configure_and_close_are_sent_while_not_ready_and_configure_comes_first() {
    never(&[Rule::ConfigureFirst, Rule::SilentUnlessReady]);
}

#[test]
fn one_transport_at_a_time_and_each_with_a_new_name() {
    never(&[Rule::TransportIds, Rule::LiveTransport]);
}

#[test]
fn the_counts_are_those_of_what_was_seen() {
    never(&[Rule::StatsTrue]);
}

#[test]
fn one_input_gives_few_outputs() {
    never(&[Rule::FewOutputs]);
    // The runs are small: so are their steps.
    all(|_, world| {
        let most = world.trace.most_outputs;
        if most <= 60 { Ok(()) } else { Err(format!("{most} outputs from one step")) }
    });
}

#[test]
fn the_driver_of_the_runs_found_nothing_either() {
    all(|_, world| {
        world.trace.breaches.first().map_or(Ok(()), |breach| Err(format!("{breach:?}")))
    });
}

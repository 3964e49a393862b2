//! The own typing indicator: T1 to T20, as far as a run shows them.
//!
//! Owns: one test for each rule; T16 and T18 are in `metamorphic` as well. Must not know: how the
//! monitor finds a breach.

use webmessaging_testkit::monitor::Rule;

use super::watched::never;

#[test]
fn t1_t2_an_off_only_ends_an_indicator_that_may_still_show() {
    never(&[Rule::T1, Rule::T2]);
}

#[test]
fn t3_an_indicator_ends_as_soon_as_the_user_is_idle() {
    never(&[Rule::T3]);
}

#[test]
fn t4_no_off_while_keys_arrive_closer_than_idle() {
    never(&[Rule::T4]);
}

#[test]
fn t5_a_refresh_comes_before_the_indicator_expires() {
    never(&[Rule::T5]);
}

#[test]
fn t6_two_ons_keep_their_distance() {
    never(&[Rule::T6]);
}

#[test]
fn t7_an_off_goes_before_the_text_that_ends_typing() {
    never(&[Rule::T7]);
}

#[test]
fn t8_an_end_by_the_user_is_told_in_the_same_step() {
    never(&[Rule::T8]);
}

#[test]
fn t10_an_on_needs_a_key_or_a_hold_since_the_last_end() {
    never(&[Rule::T10, Rule::StartDelay]);
}

#[test]
fn t11_typing_is_never_an_error_and_never_sent_while_away() {
    never(&[Rule::T11]);
}

#[test]
fn t12_a_typing_user_is_shown_without_delay_also_after_a_loss() {
    never(&[Rule::T12]);
}

#[test]
fn t13_nothing_is_sent_for_typing_once_the_server_forbade_it() {
    never(&[Rule::T13, Rule::Capabilities]);
}

#[test]
fn t14_a_refused_or_interrupted_off_is_owed() {
    never(&[Rule::T14]);
}

#[test]
fn t15_no_notice_before_the_end_of_a_pause() {
    never(&[Rule::T15]);
}

#[test]
fn t17_one_step_gives_one_output_of_a_kind() {
    never(&[Rule::T17]);
}

#[test]
fn t18_a_needless_tick_says_nothing() {
    never(&[Rule::T18]);
}

#[test]
fn t19_without_refresh_no_notice_comes_twice_in_a_row() {
    never(&[Rule::T19]);
}

#[test]
fn t20_what_is_over_holds_no_timer() {
    never(&[Rule::T20]);
}

//! Read receipts: R1 to R20, as far as one receipt a message keeps them.
//!
//! Owns: one test for each rule. Must not know: how the monitor finds a breach.

use webmessaging_testkit::monitor::Rule;

use super::watched::never;

#[test]
fn r1_r12_a_message_is_told_once_on_a_connection_and_never_after_it_is_settled() {
    never(&[Rule::R1, Rule::R12]);
}

#[test]
fn r2_r4_no_receipt_without_the_whole_dwell_on_screen_and_in_the_foreground() {
    never(&[Rule::R2, Rule::R4]);
}

#[test]
fn r3_r11_what_was_read_is_told_as_soon_as_it_can_be() {
    never(&[Rule::R3]);
}

#[test]
fn r5_receipts_keep_the_order_of_reading() {
    never(&[Rule::R5]);
}

#[test]
fn r6_no_receipt_for_an_own_message() {
    never(&[Rule::R6]);
}

#[test]
fn r7_no_receipt_for_a_message_that_nobody_knows() {
    never(&[Rule::R7]);
}

#[test]
fn r9_a_refused_receipt_comes_again() {
    never(&[Rule::R9]);
}

#[test]
fn r10_nothing_is_lost_with_a_connection() {
    never(&[Rule::R10]);
}

#[test]
fn r13_a_receipt_that_is_given_up_is_reported_once() {
    never(&[Rule::R13]);
}

#[test]
fn r18_a_receipts_answer_causes_no_receipt() {
    never(&[Rule::R18]);
}

#[test]
fn r19_a_pause_is_at_least_what_the_server_asked_for_and_within_its_bounds() {
    never(&[Rule::R19]);
}

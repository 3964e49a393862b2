//! The limits of the service are never touched.
//!
//! Owns: one test for each limit. Must not know: how the session counts.

use webmessaging_proto::{Event, Output, Phase};
use webmessaging_testkit::monitor::Rule;

use super::watched::never;
use crate::support::corpus::all;

#[test]
fn never_more_than_60_requests_in_any_minute_on_a_connection() {
    never(&[Rule::Budget]);
}

#[test]
fn never_more_than_2_health_checks_in_any_minute_on_a_connection() {
    never(&[Rule::BudgetEchoes]);
}

#[test]
fn never_more_than_30_receipts_in_the_window() {
    never(&[Rule::BudgetReceipts]);
}

#[test]
fn never_more_than_5_texts_in_any_second_whatever_the_connection() {
    never(&[Rule::TextRate]);
}

#[test]
fn the_last_ten_requests_are_for_configures_and_texts() {
    never(&[Rule::BudgetReserve]);
}

#[test]
fn nothing_that_a_rate_limit_concerns_goes_out_inside_its_pause() {
    never(&[Rule::PauseKept, Rule::T15]);
}

/// Fails if more than `limit` of the times lie in any `window`.
fn at_most(limit: usize, window: u64, times: &[u64], what: &str) -> Result<(), String> {
    let crowded = times.windows(limit + 1).find(|some| some[limit] - some[0] < window);
    crowded.map_or(Ok(()), |some| Err(format!("{what}: more than {limit} from {}", some[0])))
}

#[test]
fn dialing_is_never_frantic() {
    all(|_, world| {
        // Waits are drawn, so a few dials may be near; a dozen in a row is a storm.
        let times = |counts: fn(&Output) -> bool| -> Vec<u64> {
            world.trace.outputs().filter(|(_, out)| counts(out)).map(|(at, _)| at).collect()
        };
        let dials = times(|output| matches!(output, Output::OpenTransport(_)));
        let losses =
            times(|output| matches!(output, Output::Emit(Event::PhaseChanged(Phase::Backoff))));
        at_most(25, 10_000, &dials, "dials")?;
        at_most(25, 10_000, &losses, "losses")
    });
}

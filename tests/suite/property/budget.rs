//! The limits of the service are never touched.
//!
//! Owns: one test for each limit. Must not know: how the session counts.

use webmessaging_proto::Phase;

use crate::support::corpus::all;
use crate::support::trace::{SAFE_WINDOW_MS, Sent, Share, WINDOW_MS, share};

/// Fails if more than `limit` of the times lie in any `window`.
fn at_most(limit: usize, window: u64, times: &[u64], what: &str) -> Result<(), String> {
    let crowded = times.windows(limit + 1).find(|some| some[limit] - some[0] < window);
    crowded.map_or(Ok(()), |some| Err(format!("{what}: more than {limit} from {}", some[0])))
}

/// The times of the frames on each connection.
fn per_connection(sent: &[Sent], counts: impl Fn(&Sent) -> bool) -> Vec<Vec<u64>> {
    sent.chunk_by(|one, next| one.transport == next.transport)
        .map(|frames| frames.iter().filter(|sent| counts(sent)).map(|sent| sent.at).collect())
        .collect()
}

fn on_each_connection(limit: usize, window: u64, what: &str, counts: fn(&Sent) -> bool) {
    all(|_, world| {
        for times in per_connection(&world.trace.sent(), counts) {
            at_most(limit, window, &times, what)?;
        }
        Ok(())
    });
}

#[test]
fn never_more_than_60_requests_in_any_minute_on_a_connection() {
    on_each_connection(60, WINDOW_MS, "requests", |_| true);
    on_each_connection(60, SAFE_WINDOW_MS, "requests, with the margin", |_| true);
}

#[test]
fn never_more_than_2_health_checks_in_any_minute_on_a_connection() {
    on_each_connection(2, SAFE_WINDOW_MS, "health checks", Sent::is_echo);
}

#[test]
fn never_more_than_30_receipts_in_the_window() {
    on_each_connection(30, SAFE_WINDOW_MS, "receipts", |sent| sent.receipt().is_some());
}

#[test]
fn never_more_than_5_texts_in_any_second_whatever_the_connection() {
    all(|_, world| {
        let sent = world.trace.sent();
        let times: Vec<u64> =
            sent.iter().filter(|sent| sent.text().is_some()).map(|sent| sent.at).collect();
        at_most(5, 1_000, &times, "texts")?;
        at_most(5, 1_100, &times, "texts, with the margin")
    });
}

#[test]
fn the_last_ten_requests_are_for_configures_and_texts() {
    all(|_, world| {
        let sent = world.trace.sent();
        for frames in sent.chunk_by(|one, next| one.transport == next.transport) {
            for (place, frame) in frames.iter().enumerate() {
                if share(&frame.body) == Share::Essential {
                    continue;
                }
                let used = frames[..=place]
                    .iter()
                    .filter(|earlier| earlier.at + SAFE_WINDOW_MS > frame.at)
                    .count();
                // The end of typing and the text after it are one.
                let with_text = frames
                    .get(place + 1)
                    .is_some_and(|next| next.step == frame.step && next.text().is_some());
                if used > 50 && !(with_text && used < 60) {
                    return Err(format!("at {}: {:?} is number {used}", frame.at, frame.body));
                }
            }
        }
        Ok(())
    });
}

#[test]
fn dialing_is_never_frantic() {
    all(|_, world| {
        // Waits are drawn, so a few dials may be near; a dozen in a row is a storm.
        let dials: Vec<u64> = world
            .trace
            .outputs()
            .filter(|(_, output)| matches!(output, webmessaging_proto::Output::OpenTransport(_)))
            .map(|(at, _)| at)
            .collect();
        at_most(25, 10_000, &dials, "dials")?;
        let phases = world.trace.events().filter(|(_, event)| {
            matches!(event, webmessaging_proto::Event::PhaseChanged(Phase::Backoff))
        });
        let losses: Vec<u64> = phases.map(|(at, _)| at).collect();
        at_most(25, 10_000, &losses, "losses")
    });
}

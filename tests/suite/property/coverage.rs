//! How much of the machine the runs reach: properties of what never happens are worth nothing.
//!
//! Owns: the floors. Must not know: what must hold.

use std::collections::BTreeMap;

use webmessaging_proto::{Event, Output, Timer};

use crate::support::corpus::runs;
use crate::support::lines;
use crate::support::trace::What;

type Counts = BTreeMap<String, usize>;

fn count() -> Counts {
    let mut counts = Counts::new();
    for run in runs() {
        for entry in &run.world.trace.entries {
            for name in names(&entry.what) {
                *counts.entry(name).or_default() += 1;
            }
        }
    }
    counts
}

fn names(what: &What) -> Vec<String> {
    match what {
        What::In(given, Ok(())) => vec![format!("input {}", given.name())],
        What::In(_, Err(error)) => vec![format!("error {}", error.code())],
        What::Phase(phase) => vec![format!("phase {}", phase.name())],
        What::Fired(timer) => vec![format!("timer {timer:?}")],
        What::Out(Output::Emit(event)) => event_names(event),
        What::Out(Output::SendFrame(frame)) => {
            let line = lines::line(0, &Output::SendFrame(frame.clone())).unwrap();
            let kind = line.split(' ').nth(2).unwrap_or_default();
            let mut names = vec!["output send_frame".into(), format!("send {kind}")];
            if line.ends_with("configure new") {
                names.push("send configure new".into());
            }
            names
        }
        What::Out(Output::OpenTransport(_)) => vec!["output open_transport".into()],
        What::Out(Output::CloseTransport(_, close)) => {
            vec!["output close_transport".into(), format!("close {close:?}")]
        }
        What::Out(Output::ArmTimer(_)) => vec!["output arm_timer".into()],
        What::Out(Output::ClearTimer) => vec!["output clear_timer".into()],
        What::Out(other) => vec![format!("output {other:?}")],
    }
}

fn event_names(event: &Event) -> Vec<String> {
    let mut names = vec!["output emit".to_owned()];
    let line = lines::event(event);
    let mut words = line.split(' ');
    names.push(format!("event {}", words.next().unwrap_or_default()));
    for word in words {
        for detail in ["reason=", "code=", "capability="] {
            if let Some(value) = word.strip_prefix(detail) {
                names.push(format!("{}{value}", detail.replace('=', " ")));
            }
        }
    }
    if line.starts_with("phase failed") {
        names.push(line);
    }
    names
}

/// What must be reached, and how often at least.
const FLOORS: &[(usize, &[&str])] = &[
    (
        200,
        &[
            "input connect",
            "input transport_opened",
            "input transport_closed",
            "input frame_received",
            "input keystroke",
            "input input_cleared",
            "input set_typing",
            "input foreground",
            "input send_text",
            "input message_visible",
            "phase connecting",
            "phase configuring",
            "phase ready",
            "phase backoff",
            "output open_transport",
            "output close_transport",
            "output send_frame",
            "output arm_timer",
            "output emit",
            "send configure",
            "send text",
            "send on",
            "send off",
            "send receipt",
            "event message_received",
            "event message_confirmed",
            "event peer_typing_started",
            "event peer_typing_stopped",
            "event rate_limited",
            "event messages_may_be_missing",
            "reason expired",
            "timer Typing",
            "timer Backoff",
            "timer RateLimit",
            "error unknown_message",
        ],
    ),
    (
        25,
        &[
            "input disconnect",
            "input network_available",
            "input peer_alive",
            "input composer_closed",
            "input retry",
            "input discard",
            "input start_new",
            "input message_hidden",
            "input message_restored",
            "input renew",
            "phase read_only",
            "phase closing",
            "phase closed",
            "phase failed",
            "output clear_timer",
            "close Normal",
            "close Unresponsive",
            "send echo",
            "send join",
            "send close_session",
            "event message_unconfirmed",
            "event message_failed",
            "event message_read",
            "event capability_lost",
            "event authentication_failed",
            "event session_expired",
            "event connection_closed",
            "event conversation_ended",
            "event fault",
            "event other",
            "reason off",
            "reason disconnected",
            "reason ended",
            "timer Configure",
            "timer HealthCheck",
            "timer Dwell",
            "timer TextConfirmation",
            "timer TextRetry",
            "timer Budget",
            "error invalid_state",
            "error unknown_key",
            "error message_too_long",
            "error outbox_full",
            "code read_only",
            "code disconnected",
            "code undecodable",
        ],
    ),
    (100, &["timer PeerTyping", "reason message"]),
    (
        4,
        &[
            "event session_cleared",
            "timer Dial",
            "timer Close",
            "timer HealthCheckAnswer",
            "event receipt_failed",
            "event session_replaced",
            "event access_denied",
            "capability typing",
            "capability typing_off",
            "capability receipts",
            "error not_kept",
            "code ledger_full",
            "code 404",
            "phase failed access_denied",
            "phase failed authentication_failed",
            "phase failed session_expired",
            "phase failed configure_refused",
            "reason by_server",
            "reason session_limit",
            "reason logout",
            "send configure new",
        ],
    ),
    (1, &["timer GiveUp", "phase failed gave_up", "code session_replaced"]),
];

#[test]
fn the_runs_reach_every_part_of_the_machine() {
    let counts = count();
    if std::env::var_os("SUITE_COVERAGE").is_some() {
        eprintln!("{counts:#?}");
    }
    let mut short = Vec::new();
    for (floor, names) in FLOORS {
        for name in *names {
            let reached = counts.get(*name).copied().unwrap_or(0);
            if reached < *floor {
                short.push(format!("{name}: {reached} of {floor}"));
            }
        }
    }
    assert!(short.is_empty(), "too rarely reached: {short:#?}");
}

#[test]
fn every_timer_has_a_floor() {
    let named: Vec<&str> = FLOORS.iter().flat_map(|(_, names)| *names).copied().collect();
    for timer in Timer::ALL {
        assert!(named.contains(&&*format!("timer {timer:?}")), "{timer:?}");
    }
}

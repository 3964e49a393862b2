//! Recorded behaviour of other systems (`tests/vectors/typing.jsonl`), run through the machines.
//!
//! Owns: which vector applies, and what we do where we mean to differ. Must not know: the session.

use core::time::Duration;
use std::collections::BTreeSet;

use serde_json::Value;
use webmessaging_proto::frame::TypingNotice;
use webmessaging_proto::{
    Instant, PeerTyping, ReceiptPolicy, Receipts, Sender, Typing, TypingPolicy,
};

const FILE: &str = include_str!("../vectors/typing.jsonl");

/// What a vector is to us.
enum Verdict {
    /// Its `ours_expect`, or else its `expect`, is what we do.
    Same,
    /// We do this instead: the outputs, and why.
    Ours(&'static str, &'static str),
    /// It is about something that we do not have.
    No(&'static str),
}
use Verdict::{No, Ours, Same};

const TIMER: &str = "a refresh comes from the timer, at its very time, not from the next key";
const CONVERSATIONS: &str = "a session has one conversation";
const MESSAGE: &str = "each message has a receipt of its own, sent at once";
const DELIVERED: &str = "delivery is not told";
const UP_TO: &str = "positions of a whole conversation are not told";

const VERDICTS: &[(&str, Verdict)] = &[
    ("zulip-01-first-key-immediate", Same),
    ("zulip-02-throttle-and-refresh", Ours("0 on, 10000 on, 16000 off", TIMER)),
    ("zulip-04-idle-stop", Same),
    ("zulip-06-explicit-stop-then-restart", Same),
    ("zulip-07-switch-recipient", No(CONVERSATIONS)),
    ("zulip-09-edit-and-compose-parallel", No(CONVERSATIONS)),
    ("zulip-10-inbound-shared-timer-bug", Same),
    ("zulip-11-inbound-stop-kills-others-timer", Same),
    ("zulip-12-inbound-refresh-extends", Same),
    ("zulipf-01-extend-idle", Same),
    ("zulipf-02-throttle-every-2s", Ours("0 on, 10000 on, 17000 off", TIMER)),
    ("zulipf-03-switch-resets-idle", No(CONVERSATIONS)),
    ("zulipf-04-switch-resets-throttle", No(CONVERSATIONS)),
    ("zulipf-05-inbound-expiry-15s", Same),
    ("zulipf-07-inbound-ignore-self", No("the session tells by the direction: scenario typing_in")),
    ("ably-01-keystroke-throttle", Same),
    ("ably-02-stop-noop-when-not-typing", Same),
    ("ably-04-stop-after-window-lost", Ours("0 on, 10000 on, 10500 off", TIMER)),
    ("ably-05-disconnected-throws", Same),
    (
        "ably-06-stop-while-disconnected-throws",
        Ours("0 on, 300 off, 400 on", "after a loss an Off is owed, and the next key starts anew"),
    ),
    ("ably-07-last-op-wins-stop-cancelled", No("a notice that was handed out is sent: no queue")),
    ("ably-08-last-op-wins-keystroke-cancelled", No("a notice that was handed out is sent")),
    ("ably-09-inbound-ttl", Same),
    ("ably-13-dispose-clears", Ours("10 on, 20 off", "an Off is sent if it still can be")),
    ("stream-01-throttle-2s", Ours("0 on, 2000 on", TIMER)),
    ("stream-03-clear-input-does-not-stop", Same),
    (
        "stream-04-stop-on-send-unconditional",
        Ours("0 message, 100 message", "no Off without an On"),
    ),
    ("stream-06-inbound-7s", Same),
    ("element-02-false-first-is-noop", Same),
    ("element-03-continuous-typing-flicker", Same),
    ("element-04-thread-suppressed", No("there are no threads")),
    ("element-05-idle", Same),
    ("mrsdk-02-off-when-not-on", Same),
    ("mrsdk-03-off-after-server-timeout-skipped", Ours("0 on, 3000 on, 4001 off", TIMER)),
    ("xmpp-02-no-repeat-composing", Same),
    ("xmpp-06-muc-stale-timer-bug", Same),
    ("xmpp-07-muc-repeat-not-extended", Same),
    ("prof-01-paused-from-start", Same),
    ("signal-02-timer-refresh-while-typing", Same),
    (
        "signal-03-send-suppresses-stop",
        Ours(
            "0 on, 1000 off, 1000 message, 1100 on, 4100 off",
            "where there is an Off, it is sent",
        ),
    ),
    ("signal-04-navigate-away-notifies", Same),
    ("signal-05-inbound-15s-per-device", No("the wire names no devices")),
    ("tg-01-every-5s", Same),
    ("tg-02-skip-offline-peer", No("whether the agent is there is not known")),
    ("pubnub-02-stop-lost-after-window", Ours("0 on, 4000 on, 4500 off", TIMER)),
    (
        "pubnub-05-kmp-min-timeout",
        No("our policies are checked when they are built: scenario profiles"),
    ),
    ("genesys-01-cooldown", Ours("0 on, 5000 on", "at 5000 the cooldown is over, not after it")),
    ("genesys-02-own-message-resets", Same),
    ("genesys-03-disabled", Same),
    ("mm-01-throttle", Ours("0 on, 5000 on, 10000 on", TIMER)),
    (
        "mm-02-inbound-ttl-equals-refresh-flicker",
        Ours("0 A, 5000 , 6000 A, 11000 ", "the sender's time counts to the millisecond"),
    ),
    ("mm-03-expiry-generation-guard", No("expiry is no input: there is one deadline a sender")),
    ("chatwoot-01-idle-4s", Same),
    ("seed-01-timer-not-cleared-on-send", Same),
    ("seed-02-next-burst-rearms", Same),
    ("seed-03-naive-flood", Same),
    ("rcpt-stream-01-buffer-1s", No(DELIVERED)),
    ("rcpt-stream-02-inflight", No(DELIVERED)),
    ("rcpt-stream-03-read-supersedes-delivery", No(DELIVERED)),
    ("rcpt-stream-05-nonretryable", No(DELIVERED)),
    ("rcpt-stream-06-lone-throttled-markread-lost", No(UP_TO)),
    ("rcpt-sendbird-01-scheduler", No(UP_TO)),
    ("rcpt-tg-02-immediate-when-caught-up", No(UP_TO)),
    ("rcpt-tg-03-monotonic", No(UP_TO)),
    ("rcpt-aws-01-read-immediate-then-throttled", Ours("1 a, 200 b, 300 c", MESSAGE)),
    ("rcpt-aws-02-delivered-superseded-by-read", Ours("100 a", DELIVERED)),
    ("rcpt-mx-01-unknown-target-is-sent", Ours("", "an unknown message is the caller's mistake")),
    ("rcpt-mx-02-unchanged-not-sent", Same),
    ("rcpt-mx-03-newer-sent-older-not", Same),
    ("rcpt-mx-04-own-event-redirects", Ours("", "an own message has no receipt and no redirect")),
    ("rcpt-mx-05-only-own-events-noop", Same),
    ("clock-01-genesys-backward-step", Same),
    ("clock-02-mm-backward-step", Same),
    ("irc-01-active-ttl-6s", Same),
    ("irc-02-paused-ttl-30s", No("there is no paused")),
    ("irc-03-done", Same),
    ("irc-06-min-gap-3s-any-notification", Ours("0 on, 1000 off", "Off is exempt from the gap")),
    ("mx-in-01-list-replaces", No("there are no lists of typists")),
    ("mx-in-02-same-list-no-event", No("there are no lists of typists")),
    ("xep333-01-burst-only-last", Ours("0 m1, 0 m2, 0 m3", MESSAGE)),
    ("xep333-03-unknown-ignored", No("receipts of others are the host's")),
    ("xep333-04-never-for-own", Same),
    ("irc-read-01-monotonic", No(UP_TO)),
    ("mx-rcpt-in-01-key-user-type-thread", No("receipts of others are the host's")),
    ("genesys-in-01-duration", Same),
    ("genesys-in-02-off-ignored-bug", Same),
    ("discord-01-ttl-10s", Same),
];

fn vectors() -> Vec<Value> {
    FILE.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

fn steps(vector: &Value) -> impl Iterator<Item = (u64, &str, &Value)> {
    let steps = vector["steps"].as_array().unwrap().iter();
    steps.map(|step| (step["at_ms"].as_u64().unwrap(), step["input"].as_str().unwrap(), step))
}

/// What a vector asks of us, as one line.
fn asked(vector: &Value) -> String {
    let ours = vector.get("ours_expect").unwrap_or_else(|| &vector["expect"]);
    let outputs = ours.as_array().unwrap().iter().map(|output| {
        let what = match output["output"].as_str().unwrap() {
            "typing_on" => "on".to_owned(),
            "typing_off" => "off".to_owned(),
            "typists" => words(&output["users"]),
            "send_read" => output["up_to"].as_str().unwrap().to_owned(),
            other => other.to_owned(),
        };
        format!("{} {what}", output["at_ms"])
    });
    outputs.collect::<Vec<_>>().join(", ")
}

fn words(list: &Value) -> String {
    let words = list.as_array().unwrap().iter().map(|word| word.as_str().unwrap());
    words.collect::<Vec<_>>().join("+")
}

const fn ms(millis: u64) -> Instant {
    Instant::from_millis(millis)
}

/// The rules that a peer's numbers ask for.
fn policy(params: &Value) -> TypingPolicy {
    let number = |name: &str| params[name].as_u64();
    let time = |millis: u64| Duration::from_millis(millis);
    let margin = number("margin_ms").unwrap_or(0);
    let mut policy = TypingPolicy::guide();
    policy.min_gap = time(number("min_gap_ms").unwrap_or(0));
    policy.refresh = number("refresh_ms")
        .or_else(|| number("typing_timeout_ms").map(|timeout| timeout - margin))
        .map(time);
    policy.remote_ttl = number("remote_ttl_ms")
        .or_else(|| number("server_timeout_ms"))
        .or_else(|| number("typing_timeout_ms"))
        .or_else(|| Some(number("refresh_ms")? + number("grace_ms")?))
        .map(time);
    policy.sends_off = params["off_supported"] != false && params.get("remote_ttl_ms").is_none();
    // A peer that knows no end of typing by time: one minute, or the seed's 2 s for the seed's own.
    policy.idle = number("idle_ms").map_or(Duration::from_secs(60), time);
    if params["off_supported"] == false {
        policy.remote_ttl = policy.refresh.map(|refresh| refresh + time(2_000));
        policy.message_ends_belief = true;
        policy.idle = time(4_000);
    }
    policy
}

fn outbound(vector: &Value) -> String {
    let mut typing = Typing::new(policy(&vector["params"])).unwrap();
    let mut outputs = Vec::new();
    if vector["params"]["enabled"] != false {
        typing.open();
    }
    let poll = |typing: &mut Typing, outputs: &mut Vec<String>, at: u64| {
        while let Some(sent) = typing.poll(ms(at)) {
            let notice = if sent.notice() == TypingNotice::On { "on" } else { "off" };
            outputs.push(format!("{at} {notice}"));
        }
    };
    let wait = |typing: &mut Typing, outputs: &mut Vec<String>, until: u64| {
        while let Some(due) = typing.deadline().filter(|due| *due <= ms(until)) {
            poll(typing, outputs, due.as_millis());
            assert!(typing.deadline() > Some(due) || typing.deadline().is_none(), "a busy loop");
        }
    };
    for (at, input, _) in steps(vector) {
        wait(&mut typing, &mut outputs, at);
        match input {
            "keystroke" => typing.keystroke(ms(at)),
            "input_cleared" | "compose_closed" | "stop" | "dispose" => typing.end(),
            "message_sent" | "own_message_echo" => {
                typing.end();
                poll(&mut typing, &mut outputs, at);
                typing.message_sent();
                if input == "message_sent" {
                    outputs.push(format!("{at} message"));
                }
            }
            "disconnect" => typing.close(),
            "connect" => typing.open(),
            "wall_clock_step" | "remote_typing_on" => {}
            other => panic!("no such input: {other}"),
        }
        poll(&mut typing, &mut outputs, at);
    }
    wait(&mut typing, &mut outputs, vector["until_ms"].as_u64().unwrap());
    // A peer's vectors tell of messages only where the order matters.
    let tells_messages = vector["source"].as_str().unwrap().starts_with("seed")
        || !asked(vector).contains("off") // nothing but messages may be left to tell
        || vector["id"] == "signal-03-send-suppresses-stop"
        || vector["id"] == "stream-04-stop-on-send-unconditional";
    outputs.retain(|output| tells_messages || !output.ends_with("message"));
    outputs.join(", ")
}

fn inbound(vector: &Value) -> String {
    let mut peers = PeerTyping::new(8);
    let params = &vector["params"];
    let sum = || Some(params["refresh_ms"].as_u64()? + params["grace_ms"].as_u64()?);
    let ttl = ["remote_ttl_ms", "active_ttl_ms"]
        .iter()
        .find_map(|name| params[*name].as_u64())
        .or_else(sum);
    let mut shown = String::new();
    let mut outputs = Vec::new();
    let mut look = |peers: &mut PeerTyping, at: u64| {
        while peers.poll(ms(at)).is_some() {}
        let names: Vec<_> = peers.typists().map(|typist| &*typist.name).collect();
        if shown != names.join("+") {
            shown = names.join("+");
            outputs.push(format!("{at} {shown}"));
        }
    };
    let until = vector["until_ms"].as_u64().unwrap();
    let steps: Vec<_> = steps(vector).collect();
    for (at, input, step) in
        steps.into_iter().map(Some).chain([None]).map(|step| {
            step.map_or((until, "", &Value::Null), |(at, input, step)| (at, input, step))
        })
    {
        while let Some(due) = peers.deadline().filter(|due| *due <= ms(at)) {
            look(&mut peers, due.as_millis());
        }
        let user = step["user"].as_str();
        let duration = step["ttl_ms"].as_u64().or(ttl).map(Duration::from_millis);
        match input {
            "remote_typing_on" => peers.on(user, "agent", duration, ms(at)),
            "remote_typing_off" => peers.off(user, "agent"),
            "" => {}
            other => panic!("no such input: {other}"),
        }
        look(&mut peers, at);
    }
    outputs.join(", ")
}

fn receipts(vector: &Value) -> String {
    let mut receipts = Receipts::new(ReceiptPolicy::guide(), 100);
    let mut known = BTreeSet::new();
    for message in vector["params"]["order"].as_array().into_iter().flatten() {
        let message = message.as_str().unwrap();
        let (id, by) = message.split_once('(').unwrap_or((message, ""));
        let from = if by.starts_with("by me") { Sender::Guest } else { Sender::Agent };
        let _ = receipts.add(id, from, false);
        known.insert(id.to_owned());
    }
    let mut outputs = Vec::new();
    for (at, input, step) in steps(vector) {
        let one = step["id"].as_str().map(str::to_owned);
        let many = step["ids"].as_array().into_iter().flatten();
        let ids: Vec<String> =
            one.into_iter().chain(many.map(|id| id.as_str().unwrap().to_owned())).collect();
        for id in ids {
            match input {
                "server_ack_read" => drop(receipts.add(&id, Sender::Agent, true)),
                "delivered" => {}
                "visible" | "mark_read" => {
                    // These vectors let a message be seen before they tell of it; but one of them
                    // is about just that.
                    if input == "visible" && !known.contains(&id) {
                        let _ = receipts.add(&id, Sender::Agent, false);
                    }
                    let _ = receipts.visible(&id, ms(at));
                }
                other => panic!("no such input: {other}"),
            }
        }
        while let Some(due) = receipts.poll(ms(at)) {
            outputs.push(format!("{at} {}", receipts.message(due).unwrap()));
        }
    }
    outputs.join(", ")
}

#[test]
fn every_vector_that_applies_holds() {
    let mut ran = 0;
    for vector in vectors() {
        let id = vector["id"].as_str().unwrap();
        let verdict = VERDICTS.iter().find(|(known, _)| *known == id);
        let (_, verdict) = verdict.unwrap_or_else(|| panic!("{id} has no verdict"));
        let expected = match verdict {
            Same => asked(&vector),
            Ours(outputs, reason) => {
                assert!(!reason.is_empty() && *outputs != asked(&vector), "{id} is the same");
                (*outputs).to_owned()
            }
            No(reason) => {
                assert!(!reason.is_empty(), "{id}");
                continue;
            }
        };
        let got = match vector["role"].as_str().unwrap() {
            "outbound" => outbound(&vector),
            "inbound" => inbound(&vector),
            "receipts" => receipts(&vector),
            other => panic!("no such role: {other}"),
        };
        assert_eq!(got, expected, "{id}: {}", vector["note"]);
        ran += 1;
    }
    assert_eq!(ran, VERDICTS.iter().filter(|(_, verdict)| !matches!(verdict, No(_))).count());
    assert!(ran >= 55, "{ran}");
}

//! Whether what the agent's side saw is what the guest did.
//!
//! Owns: the comparison. Must not know: the plot, the look of it.

use super::DemoError;
use super::agent::ConversationSeen;
use super::record::Indicator;
use super::stage::Record;

/// Compares the sides, tells the outcome, and fails on any difference.
pub(super) fn judge(record: &Record, view: &ConversationSeen) -> Result<(), DemoError> {
    let (guest, agent) = (&record.guest, &record.seen);
    let texts: Vec<_> = agent.received.iter().map(|(_, text)| text.clone()).collect();
    let keys: Vec<_> = agent.received.iter().map(|(key, _)| key.clone()).collect();
    let marked: Vec<_> = view.messages.iter().filter(|message| message.state == "Read").collect();
    let by_agent = marked.iter().filter(|message| message.from == "agent");
    let read_at_the_end: Vec<_> = by_agent.map(|message| message.message_id.clone()).collect();

    let checks = [
        ("the guest's typing", indicators(&guest.typing), indicators(&agent.guest_typing)),
        ("texts, in order, each once", guest.sent.join(" | "), texts.join(" | ")),
        ("keys of the texts", short(&guest.confirmed), short(&keys)),
        (
            "texts that came while typing was shown",
            "none".to_owned(),
            if agent.text_while_typing { "some" } else { "none" }.to_owned(),
        ),
        ("the agent's messages, each once", listed(&guest.received), listed(&agent.sent)),
        ("receipts, in order, each once", short(&guest.seen), short(&agent.read)),
        ("messages marked Read at the end", short(&guest.seen), short(&read_at_the_end)),
        (
            "the agent's typing",
            indicators(&guest.agent_typing),
            indicators(&[Indicator::On, Indicator::Out("message".to_owned())]),
        ),
        (
            "typing at the end",
            "not shown".to_owned(),
            if view.guest_typing { "shown" } else { "not shown" }.to_owned(),
        ),
    ];
    record.timeline.act("What the guest did, and what the agent saw")?;
    let mut disagreements = Vec::new();
    for (what, guest, agent) in checks {
        record.timeline.check(what, &guest, &agent)?;
        if guest != agent {
            disagreements.push(what);
        }
    }
    record.timeline.conclude(disagreements.is_empty())?;
    if disagreements.is_empty() { Ok(()) } else { Err(DemoError::Disagree { disagreements }) }
}

fn indicators(indicators: &[Indicator]) -> String {
    let names = indicators.iter().map(|indicator| match indicator {
        Indicator::On => "on".to_owned(),
        Indicator::Out(reason) => format!("out ({reason})"),
    });
    names.collect::<Vec<_>>().join(", ")
}

/// The beginnings of keys, which are long and random.
fn short(keys: &[String]) -> String {
    let starts = keys.iter().map(|key| key.split('-').next().unwrap_or_default());
    starts.collect::<Vec<_>>().join(", ")
}

fn listed(messages: &[(String, String)]) -> String {
    let starts: Vec<_> = messages.iter().map(|(key, _)| key.clone()).collect();
    short(&starts)
}

//! The plot of the demo.
//!
//! Owns: who does what when. Must not know: how it is told or judged.

use std::time::Duration;

use serde_json::json;

use super::DemoError;
use super::stage::Stage;

const fn ms(millis: u64) -> Duration {
    Duration::from_millis(millis)
}

pub(super) async fn play(stage: &mut Stage) -> Result<(), DemoError> {
    stage.act("The guest connects")?;
    stage.until("the guest is ready", |stage| stage.guest.is_ready()).await?;
    a_burst_and_its_end(stage).await?;
    a_text(stage).await?;
    the_agent_answers(stage).await?;
    three_messages_two_read(stage).await?;
    the_connection_is_cut(stage).await?;
    a_rate_limit(stage).await
}

async fn a_burst_and_its_end(stage: &mut Stage) -> Result<(), DemoError> {
    stage.act("Many keys make one On; 2 s after the last, Off")?;
    stage.type_for(ms(900)).await?;
    stage.expect_typing_out("off");
    stage.until("the indicator is out", typing_is_told).await
}

async fn a_text(stage: &mut Stage) -> Result<(), DemoError> {
    stage.act("A text ends typing: Off goes before it")?;
    stage.type_for(ms(500)).await?;
    stage.expect_typing_out("off");
    stage.send("Where is my parcel?")?;
    stage.until("the text is confirmed", |stage| stage.guest.confirmed.len() == 1).await?;
    stage.until("the agent has the text", |stage| stage.seen.received.len() == 1).await
}

async fn the_agent_answers(stage: &mut Stage) -> Result<(), DemoError> {
    stage.act("The agent's indicator ends with the agent's message")?;
    stage.agent.start_typing().await?;
    stage.until("the guest sees the agent typing", |stage| stage.guest.agent_is_typing()).await?;
    stage.pause(ms(600)).await?;
    stage.agent.say("I am looking.").await?;
    stage.until("the indicator is out", |stage| !stage.guest.agent_is_typing()).await?;
    stage.until("the message is there", |stage| stage.guest.received.len() == 1).await
}

async fn three_messages_two_read(stage: &mut Stage) -> Result<(), DemoError> {
    stage.act("Three messages, two of them on screen, one of these twice: two receipts")?;
    for text in ["It left yesterday.", "It comes today.", "Anything else?"] {
        stage.agent.say(text).await?;
    }
    stage.until("all are there", |stage| stage.guest.received.len() == 4).await?;
    stage.look_at(2).await?;
    stage.look_at(1).await?;
    stage.look_at_again(2).await?;
    stage.until("both are read", |stage| stage.seen.read.len() == 2).await
}

async fn the_connection_is_cut(stage: &mut Stage) -> Result<(), DemoError> {
    stage.act("The connection is cut while typing, with a receipt under way")?;
    stage.agent.say("Are you there?").await?;
    stage.until("the message is there", |stage| stage.guest.received.len() == 5).await?;
    let resumed = stage.seen.resumed;
    stage.type_for(ms(300)).await?;
    stage.until("the agent sees it", |stage| stage.seen.guest_is_typing()).await?;
    let swallowed = json!({
        "fault": "swallow", "direction": "to_server", "on": ["receipt"], "count": 1,
    });
    stage.agent.fault(swallowed).await?;
    stage.look_at(0).await?;
    stage.pause(ms(50)).await?;
    stage.agent.fault(json!({ "fault": "drop" })).await?;
    stage.expect_typing_out("disconnected");
    stage.until("the guest notices", |stage| !stage.guest.is_ready()).await?;
    while stage.seen.resumed == resumed || !stage.guest.is_ready() {
        stage.go_on_typing(ms(100)).await?;
    }
    stage.expect_typing_again();
    stage.expect_typing_out("off");
    stage.until("the indicator came back and is out", typing_is_told).await?;
    stage.until("the receipt came through", |stage| stage.seen.read.len() == 3).await
}

async fn a_rate_limit(stage: &mut Stage) -> Result<(), DemoError> {
    stage.act("A text is refused for its rate, waits, and arrives before the next one")?;
    let limit = json!({ "fault": "rate_limit", "retry_after": 1, "on": ["text"], "count": 1 });
    stage.agent.fault(limit).await?;
    stage.send("Yes, sorry.")?;
    stage.send("Thank you!")?;
    stage.until("the limit was felt", |stage| stage.guest.rate_limited == 1).await?;
    stage.until("both are confirmed", |stage| stage.guest.confirmed.len() == 3).await?;
    stage.until("the agent has both", |stage| stage.seen.received.len() == 3).await
}

/// Whether the agent's side has heard all of the user's typing so far.
fn typing_is_told(stage: &Stage) -> bool {
    stage.seen.guest_typing.len() >= stage.guest.typing.len()
}

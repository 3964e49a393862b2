//! The service as it is publicly known: no Off, no receipts.

use std::time::{Duration, Instant};

use webmessaging_emulator::Mode;
use webmessaging_proto::{Capability, Config, Event, Profile, TypingPolicy};

use crate::world::{World, mode};

#[tokio::test]
async fn the_live_profile_asks_for_nothing_that_the_live_service_lacks() {
    let live = |config: Config| config.with_profile(Profile::Live);
    let mut world = World::ready_with(mode(Mode::Live), live).await;
    world.guest.handle.keystroke();
    world.agent.until("typing on").await;
    world.guest.say("hello").await;
    world.agent.until("text hello").await;
    let one = world.agent_says("one").await;
    world.guest.sees(&one).await;
    world.guest.until_event(Event::MessageRead { id: one.into() }).await;
    // A second On within a second has to wait, so it is held for that long; the indicator then ends
    // by itself.
    world.guest.handle.set_typing(true);
    world.agent.until("typing on").await;
    world.guest.handle.set_typing(false);
    world.agent.until("typing out: expired").await;
    let expected =
        ["typing on", "typing out: message", "text hello", "typing on", "typing out: expired"];
    assert_eq!(world.told(&["typing", "text"]), expected);
    assert_eq!(world.agent.texts(&world.conversation, "agent").await, ["one Sent"]);
    world.guest.catch_up();
    let refused =
        |event: &Event| matches!(event, Event::CapabilityLost { .. } | Event::Fault { .. });
    assert_eq!(world.guest.count(refused), 0);
    // Configure, On, text, On.
    assert_eq!(world.guest.leave().await.frames_sent, 4);
}

#[tokio::test]
async fn a_long_burst_never_blinks() {
    // Long before an On is over, so that a busy machine is in time with the next.
    let mut typing = TypingPolicy::live();
    typing.refresh = Some(Duration::from_secs(1));
    let live =
        |config: Config| config.with_profile(Profile::Live).with_typing(typing).expect("valid");
    let mut world = World::ready_with(mode(Mode::Live), live).await;
    let start = Instant::now();
    // Longer than one On shows.
    while start.elapsed() < Duration::from_millis(5_500) {
        world.guest.handle.keystroke();
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    world.settle().await;
    let told = ["typing on", "typing out: message", "text over"];
    assert_eq!(world.told(&["typing", "text"]), told);
    // Configure, On, On again at least once, text.
    assert!(world.guest.leave().await.frames_sent >= 4);
}

#[tokio::test]
async fn the_guide_profile_falls_back_to_what_the_live_service_takes() {
    let mut world = World::ready_with(mode(Mode::Live), |config| config).await;
    world.guest.handle.keystroke();
    world.agent.until("typing on").await;
    let lost = |capability| Event::CapabilityLost { capability };
    world.guest.until_event(lost(Capability::TypingOff)).await;
    world.guest.say("hello").await;
    world.agent.until("text hello").await;

    let one = world.agent_says("one").await;
    let two = world.agent_says("two").await;
    world.guest.sees(&one).await;
    world.guest.until_event(lost(Capability::Receipts)).await;
    world.guest.until_event(Event::MessageRead { id: one.into() }).await;
    world.guest.sees(&two).await;
    world.guest.until_event(Event::MessageRead { id: two.into() }).await;

    world.guest.handle.set_typing(true);
    world.agent.until("typing on").await;
    world.guest.say("bye").await;
    world.agent.until("text bye").await;
    let burst = ["typing on", "typing out: message"];
    let expected = [&burst[..], &["text hello"], &burst, &["text bye"]].concat();
    assert_eq!(world.told(&["typing", "text", "read"]), expected);
    assert_eq!(world.guest.count(|event| matches!(event, Event::MessageFailed { .. })), 0);
}

//! The ends: by the host, by a drop, at any time.

use std::pin::pin;
use std::time::Duration;

use tokio::time::{Instant, timeout};
use webmessaging_proto::dialect::WebMessaging;
use webmessaging_proto::{Event, Phase};
use webmessaging_tokio::memory::MemoryConnector;
use webmessaging_tokio::{CommandError, Options, TextError, connect, session, session_with};

use crate::support::{
    Ready, accept, agent_text, config, echo, millis_since, next, ready, record, soon, until,
    until_phase, words,
};

#[tokio::test(start_paused = true)]
async fn dropping_the_last_handle_while_typing_takes_the_indicator_back_and_closes() {
    let (connector, mut server) = MemoryConnector::new();
    let (guest, mut events, driver) = session(config(), connector);
    let driver = driver.spawn();
    drop(guest.connect());
    let mut peer = accept(&mut server, true).await;
    until_phase(&mut events, Phase::Ready).await;
    guest.keystroke();
    assert_eq!(next(&mut peer).await, "typing On");

    let start = Instant::now();
    let clone = guest.clone();
    drop(guest);
    assert!(timeout(Duration::from_millis(500), peer.receive()).await.is_err(), "one is left");
    drop(clone);
    assert_eq!(next(&mut peer).await, "typing Off");
    assert_eq!(next(&mut peer).await, "close 1000");
    peer.close(1000).await;
    let stats = soon(driver).await.expect("no panic");
    assert_eq!((stats.dials, stats.frames_sent), (1, 3));
    assert_eq!(millis_since(start), 500);
    assert_eq!(soon(events.recv()).await, Some(Event::PhaseChanged(Phase::Closing)));
    assert_eq!(soon(events.recv()).await, Some(Event::PhaseChanged(Phase::Closed)));
    assert_eq!(soon(events.recv()).await, None);
}

#[tokio::test(start_paused = true)]
async fn a_peer_that_does_not_answer_the_close_has_two_seconds() {
    let Ready { guest, mut peer, mut events, .. } = ready().await;
    let start = Instant::now();
    drop(guest);
    assert_eq!(next(&mut peer).await, "close 1000");
    assert_eq!(next(&mut peer).await, "gone");
    assert_eq!(millis_since(start), 2_000);
    until_phase(&mut events, Phase::Closed).await;
    assert_eq!(soon(events.recv()).await, None);
}

#[tokio::test(start_paused = true)]
async fn a_text_on_its_way_is_unconfirmed_and_an_echo_during_the_close_still_counts() {
    let Ready { guest, mut peer, mut events, .. } = ready().await;
    let text = guest.send_text("last words");
    let sent = soon(peer.receive()).await.expect("the text");
    let key = text.key;
    drop(guest);
    assert_eq!(next(&mut peer).await, "close 1000");
    assert_eq!(soon(text).await, Err(TextError::Unconfirmed));
    peer.send(echo(&sent, "m-1")).await;
    peer.close(1000).await;
    until(&mut events, |event| *event == Event::MessageUnconfirmed { key }).await;
    until(&mut events, |event| matches!(event, Event::MessageConfirmed { .. })).await;
    until_phase(&mut events, Phase::Closed).await;
}

#[tokio::test(start_paused = true)]
async fn a_dial_in_progress_is_abandoned_at_once() {
    let (connector, mut server) = MemoryConnector::new();
    let (guest, mut events) = connect(config(), connector);
    let mut dial = soon(server.dialed()).await.expect("a dial");
    assert!(dial.url().contains("deploymentId=d-1"));
    let start = Instant::now();
    guest.disconnect();
    soon(dial.abandoned()).await;
    for phase in [Phase::Connecting, Phase::Closing, Phase::Closed] {
        assert_eq!(soon(events.recv()).await, Some(Event::PhaseChanged(phase)));
    }
    assert_eq!(millis_since(start), 0);
    drop(guest);
    assert_eq!(soon(events.recv()).await, None);
}

#[tokio::test(start_paused = true)]
async fn dropping_the_driver_cuts_everything_off() {
    let (connector, mut server) = MemoryConnector::new();
    let (guest, mut events, driver) = session(config(), connector);
    let driver = driver.spawn();
    drop(guest.connect());
    let mut peer = accept(&mut server, true).await;
    until_phase(&mut events, Phase::Ready).await;
    peer.send(agent_text("m-1", "hi")).await;
    tokio::task::yield_now().await;
    let text = guest.send_text("never confirmed");
    assert_eq!(next(&mut peer).await, "text never confirmed");

    driver.abort();
    assert_eq!(next(&mut peer).await, "gone");
    assert_eq!(soon(text).await, Err(TextError::Gone));
    assert_eq!(guest.connect().await, Err(CommandError::Gone));
    assert_eq!(guest.send_text("too late").await, Err(TextError::Gone));
    guest.keystroke();
    // What was told before is still there to read.
    assert!(matches!(soon(events.recv()).await, Some(Event::MessageReceived(_))));
    assert_eq!(soon(events.recv()).await, None);
}

#[tokio::test(start_paused = true)]
async fn commands_that_wait_for_a_driver_that_never_runs_end_with_it() {
    let (connector, _server) = MemoryConnector::new();
    let mut options = Options::default();
    options.commands = 1;
    let (guest, _events, driver) = session_with(config(), connector, WebMessaging, options);
    let (first, waiting) = (guest.connect(), guest.start_new());
    drop(driver);
    assert_eq!(first.await, Err(CommandError::Gone));
    assert_eq!(waiting.await, Err(CommandError::Gone));
}

#[tokio::test(start_paused = true)]
async fn a_host_that_reads_no_events_can_leave() {
    let (connector, mut server) = MemoryConnector::new();
    let mut options = Options::default();
    options.events = 1;
    let (guest, events, driver) = session_with(config(), connector, WebMessaging, options);
    let driver = driver.spawn();
    drop(guest.connect());
    let mut peer = accept(&mut server, true).await;
    let start = Instant::now();
    guest.disconnect(); // its second event: connecting, closing
    assert_eq!(next(&mut peer).await, "close 1000");
    tokio::time::advance(Duration::from_millis(100)).await;
    guest.keystroke(); // wakes the driver, which must not take it
    tokio::task::yield_now().await;
    drop(guest);
    peer.close(1000).await;
    soon(driver).await.expect("no panic");
    assert_eq!(millis_since(start), 100);
    drop(events);
}

#[tokio::test(start_paused = true)]
async fn after_a_disconnect_the_same_session_connects_again() {
    let Ready { guest, mut peer, mut events, mut server } = ready().await;
    guest.disconnect();
    assert_eq!(next(&mut peer).await, "close 1000");
    peer.close(1000).await;
    until_phase(&mut events, Phase::Closed).await;
    assert_eq!(guest.connect().await, Ok(()));
    let mut peer = accept(&mut server, false).await;
    until_phase(&mut events, Phase::Ready).await;
    guest.keystroke();
    assert_eq!(next(&mut peer).await, "typing On");
}

#[tokio::test(start_paused = true)]
async fn disconnect_after_the_server_closed_ends_without_a_wait() {
    let (connector, mut server) = MemoryConnector::new();
    let (guest, mut events, driver) = session(config(), connector);
    let driver = driver.spawn();
    drop(guest.connect());
    accept(&mut server, true).await.close(1000).await;
    until_phase(&mut events, Phase::Closed).await;
    let start = Instant::now();
    drop(guest);
    soon(driver).await.expect("no panic");
    assert_eq!(millis_since(start), 0);
}

/// The driver beside other things in one task: it is polled, not spawned, and it ends.
#[tokio::test(start_paused = true)]
async fn the_driver_can_be_polled_beside_other_things() {
    let (connector, mut server) = MemoryConnector::new();
    let (guest, mut events, driver) = session(config(), connector);
    let mut driver = pin!(driver);
    drop(guest.connect());
    let host = async {
        let mut peer = accept(&mut server, true).await;
        until_phase(&mut events, Phase::Ready).await;
        guest.keystroke();
        assert_eq!(words(&soon(peer.receive()).await.expect("a frame")), "typing On");
        drop(guest);
        record(&mut peer, Instant::now(), 5_000).await
    };
    let (stats, sent) = tokio::join!(&mut driver, host);
    assert_eq!(sent, [(0, "typing Off".into()), (0, "close 1000".into())]);
    assert_eq!(stats.frames_sent, 3);
    assert_eq!(driver.await, stats, "over is over");
}

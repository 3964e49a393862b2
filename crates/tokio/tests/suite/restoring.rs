//! A session that goes on in another process.

use std::time::Duration;

use serde_json::json;
use tokio::time::Instant;
use webmessaging_proto::{Event, Input, LocalKey, Phase, RestoreError, Snapshot};
use webmessaging_tokio::memory::MemoryConnector;
use webmessaging_tokio::{CommandError, TextError, restore, session};

use crate::support::{Ready, accept, config, next, ready, soon, until, until_phase};

/// As it would be stored.
fn stored(snapshot: &Snapshot) -> Snapshot {
    let json = serde_json::to_string(snapshot).expect("a snapshot is JSON");
    serde_json::from_str(&json).expect("what was written can be read")
}

#[tokio::test(start_paused = true)]
async fn a_restored_session_dials_by_itself_and_keeps_its_texts() {
    let Ready { guest, mut peer, .. } = ready().await;
    drop(guest.send_text("in flight"));
    assert_eq!(next(&mut peer).await, "text in flight");
    drop(guest.send_text("waiting"));
    let snapshot = stored(&guest.snapshot().await.unwrap());
    drop((guest, peer));

    let (connector, mut server) = MemoryConnector::new();
    let (guest, mut events, driver) = restore(config(), snapshot, connector).unwrap();
    driver.spawn();
    assert_eq!(soon(events.recv()).await, Some(Event::PhaseChanged(Phase::Backoff)));
    assert_eq!(soon(events.recv()).await, Some(Event::MessageUnconfirmed { key: LocalKey(1) }));
    let mut peer = accept(&mut server, false).await;
    until_phase(&mut events, Phase::Ready).await;
    assert_eq!(next(&mut peer).await, "text waiting");
    let newest = guest.send_text("a new one");
    assert_eq!(newest.key, LocalKey(3), "no key is used twice");
    drop(guest.retry(LocalKey(1)));
    drop(guest.discard(newest.key));
    assert_eq!(soon(newest).await, Err(TextError::Discarded));
}

#[tokio::test(start_paused = true)]
async fn keys_of_the_host_are_in_the_way_of_no_text_after_a_restore() {
    let Ready { guest, mut peer, .. } = ready().await;
    guest.input(Input::send_text(LocalKey(u64::MAX), "the host's own")).await.unwrap();
    assert_eq!(next(&mut peer).await, "text the host's own");
    let snapshot = guest.snapshot().await.unwrap();
    drop((guest, peer));

    let (connector, mut server) = MemoryConnector::new();
    let (guest, _events, driver) = restore(config(), snapshot, connector).unwrap();
    driver.spawn();
    let first = guest.send_text("a new one");
    assert_eq!(first.key, LocalKey(1));
    let mut peer = accept(&mut server, false).await;
    assert_eq!(next(&mut peer).await, "text a new one");
    drop(first);
}

#[tokio::test(start_paused = true)]
async fn news_of_the_network_counts_at_once_if_the_last_was_long_ago() {
    let Ready { guest, .. } = ready().await;
    let mut snapshot = serde_json::to_value(guest.snapshot().await.unwrap()).unwrap();
    snapshot["session"]["backoff"] = json!(22_887);
    snapshot["session"]["connection"]["network_available_at"] = json!(-3_605_010);

    let (connector, mut server) = MemoryConnector::new();
    let snapshot = serde_json::from_value(snapshot).unwrap();
    let (guest, _events, driver) = restore(config(), snapshot, connector).unwrap();
    driver.spawn();
    let start = Instant::now();
    guest.network_available();
    accept(&mut server, false).await;
    assert!(start.elapsed() <= Duration::from_secs(1), "{:?}", start.elapsed());
}

#[tokio::test(start_paused = true)]
async fn a_snapshot_changes_nothing_for_the_session_that_it_is_of() {
    let Ready { guest, mut events, mut peer, .. } = ready().await;
    let first = guest.snapshot().await.unwrap();
    assert_eq!(first, guest.snapshot().await.unwrap());
    drop(guest.send_text("still here"));
    assert_eq!(next(&mut peer).await, "text still here");
    guest.disconnect();
    until(&mut events, |event| *event == Event::PhaseChanged(Phase::Closing)).await;
}

#[tokio::test(start_paused = true)]
async fn what_cannot_be_had_is_an_error() {
    let (guest, _events, driver) = session(config(), MemoryConnector::new().0);
    drop(driver);
    assert_eq!(soon(guest.snapshot()).await, Err(CommandError::Gone));

    let foreign: Snapshot = serde_json::from_str(r#"{"version":2}"#).unwrap();
    let refused = restore(config(), foreign, MemoryConnector::new().0).err();
    assert_eq!(refused, Some(RestoreError::UnsupportedVersion { found: 2, supported: 1 }));
}

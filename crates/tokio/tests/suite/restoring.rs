//! A session that goes on in another process.

use webmessaging_proto::{Event, LocalKey, Phase, RestoreError, Snapshot};
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

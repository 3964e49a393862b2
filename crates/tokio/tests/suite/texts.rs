//! Every end of a text.

use std::time::Duration;

use tokio::time::{Instant, timeout};
use webmessaging_proto::frame::CustomAttributes;
use webmessaging_proto::{Event, FailureCode, Input, InputError, LocalKey, MAX_TEXT_CHARS, Phase};
use webmessaging_tokio::TextError;

use crate::support::{
    Ready, accept, echo, error, millis_since, next, ready, soon, until, until_phase, words,
};

#[tokio::test(start_paused = true)]
async fn a_text_is_confirmed_by_its_echo() {
    let Ready { guest, mut peer, .. } = ready().await;
    let text = guest.send_text("hello");
    let sent = soon(peer.receive()).await.expect("the text");
    peer.send(echo(&sent, "m-1")).await;
    let key = text.key;
    let confirmed = soon(text).await.expect("the echo came");
    assert_eq!((confirmed.key, &*confirmed.id), (key, "m-1"));
    assert_eq!(confirmed.time.as_deref(), Some("2026-05-04T09:00:01.250Z"));
}

#[tokio::test(start_paused = true)]
async fn texts_go_one_by_one_and_each_knows_its_own_end() {
    let Ready { guest, mut peer, .. } = ready().await;
    let texts: Vec<_> = ["a", "b", "c"].into_iter().map(|text| guest.send_text(text)).collect();
    for (number, text) in texts.into_iter().enumerate() {
        let sent = soon(peer.receive()).await.expect("the text");
        assert!(peer.try_receive().is_none(), "one in flight");
        peer.send(echo(&sent, &format!("m-{number}"))).await;
        assert_eq!(&*soon(text).await.expect("the echo came").id, format!("m-{number}"));
    }
}

#[tokio::test(start_paused = true)]
async fn attributes_travel_with_their_text() {
    let Ready { guest, mut peer, .. } = ready().await;
    let attributes = CustomAttributes::from([("orderId", "4711")]);
    drop(guest.send_text_with("hello", attributes));
    let sent = soon(peer.receive()).await.expect("the text");
    let webmessaging_tokio::Outgoing::Frame(frame) = sent else { panic!("{sent:?}") };
    assert!(String::from_utf8_lossy(&frame).contains(r#""orderId":"4711""#));
}

#[tokio::test(start_paused = true)]
async fn without_an_echo_a_text_is_unconfirmed_and_can_be_retried() {
    let Ready { guest, mut peer, mut events, .. } = ready().await;
    let start = Instant::now();
    let text = guest.send_text("hello");
    let key = text.key;
    assert_eq!(soon(text).await, Err(TextError::Unconfirmed));
    assert_eq!(millis_since(start), 30_000);
    until(&mut events, |event| *event == Event::MessageUnconfirmed { key }).await;
    next(&mut peer).await;
    let again = guest.retry(key);
    assert_eq!(again.key, key);
    let sent = soon(peer.receive()).await.expect("the text again");
    assert_eq!(words(&sent), "text hello");
    peer.send(echo(&sent, "m-1")).await;
    assert_eq!(&*soon(again).await.expect("the echo came").id, "m-1");
    assert_eq!(guest.retry(key).await, Err(InputError::UnknownKey { key }.into()));
}

#[tokio::test(start_paused = true)]
async fn a_text_that_the_server_refuses_has_failed() {
    let Ready { guest, mut peer, .. } = ready().await;
    let text = guest.send_text("hello");
    let sent = soon(peer.receive()).await.expect("the text");
    peer.send(error(&sent, 4011)).await;
    assert_eq!(soon(text).await, Err(TextError::Failed(FailureCode::Server(4011))));
}

#[tokio::test(start_paused = true)]
async fn a_discarded_text_ends_at_once() {
    let Ready { guest, mut peer, .. } = ready().await;
    let text = guest.send_text("hello");
    next(&mut peer).await;
    assert_eq!(guest.discard(text.key).await, Ok(()));
    assert_eq!(soon(text).await, Err(TextError::Discarded));
}

#[tokio::test(start_paused = true)]
async fn a_text_that_the_session_refuses_ends_at_once() {
    let Ready { guest, .. } = ready().await;
    assert_eq!(guest.send_text("").await, Err(InputError::EmptyText.into()));
    let chars = MAX_TEXT_CHARS + 1;
    let long = guest.send_text("x".repeat(chars)).await;
    assert_eq!(long, Err(InputError::TextTooLong { chars }.into()));
}

#[tokio::test(start_paused = true)]
async fn a_text_from_a_script_has_a_key_of_its_own() {
    let Ready { guest, mut peer, mut events, .. } = ready().await;
    let key = LocalKey(1_000);
    assert_eq!(guest.input(Input::send_text(key, "hello")).await, Ok(()));
    let sent = soon(peer.receive()).await.expect("the text");
    peer.send(echo(&sent, "m-1")).await;
    until(
        &mut events,
        |event| matches!(event, Event::MessageConfirmed { key: k, .. } if *k == key),
    )
    .await;
}

#[tokio::test(start_paused = true)]
async fn a_text_sent_before_the_session_is_ready_goes_out_when_it_is() {
    let (connector, mut server) = webmessaging_tokio::memory::MemoryConnector::new();
    let (guest, mut events) = webmessaging_tokio::connect(crate::support::config(), connector);
    let text = guest.send_text("early");
    tokio::time::advance(Duration::from_secs(3)).await;
    let mut peer = accept(&mut server, true).await;
    until_phase(&mut events, Phase::Ready).await;
    let sent = soon(peer.receive()).await.expect("the text");
    peer.send(echo(&sent, "m-1")).await;
    assert!(soon(text).await.is_ok());
}

#[tokio::test(start_paused = true)]
async fn a_text_that_waits_when_the_session_is_over_ends_with_the_last_handle_or_a_disconnect() {
    for denied in [true, false] {
        for drops in [true, false] {
            let (connector, mut server) = webmessaging_tokio::memory::MemoryConnector::new();
            let (guest, mut events) =
                webmessaging_tokio::connect(crate::support::config(), connector);
            let text = guest.send_text("hello");
            let key = text.key;
            let mut end = text.confirmation;
            let dial = soon(server.dialed()).await.expect("a dial");
            if denied {
                dial.deny();
            } else {
                dial.accept().close(1000).await;
            }
            let over = Duration::from_secs(3_600);
            assert!(timeout(over, &mut end).await.is_err(), "it goes out after the next connect");
            let rest = if drops {
                drop(guest);
                None
            } else {
                guest.disconnect();
                Some(guest)
            };
            assert_eq!(soon(end).await, Err(TextError::Failed(FailureCode::Disconnected)));
            let code = FailureCode::Disconnected;
            until(&mut events, |event| *event == Event::MessageFailed { key, code }).await;
            drop(rest);
        }
    }
}

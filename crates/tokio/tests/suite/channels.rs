//! What happens when a channel is full, and whom it does not concern.

use std::pin::pin;
use std::time::Duration;

use futures_util::{StreamExt, poll};
use tokio::time::{Instant, timeout};
use webmessaging_proto::dialect::WebMessaging;
use webmessaging_proto::{Event, Input, InputError, Phase, TransportId};
use webmessaging_tokio::memory::MemoryConnector;
use webmessaging_tokio::{CommandError, Options, TextError, session_with};

use crate::support::{
    Ready, accept, agent_text, config, next, ready, record, session_response, soon, until_phase,
};

fn options(events: usize, commands: usize) -> Options {
    let mut options = Options::default();
    (options.events, options.commands) = (events, commands);
    options
}

#[tokio::test(start_paused = true)]
async fn a_full_event_channel_stops_reading_but_not_timers_nor_writes() {
    let (connector, mut server) = MemoryConnector::new();
    let connector = connector.with_pings(Duration::from_secs(15));
    let (guest, mut events, driver) =
        session_with(config(), connector, WebMessaging, options(4, 64));
    driver.spawn();
    drop(guest.connect());
    let mut peer = accept(&mut server, true).await;
    until_phase(&mut events, Phase::Ready).await;

    let start = Instant::now();
    for number in 0..40 {
        peer.send(agent_text(&format!("m-{number}"), "hi")).await;
    }
    guest.keystroke();
    // Beyond two missed pings: nobody listens, so a missing pong says nothing.
    let sent = record(&mut peer, start, 120_000).await;
    assert_eq!(sent, [(0, "typing On".into()), (2_000, "typing Off".into())]);
    assert_eq!(peer.unread(), 36, "four events wait, and nothing more was read");
    assert_eq!(guest.phase(), Phase::Ready);

    for number in 0..40 {
        let event = soon(events.recv()).await;
        let Some(Event::MessageReceived(message)) = event else { panic!("{event:?}") };
        assert_eq!(&*message.id, format!("m-{number}"));
    }
    tokio::task::yield_now().await;
    assert_eq!(peer.unread(), 0);
}

#[tokio::test(start_paused = true)]
async fn at_twice_as_many_events_of_its_own_doing_a_hosts_inputs_wait_until_it_reads() {
    let (connector, _server) = MemoryConnector::new();
    let (guest, mut events, driver) =
        session_with(config(), connector, WebMessaging, options(1, 64));
    driver.spawn();
    drop(guest.connect());
    guest.disconnect();
    tokio::task::yield_now().await;
    let mut answer = pin!(guest.message_visible("m"));
    assert!(timeout(Duration::from_secs(5), &mut answer).await.is_err(), "nobody takes it");
    assert_eq!(soon(events.recv()).await, Some(Event::PhaseChanged(Phase::Connecting)));
    assert_eq!(soon(answer).await, Err(InputError::UnknownMessage.into()));
    assert_eq!(soon(events.recv()).await, Some(Event::PhaseChanged(Phase::Closing)));
}

#[tokio::test(start_paused = true)]
async fn events_of_the_service_and_of_time_keep_no_input_waiting() {
    let (connector, mut server) = MemoryConnector::new();
    let (guest, events, driver) = session_with(config(), connector, WebMessaging, options(1, 64));
    driver.spawn();
    drop(guest.connect());
    for _ in 0..5 {
        // A dial that fails is two events more.
        drop(soon(server.dialed()).await.expect("a dial"));
    }
    let _peer = accept(&mut server, true).await;
    assert_eq!(soon(guest.message_visible("m")).await, Err(InputError::UnknownMessage.into()));
    assert_eq!(format!("{events:?}"), "Events { waiting: 13 }");
}

#[tokio::test(start_paused = true)]
async fn a_session_gets_ready_while_nobody_reads_its_events_and_stays_so() {
    let (connector, mut server) = MemoryConnector::new();
    let (guest, mut events, driver) =
        session_with(config(), connector, WebMessaging, options(1, 64));
    driver.spawn();
    drop(guest.connect());
    let peer = soon(server.dialed()).await.expect("a dial").accept();
    // All of them at once, and no end of them: only so many are read.
    for number in 0..50 {
        if number % 2 == 0 {
            peer.send_undecodable().await;
        } else {
            peer.send(agent_text(&format!("m-{number}"), "hi")).await;
        }
    }
    tokio::task::yield_now().await;
    assert_eq!((guest.phase(), peer.unread()), (Phase::Configuring, 18));
    drop(peer);
    let mut peer = soon(server.dialed()).await.expect("another dial").accept();
    next(&mut peer).await;
    peer.send(session_response(true)).await;
    peer.send(agent_text("m", "hi")).await;
    assert!(timeout(Duration::from_secs(3_600), server.dialed()).await.is_err(), "none is needed");
    assert_eq!((guest.phase(), peer.unread()), (Phase::Ready, 1));
    until_phase(&mut events, Phase::Ready).await;
}

#[tokio::test(start_paused = true)]
async fn commands_beyond_the_capacity_wait_in_order_or_say_busy() {
    let (connector, _server) = MemoryConnector::new();
    let (guest, _events, driver) = session_with(config(), connector, WebMessaging, options(8, 2));
    let mut driver = pin!(driver);
    let connect = guest.connect();
    let mut second = pin!(guest.message_visible("2").or_busy().expect("two have a place"));
    let mut third = pin!(guest.message_visible("3"));
    assert!(poll!(&mut third).is_pending());
    assert_eq!(guest.message_visible("4").or_busy().err(), Some(CommandError::Busy));
    assert_eq!(guest.send_text("5").await, Err(TextError::Busy));
    guest.keystroke(); // needs no place
    drop(guest.message_visible("6")); // waits for one, and is taken back

    assert!(poll!(&mut second).is_pending(), "the driver has not run");
    assert!(poll!(&mut driver).is_pending());
    assert_eq!(connect.await, Ok(()));
    assert_eq!(second.await, Err(InputError::UnknownMessage.into()));
    assert!(poll!(&mut third).is_pending(), "only now it has a place");
    assert!(poll!(&mut driver).is_pending());
    assert_eq!(third.await, Err(InputError::UnknownMessage.into()));
}

#[tokio::test(start_paused = true)]
async fn without_a_reader_events_are_discarded_and_the_session_goes_on() {
    let Ready { guest, events, mut peer, .. } = ready().await;
    drop(events);
    for number in 0..1_000 {
        peer.send(agent_text(&format!("m-{number}"), "hi")).await;
    }
    guest.keystroke();
    assert_eq!(next(&mut peer).await, "typing On");
    assert_eq!(guest.message_visible("m-999").await, Ok(()));
    assert_eq!(next(&mut peer).await, "receipt m-999");
}

#[tokio::test(start_paused = true)]
async fn events_are_a_stream() {
    let Ready { guest, events, peer, .. } = ready().await;
    peer.send(agent_text("m", "hi")).await;
    peer.send_undecodable().await;
    drop(peer);
    let news: Vec<Event> = events.take(2).collect().await;
    assert!(matches!(news[0], Event::MessageReceived(_)), "{news:?}");
    assert!(matches!(news[1], Event::Fault { .. }), "{news:?}");
    drop(guest);
}

#[tokio::test(start_paused = true)]
async fn a_handle_does_not_speak_for_the_driver() {
    let Ready { guest, .. } = ready().await;
    for input in
        [Input::Tick, Input::TransportOpened(TransportId(1)), Input::PeerAlive(TransportId(1))]
    {
        let name = input.name();
        assert_eq!(guest.input(input).await, Err(CommandError::DriversOwn(name)));
    }
    assert_eq!(guest.input(Input::Keystroke).await, Ok(()));
}

#[tokio::test(start_paused = true)]
async fn the_phase_is_known_before_its_event() {
    let (connector, mut server) = MemoryConnector::new();
    let (guest, mut events) = webmessaging_tokio::connect(config(), connector);
    let mut peer = soon(server.dialed()).await.expect("a dial").accept();
    next(&mut peer).await;
    peer.send(session_response(true)).await;
    until_phase(&mut events, Phase::Ready).await;
    assert_eq!(guest.phase(), Phase::Ready);
}

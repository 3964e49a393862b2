//! A fleet against the emulator: many sockets, one task, and both ends count the same.

use std::collections::BTreeMap;

use tokio::time::timeout;
use webmessaging_emulator::service::AgentEventKind;
use webmessaging_emulator::{AgentEvents, Emulator, Options, RunningEmulator};
use webmessaging_proto::dialect::WebMessaging;
use webmessaging_proto::{Config, Event, Phase};
use webmessaging_tokio::{
    Fleet, FleetEvents, FleetOptions, SessionId, WebSocketConnector, fleet_with,
};

use crate::world::PATIENCE;

const SESSIONS: usize = 300;

/// What the service has seen, by its own account.
#[derive(Debug, Default, Eq, PartialEq)]
struct Seen {
    opened: usize,
    typing_on: usize,
    typing_off: usize,
    texts: usize,
    read: usize,
    said: usize,
    gone: usize,
}

impl Seen {
    fn note(&mut self, kind: &AgentEventKind) {
        *match kind {
            AgentEventKind::SessionOpened => &mut self.opened,
            AgentEventKind::GuestTyping { typing: true, .. } => &mut self.typing_on,
            AgentEventKind::GuestTyping { typing: false, .. } => &mut self.typing_off,
            AgentEventKind::GuestMessage { .. } => &mut self.texts,
            AgentEventKind::MessageRead { .. } => &mut self.read,
            AgentEventKind::AgentMessage { .. } => &mut self.said,
            AgentEventKind::Connections { count: 0 } => &mut self.gone,
            _ => return,
        } += 1;
    }

    fn guests_frames(&self) -> usize {
        self.opened + self.typing_on + self.typing_off + self.texts + self.read
    }

    fn services_frames(&self) -> usize {
        self.opened + self.texts + self.said
    }
}

/// Until everyone has gone.
async fn watch(mut events: AgentEvents) -> Seen {
    let mut seen = Seen::default();
    while seen.gone < SESSIONS {
        let Some(event) = events.next().await else { break };
        seen.note(&event.kind);
    }
    seen
}

/// Each guest types and says one thing once it is ready, and reads what it is told.
async fn play(
    fleet: &Fleet<WebSocketConnector>,
    events: &mut FleetEvents,
    emulator: &RunningEmulator,
) {
    let mut read = BTreeMap::new();
    let mut confirmed = 0;
    while read.len() < SESSIONS || confirmed < SESSIONS {
        let told = timeout(PATIENCE, events.recv()).await.expect("in time");
        let (id, event) = told.expect("the driver is there");
        let guest = fleet.session(id).expect("nobody was removed");
        match event {
            Event::PhaseChanged(Phase::Ready) => {
                guest.keystroke();
                drop(guest.send_text(format!("of {id}")));
            }
            Event::MessageConfirmed { .. } => {
                confirmed += 1;
                if confirmed == SESSIONS {
                    all_are_told(emulator);
                }
            }
            Event::MessageReceived(message) => {
                drop(guest.message_visible(&*message.id));
                *read.entry(id).or_insert(0) += 1;
            }
            Event::PhaseChanged(Phase::Connecting | Phase::Configuring) => {}
            other => panic!("{id}: {other:?}"),
        }
    }
    assert!(read.values().all(|count| *count == 1), "each its own: {read:?}");
}

fn all_are_told(emulator: &RunningEmulator) {
    emulator.with(|service, now| {
        for session in service.sessions() {
            let told = service.agent_text(&session.conversation_id, "and you?", None, now);
            told.expect("it is open");
        }
    });
}

#[tokio::test]
async fn of_hundreds_of_sockets_no_frame_is_lost_and_both_ends_count_the_same() {
    let emulator = Emulator::builder().options(Options::default()).start().await;
    let emulator = emulator.expect("a free port");
    // On a thread of its own, as the service does not wait for whoever watches it.
    let told = emulator.events();
    let watcher = std::thread::spawn(move || {
        let runtime = tokio::runtime::Builder::new_current_thread().build().expect("a runtime");
        runtime.block_on(watch(told))
    });

    let mut options = FleetOptions::default();
    options.dials = None; // three hundred at once: the service takes a thousand a minute
    let (fleet, mut events, driver) = fleet_with(WebMessaging, options);
    let driver = driver.spawn();
    let connector = WebSocketConnector::new();
    let ids: Vec<SessionId> = (0..SESSIONS)
        .map(|guest| {
            let config = Config::new("d-1", format!("token-{guest}"), 7);
            let config = config.with_endpoint(emulator.ws_url());
            fleet.connect(config, connector.clone()).expect("a place")
        })
        .collect();
    play(&fleet, &mut events, &emulator).await;
    assert_eq!(fleet.metrics().phases.ready, SESSIONS);
    assert_eq!(fleet.sessions(), ids);

    fleet.shut_down();
    drop(events);
    let metrics = timeout(PATIENCE, driver).await.expect("in time").expect("no panic");
    let seen = tokio::task::spawn_blocking(|| watcher.join().expect("no panic"));
    let seen = timeout(PATIENCE, seen).await.expect("in time").expect("no panic");
    emulator.shutdown().await;
    let all = Seen {
        opened: SESSIONS,
        typing_on: SESSIONS,
        typing_off: SESSIONS,
        texts: SESSIONS,
        read: SESSIONS,
        said: SESSIONS,
        gone: SESSIONS,
    };
    assert_eq!(seen, all);
    assert_eq!(metrics.frames_sent, seen.guests_frames() as u64);
    assert_eq!(metrics.frames_received, seen.services_frames() as u64);
    assert_eq!((metrics.removed, metrics.inputs_refused), (SESSIONS as u64, 0));
}

//! The guest's side: a session on the tokio adapter, and the record of its events.

use tokio::task::JoinHandle;
use tokio::time::timeout;
use webmessaging_proto::{Config, Event, FailReason, Phase, Sender, Stats};
use webmessaging_tokio::{Events, Handle, WebSocketConnector, session};

use crate::world::PATIENCE;

pub(crate) struct Guest {
    pub(crate) handle: Handle,
    events: Events,
    driver: JoinHandle<Stats>,
    /// Every event that was waited for or passed over.
    pub(crate) seen: Vec<Event>,
}

impl Guest {
    /// Not connected yet.
    pub(crate) fn new(config: Config, connector: WebSocketConnector) -> Self {
        let (handle, events, driver) = session(config, connector);
        Self { handle, events, driver: driver.spawn(), seen: Vec::new() }
    }

    pub(crate) async fn connect(&self) {
        self.handle.connect().await.expect("a session that is not connected");
    }

    /// Waits for an event, and gives it.
    pub(crate) async fn until(&mut self, what: &str, is_it: impl Fn(&Event) -> bool) -> Event {
        let waiting = async {
            loop {
                let event = self.events.recv().await.expect("the driver runs");
                self.seen.push(event.clone());
                if is_it(&event) {
                    return event;
                }
            }
        };
        let heard = timeout(PATIENCE, waiting).await.ok();
        heard.unwrap_or_else(|| panic!("the guest never heard {what:?}, only {:?}", self.seen))
    }

    pub(crate) async fn until_event(&mut self, event: Event) {
        self.until(&format!("{event:?}"), |heard| *heard == event).await;
    }

    pub(crate) async fn until_phase(&mut self, phase: Phase) {
        self.until_event(Event::PhaseChanged(phase)).await;
    }

    pub(crate) async fn until_ready(&mut self) {
        self.until_phase(Phase::Ready).await;
    }

    pub(crate) async fn until_failed(&mut self, reason: FailReason) {
        self.until_phase(Phase::Failed(reason)).await;
    }

    /// Waits for a message of this text; its key.
    pub(crate) async fn until_message(&mut self, text: &str) -> String {
        let of_text = |event: &Event| message(event).is_some_and(|(_, heard)| heard == text);
        let event = self.until(text, of_text).await;
        let Event::MessageReceived(message) = event else { unreachable!("asked for one") };
        message.id.into()
    }

    /// Sends a text and waits for its confirmation.
    pub(crate) async fn say(&mut self, text: &str) {
        let key = self.handle.send_text(text.to_owned()).key;
        let is_it =
            |event: &Event| matches!(event, Event::MessageConfirmed { key: of, .. } if *of == key);
        self.until(&format!("{text} confirmed"), is_it).await;
    }

    pub(crate) async fn sees(&self, message: &str) {
        self.handle.message_visible(message).await.expect("a known message");
    }

    /// The texts of the messages that were shown, with who wrote them.
    pub(crate) fn shown(&self) -> Vec<(Sender, String)> {
        let shown = self.seen.iter().filter_map(message);
        shown.map(|(from, text)| (from, text.to_owned())).collect()
    }

    pub(crate) fn count(&self, is_it: impl Fn(&Event) -> bool) -> usize {
        self.seen.iter().filter(|event| is_it(event)).count()
    }

    /// Takes all events that are there.
    pub(crate) fn catch_up(&mut self) {
        while let Some(event) = self.events.try_recv() {
            self.seen.push(event);
        }
    }

    /// Leaves for good; what it all came to.
    pub(crate) async fn leave(self) -> Stats {
        let Self { handle, events, driver, .. } = self;
        handle.disconnect();
        drop((handle, events));
        timeout(PATIENCE, driver).await.expect("the driver ends").expect("without a panic")
    }
}

fn message(event: &Event) -> Option<(Sender, &str)> {
    match event {
        Event::MessageReceived(message) => {
            Some((message.from, message.text.as_deref().unwrap_or_default()))
        }
        _ => None,
    }
}

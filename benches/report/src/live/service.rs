//! The service's process: the emulator, and its agents.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

use serde::Serialize;
use webmessaging_emulator::service::{AgentEventKind, TypingEnd};
use webmessaging_emulator::{AgentEvents, Emulator, Options, RunningEmulator};

use super::{Credentials, DEPLOYMENT, Invitation, Moment, ServiceTold, make_room, now, read_line};
use crate::child;

pub const CHILD: &str = "service";

pub fn play(sessions: usize, rounds: u32) -> Result<(), String> {
    make_room()?;
    // One thread serves, and one more listens for the agents.
    let runtime =
        tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build();
    let runtime = runtime.map_err(|error| error.to_string())?;
    let emulator = runtime.block_on(Emulator::builder().options(options(sessions)).start());
    let emulator = Arc::new(emulator.map_err(|error| error.to_string())?);
    let mut guests = Vec::with_capacity(sessions);
    let mut numbers = BTreeMap::new();
    for number in 0..sessions as u32 {
        let created = emulator
            .with(|service, now| service.create_conversation(Some(DEPLOYMENT), None, now))
            .map_err(|error| error.to_string())?;
        guests.push(Credentials { token: created.guest_token.into_inner() });
        numbers.insert(created.conversation_id, number);
    }
    let told = Arc::new(Mutex::new(ServiceTold::default()));
    let agents = Agents { emulator: Arc::clone(&emulator), numbers, told: Arc::clone(&told) };
    let events = emulator.events();
    thread::spawn(move || agents.work(events));
    answer(Invitation { url: emulator.ws_url(), guests, rounds });
    // Until the guests have gone.
    read_line::<()>()?;
    answer(&*told.lock().map_err(|error| error.to_string())?);
    runtime.shutdown_timeout(Duration::from_millis(100));
    Ok(())
}

fn answer(told: impl Serialize) {
    child::answer(told);
}

/// All documented limits but that of new connections, which would take 10,000 guests ten minutes.
fn options(sessions: usize) -> Options {
    let mut options = Options::default();
    options.caps.connections = sessions * 2;
    options.caps.sessions = sessions;
    options.limits.connections_per_deployment = None;
    options.seed = Some(1);
    options
}

struct Agents {
    emulator: Arc<RunningEmulator>,
    numbers: BTreeMap<String, u32>,
    told: Arc<Mutex<ServiceTold>>,
}

impl Agents {
    fn work(&self, mut events: AgentEvents) {
        let runtime = tokio::runtime::Builder::new_current_thread().build().expect("a runtime");
        runtime.block_on(async {
            while let Some(event) = events.next().await {
                let at = now();
                let Some(&guest) = self.numbers.get(&*event.conversation_id) else { continue };
                let mut told = self.told.lock().expect("nobody panics with it");
                match event.kind {
                    AgentEventKind::GuestTyping { typing: true, .. } => {
                        told.frames_received += 1;
                        told.on.push(Moment { guest, at });
                    }
                    AgentEventKind::GuestTyping { reason: Some(TypingEnd::Off), .. } => {
                        told.frames_received += 1;
                        told.texts_sent += u64::from(self.answer(&event.conversation_id));
                    }
                    AgentEventKind::SessionOpened | AgentEventKind::MessageRead { .. } => {
                        told.frames_received += 1;
                    }
                    _ => {}
                }
            }
        });
    }

    fn answer(&self, conversation: &str) -> bool {
        const TEXT: &str = "Thank you. I look into it and come back to you in a moment.";
        let sent = self
            .emulator
            .with(|service, now| service.agent_text(conversation, TEXT, Some("Robin"), now));
        sent.is_ok()
    }
}

//! Both sides of the conversation at once: what one does, and what both hear of it.
//!
//! Owns: the waiting, the records, who tells the timeline. Must not know: the plot.

use std::time::Duration;

use tokio::sync::mpsc;
use tokio::time::{Instant, sleep_until, timeout};
use webmessaging_proto::{Config, Event, Phase};
use webmessaging_tokio::{Events, Handle, WebSocketConnector, random_seed};

use super::agent::{Agent, AgentNews, ConversationSeen, Credentials};
use super::record::{AgentRecord, GuestRecord, Indicator, reason_name};
use super::timeline::{Side, Timeline};
use super::{DemoError, PATIENCE};

/// From key to key of somebody who types briskly.
const KEY_EVERY: Duration = Duration::from_millis(120);

pub(super) struct Stage {
    handle: Handle,
    events: Events,
    pub(super) agent: Agent,
    agent_news: mpsc::Receiver<AgentNews>,
    timeline: Timeline,
    pub(super) guest: GuestRecord,
    pub(super) seen: AgentRecord,
}

/// The play is over; what is known of it.
pub(super) struct Record {
    pub(super) guest: GuestRecord,
    pub(super) seen: AgentRecord,
    pub(super) timeline: Timeline,
    agent: Agent,
}

impl Record {
    pub(super) async fn agent_view(&self) -> Result<ConversationSeen, DemoError> {
        self.agent.view().await
    }
}

impl Stage {
    pub(super) fn new(
        ws_url: &str,
        credentials: Credentials,
        agent: Agent,
        agent_news: mpsc::Receiver<AgentNews>,
        timeline: Timeline,
    ) -> Self {
        let Credentials { deployment_id, guest_token, .. } = credentials;
        let config = Config::new(deployment_id, guest_token, random_seed()).with_endpoint(ws_url);
        let (handle, events) = webmessaging_tokio::connect(config, WebSocketConnector::new());
        let guest = GuestRecord::default();
        let seen = AgentRecord::default();
        Self { handle, events, agent, agent_news, timeline, guest, seen }
    }

    pub(super) fn act(&self, title: &str) -> Result<(), DemoError> {
        Ok(self.timeline.act(title)?)
    }

    /// The user types for a while, and goes on to be shown as typing after it.
    pub(super) async fn type_for(&mut self, time: Duration) -> Result<(), DemoError> {
        self.tell_guest("types")?;
        self.guest.typing.push(Indicator::On);
        self.go_on_typing(time).await
    }

    pub(super) async fn go_on_typing(&mut self, time: Duration) -> Result<(), DemoError> {
        let until = Instant::now() + time;
        while Instant::now() < until {
            self.handle.keystroke();
            self.pause(KEY_EVERY).await?;
        }
        Ok(())
    }

    /// The indicator must come back although the user never stopped.
    pub(super) fn expect_typing_again(&mut self) {
        self.guest.typing.push(Indicator::On);
    }

    /// Notes how the user's typing should have ended for the agent.
    pub(super) fn expect_typing_out(&mut self, reason: &str) {
        self.guest.typing.push(Indicator::Out(reason.to_owned()));
    }

    pub(super) fn send(&mut self, text: &str) -> Result<(), DemoError> {
        self.tell_guest(&format!("sends \"{text}\""))?;
        self.guest.sent.push(text.to_owned());
        // What becomes of it comes as an event, too.
        drop(self.handle.send_text(text.to_owned()));
        Ok(())
    }

    /// The newest of the agent's messages but `back` comes into view.
    pub(super) async fn look_at(&mut self, back: usize) -> Result<(), DemoError> {
        let newest_first = self.guest.received.iter().rev();
        let Some((id, text)) = newest_first.clone().nth(back).cloned() else {
            return Err(DemoError::Ended { side: "agent", until: "the message came into view" });
        };
        self.tell_guest(&format!("has \"{text}\" on screen"))?;
        self.handle.message_visible(id.clone()).await?;
        self.guest.seen.push(id);
        Ok(())
    }

    /// The same message comes into view once more.
    pub(super) async fn look_at_again(&mut self, back: usize) -> Result<(), DemoError> {
        self.look_at(back).await?;
        self.guest.seen.pop();
        Ok(())
    }

    pub(super) async fn leave(mut self) -> Result<Record, DemoError> {
        self.tell_guest("leaves")?;
        self.handle.disconnect();
        let closed = |stage: &Self| stage.guest.phase == Some(Phase::Closed);
        self.until("the guest has left", closed).await?;
        self.until("the agent is alone", |stage| stage.seen.connections == 0).await?;
        let Self { guest, seen, timeline, agent, .. } = self;
        Ok(Record { guest, seen, timeline, agent })
    }

    /// Lets time pass, and hears what happens meanwhile.
    pub(super) async fn pause(&mut self, time: Duration) -> Result<(), DemoError> {
        let until = Instant::now() + time;
        loop {
            tokio::select! {
                () = sleep_until(until) => return Ok(()),
                heard = self.hear("the pause was over") => heard?,
            }
        }
    }

    /// Hears what happens until something has happened.
    pub(super) async fn until(
        &mut self,
        what: &'static str,
        happened: impl Fn(&Self) -> bool,
    ) -> Result<(), DemoError> {
        let waiting = async {
            while !happened(self) {
                self.hear(what).await?;
            }
            Ok(())
        };
        timeout(PATIENCE, waiting).await.unwrap_or(Err(DemoError::Waited { until: what }))
    }

    /// The next thing that either side hears. Cancel safe: both are read by cancel-safe means.
    async fn hear(&mut self, until: &'static str) -> Result<(), DemoError> {
        tokio::select! {
            event = self.events.recv() => {
                let event = event.ok_or(DemoError::Ended { side: "guest", until })?;
                self.guest.note(&event);
                if let Some(words) = guest_words(&event) {
                    self.tell_guest(&words)?;
                }
            }
            news = self.agent_news.recv() => {
                let news = news.ok_or(DemoError::Ended { side: "agent", until })?;
                self.seen.note(&news);
                if let Some(words) = agent_words(&news) {
                    self.timeline.tell(Side::Agent, &words)?;
                }
            }
        }
        Ok(())
    }

    fn tell_guest(&self, words: &str) -> Result<(), DemoError> {
        Ok(self.timeline.tell(Side::Guest, words)?)
    }
}

fn guest_words(event: &Event) -> Option<String> {
    Some(match event {
        Event::PhaseChanged(phase) => format!("[{phase}]"),
        Event::MessageReceived(message) => {
            format!("gets \"{}\"", message.text.as_deref().unwrap_or_default())
        }
        Event::MessageConfirmed { .. } => "text confirmed".to_owned(),
        Event::MessageUnconfirmed { .. } => "text unconfirmed".to_owned(),
        Event::MessageFailed { code, .. } => format!("text failed: {code:?}"),
        Event::PeerTypingStarted { typist } => format!("sees {} typing", typist.name),
        Event::PeerTypingStopped { typist, reason } => {
            format!("sees {} typing no more ({})", typist.name, reason_name(*reason))
        }
        Event::RateLimited { retry_after } => {
            format!("must wait {:.1} s", retry_after.as_secs_f32())
        }
        Event::MessagesMayBeMissing => "messages may be missing".to_owned(),
        Event::Fault { code } => format!("fault: {code:?}"),
        _ => return None,
    })
}

fn agent_words(news: &AgentNews) -> Option<String> {
    Some(match news {
        AgentNews::SessionOpened => "a guest is there".to_owned(),
        AgentNews::SessionResumed => "the guest is back".to_owned(),
        AgentNews::Connections { count: 0 } => "the guest's connection is gone".to_owned(),
        AgentNews::Connections { .. }
        | AgentNews::AgentTyping { typing: false }
        | AgentNews::Other => return None,
        AgentNews::GuestTyping { typing: true, .. } => "sees \"guest is typing\"".to_owned(),
        AgentNews::GuestTyping { typing: false, reason } => {
            format!("indicator out ({})", reason.as_deref().unwrap_or("no reason"))
        }
        AgentNews::GuestMessage { message } => format!("gets \"{}\"", message.text),
        AgentNews::AgentMessage { message } => format!("says \"{}\"", message.text),
        AgentNews::AgentTyping { typing: true } => "types".to_owned(),
        AgentNews::MessageRead { message_id } => {
            format!("sees Read on {}", message_id.split('-').next().unwrap_or_default())
        }
    })
}

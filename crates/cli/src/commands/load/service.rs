//! The service under load: an emulator in this process, or one that runs already on this machine.
//!
//! Owns: where it is, its tokens, and hearing from its agent's side. Must not know: the guests.

use std::net::{IpAddr, ToSocketAddrs};
use std::sync::Arc;
use std::thread;
use std::time::Duration;

use eventsource_stream::Eventsource;
use futures_util::StreamExt;
use reqwest::{Client, Response, Url};
use serde::Deserialize;
use serde_json::json;
use webmessaging_emulator::service::{AgentEventKind, TypingEnd};
use webmessaging_emulator::{AgentEvents, Emulator, Options, RunningEmulator};

use super::LoadError;
use super::crowd::Plan;
use super::watch::{Sight, Watch};

/// A WebSocket's address, on this machine.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(super) struct Endpoint {
    host: String,
}

/// Takes an address that stays on this machine, and no other.
pub(super) fn loopback(text: &str) -> Result<Endpoint, String> {
    let url: Url = text.parse().map_err(|error| format!("no URL: {error}"))?;
    if url.scheme() != "ws" {
        return Err("it must begin with ws://, as an emulator's address does".into());
    }
    let host = url.host_str().ok_or("it has no host")?;
    let port = url.port().unwrap_or(80);
    let address = host.trim_start_matches('[').trim_end_matches(']');
    let own = match address.parse::<IpAddr>() {
        Ok(address) => address.is_loopback(),
        Err(_) => (address, port)
            .to_socket_addrs()
            .is_ok_and(|mut all| all.all(|address| address.ip().is_loopback())),
    };
    if !own {
        return Err(format!("{host} is not this machine: a load goes to loopback only"));
    }
    Ok(Endpoint { host: format!("{host}:{port}") })
}

/// What names a guest: for itself, and on the agent's side.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Credentials {
    pub(super) guest_token: String,
    pub(super) conversation_id: String,
}

#[derive(Debug)]
pub(super) enum Service {
    Started(Box<RunningEmulator>),
    Running(Endpoint),
}

impl Service {
    /// An emulator with the service's limits, and with room for all.
    pub(super) async fn start(plan: &Plan, seed: u64) -> Result<Self, LoadError> {
        let mut options = Options::default();
        options.caps.connections = plan.sessions.saturating_mul(2);
        options.caps.sessions = plan.sessions;
        options.guest_token_life = Duration::from_secs(48 * 3600);
        options.seed = Some(seed);
        Ok(Self::Started(Box::new(Emulator::builder().options(options).start().await?)))
    }

    pub(super) const fn at(endpoint: Endpoint) -> Self {
        Self::Running(endpoint)
    }

    pub(super) fn ws_url(&self) -> String {
        match self {
            Self::Started(emulator) => emulator.ws_url(),
            Self::Running(Endpoint { host }) => format!("ws://{host}/v1"),
        }
    }

    /// Credentials for a guest of each of `deployments`.
    pub(super) async fn credentials(
        &self,
        deployments: impl IntoIterator<Item = &str>,
    ) -> Result<Vec<Credentials>, LoadError> {
        let mut all = Vec::new();
        match self {
            Self::Started(emulator) => {
                for deployment in deployments {
                    let created = emulator.with(|service, now| {
                        service.create_conversation(Some(deployment), None, now)
                    });
                    let created = created.map_err(|error| LoadError::Tokens(error.to_string()))?;
                    all.push(Credentials {
                        guest_token: created.guest_token.into_inner(),
                        conversation_id: created.conversation_id,
                    });
                }
            }
            Self::Running(Endpoint { host }) => {
                let url = format!("http://{host}/api/v2/conversations/messaging");
                let http = client()?;
                for deployment in deployments {
                    let body = json!({ "deploymentId": deployment });
                    let asked = async {
                        let answer = http.post(&url).json(&body).send().await;
                        answer?.error_for_status()?.json().await
                    };
                    let given = asked.await.map_err(|error| LoadError::Tokens(chain(&error)))?;
                    all.push(given);
                }
            }
        }
        Ok(all)
    }

    /// Tells `watch` what the agent's side sees, until the service ends.
    pub(super) async fn tell(&self, watch: &Arc<Watch>) -> Result<(), LoadError> {
        let watch = Arc::clone(watch);
        match self {
            Self::Started(emulator) => {
                let events = emulator.events();
                let runtime = tokio::runtime::Builder::new_current_thread().build();
                let runtime = runtime.map_err(LoadError::Runtime)?;
                // On a thread of its own: the service waits for nobody who watches it.
                thread::spawn(move || runtime.block_on(hear(events, &watch)));
            }
            Self::Running(Endpoint { host }) => {
                let asked = client()?.get(format!("http://{host}/agent/events")).send().await;
                let events = asked.and_then(Response::error_for_status);
                let events = events.map_err(|error| LoadError::Watch(chain(&error)))?;
                tokio::spawn(async move { read(events, &watch).await });
            }
        }
        Ok(())
    }

    pub(super) async fn stop(self) {
        match self {
            Self::Started(emulator) => emulator.shutdown().await,
            Self::Running(_) => {}
        }
    }
}

fn client() -> Result<Client, LoadError> {
    Client::builder().no_proxy().build().map_err(|error| LoadError::Tokens(chain(&error)))
}

/// An error with its causes: the outermost alone says little.
fn chain(error: &dyn std::error::Error) -> String {
    let causes = std::iter::successors(Some(error), |error| error.source());
    causes.map(ToString::to_string).collect::<Vec<_>>().join(": ")
}

async fn hear(mut events: AgentEvents, watch: &Watch) {
    while let Some(event) = events.next().await {
        let sight = match &event.kind {
            AgentEventKind::SessionOpened | AgentEventKind::SessionResumed => Sight::Configured,
            AgentEventKind::GuestTyping { typing: true, .. } => Sight::TypingOn,
            AgentEventKind::GuestTyping { reason: Some(TypingEnd::Off), .. } => Sight::TypingOff,
            AgentEventKind::GuestMessage { .. } => Sight::Text,
            _ => continue,
        };
        watch.see(&event.conversation_id, sight);
    }
}

/// An event as it is written for agents.
#[derive(Deserialize)]
struct Told {
    conversation_id: String,
    #[serde(flatten)]
    what: What,
}

#[derive(Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
enum What {
    SessionOpened,
    SessionResumed,
    GuestTyping {
        typing: bool,
        reason: Option<String>,
    },
    GuestMessage,
    #[serde(other)]
    Other,
}

#[derive(Deserialize)]
struct Lagged {
    missed: u64,
}

async fn read(events: Response, watch: &Watch) {
    let mut events = events.bytes_stream().eventsource();
    while let Some(Ok(event)) = events.next().await {
        if event.event == "lagged" {
            let lagged = serde_json::from_str(&event.data).unwrap_or(Lagged { missed: 1 });
            watch.see("", Sight::Missed(lagged.missed));
            continue;
        }
        let Ok(Told { conversation_id, what }) = serde_json::from_str(&event.data) else {
            continue;
        };
        let sight = match what {
            What::SessionOpened | What::SessionResumed => Sight::Configured,
            What::GuestTyping { typing: true, .. } => Sight::TypingOn,
            What::GuestTyping { reason: Some(reason), .. } if reason == "off" => Sight::TypingOff,
            What::GuestMessage => Sight::Text,
            What::GuestTyping { .. } | What::Other => continue,
        };
        watch.see(&conversation_id, sight);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_this_machine_is_loaded() {
        for own in
            ["ws://127.0.0.1:8080", "ws://127.9.9.9:1/v1", "ws://[::1]:80", "ws://localhost:9"]
        {
            assert!(loopback(own).is_ok(), "{own}: {:?}", loopback(own));
        }
        for other in [
            "wss://webmessaging.mypurecloud.com",
            "ws://192.0.2.1:8080",
            "ws://[2001:db8::1]:80",
            "ws://127.0.0.1.invalid:80",
            "ws://0.0.0.0:80",
            "http://127.0.0.1:80",
            "127.0.0.1:80",
        ] {
            assert!(loopback(other).is_err(), "{other}");
        }
        let error = loopback("ws://192.0.2.1:8080").expect_err("it is not this machine");
        assert_eq!(error, "192.0.2.1 is not this machine: a load goes to loopback only");
    }
}

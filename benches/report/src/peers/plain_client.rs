//! A guest as a competent programmer writes it on tokio: one task a session, `select!` over socket,
//! commands and timers, frames as `serde_json::Value`.
//!
//! Owns: what such a client does for typing, receipts and texts while the connection stands. Must not
//! know: who drives it. It does not reconnect, keep a budget or send anything again: less than is needed.

use std::collections::{BTreeMap, BTreeSet};
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use futures_util::{SinkExt, StreamExt};
use serde_json::{Value, json};
use tokio::net::TcpStream;
use tokio::sync::mpsc;
use tokio::time::{Instant, MissedTickBehavior, interval_at, sleep_until};
use tokio_tungstenite::tungstenite::{Bytes, Error, Message};
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream, connect_async};
use uuid::Uuid;

const IDLE: Duration = Duration::from_secs(2);
/// As the service's own clients do.
const PING: Duration = Duration::from_secs(15);
/// As tokio's examples have it.
const COMMANDS: usize = 32;

type Socket = WebSocketStream<MaybeTlsStream<TcpStream>>;

#[derive(Debug)]
#[allow(dead_code, reason = "a client without texts would be none, though none is sent here")]
pub enum Command {
    Key,
    Text(String),
    Visible(String),
}

#[derive(Debug)]
#[allow(dead_code, reason = "what a host is told, though not all of it is looked at here")]
pub enum News {
    Ready,
    Message { id: String },
    Confirmed { text: String },
    AgentTyping { on: bool },
    Closed,
}

/// Says what is new of the session with this number.
#[derive(Clone, Debug)]
pub struct Reporter {
    pub number: usize,
    pub news: mpsc::UnboundedSender<(usize, News)>,
    /// Frames, of all clients together.
    pub sent: Arc<AtomicU64>,
}

impl Reporter {
    fn tell(&self, news: News) {
        // Whoever does not listen any more does not want to know.
        let _ = self.news.send((self.number, news));
    }
}

/// Connects, and goes on in a task of its own.
pub async fn spawn(
    url: &str,
    deployment: &str,
    token: &str,
    reporter: Reporter,
) -> Result<mpsc::Sender<Command>, Error> {
    let (mut socket, _) = connect_async(format!("{url}?deploymentId={deployment}")).await?;
    let configure = json!({
        "action": "configureSession",
        "token": token,
        "tracingId": Uuid::new_v4().to_string(),
        "deploymentId": deployment,
        "startNew": false,
    });
    socket.send(Message::text(configure.to_string())).await?;
    reporter.sent.fetch_add(1, Ordering::Relaxed);
    let (commands, inbox) = mpsc::channel(COMMANDS);
    let client = Client {
        socket,
        token: token.into(),
        typing: false,
        seen: BTreeSet::new(),
        pending: BTreeMap::new(),
        reporter,
    };
    tokio::spawn(client.run(inbox));
    Ok(commands)
}

struct Client {
    socket: Socket,
    token: String,
    typing: bool,
    seen: BTreeSet<String>,
    /// Texts without an echo, by the `tracingId` that they went out with.
    pending: BTreeMap<String, String>,
    reporter: Reporter,
}

impl Client {
    async fn run(mut self, mut inbox: mpsc::Receiver<Command>) {
        let mut idle = pin!(sleep_until(Instant::now() + IDLE));
        let mut ping = interval_at(Instant::now() + PING, PING);
        ping.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            let done = tokio::select! {
                command = inbox.recv() => match command {
                    Some(Command::Key) => {
                        idle.as_mut().reset(Instant::now() + IDLE);
                        self.key().await
                    }
                    Some(Command::Text(text)) => self.text(text).await,
                    Some(Command::Visible(id)) => self.visible(id).await,
                    None => break,
                },
                () = &mut idle, if self.typing => self.typing_off().await,
                _ = ping.tick() => self.socket.send(Message::Ping(Bytes::new())).await,
                message = self.socket.next() => match message {
                    Some(Ok(Message::Text(text))) => {
                        self.receive(&text);
                        Ok(())
                    }
                    Some(Ok(_)) => Ok(()),
                    Some(Err(_)) | None => break,
                },
            };
            if done.is_err() {
                break;
            }
        }
        self.reporter.tell(News::Closed);
    }

    async fn key(&mut self) -> Result<(), Error> {
        if self.typing {
            return Ok(());
        }
        self.typing = true;
        self.typing_notice("On").await
    }

    async fn typing_off(&mut self) -> Result<(), Error> {
        self.typing = false;
        self.typing_notice("Off").await
    }

    async fn typing_notice(&mut self, kind: &str) -> Result<(), Error> {
        let events = json!([{ "eventType": "Typing", "typing": { "type": kind } }]);
        self.request(json!({ "type": "Event", "events": events })).await.map(|_| ())
    }

    async fn text(&mut self, text: String) -> Result<(), Error> {
        if self.typing {
            self.typing_off().await?;
        }
        let tracing_id = self.request(json!({ "type": "Text", "text": text })).await?;
        self.pending.insert(tracing_id, text);
        Ok(())
    }

    async fn visible(&mut self, id: String) -> Result<(), Error> {
        let receipt = json!({ "type": "Receipt", "id": id, "status": "Read" });
        if self.seen.insert(id) { self.request(receipt).await.map(|_| ()) } else { Ok(()) }
    }

    async fn request(&mut self, message: Value) -> Result<String, Error> {
        let tracing_id = Uuid::new_v4().to_string();
        let request = json!({
            "action": "onMessage",
            "token": self.token,
            "tracingId": tracing_id,
            "message": message,
        });
        self.socket.send(Message::text(request.to_string())).await?;
        self.reporter.sent.fetch_add(1, Ordering::Relaxed);
        Ok(tracing_id)
    }

    fn receive(&mut self, text: &str) {
        let Ok(frame) = serde_json::from_str::<Value>(text) else { return };
        let body = &frame["body"];
        match frame["class"].as_str() {
            Some("SessionResponse") if body["connected"] == true => self.reporter.tell(News::Ready),
            Some("StructuredMessage") if body["direction"] == "Inbound" => {
                let sent = frame["tracingId"].as_str().and_then(|id| self.pending.remove(id));
                if let Some(text) = sent {
                    self.reporter.tell(News::Confirmed { text });
                }
            }
            Some("StructuredMessage") if body["type"] == "Event" => {
                for event in body["events"].as_array().into_iter().flatten() {
                    if event["eventType"] == "Typing" {
                        let on = event["typing"]["type"] == "On";
                        self.reporter.tell(News::AgentTyping { on });
                    }
                }
            }
            Some("StructuredMessage") => {
                let id = body["channel"]["messageId"].as_str().or_else(|| body["id"].as_str());
                if let Some(id) = id {
                    self.reporter.tell(News::Message { id: id.into() });
                }
            }
            _ => {}
        }
    }
}

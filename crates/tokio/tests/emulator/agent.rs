//! The agent's side, as an agent sees it: HTTP and server-sent events.
//!
//! Owns: the calls of the agent's API, and the record of what it told, in words.

use std::time::Duration;

use eventsource_stream::Eventsource;
use futures_util::StreamExt;
use reqwest::{Client, Response, StatusCode};
use serde_json::{Value, json};
use tokio::sync::mpsc;
use tokio::time::timeout;

use crate::world::PATIENCE;

/// The name that the agent goes by.
pub(crate) const NICKNAME: &str = "Kim";

pub(crate) struct Agent {
    http: Client,
    base: String,
    news: mpsc::Receiver<Value>,
    /// All that was told so far: the conversation, and what happened in it.
    seen: Vec<(String, String)>,
    /// Up to where it was waited for.
    read: usize,
}

/// What a guest's backend gets.
#[derive(Clone, Debug)]
pub(crate) struct Credentials {
    pub(crate) token: String,
    pub(crate) conversation: String,
}

impl Agent {
    pub(crate) async fn of(base: String) -> Self {
        let http = Client::builder().no_proxy().build().expect("a client without TLS");
        let events = http.get(format!("{base}/agent/events?after=0")).send();
        let events = events.await.and_then(Response::error_for_status).expect("agent events");
        let (sender, news) = mpsc::channel(1024);
        tokio::spawn(listen(events, sender));
        Self { http, base, news, seen: Vec::new(), read: 0 }
    }

    /// The backend's step: a token for a new conversation, or a further one for an old one.
    pub(crate) async fn credentials(&self, conversation: Option<&str>) -> Credentials {
        let body = json!({ "deploymentId": "d-1", "conversationId": conversation });
        let response = self.post("/api/v2/conversations/messaging", &body).await;
        let body: Value = response.json().await.expect("credentials");
        let text = |name: &str| body[name].as_str().expect(name).to_owned();
        Credentials { token: text("guestToken"), conversation: text("conversationId") }
    }

    /// Says something; the key of the message.
    pub(crate) async fn say(&self, conversation: &str, text: &str) -> String {
        let path = format!("/agent/sessions/{conversation}/messages");
        let response = self.post(&path, &json!({ "text": text, "nickname": NICKNAME })).await;
        let message: Value = response.json().await.expect("the message");
        message["message_id"].as_str().expect("message_id").to_owned()
    }

    pub(crate) async fn types(&self, conversation: &str, on: bool) {
        let path = format!("/agent/sessions/{conversation}/typing");
        let kind = if on { "On" } else { "Off" };
        self.post(&path, &json!({ "type": kind, "nickname": NICKNAME })).await;
    }

    pub(crate) async fn end(&self, conversation: &str, read_only: bool) {
        let path = format!("/agent/sessions/{conversation}/end");
        self.post(&path, &json!({ "read_only": read_only })).await;
    }

    /// Makes something go wrong.
    pub(crate) async fn fault(&self, fault: Value) {
        self.post("/faults", &fault).await;
    }

    pub(crate) async fn clear_faults(&self) {
        let answer = self.http.delete(format!("{}/faults", self.base)).send().await;
        answer.and_then(Response::error_for_status).expect("faults cleared");
    }

    /// The conversation as it is shown now.
    pub(crate) async fn view(&self, conversation: &str) -> Value {
        let url = format!("{}/agent/sessions/{conversation}", self.base);
        let answer = self.http.get(url).send().await.and_then(Response::error_for_status);
        answer.expect("a conversation").json().await.expect("its view")
    }

    /// Whether there is such a conversation.
    pub(crate) async fn knows(&self, conversation: &str) -> bool {
        let url = format!("{}/agent/sessions/{conversation}", self.base);
        let answer = self.http.get(url).send().await.expect("an answer");
        answer.status() != StatusCode::NOT_FOUND
    }

    /// The texts of a conversation by one side, with their states.
    pub(crate) async fn texts(&self, conversation: &str, from: &str) -> Vec<String> {
        let view = self.view(conversation).await;
        let all = view["messages"].as_array().expect("messages").iter();
        let of_it = all.filter(|message| message["from"] == from);
        of_it
            .map(|message| format!("{} {}", text(&message["text"]), text(&message["state"])))
            .collect()
    }

    /// Waits until it is told, of any conversation, after what was waited for before.
    pub(crate) async fn until(&mut self, words: &str) {
        let waiting = async {
            loop {
                while self.read < self.seen.len() {
                    self.read += 1;
                    if self.seen[self.read - 1].1 == words {
                        return;
                    }
                }
                let news = self.news.recv().await.expect("the emulator runs");
                self.note(&news);
            }
        };
        let told = timeout(PATIENCE, waiting).await.is_ok();
        assert!(told, "the agent was not told {words:?}, only {:?}", self.seen);
    }

    /// What was told of a conversation up to here and begins with one of these words.
    pub(crate) fn told(&mut self, conversation: &str, beginnings: &[&str]) -> Vec<String> {
        while let Ok(news) = self.news.try_recv() {
            self.note(&news);
        }
        let of_it = self.seen.iter().filter(|(told_of, words)| {
            told_of == conversation
                && beginnings.iter().any(|beginning| words.starts_with(beginning))
        });
        of_it.map(|(_, words)| words.clone()).collect()
    }

    /// The conversation that was opened last.
    pub(crate) fn newest_conversation(&self) -> String {
        let opened = self.seen.iter().rev().find(|(_, words)| words == "opened");
        opened.expect("a conversation was opened").0.clone()
    }

    fn note(&mut self, news: &Value) {
        self.seen.push((text(&news["conversation_id"]).to_owned(), words(news)));
    }

    async fn post(&self, path: &str, body: &Value) -> Response {
        let url = format!("{}{path}", self.base);
        let answer = self.http.post(url).json(body).send().await.expect("an answer");
        let status = answer.status();
        assert!(status.is_success(), "{path} {body}: {status}");
        answer
    }
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or("?")
}

/// An agent event in a few words.
fn words(news: &Value) -> String {
    let kind = text(&news["type"]);
    match kind {
        "guest_typing" if news["typing"] == true => "typing on".to_owned(),
        "guest_typing" => format!("typing out: {}", text(&news["reason"])),
        "guest_message" => format!("text {}", text(&news["message"]["text"])),
        "agent_message" => format!("said {}", text(&news["message"]["text"])),
        "message_read" => format!("read {}", text(&news["message_id"])),
        "connections" => format!("connections {}", news["count"]),
        "session_opened" => "opened".to_owned(),
        "session_resumed" => "resumed".to_owned(),
        "guest_joined" => "joined".to_owned(),
        other => other.replace('_', " "),
    }
}

/// Passes the events on until either end is gone.
async fn listen(events: Response, news: mpsc::Sender<Value>) {
    let mut events = events.bytes_stream().eventsource();
    while let Some(Ok(event)) = events.next().await {
        let event = serde_json::from_str(&event.data).expect("agent events are JSON");
        if news.send(event).await.is_err() {
            return;
        }
    }
}

/// Long enough for what must not happen to happen, if it does.
pub(crate) async fn quiet() {
    tokio::time::sleep(Duration::from_millis(150)).await;
}

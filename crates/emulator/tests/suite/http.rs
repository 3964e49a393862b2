//! A small HTTP client for the tests, with server-sent events.

use std::time::Duration;

use http_body_util::{BodyExt, Full};
use hyper::{
    HeaderMap, Method, Request, Response,
    body::{Bytes, Incoming},
};
use hyper_util::{client::legacy::Client, rt::TokioExecutor};
use serde_json::Value;
use tokio::time::timeout;

/// Far longer than anything here takes.
pub(crate) const PATIENCE: Duration = Duration::from_secs(60);

pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) headers: HeaderMap,
    pub(crate) text: String,
    /// The text, if it is JSON.
    pub(crate) body: Value,
}

impl Answer {
    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }
}

async fn send(
    method: Method,
    url: &str,
    headers: &[(&str, &str)],
    body: &str,
) -> Response<Incoming> {
    let mut request = Request::builder().method(method).uri(url);
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    let request = request.body(Full::new(Bytes::from(body.to_owned()))).unwrap();
    let client = Client::builder(TokioExecutor::new()).build_http();
    timeout(PATIENCE, client.request(request)).await.expect("an answer in time").unwrap()
}

pub(crate) async fn request(
    method: Method,
    url: &str,
    headers: &[(&str, &str)],
    body: &str,
) -> Answer {
    let response = send(method, url, headers, body).await;
    let (parts, body) = response.into_parts();
    let bytes = body.collect().await.unwrap().to_bytes();
    let text = String::from_utf8(bytes.to_vec()).unwrap();
    let body = serde_json::from_str(&text).unwrap_or(Value::Null);
    Answer { status: parts.status.as_u16(), headers: parts.headers, text, body }
}

pub(crate) async fn get(url: &str) -> Answer {
    request(Method::GET, url, &[], "").await
}

/// With no content type, as `curl -d` has none that says JSON.
pub(crate) async fn post(url: &str, body: &Value) -> Answer {
    request(Method::POST, url, &[], &body.to_string()).await
}

pub(crate) async fn delete(url: &str) -> Answer {
    request(Method::DELETE, url, &[], "").await
}

/// A stream of server-sent events.
pub(crate) struct Events {
    body: Incoming,
    buffer: String,
}

#[derive(Debug)]
pub(crate) struct ServerSent {
    pub(crate) id: u64,
    pub(crate) kind: String,
    pub(crate) data: Value,
}

impl Events {
    pub(crate) async fn open(url: &str, headers: &[(&str, &str)]) -> Self {
        let response = send(Method::GET, url, headers, "").await;
        assert_eq!(response.headers()["content-type"], "text/event-stream");
        Self { body: response.into_body(), buffer: String::new() }
    }

    pub(crate) async fn next(&mut self) -> Option<ServerSent> {
        loop {
            if let Some((event, rest)) = self.buffer.split_once("\n\n") {
                let field = |name: &str| {
                    event
                        .lines()
                        .find_map(|line| line.strip_prefix(name))
                        .map(str::trim)
                        .unwrap_or_default()
                };
                let event = ServerSent {
                    id: field("id:").parse().unwrap_or_default(),
                    kind: field("event:").to_owned(),
                    data: serde_json::from_str(field("data:")).unwrap_or_default(),
                };
                let rest = rest.to_owned();
                self.buffer = rest;
                return Some(event);
            }
            let frame = timeout(PATIENCE, self.body.frame()).await.expect("an event in time")?;
            if let Ok(data) = frame.ok()?.into_data() {
                self.buffer.push_str(std::str::from_utf8(&data).unwrap());
            }
        }
    }

    /// The next event of this kind.
    pub(crate) async fn until(&mut self, kind: &str) -> ServerSent {
        loop {
            let event = self.next().await.expect("the stream goes on");
            if event.kind == kind {
                return event;
            }
        }
    }
}

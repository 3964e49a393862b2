//! A bot farm on virtual time: every guest connects, types, says one thing, and leaves; an hour of all
//! of them takes seconds.
//!
//! `cargo run --release -p webmessaging-tokio --example fleet -- 1000000`

use std::collections::{BTreeMap, VecDeque};
use std::error::Error;
use std::future::{Future, ready};
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use bytes::Bytes;
use serde_json::{Value, json};
use tokio::time::{Instant, sleep};
use webmessaging_proto::dialect::WebMessaging;
use webmessaging_proto::{Config, Event, Phase};
use webmessaging_tokio::{
    Connector, DialError, FleetOptions, Incoming, Outgoing, SessionId, Transport, TransportError,
    fleet_with,
};

/// Deployments that the guests are spread over: each one may be dialed 900 times a minute.
const DEPLOYMENTS: u64 = 1_000;

#[tokio::main(flavor = "current_thread", start_paused = true)]
async fn main() -> Result<(), Box<dyn Error>> {
    let guests = std::env::args().nth(1).map_or(Ok(10_000), |count| count.parse::<u64>())?;
    let (started, origin) = (std::time::Instant::now(), Instant::now());
    let (fleet, mut events, driver) = fleet_with(WebMessaging, FleetOptions::default());
    let driver = driver.spawn();
    let deployment = |number| Config::new(format!("deployment-{number}"), "", 0);
    let deployments: Vec<_> = (0..DEPLOYMENTS).map(deployment).collect();
    for (guest, deployment) in (0..guests).zip(deployments.iter().cycle()) {
        fleet.connect(deployment.for_guest(format!("token-{guest}"), guest), Service)?;
    }

    let mut said = 0;
    let mut phases: BTreeMap<SessionId, Phase> = BTreeMap::new();
    while said < guests {
        let (id, event) = events.recv().await.ok_or("the driver is gone")?;
        match event {
            Event::PhaseChanged(Phase::Ready) => {
                let guest = fleet.session(id).ok_or("nobody was removed")?;
                guest.keystroke();
                drop(guest.send_text("Is anybody there?"));
            }
            Event::PhaseChanged(phase) => drop(phases.insert(id, phase)),
            Event::MessageConfirmed { .. } => said += 1,
            other => println!("{id}: {other:?}"),
        }
    }
    println!("all have said it after {:?} of virtual time", origin.elapsed());
    println!("{:#?}", fleet.metrics());
    sleep(Duration::from_secs(3600)).await;

    fleet.shut_down();
    drop(events);
    let metrics = driver.await?;
    println!(
        "{} sessions, {} frames sent and {} received: {:?} of virtual time in {:?}",
        metrics.removed,
        metrics.frames_sent,
        metrics.frames_received,
        origin.elapsed(),
        started.elapsed(),
    );
    Ok(())
}

/// The other end, in as few words as it takes. It is a carrier of our own as well: no network.
#[derive(Clone)]
struct Service;

#[derive(Default)]
struct Line {
    answers: VecDeque<Incoming>,
    reader: Option<Waker>,
}

impl Connector for Service {
    type Transport = Line;

    fn dial(
        &mut self,
        _url: String,
    ) -> impl Future<Output = Result<Line, DialError>> + Send + 'static {
        ready(Ok(Line::default()))
    }
}

impl Transport for Line {
    fn poll_ready(&mut self, _cx: &mut Context<'_>) -> Poll<Result<(), TransportError>> {
        Poll::Ready(Ok(()))
    }

    fn send(&mut self, message: Outgoing) -> Result<(), TransportError> {
        self.answers.extend(match message {
            Outgoing::Frame(frame) => answer(&frame)?,
            Outgoing::Ping(number) => Some(Incoming::Pong(number)),
            Outgoing::Close(code) => Some(Incoming::Closed(code)),
        });
        if let Some(reader) = self.reader.take() {
            reader.wake();
        }
        Ok(())
    }

    fn poll_flush(&mut self, _cx: &mut Context<'_>) -> Poll<Result<(), TransportError>> {
        Poll::Ready(Ok(()))
    }

    fn poll_receive(&mut self, cx: &mut Context<'_>) -> Poll<Result<Incoming, TransportError>> {
        if let Some(answer) = self.answers.pop_front() {
            return Poll::Ready(Ok(answer));
        }
        // What waited is gone, and nobody says more than one thing: no room need be kept.
        self.answers = VecDeque::new();
        self.reader = Some(cx.waker().clone());
        Poll::Pending
    }
}

fn answer(frame: &[u8]) -> Result<Option<Incoming>, TransportError> {
    let frame: Value = serde_json::from_slice(frame).map_err(TransportError::new)?;
    let answer = match (frame["action"].as_str(), frame["message"]["type"].as_str()) {
        (Some("configureSession"), _) => json!({"type": "response", "class": "SessionResponse",
            "code": 200, "body": {"connected": true, "newSession": true}}),
        (_, Some("Text")) => json!({"type": "message", "class": "StructuredMessage", "code": 200,
            "tracingId": frame["tracingId"], "body": {"type": "Text", "direction": "Inbound",
            "id": "m", "text": frame["message"]["text"], "channel": {"messageId": "m"}}}),
        _ => return Ok(None),
    };
    Ok(Some(Incoming::Frame(Bytes::from(answer.to_string()))))
}

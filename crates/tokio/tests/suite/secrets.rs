//! What must not show in a log or in `Debug`.

use std::io;
use std::sync::{Arc, Mutex};

use tokio::time::Instant;
use tracing_subscriber::fmt::MakeWriter;
use webmessaging_proto::{Config, Event};
use webmessaging_tokio::memory::MemoryConnector;
use webmessaging_tokio::{Incoming, Outgoing};

use crate::support::{Ready, agent_text, echo, ready_by, record, soon, until};

/// A log in memory.
#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl io::Write for Log {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().expect("no panic under the lock").extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl<'a> MakeWriter<'a> for Log {
    type Writer = Self;

    fn make_writer(&'a self) -> Self {
        self.clone()
    }
}

#[tokio::test(start_paused = true)]
async fn neither_tokens_nor_texts_are_logged_at_any_level() {
    let log = Log::default();
    let subscriber = tracing_subscriber::fmt()
        .with_max_level(tracing::Level::TRACE)
        .with_writer(log.clone())
        .finish();
    // For all threads: what a thread without a subscriber meets first is off for this one too. The
    // log has the other tests' lines as well, and these must not show secrets either.
    tracing::subscriber::set_global_default(subscriber).expect("the only one");

    let config = Config::new("d-1", "secret-token", 7);
    let Ready { guest, mut peer, mut events, .. } = ready_by(config, MemoryConnector::new()).await;
    guest.keystroke();
    let text = guest.send_text("secret-text");
    let mut sent = Vec::new();
    for _ in 0..3 {
        sent.push(soon(peer.receive()).await.expect("On, Off, text"));
    }
    peer.send(echo(&sent[2], "m-1")).await;
    soon(text).await.expect("the echo came");
    peer.send(agent_text("m-2", "secret-answer")).await;
    peer.send("secret-garbage").await;
    until(&mut events, |event| matches!(event, Event::Fault { .. })).await;
    drop(guest);
    record(&mut peer, Instant::now(), 5_000).await;

    let log = String::from_utf8(log.0.lock().expect("no panic under the lock").clone());
    let log = log.expect("a log is text");
    for expected in ["dialing", "frame sent", "frame received", "closing", "send_text"] {
        assert!(log.contains(expected), "{expected} is not in:\n{log}");
    }
    assert!(!log.contains("secret"), "{log}");
}

#[test]
fn frames_are_shown_by_their_length() {
    let (sent, received) = (Outgoing::Frame("secret".into()), Incoming::Frame("secret".into()));
    assert_eq!(format!("{sent:?} {received:?}"), "Frame(6 bytes) Frame(6 bytes)");
    let rest = [Outgoing::Ping(1), Outgoing::Close(1000)];
    assert_eq!(
        format!("{rest:?} {:?}", Incoming::Undecodable),
        "[Ping(1), Close(1000)] Undecodable"
    );
}

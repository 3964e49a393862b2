//! The heap that an idle, ready session holds, all of it.

use std::net::TcpListener;
use std::sync::Arc;
use std::thread;

use tokio::sync::mpsc;
use tokio_tungstenite::tungstenite::{Message, accept};

use crate::heap;
use crate::peers::plain_client::{self, News, Reporter};
use crate::row::Row;
use crate::scenes;

const SESSIONS: usize = 200;

pub fn rows() -> Vec<Row> {
    let (sessions, held) = heap::counted(|| {
        let mut sessions = Vec::with_capacity(SESSIONS);
        let deployment = scenes::config(0);
        let guest = |seed| scenes::accepted(deployment.for_guest(scenes::TOKEN, seed));
        sessions.extend((0..SESSIONS as u64).map(guest));
        sessions
    });
    let own = each(held.held);
    let inside = size_of_val(&sessions[0]);
    vec![
        Row::new("memory of an idle ready session", "bytes", own)
            .peer("plain tokio client, its task and buffers", plain())
            .note(format!(
                "{inside} of it the session itself, {} behind its pointers",
                own - inside as f64
            ))
            .note("sessions of one deployment, whose rules they share")
            .note("no sockets on our side: with them see the rows of live sessions")
            .target("at most 1,024", |_| Some(own <= 1_024.0)),
    ]
}

fn each(held: i64) -> f64 {
    (held as f64 / SESSIONS as f64).round()
}

/// Clients on one thread, their server on another, where nothing is counted.
fn plain() -> f64 {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let address = listener.local_addr().expect("it is bound");
    let server = thread::spawn(move || {
        let mut sockets = Vec::new();
        for _ in 0..SESSIONS {
            let (stream, _) = listener.accept().expect("a client");
            let mut socket = accept(stream).expect("a WebSocket");
            socket.read().expect("a configure");
            let accepted = std::str::from_utf8(scenes::ACCEPTED).expect("JSON");
            socket.send(Message::text(accepted)).expect("the client is there");
            sockets.push(socket);
        }
        sockets
    });
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let runtime = runtime.expect("a runtime");
    let (news, mut heard) = mpsc::unbounded_channel();
    let url = format!("ws://{address}/v1");
    let one = |number| {
        let reporter = Reporter { number, news: news.clone(), sent: Arc::default() };
        let url = url.as_str();
        async move {
            plain_client::spawn(url, scenes::DEPLOYMENT, scenes::TOKEN, reporter).await.expect("up")
        }
    };
    let (clients, held) = heap::counted(|| {
        runtime.block_on(async {
            let mut clients = Vec::with_capacity(SESSIONS);
            for number in 0..SESSIONS {
                clients.push(one(number).await);
                assert!(matches!(heard.recv().await, Some((_, News::Ready))), "it is ready");
            }
            clients
        })
    });
    drop(clients);
    drop(runtime);
    drop(server.join());
    each(held.held)
}

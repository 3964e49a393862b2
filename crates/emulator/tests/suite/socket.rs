//! A guest over a real WebSocket.

use futures_util::{SinkExt, StreamExt};
use serde_json::Value;
use tokio::{net::TcpStream, time::timeout};
use tokio_tungstenite::{
    MaybeTlsStream, WebSocketStream, connect_async,
    tungstenite::{Error, Message, error::ProtocolError},
};
use webmessaging_emulator::{Emulator, EmulatorBuilder, RunningEmulator};

use crate::{
    http::PATIENCE,
    world::{DEPLOYMENT, configure},
};

pub(crate) struct Socket(pub(crate) WebSocketStream<MaybeTlsStream<TcpStream>>);

/// How a socket ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Ended {
    Close(u16),
    Cut,
}

pub(crate) fn builder() -> EmulatorBuilder {
    Emulator::builder().seed(1)
}

pub(crate) async fn start() -> RunningEmulator {
    builder().start().await.unwrap()
}

/// The status that an upgrade is refused with.
pub(crate) async fn refused(url: &str) -> u16 {
    match connect_async(url).await {
        Err(Error::Http(response)) => response.status().as_u16(),
        other => panic!("not refused: {other:?}"),
    }
}

pub(crate) fn url(emulator: &RunningEmulator) -> String {
    format!("{}?deploymentId={DEPLOYMENT}&application=test-1.0", emulator.ws_url())
}

impl Socket {
    pub(crate) async fn open(emulator: &RunningEmulator) -> Self {
        Self(connect_async(url(emulator)).await.unwrap().0)
    }

    /// Opens and configures.
    pub(crate) async fn guest(emulator: &RunningEmulator, token: &str) -> Self {
        let mut socket = Self::open(emulator).await;
        let response = socket.ask(&configure(token)).await;
        assert_eq!(response["body"]["connected"], true, "{response}");
        socket
    }

    pub(crate) async fn say(&mut self, frame: &Value) {
        let sent = self.0.send(Message::text(frame.to_string()));
        timeout(PATIENCE, sent).await.expect("the frame is taken in time").unwrap();
    }

    pub(crate) async fn ask(&mut self, frame: &Value) -> Value {
        self.say(frame).await;
        self.frame().await
    }

    pub(crate) async fn frame(&mut self) -> Value {
        serde_json::from_str(&self.raw().await).unwrap()
    }

    pub(crate) async fn raw(&mut self) -> String {
        loop {
            let message = timeout(PATIENCE, self.0.next()).await.expect("a frame in time");
            match message.expect("the socket is open").unwrap() {
                Message::Text(text) => return text.to_string(),
                Message::Ping(_) | Message::Pong(_) => {}
                other => panic!("not a frame: {other:?}"),
            }
        }
    }

    /// Waits for the end, past whatever still comes before it.
    pub(crate) async fn ended(&mut self) -> Ended {
        loop {
            match timeout(PATIENCE, self.0.next()).await.expect("an end in time") {
                Some(Ok(Message::Close(Some(frame)))) => return Ended::Close(frame.code.into()),
                Some(Ok(_)) => {}
                Some(Err(Error::Protocol(ProtocolError::ResetWithoutClosingHandshake))) => {
                    return Ended::Cut;
                }
                Some(Err(Error::Io(_))) | None => return Ended::Cut,
                Some(Err(other)) => panic!("not an end: {other:?}"),
            }
        }
    }
}

//! An open WebSocket as a transport.
//!
//! Owns: the translation of messages, closes and errors. Must not know: how it was dialed.

use std::fmt;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use bytes::Bytes;
use futures_core::Stream;
use futures_sink::Sink;
use tokio::net::TcpStream;
use tokio_tungstenite::tungstenite::error::CapacityError;
use tokio_tungstenite::tungstenite::protocol::CloseFrame;
use tokio_tungstenite::tungstenite::{Error, Message, Utf8Bytes};
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream};

use crate::transport::{Incoming, Outgoing, Transport, TransportError};

/// What a close without a code counts as (RFC 6455, 7.1.5).
const NO_CODE: u16 = 1005;

/// An open WebSocket; made by [`WebSocketConnector`](crate::WebSocketConnector).
///
/// The library below puts fragments together and answers the server's pings.
pub struct WebSocket {
    socket: WebSocketStream<MaybeTlsStream<TcpStream>>,
    ping_interval: Option<Duration>,
}

impl WebSocket {
    pub(super) const fn new(
        socket: WebSocketStream<MaybeTlsStream<TcpStream>>,
        ping_interval: Option<Duration>,
    ) -> Self {
        Self { socket, ping_interval }
    }

    fn socket(&mut self) -> Pin<&mut WebSocketStream<MaybeTlsStream<TcpStream>>> {
        Pin::new(&mut self.socket)
    }
}

impl Transport for WebSocket {
    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), TransportError>> {
        self.socket().poll_ready(cx).map_err(lost)
    }

    fn send(&mut self, message: Outgoing) -> Result<(), TransportError> {
        let message = match message {
            // A dialect that is no text is sent as what it is.
            Outgoing::Frame(frame) => match Utf8Bytes::try_from(frame.clone()) {
                Ok(text) => Message::Text(text),
                Err(_) => Message::Binary(frame),
            },
            Outgoing::Ping(number) => Message::Ping(Bytes::copy_from_slice(&number.to_be_bytes())),
            Outgoing::Close(code) => {
                Message::Close(Some(CloseFrame { code: code.into(), reason: Utf8Bytes::default() }))
            }
        };
        self.socket().start_send(message).map_err(lost)
    }

    fn poll_flush(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), TransportError>> {
        self.socket().poll_flush(cx).map_err(lost)
    }

    fn poll_receive(&mut self, cx: &mut Context<'_>) -> Poll<Result<Incoming, TransportError>> {
        loop {
            let Some(received) = ready!(self.socket().poll_next(cx)) else {
                return Poll::Ready(Err(TransportError::new("the connection is closed")));
            };
            return Poll::Ready(Ok(match received.map_err(lost)? {
                Message::Text(text) => Incoming::Frame(text.into()),
                Message::Binary(_) => Incoming::Undecodable,
                Message::Pong(number) => match <[u8; 8]>::try_from(&number[..]) {
                    Ok(number) => Incoming::Pong(u64::from_be_bytes(number)),
                    Err(_) => continue,
                },
                Message::Close(frame) => {
                    // The answer is written already; this is its only chance to leave.
                    let _ = self.socket().poll_flush(cx);
                    Incoming::Closed(frame.map_or(NO_CODE, |frame| frame.code.into()))
                }
                Message::Ping(_) | Message::Frame(_) => continue,
            }));
        }
    }

    fn ping_interval(&self) -> Option<Duration> {
        self.ping_interval
    }
}

impl fmt::Debug for WebSocket {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("WebSocket").finish_non_exhaustive()
    }
}

fn lost(error: Error) -> TransportError {
    match error {
        Error::Capacity(CapacityError::MessageTooLong { size, max_size }) => {
            TransportError::new(format!(
                "a message of at least {size} bytes came, the limit is {max_size}: raise \
                 max_message_size if the service really sends such"
            ))
        }
        // Would bring the message along.
        Error::WriteBufferFull(_) => TransportError::new("the peer takes no messages any more"),
        error => TransportError::new(error),
    }
}

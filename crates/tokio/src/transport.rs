//! The border to whatever carries the frames.
//!
//! Owns: [`Connector`], [`Transport`] and what passes through them. Must not know: the session, the
//! frames' meaning, any particular carrier.

use std::error::Error;
use std::future::Future;
use std::task::{Context, Poll};
use std::time::Duration;

use bytes::Bytes;
use thiserror::Error;

/// Opens transports; the driver asks for one with every dial.
///
/// ```
/// use webmessaging_tokio::memory::{MemoryConnector, MemoryTransport};
/// use webmessaging_tokio::{Connector, DialError};
///
/// /// Goes through a gateway first.
/// struct ViaGateway(MemoryConnector);
///
/// impl Connector for ViaGateway {
///     type Transport = MemoryTransport;
///
///     fn dial(
///         &mut self,
///         url: String,
///     ) -> impl Future<Output = Result<MemoryTransport, DialError>> + Send + 'static {
///         self.0.dial(format!("memory://gateway/{url}"))
///     }
/// }
/// ```
pub trait Connector: Send + 'static {
    /// What a dial gives.
    type Transport: Transport;

    /// Dials `url`, the session's [`Config::url`](webmessaging_proto::Config::url).
    ///
    /// Nothing needs a time-out here: a dial that takes too long is dropped, and must leave nothing
    /// behind then.
    fn dial(
        &mut self,
        url: String,
    ) -> impl Future<Output = Result<Self::Transport, DialError>> + Send + 'static;
}

/// An open carrier of whole messages. Dropping it cuts it off.
///
/// The driver moves both directions in every turn and owns the transport all the while. That is why
/// these are poll functions: a half-written message stays inside the transport, where a future that
/// loses a `select!` would take it along. `Stream` and `Sink` say the same in two traits, pinned
/// and split; this is one object with plain `&mut`, and can tell how often it wants to be pinged.
///
/// As with `Sink`: [`send`](Self::send) only after [`poll_ready`](Self::poll_ready) was ready, and
/// what was sent need not leave before [`poll_flush`](Self::poll_flush). `Poll::Pending` means that
/// the task will be woken.
pub trait Transport: Send + 'static {
    /// Whether the transport takes a message now.
    ///
    /// # Errors
    /// If it can't take any more.
    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), TransportError>>;

    /// Takes one message, in order.
    ///
    /// # Errors
    /// If the message will not be sent.
    fn send(&mut self, message: Outgoing) -> Result<(), TransportError>;

    /// Pushes out what was taken, and the carrier's own answers to the peer's pings.
    ///
    /// # Errors
    /// If it can't.
    fn poll_flush(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), TransportError>>;

    /// The next message of the peer. Not called again after [`Incoming::Closed`] or an error.
    ///
    /// # Errors
    /// If the transport is lost.
    fn poll_receive(&mut self, cx: &mut Context<'_>) -> Poll<Result<Incoming, TransportError>>;

    /// How often to send [`Outgoing::Ping`]: a ping without its [`Incoming::Pong`] by the time of
    /// the next one is a lost transport. `None`, the default, for a carrier without pings.
    fn ping_interval(&self) -> Option<Duration> {
        None
    }
}

/// What a transport is given to send.
#[derive(Clone, Eq, PartialEq)]
pub enum Outgoing {
    /// A whole frame, as the dialect spelled it.
    Frame(Bytes),
    /// To be answered by a pong of the same number.
    Ping(u64),
    /// The last message: a close with this code. The peer's answer is [`Incoming::Closed`].
    Close(u16),
}

/// What a transport brings.
#[derive(Clone, Eq, PartialEq)]
pub enum Incoming {
    /// A whole frame for the dialect to read.
    Frame(Bytes),
    /// Something that can't be a frame.
    Undecodable,
    /// The answer to the ping of this number.
    Pong(u64),
    /// The peer closed with this code; nothing follows.
    Closed(u16),
}

/// Frames hold tokens and texts: only their length is shown.
macro_rules! debug_without_content {
    ($type:ident { $($number:ident),* } $(, $unit:ident)?) => {
        impl std::fmt::Debug for $type {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                match self {
                    Self::Frame(frame) => write!(f, "Frame({} bytes)", frame.len()),
                    $(Self::$number(n) => write!(f, concat!(stringify!($number), "({})"), n),)*
                    $(Self::$unit => f.write_str(stringify!($unit)),)?
                }
            }
        }
    };
}
debug_without_content!(Outgoing { Ping, Close });
debug_without_content!(Incoming { Pong, Closed }, Undecodable);

/// Why a dial gave no transport.
///
/// All but [`AccessDenied`](Self::AccessDenied) are tried again by the session.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum DialError {
    /// The service will not have this guest. Final.
    #[error(
        "the service refused the upgrade with 403: check the deployment's id, that it is active, \
         and that its allowed domains have your Origin"
    )]
    AccessDenied,
    /// The service, or something before it, answered the upgrade with another status.
    #[error("the upgrade was answered with HTTP {status} instead of 101: check the endpoint")]
    Http {
        /// The status.
        status: u16,
    },
    /// The address can't be dialed at all.
    #[error(
        "the endpoint can't be dialed ({reason}): it must be ws://host[:port] or wss://host[:port]"
    )]
    Url {
        /// What is wrong with it.
        reason: String,
    },
    /// Everything else: no network, no such host, no trust.
    #[error("the dial failed: {0}")]
    Failed(Box<dyn Error + Send + Sync>),
}

/// How an open transport broke. The session dials again by itself.
#[derive(Debug, Error)]
#[error("the transport is lost: {0}")]
pub struct TransportError(Box<dyn Error + Send + Sync>);

impl TransportError {
    /// The error with this cause; a text will do.
    ///
    /// ```
    /// let error = webmessaging_tokio::TransportError::new("the broker went away");
    /// assert_eq!(error.to_string(), "the transport is lost: the broker went away");
    /// ```
    #[must_use]
    pub fn new(cause: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        Self(cause.into())
    }
}

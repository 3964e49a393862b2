//! What becomes of a text.
//!
//! Owns: [`SentText`] and how it ends, and who waits for which text. Must not know: how a text is
//! sent.

use std::collections::BTreeMap;
use std::fmt;
use std::future::{Future, IntoFuture};
use std::pin::Pin;
use std::task::{Context, Poll};

use thiserror::Error;
use tokio::sync::oneshot;
use webmessaging_proto::{Event, FailureCode, InputError, LocalKey};

/// A text that is on its way: its key, and its end to await.
///
/// Its end may be far away. A session that fails, or that the server closes, keeps the texts that
/// were not written: they go out once it is connected again, with a renewed token where it was the
/// token. Until then they have no end. So listen to the [`Events`](crate::Events) beside it; after
/// [`Phase::Failed`](webmessaging_proto::Phase::Failed) or
/// [`Phase::Closed`](webmessaging_proto::Phase::Closed), connect again, or end them: by
/// [`disconnect`](crate::Handle::disconnect), [`discard`](crate::Handle::discard), or by dropping
/// the last handle.
///
/// ```no_run
/// # async fn f(guest: webmessaging_tokio::Handle) -> Result<(), webmessaging_tokio::TextError> {
/// let confirmed = guest.send_text("hello").await?;
/// println!("the server calls it {}", confirmed.id);
/// # Ok(())
/// # }
/// ```
#[derive(Debug)]
#[non_exhaustive]
pub struct SentText {
    /// Names the text in events, and in [`retry`](crate::Handle::retry) and
    /// [`discard`](crate::Handle::discard).
    pub key: LocalKey,
    /// What becomes of it. Dropping this changes nothing for the text.
    pub confirmation: Confirmation,
}

impl SentText {
    pub(crate) const fn new(key: LocalKey, confirmation: Confirmation) -> Self {
        Self { key, confirmation }
    }
}

impl IntoFuture for SentText {
    type Output = Result<Confirmed, TextError>;
    type IntoFuture = Confirmation;

    fn into_future(self) -> Confirmation {
        self.confirmation
    }
}

/// The server has taken the text.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct Confirmed {
    /// The text.
    pub key: LocalKey,
    /// The message's key in the conversation.
    pub id: Box<str>,
    /// The server's time of it, as written by the server.
    pub time: Option<Box<str>>,
}

/// How else a text ends.
#[derive(Clone, Copy, Debug, Eq, Error, PartialEq)]
#[non_exhaustive]
pub enum TextError {
    /// The session did not take it; it is not kept.
    #[error(transparent)]
    Refused(#[from] InputError),
    /// Too many commands wait for the driver: the text was not taken.
    #[error("too many commands wait for the driver, the text was not taken: send it again later")]
    Busy,
    /// Nobody knows whether the server has taken it. A late confirmation comes as an
    /// [`Event`](webmessaging_proto::Event::MessageConfirmed).
    #[error("no confirmation came, the text is kept: retry it (it may show twice) or discard it")]
    Unconfirmed,
    /// The server will not take it, or the conversation ended before it was sent.
    #[error("the text failed ({0:?}) and is kept: retry it or discard it")]
    Failed(FailureCode),
    /// The host discarded it.
    #[error("the text was discarded")]
    Discarded,
    /// The driver has ended or was dropped.
    #[error("the driver is gone: whether the text was sent is unknown")]
    Gone,
}

/// What becomes of a text, to await. Dropping it changes nothing for the text.
pub struct Confirmation(State);

enum State {
    Open(oneshot::Receiver<Result<Confirmed, TextError>>),
    Known(TextError),
}

impl Confirmation {
    pub(crate) const fn open(end: oneshot::Receiver<Result<Confirmed, TextError>>) -> Self {
        Self(State::Open(end))
    }

    pub(crate) const fn busy() -> Self {
        Self(State::Known(TextError::Busy))
    }
}

impl Future for Confirmation {
    type Output = Result<Confirmed, TextError>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        match &mut self.0 {
            State::Known(error) => Poll::Ready(Err(*error)),
            State::Open(end) => Pin::new(end).poll(cx).map(|end| {
                self.0 = State::Known(TextError::Gone);
                end.unwrap_or(Err(TextError::Gone))
            }),
        }
    }
}

impl fmt::Debug for Confirmation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self.0 {
            State::Open(_) => "Confirmation(open)",
            State::Known(_) => "Confirmation(known)",
        })
    }
}

/// Who waits for the end of which text. Bounded by the session's cap on texts.
#[derive(Default)]
pub(crate) struct Confirmations {
    open: BTreeMap<LocalKey, oneshot::Sender<Result<Confirmed, TextError>>>,
}

impl Confirmations {
    /// To be called for a text that the session has taken, before the events of that.
    pub(crate) fn open(
        &mut self,
        key: LocalKey,
        end: oneshot::Sender<Result<Confirmed, TextError>>,
    ) {
        self.open.insert(key, end);
    }

    pub(crate) fn observe(&mut self, event: &Event) {
        match event {
            Event::MessageConfirmed { key, id, time } => {
                let confirmed = Confirmed { key: *key, id: id.clone(), time: time.clone() };
                self.end(*key, Ok(confirmed));
            }
            Event::MessageUnconfirmed { key } => self.end(*key, Err(TextError::Unconfirmed)),
            Event::MessageFailed { key, code } => self.end(*key, Err(TextError::Failed(*code))),
            _ => {}
        }
    }

    pub(crate) fn end(&mut self, key: LocalKey, end: Result<Confirmed, TextError>) {
        if let Some(open) = self.open.remove(&key) {
            // Whoever asked may have stopped waiting.
            let _ = open.send(end);
        }
    }
}

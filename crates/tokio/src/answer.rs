//! The answer to a command.
//!
//! Owns: [`Answer`], [`CommandError`]. Must not know: which command it was.

use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use thiserror::Error;
use tokio::sync::{OwnedSemaphorePermit, oneshot};
use webmessaging_proto::{Input, InputError};

use crate::inbox::{Command, Inbox, Reply};

/// Why a command was not carried out.
#[derive(Clone, Copy, Debug, Eq, Error, PartialEq)]
#[non_exhaustive]
pub enum CommandError {
    /// The session refused it; nothing has changed.
    #[error(transparent)]
    Refused(#[from] InputError),
    /// Too many commands wait for the driver. Only [`Answer::or_busy`] says so.
    #[error("too many commands wait for the driver: await the answer instead, or try again later")]
    Busy,
    /// A transport's news and the time are the driver's to tell.
    #[error("{0} is for the driver to give, not for a handle")]
    DriversOwn(&'static str),
    /// The driver has ended or was dropped.
    #[error("the driver is gone: spawn or poll it as long as the handle is in use")]
    Gone,
}

/// The answer to a command of a [`Handle`](crate::Handle).
///
/// The command is given when the method is called, not when the answer is awaited, so code that
/// can't await may just as well drop the answer. Only if too many commands wait already, the
/// command waits here for a place: then awaiting gives it, [`or_busy`](Self::or_busy) takes it
/// back, and dropping the answer drops it.
///
/// Cancel safe in this sense: a command that was given is carried out whether or not somebody waits
/// for its answer.
#[must_use = "the command may be refused: await the answer, or drop it if that does not matter"]
pub struct Answer(State);

enum State {
    Given(oneshot::Receiver<Result<(), InputError>>),
    Waiting {
        place: Place,
        command: Box<Command>,
        answer: oneshot::Receiver<Result<(), InputError>>,
    },
    Known(CommandError),
}

struct Place {
    inbox: Arc<Inbox>,
    free: Pin<Box<dyn Future<Output = Option<OwnedSemaphorePermit>> + Send + Sync>>,
}

impl Answer {
    pub(crate) fn of(input: Input<'static>, inbox: &Arc<Inbox>) -> Self {
        let (reply, answer) = oneshot::channel();
        let command = Box::new(Command { input, reply: Reply::Answer(reply) });
        let Some(place) = inbox.place() else {
            let free = Box::pin(Arc::clone(inbox).wait_for_place());
            let place = Place { inbox: Arc::clone(inbox), free };
            return Self(State::Waiting { place, command, answer });
        };
        inbox.command(command, place);
        Self(State::Given(answer))
    }

    pub(crate) const fn refused(error: CommandError) -> Self {
        Self(State::Known(error))
    }

    /// The answer to come, unless the command still waits for a place: then it is taken back.
    ///
    /// # Errors
    /// [`CommandError::Busy`] if it is taken back.
    ///
    /// ```
    /// # use webmessaging_tokio::{CommandError, Handle};
    /// /// In a callback that can't await.
    /// fn on_screen(guest: &Handle, id: &str) -> Result<(), CommandError> {
    ///     drop(guest.message_visible(id).or_busy()?);
    ///     Ok(())
    /// }
    /// ```
    pub fn or_busy(self) -> Result<Self, CommandError> {
        match self.0 {
            State::Waiting { .. } => Err(CommandError::Busy),
            given => Ok(Self(given)),
        }
    }
}

impl Future for Answer {
    type Output = Result<(), CommandError>;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let this = self.get_mut();
        loop {
            match &mut this.0 {
                State::Known(error) => return Poll::Ready(Err(*error)),
                State::Given(answer) => {
                    return Pin::new(answer).poll(cx).map(|answer| {
                        this.0 = State::Known(CommandError::Gone);
                        Ok(answer.map_err(|_| CommandError::Gone)??)
                    });
                }
                State::Waiting { place, .. } => {
                    let Poll::Ready(free) = place.free.as_mut().poll(cx) else {
                        return Poll::Pending;
                    };
                    let waiting = std::mem::replace(&mut this.0, State::Known(CommandError::Gone));
                    if let (State::Waiting { place, command, answer }, Some(free)) = (waiting, free)
                    {
                        place.inbox.command(command, free);
                        this.0 = State::Given(answer);
                    }
                }
            }
        }
    }
}

impl fmt::Debug for Answer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self.0 {
            State::Given(_) => "Answer(given)",
            State::Waiting { .. } => "Answer(waiting for a place)",
            State::Known(_) => "Answer(known)",
        })
    }
}

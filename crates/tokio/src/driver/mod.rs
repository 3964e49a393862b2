//! The driver: carries a session's inputs in and its outputs out.
//!
//! Owns: the order of things in one turn. Must not know: what a frame says, which carrier it is.

mod keep_alive;
mod lane;
mod links;

use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};

use bytes::Bytes;
use tokio::task::JoinHandle;
use tracing::Span;
use webmessaging_proto::dialect::{Dialect, WebMessaging};
use webmessaging_proto::{Endpoint, EndpointOutput, Input, InputError, Instant, Phase, Stats};

use crate::clock::{Alarm, Clock};
use crate::events::EventSink;
use crate::inbox::{Command, Receiver, Reply, Signal, Taken};
use crate::text::{Confirmations, TextError};
use crate::transport::Connector;

use links::{Links, News};

/// Turns in one poll; then the task makes room for others.
const TURNS: usize = 16;
/// Inputs in one turn: a flood of them must not keep the transport from being read.
const INPUTS: usize = 64;
/// Messages in one turn: a flood of them must not keep the timers from firing.
const MESSAGES: usize = 32;

/// The future that runs a session: spawn it, or poll it beside other things.
///
/// It does everything in one task: dials, reads, writes, waits. It ends by itself, with the
/// session's counts, once the last [`Handle`](crate::Handle) was dropped and the session has taken
/// its leave (2 s at most). It needs a tokio runtime with time enabled, and for a WebSocket with IO.
///
/// Cancel safe: nothing is lost between two polls. Dropping it is the end without leave: the
/// transport is cut off, commands and texts end as `Gone`, the stream of events ends after what
/// waits in it.
#[must_use = "nothing happens until the driver is spawned or polled"]
pub struct Driver<C: Connector, D: Dialect = WebMessaging> {
    endpoint: Endpoint<D>,
    clock: Clock,
    alarm: Alarm,
    links: Links<C>,
    /// `None` once the driver has ended.
    channels: Option<Channels>,
    confirmations: Confirmations,
    /// Where a frame is spelled.
    wire: Vec<u8>,
    phase: Phase,
    span: Span,
}

/// What connects the driver with the host.
struct Channels {
    inbox: Receiver,
    events: EventSink,
    /// The last handle is gone, and the session was told to leave.
    leaving: bool,
}

/// How a turn went.
#[derive(PartialEq)]
enum Turn {
    /// Something happened, so more may.
    Busy,
    /// Every source wakes the task when it has something.
    Idle,
    Ended,
}

impl<C: Connector, D: Dialect> Driver<C, D> {
    pub(crate) fn new(
        endpoint: Endpoint<D>,
        clock: Clock,
        connector: C,
        inbox: Receiver,
        events: EventSink,
    ) -> Self {
        let config = endpoint.session().config();
        let mut driver = Self {
            span: tracing::debug_span!("webmessaging", deployment = config.deployment_id()),
            links: Links::new(connector, config.url()),
            phase: endpoint.phase(),
            endpoint,
            clock,
            alarm: Alarm::new(clock),
            channels: None,
            confirmations: Confirmations::default(),
            wire: Vec::new(),
        };
        let channels = Channels { inbox, events, leaving: false };
        // A restored session begins with what it has to tell.
        driver.drain(&channels);
        driver.channels = Some(channels);
        driver
    }

    /// Spawns the driver on the current runtime.
    ///
    /// # Panics
    /// Outside of a tokio runtime, as [`tokio::spawn`].
    pub fn spawn(self) -> JoinHandle<Stats>
    where
        D: Send + 'static,
    {
        tokio::spawn(self)
    }

    fn turn(&mut self, channels: &mut Channels, cx: &mut Context<'_>) -> Turn {
        // Inputs first: a key that came before a timer was due counts before it.
        let mut busy = self.take_inputs(channels, cx);
        busy |= self.take_news(channels, cx);
        busy |= self.tick(channels);
        busy |= self.links.write(cx);
        busy |= self.reap(channels);
        if busy {
            return Turn::Busy;
        }
        let over = matches!(self.phase, Phase::Idle | Phase::Closed | Phase::Failed(_));
        if channels.leaving && over && self.links.is_empty() {
            return Turn::Ended;
        }
        match self.alarm.poll(self.deadline(), cx) {
            Poll::Ready(()) => Turn::Busy,
            Poll::Pending => Turn::Idle,
        }
    }

    fn take_inputs(&mut self, channels: &mut Channels, cx: &mut Context<'_>) -> bool {
        for taken in 0..INPUTS {
            // A host that reads no events can still leave.
            let may_take = channels.events.has_reserve(cx) || channels.inbox.handles_are_gone(cx);
            if channels.leaving || !may_take {
                return taken > 0;
            }
            let Poll::Ready(next) = channels.inbox.poll_take(cx) else { return taken > 0 };
            match next {
                // At the time of the call; if the session is later already, it clamps it.
                Taken::Signal(Signal::Keystroke, at) => {
                    self.endpoint.keystroke(self.clock.at(at));
                    self.drain(channels);
                }
                Taken::Signal(signal, at) => {
                    self.give(channels, signal.input(), self.clock.at(at));
                }
                Taken::Command(command) => self.carry_out(channels, *command),
                Taken::Snapshot(reply) => {
                    // A snapshot is of the session's own time.
                    self.give(channels, Input::Tick, self.clock.now());
                    // Whoever asked may have stopped waiting.
                    drop(reply.send(self.endpoint.session().snapshot()));
                }
                Taken::HandlesGone => {
                    tracing::debug!("the last handle is gone");
                    channels.leaving = true;
                    channels.inbox.close();
                    self.give(channels, Input::Disconnect, self.clock.now());
                }
            }
        }
        true
    }

    fn carry_out(&mut self, channels: &Channels, command: Command) {
        let name = command.input.name();
        let discarded = match &command.input {
            Input::Discard { key } => Some(*key),
            _ => None,
        };
        let taken = self.endpoint.handle(command.input, self.clock.now());
        tracing::debug!(input = name, ?taken);
        if let (Some(key), Ok(())) = (discarded, taken) {
            self.confirmations.end(key, Err(TextError::Discarded));
        }
        match command.reply {
            // Whoever asked may have stopped waiting, in both.
            Reply::Answer(reply) => drop(reply.send(taken)),
            Reply::Text(key, reply) => match taken {
                Ok(()) => self.confirmations.open(key, reply),
                Err(refused) => drop(reply.send(Err(TextError::Refused(refused)))),
            },
        }
        self.drain(channels);
    }

    fn take_news(&mut self, channels: &Channels, cx: &mut Context<'_>) -> bool {
        for taken in 0..MESSAGES {
            // What comes in while the session closes are confirmations, few and wanted.
            let reading = channels.events.has_room(cx) || self.phase == Phase::Closing;
            let now = self.clock.now();
            let Poll::Ready(news) = self.links.poll_news(reading, now, cx) else {
                return taken > 0;
            };
            self.hear(channels, news, now);
        }
        true
    }

    /// Decides by the clock alone what is due.
    fn tick(&mut self, channels: &Channels) -> bool {
        let now = self.clock.now();
        let due = self.endpoint.deadline().is_some_and(|deadline| deadline.at <= now);
        if due {
            self.give(channels, Input::Tick, now);
        }
        let missed = self.links.tick(now);
        let lost = missed.is_some();
        if let Some(news) = missed {
            self.hear(channels, news, now);
        }
        due || lost
    }

    fn reap(&mut self, channels: &Channels) -> bool {
        let now = self.clock.now();
        let reaped = self.links.reap(now);
        let any = reaped.is_some();
        if let Some(news) = reaped {
            self.hear(channels, news, now);
        }
        any
    }

    fn hear(&mut self, channels: &Channels, news: News, now: Instant) {
        let input = match news {
            News::Frame(transport, frame) => {
                tracing::trace!(transport = transport.0, bytes = frame.len(), "frame received");
                let taken = self.endpoint.receive(transport, &frame, now);
                self.note(taken);
                self.drain(channels);
                return;
            }
            News::Opened(transport) => Input::TransportOpened(transport),
            News::Closed(transport, reason) => Input::TransportClosed(transport, reason),
            News::Undecodable(transport) => Input::FrameUndecodable(transport),
            News::Alive(transport) => Input::PeerAlive(transport),
            News::Nothing => return,
        };
        self.give(channels, input, now);
    }

    fn give(&mut self, channels: &Channels, input: Input<'static>, now: Instant) {
        tracing::trace!(input = input.name());
        let taken = self.endpoint.handle(input, now);
        self.note(taken);
        self.drain(channels);
    }

    /// None of the driver's own inputs can be refused, as long as the outputs are drained.
    fn note(&self, taken: Result<(), InputError>) {
        if let Err(refused) = taken {
            tracing::error!(parent: &self.span, %refused, "the session refused the driver");
        }
    }

    /// Carries out everything that the session wants done.
    fn drain(&mut self, channels: &Channels) {
        self.phase = self.endpoint.phase();
        channels.inbox.show_phase(self.phase);
        while let Some(output) = self.endpoint.poll_output(&mut self.wire) {
            let now = self.clock.now();
            match output {
                EndpointOutput::OpenTransport(transport) => self.links.open(transport),
                EndpointOutput::CloseTransport(transport, close) => {
                    self.links.close(transport, close, now);
                }
                EndpointOutput::Send => self.links.send(Bytes::copy_from_slice(&self.wire)),
                EndpointOutput::Emit(event) => {
                    self.confirmations.observe(&event);
                    channels.events.push(event);
                }
                // The driver asks for the deadline in every turn.
                EndpointOutput::ArmTimer(_) | EndpointOutput::ClearTimer => {}
                other => tracing::error!(?other, "an output that this driver does not know"),
            }
        }
    }

    fn deadline(&self) -> Option<Instant> {
        let session = self.endpoint.deadline().map(|deadline| deadline.at);
        [session, self.links.deadline()].into_iter().flatten().min()
    }
}

impl<C: Connector, D: Dialect> Future for Driver<C, D> {
    type Output = Stats;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Stats> {
        let this = self.get_mut();
        let Some(mut channels) = this.channels.take() else {
            return Poll::Ready(this.endpoint.session().stats());
        };
        let span = this.span.clone();
        let _entered = span.enter();
        for _ in 0..TURNS {
            match this.turn(&mut channels, cx) {
                Turn::Busy => {}
                Turn::Idle => {
                    this.channels = Some(channels);
                    return Poll::Pending;
                }
                Turn::Ended => {
                    tracing::debug!("the session is over");
                    this.confirmations = Confirmations::default();
                    return Poll::Ready(this.endpoint.session().stats());
                }
            }
        }
        this.channels = Some(channels);
        cx.waker().wake_by_ref();
        Poll::Pending
    }
}

/// Nothing in it is pinned in place.
impl<C: Connector, D: Dialect> Unpin for Driver<C, D> {}

impl<C: Connector, D: Dialect> fmt::Debug for Driver<C, D> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Driver").field("phase", &self.phase).finish_non_exhaustive()
    }
}

//! One session with everything around it: carries its inputs in and its outputs out.
//!
//! Owns: the order of things in one turn. Must not know: what a frame says, which carrier it is, who
//! takes the turns and when.

mod keep_alive;
mod lane;
mod links;
mod outlet;
mod session_time;

use std::task::{Context, Poll};

use bytes::Bytes;
use tracing::Span;
use webmessaging_proto::dialect::Dialect;
use webmessaging_proto::{Endpoint, EndpointOutput, Input, InputError, Instant, Phase, Stats};

use crate::clock::Clock;
use crate::events::Cause;
use crate::inbox::{Command, Receiver, Reply, Signal, Taken};
use crate::text::{Confirmations, TextError};
use crate::transport::Connector;

use links::{Links, News};
pub(crate) use outlet::Outlet;
use session_time::SessionTime;

/// Inputs in one turn: a flood of them must not keep the transport from being read.
const INPUTS: usize = 64;
/// Messages in one turn: a flood of them must not keep the timers from firing.
const MESSAGES: usize = 32;
/// Messages of one handshake that are read although events wait: its answer is among them, and
/// without it the session would dial again and again, with more events each time.
const IN_HANDSHAKE: usize = 32;

/// Works in turns, each of bounded length. Whoever takes the turns wakes it at its deadline.
pub(crate) struct Actor<C: Connector, D: Dialect> {
    endpoint: Endpoint<D>,
    clock: Clock,
    time: SessionTime,
    links: Links<C>,
    inbox: Receiver,
    confirmations: Confirmations,
    phase: Phase,
    /// Messages that came since the phase changed.
    heard_in_phase: usize,
    /// On whose behalf the turn is at work.
    cause: Cause,
    /// The last handle is gone, and the session was told to leave.
    leaving: bool,
    /// Every dial waits for [`dial`](Self::dial).
    gated: bool,
    span: Span,
}

/// How a turn went.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Turn {
    /// Something happened, so more may.
    Busy,
    /// Every source wakes the task when it has something; the deadline is for others to keep.
    Idle,
    /// The session has taken its leave.
    Ended,
}

impl<C: Connector, D: Dialect> Actor<C, D> {
    /// A restored session begins with what it has to tell.
    pub(crate) fn new(
        endpoint: Endpoint<D>,
        clock: Clock,
        connector: C,
        inbox: Receiver,
        outlet: &mut impl Outlet,
    ) -> Self {
        let deployment = endpoint.session().config().deployment_id();
        let mut actor = Self {
            span: tracing::debug_span!("webmessaging", deployment),
            links: Links::new(connector),
            phase: endpoint.phase(),
            endpoint,
            clock,
            time: SessionTime::default(),
            inbox,
            confirmations: Confirmations::default(),
            heard_in_phase: 0,
            cause: Cause::Other,
            leaving: false,
            gated: false,
        };
        actor.inbox.show_phase(actor.phase);
        actor.drain(outlet);
        actor
    }

    pub(crate) const fn phase(&self) -> Phase {
        self.phase
    }

    pub(crate) fn stats(&self) -> Stats {
        self.endpoint.session().stats()
    }

    pub(crate) fn deployment_id(&self) -> &str {
        self.endpoint.session().config().deployment_id()
    }

    pub(crate) const fn span(&self) -> &Span {
        &self.span
    }

    /// When the next turn is due, if nothing comes before.
    pub(crate) fn deadline(&self) -> Option<Instant> {
        let session = self.endpoint.deadline().and_then(|next| self.time.on_the_clock(next.at));
        [session, self.links.deadline()].into_iter().flatten().min()
    }

    /// From here on, each dial waits for [`dial`](Self::dial); the session's time stands still
    /// meanwhile.
    pub(crate) fn gate_dials(&mut self) {
        self.gated = true;
    }

    pub(crate) fn waits_to_dial(&self) -> bool {
        self.links.is_waiting()
    }

    /// Begins the dial that waits.
    pub(crate) fn dial(&mut self, outlet: &mut impl Outlet) {
        let now = self.clock.now();
        let config = self.endpoint.session().config();
        let (url, idle) = (config.url(), config.typing().idle);
        if self.time.go_on(now) > idle {
            self.give(outlet, Input::ComposerClosed, now);
        }
        self.links.dial(url);
        outlet.dialed();
    }

    /// Refuses what waits and what comes, and tells whoever sent the session away.
    pub(crate) fn end(&mut self) {
        self.inbox.close();
        self.confirmations = Confirmations::default();
        if let Some(farewell) = self.inbox.farewell() {
            // Whoever asked may have stopped waiting.
            let _ = farewell.send(self.stats());
        }
    }

    pub(crate) fn turn(&mut self, outlet: &mut impl Outlet, cx: &mut Context<'_>) -> Turn {
        // Inputs first: a key that came before a timer was due counts before it.
        self.cause = Cause::Host;
        let mut busy = self.take_inputs(outlet, cx);
        self.cause = Cause::Other;
        busy |= self.take_news(outlet, cx);
        busy |= self.tick(outlet);
        busy |= self.links.write(cx);
        busy |= self.reap(outlet);
        if busy {
            return Turn::Busy;
        }
        let over = matches!(self.phase, Phase::Idle | Phase::Closed | Phase::Failed(_));
        if self.leaving && over && self.links.is_empty() {
            return Turn::Ended;
        }
        Turn::Idle
    }

    fn take_inputs(&mut self, outlet: &mut impl Outlet, cx: &mut Context<'_>) -> bool {
        for taken in 0..INPUTS {
            // A host that reads no events can still leave.
            let may_take = outlet.has_reserve(cx) || self.inbox.handles_are_gone(cx);
            if self.leaving || !may_take {
                return taken > 0;
            }
            let Poll::Ready(next) = self.inbox.poll_take(cx) else { return taken > 0 };
            match next {
                // At the time of the call; if the session is later already, it clamps it.
                Taken::Signal(Signal::Keystroke, at) => {
                    let at = self.clock.at(at);
                    self.time.typed(at);
                    self.endpoint.keystroke(self.time.of(at));
                    self.drain(outlet);
                }
                Taken::Signal(signal, at) => self.give(outlet, signal.input(), self.clock.at(at)),
                Taken::Command(command) => self.carry_out(outlet, *command),
                Taken::Snapshot(reply) => {
                    // A snapshot is of the session's own time.
                    self.give(outlet, Input::Tick, self.clock.now());
                    // Whoever asked may have stopped waiting.
                    drop(reply.send(self.endpoint.session().snapshot()));
                }
                Taken::HandlesGone => {
                    tracing::debug!("the last handle is gone");
                    self.leaving = true;
                    self.inbox.close();
                    self.give(outlet, Input::Disconnect, self.clock.now());
                }
            }
        }
        true
    }

    fn carry_out(&mut self, outlet: &mut impl Outlet, command: Command) {
        let name = command.input.name();
        let discarded = match &command.input {
            Input::Discard { key } => Some(*key),
            _ => None,
        };
        let now = self.clock.now();
        self.note_typing(&command.input, now);
        let taken = self.endpoint.handle(command.input, self.time.of(now));
        tracing::debug!(input = name, ?taken);
        if taken.is_err() {
            outlet.refused();
        }
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
        self.drain(outlet);
    }

    fn take_news(&mut self, outlet: &mut impl Outlet, cx: &mut Context<'_>) -> bool {
        for taken in 0..MESSAGES {
            let reading = outlet.has_room(cx) || self.is_awaited();
            let now = self.clock.now();
            let Poll::Ready(news) = self.links.poll_news(reading, now, cx) else {
                return taken > 0;
            };
            self.hear(outlet, news, now);
        }
        true
    }

    /// Whether what comes in is read, however many events wait.
    fn is_awaited(&self) -> bool {
        match self.phase {
            // Confirmations, few and wanted.
            Phase::Closing => true,
            Phase::Configuring => self.heard_in_phase < IN_HANDSHAKE,
            _ => false,
        }
    }

    /// Decides by the clock alone what is due.
    fn tick(&mut self, outlet: &mut impl Outlet) -> bool {
        let now = self.clock.now();
        let deadline = self.endpoint.deadline().and_then(|next| self.time.on_the_clock(next.at));
        let due = deadline.is_some_and(|at| at <= now);
        if due {
            self.give(outlet, Input::Tick, now);
        }
        let missed = self.links.tick(now);
        let lost = missed.is_some();
        if let Some(news) = missed {
            self.hear(outlet, news, now);
        }
        due || lost
    }

    fn reap(&mut self, outlet: &mut impl Outlet) -> bool {
        let now = self.clock.now();
        let reaped = self.links.reap(now);
        let any = reaped.is_some();
        if let Some(news) = reaped {
            self.hear(outlet, news, now);
        }
        any
    }

    fn hear(&mut self, outlet: &mut impl Outlet, news: News, now: Instant) {
        let input = match news {
            News::Frame(transport, frame) => {
                tracing::trace!(transport = transport.0, bytes = frame.len(), "frame received");
                outlet.frame_received();
                self.heard_in_phase += 1;
                let taken = self.endpoint.receive(transport, &frame, self.time.of(now));
                self.note(taken);
                self.drain(outlet);
                return;
            }
            News::Opened(transport) => Input::TransportOpened(transport),
            News::Closed(transport, reason) => Input::TransportClosed(transport, reason),
            News::Undecodable(transport) => {
                outlet.frame_received();
                self.heard_in_phase += 1;
                Input::FrameUndecodable(transport)
            }
            News::Alive(transport) => Input::PeerAlive(transport),
            News::Nothing => return,
        };
        self.give(outlet, input, now);
    }

    fn give(&mut self, outlet: &mut impl Outlet, input: Input<'static>, now: Instant) {
        tracing::trace!(input = input.name());
        self.note_typing(&input, now);
        let taken = self.endpoint.handle(input, self.time.of(now));
        self.note(taken);
        self.drain(outlet);
    }

    fn note_typing(&mut self, input: &Input<'_>, now: Instant) {
        if matches!(input, Input::Keystroke | Input::SetTyping(true)) {
            self.time.typed(now);
        }
    }

    /// None of the driver's own inputs can be refused, as long as the outputs are drained.
    fn note(&self, taken: Result<(), InputError>) {
        if let Err(refused) = taken {
            tracing::error!(parent: &self.span, %refused, "the session refused the driver");
        }
    }

    /// Carries out everything that the session wants done.
    fn drain(&mut self, outlet: &mut impl Outlet) {
        let phase = self.endpoint.phase();
        if self.phase != phase {
            self.phase = phase;
            self.heard_in_phase = 0;
            self.inbox.show_phase(phase);
        }
        while let Some(output) = self.endpoint.poll_output(outlet.wire()) {
            let now = self.clock.now();
            match output {
                EndpointOutput::OpenTransport(transport) => {
                    self.links.open(transport);
                    if self.gated {
                        self.time.stop(now);
                    } else {
                        self.links.dial(self.endpoint.session().config().url());
                        outlet.dialed();
                    }
                }
                EndpointOutput::CloseTransport(transport, close) => {
                    self.links.close(transport, close, now);
                    self.time.go_on(now);
                }
                EndpointOutput::Send => {
                    outlet.frame_sent();
                    self.links.send(Bytes::copy_from_slice(outlet.wire()));
                }
                EndpointOutput::Emit(event) => {
                    self.confirmations.observe(&event);
                    outlet.emit(event, self.cause);
                }
                // The deadline is asked for after every turn.
                EndpointOutput::ArmTimer(_) | EndpointOutput::ClearTimer => {}
                other => tracing::error!(?other, "an output that this driver does not know"),
            }
        }
    }
}

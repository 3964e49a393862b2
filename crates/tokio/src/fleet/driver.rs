//! The driver of a fleet: one task for many sessions.
//!
//! Owns: whose turn it is. Must not know: what is done in a turn.

use std::collections::VecDeque;
use std::fmt;
use std::future::Future;
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::task::{Context, Poll, Wake, Waker};

use slab::Slab;
use tokio::task::{JoinHandle, Unconstrained, unconstrained, yield_now};
use webmessaging_proto::dialect::{Dialect, WebMessaging};
use webmessaging_proto::{Event, Phase};

use crate::actor::{Actor, Turn};
use crate::events::EventSink;
use crate::transport::Connector;

use super::FleetMetrics;
use super::dials::{Asked, Dials, Ticket};
use super::members::{Newcomer, Shared};
use super::outlet::SharedOutlet;
use super::ready::{Bell, Slot};
use super::session_id::SessionId;
use super::timers::{Armed, Due, Timers};

/// Visits in one poll; then the task makes room for others, and the runtime looks at its sockets.
const VISITS: usize = 64;
/// As many visits as one counts for that found more to do than is done at a time.
const LONG_VISIT: usize = 8;
/// Turns of a session in a row: the first does what is to be done, the second finds that it is done.
const TURNS: usize = 2;
/// Sessions that are taken in, and timers that ring, in one poll.
const ARRIVALS: usize = 256;

/// The future that runs a fleet: spawn it, or poll it beside other things.
///
/// It does everything in one task: a session has its turn when its transport, its host or its timer
/// has something for it, and stands at the end of the line after that. The future ends by itself,
/// with the fleet's counts, once the last [`Fleet`](super::Fleet) was dropped, or
/// [`shut_down`](super::Fleet::shut_down) was called, and every session has taken its leave.
///
/// Cancel safe: nothing is lost between two polls. Dropping it is the end without leave: transports
/// are cut off, commands and texts end as `Gone`, the stream of events ends after what waits in it.
#[must_use = "nothing happens until the driver is spawned or polled"]
pub struct FleetDriver<C: Connector, D: Dialect = WebMessaging> {
    /// Without tokio's budget for a task, which is meant for one that does one thing: it would make
    /// the sockets of those whose turn comes late look as if they had nothing to read.
    crew: Unconstrained<Crew<C, D>>,
}

impl<C: Connector, D: Dialect> FleetDriver<C, D> {
    pub(super) fn new(shared: Arc<Shared<C, D>>, sink: EventSink<(SessionId, Event)>) -> Self {
        let crew = Crew {
            timers: Timers::new(shared.clock),
            dials: shared.options.dials.map(Dials::new),
            lines: Vec::new(),
            members: Slab::new(),
            line: VecDeque::new(),
            unread: VecDeque::new(),
            unheard: VecDeque::new(),
            metrics: FleetMetrics::default(),
            wire: Vec::new(),
            sink: Some(sink),
            shared,
        };
        Self { crew: unconstrained(crew) }
    }

    /// Spawns the driver on the current runtime.
    ///
    /// # Panics
    /// Outside of a tokio runtime, as [`tokio::spawn`].
    #[expect(clippy::must_use_candidate, reason = "the fleet ends by itself")]
    pub fn spawn(self) -> JoinHandle<FleetMetrics>
    where
        D: Send + Sync + 'static,
    {
        tokio::spawn(self)
    }
}

impl<C: Connector, D: Dialect> Future for FleetDriver<C, D> {
    type Output = FleetMetrics;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<FleetMetrics> {
        Pin::new(&mut self.crew).poll(cx)
    }
}

impl<C: Connector, D: Dialect> fmt::Debug for FleetDriver<C, D> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("FleetDriver").finish_non_exhaustive()
    }
}

/// The sessions, and who of them is next.
struct Crew<C: Connector, D: Dialect> {
    shared: Arc<Shared<C, D>>,
    members: Slab<Box<Member<C, D>>>,
    /// The front of the line; the rest of it stands in [`Shared::ready`].
    line: VecDeque<Slot>,
    /// Those that found no room for events, in that order.
    unread: VecDeque<Slot>,
    /// Those that found not even room for what inputs bring.
    unheard: VecDeque<Slot>,
    timers: Timers,
    dials: Option<Dials>,
    /// When each line of dials is looked at.
    lines: Vec<Option<Armed>>,
    metrics: FleetMetrics,
    /// Where frames are spelled.
    wire: Vec<u8>,
    /// `None` once the fleet has ended.
    sink: Option<EventSink<(SessionId, Event)>>,
}

struct Member<C: Connector, D: Dialect> {
    id: SessionId,
    actor: Actor<C, D>,
    bell: Arc<Bell>,
    alarm: Option<Armed>,
    ticket: Option<Ticket>,
    /// Stands among [`Crew::unread`].
    unread: bool,
    /// Stands among [`Crew::unheard`].
    unheard: bool,
    /// As the metrics have it.
    phase: Phase,
}

impl<C: Connector, D: Dialect> Crew<C, D> {
    /// Takes in those who are new.
    fn take_in(&mut self, task: &Waker) -> bool {
        let newcomers = self.shared.newcomers(ARRIVALS);
        let any = !newcomers.is_empty();
        for newcomer in newcomers {
            self.add(*newcomer, task);
        }
        any
    }

    fn add(&mut self, newcomer: Newcomer<C, D>, task: &Waker) {
        let Some(sink) = &self.sink else { return };
        let Newcomer { id, endpoint, connector, inbox } = newcomer;
        let mut outlet = SharedOutlet::new(id, sink, task, &mut self.wire, &mut self.metrics);
        let mut actor = Actor::new(endpoint, self.shared.clock, connector, inbox, &mut outlet);
        if self.dials.is_some() {
            actor.gate_dials();
        }
        let place = self.members.vacant_entry();
        let bell = Bell::new(place.key(), &self.shared.ready);
        bell.wake_by_ref();
        let phase = actor.phase();
        self.metrics.phases.enter(phase);
        self.metrics.added += 1;
        let member = Member {
            id,
            actor,
            bell,
            alarm: None,
            ticket: None,
            unread: false,
            unheard: false,
            phase,
        };
        place.insert(Box::new(member));
    }

    /// Calls those whose time has come.
    fn ring(&mut self, cx: &mut Context<'_>) -> bool {
        for rung in 0..ARRIVALS {
            match self.timers.poll(cx) {
                Poll::Ready(Due::Session(slot)) => {
                    if let Some(member) = self.members.get_mut(slot) {
                        member.alarm = None;
                        member.bell.wake_by_ref();
                    }
                }
                Poll::Ready(Due::Line(line)) => self.let_dial(line, cx.waker()),
                Poll::Pending => return rung > 0,
            }
        }
        true
    }

    /// Calls as many of those who found no room as there is room now.
    fn resume(&mut self, task: &Waker) -> bool {
        let Self { sink: Some(sink), members, unread, unheard, .. } = self else { return false };
        let read = call(unread, || sink.room(task), members, |member| &mut member.unread);
        let heard = call(unheard, || sink.reserve(task), members, |member| &mut member.unheard);
        read || heard
    }

    /// Whether anyone was there.
    fn visit_some(&mut self, task: &Waker) -> bool {
        self.shared.ready.take(&mut self.line);
        let mut visits = 0;
        while visits < VISITS {
            let Some(slot) = self.line.pop_front() else { break };
            visits += self.visit(slot, task);
        }
        visits > 0
    }

    /// How many visits it counts for.
    fn visit(&mut self, slot: Slot, task: &Waker) -> usize {
        let (Some(member), Some(sink)) = (self.members.get_mut(slot), &self.sink) else { return 1 };
        let Member { id, actor, bell, .. } = &mut **member;
        bell.answer();
        let waker = Waker::from(Arc::clone(bell));
        let cx = &mut Context::from_waker(&waker);
        let mut outlet = SharedOutlet::new(*id, sink, task, &mut self.wire, &mut self.metrics);
        let span = actor.span().clone();
        let entered = span.enter();
        let mut turn = Turn::Busy;
        for _ in 0..TURNS {
            if turn == Turn::Busy {
                turn = actor.turn(&mut outlet, cx);
            }
        }
        drop(entered);
        let (unread, unheard) = (outlet.found_no_room(), outlet.found_no_reserve());
        if unread && !member.unread {
            member.unread = true;
            self.unread.push_back(slot);
        }
        if unheard && !member.unheard {
            member.unheard = true;
            self.unheard.push_back(slot);
        }
        self.metrics.turns += 1;
        let visits = if turn == Turn::Busy { LONG_VISIT } else { 1 };
        self.after_turn(slot, turn, task);
        visits
    }

    fn after_turn(&mut self, slot: Slot, turn: Turn, task: &Waker) {
        self.show_phase(slot);
        match turn {
            Turn::Busy => {
                if let Some(member) = self.members.get(slot) {
                    member.bell.wake_by_ref();
                }
            }
            Turn::Idle => {}
            Turn::Ended => return self.remove(slot),
        }
        self.queue_for_dial(slot, task);
        let Some(member) = self.members.get_mut(slot) else { return };
        if let Some(at) = member.actor.deadline() {
            self.timers.arm(&mut member.alarm, Due::Session(slot), at);
        }
    }

    fn show_phase(&mut self, slot: Slot) {
        let Some(member) = self.members.get_mut(slot) else { return };
        let phase = member.actor.phase();
        if member.phase != phase {
            self.metrics.phases.leave(member.phase);
            self.metrics.phases.enter(phase);
            member.phase = phase;
        }
    }

    /// Whoever wants to dial stands in the line of its deployment, and nobody else.
    fn queue_for_dial(&mut self, slot: Slot, task: &Waker) {
        let (Some(member), Some(dials)) = (self.members.get_mut(slot), &mut self.dials) else {
            return;
        };
        match (&member.ticket, member.actor.waits_to_dial()) {
            (None, true) => {
                let now = self.shared.clock.now();
                let deployment = member.actor.deployment_id();
                match dials.ask(deployment, slot, now) {
                    Asked::Granted(line) => {
                        self.dial(slot, task);
                        self.watch(line);
                    }
                    Asked::Waits(ticket) => {
                        let line = ticket.line;
                        member.ticket = Some(ticket);
                        self.watch(line);
                    }
                }
            }
            (Some(ticket), false) => {
                dials.give_back(ticket);
                member.ticket = None;
            }
            _ => {}
        }
    }

    /// Lets those of a line dial whose turn it is.
    fn let_dial(&mut self, line: usize, task: &Waker) {
        self.lines[line] = None;
        let now = self.shared.clock.now();
        while let Some(slot) = self.dials.as_mut().and_then(|dials| dials.next(line, now)) {
            if let Some(member) = self.members.get_mut(slot) {
                member.ticket = None;
                self.dial(slot, task);
            }
        }
        self.watch(line);
    }

    /// Sees to it that a line is looked at in time.
    fn watch(&mut self, line: usize) {
        let Some(dials) = &mut self.dials else { return };
        if self.lines.len() <= line {
            self.lines.resize_with(line + 1, || None);
        }
        if let Some(at) = dials.look_again(line, self.shared.clock.now()) {
            self.timers.arm(&mut self.lines[line], Due::Line(line), at);
        }
    }

    fn dial(&mut self, slot: Slot, task: &Waker) {
        let (Some(member), Some(sink)) = (self.members.get_mut(slot), &self.sink) else { return };
        let Member { id, actor, bell, .. } = &mut **member;
        let mut outlet = SharedOutlet::new(*id, sink, task, &mut self.wire, &mut self.metrics);
        actor.dial(&mut outlet);
        bell.wake_by_ref();
    }

    fn remove(&mut self, slot: Slot) {
        let Some(mut member) = self.members.try_remove(slot) else { return };
        self.timers.disarm(&mut member.alarm);
        if let (Some(ticket), Some(dials)) = (&member.ticket, &mut self.dials) {
            dials.give_back(ticket);
        }
        if member.unread {
            self.unread.retain(|other| *other != slot);
        }
        if member.unheard {
            self.unheard.retain(|other| *other != slot);
        }
        self.metrics.phases.leave(member.phase);
        self.metrics.removed += 1;
        member.actor.end();
        self.shared.gone();
    }

    fn show_metrics(&mut self) -> FleetMetrics {
        self.metrics.dials_waiting = self.dials.as_ref().map_or(0, Dials::waiting);
        self.metrics.sessions_ready = self.line.len() + self.shared.ready.len();
        self.metrics.sessions_stalled = self.unread.len();
        self.shared.show(self.metrics);
        self.metrics
    }
}

/// Calls the first of those who wait, as many as there is room for.
fn call<C: Connector, D: Dialect>(
    waiting: &mut VecDeque<Slot>,
    room: impl FnOnce() -> usize,
    members: &mut Slab<Box<Member<C, D>>>,
    waits: impl Fn(&mut Member<C, D>) -> &mut bool,
) -> bool {
    if waiting.is_empty() {
        return false;
    }
    let some = waiting.len().min(room());
    for slot in waiting.drain(..some) {
        if let Some(member) = members.get_mut(slot) {
            *waits(member) = false;
            member.bell.wake_by_ref();
        }
    }
    some > 0
}

impl<C: Connector, D: Dialect> Future for Crew<C, D> {
    type Output = FleetMetrics;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<FleetMetrics> {
        let this = self.get_mut();
        let task = cx.waker().clone();
        let mut busy = this.take_in(&task);
        busy |= this.ring(cx);
        busy |= this.resume(&task);
        busy |= this.visit_some(&task);
        let over = !busy && this.shared.is_over();
        let metrics = this.show_metrics();
        if over {
            this.sink = None;
            return Poll::Ready(metrics);
        }
        if busy || !this.shared.ready.rest(&task) {
            // The task is woken after the runtime has looked at its sockets and timers, not before.
            let _: Poll<()> = pin!(yield_now()).poll(cx);
        }
        Poll::Pending
    }
}

/// Nothing in it is pinned in place.
impl<C: Connector, D: Dialect> Unpin for Crew<C, D> {}

impl<C: Connector, D: Dialect> Drop for Crew<C, D> {
    fn drop(&mut self) {
        self.shared.close();
        self.shared.ready.close();
    }
}

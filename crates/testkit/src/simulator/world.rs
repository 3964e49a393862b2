//! One run: everybody in one place, on one time.
//!
//! Owns: the state of a run, the order of what is due, and what surrounds each step. Must not know: what is
//! done about anything that is due.

use std::iter;
use std::rc::Rc;
use std::time::Duration;

use webmessaging_emulator::service::Service;
use webmessaging_proto::{Instant, Phase};

use crate::earlier::earlier;
use crate::monitor::Watched;

use super::backend::Backend;
use super::bridge::Bridge;
use super::judge::{Found, Indicator, Messages, Rules, Texts, Violation};
use super::network::Network;
use super::plan::Plan;
use super::queue::{Due, Ms, Queue};
use super::tally::Tally;

/// More steps than any plan takes: beyond it, somebody runs in circles.
const STEPS: u64 = 4_000_000;
/// Steps at one time, likewise.
const STEPS_AT_ONCE: u64 = 20_000;

/// A host that is refused tries again after so long.
pub(super) const AGAIN: Ms = 1_000;
/// How long a live service shows typing.
pub(super) const SHOWN: Ms = 5_000;

/// Whoever looks on: gets each line of the story with its time.
pub(super) type Trace<'a> = &'a mut dyn FnMut(u64, &str);

/// The guest's process, and its machine.
#[derive(Debug)]
pub(super) struct Guest {
    /// `None`: the process does not run.
    pub(super) session: Option<Watched>,
    /// How often the process was started.
    pub(super) life: u64,
    /// When the driver ticks, by the session's clock.
    pub(super) armed: Option<Instant>,
    /// The session's clock runs before the world's time by so much, and behind it by so much.
    pub(super) ahead: Ms,
    pub(super) behind: Ms,
    pub(super) lazy_until: Ms,
    pub(super) late_until: Ms,
    pub(super) late_by: Ms,
    pub(super) asleep_until: Ms,
    pub(super) asleep_since: Ms,
    pub(super) clock_stops: bool,
    /// The link that was opened last.
    pub(super) link: Option<usize>,
    pub(super) stored: Option<String>,
    /// When the process ended.
    pub(super) ended_at: Ms,
    /// Whether this session was accepted before, perhaps in a process whose snapshot it came from.
    pub(super) was_accepted: bool,
}

/// The user, and the host between the user and the session.
#[derive(Debug)]
pub(super) struct Host {
    pub(super) token: String,
    pub(super) tokens: u64,
    pub(super) hidden_until: Ms,
    pub(super) burst: Burst,
    /// Gone for good.
    pub(super) left: bool,
    /// The host was told that somebody is typing.
    pub(super) sees_typing: bool,
    /// Faults of the service's that it was told of.
    pub(super) faults: u32,
    pub(super) decisions: u64,
    pub(super) renewals: u64,
}

/// Keys that follow each other.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Burst {
    /// The how many-th it is: one ends the one before.
    pub(super) number: u64,
    /// Keys to come.
    pub(super) left: u64,
    pub(super) every: Ms,
}

pub(super) struct World<'a, B: Bridge> {
    pub(super) plan: &'a Plan,
    pub(super) bridge: B,
    pub(super) dialect: Rc<B::Dialect>,
    pub(super) now: Ms,
    pub(super) queue: Queue,
    pub(super) network: Network,
    pub(super) guest: Guest,
    pub(super) host: Host,
    pub(super) service: Service,
    pub(super) backend: Backend,
    pub(super) texts: Texts,
    pub(super) messages: Messages,
    pub(super) indicator: Indicator,
    pub(super) found: Found,
    pub(super) tally: Tally,
    pub(super) trace: Option<Trace<'a>>,
    /// The epilogue has begun: nothing goes wrong any more.
    pub(super) calm: bool,
    pub(super) calm_since: Ms,
    pub(super) over: bool,
}

/// When something is due next, by whose doing.
#[derive(Clone, Copy, Debug)]
struct Next {
    tick: Option<Ms>,
    queued: Option<Ms>,
    service: Option<Ms>,
}

impl Next {
    fn at(self) -> Option<Ms> {
        earlier(earlier(self.queued, self.service), self.tick)
    }
}

/// Times are whole milliseconds here, others' may be a bit later.
pub(super) fn in_ms(at: Duration) -> Ms {
    let ms = at.as_secs().saturating_mul(1000);
    ms.saturating_add(u64::from(at.subsec_nanos().div_ceil(1_000_000)))
}

impl<'a, B: Bridge> World<'a, B> {
    pub(super) fn new(plan: &'a Plan, bridge: B, trace: Option<Trace<'a>>) -> Self {
        let setting = &plan.setting;
        let way = setting.up.max(setting.down) + setting.jitter + 400 / setting.bytes_per_ms;
        let rules = Rules {
            idle: setting.idle,
            hold: 60_000,
            start: setting.start_delay + 1_000,
            shown_for: setting.service_live.then_some(SHOWN),
            way,
        };
        let happenings = plan.happenings.iter().enumerate();
        let planned = iter::once((0, Due::Connect))
            .chain(happenings.map(|(number, happening)| (happening.at, Due::Happening(number))))
            .chain([(plan.length, Due::Epilogue(0))]);
        let mut world = Self {
            plan,
            dialect: Rc::new(bridge.dialect()),
            bridge,
            now: 0,
            queue: Queue::new(planned),
            network: Network::default(),
            guest: Guest {
                session: None,
                life: 0,
                armed: None,
                ahead: 0,
                behind: 0,
                lazy_until: 0,
                late_until: 0,
                late_by: 0,
                asleep_until: 0,
                asleep_since: 0,
                clock_stops: false,
                link: None,
                stored: None,
                ended_at: 0,
                was_accepted: false,
            },
            host: Host {
                token: String::new(),
                tokens: 0,
                hidden_until: 0,
                burst: Burst::default(),
                left: false,
                sees_typing: false,
                faults: 0,
                decisions: 0,
                renewals: 0,
            },
            service: Backend::service(plan),
            backend: Backend::default(),
            texts: Texts::default(),
            messages: Messages::new(Duration::from_millis(setting.dwell), setting.messages < 100),
            indicator: Indicator::new(rules),
            found: Found::new(plan.seed),
            tally: Tally { sessions: 1, virtual_ms: plan.length, ..Tally::default() },
            trace,
            calm: false,
            calm_since: 0,
            over: false,
        };
        world.host.token = world.new_token();
        world.start_process(false);
        world
    }

    /// Plays it to its end.
    pub(super) fn run(mut self) -> (Vec<Violation>, Tally) {
        let (mut steps, mut at_once) = (0_u64, 0_u64);
        while !self.over {
            let mut next = self.next();
            let Some(at) = next.at() else { break };
            at_once = if at > self.now { 0 } else { at_once + 1 };
            steps += 1;
            if steps > STEPS || at_once > STEPS_AT_ONCE {
                self.found.add("the run goes in circles", || format!("{steps} steps"));
                break;
            }
            self.now = at.max(self.now);
            self.found.now = self.now;
            if self.set_clock() {
                next = self.next();
            }
            let can_end = self.typing_can_end();
            self.indicator.look(self.now, can_end, &mut self.found);
            self.step(next);
            let away = self.is_disturbed();
            self.indicator.away(away, self.now);
        }
        self.close()
    }

    fn next(&self) -> Next {
        Next {
            tick: self.tick_at(),
            queued: self.queue.next_at(),
            service: self.service.deadline().map(in_ms),
        }
    }

    fn step(&mut self, next: Next) {
        let is_due = |at: Option<Ms>| at.is_some_and(|at| at <= self.now);
        let (tick, queued, service) =
            (is_due(next.tick), is_due(next.queued), is_due(next.service));
        if tick && (self.plan.setting.timers_first || !(queued || service)) {
            self.tick_guest();
        } else if queued {
            if let Some(due) = self.queue.pop() {
                self.happen(due);
            }
        } else if service {
            self.service.tick(Duration::from_millis(self.now));
            self.pump_service();
        }
    }

    fn happen(&mut self, due: Due) {
        match due {
            Due::Happening(number) => {
                let plan = self.plan;
                if let Some(happening) = plan.happenings.get(number) {
                    self.carry_out_happening(&happening.what);
                }
            }
            Due::Key(burst) => self.key(burst),
            Due::Drain => {
                if self.now >= self.guest.lazy_until {
                    self.drain();
                }
            }
            Due::Up(link) => self.up_arrives(link),
            Due::Down(link) => self.down_arrives(link),
            Due::DialReaches(link) => self.dial_reaches(link),
            Due::GuestNotices(link) => self.guest_notices(link),
            Due::ServiceNotices(link) => self.service_notices(link),
            Due::Ping(link) => self.ping(link),
            Due::FaultOver(fault) => self.fault_over(Some(fault)),
            Due::Look { message, on } => self.look_at(message, on),
            Due::Show => self.show_window(),
            Due::Connect => self.connect(),
            Due::Renew => self.renew_and_connect(),
            Due::StartNew => self.start_new(),
            Due::Decide { key } => self.decide(key),
            Due::Start { snapshot } => self.start_again(snapshot),
            Due::Wake => self.wake(),
            Due::AgentRests => self.agent_types(false),
            Due::Epilogue(step) => self.epilogue(step),
        }
    }

    pub(super) fn say(&mut self, line: impl FnOnce() -> String) {
        if self.trace.is_some() {
            self.tell(line);
        }
    }

    // Out of the way of a run that nobody looks at.
    #[cold]
    #[inline(never)]
    fn tell(&mut self, line: impl FnOnce() -> String) {
        if let Some(trace) = &mut self.trace {
            trace(self.now, &line());
        }
    }

    pub(super) fn phase(&self) -> Option<Phase> {
        self.guest.session.as_ref().map(Watched::phase)
    }

    /// Whether something keeps guest and service from hearing each other as they should.
    fn is_disturbed(&self) -> bool {
        let guest = &self.guest;
        let link = guest.link.and_then(|link| self.network.links.get(link));
        self.phase() != Some(Phase::Ready)
            || link.is_none_or(|link| link.cut || link.unread.is_some() || !link.service_end)
            || self.network.links.iter().any(|l| l.service_end && (l.cut || !l.guest_end))
            || self.now < guest.asleep_until
            || self.now < guest.lazy_until
            || self.now < guest.late_until + guest.late_by
            || self.now < self.network.stalled_until
            || self.now < self.network.slow_until
            || self.backend.faults_in_force
            || self.now < self.backend.held_until
    }

    /// Whether this pair of guest and service has a way to end the indicator at all.
    pub(super) fn typing_can_end(&self) -> bool {
        use webmessaging_proto::Capability::TypingOff;
        self.plan.setting.service_live
            || self.guest.session.as_ref().is_none_or(|guest| guest.session().has(TypingOff))
    }
}

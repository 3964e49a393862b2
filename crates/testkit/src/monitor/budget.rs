//! The limits of the service are never touched.
//!
//! Owns: the rules of the request budget and of pauses. Must not know: how the session counts.

use core::time::Duration;
use std::collections::VecDeque;

use webmessaging_proto::{Config, Event, Instant, Output, TracingId};

use super::Rule;
use super::around::{Around, BUDGET, Kind, News, UNRESERVED};
use super::seen::What;
use super::violation::Found;

const RECEIPTS: usize = 30;
const ECHOES: usize = 2;
const DEFAULT_WAIT: Duration = Duration::from_secs(5);
const MIN_WAIT: Duration = Duration::from_secs(1);
const MAX_WAIT: Duration = Duration::from_secs(300);
/// So many tracing ids are remembered.
const IDS: usize = 64;

/// What is sent, counted.
#[derive(Clone, Debug)]
pub(super) struct Requests {
    health_check: Option<Duration>,
    last_echo: Option<Instant>,
    /// An Off in the texts' reserve: a text must follow at once.
    owes_text: bool,
    ids: VecDeque<TracingId>,
    /// The pause that the server asks for in this step, and the end of the one before.
    asked: Option<Duration>,
    told: bool,
    /// It may be no news.
    unsure: bool,
    paused_before: Instant,
}

impl Requests {
    pub(super) fn new(config: &Config) -> Self {
        Self {
            health_check: config.health_check(),
            last_echo: None,
            owes_text: false,
            ids: VecDeque::new(),
            asked: None,
            told: false,
            unsure: false,
            paused_before: Instant::ORIGIN,
        }
    }

    /// Call it before the pause is taken note of.
    pub(super) fn before_input(&mut self, cx: &Around) {
        self.paused_before = cx.pause.perhaps;
    }

    pub(super) fn input(&mut self, news: Option<&News<'_>>) {
        let Some(news) = news.filter(|news| news.is_rate_limit()) else { return };
        if let What::Refused { retry_after, .. } = news.heard.what {
            let asked = retry_after.unwrap_or(DEFAULT_WAIT).clamp(MIN_WAIT, MAX_WAIT);
            self.asked = self.asked.max(Some(asked));
            self.unsure |= news.unsure;
        }
    }

    pub(super) fn output(&mut self, cx: &Around, output: &Output, found: &mut Found) {
        match output {
            Output::SendFrame(frame) => {
                let kind = Kind::of(&frame.body);
                self.id(cx, frame.tracing_id, found);
                if core::mem::take(&mut self.owes_text) && kind != Kind::Text {
                    reserve(cx, found);
                }
                self.count(cx, kind, found);
            }
            Output::OpenTransport(_) => self.last_echo = None,
            Output::Emit(Event::RateLimited { retry_after }) => {
                self.pause(cx, *retry_after, found);
            }
            _ => {}
        }
    }

    fn id(&mut self, cx: &Around, id: TracingId, found: &mut Found) {
        if self.ids.contains(&id) {
            found.add(cx.now, Rule::TracingIds, || "a tracing id comes again".into());
        }
        if self.ids.len() == IDS {
            self.ids.pop_front();
        }
        self.ids.push_back(id);
    }

    fn count(&mut self, cx: &Around, kind: Kind, found: &mut Found) {
        if cx.blurred {
            // It is not known when each was handed out.
            self.last_echo = self.last_echo.filter(|_| kind != Kind::Echo);
            return;
        }
        let used = cx.used(|_| true) + 1;
        if used > BUDGET {
            found.add(cx.now, Rule::Budget, || format!("{kind:?} is number {used}"));
        }
        if used > UNRESERVED && !kind.is_essential() {
            if kind == Kind::Off && used < BUDGET {
                self.owes_text = true;
            } else {
                reserve(cx, found);
            }
        }
        match kind {
            Kind::Receipt(_) => {
                let receipts = cx.used(|kind| matches!(kind, Kind::Receipt(_))) + 1;
                if receipts > RECEIPTS {
                    found.add(cx.now, Rule::BudgetReceipts, || format!("number {receipts}"));
                }
            }
            Kind::Echo => self.echo(cx, found),
            _ => {}
        }
        let limited = matches!(kind, Kind::Receipt(_) | Kind::Echo);
        if limited && cx.now < cx.pause.sure {
            found.add(cx.now, Rule::PauseKept, || format!("{kind:?} inside a pause"));
        }
        if kind == Kind::Join && cx.now < cx.text_pause.sure {
            found.add(cx.now, Rule::PauseKept, || "a join inside a pause".into());
        }
    }

    fn echo(&mut self, cx: &Around, found: &mut Found) {
        let often = match (self.health_check, self.last_echo) {
            (None, _) => true,
            (Some(every), Some(last)) => cx.now < last + every,
            (Some(_), None) => false,
        };
        if often || cx.used(|kind| kind == Kind::Echo) + 1 > ECHOES {
            found.add(cx.now, Rule::BudgetEchoes, || "a health check too early".into());
        }
        self.last_echo = Some(cx.now);
    }

    fn pause(&mut self, cx: &Around, told: Duration, found: &mut Found) {
        let asked = self.asked.unwrap_or(MIN_WAIT);
        let in_bounds = (MIN_WAIT..=MAX_WAIT).contains(&told);
        if !in_bounds || (told < asked && !cx.blurred) || self.asked.is_none() {
            found.add(cx.now, Rule::R19, || format!("asked {asked:?}, pauses {told:?}"));
        }
        if core::mem::replace(&mut self.told, true) && !cx.blurred && !self.unsure {
            found.add(cx.now, Rule::T17, || "two pauses in one step".into());
        }
    }

    pub(super) fn settled(&mut self, cx: &Around, found: &mut Found) {
        if core::mem::take(&mut self.owes_text) {
            reserve(cx, found);
        }
        if let (Some(asked), false, false) = (self.asked, self.told || self.unsure, cx.blurred) {
            if cx.now + asked > self.paused_before {
                found.add(cx.now, Rule::R19, || format!("asked {asked:?}, and it is not told"));
            }
        }
        (self.asked, self.told, self.unsure) = (None, false, false);
    }
}

fn reserve(cx: &Around, found: &mut Found) {
    if !cx.blurred {
        found.add(cx.now, Rule::BudgetReserve, || "typing, receipts or echo take it".into());
    }
}

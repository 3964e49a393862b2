//! The calm end, and the last judgement.
//!
//! Owns: what must be true once nothing goes wrong any more. Must not know: how it comes about.

use webmessaging_proto::{FailReason, Input, Phase, TextState};

use super::bridge::Bridge;
use super::judge::Violation;
use super::manners::SHORT_LIFE;
use super::queue::{Due, Ms};
use super::tally::{Tally, count};
use super::world::World;

/// After so long a calm end may end, if nothing is open.
const SOON: Ms = 30_000;
/// Longer than any pause that a service may ask for, any budget, any time-out of a broken link.
const CALM: Ms = 420_000;
/// Long enough to connect again and to say what is owed.
const AFTER_RECONNECT: Ms = 90_000;

impl<B: Bridge> World<'_, B> {
    pub(super) fn epilogue(&mut self, step: u8) {
        if self.now < self.guest.asleep_until {
            self.queue.push(self.guest.asleep_until, Due::Epilogue(step));
            return;
        }
        match step {
            0 => {
                self.calm_down();
                self.calm_since = self.now;
                self.queue.push(self.now + SOON, Due::Epilogue(1));
            }
            1 if self.now < self.calm_since + CALM && !self.is_settled() => {
                self.queue.push(self.now + SOON, Due::Epilogue(1));
            }
            1 if self.plan.setting.reconnects_at_end => {
                self.cut(0, 0);
                self.queue.push(self.now + AFTER_RECONNECT, Due::Epilogue(2));
            }
            _ => self.over = true,
        }
    }

    /// Whether nothing is owed, and nothing will come by itself. Some runs wait in any case.
    fn is_settled(&self) -> bool {
        let phase = matches!(self.phase(), Some(Phase::Ready | Phase::ReadOnly | Phase::Closed));
        let half_open = self
            .network
            .links
            .iter()
            .any(|l| l.guest_end != l.service_end || (l.cut && l.guest_end));
        let starts_new =
            self.phase() == Some(Phase::ReadOnly) && self.plan.setting.starts_new_after.is_some();
        phase
            && !half_open
            && !starts_new
            && self.plan.seed % 8 != 0
            && self.now > self.backend.held_until
            && self.now > self.network.stalled_until
            && self.texts.are_settled()
            && self.messages.are_settled()
            && !self.host.sees_typing
            && self.indicator.is_settled(self.now, self.typing_can_end())
    }

    fn calm_down(&mut self) {
        self.say(|| "plan      the calm end".to_owned());
        self.calm = true;
        self.fault_over(None);
        self.network.calm();
        self.guest.late_until = 0;
        self.guest.late_by = 0;
        self.guest.lazy_until = self.guest.lazy_until.min(self.now);
        self.host.hidden_until = 0;
        self.start_again(true);
        self.drain();
        self.agent_types(false);
        let _ = self.give(Input::ComposerClosed);
        self.indicator.ended(self.now);
        self.indicator.disturbed(self.now);
        self.show_window();
        match self.phase() {
            Some(Phase::Failed(FailReason::AuthenticationFailed | FailReason::SessionExpired)) => {
                self.renew_and_connect();
            }
            Some(Phase::Failed(_) | Phase::Closed | Phase::Idle | Phase::Backoff) => self.connect(),
            _ => {}
        }
    }

    pub(super) fn close(mut self) -> (Vec<Violation>, Tally) {
        if self.over {
            self.judge();
        }
        if let Some(session) = self.guest.session.take() {
            let mut session = session;
            session.finish(self.guest_now());
            self.take_violations(&session);
        }
        self.tally.calm_ms = self.now.saturating_sub(self.plan.length);
        self.count_ends();
        (self.found.into_all(), self.tally)
    }

    fn judge(&mut self) {
        let can_end = self.typing_can_end();
        let Some(session) = self.guest.session.take() else {
            self.found.add("no guest at the end", String::new);
            return;
        };
        let phase = session.phase();
        count(&mut self.tally.final_phases, phase.name(), 1);
        let left: Vec<(u64, bool)> = session
            .session()
            .texts()
            .map(|text| (text.key.0, text.state == TextState::Kept))
            .collect();
        let online = matches!(phase, Phase::Ready | Phase::ReadOnly);
        self.judge_phase(phase);
        self.texts.judge(&left, matches!(phase, Phase::Failed(_) | Phase::Idle), &mut self.found);
        let link = self.guest.link;
        self.messages.judge(phase == Phase::Ready, link, &mut self.found);
        self.indicator.judge(can_end, &mut self.found);
        self.found.must(!self.host.sees_typing, "the agent's typing is told for ever", String::new);
        if online {
            let connections = self.backend.connections;
            self.found.must(connections == 1, "connections at the end", || {
                format!("{connections} at the service, the guest is {phase}")
            });
        }
        if self.plan.setting.looks_for_secrets {
            self.look_for_secrets(&format!("{:?}", session.session()), "the session");
            let violations = format!("{:?}", self.found);
            self.look_for_secrets(&violations, "a violation");
        }
        self.guest.session = Some(session);
    }

    fn judge_phase(&mut self, phase: Phase) {
        let setting = &self.plan.setting;
        let (open, expired) = (self.backend.open, self.backend.expired);
        let fits = match phase {
            Phase::Ready => open || (self.backend.end_may_be_lost && !setting.reconnects_at_end),
            Phase::ReadOnly => !open,
            Phase::Closed | Phase::Idle => self.host.left,
            Phase::Failed(FailReason::SessionExpired) => setting.session_life < SHORT_LIFE,
            _ => false,
        };
        let left = self.host.left;
        let fits =
            fits && (!left || matches!(phase, Phase::Closed | Phase::Idle | Phase::Failed(_)));
        self.found.must(fits, "guest and service do not agree at the end", || {
            format!("the guest is {phase:?}, open {open}, expired {expired}, left {left}")
        });
        let gone = matches!(phase, Phase::Closed | Phase::Idle | Phase::Failed(_));
        let connections = self.backend.connections;
        let links = self.network.links.iter();
        let closing =
            links.filter(|l| l.service_end && !l.cut && (l.closing || !l.guest_end)).count();
        self.found.must(!gone || connections <= closing, "a connection outlives its guest", || {
            format!("{connections} connections, the end of {closing} is on its way")
        });
    }
}

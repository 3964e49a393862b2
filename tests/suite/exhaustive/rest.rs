//! What must hold between two letters, once all is drained.
//!
//! Owns: the rules of what is owed. Must not know: which letter came last.

use webmessaging_proto::{Instant, Phase, Session};

use super::observer::{MIN_GAP, Observer, Place, ensure};

impl Observer {
    /// What must hold between two steps.
    pub(super) fn at_rest(&self, session: &Session, now: Instant) -> Result<(), String> {
        let phase = session.phase();
        ensure(phase == self.phase, || format!("told {}, is {phase}", self.phase))?;
        let online = matches!(phase, Phase::Configuring | Phase::Ready | Phase::ReadOnly);
        ensure(online || self.shown.is_empty(), || format!("{:?} shown", self.shown))?;
        let awake = session.deadline().is_some();
        ensure(awake || self.shown.is_empty(), || "a typist without an end".into())?;
        let over = matches!(phase, Phase::Idle | Phase::Closed | Phase::Failed(_));
        ensure(!(over && awake), || format!("{phase} holds {:?}", session.deadline()))?;
        let waits = !over && !matches!(phase, Phase::Ready | Phase::ReadOnly);
        ensure(awake || !waits, || format!("{phase} without an end"))?;
        ensure(awake || self.flying.is_none(), || "a text in flight without an end".into())?;
        let waits = self.texts.contains(&Place::OnItsWay);
        let ended = matches!(phase, Phase::ReadOnly | Phase::Closing);
        ensure(!(ended && waits), || format!("a text on its way while {phase}"))?;
        if phase != Phase::Ready {
            return Ok(());
        }
        ensure(awake || !waits, || "a text that waits for nothing".into())?;
        if self.guide && self.can_end_typing() {
            let stuck = !awake && self.remote.may_show();
            ensure(!stuck, || "typing shows for ever".into())?;
        }
        if self.peaceful && self.guide { self.at_peace(now) } else { Ok(()) }
    }

    /// Where nothing was ever refused, what is owed goes out at once.
    fn at_peace(&self, now: Instant) -> Result<(), String> {
        let waits = self.texts.contains(&Place::OnItsWay);
        ensure(self.flying.is_some() || !waits, || "a text that nothing holds".into())?;
        let untold = self.read.iter().find(|read| {
            self.received.contains(read) && !self.told.contains(read) && read.starts_with('m')
        });
        ensure(untold.is_none(), || format!("no receipt for {untold:?}"))?;
        let again = |id: &&String| !self.receipted.iter().any(|(receipted, _)| receipted == *id);
        let lost = self.unconfirmed.iter().find(again);
        ensure(lost.is_none(), || format!("no receipt again for {lost:?}"))?;
        let desired = self.desired_until.is_some_and(|until| now < until);
        let may_open = self.last_on.is_none_or(|last_on| now >= last_on + MIN_GAP);
        match (desired, self.remote.may_show(), self.remote.surely_shows()) {
            (false, true, _) => Err("typing has ended, and may show".into()),
            (true, _, false) if may_open => Err("typing does not show".into()),
            _ => Ok(()),
        }
    }
}

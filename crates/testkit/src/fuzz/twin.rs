//! A session and an endpoint with the same life.
//!
//! Owns: their comparison, output by output. Must not know: what either should do.

use webmessaging_proto::{
    Config, Deadline, Input, InputError, Instant, Output, Phase, Session, TransportId,
};

use crate::life::{Subject, Wired};

/// A [`Session`] and a [`Wired`] endpoint; both are given everything, and must tell the same.
#[derive(Debug)]
pub(super) struct Twin {
    session: Session,
    wired: Wired,
    finding: Option<String>,
}

impl Twin {
    pub(super) fn new(config: &Config, now: Instant) -> Self {
        Self {
            session: Session::new(config.clone(), now),
            wired: Wired::new(config.clone(), now),
            finding: None,
        }
    }

    fn compare<T: PartialEq + core::fmt::Debug>(&mut self, session: T, wired: &T) -> T {
        if session != *wired {
            self.finding.get_or_insert_with(|| {
                format!("the session: {session:?}, the endpoint: {wired:?}")
            });
        }
        session
    }
}

impl Subject for Twin {
    fn handle(&mut self, input: Input<'_>, now: Instant) -> Result<(), InputError> {
        let wired = self.wired.handle(input.clone(), now);
        let session = self.session.handle(input, now);
        self.compare(session, &wired)
    }

    fn keystroke(&mut self, now: Instant) {
        self.session.keystroke(now);
        self.wired.keystroke(now);
    }

    fn poll_output(&mut self) -> Option<Output> {
        let (session, wired) = (self.session.poll_output(), self.wired.poll_output());
        self.compare(session, &wired)
    }

    fn deadline(&self) -> Option<Deadline> {
        self.session.deadline()
    }

    fn phase(&self) -> Phase {
        self.session.phase()
    }

    fn receive(
        &mut self,
        transport: TransportId,
        wire: &[u8],
        now: Instant,
    ) -> Result<(), InputError> {
        let wired = self.wired.receive(transport, wire, now);
        let session = Subject::receive(&mut self.session, transport, wire, now);
        self.compare(session, &wired)
    }

    fn finding(&mut self) -> Option<String> {
        self.wired.finding().or_else(|| self.finding.take())
    }

    fn finish(&mut self, _: Instant) {
        if self.session != *self.wired.session() {
            self.finding.get_or_insert_with(|| "the endpoint's session is another one".into());
        }
    }
}

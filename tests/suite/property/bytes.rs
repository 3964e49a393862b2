//! A session fed with frames and an endpoint fed with bytes live the same life.
//!
//! Owns: the two side by side. Must not know: what the outputs mean.

use webmessaging_proto::dialect::{Dialect, WebMessaging};
use webmessaging_proto::{Endpoint, EndpointOutput, Input, Instant, Output, Session};

use crate::support::corpus::{Run, runs};
use crate::support::trace::Given;

/// No step has a reason to give more.
const MOST: usize = 5_000;

struct Pair {
    session: Session,
    endpoint: Endpoint<WebMessaging>,
    wire: Vec<u8>,
    frame: Vec<u8>,
    now: u64,
    armed: Option<u64>,
    ticks: usize,
}

impl Pair {
    fn new(run: &Run) -> Self {
        let config = run.script.setup.config();
        let session = Session::new(config.clone(), Instant::ORIGIN);
        let endpoint = Endpoint::new(config, WebMessaging, Instant::ORIGIN);
        Self {
            session,
            endpoint,
            wire: Vec::new(),
            frame: Vec::new(),
            now: 0,
            armed: None,
            ticks: 0,
        }
    }

    fn give(&mut self, given: &Given) {
        let now = Instant::from_millis(self.now);
        let verdicts = match given {
            Given::Sleep(_) => (self.session.tick(now), self.endpoint.tick(now)),
            Given::Key => {
                self.session.keystroke(now);
                self.endpoint.keystroke(now);
                (Ok(()), Ok(()))
            }
            Given::Input(input) => {
                (self.session.handle(input.clone(), now), self.endpoint.handle(input.clone(), now))
            }
            Given::Wire(transport, text) => {
                let input = match WebMessaging.decode(text.as_bytes()) {
                    Ok(frame) => Input::FrameReceived(*transport, frame.into_owned()),
                    Err(_) => Input::FrameUndecodable(*transport),
                };
                (
                    self.session.handle(input, now),
                    self.endpoint.receive(*transport, text.as_bytes(), now),
                )
            }
        };
        assert_eq!(verdicts.0, verdicts.1, "{given:?}");
        self.drain();
    }

    fn drain(&mut self) {
        for _ in 0..MOST {
            let typed = self.session.poll_output();
            let bytes = self.endpoint.poll_output(&mut self.wire);
            let (Some(typed), Some(bytes)) = (&typed, &bytes) else {
                assert_eq!((typed, bytes), (None, None));
                assert_eq!(self.session.deadline(), self.endpoint.deadline());
                assert_eq!(self.session.phase(), self.endpoint.phase());
                return;
            };
            match (typed, bytes) {
                (Output::OpenTransport(one), EndpointOutput::OpenTransport(other)) => {
                    assert_eq!(one, other);
                }
                (Output::CloseTransport(one, how), EndpointOutput::CloseTransport(other, so)) => {
                    assert_eq!((one, how), (other, so));
                }
                (Output::SendFrame(frame), EndpointOutput::Send) => {
                    self.frame.clear();
                    let context = self.session.encode_context();
                    WebMessaging.encode(&context, frame, &mut self.frame).unwrap();
                    assert_eq!(self.frame, self.wire);
                }
                (Output::ArmTimer(one), EndpointOutput::ArmTimer(other)) => {
                    assert_eq!(one, other);
                    self.armed = Some(one.at.as_millis());
                }
                (Output::ClearTimer, EndpointOutput::ClearTimer) => self.armed = None,
                (Output::Emit(one), EndpointOutput::Emit(other)) => assert_eq!(one, other),
                (one, other) => panic!("{one:?} and {other:?}"),
            }
        }
        panic!("outputs without end");
    }

    fn wait(&mut self, until: u64) {
        while let Some(armed) = self.armed.filter(|armed| *armed <= until) {
            self.now = self.now.max(armed);
            self.ticks += 1;
            assert!(self.ticks < 60_000, "a run without end");
            self.armed = None;
            self.give(&Given::Sleep(0));
        }
        self.now = self.now.max(until);
    }
}

#[test]
fn a_typed_run_and_a_run_through_bytes_are_one() {
    for run in runs() {
        let mut pair = Pair::new(run);
        for (at, _, given, _) in run.world.trace.given() {
            let slept = if let Given::Sleep(millis) = given { *millis } else { 0 };
            pair.wait(at - slept);
            pair.now = at;
            pair.give(given);
        }
        pair.wait(run.world.now);
        assert_eq!(pair.endpoint.session(), &pair.session);
        assert_eq!(pair.session, run.world.session, "and it is the recorded one");
    }
}

//! What holds for every order of things.

use std::collections::VecDeque;
use std::future::Future;
use std::pin::pin;
use std::task::{Context, Waker};
use std::time::Duration;

use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::{Config as Cases, RngAlgorithm, TestRng, TestRunner};
use tokio::time::{Instant, sleep_until};
use webmessaging_proto::dialect::WebMessaging;
use webmessaging_proto::{
    Endpoint, EndpointOutput, Event, Input, Instant as Time, LocalKey, Phase,
};
use webmessaging_tokio::memory::{MemoryConnector, MemoryDial, MemoryPeer};
use webmessaging_tokio::{Outgoing, connect};

use crate::support::{Ready, agent_text, config, describe, echo, ready, session_response, words};

fn runner(cases: u32) -> TestRunner {
    let cases = Cases { cases, failure_persistence: None, ..Cases::default() };
    TestRunner::new_with_rng(cases, TestRng::deterministic_rng(RngAlgorithm::ChaCha))
}

fn paused(test: impl Future<Output = Result<(), TestCaseError>>) -> Result<(), TestCaseError> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_time()
        .start_paused(true)
        .build()
        .expect("a runtime");
    runtime.block_on(test)
}

/// However often a receive is begun and dropped: no event is lost, doubled or out of order.
#[test]
fn receiving_events_is_cancel_safe() {
    let turns = prop::collection::vec((0_usize..4, 0_usize..6), 1..40);
    let check = |turns: Vec<(usize, usize)>| {
        paused(async {
            let Ready { guest: _guest, mut events, peer, .. } = ready().await;
            let (mut sent, mut received) = (0, 0);
            for (arriving, cancelled) in turns {
                for _ in 0..arriving {
                    peer.send(agent_text(&format!("m-{sent}"), "hi")).await;
                    sent += 1;
                }
                for turn in 0..cancelled {
                    let mut receive = pin!(events.recv());
                    let mut cx = Context::from_waker(Waker::noop());
                    if let std::task::Poll::Ready(event) = receive.as_mut().poll(&mut cx) {
                        let Some(Event::MessageReceived(message)) = event else {
                            return Err(TestCaseError::fail(format!("{event:?}")));
                        };
                        prop_assert_eq!(&*message.id, format!("m-{received}"));
                        received += 1;
                    }
                    if turn % 2 == 0 {
                        tokio::task::yield_now().await;
                    }
                }
            }
            while received < sent {
                let event = events.recv().await;
                let Some(Event::MessageReceived(message)) = event else {
                    return Err(TestCaseError::fail(format!("{event:?}")));
                };
                prop_assert_eq!(&*message.id, format!("m-{received}"));
                received += 1;
            }
            prop_assert_eq!(events.try_recv(), None);
            Ok(())
        })
    };
    runner(100).run(&turns, check).unwrap();
}

/// What a host may do.
#[derive(Clone, Copy, Debug)]
enum Act {
    Key,
    Clear,
    Close,
    Hold(bool),
    Front(bool),
    Text,
    Visible(u8),
    Hidden(u8),
    Network,
}

/// What the service does.
#[derive(Clone, Copy, Debug)]
enum Step {
    Host(Act),
    AgentText(u8),
    Cut,
}

fn step() -> impl Strategy<Value = Step> {
    let act = prop_oneof![
        8 => Just(Act::Key),
        1 => Just(Act::Clear),
        1 => Just(Act::Close),
        1 => any::<bool>().prop_map(Act::Hold),
        1 => any::<bool>().prop_map(Act::Front),
        3 => Just(Act::Text),
        3 => (0_u8..6).prop_map(Act::Visible),
        1 => (0_u8..6).prop_map(Act::Hidden),
        1 => Just(Act::Network),
    ];
    prop_oneof![
        8 => act.prop_map(Step::Host),
        2 => (0_u8..6).prop_map(Step::AgentText),
        1 => Just(Step::Cut),
    ]
}

/// When which frame was sent.
type Trace = Vec<(u64, String)>;

const AFTER: u64 = 70_000;

/// The script on the tokio adapter: the server accepts every dial and confirms every text, at once.
async fn by_adapter(script: &[(u64, Step)]) -> Trace {
    let (connector, mut server) = MemoryConnector::new();
    let start = Instant::now();
    let (guest, events) = connect(config(), connector);
    drop(events);
    let mut trace = Trace::new();
    let mut peer: Option<MemoryPeer> = None;
    let mut script: VecDeque<_> = script.iter().copied().collect();
    let end = script.iter().map(|(wait, _)| wait).sum::<u64>() + AFTER;
    let (mut at, mut first) = (0, true);
    loop {
        let next = script.front().map_or(end, |(wait, _)| at + wait);
        let due = start + Duration::from_millis(next);
        tokio::select! {
            biased;
            dial = server.dialed() => peer = dial.map(MemoryDial::accept),
            sent = async { peer.as_mut().expect("checked").receive().await }, if peer.is_some() => {
                let (Some(sent), Some(open)) = (sent, &peer) else {
                    peer = None;
                    continue;
                };
                let said = words(&sent);
                let millis = u64::try_from(start.elapsed().as_millis()).expect("a short test");
                if said == "configure" {
                    open.send(session_response(first)).await;
                    first = false;
                } else if said.starts_with("text") {
                    open.send(echo(&sent, &format!("own-{}", trace.len()))).await;
                }
                trace.push((millis, said));
            }
            () = sleep_until(due) => {
                let Some((_, step)) = script.pop_front() else { return trace };
                at = next;
                match (step, &peer) {
                    (Step::Host(act), _) => match act {
                        Act::Key => guest.keystroke(),
                        Act::Clear => guest.input_cleared(),
                        Act::Close => guest.composer_closed(),
                        Act::Hold(on) => guest.set_typing(on),
                        Act::Front(on) => guest.foreground(on),
                        Act::Network => guest.network_available(),
                        Act::Text => drop(guest.send_text("t")),
                        Act::Visible(id) => drop(guest.message_visible(format!("m-{id}"))),
                        Act::Hidden(id) => drop(guest.message_hidden(format!("m-{id}"))),
                    },
                    (Step::AgentText(id), Some(open)) => {
                        open.send(agent_text(&format!("m-{id}"), "hi")).await;
                    }
                    (Step::Cut, Some(_)) => peer = None,
                    (Step::AgentText(_) | Step::Cut, None) => {}
                }
            }
        }
    }
}

/// The same script on the bare machine, one thing at a time.
fn by_machine(script: &[(u64, Step)]) -> Trace {
    let mut machine = Machine {
        endpoint: Endpoint::new(config(), WebMessaging, Time::ORIGIN),
        trace: Trace::new(),
        now: Time::ORIGIN,
        open: None,
        first: true,
        keys: 0,
    };
    machine.give(Input::Connect);
    let mut at = 0;
    for (wait, step) in script {
        at += wait;
        machine.run_until(at);
        match *step {
            Step::Host(act) => machine.act(act),
            Step::AgentText(id) => machine.receive(&agent_text(&format!("m-{id}"), "hi")),
            Step::Cut => {
                if let Some(open) = machine.open.take() {
                    let lost = webmessaging_proto::CloseReason::Lost;
                    machine.give(Input::TransportClosed(open, lost));
                }
            }
        }
    }
    machine.run_until(at + AFTER);
    machine.trace
}

struct Machine {
    endpoint: Endpoint<WebMessaging>,
    trace: Trace,
    now: Time,
    open: Option<webmessaging_proto::TransportId>,
    first: bool,
    keys: u64,
}

impl Machine {
    fn run_until(&mut self, millis: u64) {
        let until = Time::from_millis(millis);
        while let Some(deadline) = self.endpoint.deadline().filter(|next| next.at < until) {
            self.now = deadline.at;
            self.give(Input::Tick);
        }
        self.now = until;
        self.give(Input::Tick);
    }

    fn act(&mut self, act: Act) {
        let input = match act {
            Act::Key => Input::Keystroke,
            Act::Clear => Input::InputCleared,
            Act::Close => Input::ComposerClosed,
            Act::Hold(on) => Input::SetTyping(on),
            Act::Front(on) => Input::Foreground(on),
            Act::Network => Input::NetworkAvailable,
            Act::Text => {
                self.keys += 1;
                Input::send_text(LocalKey(self.keys), "t")
            }
            Act::Visible(id) => Input::MessageVisible { id: format!("m-{id}").into() },
            Act::Hidden(id) => Input::MessageHidden { id: format!("m-{id}").into() },
        };
        self.give(input);
    }

    fn receive(&mut self, frame: &[u8]) {
        if let Some(open) = self.open {
            self.endpoint.receive(open, frame, self.now).expect("outputs are drained");
            self.drain();
        }
    }

    fn give(&mut self, input: Input<'_>) {
        // A refusal is an answer too: both sides get the same.
        let _ = self.endpoint.handle(input, self.now);
        self.drain();
    }

    fn drain(&mut self) {
        let mut wire = Vec::new();
        while let Some(output) = self.endpoint.poll_output(&mut wire) {
            match output {
                EndpointOutput::OpenTransport(id) => {
                    self.open = Some(id);
                    let opened = self.endpoint.handle(Input::TransportOpened(id), self.now);
                    opened.expect("outputs are drained");
                }
                EndpointOutput::CloseTransport(..) => self.open = None,
                EndpointOutput::Send => {
                    let said = describe(&wire);
                    let millis = self.now.as_millis();
                    let answer = if said == "configure" {
                        Some(session_response(std::mem::take(&mut self.first)))
                    } else if said.starts_with("text") {
                        let sent = Outgoing::Frame(wire.clone().into());
                        Some(echo(&sent, &format!("own-{}", self.trace.len())))
                    } else {
                        None
                    };
                    self.trace.push((millis, said));
                    if let (Some(answer), Some(open)) = (answer, self.open) {
                        self.endpoint.receive(open, &answer, self.now).expect("room");
                    }
                }
                _ => {}
            }
        }
    }
}

/// The adapter adds nothing and delays nothing: the same frames at the same milliseconds as the
/// machine alone.
#[test]
fn the_adapter_sends_what_the_machine_says_when_it_says_it() {
    let scripts = prop::collection::vec((0_u64..3_000, step()), 1..60);
    let check = |script: Vec<(u64, Step)>| {
        paused(async {
            let adapter = by_adapter(&script).await;
            prop_assert_eq!(adapter, by_machine(&script));
            Ok(())
        })
    };
    runner(200).run(&scripts, check).unwrap();
}

/// The scripts of the property above are worth something: they reach the states that matter.
#[test]
fn the_scripts_of_the_property_reach_what_they_should() {
    let mut runner = runner(1);
    let strategy = prop::collection::vec((0_u64..3_000, step()), 1..60);
    let mut all = Trace::new();
    for _ in 0..200 {
        let script = strategy.new_tree(&mut runner).expect("a script").current();
        all.extend(by_machine(&script));
    }
    for (said, at_least) in [
        ("configure", 300),
        ("typing On", 300),
        ("typing Off", 300),
        ("text t", 300),
        ("receipt", 100),
    ] {
        let count = all.iter().filter(|(_, sent)| sent.starts_with(said)).count();
        assert!(count >= at_least, "{said}: {count}");
    }
}

#[test]
fn a_session_is_shown_by_its_phase() {
    paused(async {
        let Ready { guest, events, .. } = ready().await;
        prop_assert_eq!(format!("{guest:?}"), format!("Handle {{ phase: {:?} }}", Phase::Ready));
        prop_assert_eq!(format!("{events:?}"), "Events { waiting: 0 }");
        Ok(())
    })
    .unwrap();
}

//! The rules of time, shown on a machine that does nothing but arm timers.

use std::collections::VecDeque;
use std::time::Duration;

use webmessaging_proto::dialect::WebMessaging;
use webmessaging_proto::{
    Config, Endpoint, EndpointOutput, Event, Input, InputError, Instant, TransportId,
};
use webmessaging_testkit::{Entry, Line, Machine, RunError, Script, replay};

/// Notes what it is given and when, and does on each tick what the test says.
struct Clockwork<F> {
    given: Vec<(u64, &'static str)>,
    outputs: VecDeque<EndpointOutput>,
    on_input: F,
}

impl<F: FnMut(&Input<'_>, u64) -> Option<EndpointOutput>> Machine for Clockwork<F> {
    fn url(&self) -> String {
        "memory:".into()
    }

    fn handle(&mut self, input: Input<'_>, now: Instant) -> Result<(), InputError> {
        self.given.push((now.as_millis(), input.name()));
        self.outputs.extend((self.on_input)(&input, now.as_millis()));
        Ok(())
    }

    fn receive(&mut self, _: TransportId, _: &[u8], _: Instant) -> Result<(), InputError> {
        Ok(())
    }

    fn poll(&mut self, _: &mut Vec<u8>) -> Option<EndpointOutput> {
        self.outputs.pop_front()
    }
}

type Run = (Vec<(u64, &'static str)>, Result<(), RunError>);

fn run(steps: &str, on_input: impl FnMut(&Input<'_>, u64) -> Option<EndpointOutput>) -> Run {
    let script = format!("{{\"config\":{{\"deployment_id\":\"d\",\"token\":\"t\"}}}}\n{steps}");
    let script = Script::parse(script).unwrap();
    let mut machine = Clockwork { given: Vec::new(), outputs: VecDeque::new(), on_input };
    let ran = replay(&mut machine, &script, &mut |_| ());
    (machine.given, ran)
}

/// A deadline can't be made outside the core: a real session lends one.
fn arm(at_ms: u64) -> EndpointOutput {
    let mut guest = Endpoint::new(Config::new("d", "t", 0), WebMessaging, Instant::ORIGIN);
    guest.handle(Input::Connect, Instant::ORIGIN).unwrap();
    let mut deadline = guest.deadline().unwrap();
    deadline.at = Instant::from_millis(at_ms);
    EndpointOutput::ArmTimer(deadline)
}

#[test]
fn a_timer_that_is_due_with_a_step_fires_before_it() {
    let steps = "{\"at_ms\":0,\"input\":\"connect\"}\n{\"at_ms\":5,\"input\":\"keystroke\"}\n{\"until_ms\":9}";
    let (given, _) = run(steps, |input, _| matches!(input, Input::Connect).then(|| arm(5)));
    assert_eq!(given, [(0, "connect"), (5, "tick"), (5, "keystroke")]);
}

#[test]
fn a_timer_that_a_step_arms_for_its_own_time_fires_before_the_next_step_of_that_time() {
    let steps = "{\"at_ms\":5,\"input\":\"connect\"}\n{\"at_ms\":5,\"input\":\"keystroke\"}\n{\"until_ms\":9}";
    let (given, _) = run(steps, |input, _| matches!(input, Input::Connect).then(|| arm(5)));
    assert_eq!(given, [(5, "connect"), (5, "tick"), (5, "keystroke")]);
}

#[test]
fn the_last_moment_is_included_and_nothing_after_it() {
    let steps = "{\"at_ms\":0,\"input\":\"connect\"}\n{\"until_ms\":10}";
    let (given, _) = run(steps, |_, now| Some(arm(now + 5)));
    assert_eq!(given, [(0, "connect"), (5, "tick"), (10, "tick")]);
}

#[test]
fn a_wake_up_replaces_the_one_before_it_and_can_be_cleared() {
    let steps = "{\"at_ms\":0,\"input\":\"connect\"}\n{\"at_ms\":1,\"input\":\"keystroke\"}\n{\"at_ms\":3,\"input\":\"disconnect\"}\n{\"until_ms\":10}";
    let (given, _) = run(steps, |input, _| match input {
        Input::Connect => Some(arm(2)),
        Input::Keystroke => Some(arm(7)),
        Input::Disconnect => Some(EndpointOutput::ClearTimer),
        _ => None,
    });
    assert_eq!(given, [(0, "connect"), (1, "keystroke"), (3, "disconnect")]);
}

#[test]
fn a_wake_up_in_the_past_rings_at_once_and_time_never_runs_backward() {
    let steps = "{\"at_ms\":5,\"input\":\"connect\"}\n{\"until_ms\":6}";
    let (given, _) = run(steps, |input, _| matches!(input, Input::Connect).then(|| arm(1)));
    assert_eq!(given, [(5, "connect"), (5, "tick")]);
}

#[test]
fn a_wake_up_between_two_milliseconds_rings_at_the_later_one() {
    let steps = "{\"at_ms\":0,\"input\":\"connect\"}\n{\"until_ms\":9}";
    let (given, _) = run(steps, |input, _| {
        let EndpointOutput::ArmTimer(mut deadline) = arm(0) else { return None };
        deadline.at = Instant::new(Duration::from_micros(2_001));
        matches!(input, Input::Connect).then_some(EndpointOutput::ArmTimer(deadline))
    });
    assert_eq!(given, [(0, "connect"), (3, "tick")]);
}

#[test]
fn a_machine_that_stands_still_is_stopped() {
    let steps = "{\"at_ms\":0,\"input\":\"connect\"}\n{\"until_ms\":10}";
    let (given, ran) = run(steps, |_, now| Some(arm(now.min(4))));
    assert_eq!(ran, Err(RunError::Stuck { at_ms: 0 }));
    assert_eq!(given.len(), 10_001);
    insta::assert_snapshot!(
        ran.unwrap_err().to_string(),
        @"at 0 ms: after 10000 ticks the machine asks for yet another one at the same time"
    );
}

#[test]
fn a_run_without_end_is_stopped() {
    let steps = format!("{{\"at_ms\":0,\"input\":\"connect\"}}\n{{\"until_ms\":{}}}", u64::MAX);
    let (_, ran) = run(&steps, |_, now| Some(arm(now + 1)));
    assert_eq!(ran, Err(RunError::TooLong { at_ms: 1_000_001 }));
}

#[test]
fn a_line_is_written_with_its_time_first() {
    let lines = [
        Line::new(0, Entry::Open("wss://h/v1?deploymentId=d".into())),
        Line::new(1, Entry::Arm(30_000)),
        Line::new(2, Entry::ClearTimer),
        Line::new(3, Entry::Close(webmessaging_proto::Close::Unresponsive)),
        Line::new(4, Entry::Event(Event::AccessDenied)),
        Line::new(5, Entry::Error { input: "retry", error: InputError::UnknownMessage }),
    ];
    let transcript: webmessaging_testkit::Transcript = lines.into_iter().collect();
    insta::assert_snapshot!(transcript.to_string(), @r#"
    {"at_ms":0,"open":"wss://h/v1?deploymentId=d"}
    {"at_ms":1,"arm_ms":30000}
    {"at_ms":2,"clear_timer":true}
    {"at_ms":3,"close":{"code":1001}}
    {"at_ms":4,"event":{"type":"access_denied"}}
    {"at_ms":5,"error":{"input":"retry","code":"unknown_message"}}
    "#);
    assert_eq!(transcript.comparable().lines().len(), 1);
}

/// What is due after the last millisecond that there is never comes, and breaks nothing.
#[test]
fn a_deadline_beyond_all_numbers_is_never_reached() {
    let all = u64::MAX;
    let scripts = [
        format!(
            r#"{{"config":{{"deployment_id":"d","token":"t","typing":{{"idle_ms":{all}}}}}}}
               {{"at_ms":0,"input":"connect"}}
               {{"at_ms":1,"input":"transport_opened"}}
               {{"at_ms":2,"recv":{{"class":"SessionResponse","code":200,"body":{{"connected":true}}}}}}
               {{"at_ms":3,"input":"keystroke"}}
               {{"until_ms":9000}}"#
        ),
        format!(
            r#"{{"config":{{"deployment_id":"d","token":"t"}}}}
               {{"at_ms":{all},"input":"connect"}}
               {{"until_ms":{all}}}"#
        ),
    ];
    for script in scripts {
        let script = Script::parse(script).unwrap();
        let mut lines = 0;
        let mut endpoint = Endpoint::new(script.config().clone(), WebMessaging, Instant::ORIGIN);
        // Stuck is a fair answer where time has no further to go; a panic is not.
        let _ = replay(&mut endpoint, &script, &mut |_| lines += 1);
        assert!(lines > 0);
    }
}

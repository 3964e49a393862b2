//! Breaches that no run of a good session shows, told to the monitor by hand.

use core::time::Duration;

use webmessaging_proto::TransportId;
use webmessaging_proto::dialect::{Dialect, WebMessaging};
use webmessaging_proto::frame::{ClientBody, ClientFrame, Envelope, ServerBody, ServerFrame};
use webmessaging_proto::frame::{SessionResponse, TypingNotice};
use webmessaging_proto::{CloseReason, Event, Limits, LocalKey, ReceiptPolicy, Sender, TracingId};

use super::super::Watched;
use super::*;

struct Told {
    monitor: Monitor,
    /// Lives beside it, for what only a session can make.
    session: Session,
    sent: u32,
}

impl Told {
    /// A session that is ready.
    fn ready() -> Self {
        let config = Config::new("d", "t", 0);
        let monitor = Monitor::new(&config, Instant::ORIGIN);
        let mut told = Self { monitor, session: Session::new(config, Instant::ORIGIN), sent: 0 };
        told.phase(&Input::Connect, Phase::Connecting);
        told.gives(&Output::OpenTransport(TransportId(1)));
        told.drained();
        told.phase(&Input::TransportOpened(TransportId(1)), Phase::Configuring);
        told.sends(ClientBody::ConfigureSession { start_new: false, journey_context: None });
        told.drained();
        let mut accepted = SessionResponse::default();
        (accepted.connected, accepted.new_session) = (true, true);
        let body = ServerBody::SessionResponse(accepted);
        let frame = ServerFrame::new(Envelope::Response, 200, None, body);
        told.phase(&Input::FrameReceived(TransportId(1), frame), Phase::Ready);
        told.drained();
        while told.session.poll_output().is_some() {}
        told
    }

    fn given(&mut self, input: &Input<'_>) {
        let _ = self.session.handle(input.clone(), Instant::ORIGIN);
        self.monitor.input(input, Ok(()), Instant::ORIGIN);
    }

    fn gives(&mut self, output: &Output) {
        self.monitor.output(output, Instant::ORIGIN);
    }

    fn phase(&mut self, input: &Input<'_>, phase: Phase) {
        self.given(input);
        self.gives(&Output::Emit(Event::PhaseChanged(phase)));
    }

    fn sends(&mut self, body: ClientBody<'static>) {
        self.sent += 1;
        let id = TracingId::from_bits(u128::from(self.sent));
        self.gives(&Output::SendFrame(ClientFrame::new(id, body)));
    }

    /// What a session tells, which was given the same, is told.
    fn tells(&mut self) {
        while let Some(output) = self.session.poll_output() {
            self.gives(&output);
        }
    }

    fn drained(&mut self) {
        let phase = self.monitor.cx.phase;
        self.monitor.drained(phase, self.session.deadline(), Instant::ORIGIN);
    }

    /// A frame of class `class`, with these members of its body.
    fn hears(&mut self, class: &str, members: &str) {
        let wire =
            format!(r#"{{"type":"message","class":"{class}","code":200,"body":{{{members}}}}}"#);
        let frame = WebMessaging.decode(wire.as_bytes()).expect("it is a frame");
        self.given(&Input::FrameReceived(TransportId(1), frame));
    }

    /// A text of this id is on the wire; what the session makes of it is told later.
    fn hears_text(&mut self, direction: &str, id: &str) {
        let members =
            format!(r#""type":"Text","direction":"{direction}","id":"{id}","text":"hello""#);
        self.hears("StructuredMessage", &members);
    }

    fn sees(&mut self, id: &str, from: Sender) {
        self.given(&Input::MessageRestored { id: id.into(), from, read: false });
        self.drained();
        self.given(&Input::MessageVisible { id: id.into() });
        self.sends(ClientBody::ReadReceipt { message: id.to_owned().into() });
        self.drained();
    }

    fn found(&self, rule: Rule) -> bool {
        self.monitor.violations().iter().any(|found| found.rule == rule)
    }
}

#[test]
fn r6_a_receipt_for_an_own_message_is_found() {
    let mut told = Told::ready();
    told.sees("m-1", Sender::Agent);
    assert!(!told.found(Rule::R6));
    told.sees("m-2", Sender::Guest);
    assert!(told.found(Rule::R6));
}

#[test]
fn the_thirty_first_receipt_is_found() {
    let mut told = Told::ready();
    for number in 0..30 {
        told.sees(&format!("m-{number}"), Sender::Agent);
    }
    assert!(!told.found(Rule::BudgetReceipts));
    told.sees("m-30", Sender::Agent);
    assert!(told.found(Rule::BudgetReceipts));
}

#[test]
fn a_late_frame_that_revives_a_session_is_found() {
    let mut told = Told::ready();
    told.phase(&Input::Disconnect, Phase::Closing);
    told.phase(&Input::Tick, Phase::Closed);
    assert!(!told.found(Rule::PhaseTable));
    told.phase(&Input::Tick, Phase::Ready);
    assert!(told.found(Rule::PhaseTable) && told.found(Rule::PhaseCause));
}

#[test]
fn t11_a_notice_of_a_session_that_is_not_ready_is_found() {
    let mut told = Told::ready();
    told.phase(&Input::Disconnect, Phase::Closing);
    told.sends(ClientBody::Typing(TypingNotice::Off));
    assert!(told.found(Rule::T11) && told.found(Rule::SilentUnlessReady));
}

#[test]
fn a_text_that_waits_when_the_host_leaves_what_the_server_has_closed_is_found() {
    let told = |given_back: bool| {
        let mut told = Told::ready();
        for key in [1, 2] {
            told.given(&Input::send_text(LocalKey(key), "hello"));
            told.tells();
            told.drained();
        }
        told.given(&Input::TransportClosed(TransportId(1), CloseReason::Code(1000)));
        told.tells();
        told.drained();
        assert!(!told.found(Rule::TextLeft));
        told.given(&Input::Disconnect);
        if given_back {
            told.tells();
        }
        told.drained();
        told
    };
    assert!(!told(true).found(Rule::TextLeft));
    assert!(told(false).found(Rule::TextLeft));
}

#[test]
fn a_message_that_the_guest_wrote_too_is_owed_no_receipt_whenever_the_outputs_are_drained() {
    let told = |receipt: bool| {
        let mut told = Told::ready();
        told.hears_text("Outbound", "m-1");
        told.hears_text("Inbound", "m-1");
        told.tells();
        told.drained();
        told.given(&Input::MessageVisible { id: "m-1".into() });
        if receipt {
            told.sends(ClientBody::ReadReceipt { message: "m-1".into() });
        }
        told.drained();
        told
    };
    assert!(!told(false).found(Rule::R3));
    assert!(told(true).found(Rule::R12));
}

#[test]
fn a_receipt_that_is_due_and_not_sent_is_found() {
    let mut told = Told::ready();
    told.hears_text("Inbound", "m-2");
    told.hears_text("Outbound", "m-1");
    told.tells();
    told.drained();
    told.given(&Input::MessageVisible { id: "m-1".into() });
    told.drained();
    assert!(told.found(Rule::R3));
}

#[test]
fn what_a_cleared_session_told_before_is_forgotten_whenever_the_outputs_are_drained() {
    let mut told = Told::ready();
    told.hears_text("Outbound", "m-1");
    told.hears("SessionClearedEvent", "");
    told.tells();
    told.gives(&Output::Emit(Event::SessionCleared));
    told.drained();
    assert!(told.monitor.ledger.messages.is_empty());
}

#[test]
fn what_is_due_when_a_key_meets_a_full_queue_may_wait_for_the_tick_that_it_asks_for() {
    let at = Instant::from_millis;
    let mut receipts = ReceiptPolicy::guide();
    receipts.dwell = Duration::from_secs(1);
    let mut limits = Limits::default();
    limits.outputs = 1;
    let config = Config::new("d", "t", 0).with_receipts(receipts).with_limits(limits);
    let mut guest = Watched::new(config, at(0));
    let drained = |guest: &mut Watched| while guest.poll_output().is_some() {};
    let hears = |guest: &mut Watched, class: &str, members: &str, now: u64| {
        let wire = format!(r#"{{"class":"{class}","code":200,"body":{{{members}}}}}"#);
        let frame = WebMessaging.decode(wire.as_bytes()).expect("it is a frame");
        guest.handle(Input::FrameReceived(TransportId(1), frame), at(now)).expect("drained");
    };
    let text = |id: &str| format!(r#""type":"Text","direction":"Outbound","id":"{id}""#);
    guest.handle(Input::Connect, at(0)).expect("it is idle");
    drained(&mut guest);
    guest.handle(Input::TransportOpened(TransportId(1)), at(0)).expect("drained");
    drained(&mut guest);
    hears(&mut guest, "SessionResponse", r#""connected":true"#, 0);
    drained(&mut guest);
    hears(&mut guest, "StructuredMessage", &text("m-1"), 0);
    drained(&mut guest);
    guest.handle(Input::MessageVisible { id: "m-1".into() }, at(0)).expect("it is known");
    drained(&mut guest);
    hears(&mut guest, "StructuredMessage", &text("m-2"), 500);
    guest.keystroke(at(1_500));
    drained(&mut guest);
    assert_eq!(guest.session().stats().receipts_sent, 0, "it waits for the tick");
    assert_eq!(guest.violations(), []);
    guest.tick(at(1_500)).expect("drained");
    drained(&mut guest);
    assert_eq!(guest.session().stats().receipts_sent, 1);
    assert_eq!(guest.violations(), []);
}

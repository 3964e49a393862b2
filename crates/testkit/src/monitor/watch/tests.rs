//! Breaches that no run of a good session shows, told to the monitor by hand.

use webmessaging_proto::frame::{ClientBody, ClientFrame, Envelope, ServerBody, ServerFrame};
use webmessaging_proto::frame::{SessionResponse, TypingNotice};
use webmessaging_proto::{Event, Sender, TracingId, TransportId};

use super::*;

struct Told {
    monitor: Monitor,
    sent: u32,
}

impl Told {
    /// A session that is ready.
    fn ready() -> Self {
        let config = Config::new("d", "t", 0);
        let mut told = Self { monitor: Monitor::new(&config, Instant::ORIGIN), sent: 0 };
        told.phase(&Input::Connect, Phase::Connecting);
        told.gives(&Output::OpenTransport(TransportId(1)));
        told.phase(&Input::TransportOpened(TransportId(1)), Phase::Configuring);
        told.sends(ClientBody::ConfigureSession { start_new: false, journey_context: None });
        let mut accepted = SessionResponse::default();
        (accepted.connected, accepted.new_session) = (true, true);
        let body = ServerBody::SessionResponse(accepted);
        let frame = ServerFrame::new(Envelope::Response, 200, None, body);
        told.phase(&Input::FrameReceived(TransportId(1), frame), Phase::Ready);
        told.drained();
        told
    }

    fn given(&mut self, input: &Input<'_>) {
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

    fn drained(&mut self) {
        let phase = self.monitor.cx.phase;
        self.monitor.drained(phase, None, Instant::ORIGIN);
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

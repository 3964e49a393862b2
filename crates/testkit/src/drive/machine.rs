//! The loop that plays a script to a machine without a clock of its own.
//!
//! Owns: virtual time, and the order of timers and steps. Must not know: what a machine does.

use webmessaging_proto::{EndpointOutput, Input, InputError, Instant, TransportId};

use super::RunError;
use crate::script::{Action, Script, Step, TransportNews};
use crate::transcript::{Entry, Line, SentFrame};

/// A run ends when a machine wants more ticks at one time.
pub const MAX_TICKS_AT_ONCE: u32 = 10_000;
/// A run ends when a machine wants more ticks in all.
pub const MAX_TICKS: u32 = 1_000_000;

/// Something that takes inputs and gives outputs, with frames as bytes.
pub trait Machine {
    /// What a transport is dialed to.
    fn url(&self) -> String;

    /// Takes an input at the time `now`.
    ///
    /// # Errors
    /// If the input is refused.
    fn handle(&mut self, input: Input<'_>, now: Instant) -> Result<(), InputError>;

    /// Takes a message that a transport brought.
    ///
    /// # Errors
    /// If it is refused.
    fn receive(
        &mut self,
        transport: TransportId,
        wire: &[u8],
        now: Instant,
    ) -> Result<(), InputError>;

    /// The next thing to do; a frame to be sent is put into `wire`, in place of what was there.
    fn poll(&mut self, wire: &mut Vec<u8>) -> Option<EndpointOutput>;
}

/// Plays `script` to `machine`, which must be fresh and start at [`Instant::ORIGIN`].
///
/// The outputs are drained after each input. Between steps the machine is ticked at each time that
/// it asked for, and a timer that is due at the time of a step fires before the step. After the
/// last step time goes on to the end of the script, which is included.
///
/// # Errors
/// If a step answers a frame that was not sent, or the machine does not let time go on.
pub fn replay<M: Machine + ?Sized>(
    machine: &mut M,
    script: &Script,
    sink: &mut dyn FnMut(Line),
) -> Result<(), RunError> {
    let mut player = Player {
        machine,
        sink,
        now_ms: 0,
        armed_ms: None,
        newest: TransportId(0),
        sent: Vec::new(),
        wire: Vec::new(),
        ticks: 0,
        ticks_at_once: 0,
    };
    for step in script.steps() {
        player.pass_to(step.at_ms)?;
        player.play(step)?;
    }
    player.pass_to(script.until_ms())
}

struct Player<'a, M: ?Sized> {
    machine: &'a mut M,
    sink: &'a mut dyn FnMut(Line),
    now_ms: u64,
    armed_ms: Option<u64>,
    /// Number 0, which no transport has, before the first dial.
    newest: TransportId,
    /// The names of the frames sent so far.
    sent: Vec<Option<String>>,
    wire: Vec<u8>,
    ticks: u32,
    ticks_at_once: u32,
}

impl<M: Machine + ?Sized> Player<'_, M> {
    /// Lets time pass, tick by tick.
    fn pass_to(&mut self, at_ms: u64) -> Result<(), RunError> {
        while let Some(armed_ms) = self.armed_ms.filter(|armed_ms| *armed_ms <= at_ms) {
            self.count_tick(armed_ms)?;
            self.armed_ms = None;
            let taken = self.machine.handle(Input::Tick, Instant::from_millis(self.now_ms));
            self.note("tick", taken);
            self.drain()?;
        }
        self.advance_to(at_ms);
        Ok(())
    }

    fn count_tick(&mut self, at_ms: u64) -> Result<(), RunError> {
        self.advance_to(at_ms);
        self.ticks += 1;
        self.ticks_at_once += 1;
        if self.ticks_at_once > MAX_TICKS_AT_ONCE {
            return Err(RunError::Stuck { at_ms: self.now_ms });
        }
        if self.ticks > MAX_TICKS {
            return Err(RunError::TooLong { at_ms: self.now_ms });
        }
        Ok(())
    }

    fn advance_to(&mut self, at_ms: u64) {
        if at_ms > self.now_ms {
            self.now_ms = at_ms;
            self.ticks_at_once = 0;
        }
    }

    fn play(&mut self, step: &Step) -> Result<(), RunError> {
        let now = Instant::from_millis(self.now_ms);
        let (name, taken) = match &step.action {
            Action::Input(input) => (input.name(), self.machine.handle(Input::clone(input), now)),
            Action::Transport { transport, news } => {
                let transport = transport.unwrap_or(self.newest);
                let input = match news {
                    TransportNews::Opened => Input::TransportOpened(transport),
                    TransportNews::Closed(reason) => Input::TransportClosed(transport, *reason),
                    TransportNews::PeerAlive => Input::PeerAlive(transport),
                    TransportNews::Received(wire) => {
                        let line = step.line;
                        let wire = wire
                            .fill(&self.sent)
                            .map_err(|missing| RunError::NotSent { line, missing })?;
                        let taken = self.machine.receive(transport, wire.as_bytes(), now);
                        self.note("frame_received", taken);
                        return self.drain();
                    }
                };
                (input.name(), self.machine.handle(input, now))
            }
        };
        self.note(name, taken);
        self.drain()
    }

    fn note(&mut self, input: &'static str, taken: Result<(), InputError>) {
        if let Err(error) = taken {
            self.tell(Entry::Error { input, error });
        }
    }

    fn drain(&mut self) -> Result<(), RunError> {
        while let Some(output) = self.machine.poll(&mut self.wire) {
            let entry = match output {
                EndpointOutput::OpenTransport(transport) => {
                    self.newest = transport;
                    Entry::Open(self.machine.url())
                }
                EndpointOutput::CloseTransport(_, close) => Entry::Close(close),
                EndpointOutput::Send => {
                    let frame = SentFrame::parse(&self.wire)
                        .ok_or(RunError::SentNoJson { at_ms: self.now_ms })?;
                    self.sent.push(frame.tracing_id().map(String::from));
                    Entry::Send(frame)
                }
                EndpointOutput::ArmTimer(deadline) => {
                    let at_ms = whole_millis(deadline.at);
                    self.armed_ms = Some(at_ms);
                    Entry::Arm(at_ms)
                }
                EndpointOutput::ClearTimer => {
                    self.armed_ms = None;
                    Entry::ClearTimer
                }
                EndpointOutput::Emit(event) => Entry::Event(event),
                other => {
                    let reason = format!("the format has no line for {other:?}");
                    return Err(RunError::Driver { at_ms: self.now_ms, reason });
                }
            };
            self.tell(entry);
        }
        Ok(())
    }

    fn tell(&mut self, entry: Entry) {
        (self.sink)(Line::new(self.now_ms, entry));
    }
}

/// Rounded up: a wake-up may be late by less than a millisecond, but never early for ever.
fn whole_millis(at: Instant) -> u64 {
    let millis = at.as_millis();
    millis.saturating_add(u64::from(Instant::from_millis(millis) < at))
}

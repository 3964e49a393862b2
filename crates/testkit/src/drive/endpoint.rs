//! A script played to an endpoint, bytes in and bytes out.
//!
//! Owns: [`EndpointDrive`]. Must not know: frames.

use webmessaging_proto::dialect::{Dialect, WebMessaging};
use webmessaging_proto::{Endpoint, EndpointOutput, Input, InputError, Instant, TransportId};

use super::{Drive, Machine, RunError, replay};
use crate::script::Script;
use crate::transcript::Line;

/// Plays scripts to an [`Endpoint`]; the inputs that have a method of their own go through that.
#[derive(Clone, Copy, Debug, Default)]
pub struct EndpointDrive;

impl Drive for EndpointDrive {
    fn run_into(&self, script: &Script, sink: &mut dyn FnMut(Line)) -> Result<(), RunError> {
        let mut guest = Endpoint::new(script.config().clone(), WebMessaging, Instant::ORIGIN);
        replay(&mut guest, script, sink)
    }
}

impl<D: Dialect> Machine for Endpoint<D> {
    fn url(&self) -> String {
        self.session().config().url()
    }

    fn handle(&mut self, input: Input<'_>, now: Instant) -> Result<(), InputError> {
        match input {
            Input::Keystroke => {
                self.keystroke(now);
                Ok(())
            }
            Input::Tick => self.tick(now),
            Input::MessageVisible { id } => self.message_visible(&id, now),
            input => Self::handle(self, input, now),
        }
    }

    fn receive(
        &mut self,
        transport: TransportId,
        wire: &[u8],
        now: Instant,
    ) -> Result<(), InputError> {
        Self::receive(self, transport, wire, now)
    }

    fn poll(&mut self, wire: &mut Vec<u8>) -> Option<EndpointOutput> {
        self.poll_output(wire)
    }
}

//! A script played to a bare session, frame by frame.
//!
//! Owns: [`SessionDrive`]. Must not know: the endpoint, which does the same with its own hands.

use webmessaging_proto::dialect::{Dialect, WebMessaging};
use webmessaging_proto::{
    Config, EndpointOutput, Input, InputError, Instant, Session, TransportId,
};

use super::{Drive, Machine, RunError, replay};
use crate::script::Script;
use crate::transcript::Line;

/// Plays scripts to a [`Session`]: every input goes through [`Session::handle`], frames are decoded
/// before and encoded after it.
#[derive(Clone, Copy, Debug, Default)]
pub struct SessionDrive;

impl Drive for SessionDrive {
    fn run_into(&self, script: &Script, sink: &mut dyn FnMut(Line)) -> Result<(), RunError> {
        replay(&mut TypedSession::new(script.config().clone()), script, sink)
    }
}

struct TypedSession {
    session: Session,
    dialect: WebMessaging,
}

impl TypedSession {
    fn new(config: Config) -> Self {
        Self { session: Session::new(config, Instant::ORIGIN), dialect: WebMessaging }
    }
}

impl Machine for TypedSession {
    fn url(&self) -> String {
        self.session.config().url()
    }

    fn handle(&mut self, input: Input<'_>, now: Instant) -> Result<(), InputError> {
        self.session.handle(input, now)
    }

    fn receive(
        &mut self,
        transport: TransportId,
        wire: &[u8],
        now: Instant,
    ) -> Result<(), InputError> {
        let input = match self.dialect.decode(wire) {
            Ok(frame) => Input::FrameReceived(transport, frame),
            Err(_) => Input::FrameUndecodable(transport),
        };
        self.session.handle(input, now)
    }

    fn poll(&mut self, wire: &mut Vec<u8>) -> Option<EndpointOutput> {
        let output = self.session.poll_output()?;
        let context = self.session.encode_context();
        Some(EndpointOutput::encode(output, &self.dialect, &context, wire))
    }
}

//! What costs a copy of the session, or its text.
//!
//! Owns: refused inputs, early ticks, secrets in `Debug`. Must not know: any rule of a family.

use core::fmt::{Debug, Write};

use memchr::memmem::Finder;
use webmessaging_proto::frame::ServerBody;
use webmessaging_proto::{Input, InputError, Instant, Output, Session};

use super::{Monitor, Rule};

/// So often the whole session is printed, and ticked early.
const EVERY: u32 = 16;
/// More outputs of one tick are not looked at.
const MOST: usize = 256;
/// Shorter texts may stand in `Debug` by chance.
const SECRET_CHARS: usize = 6;
/// So many secrets are looked for at a time.
const SECRETS: usize = 8;

/// The close look.
#[derive(Clone, Default)]
pub(super) struct Closely {
    steps: u32,
    /// The newest tokens and texts.
    secrets: Vec<Finder<'static>>,
    /// What was printed last.
    printed: String,
}

impl Debug for Closely {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("Closely").field("steps", &self.steps).finish_non_exhaustive()
    }
}

/// The session before an input that it may refuse.
#[derive(Debug)]
pub(super) struct Before(Option<Box<Session>>);

impl Closely {
    pub(super) fn before(
        &mut self,
        session: &Session,
        monitor: &mut Monitor,
        input: &Input<'_>,
        now: Instant,
    ) -> Before {
        self.steps = self.steps.wrapping_add(1);
        self.note(session, input);
        if self.steps % EVERY == 0 && monitor.is_quiet(now) {
            tick_early(session, now, monitor);
        }
        Before(may_be_refused(input).then(|| Box::new(session.clone())))
    }

    /// Learns what must not show.
    fn note(&mut self, session: &Session, input: &Input<'_>) {
        let secret = match input {
            Input::SendText { text, .. } => &**text,
            Input::Renew(credentials) => &*credentials.token,
            Input::FrameReceived(_, frame) => match &frame.body {
                ServerBody::Message(message) => message.text.as_deref().unwrap_or_default(),
                _ => return,
            },
            Input::TransportOpened(_) => session.encode_context().token,
            _ => return,
        };
        // By its end, where it is most its own.
        let chars = secret.chars().count();
        if chars < SECRET_CHARS
            || self.secrets.iter().any(|known| known.needle() == secret.as_bytes())
        {
            return;
        }
        if self.secrets.len() == SECRETS {
            self.secrets.remove(0);
        }
        self.secrets.push(Finder::new(secret).into_owned());
    }

    pub(super) fn after(
        &mut self,
        before: Before,
        session: &Session,
        verdict: Result<(), InputError>,
        now: Instant,
        monitor: &mut Monitor,
    ) {
        if let (Err(error), Some(mut twin)) = (verdict, before.0) {
            if error != InputError::OutputsPending {
                // Time passes all the same.
                let _ = twin.tick(now);
            }
            if *twin != *session {
                monitor.add(Rule::RejectedChangesNothing, || format!("it was {}", error.code()));
            }
        }
        if self.steps % EVERY == 0 && !self.secrets.is_empty() {
            self.look(session, monitor);
        }
    }

    pub(super) fn output(&mut self, output: &Output, monitor: &mut Monitor) {
        self.look(output, monitor);
    }

    /// How the output was printed that was looked at last.
    #[cfg(feature = "simulator")]
    pub(super) fn printed(&self) -> &str {
        &self.printed
    }

    fn look(&mut self, at: &dyn Debug, monitor: &mut Monitor) {
        self.printed.clear();
        // A string takes everything.
        let _ = write!(self.printed, "{at:?}");
        if self.secrets.iter().any(|secret| secret.find(self.printed.as_bytes()).is_some()) {
            monitor.add(Rule::NoSecrets, || "a text or a token shows".into());
        }
    }
}

/// A tick that nobody asked for sends nothing and tells nothing.
fn tick_early(session: &Session, now: Instant, monitor: &mut Monitor) {
    let mut twin = session.clone();
    let _ = twin.tick(now);
    for output in core::iter::from_fn(|| twin.poll_output()).take(MOST) {
        if !matches!(output, Output::ArmTimer(_) | Output::ClearTimer) {
            monitor.add(Rule::T18, || format!("an early tick gives {output:?}"));
            return;
        }
    }
}

/// The inputs that a session has a reason to refuse.
fn may_be_refused(input: &Input<'_>) -> bool {
    matches!(
        input,
        Input::Connect
            | Input::StartNew
            | Input::SendText { .. }
            | Input::Retry { .. }
            | Input::Discard { .. }
            | Input::MessageVisible { .. }
            | Input::MessageHidden { .. }
    )
}

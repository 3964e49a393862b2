//! One step gives one output of a kind, however late it comes.
//!
//! Owns: rule T17 for what is not about a message, a text or a typist. Must not know: what the
//! outputs mean.

use webmessaging_proto::{Event, Output, Phase};

use super::Rule;
use super::around::{Around, Kind};
use super::violation::Found;

/// The kinds that were seen in this step.
#[derive(Clone, Debug, Default)]
pub(super) struct Once {
    seen: u32,
}

impl Once {
    pub(super) fn output(&mut self, cx: &Around, output: &Output, found: &mut Found) {
        let Some((bit, kind)) = kind(output) else { return };
        if self.seen & (1 << bit) != 0 && !cx.blurred {
            found.add(cx.now, Rule::T17, || format!("{kind} twice in a step"));
        }
        self.seen |= 1 << bit;
    }

    pub(super) fn settled(&mut self) {
        self.seen = 0;
    }
}

/// The number and name of a kind that has no reason to come twice.
fn kind(output: &Output) -> Option<(u32, &'static str)> {
    Some(match output {
        Output::SendFrame(frame) => match Kind::of(&frame.body) {
            Kind::Configure => (0, "configure"),
            Kind::Close => (1, "close"),
            Kind::Join => (2, "join"),
            Kind::Echo => (3, "health check"),
            Kind::Text | Kind::On | Kind::Off | Kind::Receipt(_) => return None,
        },
        Output::OpenTransport(_) => (4, "dial"),
        Output::CloseTransport(..) => (5, "close of a transport"),
        Output::ArmTimer(_) | Output::ClearTimer => (6, "wake-up"),
        Output::Emit(event) => match event {
            Event::PhaseChanged(Phase::Ready) => (7, "ready"),
            Event::PhaseChanged(Phase::Backoff) => (8, "backoff"),
            Event::MessagesMayBeMissing => (9, "messages may be missing"),
            Event::SessionReplaced => (10, "session replaced"),
            Event::RateLimited { .. } => (11, "rate limited"),
            Event::AuthenticationFailed => (12, "authentication failed"),
            Event::SessionExpired => (13, "session expired"),
            Event::AccessDenied => (14, "access denied"),
            Event::ConnectionClosed { .. } => (15, "connection closed"),
            Event::ConversationEnded { .. } => (16, "conversation ended"),
            Event::SessionCleared => (17, "session cleared"),
            Event::Fault { .. } => (18, "fault"),
            _ => return None,
        },
        _ => return None,
    })
}

//! What the observer learns from what goes in: inputs, and what the server says.
//!
//! Owns: what each means for what is expected. Must not know: what comes out.

use std::time::Duration;

use webmessaging_proto::frame::{ServerBody, ServerFrame};
use webmessaging_proto::{Input, InputError, Instant, Phase};

use super::observer::{Observer, Place, slot};

const IDLE: Duration = Duration::from_secs(2);
const HOLD: Duration = Duration::from_secs(60);

impl Observer {
    /// An input and what the session said to it; `phase` is the one before.
    pub(super) fn given(
        &mut self,
        input: &Input<'_>,
        taken: Result<(), InputError>,
        phase: Phase,
        now: Instant,
    ) -> Result<(), String> {
        let ok = taken.is_ok();
        match input {
            Input::Keystroke => self.desired_until = self.desired_until.max(Some(now + IDLE)),
            Input::SetTyping(true) => self.desired_until = Some(now + HOLD),
            Input::InputCleared | Input::Disconnect => self.desired_until = None,
            Input::Foreground(true) => {
                self.foreground = true;
                self.read.append(&mut self.watched);
            }
            Input::Foreground(false) => {
                self.foreground = false;
                self.desired_until = None;
            }
            Input::MessageVisible { id } if ok => {
                let seen = if self.foreground { &mut self.read } else { &mut self.watched };
                seen.push(id.to_string());
            }
            Input::MessageHidden { id } => self.watched.retain(|watched| watched != id),
            Input::SendText { key, .. } => {
                if ok != (is_writable(phase) && *self.place(*key) == Place::Free) {
                    return Err(format!("a text was answered with {taken:?}"));
                }
                if ok {
                    self.desired_until = None;
                    *self.place(*key) = Place::OnItsWay;
                }
            }
            Input::Retry { key } => {
                if ok != (is_writable(phase) && *self.place(*key) == Place::Kept) {
                    return Err(format!("a retry was answered with {taken:?}"));
                }
                if ok {
                    *self.place(*key) = Place::OnItsWay;
                }
            }
            Input::Discard { key } => {
                if ok == (*self.place(*key) == Place::Free) {
                    return Err(format!("a discard was answered with {taken:?}"));
                }
                *self.place(*key) = Place::Free;
                self.written[slot(*key)] = false;
                self.flying.take_if(|(flying, _)| *flying == key.0);
            }
            Input::TransportOpened(id) if *id == self.dialed => {
                self.open |= phase == Phase::Connecting;
            }
            Input::TransportClosed(id, _) if *id == self.dialed => self.open = false,
            Input::PeerAlive(_) => self.unconfirmed.clear(),
            Input::StartNew => self.start_new |= ok,
            _ => {}
        }
        Ok(())
    }

    /// A frame of the current transport, before the session sees it.
    pub(super) fn heard(&mut self, frame: &ServerFrame<'_>, phase: Phase) {
        if !matches!(phase, Phase::Configuring | Phase::Ready | Phase::ReadOnly) {
            return;
        }
        let request = frame.tracing_id.as_deref();
        if request.is_some() {
            self.unconfirmed.clear();
        }
        match &frame.body {
            ServerBody::Status(_) if frame.code == 200 => {}
            ServerBody::Status(_) | ServerBody::TooManyRequests(_) => {
                self.peaceful = false;
                self.flying.take_if(|(_, flying)| request.is_none_or(|request| request == *flying));
                if let Some(request) = request {
                    // An Off that waits to be drained was decided on before the On was refused.
                    self.remote.refused(request, frame.code >= 500 || self.drains_late);
                    let again = frame.code == 429;
                    self.receipted.retain(|(_, sent)| !again || sent != request);
                }
            }
            ServerBody::SessionCleared => self.forget_messages(),
            ServerBody::SessionResponse(response) => self.told_new = response.new_session,
            _ => {}
        }
    }

    pub(super) fn forget_messages(&mut self) {
        for list in [&mut self.watched, &mut self.read, &mut self.told, &mut self.received] {
            list.clear();
        }
        self.receipted.clear();
        self.unconfirmed.clear();
    }
}

const fn is_writable(phase: Phase) -> bool {
    matches!(
        phase,
        Phase::Idle | Phase::Connecting | Phase::Configuring | Phase::Ready | Phase::Backoff
    )
}

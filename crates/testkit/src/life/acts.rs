//! How each operation of a life is carried out.
//!
//! Owns: what an operation gives to the subject, and what it changes about the server. Must not
//! know: when the subject is drained and ticked.

use core::time::Duration;

use webmessaging_proto::frame::CustomAttributes;
use webmessaging_proto::{CloseReason, Credentials, Input, Instant, LocalKey, Sender, TransportId};

use super::op::{Answer, Naming, Op, SpokenText};
use super::player::{After, MAX_SERVED, Player, Step};
use super::setup::{SECRET, attributes};
use super::{Subject, frames};

impl<S: Subject> Player<'_, S> {
    pub(super) fn carry_out(&mut self, op: &Op) -> Step {
        match op {
            Op::Key => {
                self.subject.keystroke(self.now);
                self.tale.inputs += 1;
            }
            Op::KeyInput => self.give(Input::Keystroke)?,
            Op::Burst { keys, gap_ms } => {
                for _ in 0..*keys {
                    self.subject.keystroke(self.now);
                    self.tale.inputs += 1;
                    self.drain()?;
                    self.pass_to(self.now.after(*gap_ms))?;
                }
            }
            Op::InputCleared => self.give(Input::InputCleared)?,
            Op::ComposerClosed => self.give(Input::ComposerClosed)?,
            Op::SetTyping(on) => self.give(Input::SetTyping(*on))?,
            Op::Foreground(on) => self.give(Input::Foreground(*on))?,
            Op::Send(text) => self.send(*text)?,
            Op::Retry(back) => self.give(Input::Retry { key: self.key(*back) })?,
            Op::Discard(back) => self.give(Input::Discard { key: self.key(*back) })?,
            Op::Visible(message) => {
                self.give(Input::MessageVisible { id: frames::message_id(*message).into() })?;
            }
            Op::Hidden(message) => {
                self.give(Input::MessageHidden { id: frames::message_id(*message).into() })?;
            }
            Op::Restored { message, own, read } => {
                let from = if *own { Sender::Guest } else { Sender::Agent };
                let id = frames::message_id(*message).into();
                self.give(Input::MessageRestored { id, from, read: *read })?;
            }
            Op::Connect => self.give(Input::Connect)?,
            Op::Disconnect => self.give(Input::Disconnect)?,
            Op::StartNew => self.give(Input::StartNew)?,
            Op::NetworkAvailable => self.give(Input::NetworkAvailable)?,
            Op::Renew(token) => {
                let token = format!("{SECRET}-token-{token}");
                self.give(Input::Renew(Credentials::new(token)))?;
            }
            Op::Pass(_)
            | Op::Sleep(_)
            | Op::ToDeadline
            | Op::BeforeDeadline
            | Op::Tick
            | Op::Earlier(_) => self.let_time_pass(op)?,
            Op::Lazy(ops) => self.lazy = *ops,
            transport_or_server => self.outside(transport_or_server)?,
        }
        Ok(())
    }

    fn let_time_pass(&mut self, op: &Op) -> Step {
        self.drain()?;
        match op {
            Op::Pass(ms) => self.pass_to(self.now.after(*ms)),
            Op::Sleep(ms) => {
                self.now = self.now.after(*ms);
                self.tick()
            }
            Op::ToDeadline => match self.subject.deadline() {
                Some(deadline) => self.pass_to(self.now.max(deadline.at)),
                None => Ok(()),
            },
            Op::BeforeDeadline => {
                if let Some(deadline) = self.subject.deadline() {
                    let at = deadline.at.since_origin().saturating_sub(Duration::from_millis(1));
                    self.pass_to(self.now.max(Instant::new(at)))?;
                }
                self.tick()
            }
            Op::Earlier(ms) => {
                let before = self.now.since_origin().saturating_sub(Duration::from_millis(*ms));
                let now = core::mem::replace(&mut self.now, Instant::new(before));
                let done = self.tick();
                self.now = now;
                done
            }
            _ => self.tick(),
        }
    }

    /// What transports and the server have to say.
    fn outside(&mut self, op: &Op) -> Step {
        let newest = self.server.newest();
        match op {
            Op::Opened => {
                self.server.opened();
                self.give(Input::TransportOpened(newest))
            }
            Op::Closed(reason) => {
                self.server.closed();
                self.give(Input::TransportClosed(newest, *reason))
            }
            Op::PeerAlive => self.give(Input::PeerAlive(newest)),
            Op::Stale { back, news } => self.stale(*back, *news),
            Op::Serve => self.serve(MAX_SERVED),
            Op::ServeOne => self.serve(1),
            Op::Accept { connected, new, read_only, naming } => {
                let frame = self.server.accept((*connected, *new, *read_only), *naming);
                self.receive(frame.as_bytes())
            }
            Op::Answer { back, answer, naming, twice } => {
                let Some(frame) = self.server.answer_back(*back, *answer, *naming) else {
                    return Ok(());
                };
                self.receive(frame.as_bytes())?;
                if *twice { self.receive(frame.as_bytes()) } else { Ok(()) }
            }
            Op::AgentSays { message, form } => {
                self.receive(frames::agent_says(*message, *form).as_bytes())
            }
            Op::AgentTypes { on, form } => {
                self.receive(frames::typing("Outbound", *on, *form).as_bytes())
            }
            Op::OwnSays(message) => self.receive(frames::own_says(*message).as_bytes()),
            Op::OwnTypes(on) => self.receive(frames::typing("Inbound", *on, 0).as_bytes()),
            Op::Presence(presence) => self.receive(frames::of_presence(*presence).as_bytes()),
            Op::Ending(ending) => self.receive(frames::of_ending(*ending).as_bytes()),
            Op::Garbage(kind) => self.receive(frames::garbage(*kind)),
            Op::Frame { class, bytes } => self.receive(&frames::wrapped(*class, bytes)),
            _ => Ok(()),
        }
    }

    fn stale(&mut self, back: u8, news: u8) -> Step {
        let newest = self.server.newest().0;
        let transport = match back {
            0 => TransportId(newest.saturating_add(7)),
            back => TransportId(newest.saturating_sub(u64::from(back))),
        };
        let now = self.now;
        match news % 5 {
            0 => self.give(Input::TransportOpened(transport)),
            1 => self.give(Input::TransportClosed(transport, CloseReason::Code(1006))),
            2 => self.give(Input::PeerAlive(transport)),
            3 => self.give(Input::FrameUndecodable(transport)),
            _ => {
                let frame = self
                    .server
                    .answer_back(news >> 4, Answer::Well, Naming::Envelope)
                    .unwrap_or_else(|| frames::agent_says(news, 1));
                self.offer(&mut |subject| subject.receive(transport, frame.as_bytes(), now))
            }
        }
    }

    /// The key that was given this many texts ago, or one that never was.
    fn key(&self, back: u8) -> LocalKey {
        LocalKey(self.next_key.checked_sub(u64::from(back) + 1).unwrap_or(u64::MAX))
    }

    fn send(&mut self, text: SpokenText) -> Step {
        let key = match text {
            SpokenText::OldKey => self.key(0),
            _ => LocalKey(self.next_key),
        };
        if text != SpokenText::OldKey {
            self.next_key += 1;
        }
        let mut given = CustomAttributes::default();
        let text = match text {
            SpokenText::Empty => String::new(),
            // No two texts are alike.
            SpokenText::Longest => {
                let number = format!("{:06}", key.0);
                "\u{1f600}".repeat(4_096 - number.len()) + &number
            }
            SpokenText::TooLong => "x".repeat(4_097),
            SpokenText::WithAttributes => {
                given = attributes(&[("basket", "B-2"), ("\u{e9}\"", "\\")]);
                format!("{SECRET} with \"attributes\" {}\n", key.0)
            }
            SpokenText::OldKey => format!("{SECRET} text again {}", self.next_key),
            SpokenText::Short => format!("{SECRET} text {}", key.0),
        };
        self.give(Input::SendText { key, text: text.into(), attributes: given })
    }
}

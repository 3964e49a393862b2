//! Plays phrases to a session.
//!
//! Owns: what each phrase does, and when. Must not know: which phrases come, what must hold.

use webmessaging_proto::{CloseReason, Credentials, Input, LocalKey, Phase, Sender, TransportId};

use super::frames;
use super::script::Phrase;
use super::server::{Delivery, Reaction};
use super::trace::Given;
use super::world::{SECRET, World};

const NAMES: [Option<&str>; 4] = [Some("Kim"), Some("Lou"), None, Some("Ash")];

/// The id of a message that the agent may write.
fn message(id: u8) -> String {
    format!("m-{}", id % 5)
}

/// A host, a user, and whoever else a phrase needs.
pub(crate) struct Player {
    world: World,
    texts: u64,
}

impl Player {
    pub(crate) const fn new(world: World) -> Self {
        Self { world, texts: 0 }
    }

    /// Lets everything that is under way come to its end.
    pub(crate) fn end(mut self) -> World {
        self.world.wait(70_000);
        self.world.drain();
        self.world
    }

    #[expect(clippy::too_many_lines, reason = "one arm a phrase")]
    pub(crate) fn play(&mut self, phrase: &Phrase) {
        let world = &mut self.world;
        match *phrase {
            Phrase::BringOnline => {
                let _ = world.input(Input::Connect);
                world.wait(100);
            }
            Phrase::Type { for_ms, every_ms } => {
                for _ in 0..=for_ms / every_ms {
                    world.key();
                    world.wait(every_ms);
                }
            }
            Phrase::Key => drop(world.input(Input::Keystroke)),
            Phrase::Clear => drop(world.input(Input::InputCleared)),
            Phrase::CloseComposer => drop(world.input(Input::ComposerClosed)),
            Phrase::SetTyping(on) => drop(world.input(Input::SetTyping(on))),
            Phrase::Foreground(on) => drop(world.input(Input::Foreground(on))),
            Phrase::Wait(millis) => {
                world.wait(millis);
            }
            Phrase::Send => self.send(),
            Phrase::SendMany(count) => (0..count).for_each(|_| self.send()),
            Phrase::SendTooLong => {
                let text = "x".repeat(4_097);
                let _ = world.input(Input::send_text(LocalKey(u64::MAX), text));
            }
            Phrase::Retry(back) => {
                let key = self.key(back);
                let _ = self.world.input(Input::Retry { key });
            }
            Phrase::Discard(back) => {
                let key = self.key(back);
                let _ = self.world.input(Input::Discard { key });
            }
            Phrase::AgentSays { who, id } => {
                let name = NAMES[usize::from(who) % NAMES.len()];
                world.recv(frames::agent(name, &message(id), &format!("{SECRET} from an agent")));
            }
            Phrase::OwnElsewhere(id) => {
                world.recv(frames::own(&format!("elsewhere-{}", id % 4), SECRET));
            }
            Phrase::AgentTypes { who, on, duration_ms } => {
                let name = NAMES[usize::from(who) % NAMES.len()];
                let kind = if on { "On" } else { "Off" };
                let entity = (who % 2 == 0).then_some("Human");
                world.recv(frames::typing("Outbound", name, entity, kind, duration_ms));
            }
            Phrase::AgentTypesAndSays { who, id, says } => {
                self.play(&Phrase::AgentTypes { who, on: true, duration_ms: None });
                self.world.wait(1_500);
                self.play(&if says {
                    Phrase::AgentSays { who, id }
                } else {
                    Phrase::AgentTypes { who, on: false, duration_ms: None }
                });
            }
            Phrase::OwnTyping => {
                world.recv(frames::typing("Inbound", Some("Kim"), None, "On", None));
            }
            Phrase::Scroll { first, count, every_ms, stay } => {
                for id in first..first.saturating_add(count) {
                    let id = message(id);
                    let _ = world.input(Input::MessageVisible { id: id.clone().into() });
                    world.wait(every_ms);
                    if !stay {
                        let _ = world.input(Input::MessageHidden { id: id.into() });
                    }
                }
            }
            Phrase::Show(id) => {
                let _ = world.input(Input::MessageVisible { id: message(id).into() });
            }
            Phrase::Hide(id) => {
                let _ = world.input(Input::MessageHidden { id: message(id).into() });
            }
            Phrase::SayAndRead { id, for_ms } => {
                self.play(&Phrase::AgentSays { who: id, id });
                self.play(&Phrase::Scroll { first: id, count: 1, every_ms: for_ms, stay: false });
            }
            Phrase::ReadWhileAway { id, for_ms } => {
                self.play(&Phrase::AgentSays { who: id, id });
                self.world.lose_if_open(CloseReason::Lost);
                self.play(&Phrase::Scroll { first: id, count: 1, every_ms: for_ms, stay: false });
                self.world.wait(1_200);
            }
            Phrase::Restore { id, own, read } => {
                let from = if own { Sender::Guest } else { Sender::Agent };
                let id = if own { format!("own-{}", id % 4) } else { message(id) };
                let _ = world.input(Input::MessageRestored { id: id.into(), from, read });
            }
            Phrase::Lose(code) => {
                world.lose_if_open(CloseReason::Code(code));
            }
            Phrase::LoseAndReconnect { away_ms } => {
                world.lose_if_open(CloseReason::Lost);
                world.wait(away_ms);
                let _ = world.input(Input::NetworkAvailable);
                world.wait(1_200);
            }
            Phrase::LoseAndBeReplaced => {
                if let Some(server) = world.server() {
                    server.next_configure(Reaction::Replaced);
                }
                self.send();
                self.play(&Phrase::LoseAndReconnect { away_ms: 300 });
            }
            Phrase::LoseWithText { retry } => {
                self.send();
                self.world.lose_if_open(CloseReason::Lost);
                self.world.wait(1_500);
                if retry {
                    self.play(&Phrase::Retry(0));
                }
            }
            Phrase::Outage => {
                if let Some(server) = world.server() {
                    server.outage(150);
                }
                world.lose_if_open(CloseReason::Lost);
                world.wait(310_000);
            }
            Phrase::CloseClean => {
                world.lose_if_open(CloseReason::Code(1000));
            }
            Phrase::Disconnect => drop(world.input(Input::Disconnect)),
            Phrase::NetworkAvailable => drop(world.input(Input::NetworkAvailable)),
            Phrase::StartNew => drop(world.input(Input::StartNew)),
            Phrase::AgentLeaves { read_only } => {
                world.recv(frames::agent_left(read_only));
            }
            Phrase::ReadOnlyAndStartNew { say_closed } => {
                world.recv(frames::agent_left(true));
                world.wait(500);
                let _ = world.input(Input::StartNew);
                if say_closed {
                    world.recv(frames::connection_closed(None));
                }
                world.wait(200);
            }
            Phrase::AuthFailRenew => {
                world.recv(frames::status(None, 401, "expired"));
                world.wait(300);
                self.renew();
                let _ = self.world.input(Input::Connect);
                self.world.wait(100);
            }
            Phrase::Renew => self.renew(),
            Phrase::End(how) => {
                let frame = match how % 5 {
                    0 => frames::connection_closed(None),
                    1 => frames::connection_closed(Some("signedIn")),
                    2 => frames::bare("LogoutEvent"),
                    3 => frames::bare("SessionExpiredEvent"),
                    _ => frames::bare("SessionClearedEvent"),
                };
                world.recv(frame);
            }
            Phrase::RateLimit(seconds) => {
                world.recv(frames::too_many(None, seconds));
            }
            Phrase::ServerError(code) => {
                world.recv(frames::status(None, code, "no"));
            }
            Phrase::PeerAlive => drop(world.input(Input::PeerAlive(world.transport()))),
            Phrase::Garbage => {
                world.recv("{not json");
            }
            Phrase::Unused => {
                world.recv(frames::bare("SomethingNew"));
            }
            Phrase::Stale(what) => self.stale(what),
            Phrase::Sleep(millis) => {
                let _ = world.give(Given::Sleep(millis));
                world.key();
            }
            Phrase::Exhaust => {
                for _ in 0..30 {
                    self.world.key().wait(0);
                    let _ = self.world.input(Input::InputCleared);
                    self.world.wait(500);
                }
            }
        }
    }

    fn send(&mut self) {
        self.texts += 1;
        let text = format!("{SECRET} {}", self.texts);
        if self.world.input(Input::send_text(LocalKey(self.texts), text)).is_err() {
            self.texts -= 1;
        }
    }

    fn key(&self, back: u8) -> LocalKey {
        LocalKey(self.texts.saturating_sub(u64::from(back)))
    }

    fn renew(&mut self) {
        let token = format!("renewed-{SECRET}");
        let _ = self.world.input(Input::Renew(Credentials::new(token)));
    }

    fn stale(&mut self, what: u8) {
        let old = TransportId(self.world.transport().0.saturating_sub(1));
        match what % 4 {
            0 => drop(self.world.input(Input::TransportOpened(old))),
            1 => drop(self.world.input(Input::TransportClosed(old, CloseReason::Code(1000)))),
            2 => {
                self.world.recv_on(old, frames::session(None, frames::Accept::NEW));
            }
            _ => {
                self.world.recv_on(old, frames::status(None, 401, "no"));
            }
        }
    }
}

impl World {
    /// Breaks the transport; what it had under way still arrives, too late.
    fn lose_if_open(&mut self, reason: CloseReason) -> &mut Self {
        let open = !matches!(
            self.session.phase(),
            Phase::Idle | Phase::Backoff | Phase::Closed | Phase::Failed(_)
        );
        if open {
            self.post(0, Delivery::Closed(self.transport(), reason));
            self.wait(0);
        }
        self
    }

    /// Gives again what a record says was given, at its times.
    pub(crate) fn replay(&mut self, at: u64, given: &Given) {
        let slept = if let Given::Sleep(millis) = given { *millis } else { 0 };
        self.at(at - slept);
        let _ = self.give(given.clone());
    }
}

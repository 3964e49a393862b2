//! What a test does to a session and asks of its record, in few words.
//!
//! Owns: the short forms. Must not know: time, draining, what must hold.

use webmessaging_proto::frame::ClientBody;
use webmessaging_proto::{CloseReason, Input, LocalKey, Phase, TransportId};

use super::frames::{self, Accept};
use super::trace::{Given, Sent};
use super::world::World;

impl World {
    /// A frame on the connection that was opened last.
    pub(crate) fn recv(&mut self, frame: impl Into<String>) -> &mut Self {
        self.recv_on(self.transport(), frame)
    }

    pub(crate) fn recv_on(
        &mut self,
        transport: TransportId,
        frame: impl Into<String>,
    ) -> &mut Self {
        let _ = self.give(Given::Wire(transport, frame.into()));
        self
    }

    pub(crate) fn key(&mut self) -> &mut Self {
        let _ = self.give(Given::Key);
        self
    }

    pub(crate) fn text(&mut self, key: u64, text: &str) -> &mut Self {
        self.input(Input::send_text(LocalKey(key), text.to_owned())).unwrap();
        self
    }

    pub(crate) fn visible(&mut self, id: &str) -> &mut Self {
        self.input(Input::MessageVisible { id: id.to_owned().into() }).unwrap();
        self
    }

    pub(crate) fn hidden(&mut self, id: &str) -> &mut Self {
        self.input(Input::MessageHidden { id: id.to_owned().into() }).unwrap();
        self
    }

    /// The inputs that can't be refused and need no words.
    pub(crate) fn does(&mut self, input: Input<'static>) -> &mut Self {
        self.input(input).unwrap();
        self
    }

    pub(crate) fn lose(&mut self) -> &mut Self {
        self.close(CloseReason::Code(1006))
    }

    pub(crate) fn close(&mut self, reason: CloseReason) -> &mut Self {
        self.does(Input::TransportClosed(self.transport(), reason))
    }

    pub(crate) fn opened(&mut self) -> &mut Self {
        self.does(Input::TransportOpened(self.transport()))
    }

    /// From idle, closed or failed to an accepted session, in no time.
    pub(crate) fn connect(&mut self, accept: Accept) -> &mut Self {
        self.does(Input::Connect).opened().accept(accept)
    }

    /// The answer to the newest configure.
    pub(crate) fn accept(&mut self, accept: Accept) -> &mut Self {
        let id = self.id_of(|sent| matches!(sent.body, ClientBody::ConfigureSession { .. }));
        self.recv(frames::session(Some(&id), accept))
    }

    /// After a loss: dials at once, and the session is accepted.
    pub(crate) fn reconnect(&mut self, accept: Accept) -> &mut Self {
        if self.session.phase() == Phase::Backoff {
            self.does(Input::Connect);
        }
        assert_eq!(self.session.phase(), Phase::Connecting, "a loss comes first");
        self.opened().accept(accept)
    }

    pub(crate) fn newest(&self) -> Option<Sent> {
        self.trace.sent().pop()
    }

    /// The `tracingId` of the newest frame of a kind.
    pub(crate) fn id_of(&self, is_it: impl Fn(&Sent) -> bool) -> String {
        let sent = self.trace.sent();
        sent.iter().rev().find(|sent| is_it(sent)).unwrap().id.to_string()
    }

    pub(crate) fn id_of_text(&self, text: &str) -> String {
        self.id_of(|sent| sent.text() == Some(text))
    }

    pub(crate) fn id_of_typing(&self) -> String {
        self.id_of(|sent| sent.typing().is_some())
    }

    pub(crate) fn id_of_receipt(&self, id: &str) -> String {
        self.id_of(|sent| sent.receipt() == Some(id))
    }
}

//! Typed things from bytes, for the fuzz bodies.
//!
//! Owns: numbers, texts and frames drawn from a byte string; when it is used up, everything is
//! zero. Must not know: what is done with them.

use webmessaging_proto::TracingId;
use webmessaging_proto::frame::{
    ClientBody, ClientFrame, CustomAttributes, JourneyAction, JourneyActionMap, JourneyContext,
    TypingNotice,
};

/// A byte string to draw from.
pub(super) struct Draw<'a>(&'a [u8]);

impl<'a> Draw<'a> {
    pub(super) const fn new(data: &'a [u8]) -> Self {
        Self(data)
    }

    pub(super) const fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub(super) fn byte(&mut self) -> u8 {
        let Some((first, rest)) = self.0.split_first() else { return 0 };
        self.0 = rest;
        *first
    }

    pub(super) fn number<const N: usize>(&mut self) -> [u8; N] {
        core::array::from_fn(|_| self.byte())
    }

    /// As many bytes as the next one says, or as there are.
    pub(super) fn bytes(&mut self) -> &'a [u8] {
        let wanted = usize::from(self.byte());
        let (taken, rest) = self.0.split_at(wanted.min(self.0.len()));
        self.0 = rest;
        taken
    }

    pub(super) fn text(&mut self) -> String {
        String::from_utf8_lossy(self.bytes()).into_owned()
    }

    pub(super) fn attributes(&mut self) -> CustomAttributes {
        let mut attributes = CustomAttributes::default();
        for _ in 0..self.byte() % 4 {
            let name = self.text();
            attributes.insert(name, self.text());
        }
        attributes
    }

    fn journey(&mut self) -> JourneyContext {
        let mut journey = JourneyContext::cookie(self.text());
        journey.customer.id_type = self.text();
        journey.customer_session.kind = self.text();
        journey.customer_session.id = self.text();
        if self.byte() & 1 == 1 {
            let version = u64::from_le_bytes(self.number());
            journey.triggering_action = Some(JourneyAction {
                id: self.text(),
                action_map: JourneyActionMap { id: self.text(), version },
            });
        }
        journey
    }

    /// Any request of a guest.
    pub(super) fn client_frame(&mut self) -> ClientFrame<'static> {
        let body = match self.byte() % 9 {
            0 => ClientBody::Text { text: self.text().into(), attributes: self.attributes() },
            1 => ClientBody::ConfigureSession { start_new: false, journey_context: None },
            2 => ClientBody::ConfigureSession {
                start_new: self.byte() & 1 == 1,
                journey_context: Some(Box::new(self.journey())),
            },
            3 => ClientBody::CloseSession { close_all_connections: self.byte() & 1 == 1 },
            4 => ClientBody::Typing(TypingNotice::On),
            5 => ClientBody::Typing(TypingNotice::Off),
            6 => ClientBody::Join { attributes: self.attributes() },
            7 => ClientBody::ReadReceipt { message: self.text().into() },
            _ => ClientBody::Echo,
        };
        ClientFrame::new(TracingId::from_bits(u128::from_le_bytes(self.number())), body)
    }
}

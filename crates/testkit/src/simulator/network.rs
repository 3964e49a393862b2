//! Links between the guest and the service: what is on its way, who knows of what.
//!
//! Owns: links, latency, order within a direction, what is lost when a link breaks. Must not know: frames,
//! sessions, the service.

use std::collections::VecDeque;

use webmessaging_emulator::service::ConnectionId;
use webmessaging_proto::TransportId;

use super::plan::Dial;
use super::queue::Ms;

/// What a request was, and whom it concerns.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Note {
    Configure,
    Text(u64),
    On,
    Off,
    Receipt(usize),
    Echo,
    CloseSession,
    Join,
    Other,
}

/// What goes to the service.
#[derive(Clone, Debug)]
pub(super) enum Up {
    Frame(Vec<u8>, Note),
    /// With how many frames were written before it.
    Ping(u64),
    Close,
    Reset,
}

/// What goes to the guest.
#[derive(Clone, Debug)]
pub(super) enum Down {
    Opened,
    Refused(u16),
    Frame(Vec<u8>),
    Pong(u64),
    Close(u16),
    Reset,
}

/// One direction of a link: in order, each thing with the time of its arrival.
#[derive(Clone, Debug)]
pub(super) struct Way<T> {
    queue: VecDeque<(Ms, T)>,
    last: Ms,
    sent: u64,
}

impl<T> Default for Way<T> {
    fn default() -> Self {
        Self { queue: VecDeque::new(), last: 0, sent: 0 }
    }
}

impl<T> Way<T> {
    /// Gives the time of arrival.
    pub(super) fn send(&mut self, item: T, at: Ms) -> Ms {
        self.last = self.last.max(at);
        self.sent += 1;
        self.queue.push_back((self.last, item));
        self.last
    }

    pub(super) const fn sent(&self) -> u64 {
        self.sent
    }

    pub(super) fn arrived(&mut self, now: Ms) -> Option<T> {
        {
            let due = self.queue.front().is_some_and(|(at, _)| *at <= now);
            if due { self.queue.pop_front().map(|(_, item)| item) } else { None }
        }
    }

    pub(super) fn lose(&mut self) -> impl Iterator<Item = T> + use<T> {
        std::mem::take(&mut self.queue).into_iter().map(|(_, item)| item)
    }
}

/// One dial and what came of it.
#[derive(Clone, Debug)]
#[allow(clippy::struct_excessive_bools, reason = "independent facts")]
pub(super) struct Link {
    pub(super) transport: TransportId,
    /// The guest's life that dialed.
    pub(super) life: u64,
    pub(super) connection: Option<ConnectionId>,
    /// The guest's driver still holds it.
    pub(super) guest_end: bool,
    /// The service still holds it.
    pub(super) service_end: bool,
    pub(super) opened: bool,
    /// Nothing gets through any more.
    pub(super) cut: bool,
    /// The guest has said goodbye.
    pub(super) closing: bool,
    /// The service does not read for the time being.
    pub(super) unread: Option<VecDeque<Up>>,
    pub(super) up: Way<Up>,
    pub(super) down: Way<Down>,
    pub(super) frames_written: u64,
    pub(super) pongs_missing: u32,
    /// When the last frames were written: what the budget counts.
    pub(super) written_at: VecDeque<Ms>,
}

impl Link {
    pub(super) fn dialed(transport: TransportId, life: u64) -> Self {
        Self {
            transport,
            life,
            connection: None,
            guest_end: true,
            service_end: false,
            opened: false,
            cut: false,
            closing: false,
            unread: None,
            up: Way::default(),
            down: Way::default(),
            frames_written: 0,
            pongs_missing: 0,
            written_at: VecDeque::new(),
        }
    }
}

/// The network that all links share.
#[derive(Clone, Debug, Default)]
pub(super) struct Network {
    pub(super) links: Vec<Link>,
    pub(super) stalled_until: Ms,
    pub(super) outage_until: Ms,
    pub(super) outage: Option<Dial>,
    pub(super) slow_until: Ms,
    pub(super) slow_by: Ms,
}

impl Network {
    /// The link of a connection of the service's.
    pub(super) fn of(&self, connection: ConnectionId) -> Option<usize> {
        self.links.iter().rposition(|link| link.connection == Some(connection))
    }

    pub(super) fn outage(&self, now: Ms) -> Option<Dial> {
        self.outage.filter(|_| now < self.outage_until)
    }

    pub(super) fn slowed_by(&self, now: Ms) -> Ms {
        if now < self.slow_until { self.slow_by } else { 0 }
    }

    /// Nothing new goes wrong; a stall runs out.
    pub(super) fn calm(&mut self) {
        self.outage_until = 0;
        self.slow_until = 0;
    }
}

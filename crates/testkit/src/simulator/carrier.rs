//! Dials, packets, pings, breaks: the way between the two drivers.
//!
//! Owns: what happens on the way and at its ends. Must not know: what a frame says.

use std::time::Duration;

use webmessaging_proto::{Close, CloseReason, Input, Phase, TransportId};

use super::bridge::Bridge;
use super::guest::DEPLOYMENT;
use super::network::{Down, Link, Note, Up};
use super::plan::Dial;
use super::queue::{Due, Ms};
use super::random::draw_at;
use super::world::World;

/// How long a driver waits for the other side's goodbye.
const GOODBYE: Ms = 5_000;
/// What the budget of requests counts, and from when on it may be felt.
const BUDGET_WINDOW: Ms = 62_000;
const BUDGET_FELT: usize = 38;
/// Pings that may stay without an answer.
const PONGS_MISSING: u32 = 2;
const CALM_PING: Ms = 60_000;

impl<B: Bridge> World<'_, B> {
    fn link(&mut self, link: usize) -> Option<&mut Link> {
        self.network.links.get_mut(link)
    }

    /// How long a packet takes that is sent now.
    fn way_of(&self, link: usize, up: bool, size: usize) -> Ms {
        let setting = &self.plan.setting;
        let sent = self
            .network
            .links
            .get(link)
            .map_or(0, |l| if up { l.up.sent() } else { l.down.sent() });
        let place = (link as u64) * 2 + u64::from(up);
        let jitter = draw_at(self.plan.seed, 0x317 + place, sent) % (setting.jitter + 1);
        let base = if up { setting.up } else { setting.down };
        base + jitter + self.network.slowed_by(self.now) + size as u64 / setting.bytes_per_ms
    }

    fn push_up(&mut self, link: usize, packet: Up, size: usize) -> Ms {
        let at = self.now + self.way_of(link, true, size);
        let Some(l) = self.link(link) else { return at };
        if l.cut {
            if let Up::Frame(_, note) = packet {
                self.indicator.lost(note);
            }
            return at;
        }
        let at = l.up.send(packet, at);
        self.queue.push(at, Due::Up(link));
        at
    }

    pub(super) fn push_down(&mut self, link: usize, packet: Down, size: usize) {
        let at = self.now + self.way_of(link, false, size);
        let Some(l) = self.link(link) else { return };
        if !l.cut {
            let at = l.down.send(packet, at);
            self.queue.push(at, Due::Down(link));
        }
    }

    /// The driver sends a frame; gives the time of its arrival.
    pub(super) fn send_up(&mut self, link: usize, bytes: Vec<u8>, note: Note) -> Ms {
        let (now, size) = (self.now, bytes.len());
        if let Some(l) = self.network.links.get_mut(link) {
            self.found.must(l.guest_end && l.opened, "a frame for a closed transport", || {
                format!("{note:?}")
            });
            l.frames_written += 1;
            l.written_at.push_back(now);
            while l.written_at.front().is_some_and(|at| at + BUDGET_WINDOW < now) {
                l.written_at.pop_front();
            }
            if l.written_at.len() > BUDGET_FELT {
                self.indicator.disturbed(now + BUDGET_WINDOW);
            }
        }
        self.push_up(link, Up::Frame(bytes, note), size)
    }

    pub(super) fn dial(&mut self, transport: TransportId) {
        let link = self.network.links.len();
        self.network.links.push(Link::dialed(transport, self.guest.life));
        self.say(|| format!("guest     dials {transport:?}"));
        match self.network.outage(self.now) {
            Some(Dial::Fails(after)) => self.queue.push(self.now + after, Due::GuestNotices(link)),
            Some(Dial::Hangs) => {}
            None => {
                let at = self.now + 2 * self.way_of(link, true, 0);
                self.queue.push(at, Due::DialReaches(link));
            }
        }
    }

    pub(super) fn dial_reaches(&mut self, link: usize) {
        let now = Duration::from_millis(self.now);
        if self.now < self.network.stalled_until {
            self.queue.push(self.network.stalled_until, Due::DialReaches(link));
            return;
        }
        if self.link(link).is_none_or(|l| !l.guest_end || l.cut) {
            return;
        }
        match self.service.connect(DEPLOYMENT, now) {
            Ok(connection) => {
                if let Some(l) = self.link(link) {
                    l.connection = Some(connection);
                    l.service_end = true;
                }
                self.push_down(link, Down::Opened, 0);
            }
            Err(refusal) => {
                let status = refusal.status();
                self.push_down(link, Down::Refused(status), 0);
            }
        }
        self.pump_service();
    }

    pub(super) fn close_link(&mut self, transport: TransportId, close: Close) {
        let life = self.guest.life;
        let is_it = |l: &Link| l.life == life && l.transport == transport;
        let Some(link) = self.network.links.iter().rposition(is_it) else { return };
        self.say(|| format!("guest     closes {transport:?}, {close:?}"));
        let Some(l) = self.link(link) else { return };
        if !l.guest_end {
            return;
        }
        if close == Close::Normal && l.opened {
            l.closing = true;
            self.push_up(link, Up::Close, 0);
            self.queue.push(self.now + GOODBYE, Due::GuestNotices(link));
        } else {
            l.guest_end = false;
            self.push_up(link, Up::Reset, 0);
        }
    }

    /// The process is gone, and its sockets with it.
    pub(super) fn drop_links(&mut self) {
        for link in 0..self.network.links.len() {
            if self.link(link).is_some_and(|l| std::mem::take(&mut l.guest_end)) {
                self.push_up(link, Up::Reset, 0);
            }
        }
        self.guest.link = None;
    }

    /// Breaks every connection; each end learns of it in its own time.
    pub(super) fn cut(&mut self, guest: Ms, service: Ms) {
        for link in 0..self.network.links.len() {
            let now = self.now;
            let Some(l) = self.network.links.get_mut(link) else { return };
            if l.cut || !(l.guest_end || l.service_end) {
                continue;
            }
            l.cut = true;
            self.indicator.link_lost();
            let unread = l.unread.take().into_iter().flatten();
            for packet in l.up.lose().chain(unread) {
                if let Up::Frame(_, note) = packet {
                    self.indicator.lost(note);
                }
            }
            l.down.lose().for_each(drop);
            if l.guest_end {
                self.queue.push(now + guest, Due::GuestNotices(link));
            }
            if l.service_end {
                self.queue.push(now + service, Due::ServiceNotices(link));
            }
        }
    }

    pub(super) fn guest_notices(&mut self, link: usize) {
        if self.now < self.guest.asleep_until {
            self.queue.push(self.guest.asleep_until, Due::GuestNotices(link));
            return;
        }
        self.lose_at_guest(link, CloseReason::Lost);
    }

    /// The driver tells the session that a transport is gone.
    fn lose_at_guest(&mut self, link: usize, reason: CloseReason) {
        let life = self.guest.life;
        let Some(l) = self.link(link) else { return };
        if !std::mem::take(&mut l.guest_end) || l.life != life {
            return;
        }
        let transport = l.transport;
        self.say(|| format!("guest     loses {transport:?}, {reason:?}"));
        if self.guest.link == Some(link) {
            self.guest.link = None;
        }
        let _ = self.give(Input::TransportClosed(transport, reason));
    }

    pub(super) fn service_notices(&mut self, link: usize) {
        let now = Duration::from_millis(self.now);
        let Some(l) = self.link(link) else { return };
        if std::mem::take(&mut l.service_end) {
            if let Some(connection) = l.connection {
                self.service.disconnected(connection, now);
                self.pump_service();
            }
        }
    }

    pub(super) fn up_arrives(&mut self, link: usize) {
        if self.now < self.network.stalled_until {
            self.queue.push(self.network.stalled_until, Due::Up(link));
            return;
        }
        let now = self.now;
        while let Some(packet) = self.link(link).and_then(|l| l.up.arrived(now)) {
            let Some(l) = self.link(link) else { return };
            match &mut l.unread {
                Some(unread) if l.service_end && !matches!(packet, Up::Reset) => {
                    unread.push_back(packet);
                }
                _ => self.serve(link, packet),
            }
        }
    }

    /// The service's end takes a packet.
    pub(super) fn serve(&mut self, link: usize, packet: Up) {
        let Some(l) = self.link(link) else { return };
        let open = l.service_end;
        match packet {
            Up::Frame(bytes, note) if open => self.serve_frame(link, bytes, note),
            Up::Frame(_, note) => self.indicator.lost(note),
            Up::Ping(frames) if open => self.push_down(link, Down::Pong(frames), 0),
            Up::Ping(_) => {}
            Up::Close => {
                self.service_notices(link);
                self.push_down(link, Down::Close(1000), 0);
            }
            Up::Reset => self.service_notices(link),
        }
    }

    pub(super) fn down_arrives(&mut self, link: usize) {
        let waits = self.network.stalled_until.max(self.guest.asleep_until);
        if self.now < waits {
            self.queue.push(waits, Due::Down(link));
            return;
        }
        let (now, life) = (self.now, self.guest.life);
        while let Some(packet) = self.link(link).and_then(|l| l.down.arrived(now)) {
            let Some(l) = self.link(link).filter(|l| l.guest_end && l.life == life) else {
                continue;
            };
            let transport = l.transport;
            match packet {
                Down::Opened => {
                    l.opened = true;
                    self.guest.link = Some(link);
                    if let Some(every) = self.plan.setting.ping {
                        self.queue.push(now + every, Due::Ping(link));
                    }
                    let _ = self.give(Input::TransportOpened(transport));
                }
                Down::Refused(403) => self.lose_at_guest(link, CloseReason::AccessDenied),
                Down::Refused(_) | Down::Reset => self.lose_at_guest(link, CloseReason::Lost),
                Down::Close(code) => self.lose_at_guest(link, CloseReason::Code(code)),
                Down::Frame(bytes) => self.receive(link, bytes),
                Down::Pong(frames) => {
                    l.pongs_missing = 0;
                    // A ping that was sent before the newest frame says nothing of it.
                    if l.frames_written == frames && self.phase() != Some(Phase::Connecting) {
                        let _ = self.give(Input::PeerAlive(transport));
                    }
                }
            }
        }
    }

    pub(super) fn ping(&mut self, link: usize) {
        if self.now < self.guest.asleep_until {
            self.queue.push(self.guest.asleep_until, Due::Ping(link));
            return;
        }
        let life = self.guest.life;
        let every = self.plan.setting.ping.unwrap_or(CALM_PING);
        let every = if self.calm { CALM_PING.max(every) } else { every };
        let Some(l) = self.link(link) else { return };
        if !l.guest_end || l.life != life {
            return;
        }
        if l.pongs_missing >= PONGS_MISSING {
            self.push_up(link, Up::Reset, 0);
            self.lose_at_guest(link, CloseReason::Lost);
            return;
        }
        l.pongs_missing += 1;
        let frames = l.frames_written;
        self.push_up(link, Up::Ping(frames), 0);
        self.queue.push(self.now + every, Due::Ping(link));
    }
}

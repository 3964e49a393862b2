//! What can happen: a small alphabet of inputs, and what each is for a world in its state.
//!
//! Owns: the letters. Must not know: what must hold after them.

use webmessaging_proto::{CloseReason, Input, LocalKey, TransportId};

use super::world::World;
use crate::support::frames::{self, Accept};

/// A letter. Requests are named by their age, transports as the current and the one before.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Act {
    Key,
    Clear,
    Hold,
    Away,
    Back,
    Visible(u8),
    Hidden(u8),
    Text(u64),
    Retry(u64),
    Discard(u64),
    Connect,
    Disconnect,
    StartNew,
    NetworkAvailable,
    Opened,
    Lost,
    ClosedByServer,
    Denied,
    PeerAlive,
    StaleOpened,
    StaleClosed,
    StaleMessage,
    New,
    Resumed,
    ReadOnly,
    NotConnected,
    Agent(u8),
    AgentOn,
    AgentOff,
    AgentLeft,
    /// The echo of the newest text that was written.
    Echo,
    /// An answer to the newest request.
    Ack,
    Answer(Request, u16),
    /// A 429 that names no request.
    LimitUnnamed,
    Cleared,
    Goodbye,
    Expired,
    Garbage,
    /// Time passes until the wake-up rings.
    Ring,
    /// 100 ms pass; a wake-up in them rings on time.
    Moment,
    /// The machine sleeps for 70 s, and ticks once after it.
    Sleep,
    /// A driver that drains late drains now.
    Drain,
}

/// Which request an answer names.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Request {
    Newest,
    Older,
    Text,
    Receipt,
}

/// Everything, for a shallow search.
pub(super) const WIDE: &[Act] = &[
    Act::Key,
    Act::Clear,
    Act::Hold,
    Act::Away,
    Act::Back,
    Act::Visible(1),
    Act::Visible(2),
    Act::Hidden(1),
    Act::Text(1),
    Act::Text(2),
    Act::Retry(1),
    Act::Discard(1),
    Act::Connect,
    Act::Disconnect,
    Act::StartNew,
    Act::NetworkAvailable,
    Act::Opened,
    Act::Lost,
    Act::ClosedByServer,
    Act::Denied,
    Act::PeerAlive,
    Act::StaleOpened,
    Act::StaleClosed,
    Act::StaleMessage,
    Act::New,
    Act::Resumed,
    Act::ReadOnly,
    Act::NotConnected,
    Act::Agent(1),
    Act::Agent(2),
    Act::AgentOn,
    Act::AgentOff,
    Act::AgentLeft,
    Act::Echo,
    Act::Ack,
    Act::Answer(Request::Newest, 429),
    Act::Answer(Request::Newest, 400),
    Act::Answer(Request::Newest, 503),
    Act::Answer(Request::Newest, 401),
    Act::Answer(Request::Older, 429),
    Act::Answer(Request::Older, 400),
    Act::Answer(Request::Older, 503),
    Act::Answer(Request::Text, 413),
    Act::Answer(Request::Receipt, 404),
    Act::LimitUnnamed,
    Act::Cleared,
    Act::Goodbye,
    Act::Expired,
    Act::Garbage,
    Act::Ring,
    Act::Moment,
    Act::Sleep,
];

/// What typing and texts are made of, for a deeper search.
pub(super) const TALK: &[Act] = &[
    Act::Key,
    Act::Clear,
    Act::Text(1),
    Act::Text(2),
    Act::Echo,
    Act::Answer(Request::Newest, 429),
    Act::Answer(Request::Newest, 400),
    Act::Answer(Request::Newest, 503),
    Act::Answer(Request::Older, 429),
    Act::Lost,
    Act::Opened,
    Act::Resumed,
    Act::Ring,
    Act::Moment,
];

/// What receipts and the other side are made of, for a deeper search.
pub(super) const READ: &[Act] = &[
    Act::Agent(1),
    Act::Agent(2),
    Act::Visible(1),
    Act::Visible(2),
    Act::Away,
    Act::Back,
    Act::PeerAlive,
    Act::Answer(Request::Receipt, 404),
    Act::Answer(Request::Receipt, 429),
    Act::Answer(Request::Receipt, 503),
    Act::AgentOn,
    Act::Lost,
    Act::Opened,
    Act::Resumed,
    Act::Ring,
    Act::Sleep,
];

/// A driver that drains when it likes, and loses its transport.
pub(super) const LATE: &[Act] = &[
    Act::Drain,
    Act::Key,
    Act::Clear,
    Act::Text(1),
    Act::Text(2),
    Act::Agent(1),
    Act::Visible(1),
    Act::Echo,
    Act::Answer(Request::Newest, 429),
    Act::Answer(Request::Text, 503),
    Act::Lost,
    Act::Opened,
    Act::Resumed,
    Act::New,
    Act::ReadOnly,
    Act::Disconnect,
    Act::Moment,
];

/// What leads from things that were never drained to the next connection.
pub(super) const REDIAL: &[Act] = &[
    Act::Drain,
    Act::Key,
    Act::Clear,
    Act::Text(2),
    Act::Echo,
    Act::Lost,
    Act::Connect,
    Act::Opened,
    Act::Resumed,
];

const LONG_AGO: &str = "m-0";

/// The input that a letter stands for; `None` where it makes no sense to say it.
#[expect(clippy::large_enum_variant, reason = "it lives for one call")]
pub(super) enum Given {
    Input(Input<'static>),
    Frame(TransportId, String),
    Ring,
    Moment,
    Sleep,
    Drain,
}

impl Act {
    pub(super) fn in_world(self, world: &World) -> Option<Given> {
        let env = &world.env;
        let transport = TransportId(env.dialed);
        // Before the second dial, one that was never there.
        let stale = TransportId(env.dialed.saturating_sub(1));
        let named = |request| env.request(request).map(|id| id.to_string());
        let message = |number: u8| format!("m-{number}");
        let dialed = env.dialed > 0;
        let frame = |text| dialed.then_some(Given::Frame(transport, text));
        let accept = |accept| frame(frames::session(None, accept));
        let input = match self {
            Self::Key => Input::Keystroke,
            Self::Clear => Input::InputCleared,
            Self::Hold => Input::SetTyping(true),
            Self::Away => Input::Foreground(false),
            Self::Back => Input::Foreground(true),
            Self::Visible(number) => Input::MessageVisible { id: message(number).into() },
            Self::Hidden(number) => Input::MessageHidden { id: message(number).into() },
            // Of different lengths, for `Debug` shows nothing else of a text.
            // A host that has not drained yet does not know that a key is free again.
            Self::Text(key) if env.drains_late && !world.observer.is_free(key) => return None,
            Self::Text(key) => Input::send_text(LocalKey(key), text_of(key)),
            Self::Retry(key) => Input::Retry { key: LocalKey(key) },
            Self::Discard(key) => Input::Discard { key: LocalKey(key) },
            Self::Connect => Input::Connect,
            Self::Disconnect => Input::Disconnect,
            Self::StartNew => Input::StartNew,
            Self::NetworkAvailable => Input::NetworkAvailable,
            Self::Opened if dialed => Input::TransportOpened(transport),
            Self::Lost if dialed => Input::TransportClosed(transport, CloseReason::Lost),
            Self::ClosedByServer if dialed => {
                Input::TransportClosed(transport, CloseReason::Code(1000))
            }
            Self::Denied if dialed => Input::TransportClosed(transport, CloseReason::AccessDenied),
            Self::PeerAlive if dialed => Input::PeerAlive(transport),
            Self::StaleOpened => Input::TransportOpened(stale),
            Self::StaleClosed => Input::TransportClosed(stale, CloseReason::Code(1000)),
            Self::StaleMessage => {
                return Some(Given::Frame(stale, frames::agent(None, LONG_AGO, "x")));
            }
            Self::Opened | Self::Lost | Self::ClosedByServer | Self::Denied | Self::PeerAlive => {
                return None;
            }
            Self::New => return accept(Accept::NEW),
            Self::Resumed => return accept(Accept::RESUMED),
            Self::ReadOnly => return accept(Accept::READ_ONLY),
            Self::NotConnected => return accept(Accept::CLOSED),
            Self::Agent(number) => return frame(frames::agent(None, &message(number), "hi")),
            Self::AgentOn => {
                return frame(frames::typing("Outbound", Some("Kim"), None, "On", None));
            }
            Self::AgentOff => {
                return frame(frames::typing("Outbound", Some("Kim"), None, "Off", None));
            }
            Self::AgentLeft => return frame(frames::agent_left(true)),
            Self::Echo => {
                let (id, key) = env.newest_text?;
                return frame(frames::echo(Some(&id.to_string()), &format!("own-{key}"), "x"));
            }
            Self::Ack => return frame(frames::status(Some(&named(Request::Newest)?), 200, "OK")),
            Self::Answer(request, code) => {
                return frame(frames::status(Some(&named(request)?), code, "no"));
            }
            Self::LimitUnnamed => return frame(frames::too_many(None, None)),
            Self::Cleared => return frame(frames::bare("SessionClearedEvent")),
            Self::Goodbye => return frame(frames::connection_closed(None)),
            Self::Expired => return frame(frames::bare("SessionExpiredEvent")),
            Self::Garbage => return frame("{".to_owned()),
            Self::Ring => return env.armed.map(|_| Given::Ring),
            Self::Moment => return Some(Given::Moment),
            Self::Sleep => return Some(Given::Sleep),
            Self::Drain => return Some(Given::Drain),
        };
        Some(Given::Input(input))
    }
}

pub(super) fn text_of(key: u64) -> String {
    "x".repeat(usize::try_from(key).unwrap())
}

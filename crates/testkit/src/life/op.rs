//! What can happen in a life, and which bytes stand for it.
//!
//! Owns: [`Op`], one byte of opcode and its operands. Must not know: how an operation is carried out.
//!
//! The lower six bits of an opcode choose the operation, the frequent ones more than once; the two
//! bits above are an operand for some. All that is counted back (requests, keys, transports) is
//! counted from the newest one.

use webmessaging_proto::CloseReason;

use super::reader::Reader;

/// How many bytes come before the first operation.
pub(super) const HEADER: usize = 6;
/// The operations that make a session ready.
pub(super) const READY: [u8; 3] = [23, 33, 33];

/// Something that happens.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum Op {
    /// `Session::keystroke`.
    Key,
    /// The same as an input.
    KeyInput,
    /// Some keys, one after the other.
    Burst {
        /// How many.
        keys: u8,
        /// The time from one to the next.
        gap_ms: u64,
    },
    /// The text is empty again.
    InputCleared,
    /// The composer is gone.
    ComposerClosed,
    /// The host keeps its own idle timer.
    SetTyping(bool),
    /// Whether the user can see the window.
    Foreground(bool),

    /// The host sends a text.
    Send(SpokenText),
    /// Once more, the text that was given this many texts ago.
    Retry(u8),
    /// Forget it.
    Discard(u8),

    /// A message is on screen.
    Visible(u8),
    /// It is not any more.
    Hidden(u8),
    /// The host knows a message from before.
    Restored {
        /// Which.
        message: u8,
        /// Whether the guest wrote it.
        own: bool,
        /// Whether it was read.
        read: bool,
    },

    /// The host connects.
    Connect,
    /// The host leaves.
    Disconnect,
    /// The host wants a new conversation.
    StartNew,
    /// The network is back.
    NetworkAvailable,
    /// Another token.
    Renew(u8),

    /// The newest transport is open.
    Opened,
    /// The newest transport is gone.
    Closed(CloseReason),
    /// The newest transport's peer answers a ping.
    PeerAlive,
    /// News of an older transport, or of one that never was.
    Stale {
        /// How many dials ago; 0: one that never was.
        back: u8,
        /// Opened, closed, alive or a frame.
        news: u8,
    },

    /// The server does all that it owes, well: opens, answers, closes.
    Serve,
    /// The server does the first thing that it owes.
    ServeOne,
    /// The server accepts a session, asked or not.
    Accept {
        /// `connected`
        connected: bool,
        /// `newSession`
        new: bool,
        /// `readOnly`
        read_only: bool,
        /// How the request is named.
        naming: Naming,
    },
    /// The server answers a request, or answers it again.
    Answer {
        /// Which one.
        back: u8,
        /// With what.
        answer: Answer,
        /// How the request is named.
        naming: Naming,
        /// Whether the answer comes twice.
        twice: bool,
    },

    /// Somebody at the agent's end writes.
    AgentSays {
        /// Which message it is.
        message: u8,
        /// Who writes, and in which form.
        form: u8,
    },
    /// Somebody at the agent's end starts or stops typing.
    AgentTypes {
        /// Whether it starts.
        on: bool,
        /// Who it is, and for how long.
        form: u8,
    },
    /// The guest writes from another device.
    OwnSays(u8),
    /// The guest types on another device.
    OwnTypes(bool),
    /// A presence event.
    Presence(Presence),
    /// The server ends something.
    Ending(Ending),

    /// Bytes that are no frame.
    Garbage(u8),
    /// Any bytes, bare or as the body of a class.
    Frame {
        /// Which class; 0: bare.
        class: u8,
        /// The bytes.
        bytes: Vec<u8>,
    },

    /// Time passes, and the driver is awake.
    Pass(u64),
    /// Time passes, and the driver sleeps: nothing is ticked until it wakes up.
    Sleep(u64),
    /// Time passes up to the deadline.
    ToDeadline,
    /// Time passes up to the last millisecond before the deadline, and the driver ticks.
    BeforeDeadline,
    /// A tick that nobody asked for.
    Tick,
    /// A tick with a time that is over.
    Earlier(u64),
    /// The driver leaves the outputs of this many operations alone.
    Lazy(u8),
}

/// A text that the host sends.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum SpokenText {
    /// A short one.
    Short,
    /// One with custom attributes.
    WithAttributes,
    /// The longest that the service takes, of characters that take four bytes each.
    Longest,
    /// One character more.
    TooLong,
    /// None at all.
    Empty,
    /// A short one, under a key that was used before.
    OldKey,
}

/// An answer to a request.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum Answer {
    /// As it should be.
    Well,
    /// Code 200, class `string`.
    Acknowledged,
    /// As it should be, with the request named as older servers do.
    ByMetadata,
    /// The typed rate limit, with its seconds.
    TooMany(Option<u64>),
    /// An error of class `string`.
    Status(u16),
    /// 403, in the words that ask to authenticate.
    Authenticate,
    /// The typed error, whose body has the code and whose envelope says 400.
    Typed(u16),
    /// Never.
    Never,
}

/// How an answer names its request.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum Naming {
    /// In the envelope.
    Envelope,
    /// In the body.
    Body,
    /// Not at all.
    Unnamed,
    /// By the name of a request that never was.
    Foreign,
    /// By something that no session makes.
    NoUuid,
}

/// A presence event.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum Presence {
    /// The agent's side ends the conversation for good.
    DisconnectReadOnly,
    /// It ends it; the guest may go on.
    Disconnect,
    /// `Join`
    Join,
    /// `Clear`
    Clear,
    /// `SignIn`
    SignIn,
    /// `SessionExpired`
    SessionExpired,
    /// A kind that is not known.
    Unknown,
}

/// An ending, or a frame of a rare class.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum Ending {
    /// `ConnectionClosedEvent`
    ConnectionClosed,
    /// `ConnectionClosedEvent` with `signedIn`
    SignedIn,
    /// `SessionExpiredEvent`
    SessionExpired,
    /// `SessionClearedEvent`
    SessionCleared,
    /// `LogoutEvent`
    Logout,
    /// `JwtResponse`
    Jwt,
    /// A class that is not known.
    Unknown,
}

const TEXTS: [SpokenText; 8] = [
    SpokenText::Short,
    SpokenText::Short,
    SpokenText::Short,
    SpokenText::WithAttributes,
    SpokenText::Longest,
    SpokenText::TooLong,
    SpokenText::Empty,
    SpokenText::OldKey,
];

const ANSWERS: [Answer; 32] = [
    Answer::Well,
    Answer::Well,
    Answer::Well,
    Answer::Well,
    Answer::Acknowledged,
    Answer::Acknowledged,
    Answer::ByMetadata,
    Answer::Never,
    Answer::TooMany(None),
    Answer::TooMany(Some(1)),
    Answer::TooMany(Some(2)),
    Answer::TooMany(Some(40)),
    Answer::TooMany(Some(u64::MAX)),
    Answer::Status(429),
    Answer::Status(400),
    Answer::Status(400),
    Answer::Status(401),
    Answer::Status(403),
    Answer::Status(404),
    Answer::Status(404),
    Answer::Status(408),
    Answer::Status(500),
    Answer::Status(503),
    Answer::Status(4006),
    Answer::Status(4007),
    Answer::Status(4011),
    Answer::Status(409),
    Answer::Status(0),
    Answer::Authenticate,
    Answer::Typed(4029),
    Answer::Typed(403),
    Answer::Typed(5000),
];

const NAMINGS: [Naming; 8] = [
    Naming::Envelope,
    Naming::Envelope,
    Naming::Envelope,
    Naming::Envelope,
    Naming::Unnamed,
    Naming::Body,
    Naming::Foreign,
    Naming::NoUuid,
];

// What ends a session for good is rare, or most of a life is spent dead.
const CLOSES: [CloseReason; 16] = [
    CloseReason::Code(1006),
    CloseReason::Code(1006),
    CloseReason::Code(1006),
    CloseReason::Code(1006),
    CloseReason::Code(1006),
    CloseReason::Lost,
    CloseReason::Lost,
    CloseReason::Lost,
    CloseReason::Lost,
    CloseReason::Lost,
    CloseReason::Code(1001),
    CloseReason::Code(1011),
    CloseReason::Code(4000),
    CloseReason::Code(1013),
    CloseReason::Code(1000),
    CloseReason::AccessDenied,
];

const PRESENCES: [Presence; 8] = [
    Presence::DisconnectReadOnly,
    Presence::DisconnectReadOnly,
    Presence::Disconnect,
    Presence::Join,
    Presence::Clear,
    Presence::SignIn,
    Presence::SessionExpired,
    Presence::Unknown,
];

const ENDINGS: [Ending; 16] = [
    Ending::SessionCleared,
    Ending::SessionCleared,
    Ending::SessionCleared,
    Ending::SessionCleared,
    Ending::SessionCleared,
    Ending::ConnectionClosed,
    Ending::SignedIn,
    Ending::SessionExpired,
    Ending::Logout,
    Ending::Jwt,
    Ending::Jwt,
    Ending::Jwt,
    Ending::Unknown,
    Ending::Unknown,
    Ending::Unknown,
    Ending::Unknown,
];

impl Op {
    /// The next operation, if all of it is there.
    pub(super) fn read(reader: &mut Reader<'_>) -> Option<Self> {
        let code = reader.byte()?;
        let high = code >> 6;
        let bit = high & 1 == 0;
        Some(match code & 0x3f {
            0..=5 => Self::Key,
            6 => Self::KeyInput,
            7 => Self::Burst { keys: reader.byte()? % 16 + 1, gap_ms: 40 << (2 * high) },
            8 => Self::InputCleared,
            9 => Self::ComposerClosed,
            10 => Self::SetTyping(bit),
            11 => Self::Foreground(!bit),
            12..=15 => Self::Send(reader.pick(&TEXTS)?),
            16 => Self::Retry(high),
            17 => Self::Discard(high),
            18..=20 => Self::Visible(reader.byte()?),
            21 => Self::Hidden(reader.byte()?),
            22 => Self::Restored { message: reader.byte()?, own: !bit, read: high & 2 != 0 },
            24 if high == 0 => Self::Disconnect,
            23 | 24 => Self::Connect,
            25 => Self::StartNew,
            26 => Self::NetworkAvailable,
            27 => Self::Renew(high),
            28 => Self::Opened,
            29 | 30 => Self::Closed(reader.pick(&CLOSES)?),
            31 => Self::PeerAlive,
            32 => Self::Stale { back: high, news: reader.byte()? },
            33..=35 => Self::Serve,
            36 => Self::ServeOne,
            37 | 38 => Self::accept(reader.byte()?),
            39..=44 => Self::answer(high, reader)?,
            45..=47 => Self::AgentSays { message: reader.byte()?, form: reader.byte()? },
            48 | 49 => Self::AgentTypes { on: bit, form: reader.byte()? },
            50 if high < 2 => Self::OwnSays(reader.byte()?),
            50 => Self::OwnTypes(bit),
            51 => Self::Presence(reader.pick(&PRESENCES)?),
            52 => Self::Ending(reader.pick(&ENDINGS)?),
            53 => Self::Garbage(high),
            54 => {
                let shape = reader.byte()?;
                let bytes = reader.bytes(usize::from(shape & 0x1f) << high)?.to_vec();
                Self::Frame { class: shape >> 5, bytes }
            }
            55..=57 => Self::Pass(reader.millis()?),
            58 => Self::Sleep(reader.millis()?),
            59 | 60 => Self::ToDeadline,
            61 => Self::BeforeDeadline,
            62 if bit => Self::Tick,
            62 => Self::Earlier(reader.millis()?),
            _ => Self::Lazy(high + 1),
        })
    }

    /// Mostly a session that can be used.
    fn accept(choice: u8) -> Self {
        let (connected, new, read_only) = match choice & 7 {
            0 | 1 => (true, true, false),
            2..=4 => (true, false, false),
            5 => (true, false, true),
            6 => (false, false, true),
            _ => (false, false, false),
        };
        let naming = NAMINGS[usize::from(choice >> 3 & 7)];
        Self::Accept { connected, new, read_only, naming }
    }

    fn answer(high: u8, reader: &mut Reader<'_>) -> Option<Self> {
        let choice = reader.byte()?;
        let how = reader.byte()?;
        Some(Self::Answer {
            // Nearly always a recent one; the request log of a session has 64 places.
            back: if how >= 0xf0 { choice } else { high },
            answer: ANSWERS[usize::from(choice & 0x1f)],
            naming: NAMINGS[usize::from(how & 7)],
            twice: how & 0x38 == 0x38,
        })
    }
}

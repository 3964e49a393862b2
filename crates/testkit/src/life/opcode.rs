//! Which bytes stand for what can happen.
//!
//! Owns: one byte of opcode for each [`Op`], and its operands. Must not know: how an operation is
//! carried out.
//!
//! The lower six bits of an opcode choose the operation, the frequent ones more than once; the two
//! bits above are an operand for some.

use webmessaging_proto::CloseReason;

use super::op::{Answer, Ending, Naming, Op, Presence, SpokenText};
use super::reader::Reader;

/// How many bytes come before the first operation.
pub(super) const HEADER: usize = 6;
/// The operations that make a session ready.
pub(super) const READY: [u8; 3] = [23, 33, 33];

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

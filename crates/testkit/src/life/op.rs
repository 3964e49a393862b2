//! What can happen in a life.
//!
//! Owns: [`Op`] and its operands. Must not know: which bytes stand for it, how it is carried out.
//!
//! All that is counted back (requests, keys, transports) is counted from the newest one.

use webmessaging_proto::CloseReason;

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

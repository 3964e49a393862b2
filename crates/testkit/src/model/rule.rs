//! The rules of the model, so that it can be counted how often each was used.
//!
//! Owns: their names. Must not know: what they do.

macro_rules! rules {
    ($($(#[$doc:meta])* $name:ident,)*) => {
        /// A rule of the model. Over many lives each must be used, or nothing is known of it.
        #[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
        #[non_exhaustive]
        pub enum Rule {
            $($(#[$doc])* $name,)*
        }

        impl Rule {
            /// Every rule.
            pub const ALL: &'static [Self] = &[$(Self::$name,)*];

            /// How many there are.
            pub(super) const COUNT: usize = Self::ALL.len();
        }
    };
}

rules! {
    /// An On at the start of a burst.
    TypingStarts,
    /// An On again, by the timer, while the user goes on.
    TypingRefreshes,
    /// An Off because the user is not typing any more.
    TypingStops,
    /// An Off right before a text.
    OffBeforeText,
    /// A text goes alone because one slot is left.
    TextWithoutItsOff,
    /// A notice was not taken.
    NoticeRefused,
    /// Nobody knows whether a notice was taken.
    NoticeFailed,
    /// What the remote shows is not known after a loss.
    BeliefUnknownAfterLoss,
    /// An Off is owed on the next connection.
    OffOwedAfterLoss,
    /// A text is written.
    TextSent,
    /// A text in flight is confirmed.
    TextConfirmed,
    /// A text is confirmed that was not in flight any more.
    TextConfirmedLate,
    /// No echo in 30 s.
    TextTimedOut,
    /// A text was in flight when the transport was lost.
    TextLost,
    /// 429 for a text: first in line again.
    TextRateLimited,
    /// 408 or 5xx for a text: again after a drawn wait.
    TextTriedAgain,
    /// 408 or 5xx for the third time.
    TextFailedThrice,
    /// Another refusal of a text.
    TextRefused,
    /// A text that was not written goes back to the host.
    TextGivenBack,
    /// A text of the host's goes to the end of the line.
    TextRetried,
    /// A text is forgotten.
    TextDiscarded,
    /// A text that the service would refuse.
    TextRejected,
    /// A receipt is written.
    ReceiptSent,
    /// The host is told instead.
    ReadTold,
    /// The server answered something later.
    ReceiptConfirmed,
    /// What was not confirmed is due again.
    ReceiptDueAgain,
    /// 429 for a receipt.
    ReceiptRateLimited,
    /// 408 or 5xx for a receipt.
    ReceiptParked,
    /// A receipt is given up.
    ReceiptGivenUp,
    /// The oldest message is forgotten although its receipt was owed.
    ReceiptLostToTheCap,
    /// A message from the agent's side.
    AgentMessage,
    /// A message of the guest's from elsewhere.
    OwnMessage,
    /// A message that is known.
    KnownMessage,
    /// Somebody starts typing.
    PeerStarts,
    /// Somebody stops, by whatever cause.
    PeerStops,
    /// A pause for a rate limit.
    RateLimited,
    /// A further rate limit in a row.
    RateLimitDoubled,
    /// A rate limit of nobody knows what, and a text alone is outstanding.
    UnnamedRateLimitMeansText,
    /// A feature is refused.
    CapabilityLost,
    /// The token is refused.
    AuthenticationFailed,
    /// The session is over by time.
    SessionExpired,
    /// An error that belongs to nothing.
    Fault,
    /// A configure is asked again.
    ConfigureAgain,
    /// A configure is refused for good.
    ConfigureRefused,
    /// A configure, a dial or a health check without an answer.
    NoAnswer,
    /// A transport is lost.
    Lost,
    /// A wait is over.
    DialedAgain,
    /// The wait is cut short.
    NetworkBack,
    /// Five minutes of trying.
    GaveUp,
    /// The server ends the connection for good.
    ClosedByServer,
    /// The host leaves.
    Disconnected,
    /// Leaving took too long.
    ClosingTimedOut,
    /// A session is resumed.
    Resumed,
    /// Another session in place of the old one.
    Replaced,
    /// The conversation can't be written to any more.
    ReadOnly,
    /// The way out of it.
    StartNew,
    /// A Join for the new session.
    Join,
    /// A health check is written.
    Echo,
    /// A health check is answered.
    EchoAnswered,
    /// Something was wanted and the budget had no room.
    NoRoom,
    /// A word of an older transport.
    Stale,
}

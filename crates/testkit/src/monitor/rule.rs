//! The rules, each with what must hold.
//!
//! Owns: [`Rule`]. Must not know: how a rule is checked.

/// Declares the rules: name, and the sentence that is both documentation and message.
macro_rules! rules {
    ($($rule:ident: $must_hold:literal,)*) => {
        /// What must hold of every session. `T`, `I` and `R` number the rules of the own typing
        /// indicator, of the others' indicators, and of read receipts.
        #[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
        #[non_exhaustive]
        pub enum Rule {
            $(#[doc = $must_hold] $rule,)*
        }

        impl Rule {
            /// Every rule.
            pub const ALL: &'static [Self] = &[$(Self::$rule,)*];

            /// What must hold.
            #[must_use]
            pub const fn must_hold(self) -> &'static str {
                match self {
                    $(Self::$rule => $must_hold,)*
                }
            }
        }
    };
}

rules! {
    T1: "An Off is sent only while the agent may still see the guest typing.",
    T2: "Between two Offs there is an On, unless the server refused the first Off.",
    T3: "Once the user is idle, the agent's indicator ends by an Off or by time.",
    T4: "While keys come closer than the idle time, no Off is sent.",
    T5: "While the user types, the indicator is refreshed before it expires.",
    T6: "Two Ons keep the minimum gap, and a believed On is repeated only as a refresh.",
    T7: "The Off of a text goes before the text, if it can go at all.",
    T8: "An end that the user makes (clear, close, hide, send, leave) is told in the same step.",
    T10: "An On needs a key, or a hold, that is not over.",
    T11: "Typing is never refused, and nothing of it is sent or queued while not ready.",
    T12: "A user who types is shown as soon as delay, gap, pause and budget allow, also after a loss.",
    T13: "Nothing of typing is sent that the wire lacks or the server has forbidden.",
    T14: "An Off that was refused, or became doubtful by a loss, is sent again as soon as it can be.",
    T15: "No notice is sent inside a pause.",
    StartDelay: "The first On of a burst waits for the start delay.",
    T17: "One step, however late, gives at most one output of a kind for each thing.",
    T18: "An early tick sends nothing and tells nothing.",
    T19: "Without refresh, no notice comes twice in a row.",
    T20: "A session that is not started, or over, holds no timer but a dwell.",

    I1: "An indicator ends exactly at its deadline, and never stays without one.",
    I2: "What one typist does changes no other's indicator.",
    I4: "A newer On is not ended by an older one's deadline.",
    I5: "Starts and stops alternate for each typist, and each is told once.",
    I6: "A message ends its sender's indicator in the same step.",
    I7: "The guest's own typing, and what is no typing, starts no indicator.",
    I9: "With the connection or the conversation every indicator ends in the same step.",
    I12: "No more typists are shown than the cap allows.",

    R1: "A message is told as read at most once on a connection, unless the server refused it.",
    R2: "No receipt without the message being visible in the foreground.",
    R3: "What was read is told as soon as phase, pause and budget allow.",
    R4: "No receipt before the whole dwell has passed in one piece.",
    R5: "Receipts keep the order of reading.",
    R6: "No receipt for a message of the guest's own.",
    R7: "No receipt for a message that was never received or restored.",
    R9: "A receipt that the server refused for now is sent again.",
    R10: "A receipt that nobody confirmed is sent again after a reconnect.",
    R12: "A receipt that is confirmed, given up, or restored as read is not sent.",
    R13: "A receipt that is given up is reported, once, and no other is.",
    R18: "The answer to a receipt causes no receipt.",
    R19: "A pause is at least what the server asked for, within 1 s and 5 min.",

    TextOrder: "Texts are written in the order of sending and retrying.",
    OneInFlight: "A text is written only when no other one is in flight.",
    TextTwice: "A text is written again only after a refusal, a retry, or a loss before writing.",
    TextEnds: "A text ends once: confirmed, kept as unconfirmed or failed, or discarded.",
    TextLeft: "No text waits in a conversation that can't be written to, or was left.",
    TextIdle: "No text waits that could go.",
    TextUnchanged: "What is written is what the host gave.",
    TracingIds: "No tracing id comes twice.",

    Budget: "Never more than 60 requests in 62 s on a connection.",
    BudgetReserve: "The last ten requests are for configures, texts, and the Off before a text.",
    BudgetReceipts: "Never more than 30 receipts in 62 s on a connection.",
    BudgetEchoes: "Health checks keep their interval, and there are never more than 2 in 62 s.",
    TextRate: "Never more than 5 texts in 1.1 s, whatever the connection.",
    PauseKept: "Nothing that a rate limit concerns is sent before its end.",

    SilentUnlessReady: "Typing, texts, receipts, joins and health checks are sent only when ready.",
    ConfigureFirst: "The first frame on a transport is a configure; while configuring nothing else but a close goes out.",
    LiveTransport: "A frame is sent only on a transport that is open.",
    TransportIds: "Transports are dialed one at a time, each once, numbered upward.",
    PhaseTable: "The phase changes only along the documented table.",
    PhaseCause: "What is over comes back only by Connect; a session is ready only by the server's word.",
    PhaseTold: "A change of phase is told once, and the phase in force is the one told last.",
    PhaseTimeOut: "No phase of waiting lasts longer than its time-out.",
    GivesUp: "Reconnecting ends when its time is over.",
    Capabilities: "A capability is lost once, and what is lost is not used.",

    NeverLate: "When drained, the armed wake-up is at or before the deadline, and the deadline at or before whatever is due.",
    NoBusyLoop: "After a tick nothing is due any more, and ticks at one instant come to an end.",
    RejectedChangesNothing: "A refused input changes nothing but the time.",
    Verdict: "An input is refused exactly for a documented reason.",
    FewOutputs: "One step gives a bounded number of outputs.",
    Caps: "No collection that shows outside outgrows its cap.",
    NoSecrets: "No token and no text shows in Debug.",
    StatsTrue: "The counts are those of what was seen.",
}

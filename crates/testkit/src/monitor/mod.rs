//! The rules that hold for every session, checked from outside while it runs.
//!
//! Owns: what can be seen of a session (inputs, verdicts, outputs, phase, deadline) and what must
//! hold of it. Must not know: the session's inside; any driver.
//!
//! [`Watched`] is a session with the checks around it: use it wherever a
//! [`Session`](webmessaging_proto::Session) is used, and look at [`Watched::violations`].
//! [`Monitor`] is the checker alone, for a driver of one's own.
//!
//! The rules ([`Rule`]) are those of a typing indicator (T), of the others' indicators (I), of read
//! receipts (R), of the line of texts, the request budget, the phases and the wake-up. Each is stated
//! as an observer sees it, and looked at after each step: what must not be sent, and what must have
//! been sent by now.
//!
//! Of the general rules of the field these do not show here, or do not apply:
//!
//! * T9, I11, R15: there is one conversation.
//! * T10: what counts as an edit is the host's to say; that an On needs one shows.
//! * T16, I8: that only the order of inputs and their arrival matter shows by living a run twice.
//! * I3: the service does not tell a person's devices apart.
//! * I10: a configuration that contradicts itself can't be built.
//! * R8, R17: each message has a receipt of its own; nothing is combined, and none comes in.
//! * R11: there is no coalescing; R3 says at once.
//! * R14, R16: there are no private receipts, and nothing is marked unread.
//! * R20: receipts of kind "delivered" do not exist; a message restored as read is under R12.
//!
//! Where several inputs came before the outputs were drained, it can't be known which caused what.
//! Then nothing is held against the session that one order could explain, and what is no longer
//! known is learnt anew.

mod around;
mod budget;
mod clock;
mod closely;
mod failures;
mod family;
mod ledger;
mod lifecycle;
mod notices;
mod once;
mod peers;
mod receipts;
mod rule;
mod seen;
mod texts;
mod typing;
mod violation;
mod watch;
mod watched;

pub use rule::Rule;
pub use violation::Violation;
pub use watch::Monitor;
pub use watched::{Depth, Watched};

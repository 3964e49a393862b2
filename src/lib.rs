#![doc = include_str!("../README.md")]
#![no_std]
#![forbid(unsafe_code)]

extern crate alloc;

pub mod dialect;
pub mod frame;
pub mod json;

mod config;
mod endpoint;
mod error;
mod growth;
mod id;
mod input;
mod lazy;
mod line;
mod offset;
mod output;
mod peer_typing;
mod receipts;
mod rng;
mod sensitive;
mod session;
mod time;
mod timer;
mod tree;
mod typing;

pub use config::{
    Capability, Config, Credentials, Limits, MAX_TEXT_CHARS, MIN_HEALTH_CHECK_INTERVAL, Profile,
    ReconnectPolicy,
};
pub use endpoint::{Endpoint, EndpointOutput};
pub use error::{ConfigError, InputError, RestoreError};
pub use id::{LocalKey, TracingId, TransportId};
pub use input::{CloseReason, Input};
pub use output::{Close, ClosedReason, Event, FailureCode, FaultCode, Message, Output};
pub use peer_typing::{
    DEFAULT_TYPING_DURATION, MAX_TYPING_DURATION, MIN_TYPING_DURATION, PeerTyping,
    PeerTypingChange, PeerTypingEnd, Typist,
};
pub use receipts::{Added, LedgerId, MAX_ID_BYTES, ReceiptPolicy, Receipts, Sender};
pub use sensitive::Sensitive;
pub use session::{
    FailReason, HeldText, Phase, Session, Snapshot, Stats, TextState, phase_diagram,
};
pub use time::{Deadline, Instant};
pub use timer::Timer;
pub use typing::{MIN_IDLE, SentNotice, Typing, TypingPolicy};

//! The service without input or output: who is connected, which sessions there are, and what is owed to whom.
//!
//! The host gives time and happenings, and takes [`Output`]s:
//!
//! 1. call one of the verbs ([`Service::connect`], [`Service::receive`], [`Service::disconnected`], an agent's or a
//!    backend's command), each with the time that has passed since the host's zero;
//! 2. take [`Service::poll_output`] until it is empty;
//! 3. call [`Service::tick`] at [`Service::deadline`]. Late or early ticks change nothing of what happens, since every
//!    verb first does what was due before it, at the time when it was due.
//!
//! No input can make it panic. All memory is bounded by [`Caps`](crate::Caps); the order of everything is determined by
//! the inputs and the seed.

mod agent;
mod clock;
mod configure;
mod connection;
mod denial;
mod egress;
mod ending;
mod fault;
mod fault_form;
mod faulty;
mod guest_message;
mod ingress;
mod json;
mod lane;
mod message;
mod private;
mod queries;
mod random;
mod rate;
mod reply;
mod request;
mod rest;
mod session;
mod structured;
mod timers;
mod token;
mod typing;
mod upgrade;
mod view;

use std::{
    collections::{BTreeMap, VecDeque},
    fmt,
    sync::Arc,
    time::Duration,
};

pub use agent::AgentError;
pub use connection::ConnectionId;
pub use fault::{Direction, Fault, FaultError, FaultKind, FaultView};
pub use ingress::Payload;
pub use private::Private;
pub use request::RequestKind;
pub use rest::{Conversation, ConversationError};
pub use session::SessionLife;
pub use upgrade::ConnectError;
pub use view::{
    AgentEvent, AgentEventKind, Author, MessageState, MessageView, SessionView, Timestamp,
    TypingEnd,
};

use crate::options::Options;
use clock::Clock;
use connection::Connection;
use fault::Faults;
use random::Random;
use rate::Window;
use session::{ConversationId, Sessions};
use timers::Timers;
use token::TokenSigner;

/// What the host has to do.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Output {
    /// Send a text frame.
    Send {
        /// Where to.
        connection: ConnectionId,
        /// The frame.
        text: Private,
    },
    /// Send a close frame; the connection is over.
    Close {
        /// Which.
        connection: ConnectionId,
        /// The close code.
        code: u16,
    },
    /// Drop the connection without a close frame; it is over.
    Abort {
        /// Which.
        connection: ConnectionId,
    },
    /// Stop or start reading from the connection. What is not read is not answered: no ping either.
    SetReading {
        /// Which.
        connection: ConnectionId,
        /// Start or stop.
        reading: bool,
    },
    /// Tell the agent's side.
    Agent(AgentEvent),
}

/// What has a deadline.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Timer {
    /// A frame that was held back on its way in.
    Ingress(ConnectionId),
    /// A frame that was held back on its way out.
    Egress(ConnectionId),
    /// The guest's typing indicator of a conversation.
    Typing(ConversationId),
    /// The session of a conversation.
    Expiry(ConversationId),
}

/// The service.
pub struct Service {
    options: Options,
    clock: Clock,
    random: Random,
    signer: TokenSigner,
    sessions: Sessions,
    /// Apart from the tree, whose nodes have room for many.
    connections: BTreeMap<ConnectionId, Box<Connection>>,
    last_connection: u64,
    /// New connections of each deployment.
    arrivals: BTreeMap<String, Window>,
    faults: Faults,
    timers: Timers<Timer>,
    outputs: VecDeque<Output>,
    /// The request being answered; faults may be for its answer alone.
    cause: Option<(ConnectionId, RequestKind)>,
    last_serial: u64,
    /// Guest tokens with a lower number are refused everywhere.
    revoked_below: u64,
}

impl fmt::Debug for Service {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Service")
            .field("options", &self.options)
            .field("clock", &self.clock)
            .field("sessions", &self.sessions.len())
            .field("connections", &self.connections.len())
            .finish_non_exhaustive()
    }
}

impl Service {
    /// A service whose zero is the Unix time `epoch`. Ids and the signing key come from [`Options::seed`], or from 0.
    #[must_use]
    pub fn new(options: Options, epoch: Duration) -> Self {
        let mut random = Random::new(options.seed.unwrap_or_default());
        let signer = TokenSigner::new(&random.key());
        let mut faults = Faults::default();
        for fault in &options.faults {
            // Beyond the cap a fault is dropped, as one added later would be refused.
            let _ = faults.add(fault.clone(), options.caps.faults);
        }
        Self {
            options,
            clock: Clock::new(epoch),
            random,
            signer,
            sessions: Sessions::default(),
            connections: BTreeMap::new(),
            last_connection: 0,
            arrivals: BTreeMap::new(),
            faults,
            timers: Timers::new(),
            outputs: VecDeque::new(),
            cause: None,
            last_serial: 0,
            revoked_below: 0,
        }
    }

    /// How it behaves.
    #[must_use]
    pub const fn options(&self) -> &Options {
        &self.options
    }

    /// Does what is due at `now`.
    pub fn tick(&mut self, now: Duration) {
        self.advance(now);
    }

    /// When [`Service::tick`] is wanted.
    #[must_use]
    pub fn deadline(&self) -> Option<Duration> {
        self.timers.earliest()
    }

    /// The next thing to do, in order.
    #[must_use]
    pub fn poll_output(&mut self) -> Option<Output> {
        self.outputs.pop_front()
    }

    /// Every session, by conversation id.
    #[must_use]
    pub fn sessions(&self) -> Vec<SessionView> {
        self.sessions.iter().map(|s| s.view(self.unix_seconds(s.expires))).collect()
    }

    /// The session of a conversation.
    #[must_use]
    pub fn session(&self, conversation_id: &str) -> Option<SessionView> {
        self.sessions.get(conversation_id).map(|s| s.view(self.unix_seconds(s.expires)))
    }

    fn unix_seconds(&self, at: Duration) -> u64 {
        self.clock.unix_at(at).as_secs()
    }

    fn advance(&mut self, now: Duration) {
        while let Some((at, timer)) = self.timers.pop_due(now) {
            self.clock.advance(at);
            match timer {
                Timer::Ingress(connection) => self.release_ingress(connection),
                Timer::Egress(connection) => self.release_egress(connection),
                Timer::Typing(conversation) => {
                    self.end_guest_typing(&conversation, TypingEnd::Expired);
                }
                Timer::Expiry(conversation) => self.expire_session(&conversation),
            }
        }
        self.clock.advance(now);
    }

    fn emit_agent(&mut self, conversation: &ConversationId, kind: AgentEventKind) {
        if self.outputs.len() >= self.options.caps.outputs {
            return;
        }
        let (time, conversation_id) = (self.clock.timestamp(), Arc::clone(conversation));
        self.outputs.push_back(Output::Agent(AgentEvent { time, conversation_id, kind }));
    }
}

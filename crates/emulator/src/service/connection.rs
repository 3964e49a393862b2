//! One WebSocket as the service sees it. Knows which session it belongs to, not what happens there.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::{denial::Denial, lane::Lane, private::Private, rate::Window, session::ConversationId};

/// A connection, numbered in the order of arrival.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct ConnectionId(pub u64);

impl fmt::Display for ConnectionId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0)
    }
}

/// What came from a guest and is held back.
#[derive(Clone, Debug)]
pub(crate) enum Ingress {
    Frame(Private),
    /// What is not even read.
    Refused(Denial),
}

/// What leaves towards a guest, in order.
#[derive(Clone, Debug)]
pub(crate) enum Egress {
    Frame(Private),
    Close(u16),
}

/// The token that a connection was configured with.
#[derive(Clone, Debug)]
pub(crate) struct Presented {
    pub(crate) token: Private,
    pub(crate) serial: Option<u64>,
}

#[derive(Clone, Debug)]
pub(crate) struct Connection {
    pub(crate) deployment_id: String,
    /// The conversation of the session that it is configured for.
    pub(crate) session: Option<ConversationId>,
    pub(crate) presented: Option<Presented>,
    pub(crate) requests: Window,
    pub(crate) echoes: Window,
    pub(crate) ingress: Lane<Ingress>,
    pub(crate) egress: Lane<Egress>,
    /// A close is on its way; nothing more is read or sent.
    pub(crate) closing: bool,
    /// Told to the host, so that it stops reading and answers no ping.
    pub(crate) muted: bool,
}

impl Connection {
    pub(crate) fn new(deployment_id: &str) -> Self {
        Self {
            deployment_id: deployment_id.to_owned(),
            session: None,
            presented: None,
            requests: Window::default(),
            echoes: Window::default(),
            ingress: Lane::default(),
            egress: Lane::default(),
            closing: false,
            muted: false,
        }
    }
}

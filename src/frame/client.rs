//! What the guest says to the service (`wire.md` 2).
//!
//! Owns: [`ClientFrame`] and its parts. Must not know: tokens, deployments, the spelling.

use alloc::borrow::Cow;
use alloc::boxed::Box;
use alloc::collections::BTreeMap;
use alloc::string::String;
use alloc::vec::Vec;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::id::TracingId;
use crate::sensitive::Sensitive;
use crate::tree::{FromTree, Members, Tree};

/// One request to the service. The token is added when it is encoded, so that no frame carries it.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct ClientFrame<'a> {
    /// Names the request in the answer.
    pub tracing_id: TracingId,
    /// What is asked.
    pub body: ClientBody<'a>,
}

impl<'a> ClientFrame<'a> {
    /// The request `body` under the name `tracing_id`.
    #[must_use]
    pub const fn new(tracing_id: TracingId, body: ClientBody<'a>) -> Self {
        Self { tracing_id, body }
    }
}

/// What a guest can ask.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum ClientBody<'a> {
    /// `configureSession` (`wire.md` 1.7): the first frame on every transport.
    ConfigureSession {
        /// Throw a read-only session away and open a new one under the same token.
        start_new: bool,
        /// Where the guest comes from.
        journey_context: Option<Box<JourneyContext>>,
    },
    /// `closeSession` (`wire.md` 1.9, 2.9).
    CloseSession {
        /// Also the session's other connections.
        close_all_connections: bool,
    },
    /// A text message (`wire.md` 2.3).
    Text {
        /// The message.
        text: Sensitive<'a>,
        /// Sent as `message.channel.metadata.customAttributes`.
        attributes: CustomAttributes,
    },
    /// The typing indicator. `Off` is not in the service's public schema (`wire.md` 2.2).
    Typing(TypingNotice),
    /// Presence `Join`: starts the conversation before the first text (`wire.md` 2.4).
    Join {
        /// Sent as `message.channel.metadata.customAttributes`.
        attributes: CustomAttributes,
    },
    /// A read receipt. Not in public use on the service (`wire.md` 9.1).
    ReadReceipt {
        /// The key of the message that was read.
        message: Cow<'a, str>,
    },
    /// A health check (`wire.md` 2.6).
    Echo,
}

/// The two states of a typing indicator on the wire.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum TypingNotice {
    /// The guest is typing.
    On,
    /// The guest has stopped.
    Off,
}

/// Custom attributes of a text or a Join: names to values, at most 2048 bytes of UTF-8 in sum on
/// the service (`wire.md` 5.6), in the order of their names. `Debug` shows only how many there are.
///
/// ```
/// use webmessaging_proto::frame::CustomAttributes;
///
/// let mut attributes = CustomAttributes::from([("order", "4711"), ("tier", "gold")]);
/// attributes.insert("order".into(), "4712".into());
/// assert!(attributes.iter().eq([("order", "4712"), ("tier", "gold")]));
/// ```
#[derive(Clone, Default, Eq, Hash, PartialEq)]
pub struct CustomAttributes(Vec<(String, String)>);

impl CustomAttributes {
    /// Gives a name a value, in place of the one that it had.
    pub fn insert(&mut self, name: String, value: String) {
        match self.0.binary_search_by(|(other, _)| other.cmp(&name)) {
            Ok(at) => self.0[at].1 = value,
            Err(at) => self.0.insert(at, (name, value)),
        }
    }

    /// All of them, by name.
    #[must_use]
    pub fn iter(&self) -> impl ExactSizeIterator<Item = (&str, &str)> {
        self.0.iter().map(|(name, value)| (&**name, &**value))
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

/// Of equal names the last one counts.
impl<N: Into<String>, V: Into<String>> FromIterator<(N, V)> for CustomAttributes {
    fn from_iter<I: IntoIterator<Item = (N, V)>>(pairs: I) -> Self {
        let mut attributes = Self::default();
        for (name, value) in pairs {
            attributes.insert(name.into(), value.into());
        }
        attributes
    }
}

impl<N: Into<String>, V: Into<String>, const COUNT: usize> From<[(N, V); COUNT]>
    for CustomAttributes
{
    fn from(pairs: [(N, V); COUNT]) -> Self {
        pairs.into_iter().collect()
    }
}

impl Serialize for CustomAttributes {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.iter())
    }
}

impl<'de> Deserialize<'de> for CustomAttributes {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Ok(BTreeMap::<String, String>::deserialize(deserializer)?.into_iter().collect())
    }
}

impl FromTree<'_> for CustomAttributes {
    fn from_tree(tree: &Tree) -> Option<Self> {
        let mut attributes = Self::default();
        for (name, value) in <&Members>::from_tree(tree)?.iter() {
            attributes.insert(name.into(), <&str>::from_tree(value)?.into());
        }
        Some(attributes)
    }
}

/// Nothing, if there is none.
impl From<CustomAttributes> for Tree {
    fn from(attributes: CustomAttributes) -> Self {
        let mut members = Members::default();
        for (name, value) in attributes.0 {
            members.put(name, Sensitive::from(value));
        }
        Self::from(members).unless_empty()
    }
}

impl core::fmt::Debug for CustomAttributes {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        write!(f, "CustomAttributes({})", self.0.len())
    }
}

/// Where the guest comes from (`wire.md` 1.7). Reported to the service with every configure.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct JourneyContext {
    /// The customer.
    pub customer: JourneyCustomer,
    /// The customer's visit.
    pub customer_session: JourneySession,
    /// The journey action that opened the chat.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub triggering_action: Option<JourneyAction>,
}

impl JourneyContext {
    /// The context of a customer known by a cookie, in a web session without a name: what the
    /// service's own clients send.
    #[must_use]
    pub fn cookie(customer_id: impl Into<String>) -> Self {
        Self {
            customer: JourneyCustomer { id: customer_id.into(), id_type: "cookie".into() },
            customer_session: JourneySession { id: String::new(), kind: "web".into() },
            triggering_action: None,
        }
    }
}

/// The customer of a [`JourneyContext`]. `Debug` does not show who it is.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct JourneyCustomer {
    /// The customer's id.
    pub id: String,
    /// What kind of id it is: `cookie` in every known client.
    pub id_type: String,
}

impl core::fmt::Debug for JourneyCustomer {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("JourneyCustomer").field("id_type", &self.id_type).finish_non_exhaustive()
    }
}

/// The visit of a [`JourneyContext`].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct JourneySession {
    /// The visit's id; empty in every known client.
    pub id: String,
    /// `web` or `app`.
    #[serde(rename = "type")]
    pub kind: String,
}

/// The triggering action of a [`JourneyContext`].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct JourneyAction {
    /// The action's id.
    pub id: String,
    /// The map that led to it.
    pub action_map: JourneyActionMap,
}

/// The action map of a [`JourneyAction`].
#[derive(Clone, Debug, Eq, PartialEq, Serialize, Deserialize)]
pub struct JourneyActionMap {
    /// The map's id.
    pub id: String,
    /// The map's version.
    pub version: u64,
}

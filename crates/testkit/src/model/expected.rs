//! What the model expects to be given.
//!
//! Owns: the comparison with what a session gave. Must not know: why it is expected.

use core::fmt;

use webmessaging_proto::frame::{Content, OriginatingEntity, StructuredMessage};
use webmessaging_proto::{Event, Output, Sender, Sensitive};

/// An output, timers left out: they are compared by what they do.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Expected {
    Output(Output),
    Received(Box<Received>),
}

/// A message for the host.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Received {
    id: String,
    from: Sender,
    nickname: Option<String>,
    entity: Option<OriginatingEntity>,
    time: Option<String>,
    text: Option<Sensitive<'static>>,
    content: Vec<Content<'static>>,
}

impl Received {
    /// All that a message says, owned.
    pub(super) fn of(message: &StructuredMessage<'_>, from: Sender) -> Self {
        let channel = message.channel.as_ref();
        Self {
            id: message.key().to_owned(),
            from,
            nickname: message.sender_name().map(str::to_owned),
            entity: message.originating_entity,
            time: channel.and_then(|channel| channel.time.as_deref()).map(str::to_owned),
            text: message.text.clone().map(Sensitive::into_owned),
            content: message.content.iter().cloned().map(Content::into_owned).collect(),
        }
    }
}

impl Expected {
    /// Whether this is what was given.
    pub(super) fn is(&self, given: &Output) -> bool {
        match (self, given) {
            (Self::Output(expected), given) => expected == given,
            (Self::Received(expected), Output::Emit(Event::MessageReceived(given))) => {
                expected.id == *given.id
                    && expected.from == given.from
                    && expected.nickname.as_deref() == given.nickname.as_deref()
                    && expected.entity == given.entity
                    && expected.time.as_deref() == given.time.as_deref()
                    && expected.text == given.text
                    && expected.content == given.content
            }
            (Self::Received(_), _) => false,
        }
    }
}

impl fmt::Display for Expected {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Output(output) => write!(f, "{output:?}"),
            Self::Received(received) => write!(f, "{received:?}"),
        }
    }
}

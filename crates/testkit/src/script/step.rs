//! One step: its time, and what happens.
//!
//! Owns: the names of the inputs and of their members. Must not know: other lines, the session.

use core::num::NonZeroU64;
use serde_json::value::RawValue;

use webmessaging_proto::{CloseReason, Credentials, Input, LocalKey, Sender, TransportId};

use super::config::ATTRIBUTES;
use super::frame::FrameTemplate;
use super::members::{Members, shown};
use super::{Action, Problem, TransportNews, Wire};

/// Every input that a script can give, in the order of the documentation.
pub const INPUTS: [&str; 20] = [
    "connect",
    "disconnect",
    "transport_opened",
    "transport_closed",
    "network_available",
    "peer_alive",
    "tick",
    "keystroke",
    "input_cleared",
    "composer_closed",
    "set_typing",
    "foreground",
    "send_text",
    "retry",
    "discard",
    "message_visible",
    "message_hidden",
    "message_restored",
    "renew",
    "start_new",
];

const KINDS: [&str; 3] = ["input", "recv", "recv_text"];
const TIME: &str = "a whole number of milliseconds since the start";
const NAME: &str = "the name of an input";
const TEXT: &str = "a string";
const ID: &str = "the message's id, a string";
const KEY: &str = "the text's key, a whole number";
const ON: &str = "true or false";
const CODE: &str = "a close code, 0 to 65535";
const TRANSPORT: &str = "the number of a transport, from 1";

/// A member that is a time.
pub(super) fn milliseconds(members: &mut Members<'_>, name: &'static str) -> Result<u64, Problem> {
    members.required(name, TIME)
}

/// What happens, of a line whose time is taken.
pub(super) fn parse(members: &mut Members<'_>) -> Result<Action, Problem> {
    let mut kinds = KINDS.into_iter().filter(|kind| members.has(kind));
    let kind = kinds.next().ok_or(Problem::NothingHappens)?;
    if let Some(second) = kinds.next() {
        return Err(Problem::TooMuchHappens { first: kind, second });
    }
    match (kind, members.raw(kind)) {
        ("recv", Some(frame)) => received(members, Wire::Frame(FrameTemplate::parse(frame.get())?)),
        ("recv_text", Some(text)) => {
            let text = read(text, "recv_text", TEXT)?;
            received(members, Wire::Text(text))
        }
        (_, Some(name)) => {
            let name: String = read(name, "input", NAME)?;
            input(&name, members)
        }
        (_, None) => Err(Problem::NothingHappens),
    }
}

fn input(name: &str, members: &mut Members<'_>) -> Result<Action, Problem> {
    let news = match name {
        "transport_opened" => TransportNews::Opened,
        "transport_closed" => TransportNews::Closed(close_reason(members)?),
        "peer_alive" => TransportNews::PeerAlive,
        _ => return Ok(Action::Input(Box::new(of_the_host(name, members)?))),
    };
    Ok(Action::Transport { transport: transport(members)?, news })
}

fn of_the_host(name: &str, members: &mut Members<'_>) -> Result<Input<'static>, Problem> {
    Ok(match name {
        "connect" => Input::Connect,
        "disconnect" => Input::Disconnect,
        "network_available" => Input::NetworkAvailable,
        "tick" => Input::Tick,
        "keystroke" => Input::Keystroke,
        "input_cleared" => Input::InputCleared,
        "composer_closed" => Input::ComposerClosed,
        "set_typing" => Input::SetTyping(members.required("on", ON)?),
        "foreground" => Input::Foreground(members.required("on", ON)?),
        "send_text" => Input::SendText {
            key: key(members)?,
            text: members.required::<String>("text", TEXT)?.into(),
            attributes: members.optional("attributes", ATTRIBUTES)?.unwrap_or_default(),
        },
        "retry" => Input::Retry { key: key(members)? },
        "discard" => Input::Discard { key: key(members)? },
        "message_visible" => Input::MessageVisible { id: id(members)?.into() },
        "message_hidden" => Input::MessageHidden { id: id(members)?.into() },
        "message_restored" => Input::MessageRestored {
            id: id(members)?.into(),
            from: sender(members)?,
            read: members.optional("read", ON)?.unwrap_or(false),
        },
        "renew" => Input::Renew(Credentials::new(members.required::<String>("token", TEXT)?)),
        "start_new" => Input::StartNew,
        _ => {
            return Err(Problem::UnknownInput { name: name.into(), known: INPUTS.to_vec() });
        }
    })
}

fn received(members: &mut Members<'_>, wire: Wire) -> Result<Action, Problem> {
    Ok(Action::Transport { transport: transport(members)?, news: TransportNews::Received(wire) })
}

fn transport(members: &mut Members<'_>) -> Result<Option<TransportId>, Problem> {
    let number = members.optional::<NonZeroU64>("transport", TRANSPORT)?;
    Ok(number.map(|number| TransportId(number.get())))
}

fn close_reason(members: &mut Members<'_>) -> Result<CloseReason, Problem> {
    let code = members.optional("code", CODE)?;
    let denied = members.optional("access_denied", ON)?.unwrap_or(false);
    match (code, denied) {
        (Some(_), true) => Err(Problem::ClosedTwice),
        (Some(code), false) => Ok(CloseReason::Code(code)),
        (None, true) => Ok(CloseReason::AccessDenied),
        (None, false) => Ok(CloseReason::Lost),
    }
}

fn key(members: &mut Members<'_>) -> Result<LocalKey, Problem> {
    members.required("key", KEY).map(LocalKey)
}

fn id(members: &mut Members<'_>) -> Result<String, Problem> {
    members.required("id", ID)
}

fn sender(members: &mut Members<'_>) -> Result<Sender, Problem> {
    let Some(value) = members.raw("from") else { return Ok(Sender::Agent) };
    match value.get() {
        "\"agent\"" => Ok(Sender::Agent),
        "\"guest\"" => Ok(Sender::Guest),
        _ => Err(Problem::Unfit {
            member: "from".into(),
            expected: "\"agent\" or \"guest\"",
            found: shown(value),
        }),
    }
}

fn read(value: &RawValue, member: &str, expected: &'static str) -> Result<String, Problem> {
    serde_json::from_str(value.get()).map_err(|_| Problem::Unfit {
        member: member.into(),
        expected,
        found: shown(value),
    })
}

//! One WebSocket, with the closures that it calls.
//!
//! Owns: what a socket's events bring, and that it is detached and closed when dropped. Must not
//! know: the session, what a message means.

use wasm_bindgen::prelude::*;
use webmessaging_proto::{Close, TransportId};

use crate::environment::{Environment, SocketEvent, WebSocket};
use crate::script::{Bytes, Function, Text};

/// The service's messages are some kilobytes; what a host keeps of an unknown part takes more room
/// than it does on the wire.
const MAX_MESSAGE_SIZE: u32 = 1024 * 1024;
/// `WebSocket.CLOSING` and `CLOSED` are not under this.
const CLOSING: f64 = 2.0;

/// A socket that is dialing, open or closing. Dropping it cuts it off: nothing is heard of it any
/// more. Calls into JavaScript when dropped.
pub(crate) struct Socket {
    pub(crate) id: TransportId,
    inner: WebSocket,
    /// Called by the socket as long as this lives.
    on_open: Closure<dyn Fn()>,
    on_message: Closure<dyn Fn(SocketEvent)>,
    on_close: Closure<dyn Fn(SocketEvent)>,
}

/// What a socket says.
pub(crate) enum SocketNews {
    Opened,
    Message(Incoming),
    /// With its code, if it has one.
    Closed(Option<u16>),
}

/// A message.
pub(crate) enum Incoming {
    Text(String),
    Binary(Vec<u8>),
    /// Too long, or of a kind that holds no frame.
    Unfit,
}

impl Socket {
    /// Dials `url`; `hear` is called with all that the socket says.
    ///
    /// # Errors
    /// The exception of the constructor, or of a socket that cannot be listened to.
    pub(crate) fn dial(
        id: TransportId,
        environment: &Environment,
        url: &str,
        hear: impl Fn(TransportId, SocketNews) + Clone + 'static,
    ) -> Result<Self, JsValue> {
        let (on_open, on_message, on_close) = (hear.clone(), hear.clone(), hear);
        let socket = Self {
            id,
            inner: environment.dial(url)?,
            on_open: Closure::new(move || on_open(id, SocketNews::Opened)),
            on_message: Closure::new(move |event: SocketEvent| {
                on_message(id, SocketNews::Message(Incoming::of(&event)));
            }),
            on_close: Closure::new(move |event: SocketEvent| {
                on_close(id, SocketNews::Closed(code_of(&event)));
            }),
        };
        socket.listen()?;
        Ok(socket)
    }

    fn listen(&self) -> Result<(), JsValue> {
        self.inner.set_binary_type("arraybuffer")?;
        self.inner.set_onopen(self.on_open.as_ref())?;
        self.inner.set_onmessage(self.on_message.as_ref())?;
        self.inner.set_onclose(self.on_close.as_ref())?;
        // A close follows every error. Some sockets throw when nobody listens, even after a close.
        self.inner.set_onerror(&Function::nothing())
    }

    /// What a frame is sent with, to be called when nothing here is borrowed.
    pub(crate) fn sender(&self) -> Sender {
        Sender(self.inner.clone())
    }
}

impl Drop for Socket {
    fn drop(&mut self) {
        let nothing = JsValue::NULL;
        // One that refuses calls a closure that is gone, which is an error there, and no news here.
        let _ = self.inner.set_onopen(&nothing);
        let _ = self.inner.set_onmessage(&nothing);
        let _ = self.inner.set_onclose(&nothing);
        if is_usable(&self.inner) {
            // Closing what cannot be closed is no news.
            let _ = self.inner.close();
        }
    }
}

/// The outgoing half of a socket.
pub(crate) struct Sender(WebSocket);

impl Sender {
    /// Sends one message; whether the socket has taken it.
    pub(crate) fn send(&self, text: &str) -> bool {
        // A socket that closes would drop it without a word.
        is_usable(&self.0) && self.0.send(text).is_ok()
    }

    /// Begins the closing handshake.
    pub(crate) fn close(&self, close: Close) {
        let closed = match close {
            // The only code that a page may give.
            Close::Normal => self.0.close_with(close.code()),
            _ => self.0.close(),
        };
        if let Err(error) = closed {
            crate::environment::report(&error);
        }
    }
}

fn is_usable(socket: &WebSocket) -> bool {
    let state = socket.ready_state().ok().and_then(|state| state.as_f64());
    state.is_none_or(|state| state < CLOSING)
}

fn code_of(event: &SocketEvent) -> Option<u16> {
    let code = event.code().ok()?.as_f64()?;
    // A float becomes the nearest code there is.
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "saturates")]
    Some(code as u16)
}

impl Incoming {
    fn of(event: &SocketEvent) -> Self {
        let Ok(data) = event.data() else { return Self::Unfit };
        if data.is_string() {
            let text: Text = data.unchecked_into();
            if text.length() <= MAX_MESSAGE_SIZE {
                return text.as_string().map_or(Self::Unfit, Self::Text);
            }
        } else if data.is_object() {
            let bytes = Bytes::new(&data);
            if bytes.length() <= MAX_MESSAGE_SIZE {
                return Self::Binary(bytes.slice());
            }
        }
        Self::Unfit
    }
}

//! What JavaScript the driver runs on, by shape alone: a browser's, Node's, or a test's own.
//!
//! Owns: the imported types, and how an exception that nobody waits for is reported. Must not know:
//! the session, when anything is called.

use wasm_bindgen::prelude::*;
use webmessaging_proto::Instant;

use crate::script::{self, Array, Function, GLOBAL, Object};

#[wasm_bindgen]
extern "C" {
    /// Where a driver gets sockets, the time and timers from: an object with `WebSocket`, `now()`,
    /// `setTimeout(f, ms)`, `clearTimeout(id)`, and perhaps a `page` of `document` and `window`.
    #[derive(Clone, Debug)]
    pub type Environment;
    #[wasm_bindgen(method, getter, js_name = WebSocket)]
    fn web_socket(this: &Environment) -> JsValue;
    #[wasm_bindgen(method, catch)]
    fn now(this: &Environment) -> Result<f64, JsValue>;
    #[wasm_bindgen(method, catch, js_name = setTimeout)]
    pub(crate) fn set_timeout(
        this: &Environment,
        rings: &JsValue,
        ms: i32,
    ) -> Result<JsValue, JsValue>;
    #[wasm_bindgen(method, catch, js_name = clearTimeout)]
    pub(crate) fn clear_timeout(this: &Environment, timeout: &JsValue) -> Result<(), JsValue>;
    #[wasm_bindgen(method, getter)]
    pub(crate) fn page(this: &Environment) -> Option<PageParts>;

    /// What tells whether somebody looks, and whether there is a network.
    pub(crate) type PageParts;
    #[wasm_bindgen(method, getter)]
    pub(crate) fn document(this: &PageParts) -> Option<Document>;
    #[wasm_bindgen(method, getter)]
    pub(crate) fn window(this: &PageParts) -> Option<EventTarget>;

    #[derive(Clone)]
    pub(crate) type EventTarget;
    #[wasm_bindgen(method, catch, js_name = addEventListener)]
    pub(crate) fn add_event_listener(
        this: &EventTarget,
        kind: &str,
        listener: &JsValue,
    ) -> Result<(), JsValue>;
    #[wasm_bindgen(method, catch, js_name = removeEventListener)]
    pub(crate) fn remove_event_listener(
        this: &EventTarget,
        kind: &str,
        listener: &JsValue,
    ) -> Result<(), JsValue>;

    #[wasm_bindgen(extends = EventTarget)]
    #[derive(Clone)]
    pub(crate) type Document;
    #[wasm_bindgen(method, getter)]
    pub(crate) fn hidden(this: &Document) -> bool;

    /// A socket of the browser's kind.
    #[derive(Clone)]
    pub(crate) type WebSocket;
    #[wasm_bindgen(method, catch, setter, js_name = binaryType)]
    pub(crate) fn set_binary_type(this: &WebSocket, kind: &str) -> Result<(), JsValue>;
    #[wasm_bindgen(method, catch, setter)]
    pub(crate) fn set_onopen(this: &WebSocket, handler: &JsValue) -> Result<(), JsValue>;
    #[wasm_bindgen(method, catch, setter)]
    pub(crate) fn set_onmessage(this: &WebSocket, handler: &JsValue) -> Result<(), JsValue>;
    #[wasm_bindgen(method, catch, setter)]
    pub(crate) fn set_onclose(this: &WebSocket, handler: &JsValue) -> Result<(), JsValue>;
    #[wasm_bindgen(method, catch, setter)]
    pub(crate) fn set_onerror(this: &WebSocket, handler: &JsValue) -> Result<(), JsValue>;
    #[wasm_bindgen(method, catch, getter, js_name = readyState)]
    pub(crate) fn ready_state(this: &WebSocket) -> Result<JsValue, JsValue>;
    #[wasm_bindgen(method, catch)]
    pub(crate) fn send(this: &WebSocket, text: &str) -> Result<(), JsValue>;
    #[wasm_bindgen(method, catch)]
    pub(crate) fn close(this: &WebSocket) -> Result<(), JsValue>;
    #[wasm_bindgen(method, catch, js_name = close)]
    pub(crate) fn close_with(this: &WebSocket, code: u16) -> Result<(), JsValue>;

    /// The event of a message or of a close.
    pub(crate) type SocketEvent;
    #[wasm_bindgen(method, catch, getter)]
    pub(crate) fn data(this: &SocketEvent) -> Result<JsValue, JsValue>;
    #[wasm_bindgen(method, catch, getter)]
    pub(crate) fn code(this: &SocketEvent) -> Result<JsValue, JsValue>;

    #[wasm_bindgen(catch, js_name = reportError)]
    fn report_error(error: &JsValue) -> Result<(), JsValue>;
    #[wasm_bindgen(js_namespace = console, js_name = error)]
    fn console_error(error: &JsValue);
}

impl Environment {
    /// The page or the worker that this runs in.
    ///
    /// # Errors
    /// The exception of a place that has no `WebSocket`, `performance` or `setTimeout`.
    pub fn global() -> Result<Self, JsValue> {
        let global = GLOBAL.with(JsValue::clone);
        let bound = |of: &JsValue, name: &str| -> Result<JsValue, JsValue> {
            script::get(of, name)?.unchecked_into::<Function>().bind(of)
        };
        let environment = Object::new();
        let members = [
            ("WebSocket", script::get(&global, "WebSocket")?),
            ("now", bound(&script::get(&global, "performance")?, "now")?),
            ("setTimeout", bound(&global, "setTimeout")?),
            ("clearTimeout", bound(&global, "clearTimeout")?),
        ];
        for (name, member) in members {
            script::set(&environment, name, &member)?;
        }
        let document = script::get(&global, "document")?;
        if !document.is_undefined() {
            let page = Object::new();
            script::set(&page, "document", &document)?;
            script::set(&page, "window", &global)?;
            script::set(&environment, "page", &page)?;
        }
        Ok(environment.unchecked_into())
    }

    /// The time, on a clock that never runs backward.
    pub(crate) fn instant(&self) -> Instant {
        let millis = self.now().unwrap_or_else(|error| {
            report(&error);
            0.0
        });
        instant_of(millis)
    }

    /// Opens a socket.
    ///
    /// # Errors
    /// The exception of the constructor: an address that cannot be dialed from here.
    pub(crate) fn dial(&self, url: &str) -> Result<WebSocket, JsValue> {
        Ok(script::construct(&self.web_socket(), &Array::of(url))?.unchecked_into())
    }
}

/// A time of the environment's clock. Rounded down, and what is no time is the origin: a session
/// clamps it.
pub(crate) fn instant_of(millis: f64) -> Instant {
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "saturates")]
    Instant::from_micros((millis * 1_000.0) as u64)
}

/// Reports an exception where the platform shows those that nobody caught.
pub(crate) fn report(error: &JsValue) {
    // Node has no `reportError`.
    if report_error(error).is_err() {
        console_error(error);
    }
}

//! The class that JavaScript sees.
//!
//! Owns: the names and types of its members. Must not know: how anything is done.

use std::cell::RefCell;
use std::rc::Rc;

use serde::Serialize;
use wasm_bindgen::prelude::*;
use webmessaging_proto::frame::CustomAttributes;
use webmessaging_proto::{
    Credentials, HeldText, Input, LocalKey, Sender, Session, Snapshot, TextState, json,
};

use crate::config;
use crate::driver::Driver;
use crate::error::GuestError;
use crate::host::{Host, deadline_json};

/// A guest session for JavaScript. What may be refused throws an `Error` with a `code`: that of the
/// session's [`InputError`](webmessaging_proto::InputError), `invalid_argument`, or `freed`; the
/// constructor throws `invalid_config` and `invalid_snapshot`.
#[wasm_bindgen]
#[derive(Debug)]
pub struct Guest {
    /// `None` once it was freed, perhaps from within a callback.
    driver: RefCell<Option<Rc<Driver<Host>>>>,
}

#[wasm_bindgen]
#[expect(clippy::missing_errors_doc, reason = "said once, at the class")]
impl Guest {
    /// `config` is JSON: the members of the replay format's `config`; `seed` is required. `snapshot`
    /// is what `snapshot()` gave. Nothing is told before this returns.
    #[wasm_bindgen(constructor)]
    pub fn new(config: &str, host: &Host, snapshot: Option<String>) -> Result<Self, JsValue> {
        Ok(Self::make(config, host, snapshot)?)
    }

    /// Starts, or starts again after an end; while reconnecting, without a further wait.
    pub fn connect(&self) -> Result<(), JsValue> {
        self.verb(Input::Connect)
    }

    /// Leaves.
    pub fn disconnect(&self) {
        self.tell(Input::Disconnect);
    }

    /// The network is back.
    #[wasm_bindgen(js_name = networkAvailable)]
    pub fn network_available(&self) {
        self.tell(Input::NetworkAvailable);
    }

    /// The user edited the text.
    pub fn keystroke(&self) {
        if let Some(driver) = self.driver() {
            driver.keystroke();
        }
    }

    /// The user edited the text; `at` is what `now()` has just said.
    #[wasm_bindgen(js_name = keystrokeAt)]
    pub fn keystroke_at(&self, at: f64) {
        if let Some(driver) = self.driver() {
            driver.keystroke_at(at);
        }
    }

    /// The user edited the text at the time `at`, and the agent sees typing already. False if there
    /// is more to this key than its time: then nothing was done, and it is a keystroke.
    #[wasm_bindgen(js_name = goOnTyping)]
    pub fn go_on_typing(&self, at: f64) -> bool {
        self.driver.borrow().as_ref().is_some_and(|driver| driver.go_on_typing(at))
    }

    /// The text is empty again.
    #[wasm_bindgen(js_name = inputCleared)]
    pub fn input_cleared(&self) {
        self.tell(Input::InputCleared);
    }

    /// The composer is gone.
    #[wasm_bindgen(js_name = composerClosed)]
    pub fn composer_closed(&self) {
        self.tell(Input::ComposerClosed);
    }

    /// For a host that keeps its own idle timer.
    #[wasm_bindgen(js_name = setTyping)]
    pub fn set_typing(&self, on: bool) {
        self.tell(Input::SetTyping(on));
    }

    /// Whether the user can see the window; a `page` tells it by itself.
    pub fn foreground(&self, on: bool) {
        self.tell(Input::Foreground(on));
    }

    /// Sends a text under the key of your own; `attributes`: a JSON object of strings.
    #[wasm_bindgen(js_name = sendText)]
    pub fn send_text(
        &self,
        key: f64,
        text: String,
        attributes: Option<String>,
    ) -> Result<(), JsValue> {
        let key = local_key(key)?;
        let attributes = match attributes {
            Some(json) => config::attributes(&json).ok_or_else(|| {
                GuestError::argument("`attributes` must be a JSON object of strings")
            })?,
            None => CustomAttributes::default(),
        };
        self.verb(Input::SendText { key, text: text.into(), attributes })
    }

    /// Sends a failed or unconfirmed text again.
    pub fn retry(&self, key: f64) -> Result<(), JsValue> {
        self.verb(Input::Retry { key: local_key(key)? })
    }

    /// Forgets a text.
    pub fn discard(&self, key: f64) -> Result<(), JsValue> {
        self.verb(Input::Discard { key: local_key(key)? })
    }

    /// Opens a new conversation in place of one that is read-only.
    #[wasm_bindgen(js_name = startNew)]
    pub fn start_new(&self) -> Result<(), JsValue> {
        self.verb(Input::StartNew)
    }

    /// A message is on screen.
    #[wasm_bindgen(js_name = messageVisible)]
    pub fn message_visible(&self, id: &str) -> Result<(), JsValue> {
        self.verb(Input::MessageVisible { id: id.into() })
    }

    /// A message is not on screen any more.
    #[wasm_bindgen(js_name = messageHidden)]
    pub fn message_hidden(&self, id: &str) -> Result<(), JsValue> {
        self.verb(Input::MessageHidden { id: id.into() })
    }

    /// The host has a message from its own history; `own`: the guest wrote it.
    #[wasm_bindgen(js_name = messageRestored)]
    pub fn message_restored(&self, id: &str, own: bool, read: bool) -> Result<(), JsValue> {
        let from = if own { Sender::Guest } else { Sender::Agent };
        self.verb(Input::MessageRestored { id: id.into(), from, read })
    }

    /// The token for the next configure.
    pub fn renew(&self, token: String) {
        self.tell(Input::Renew(Credentials::new(token)));
    }

    /// The session as JSON, with texts and without token; `emptyScreen`: what is visible now will
    /// not be when it is restored.
    pub fn snapshot(
        &self,
        #[wasm_bindgen(js_name = emptyScreen)] empty_screen: bool,
    ) -> Result<String, JsValue> {
        let mut snapshot = self.driver().ok_or_else(GuestError::freed)?.snapshot();
        if empty_screen {
            snapshot = snapshot.with_empty_screen();
        }
        Ok(json::to_string(&snapshot))
    }

    /// Where the session stands.
    #[wasm_bindgen(getter)]
    pub fn phase(&self) -> String {
        self.driver()
            .map_or("closed", |driver| driver.look(|session| session.phase().name()))
            .into()
    }

    /// The texts that are not confirmed, as JSON: `[{"key":1,"text":"..","state":"waiting"}]`;
    /// states: `waiting`, `in_flight`, `kept`.
    pub fn texts(&self) -> String {
        let texts = self.driver().map(|driver| driver.look(texts_json));
        texts.unwrap_or_else(|| "[]".into())
    }

    /// Whether the user is typing.
    #[wasm_bindgen(getter)]
    pub fn typing(&self) -> bool {
        self.driver().is_some_and(|driver| driver.look(Session::is_typing))
    }

    /// Whether the agent's side may be showing that the guest types.
    #[wasm_bindgen(getter, js_name = typingShown)]
    pub fn typing_shown(&self) -> bool {
        self.driver().is_some_and(|driver| driver.look(Session::is_typing_shown))
    }

    /// The next deadline as JSON, `{"at_ms":1,"timer":"typing"}`, on the clock of `now()`.
    pub fn deadline(&self) -> Option<String> {
        deadline_json(self.driver()?.look(Session::deadline))
    }

    /// The end without leave: no timer, socket or listener stays, nothing more is told. May be
    /// called from within a callback, which the generated method of this name does not allow.
    pub fn free(&self) {
        if let Some(driver) = self.driver.take() {
            driver.end();
        }
    }
}

impl Guest {
    fn make(config: &str, host: &Host, snapshot: Option<String>) -> Result<Self, GuestError> {
        let config = config::parse(config).map_err(GuestError::config)?;
        let environment = host.clone().unchecked_into();
        let driver = match snapshot {
            Some(json) => {
                let snapshot = Snapshot::from_json(&json)?;
                Driver::restore(config, snapshot, environment, host.clone())?
            }
            None => Driver::new(config, environment, host.clone()),
        };
        Ok(Self { driver: RefCell::new(Some(Rc::new(driver))) })
    }

    fn driver(&self) -> Option<Rc<Driver<Host>>> {
        self.driver.borrow().clone()
    }

    /// What the session may refuse.
    fn verb(&self, input: Input<'_>) -> Result<(), JsValue> {
        let driver = self.driver().ok_or_else(GuestError::freed)?;
        Ok(driver.handle(input).map_err(GuestError::from)?)
    }

    /// What can be said at any time.
    fn tell(&self, input: Input<'_>) {
        if let Some(driver) = self.driver() {
            // Refused only when a callback gave hundreds of inputs; the state of things is then
            // told by the next one.
            let _ = driver.handle(input);
        }
    }
}

fn local_key(key: f64) -> Result<LocalKey, GuestError> {
    let refused = || GuestError::argument("`key` must be a whole number, 0 or more");
    config::whole(key).map(LocalKey).ok_or_else(refused)
}

fn texts_json(session: &Session) -> String {
    let texts: Vec<_> = session.texts().map(Held::from).collect();
    json::to_string(&texts)
}

#[derive(Serialize)]
struct Held<'a> {
    key: LocalKey,
    text: &'a str,
    state: &'static str,
}

impl<'a> From<HeldText<'a>> for Held<'a> {
    fn from(text: HeldText<'a>) -> Self {
        let state = match text.state {
            TextState::Waiting => "waiting",
            TextState::InFlight => "in_flight",
            _ => "kept",
        };
        Self { key: text.key, text: text.text, state }
    }
}

//! JavaScript's side of a guest: one object that is the environment and the observer.
//!
//! Owns: the form in which an observer's calls reach JavaScript, and that an exception there stops
//! nothing here. Must not know: the session.

use serde::Serialize;
use wasm_bindgen::prelude::*;
use webmessaging_proto::{Deadline, Event, Timer, TransportId, json};

use crate::alarm::millis_up;
use crate::environment::report;
use crate::observer::{Observer, TransportNews, Written};

#[wasm_bindgen(typescript_custom_section)]
const TYPES: &str = include_str!("host.d.ts");

#[wasm_bindgen]
extern "C" {
    /// What runs a [`Guest`](crate::Guest): see the package's type declarations.
    #[wasm_bindgen(typescript_type = "Host")]
    #[derive(Clone, Debug)]
    pub type Host;

    #[wasm_bindgen(method, catch)]
    fn event(this: &Host, json: &str) -> Result<(), JsValue>;
    #[wasm_bindgen(method, catch)]
    fn written(this: &Host, kind: &str, id: Option<&str>) -> Result<(), JsValue>;
    #[wasm_bindgen(method, getter, js_name = frame)]
    fn has_frame(this: &Host) -> JsValue;
    #[wasm_bindgen(method, catch)]
    fn frame(this: &Host, direction: &str, text: &str, transport: f64) -> Result<(), JsValue>;
    #[wasm_bindgen(method, getter, js_name = transport)]
    fn has_transport(this: &Host) -> JsValue;
    #[wasm_bindgen(method, catch)]
    fn transport(this: &Host, what: &str, transport: f64, detail: &JsValue) -> Result<(), JsValue>;
    #[wasm_bindgen(method, getter, js_name = timer)]
    fn has_timer(this: &Host) -> JsValue;
    #[wasm_bindgen(method, catch)]
    fn timer(this: &Host, json: Option<&str>) -> Result<(), JsValue>;
}

impl Host {
    fn tell_frame(&self, direction: &str, text: &str, transport: TransportId) {
        if self.has_frame().is_function() {
            reported(self.frame(direction, text, number(transport)));
        }
    }
}

impl Observer for Host {
    fn event(&self, event: Event) {
        reported(Self::event(self, &json::to_string(&event)));
    }

    fn written(&self, frame: Written) {
        let id = match &frame {
            // A number is written as JSON's is, of which the code is there already.
            Written::Text(key) => key.map(|key| json::to_string(&key).into()),
            Written::Receipt(message) => Some(message.clone()),
            _ => None,
        };
        reported(Self::written(self, frame.name(), id.as_deref()));
    }

    fn frame_sent(&self, text: &str, transport: TransportId) {
        self.tell_frame("sent", text, transport);
    }

    fn frame_received(&self, text: &str, transport: TransportId) {
        self.tell_frame("received", text, transport);
    }

    fn transport(&self, transport: TransportId, news: TransportNews<'_>) {
        if !self.has_transport().is_function() {
            return;
        }
        let (what, detail) = match news {
            TransportNews::Dialing(url) => ("dialing", url.into()),
            TransportNews::Open => ("open", JsValue::UNDEFINED),
            TransportNews::Closed(code) => ("closed", code.into()),
            TransportNews::Dropped => ("closed", JsValue::UNDEFINED),
            TransportNews::Refused(exception) => ("closed", exception.clone()),
        };
        reported(Self::transport(self, what, number(transport), &detail));
    }

    fn deadline(&self, deadline: Option<Deadline>) {
        if self.has_timer().is_function() {
            reported(self.timer(deadline_json(deadline).as_deref()));
        }
    }
}

/// A deadline as JSON: on the clock of `now()`, rounded up, and what it is for.
pub(crate) fn deadline_json(deadline: Option<Deadline>) -> Option<String> {
    #[derive(Serialize)]
    struct Due {
        at_ms: u64,
        timer: Timer,
    }
    let deadline = deadline?;
    let at_ms = millis_up(deadline.at.since_origin());
    Some(json::to_string(&Due { at_ms, timer: deadline.timer }))
}

#[expect(clippy::cast_precision_loss, reason = "no session dials that often")]
const fn number(transport: TransportId) -> f64 {
    transport.0 as f64
}

fn reported(called: Result<(), JsValue>) {
    if let Err(exception) = called {
        report(&exception);
    }
}

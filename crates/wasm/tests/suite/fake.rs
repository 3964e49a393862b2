//! The Rust side of the fake host.

use js_sys::{Array, Function};
use wasm_bindgen::prelude::*;
use webmessaging_wasm::{Guest, Host};

pub const ACCEPTED: &str = r#"{"type":"response","class":"SessionResponse","code":200,"body":{"connected":true,"newSession":true}}"#;

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(extends = Host)]
    #[derive(Clone)]
    pub type Fake;
    #[wasm_bindgen(method)]
    pub fn advance(this: &Fake, ms: f64);
    #[wasm_bindgen(method, js_name = ringEarly)]
    pub fn ring_early(this: &Fake);
    #[wasm_bindgen(method, js_name = advanceThrottled)]
    pub fn advance_throttled(this: &Fake, ms: f64);
    #[wasm_bindgen(method)]
    pub fn socket(this: &Fake, index: u32) -> Socket;
    #[wasm_bindgen(method, js_name = takeLines)]
    fn take_lines(this: &Fake) -> Array;
    #[wasm_bindgen(method, js_name = timerCount)]
    fn timer_count(this: &Fake) -> u32;
    #[wasm_bindgen(method, js_name = socketCount)]
    fn socket_count(this: &Fake) -> u32;
    #[wasm_bindgen(method, js_name = handlerCount)]
    fn handler_count(this: &Fake) -> u32;
    #[wasm_bindgen(method, js_name = listenerCount)]
    fn listener_count(this: &Fake) -> u32;
    #[wasm_bindgen(method, js_name = withPage)]
    pub fn with_page(this: &Fake, hidden: bool);
    #[wasm_bindgen(method, js_name = setHidden)]
    pub fn set_hidden(this: &Fake, hidden: bool);
    #[wasm_bindgen(method, js_name = fireOnWindow)]
    pub fn fire_on_window(this: &Fake, kind: &str);
    #[wasm_bindgen(method, setter)]
    fn set_hook(this: &Fake, hook: &JsValue);
    #[wasm_bindgen(method, getter)]
    pub fn delays(this: &Fake) -> Array;
    #[wasm_bindgen(method, setter)]
    pub fn set_time(this: &Fake, ms: f64);
    #[wasm_bindgen(method, setter, js_name = refuseSockets)]
    pub fn set_refuse_sockets(this: &Fake, refuse: bool);
    #[wasm_bindgen(method, setter, js_name = refuseMember)]
    pub fn set_refuse_member(this: &Fake, member: Option<&str>);

    pub type Socket;
    #[wasm_bindgen(method)]
    pub fn open(this: &Socket);
    #[wasm_bindgen(method)]
    pub fn receive(this: &Socket, data: &JsValue);
    #[wasm_bindgen(method)]
    pub fn end(this: &Socket, code: u16);
    #[wasm_bindgen(method, getter)]
    pub fn onmessage(this: &Socket) -> JsValue;
    #[wasm_bindgen(method, getter)]
    pub fn url(this: &Socket) -> String;
    #[wasm_bindgen(method, setter, js_name = readyState)]
    pub fn set_ready_state(this: &Socket, state: u32);
}

impl Fake {
    pub fn new() -> Self {
        let make = js_sys::eval(include_str!("fake_host.js")).unwrap();
        make.unchecked_ref::<Function>().call0(&JsValue::NULL).unwrap().unchecked_into()
    }

    pub fn guest(&self) -> Guest {
        self.guest_with("", None)
    }

    /// `more`: members of the configuration, with a comma before each.
    pub fn guest_with(&self, more: &str, snapshot: Option<String>) -> Guest {
        let config = format!(r#"{{"deployment_id":"d","token":"secret","seed":1{more}}}"#);
        Guest::new(&config, self, snapshot).unwrap()
    }

    /// A guest that the server has accepted; what led there is forgotten.
    pub fn ready_guest(&self) -> Guest {
        let guest = self.guest();
        self.make_ready(&guest, 0);
        guest
    }

    pub fn make_ready(&self, guest: &Guest, socket: u32) {
        guest.connect().unwrap();
        self.socket(socket).open();
        self.receive(socket, ACCEPTED);
        assert_eq!(guest.phase(), "ready");
        self.take_lines();
    }

    /// A guest that was connected before, and is dialing by itself.
    pub fn make_ready_again(&self, guest: &Guest, socket: u32) {
        self.socket(socket).open();
        self.receive(socket, &ACCEPTED.replace("true}", "false}"));
        assert_eq!(guest.phase(), "ready");
    }

    pub fn receive(&self, socket: u32, frame: &str) {
        self.socket(socket).receive(&frame.into());
    }

    pub fn receive_agent_text(&self, socket: u32, id: &str) {
        self.receive(
            socket,
            &format!(
                r#"{{"type":"message","class":"StructuredMessage","code":200,"body":{{"id":"{id}","type":"Text","direction":"Outbound","text":"hi"}}}}"#
            ),
        );
    }

    /// Calls `hook` with each line that a callback adds, until the next hook. To assert something in
    /// it is in vain: the driver reports what a callback throws, and goes on.
    pub fn hook(&self, hook: impl Fn(String) -> Result<(), JsValue> + 'static) {
        let hook: Closure<dyn Fn(String) -> Result<(), JsValue>> = Closure::new(hook);
        self.set_hook(&hook.into_js_value());
    }

    /// What was told and done since the last look.
    pub fn lines(&self) -> Vec<String> {
        self.take_lines().iter().map(|line| line.as_string().unwrap()).collect()
    }

    /// The name of the request that was sent last, since the last look.
    pub fn last_tracing_id(&self) -> String {
        let lines = self.lines();
        let sent = lines.iter().rev().find(|line| line.starts_with("sent ")).unwrap();
        sent.split(r#""tracingId":""#).nth(1).unwrap()[..36].into()
    }

    /// What was written since the last look.
    pub fn written(&self) -> Vec<String> {
        let written = |line: String| line.strip_prefix("written ").map(String::from);
        self.lines().into_iter().filter_map(written).collect()
    }

    /// Timers, sockets that are not closed, handlers of sockets, listeners of the page.
    pub fn counts(&self) -> [u32; 4] {
        [self.timer_count(), self.socket_count(), self.handler_count(), self.listener_count()]
    }
}

//! What is measured, brought to the point where measuring starts.
//!
//! Owns: ready sessions, frames and the steps of the hot paths, for every harness. Must not know: how
//! anything is measured.

use std::sync::LazyLock;
use std::time::Duration;

use webmessaging_proto::dialect::WebMessaging;
use webmessaging_proto::{
    Config, Endpoint, EndpointOutput, Input, Instant, Phase, Sender, TransportId,
};

pub type Guest = Endpoint<WebMessaging>;

pub const TRANSPORT: TransportId = TransportId(1);
pub const TOKEN: &str = "6f1d2c0a-4be3-4f57-9a68-0d3c5e7b9f12";
pub const DEPLOYMENT: &str = "5d1e7a90-43c2-4f6b-9e08-2b7c61d0aa14";
pub const ACCEPTED: &[u8] =
    br#"{"type":"response","class":"SessionResponse","code":200,"body":{"connected":true,"newSession":true,"readOnly":false}}"#;

/// Far enough from one burst of typing or receipt to the next for the request budget never to matter.
pub const PAUSE: Duration = Duration::from_secs(20);

/// The frames that a guest receives most, and the one that opens its session.
pub const FRAMES: [(&str, &[u8]); 4] = [
    ("agent text", include_bytes!("../../../tests/frames/message_agent_text.json")),
    ("own echo", include_bytes!("../../../tests/frames/message_own_echo.json")),
    ("typing event", include_bytes!("../../../tests/frames/typing_on.json")),
    ("session response", include_bytes!("../../../tests/frames/session_response_full.json")),
];

/// Guests of one deployment, as a process of many has them.
pub fn config(seed: u64) -> Config {
    static FIRST: LazyLock<Config> = LazyLock::new(|| Config::new(DEPLOYMENT, TOKEN, 0));
    FIRST.for_guest(TOKEN, seed)
}

/// A session that the server has accepted, with nothing left to do.
pub fn ready(seed: u64) -> Guest {
    accepted(config(seed))
}

/// The same with a configuration of one's own.
pub fn accepted(config: Config) -> Guest {
    let now = Instant::ORIGIN;
    let mut guest = Endpoint::new(config, WebMessaging, now);
    let mut wire = Vec::new();
    taken(guest.handle(Input::Connect, now));
    drain(&mut guest, &mut wire);
    taken(guest.handle(Input::TransportOpened(TRANSPORT), now));
    drain(&mut guest, &mut wire);
    taken(guest.receive(TRANSPORT, ACCEPTED, now));
    drain(&mut guest, &mut wire);
    assert_eq!(guest.phase(), Phase::Ready, "the scene is set");
    guest
}

/// A ready session whose agent sees the guest typing already.
pub fn typing(seed: u64) -> (Guest, Instant) {
    let mut guest = ready(seed);
    let now = Instant::ORIGIN + PAUSE;
    assert_eq!(open_burst(&mut guest, &mut Vec::new(), now), 1, "On");
    (guest, now)
}

/// A ready session that knows `count` messages, all read.
pub fn knowing(count: usize) -> Guest {
    let mut guest = ready(1);
    for number in 0..count {
        restore(&mut guest, &message_id(number), true);
    }
    guest
}

pub fn restore(guest: &mut Guest, id: &str, read: bool) {
    let restored = Input::MessageRestored { id: id.into(), from: Sender::Agent, read };
    taken(guest.handle(restored, Instant::ORIGIN));
}

/// Ids as the service makes them, in no order.
pub fn message_id(number: usize) -> String {
    let mixed = (number as u128 + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15_f39c_c060_5ced_c835);
    let hex = format!("{mixed:032x}");
    [&hex[..8], &hex[8..12], &hex[12..16], &hex[16..20], &hex[20..]].join("-")
}

/// The first key of a burst, through to the bytes of its frame; gives the number of frames.
#[inline]
pub fn open_burst(guest: &mut Guest, wire: &mut Vec<u8>, now: Instant) -> usize {
    guest.keystroke(now);
    drain(guest, wire)
}

/// The end of a burst, by the user's hand.
pub fn close_burst(guest: &mut Guest, wire: &mut Vec<u8>, now: Instant) {
    taken(guest.handle(Input::InputCleared, now));
    assert_eq!(drain(guest, wire), 1, "Off");
}

/// A message comes into view, through to the bytes of its receipt; gives the number of frames.
#[inline]
pub fn see(guest: &mut Guest, wire: &mut Vec<u8>, id: &str, now: Instant) -> usize {
    taken(guest.message_visible(id, now));
    drain(guest, wire)
}

/// Takes all outputs; gives the number of frames among them. The last one's bytes are in `wire`.
#[inline]
pub fn drain(guest: &mut Guest, wire: &mut Vec<u8>) -> usize {
    let mut frames = 0;
    while let Some(output) = guest.poll_output(wire) {
        frames += usize::from(matches!(output, EndpointOutput::Send));
    }
    frames
}

fn taken<E: std::fmt::Debug>(result: Result<(), E>) {
    result.expect("no input of a scene is refused");
}

/// An agent's text under an id of its own.
pub fn agent_text(number: usize) -> Vec<u8> {
    const ID: &str = "a42a8817-3dec-4a72-b424-a4231a02e2cb";
    let frame = std::str::from_utf8(FRAMES[0].1).expect("JSON");
    assert!(frame.contains(ID), "the frame's own id");
    frame.replace(ID, &message_id(number)).into_bytes()
}

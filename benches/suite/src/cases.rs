//! What is counted.
//!
//! Owns: the list of cases, and how often each runs. Must not know: how it is counted.

use std::hint::black_box;
use std::time::Duration;

use webmessaging_proto::dialect::{Dialect, WebMessaging};
use webmessaging_proto::{Input, Instant, LocalKey};

use crate::crowd::Crowd;
use crate::frames::Frames;
use crate::scenes::{self, Guest};

/// Something whose scene is set: to be run once. What it owns lives on, so that its end is not
/// counted.
pub type Ready = Box<dyn FnMut()>;

pub struct Case {
    pub name: String,
    /// How many operations one run has.
    pub operations: u64,
    pub prepare: Box<dyn Fn() -> Ready>,
}

impl Case {
    fn new(
        name: impl Into<String>,
        operations: u64,
        prepare: impl Fn() -> Ready + 'static,
    ) -> Self {
        Self { name: name.into(), operations, prepare: Box::new(prepare) }
    }
}

pub fn all() -> Vec<Case> {
    let mut cases = vec![
        Case::new("keystroke while typing", 1_000, keystrokes),
        Case::new("keystroke that opens a burst, to bytes", 50, bursts),
        Case::new("tick with nothing due", 1_000, ticks),
        Case::new("text to bytes, and its echo", 20, texts),
        Case::new("an input of 100 sessions in conversation", INPUTS, conversations),
        Case::new("agent text to event", 20, agent_texts),
        Case::new("from a config to a ready session", 50, sessions),
        Case::new("decode session response", 200, || decoding("session response")),
    ];
    for name in ["agent text", "own echo", "typing event"] {
        cases.push(Case::new(format!("decode {name}"), 200, move || decoding(name)));
    }
    for known in [10, 1_000, 10_000] {
        let name = format!("visible to receipt bytes, {known} known");
        cases.push(Case::new(name, SEEN as u64, move || receipts(known)));
    }
    cases
}

fn keystrokes() -> Ready {
    let (mut guest, mut now) = scenes::typing(1);
    Box::new(move || {
        for _ in 0..1_000 {
            now = now + Duration::from_millis(1);
            guest.keystroke(black_box(now));
        }
    })
}

fn bursts() -> Ready {
    let mut wire = Vec::with_capacity(512);
    let mut guests: Vec<_> = (0..50).map(scenes::ready).collect();
    // What a session sends first grows its buffers.
    for guest in &mut guests {
        let now = Instant::ORIGIN + scenes::PAUSE;
        scenes::open_burst(guest, &mut wire, now);
        scenes::close_burst(guest, &mut wire, now + Duration::from_secs(1));
    }
    Box::new(move || {
        for guest in &mut guests {
            scenes::open_burst(guest, &mut wire, black_box(Instant::ORIGIN + scenes::PAUSE * 2));
        }
    })
}

fn ticks() -> Ready {
    let (mut guest, now) = scenes::typing(1);
    Box::new(move || {
        for _ in 0..1_000 {
            guest.tick(black_box(now)).expect("nothing is pending");
        }
    })
}

/// At least; a few more are not to be seen.
const INPUTS: u64 = 50_000;

fn conversations() -> Ready {
    let mut crowd = Crowd::gather(100);
    crowd.play(INPUTS);
    Box::new(move || {
        black_box(crowd.play(INPUTS));
    })
}

/// A text at a time, as a guest's session sends them.
fn texts() -> Ready {
    let mut guest = scenes::ready(1);
    let mut wire = Vec::with_capacity(512);
    let mut frames = Frames::prepared();
    Box::new(move || {
        for at in 1..=20 {
            let now = Instant::ORIGIN + scenes::PAUSE * at;
            let text = Input::send_text(LocalKey(at.into()), "What would it cost?");
            guest.handle(text, now).expect("there is room");
            assert_eq!(scenes::drain(&mut guest, &mut wire), 1, "the text");
            let echo = frames.echo_of(&wire).expect("it is a text");
            guest.receive(scenes::TRANSPORT, echo, now).expect("nothing is pending");
            assert_eq!(scenes::drain(&mut guest, &mut wire), 0, "confirmed");
        }
    })
}

fn agent_texts() -> Ready {
    let mut guest = scenes::ready(1);
    let mut wire = Vec::new();
    let frames: Vec<_> = (0..20).map(scenes::agent_text).collect();
    Box::new(move || {
        for frame in &frames {
            guest.receive(scenes::TRANSPORT, frame, Instant::ORIGIN).expect("nothing is pending");
            scenes::drain(&mut guest, &mut wire);
        }
    })
}

fn sessions() -> Ready {
    Box::new(|| {
        for seed in 0..50 {
            black_box(scenes::ready(seed));
        }
    })
}

fn decoding(name: &str) -> Ready {
    let (_, frame) = scenes::FRAMES.into_iter().find(|(other, _)| *other == name).expect("known");
    Box::new(move || {
        for _ in 0..200 {
            drop(black_box(WebMessaging.decode(black_box(frame)).expect("a frame")));
        }
    })
}

const SEEN: usize = 20;

fn receipts(known: usize) -> Ready {
    let ids: Vec<_> = (0..=SEEN).map(|number| scenes::message_id(known + number)).collect();
    let mut guest: Guest = scenes::knowing(known.saturating_sub(ids.len()));
    for id in &ids {
        scenes::restore(&mut guest, id, false);
    }
    let mut wire = Vec::with_capacity(512);
    scenes::see(&mut guest, &mut wire, &ids[0], Instant::ORIGIN + scenes::PAUSE);
    Box::new(move || {
        for (id, at) in ids[1..].iter().zip(2..) {
            scenes::see(&mut guest, &mut wire, id, Instant::ORIGIN + scenes::PAUSE * at);
        }
    })
}

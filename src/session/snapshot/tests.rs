//! A restored session has the future of one that lost its transport at the cut, on whatever clock.
//!
//! The two are compared output by output over generated lives. Here and not among the tests of the
//! public surface, since both must draw the same random numbers from the cut on.

use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;
use core::time::Duration;

use super::*;
use crate::dialect::{Dialect, WebMessaging};
use crate::frame::CustomAttributes;
use crate::id::{TracingId, TransportId};
use crate::input::Input;
use crate::output::Output;
use crate::rng::Rng;
use crate::{Profile, ReceiptPolicy, Sender};

/// Lives, and how long each is before and after the cut.
const LIVES: u64 = 1_500;
const STEPS: usize = 40;
/// A clock of another process.
const YOUNG: Instant = Instant::from_millis(1);

struct Life {
    choices: Rng,
    now: Instant,
    transport: TransportId,
    sent: Vec<TracingId>,
    texts: u64,
}

#[expect(clippy::large_enum_variant, reason = "one at a time")]
enum Step {
    Give(Input<'static>),
    Hear(String),
}

impl Life {
    fn below(&mut self, limit: u64) -> u64 {
        self.choices.next_u64() % limit
    }

    fn config(&mut self, seed: u64) -> Config {
        let profile = if self.below(4) == 0 { Profile::Live } else { Profile::Guide };
        let mut receipts =
            if profile == Profile::Live { ReceiptPolicy::live() } else { ReceiptPolicy::guide() };
        receipts.dwell = Duration::from_millis(self.below(2) * 700);
        let config = Config::new("d", "t", seed).with_profile(profile).with_receipts(receipts);
        if self.below(3) == 0 {
            config.with_auto_start(CustomAttributes::default())
        } else {
            config
        }
    }

    /// Something that happens to either session alike.
    fn step(&mut self, session: &Session) -> Step {
        let millis = [0, 1, 90, 400, 1_500, 2_100, 6_000, 40_000];
        let pick = usize::try_from(self.below(8)).unwrap();
        self.now = self.now + Duration::from_millis(millis[pick]);
        let id = || format!("m-{pick}");
        let transport = self.transport;
        let named = |sent: &[TracingId]| {
            sent.iter()
                .rev()
                .nth(pick % 3)
                .map(|id| format!(r#""tracingId":"{id}","#))
                .unwrap_or_default()
        };
        let answer = |code: u16, sent: &[TracingId]| {
            Step::Hear(format!(
                r#"{{"type":"response","class":"string","code":{code},{}"body":"no"}}"#,
                named(sent)
            ))
        };
        match self.below(40) {
            0..=3 => Step::Give(Input::Keystroke),
            4 => Step::Give(Input::SetTyping(pick % 3 > 0)),
            5 => Step::Give(Input::InputCleared),
            6 => Step::Give(Input::Foreground(pick % 2 == 0)),
            7..=9 => {
                self.texts += 1;
                Step::Give(Input::send_text(LocalKey(self.texts), format!("text {}", self.texts)))
            }
            10 => {
                Step::Give(Input::Retry { key: LocalKey(self.texts.saturating_sub(self.below(3))) })
            }
            11 => Step::Give(Input::Discard {
                key: LocalKey(self.texts.saturating_sub(self.below(3))),
            }),
            12..=15 => Step::Give(Input::MessageVisible { id: id().into() }),
            16 => Step::Give(Input::MessageHidden { id: id().into() }),
            17 => Step::Give(Input::MessageRestored {
                id: id().into(),
                from: Sender::Agent,
                read: pick == 0,
            }),
            18..=20 => Step::Hear(format!(
                r#"{{"type":"message","class":"StructuredMessage","code":200,"body":{{"type":"Text","text":"hi","direction":"Outbound","id":"{}"}}}}"#,
                id()
            )),
            21..=24 => Step::Hear(format!(
                r#"{{"type":"message","class":"StructuredMessage","code":200,{}"body":{{"type":"Text","text":"x","direction":"Inbound","id":"own-{pick}"}}}}"#,
                named(&self.sent)
            )),
            25 => answer(429, &self.sent),
            26 => answer([400, 403, 404, 500][pick % 4], &self.sent),
            27 => answer([401, 4006, 408, 4011][pick % 4], &self.sent),
            28 => Step::Hear(String::from(
                r#"{"type":"message","class":"StructuredMessage","code":200,"body":{"type":"Event","direction":"Outbound","events":[{"eventType":"Presence","presence":{"type":"Disconnect"}}],"metadata":{"readOnly":"true"}}}"#,
            )),
            29 => Step::Give(Input::TransportClosed(transport, CloseReason::Code(1006))),
            30 => Step::Give(Input::NetworkAvailable),
            31 if pick == 0 => Step::Give(Input::Disconnect),
            32 if pick < 3 => Step::Give(Input::StartNew),
            33 => Step::Give(Input::PeerAlive(transport)),
            34 | 35 => Step::Give(Input::Tick),
            _ => match session.phase() {
                Phase::Connecting => Step::Give(Input::TransportOpened(transport)),
                Phase::Configuring => Step::Hear(format!(
                    r#"{{"type":"response","class":"SessionResponse","code":200,{}"body":{{"connected":{},"newSession":{}}}}}"#,
                    named(&self.sent),
                    pick != 5,
                    pick == 0
                )),
                Phase::Closing => {
                    Step::Give(Input::TransportClosed(transport, CloseReason::Code(1000)))
                }
                Phase::Idle | Phase::Closed | Phase::Failed(_) => Step::Give(Input::Connect),
                _ => Step::Give(Input::Tick),
            },
        }
    }

    /// What a session answers to a step, wake-ups left out.
    fn play(&mut self, session: &mut Session, step: &Step) -> Vec<String> {
        let taken = match step {
            Step::Give(input) => session.handle(input.clone(), self.now),
            Step::Hear(text) => {
                let frame = WebMessaging.decode(text.as_bytes()).unwrap();
                session.frame_received(self.transport, frame, self.now)
            }
        };
        let mut told = Vec::new();
        if let Err(error) = taken {
            told.push(format!("{error:?}"));
        }
        told.extend(self.drain(session));
        told
    }

    fn drain(&mut self, session: &mut Session) -> Vec<String> {
        let mut told = Vec::new();
        while let Some(output) = session.poll_output() {
            match &output {
                Output::ArmTimer(_) | Output::ClearTimer => continue,
                Output::OpenTransport(transport) => self.transport = *transport,
                Output::SendFrame(frame) if !self.sent.contains(&frame.tracing_id) => {
                    self.sent.push(frame.tracing_id);
                }
                _ => {}
            }
            told.push(format!("{output:?}"));
        }
        told
    }
}

#[test]
fn cut_anywhere_the_future_is_that_of_a_lost_transport() {
    let mut reached = alloc::collections::BTreeSet::new();
    for seed in 0..LIVES {
        let mut life = Life {
            choices: Rng::new(seed),
            now: Instant::from_millis(1_000_000),
            transport: TransportId(0),
            sent: Vec::new(),
            texts: 0,
        };
        let config = life.config(seed);
        let mut cut = Session::new(config.clone(), life.now);
        for _ in 0..life.below(STEPS as u64) {
            let step = life.step(&cut);
            life.play(&mut cut, &step);
        }
        // The loss must be the only thing that happens at the cut.
        while cut.deadline().is_some_and(|deadline| deadline.at <= life.now) {
            life.play(&mut cut, &Step::Give(Input::Tick));
        }
        reached.insert(cut.phase().name());

        let json = serde_json::to_string(&cut.snapshot()).unwrap();
        let mut lost = cut;
        let transport = TransportId(lost.connection.transport().map_or(0, |transport| transport.0));
        let cut_off = Step::Give(Input::TransportClosed(transport, CloseReason::Lost));
        let told = life.play(&mut lost, &cut_off);
        let snapshot = serde_json::from_str(&json).unwrap();
        let mut restored = Session::restore(config.clone(), snapshot, life.now).unwrap();
        restored.rng = lost.rng.clone();
        // And on a clock that has just started.
        let snapshot = serde_json::from_str(&json).unwrap();
        let cut_at = life.now;
        let mut elsewhere = Session::restore(config, snapshot, YOUNG).unwrap();
        elsewhere.rng = lost.rng.clone();
        let told_first: Vec<_> = life.drain(&mut restored);
        let kept = |told: &[String]| -> Vec<String> {
            told.iter().filter(|told| told.contains("MessageUnconfirmed")).cloned().collect()
        };
        assert_eq!(kept(&told_first), kept(&told), "seed {seed}");
        assert_eq!(life.drain(&mut elsewhere), told_first, "seed {seed}");
        assert_eq!(restored.snapshot(), lost.snapshot(), "seed {seed}");
        assert_eq!(elsewhere.snapshot(), lost.snapshot(), "seed {seed}");

        for at in 0..STEPS {
            assert_eq!(restored.phase(), lost.phase(), "seed {seed}, {at} after the cut");
            assert_eq!(restored.deadline(), lost.deadline(), "seed {seed}, {at} after the cut");
            let step = life.step(&lost);
            let expected = life.play(&mut lost, &step);
            let got = life.play(&mut restored, &step);
            assert_eq!(got, expected, "seed {seed}, {at} after the cut {json}");
            let now = life.now;
            life.now = YOUNG + (now - cut_at);
            let got = life.play(&mut elsewhere, &step);
            life.now = now;
            assert_eq!(got, expected, "seed {seed}, {at} after the cut, elsewhere {json}");
            let due_in = |session: &Session, since| session.deadline().map(|it| it.at - since);
            assert_eq!(due_in(&elsewhere, YOUNG), due_in(&lost, cut_at), "seed {seed}, {at}");
        }
    }
    let all = [
        "idle",
        "connecting",
        "configuring",
        "ready",
        "read_only",
        "backoff",
        "closing",
        "closed",
        "failed",
    ];
    assert_eq!(reached.len(), all.len(), "{reached:?} of {all:?}");
}

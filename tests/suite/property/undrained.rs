//! What was not drained when a connection is lost was never written, and is as if never said.
//!
//! Owns: a driver that drains when it likes, and what the service has seen through it. Must not know:
//! how the session takes a frame back.

use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::*;
use webmessaging_proto::dialect::{Dialect, WebMessaging};
use webmessaging_proto::frame::{ClientBody, ClientFrame, TypingNotice};
use webmessaging_proto::{
    CloseReason, Config, Event, Input, InputError, Instant, LocalKey, Output, Session, TransportId,
};

use crate::support::frames::{self, Accept};
use crate::wire::properties::config;

#[derive(Clone, Copy, Debug)]
enum Step {
    Key,
    Clear,
    Text,
    Seen(u8),
    Wait(u16),
    /// So many outputs at most.
    Drain(u8),
    /// The service answers what it has read.
    Answer,
    Lose,
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        6 => Just(Step::Key),
        4 => Just(Step::Clear),
        2 => Just(Step::Text),
        2 => (0_u8..6).prop_map(Step::Seen),
        6 => (0_u16..4_000).prop_map(Step::Wait),
        2 => (1_u8..6).prop_map(Step::Drain),
        1 => Just(Step::Drain(u8::MAX)),
        1 => Just(Step::Answer),
        1 => Just(Step::Lose),
    ]
}

struct Life {
    session: Session,
    now: Instant,
    transport: TransportId,
    texts: u64,
    unconfirmed: BTreeSet<u64>,
    seen: BTreeSet<String>,
    /// What the service has read: of the connection first, then of all.
    receipts: BTreeSet<String>,
    to_answer: Vec<(String, String)>,
    said_here: bool,
    shown: bool,
    written: Vec<String>,
    told: BTreeMap<String, u64>,
    frames: u64,
    configure: String,
}

impl Life {
    fn new() -> Self {
        let mut life = Self {
            session: Session::new(Config::new("deployment", "token", 7), Instant::ORIGIN),
            now: Instant::ORIGIN,
            transport: TransportId(0),
            texts: 0,
            unconfirmed: BTreeSet::new(),
            seen: BTreeSet::new(),
            receipts: BTreeSet::new(),
            to_answer: Vec::new(),
            said_here: false,
            shown: false,
            written: Vec::new(),
            told: BTreeMap::new(),
            frames: 0,
            configure: String::new(),
        };
        life.come_online(Accept::NEW);
        life
    }

    fn give(&mut self, input: &Input<'static>) {
        if self.session.handle(input.clone(), self.now) == Err(InputError::OutputsPending) {
            self.drain(usize::MAX);
            self.session.handle(input.clone(), self.now).unwrap();
        }
    }

    fn hear(&mut self, text: &str) {
        let frame = WebMessaging.decode(text.as_bytes()).unwrap().into_owned();
        self.give(&Input::FrameReceived(self.transport, frame));
    }

    fn come_online(&mut self, accept: Accept) {
        self.give(&Input::Connect);
        self.drain(usize::MAX);
        self.give(&Input::TransportOpened(self.transport));
        self.drain(usize::MAX);
        let configure = self.configure.clone();
        self.hear(&frames::session(Some(&configure), accept));
    }

    fn wait(&mut self, millis: u64) {
        let end = self.now + core::time::Duration::from_millis(millis);
        while let Some(due) = self.session.deadline().filter(|due| due.at <= end) {
            self.now = self.now.max(due.at);
            self.give(&Input::Tick);
        }
        self.now = end;
    }

    fn drain(&mut self, most: usize) {
        for _ in 0..most {
            match self.session.poll_output() {
                Some(Output::SendFrame(frame)) => self.read(&frame),
                Some(Output::OpenTransport(transport)) => self.transport = transport,
                Some(Output::Emit(Event::MessageUnconfirmed { key })) => {
                    self.unconfirmed.insert(key.0);
                }
                Some(_) => {}
                None => return,
            }
        }
    }

    /// The service reads a frame.
    fn read(&mut self, frame: &ClientFrame<'_>) {
        self.frames += 1;
        match &frame.body {
            ClientBody::ConfigureSession { .. } => self.configure = frame.tracing_id.to_string(),
            ClientBody::Typing(TypingNotice::On) => {
                assert!(!(self.shown && self.said_here), "a second On");
                (self.shown, self.said_here) = (true, true);
            }
            ClientBody::Typing(TypingNotice::Off) => {
                assert!(self.shown, "an Off that ends nothing");
                self.shown = false;
            }
            ClientBody::Text { text, .. } => {
                self.written.push(text.to_string());
                self.to_answer.push((frame.tracing_id.to_string(), text.to_string()));
            }
            ClientBody::ReadReceipt { message } => {
                assert!(self.receipts.insert(message.to_string()), "a second receipt");
                *self.told.entry(message.to_string()).or_default() += 1;
            }
            _ => {}
        }
    }

    fn answer(&mut self) {
        for (id, text) in std::mem::take(&mut self.to_answer) {
            self.hear(&frames::echo(Some(&id), &format!("own {text}"), &text));
        }
    }

    fn lose(&mut self) {
        self.give(&Input::TransportClosed(self.transport, CloseReason::Lost));
        self.receipts.clear();
        self.to_answer.clear();
        self.said_here = false;
        self.come_online(Accept::RESUMED);
    }

    fn take(&mut self, step: Step) {
        match step {
            Step::Key => self.session.keystroke(self.now),
            Step::Clear => self.give(&Input::InputCleared),
            Step::Text => {
                self.texts += 1;
                let key = self.texts;
                self.give(&Input::send_text(LocalKey(key), format!("{key}")));
            }
            Step::Seen(message) => {
                let id = format!("m-{message}");
                self.hear(&frames::agent(None, &id, "hello"));
                self.give(&Input::MessageVisible { id: id.clone().into() });
                self.seen.insert(id);
            }
            Step::Wait(millis) => self.wait(millis.into()),
            Step::Drain(most) => self.drain(most.into()),
            Step::Answer => self.answer(),
            Step::Lose => self.lose(),
        }
    }

    /// From here the driver is a good one.
    fn end(&mut self) {
        for _ in 0..200 {
            self.drain(usize::MAX);
            self.answer();
            self.wait(1_000);
        }
        self.drain(usize::MAX);
        assert!(!self.shown, "the indicator is stuck");
        let numbers: Vec<u64> = self.written.iter().map(|text| text.parse().unwrap()).collect();
        assert!(numbers.is_sorted_by(|one, other| one < other), "{numbers:?}");
        let lost =
            (1..=self.texts).find(|key| !numbers.contains(key) && !self.unconfirmed.contains(key));
        assert_eq!(lost, None, "of {numbers:?}");
        assert!(self.seen.iter().all(|id| self.told.contains_key(id)), "{:?}", self.told);
        let stats = self.session.stats();
        assert_eq!(stats.frames_sent, self.frames);
        assert_eq!(stats.receipts_sent, self.told.values().sum::<u64>());
    }
}

proptest! {
    #![proptest_config(config(400))]

    #[test]
    fn a_loss_takes_back_what_was_not_drained_and_nothing_else(
        steps in prop::collection::vec(step(), 1..120)
    ) {
        let mut life = Life::new();
        for step in steps {
            life.take(step);
        }
        life.end();
    }
}

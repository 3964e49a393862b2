//! The others' typing indicators (I1 to I9, I12).
//!
//! Owns: a second opinion that foretells every start and stop, and one test for each rule. Must not
//! know: the session's inside.

use webmessaging_proto::frame::{
    Direction, MessageEvent, MessageKind, OriginatingEntity, PresenceKind, ServerBody,
    StructuredMessage, TypingNotice,
};
use webmessaging_proto::{Event, FailReason, Input, Output, PeerTypingEnd, Phase};

use crate::support::corpus::all;
use crate::support::script::Setup;
use crate::support::trace::{Around, Entry, Given, What};

#[derive(Clone, Debug)]
struct Slot {
    name: String,
    nick: bool,
    until: u64,
}

#[derive(Debug)]
struct Model {
    limit: usize,
    slots: Vec<Slot>,
    foretold: Vec<(u64, String)>,
    told: Vec<(u64, String)>,
    /// The step in which everything is late: what ended an indicator first is not told.
    late_step: usize,
}

impl Model {
    fn new(setup: &Setup) -> Self {
        let limit = setup.limits().typists;
        Self { limit, slots: Vec::new(), foretold: Vec::new(), told: Vec::new(), late_step: 0 }
    }

    fn stop(&mut self, at: u64, reason: PeerTypingEnd, ends: impl Fn(&Slot) -> bool) {
        let (ended, rest) = self.slots.drain(..).partition(ends);
        self.slots = rest;
        let ended: Vec<Slot> = ended;
        for slot in ended {
            self.foretold.push((at, format!("stop {} {reason:?}", slot.name)));
        }
    }

    fn advance(&mut self, at: u64) {
        self.stop(at, PeerTypingEnd::Expired, |slot| slot.until <= at);
    }

    fn then(&mut self, around: &Around, entry: &Entry) {
        let at = entry.at;
        if let What::In(Given::Sleep(_), _) = &entry.what {
            self.late_step = entry.step;
        }
        self.advance(at);
        if let Some(frame) = around.hears(entry) {
            match &frame.body {
                ServerBody::Message(message) => self.heard(around, message, at),
                ServerBody::SessionCleared => self.stop(at, PeerTypingEnd::Ended, |_| true),
                _ => {}
            }
        }
        match &entry.what {
            What::Out(Output::Emit(Event::PhaseChanged(phase))) => {
                let reason = match phase {
                    Phase::ReadOnly => PeerTypingEnd::Ended,
                    Phase::Failed(reason) if *reason != FailReason::GaveUp => PeerTypingEnd::Ended,
                    Phase::Backoff | Phase::Closing | Phase::Closed | Phase::Failed(_) => {
                        PeerTypingEnd::Disconnected
                    }
                    _ => return,
                };
                let late = entry.step == self.late_step;
                let reason = if late { PeerTypingEnd::Expired } else { reason };
                self.stop(at, reason, |_| true);
            }
            What::Out(Output::Emit(Event::PeerTypingStarted { typist })) => {
                self.told.push((at, format!("start {}", typist.name)));
            }
            What::Out(Output::Emit(Event::PeerTypingStopped { typist, reason })) => {
                let late = entry.step == self.late_step;
                let reason = if late { PeerTypingEnd::Expired } else { *reason };
                self.told.push((at, format!("stop {} {reason:?}", typist.name)));
            }
            _ => {}
        }
    }

    fn heard(&mut self, around: &Around, message: &StructuredMessage<'_>, at: u64) {
        if message.direction != Direction::Outbound {
            return;
        }
        let nick = message.sender_name();
        if message.kind == MessageKind::Text {
            self.stop(at, PeerTypingEnd::Message, |slot| {
                !slot.nick || nick.is_none_or(|nick| slot.name == nick)
            });
        }
        for event in &message.events {
            match event {
                MessageEvent::Typing(typing) => {
                    let kind = match message.originating_entity {
                        Some(OriginatingEntity::Human) => "Human",
                        _ => "agent",
                    };
                    let name = nick.unwrap_or(kind).to_owned();
                    let duration = typing.duration.map_or(5_000, |duration| {
                        u64::try_from(duration.as_millis()).unwrap().clamp(1_000, 30_000)
                    });
                    self.typing(typing.notice, name, nick.is_some(), at + duration, at);
                }
                MessageEvent::Presence(presence)
                    if presence.kind == PresenceKind::Disconnect
                        && around.phase != Phase::Closing =>
                {
                    self.stop(at, PeerTypingEnd::Ended, |_| true);
                }
                _ => {}
            }
        }
    }

    fn typing(
        &mut self,
        notice: Option<TypingNotice>,
        name: String,
        nick: bool,
        until: u64,
        at: u64,
    ) {
        match notice {
            Some(TypingNotice::On) => {
                let known =
                    self.slots.iter_mut().find(|slot| slot.name == name && slot.nick == nick);
                if let Some(slot) = known {
                    slot.until = slot.until.max(until);
                } else if self.slots.len() < self.limit {
                    self.foretold.push((at, format!("start {name}")));
                    self.slots.push(Slot { name, nick, until });
                }
            }
            Some(TypingNotice::Off) => {
                self.stop(at, PeerTypingEnd::Off, |slot| slot.name == name && slot.nick == nick);
            }
            None => {}
        }
    }
}

#[test]
fn i1_to_i9_every_start_and_stop_comes_when_it_must_and_once() {
    all(|script, world| {
        let mut model = Model::new(&script.setup);
        world.trace.walk(|around, entry| {
            model.then(around, entry);
            Ok(())
        })?;
        model.foretold.sort();
        model.told.sort();
        let missing = model.foretold.iter().find(|event| !model.told.contains(event));
        let extra = model.told.iter().find(|event| !model.foretold.contains(event));
        match (missing, extra) {
            (None, None) if model.told.len() == model.foretold.len() => Ok(()),
            (missing, extra) => Err(format!("missing {missing:?}, too many {extra:?}")),
        }
    });
}

/// What the host shows: in the order of the starts.
fn shown(world: &crate::support::World) -> Result<Vec<(u64, Vec<String>)>, String> {
    let mut shown: Vec<String> = Vec::new();
    let mut history = Vec::new();
    for (at, event) in world.trace.events() {
        match event {
            Event::PeerTypingStarted { typist } => {
                let name = format!("{} {}", typist.name, typist.has_nickname);
                if shown.contains(&name) {
                    return Err(format!("at {at}: {name} starts twice"));
                }
                shown.push(name);
            }
            Event::PeerTypingStopped { typist, .. } => {
                let name = format!("{} {}", typist.name, typist.has_nickname);
                let Some(place) = shown.iter().position(|shown| *shown == name) else {
                    return Err(format!("at {at}: {name} stops without a start"));
                };
                shown.remove(place);
            }
            _ => continue,
        }
        history.push((at, shown.clone()));
    }
    Ok(history)
}

#[test]
fn i1_i5_starts_and_stops_alternate_for_each_typist_and_none_stays() {
    all(|_, world| {
        let history = shown(world)?;
        match history.last() {
            Some((at, left)) if !left.is_empty() => Err(format!("left since {at}: {left:?}")),
            _ => Ok(()),
        }
    });
}

#[test]
fn i12_no_more_typists_than_the_cap() {
    all(|script, world| {
        let most = shown(world)?.iter().map(|(_, shown)| shown.len()).max().unwrap_or(0);
        let cap = script.setup.limits().typists;
        if most <= cap { Ok(()) } else { Err(format!("{most} shown, the cap is {cap}")) }
    });
}

#[test]
fn i7_what_is_not_the_others_typing_changes_nothing() {
    all(|_, world| {
        let mut own_step = None;
        world.trace.walk(|around, entry| {
            if let Some(ServerBody::Message(message)) =
                around.hears(entry).as_ref().map(|frame| &frame.body)
            {
                let own = message.direction == Direction::Inbound;
                own_step = own.then_some(entry.step);
            }
            match &entry.what {
                What::In(Given::Input(Input::Keystroke), _) => own_step = Some(entry.step),
                What::Out(Output::Emit(Event::PeerTypingStarted { .. }))
                    if own_step == Some(entry.step) =>
                {
                    return Err(format!("at {}: the guest's own typing is shown", entry.at));
                }
                _ => {}
            }
            Ok(())
        })
    });
}

//! A crowd of guests in conversation, on virtual time, driven by hand.
//!
//! Owns: what guests and agents do when, and a driver of many sessions: a timer wheel, a wire buffer.
//! Must not know: how it is measured.
//!
//! The driver looks at some guests before it turns to the first of them, so that their memory comes at
//! once and not one after the other.
//!
//! Each guest types forty keys with a pause, so that the indicator goes off in between, sends the text,
//! gets its echo, sees the agent type, gets a message and looks at it; every 20 s anew. Guests begin at
//! odd times, so whoever is next has not been touched for long.

use std::hint::black_box;

use webmessaging_proto::{EndpointOutput, Input, Instant, LocalKey};

use crate::frames::Frames;
use crate::scenes::{self, Guest, TRANSPORT};
use crate::wheel::Wheel;

#[derive(Clone, Copy, Debug)]
enum Act {
    Key,
    SendText,
    AgentTypes,
    AgentWrites,
    SeeMessage,
}

/// What is done, and how many milliseconds after it the next.
const ACTS: &[(Act, u32)] = &{
    const BURST: usize = 20;
    let mut acts = [(Act::Key, 200); 2 * BURST + 4];
    acts[BURST - 1].1 = 3_000;
    acts[2 * BURST] = (Act::SendText, 1_500);
    acts[2 * BURST + 1] = (Act::AgentTypes, 2_500);
    acts[2 * BURST + 2] = (Act::AgentWrites, 1_000);
    acts[2 * BURST + 3] = (Act::SeeMessage, 4_200);
    acts
};
const ROUND: u32 = 20_000;
/// Fewer leave the processor waiting; what more of them bring is gone before their turn.
const LOOKED_AT_TOGETHER: usize = 8;

/// Where a guest is in its conversation.
#[derive(Clone, Copy, Debug)]
struct Script {
    next_at: u32,
    round: u16,
    act: u8,
}

impl Script {
    /// In the middle of it, so that from the first second on there is as much of everything as later.
    fn beginning_at(elapsed: u32) -> Self {
        let mut due = 0;
        for (act, (kind, pause)) in (0..).zip(ACTS) {
            if due >= elapsed {
                // What is looked at must have come.
                let act = if matches!(kind, Act::SeeMessage) { act - 1 } else { act };
                return Self { next_at: due - elapsed + 1, round: 0, act };
            }
            due += pause;
        }
        Self { next_at: ROUND - elapsed + 1, round: 0, act: 0 }
    }
}

/// Far from each other for neighbours, and the same in every run.
fn mixed(number: usize) -> u32 {
    ((number as u64 + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 40) as u32
}

/// A guest, and what its driver knows of it.
// In this order: beside what every input touches of a session.
#[repr(C)]
struct Seat {
    script: Script,
    guest: Guest,
}

impl Seat {
    /// Brings nearer what every input touches.
    fn look_at(&self) {
        let session = self.guest.session();
        black_box((self.script.next_at, session.is_typing_shown()));
    }
}

pub struct Crowd {
    seats: Vec<Seat>,
    wheel: Wheel,
    due: Vec<u32>,
    wire: Vec<u8>,
    frames: Frames,
    inputs: u64,
    keys: u64,
}

impl Crowd {
    /// All of them accepted by the server, each somewhere in its conversation.
    pub fn gather(sessions: usize) -> Self {
        let mut crowd = Self {
            seats: Vec::with_capacity(sessions),
            wheel: Wheel::for_so_many(sessions),
            due: Vec::with_capacity(LOOKED_AT_TOGETHER),
            wire: Vec::with_capacity(1_024),
            frames: Frames::prepared(),
            inputs: 0,
            keys: 0,
        };
        let deployment = scenes::config(0);
        for number in 0..sessions {
            let token = scenes::message_id(number);
            let config = deployment.for_guest(token, number as u64);
            let script = Script::beginning_at(mixed(number) % ROUND);
            crowd.wheel.insert(number as u32, script.next_at);
            crowd.seats.push(Seat { guest: scenes::accepted(config), script });
        }
        crowd
    }

    /// Milliseconds since the beginning.
    pub fn now(&self) -> u32 {
        self.wheel.now()
    }

    /// Goes on for so many inputs at least; tells how many there were, and how many of them keys.
    pub fn play(&mut self, inputs: u64) -> (u64, u64) {
        let (before, keys_before) = (self.inputs, self.keys);
        while self.inputs - before < inputs {
            let Some(first) = self.wheel.turn() else { break };
            let mut due = std::mem::take(&mut self.due);
            due.push(first);
            while due.len() < LOOKED_AT_TOGETHER {
                let Some(next) = self.wheel.turn_at_once() else { break };
                due.push(next);
            }
            for guest in &due {
                self.seats[*guest as usize].look_at();
            }
            for guest in due.drain(..) {
                self.visit(guest);
            }
            self.due = due;
        }
        (self.inputs - before, self.keys - keys_before)
    }

    fn visit(&mut self, number: u32) {
        let at = self.wheel.now();
        let now = Instant::from_millis(at.into());
        let index = number as usize;
        let seat = &mut self.seats[index];
        if seat.script.next_at <= at {
            self.act(index, now);
        } else {
            seat.guest.tick(now).expect("nothing is pending");
            self.inputs += 1;
        }
        self.carry_out(index, now);
        let seat = &mut self.seats[index];
        let deadline = seat.guest.deadline().map_or(u32::MAX, |deadline| {
            // A wake-up is never early.
            u32::try_from(deadline.at.since_origin().as_micros().div_ceil(1_000))
                .unwrap_or(u32::MAX)
        });
        let next = seat.script.next_at.min(deadline).max(at + 1);
        self.wheel.insert(number, next);
    }

    fn act(&mut self, index: usize, now: Instant) {
        let Seat { guest, script, .. } = &mut self.seats[index];
        let (act, pause) = ACTS[usize::from(script.act)];
        let round = script.round;
        script.next_at += pause;
        script.act += 1;
        if usize::from(script.act) == ACTS.len() {
            script.act = 0;
            script.round += 1;
        }
        let done = match act {
            Act::Key => {
                guest.keystroke(now);
                self.keys += 1;
                Ok(())
            }
            Act::SendText => {
                let text =
                    Input::send_text(LocalKey(round.into()), "And how long would it take, please?");
                guest.handle(text, now)
            }
            Act::AgentTypes => guest.receive(TRANSPORT, scenes::FRAMES[2].1, now),
            Act::AgentWrites => guest.receive(TRANSPORT, self.frames.agent_text(index, round), now),
            Act::SeeMessage => guest.message_visible(self.frames.message_id(index, round), now),
        };
        done.expect("no input of the crowd is refused");
        self.inputs += 1;
    }

    /// The server has a text at once, and its echo is there at once.
    fn carry_out(&mut self, index: usize, now: Instant) {
        let guest = &mut self.seats[index].guest;
        while let Some(output) = guest.poll_output(&mut self.wire) {
            if output != EndpointOutput::Send {
                continue;
            }
            if let Some(echo) = self.frames.echo_of(&self.wire) {
                guest.receive(TRANSPORT, echo, now).expect("there is room for an echo");
                self.inputs += 1;
            }
        }
    }
}

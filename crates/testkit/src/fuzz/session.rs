//! The life of a session, watched.
//!
//! Owns: which subjects a life is played to. Must not know: their rules.

use webmessaging_proto::Instant;

use super::twin::Twin;
use crate::life::{Compared, Life, Subject};
use crate::monitor::{Depth, Watched};

/// The life that the bytes stand for breaks no rule, and is the same for a session and for an
/// endpoint.
///
/// # Panics
/// On a finding.
pub fn session(data: &[u8]) {
    let life = Life::read(data);
    let config = life.config();
    // Copies of the session are dear: one life in four is looked at closely.
    let closely = data.first().is_some_and(|first| first >> 6 == 0);
    let depth = if closely { Depth::Full } else { Depth::Light };
    play(&life, &mut Watched::new(config.clone(), Instant::ORIGIN).with_depth(depth));
    play(&life, &mut Twin::new(&config, Instant::ORIGIN));
}

/// The life that the bytes stand for is the same for a session and for the reference model.
///
/// # Panics
/// On a finding.
pub fn model(data: &[u8]) {
    let life = Life::read(data);
    play(&life, &mut Compared::new(life.config(), Instant::ORIGIN));
}

fn play(life: &Life, subject: &mut impl Subject) {
    if let Err(finding) = life.play(subject) {
        panic!("{finding}");
    }
}

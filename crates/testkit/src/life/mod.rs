//! Lives of a guest session, each read from a byte string.
//!
//! Owns: what a byte string stands for ([`Life`]), the driver and the server that play it
//! ([`Player`]), who can be played to ([`Subject`]). Must not know: what a session makes of it, nor
//! what is right: that is the subject's to say ([`Subject::finding`]).
//!
//! A life is atoms, not phrases: one key, one answer, one lost transport, a second that passes. Any
//! byte string is a life, and a prefix of it is the same life, cut short. So a fuzzer can grow,
//! cut and splice lives, and [`bytes`] makes as many as one likes.
//!
//! ```
//! use webmessaging_proto::{Instant, Session};
//! use webmessaging_testkit::life::{self, Life};
//!
//! let life = Life::read(&life::bytes(7, 400));
//! let mut session = Session::new(life.config(), Instant::ORIGIN);
//! let tale = life.play(&mut session)?;
//! assert!(tale.inputs > 0);
//! # Ok::<(), life::Finding>(())
//! ```

mod acts;
mod frames;
mod op;
mod opcode;
mod player;
mod random;
mod reader;
mod server;
mod setup;
mod subject;
mod tale;
mod wired;

pub use op::{Answer, Ending, Naming, Op, Presence, SpokenText};
pub use player::{MAX_OUTPUTS_AT_ONCE, MAX_TICKS, MAX_TICKS_AT_ONCE, Player};
pub use random::bytes;
pub use setup::{SECRET, Setup};
pub use subject::{Compared, Subject};
pub use tale::{Finding, Tale};
pub use wired::{Wired, read_client_frame};

use reader::Reader;
use webmessaging_proto::Config;

/// A life is over after this many happenings, however long its byte string is.
pub const MAX_OPS: usize = 2_000;

/// What happens to a session, in order.
#[derive(Clone, Debug, PartialEq)]
pub struct Life {
    setup: Setup,
    ops: Vec<Op>,
}

impl Life {
    /// The life that `bytes` stand for. An operation that they break off in is left out.
    #[must_use]
    pub fn read(bytes: &[u8]) -> Self {
        let mut reader = Reader::new(bytes);
        let setup = Setup::read(&mut reader);
        let ops = core::iter::from_fn(|| Op::read(&mut reader)).take(MAX_OPS).collect();
        Self { setup, ops }
    }

    /// What the session starts with.
    #[must_use]
    pub fn config(&self) -> Config {
        self.setup.config()
    }

    /// The same for a session that goes on in another process: with a seed of its own.
    #[must_use]
    pub fn config_after_restart(&self) -> Config {
        let mut setup = self.setup;
        setup.seed = !setup.seed;
        setup.config()
    }

    /// What was chosen before the first happening.
    #[must_use]
    pub const fn setup(&self) -> &Setup {
        &self.setup
    }

    /// What happens.
    #[must_use]
    pub fn ops(&self) -> &[Op] {
        &self.ops
    }

    /// Plays the life to a subject that was made with its [`config`](Self::config) at
    /// [`Instant::ORIGIN`](webmessaging_proto::Instant::ORIGIN).
    ///
    /// # Errors
    /// The first thing that the subject, or the driver, finds wrong.
    pub fn play<S: Subject>(&self, subject: &mut S) -> Result<Tale, Finding> {
        let mut player = Player::new(self, subject);
        while player.step()? {}
        player.end()
    }
}

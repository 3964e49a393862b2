//! What the agent sees of the guest's typing, as far as the wire tells.
//!
//! Owns: the notices that were written, and what became of them. Must not know: when a notice
//! should be written.

use webmessaging_proto::frame::TypingNotice;

/// More than any search is deep: an older notice joins what was before.
const KEPT: usize = 6;

#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Remote {
    /// Whether it may have shown typing before the notices below.
    before: bool,
    notices: Vec<Notice>,
    /// The newest word was an On, and nothing has put it in doubt.
    certain: bool,
}

#[derive(Clone, Debug, PartialEq)]
struct Notice {
    request: String,
    said: TypingNotice,
    fate: Fate,
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Fate {
    Told,
    Refused,
    /// The server failed, and may have passed it on.
    Unknown,
}

impl Remote {
    pub(super) fn told(&mut self, request: &str, notice: TypingNotice) {
        if self.notices.len() == KEPT {
            let newer = self.notices.split_off(1);
            self.before = self.may_show();
            self.notices = newer;
        }
        self.notices.push(Notice { request: request.to_owned(), said: notice, fate: Fate::Told });
        self.certain = notice == TypingNotice::On;
    }

    pub(super) fn refused(&mut self, request: &str, perhaps: bool) {
        let mut notices = self.notices.iter_mut();
        let is_it = |notice: &&mut Notice| notice.request == request && notice.fate == Fate::Told;
        if let Some(notice) = notices.find(is_it) {
            notice.fate = if perhaps { Fate::Unknown } else { Fate::Refused };
            self.certain = false;
        }
    }

    /// The connection is gone; what it said counts as said.
    pub(super) fn lost(&mut self) {
        self.before = self.may_show();
        self.notices.clear();
        self.certain = false;
    }

    /// The conversation is over, and the indicator with it.
    pub(super) fn reset(&mut self) {
        *self = Self::default();
    }

    pub(super) fn may_show(&self) -> bool {
        for notice in self.notices.iter().rev() {
            match (notice.said, notice.fate) {
                (_, Fate::Refused) | (TypingNotice::Off, Fate::Unknown) => {}
                (TypingNotice::On, _) => return true,
                (TypingNotice::Off, Fate::Told) => return false,
            }
        }
        self.before
    }

    pub(super) const fn surely_shows(&self) -> bool {
        self.certain
    }
}

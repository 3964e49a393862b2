//! Every text ends once, in a way that both ends agree on.
//!
//! Owns: what the host was told of each text, and what the agent has of it. A text reaches the agent at most once
//! for each time that it may have been written: once, and once more for each retry of the host's, each refusal that
//! asks for another try (429, 408, 5xx, and one of the token for whatever), and each frame that the service itself
//! doubled.
//! Must not know: frames, phases.

use webmessaging_proto::TracingId;

use super::Found;
use crate::simulator::queue::Ms;

/// A word that is in every text and nowhere else.
pub(in crate::simulator) const MARK: &str = "qzxw";

/// What the host knows of a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::simulator) enum Ending {
    Waiting,
    Confirmed,
    Unconfirmed,
    Failed,
    Discarded,
    /// Its process ended, and nothing was stored.
    Forgotten,
}

impl Ending {
    pub(in crate::simulator) const fn name(self) -> &'static str {
        match self {
            Self::Waiting => "waiting",
            Self::Confirmed => "confirmed",
            Self::Unconfirmed => "unconfirmed, kept",
            Self::Failed => "failed, kept",
            Self::Discarded => "discarded",
            Self::Forgotten => "lost with its process",
        }
    }
}

#[derive(Clone, Debug)]
pub(in crate::simulator) struct Text {
    chars: u64,
    ending: Ending,
    /// Its place in the line, given anew by each retry.
    place: u64,
    written: u64,
    /// How often it may be written.
    allowed: u64,
    doubled: u64,
    last_request: Option<TracingId>,
    /// When it first went out since it got its place.
    out_since: Option<Ms>,
    /// Whether it went its way without a doubt since it got its place.
    smooth: bool,
    arrivals: Vec<Ms>,
}

#[derive(Clone, Debug, Default)]
pub(in crate::simulator) struct Texts {
    all: Vec<Text>,
    places: u64,
    /// Not settled, by number.
    waiting: Vec<usize>,
    kept: Vec<usize>,
    /// Being discarded: what was due before that may still write it.
    leaving: Option<u64>,
}

/// So many characters that say nothing, in parts.
fn filling(chars: u64) -> impl Iterator<Item = &'static str> {
    const PART: &str = "éééééé ";
    let rest = PART.get(..2 * at(chars % 7)).unwrap_or_default();
    std::iter::repeat_n(PART, at(chars / 7)).chain([rest])
}

fn at(key: u64) -> usize {
    usize::try_from(key).unwrap_or(usize::MAX)
}

impl Texts {
    /// The number of the next text.
    pub(in crate::simulator) fn next_key(&self) -> u64 {
        self.all.len() as u64
    }

    /// What a text says: made from its number, so that it can be told from all others.
    pub(in crate::simulator) fn content(key: u64, chars: u64) -> String {
        let mut text = String::with_capacity(Self::length(key, chars));
        text.push_str(MARK);
        text.push(' ');
        text.push_str(&key.to_string());
        filling(chars).for_each(|part| text.push_str(part));
        text
    }

    /// The session has taken a new text.
    pub(in crate::simulator) fn sent(&mut self, chars: u64) {
        self.places += 1;
        self.waiting.push(self.all.len());
        self.all.push(Text {
            chars,
            ending: Ending::Waiting,
            place: self.places,
            written: 0,
            allowed: 1,
            doubled: 0,
            last_request: None,
            out_since: None,
            smooth: true,
            arrivals: Vec::new(),
        });
    }

    /// The session has refused the newest text.
    pub(in crate::simulator) fn unsend(&mut self) {
        self.all.pop();
        let count = self.all.len();
        self.waiting.retain(|number| *number < count);
    }

    /// The host is about to retry a text; gives what it was before.
    pub(in crate::simulator) fn retry(&mut self, key: u64) -> Option<Text> {
        self.places += 1;
        let place = self.places;
        self.kept.retain(|kept| *kept != at(key));
        self.waiting.push(at(key));
        let text = self.all.get_mut(at(key))?;
        let before = text.clone();
        text.ending = Ending::Waiting;
        text.place = place;
        text.allowed = text.allowed.max(text.written + 1);
        text.out_since = None;
        text.smooth = true;
        Some(before)
    }

    /// The session has taken the discard, or refused it.
    pub(in crate::simulator) fn left(&mut self) {
        self.leaving = None;
    }

    /// The session has refused to retry or to discard.
    pub(in crate::simulator) fn undo(&mut self, key: u64, before: Option<Text>) {
        self.waiting.retain(|waiting| *waiting != at(key));
        self.kept.retain(|kept| *kept != at(key));
        match before.as_ref().map(|before| before.ending) {
            Some(Ending::Waiting) => self.waiting.push(at(key)),
            Some(Ending::Unconfirmed | Ending::Failed) => self.kept.push(at(key)),
            _ => {}
        }
        if let (Some(text), Some(before)) = (self.all.get_mut(at(key)), before) {
            *text = before;
        }
    }

    /// The host is about to discard a text; gives what it was before.
    pub(in crate::simulator) fn discard(&mut self, key: u64) -> Option<Text> {
        let before = self.all.get(at(key)).cloned();
        self.settle(key, Ending::Discarded);
        self.leaving = Some(key);
        before
    }

    /// The process ended without a trace.
    pub(in crate::simulator) fn forgotten(&mut self) {
        for number in self.unsettled().collect::<Vec<_>>() {
            self.settle(number, Ending::Forgotten);
        }
    }

    /// The kept ones, then those that wait.
    pub(in crate::simulator) fn unsettled(&self) -> impl Iterator<Item = u64> {
        self.kept.iter().chain(&self.waiting).map(|number| *number as u64)
    }

    pub(in crate::simulator) fn kept(&self) -> Option<u64> {
        self.kept.first().map(|number| *number as u64)
    }

    pub(in crate::simulator) fn is_kept(&self, key: u64) -> bool {
        self.kept.contains(&at(key))
    }

    /// The driver sends a text.
    pub(in crate::simulator) fn written(
        &mut self,
        content: &str,
        request: TracingId,
        lazy: bool,
        found: &mut Found,
    ) -> Option<u64> {
        let key = self.read(content)?;
        let now = found.now;
        let leaving = self.leaving == Some(key);
        let text = self.all.get_mut(at(key))?;
        text.written += 1;
        text.last_request = Some(request);
        text.out_since = text.out_since.or(Some(now));
        let (written, allowed, place, ending) =
            (text.written, text.allowed, text.place, text.ending);
        // A text that lies around as a frame may end before a lazy host sends it.
        found.must(
            lazy || leaving || ending == Ending::Waiting,
            "text written after its end",
            || format!("text {key}, {}", ending.name()),
        );
        found.must(written <= allowed, "text written again", || {
            format!("text {key}: {written} times, {allowed} allowed")
        });
        let overtaken = self
            .waiting
            .iter()
            .find(|other| self.all.get(**other).is_some_and(|other| other.place < place));
        found.must(overtaken.is_none(), "texts out of order", || {
            format!("text {key} is written before text {overtaken:?}")
        });
        Some(key)
    }

    /// The guest gets an error: a text that it refers to may be tried again, and each one if the `token` is refused.
    pub(in crate::simulator) fn refused(
        &mut self,
        request: Option<TracingId>,
        code: u16,
        token: bool,
    ) {
        let again = matches!(code, 408 | 429 | 4029 | 500..=599 | 5000..=5999);
        let for_any = token || (again && request.is_none());
        for number in &self.waiting {
            let Some(text) = self.all.get_mut(*number) else { continue };
            let meant = request.is_some() && text.last_request == request;
            if text.written > 0 && (for_any || (meant && again)) {
                text.allowed = text.allowed.max(text.written + 1);
            }
        }
    }

    /// The service takes a text twice.
    pub(in crate::simulator) fn doubled(&mut self, key: u64) {
        if let Some(text) = self.all.get_mut(at(key)) {
            text.doubled += 1;
        }
    }

    /// The agent has a text.
    pub(in crate::simulator) fn arrived(&mut self, content: &str, found: &mut Found) {
        let now = found.now;
        let Some(key) = self.read(content) else {
            found.add("text invented", || format!("{} bytes", content.len()));
            return;
        };
        let Some(text) = self.all.get_mut(at(key)) else { return };
        text.arrivals.push(now);
        let copies = text.arrivals.len() as u64;
        let possible = text.written + text.doubled;
        found.must(copies <= possible, "text twice at the agent", || {
            format!("text {key}: {copies} copies, {possible} possible")
        });
    }

    /// The host is told.
    pub(in crate::simulator) fn told(
        &mut self,
        key: u64,
        ending: Ending,
        lazy: bool,
        found: &mut Found,
    ) {
        let Some(text) = self.all.get_mut(at(key)) else {
            found.add("unknown text", || format!("text {key}: {}", ending.name()));
            return;
        };
        let before = text.ending;
        if before == Ending::Discarded && (lazy || ending == Ending::Unconfirmed) {
            // It was due, or lay around, when the host discarded the text: timers come before inputs.
            return;
        }
        let fits = match ending {
            Ending::Confirmed => {
                matches!(before, Ending::Waiting | Ending::Unconfirmed | Ending::Failed)
            }
            Ending::Unconfirmed => before == Ending::Waiting && (lazy || text.written > 0),
            _ => before == Ending::Waiting,
        };
        found.must(fits, "text ends twice", || {
            format!("text {key}: {} after {}", ending.name(), before.name())
        });
        found.must(
            ending != Ending::Confirmed || !text.arrivals.is_empty(),
            "text confirmed that the agent does not have",
            || format!("text {key}"),
        );
        text.smooth &= ending == Ending::Confirmed && before == Ending::Waiting;
        self.settle(key, ending);
    }

    /// Whether none is on its way.
    pub(in crate::simulator) fn are_settled(&self) -> bool {
        self.waiting.is_empty()
    }

    /// The end of time, for a session that is calm. `left` are the texts that the session holds: key, and
    /// whether it is kept for the host. In a session that has failed (`may_wait`) texts wait for another token.
    pub(in crate::simulator) fn judge(
        &self,
        left: &[(u64, bool)],
        may_wait: bool,
        found: &mut Found,
    ) {
        for (number, text) in self.all.iter().enumerate() {
            let waits = text.ending == Ending::Waiting;
            found.must(may_wait || !waits, "text without an end", || {
                format!("text {number}, written {} times", text.written)
            });
            let held = left.iter().find(|(key, _)| at(*key) == number).map(|(_, kept)| *kept);
            let should = match text.ending {
                Ending::Unconfirmed | Ending::Failed => Some(true),
                Ending::Waiting => Some(false),
                _ => None,
            };
            found.must(held == should, "texts kept", || {
                format!(
                    "text {number} is {} for the host, {held:?} in the session",
                    text.ending.name()
                )
            });
        }
        // In the order of their places, first arrivals do not go back.
        let mut line: Vec<_> = self.all.iter().enumerate().collect();
        line.sort_by_key(|(_, text)| text.place);
        let mut latest: Option<(usize, Ms)> = None;
        for (number, text) in line {
            if text.ending != Ending::Confirmed || !text.smooth {
                continue;
            }
            let Some(out) = text.out_since else { continue };
            let Some(arrival) = text.arrivals.iter().find(|arrival| **arrival >= out) else {
                continue;
            };
            if let Some((before, at)) = latest.filter(|(_, at)| at > arrival) {
                found.add("texts out of order at the agent", || {
                    format!("text {number} at {arrival} ms, text {before} at {at} ms")
                });
            }
            latest = Some((number, *arrival));
        }
    }

    /// How many ended how.
    pub(in crate::simulator) fn endings(&self) -> impl Iterator<Item = Ending> + '_ {
        self.all.iter().map(|text| text.ending)
    }

    /// How many are at the agent's more than once.
    pub(in crate::simulator) fn repeated(&self) -> usize {
        self.all.iter().filter(|text| text.arrivals.len() > 1).count()
    }

    fn settle(&mut self, key: u64, ending: Ending) {
        let number = at(key);
        self.waiting.retain(|waiting| *waiting != number);
        self.kept.retain(|kept| *kept != number);
        if matches!(ending, Ending::Unconfirmed | Ending::Failed) {
            self.kept.push(number);
        }
        if let Some(text) = self.all.get_mut(number) {
            text.ending = ending;
        }
    }

    /// The number of a text, if it says what it should.
    fn read(&self, content: &str) -> Option<u64> {
        let number = content.strip_prefix(MARK)?.strip_prefix(' ')?;
        let digits = number.bytes().take_while(u8::is_ascii_digit).count();
        let (number, mut filled) = number.split_at_checked(digits)?;
        let key: u64 = number.parse().ok()?;
        let text = self.all.get(at(key))?;
        for part in filling(text.chars) {
            filled = filled.strip_prefix(part)?;
        }
        filled.is_empty().then_some(key)
    }

    fn length(key: u64, chars: u64) -> usize {
        let spaces = chars / 7;
        let digits = key.checked_ilog10().unwrap_or(0) as usize + 1;
        MARK.len() + 1 + digits + at(2 * chars - spaces)
    }
}

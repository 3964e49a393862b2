//! Texts: in order, one at a time, none lost, none twice.
//!
//! Owns: the rules of the line of texts. Must not know: how the session decides.

use core::time::Duration;
use std::collections::VecDeque;

use webmessaging_proto::frame::ClientBody;
use webmessaging_proto::{
    Config, Event, FailReason, Instant, LocalKey, MAX_TEXT_CHARS, Output, Phase, TracingId,
};

use super::Rule;
use super::around::{Around, BUDGET, News};
use super::family::Family;
use super::seen::{Mark, Seen, mark};
use super::violation::Found;

/// How long an echo may take.
const ECHO: Duration = Duration::from_secs(30);
/// Texts in a second, with the margin for jitter.
const RATE: usize = 5;
const RATE_WINDOW: Duration = Duration::from_millis(1_100);
/// The smallest bound of a wait.
const MIN_WAIT: Duration = Duration::from_millis(100);

#[derive(Clone, Copy, Debug)]
struct Text {
    key: LocalKey,
    /// What the host gave; none if that was not seen.
    mark: Option<Mark>,
    written: bool,
    /// May be written once more.
    again: bool,
}

#[derive(Clone, Copy, Debug)]
struct InFlight {
    key: LocalKey,
    id: TracingId,
    from: Instant,
    to: Instant,
    /// It may have been put back by an answer that does not say so.
    doubtful: bool,
}

/// The line.
#[derive(Clone, Debug)]
#[expect(clippy::struct_excessive_bools, reason = "each is a fact of its own")]
pub(super) struct Texts {
    limit: usize,
    max_wait: Duration,
    /// Next first; the one in flight is the first.
    line: VecDeque<Text>,
    kept: Vec<Text>,
    in_flight: Option<InFlight>,
    /// There may be texts in the line, or in flight, of which nothing is known.
    others: bool,
    /// There may be kept ones.
    others_kept: bool,
    /// When the last ones went out, by the earliest and the latest time.
    sent: VecDeque<(Instant, Instant)>,
    /// The first one surely waits no longer.
    movable_at: Instant,
    /// The host has left the conversation.
    left: bool,
    leaving: bool,
    /// A rate limit of this step names no request.
    limited: bool,
    settled: Vec<LocalKey>,
    /// Discarded in this step, among several inputs.
    discarded: Vec<LocalKey>,
}

impl Family for Texts {
    fn unknown(&mut self, cx: &Around) {
        // A wait may be running.
        self.movable_at = self.movable_at.max(cx.now + self.max_wait.max(RATE_WINDOW));
        self.line.clear();
        self.kept.clear();
        self.in_flight = None;
        (self.others, self.others_kept) = (true, true);
        self.left = false;
    }
}

impl Texts {
    pub(super) fn new(config: &Config) -> Self {
        let reconnect = config.reconnect();
        let max_wait = reconnect.base.saturating_mul(2).min(reconnect.cap).max(MIN_WAIT);
        Self {
            limit: config.limits().texts,
            max_wait,
            line: VecDeque::new(),
            kept: Vec::new(),
            in_flight: None,
            others: false,
            others_kept: false,
            sent: VecDeque::new(),
            movable_at: Instant::ORIGIN,
            left: false,
            leaving: false,
            limited: false,
            settled: Vec::new(),
            discarded: Vec::new(),
        }
    }

    /// An accepted input.
    pub(super) fn input(
        &mut self,
        cx: &Around,
        seen: &Seen,
        news: Option<&News<'_>>,
        found: &mut Found,
    ) {
        match *seen {
            Seen::Text { key, mark, chars } => self.given(cx, key, mark, chars, found),
            Seen::Retry(key) => self.retried(cx, key, found),
            Seen::Discard(key) => {
                let known = self.drop_text(key, cx.now).is_some();
                if cx.blurred {
                    self.discarded.push(key);
                }
                if !known && !self.others && !self.others_kept {
                    self.wrong(cx, found, Rule::Verdict, || format!("discards {key:?}"));
                }
            }
            Seen::Disconnect => {
                self.leaving = true;
                // What is over already changes its phase no more.
                self.left |= cx.phase == Phase::Closed && !cx.blurred;
            }
            _ => {}
        }
        if let Some(news) = news {
            self.heard(cx, news);
        }
    }

    fn given(&mut self, cx: &Around, key: LocalKey, mark: Mark, chars: usize, found: &mut Found) {
        let taken = self.line.iter().chain(&self.kept).any(|text| text.key == key);
        if self.discarded.contains(&key) {
            // Whose end an output tells can't be known.
            self.unknown(cx);
        }
        if taken || chars == 0 || chars > MAX_TEXT_CHARS {
            self.wrong(cx, found, Rule::Verdict, || format!("takes {key:?} of {chars} characters"));
        }
        if self.line.is_empty() {
            self.movable_at = self.movable_at.max(cx.now);
        }
        self.line.push_back(Text { key, mark: Some(mark), written: false, again: false });
        if self.line.len() + self.kept.len() > self.limit {
            let limit = self.limit;
            self.wrong(cx, found, Rule::Caps, || format!("more than {limit} texts"));
        }
        self.left = false;
    }

    fn retried(&mut self, cx: &Around, key: LocalKey, found: &mut Found) {
        let text = if let Some(place) = self.kept.iter().position(|text| text.key == key) {
            self.kept.remove(place)
        } else {
            if !self.others_kept {
                self.wrong(cx, found, Rule::Verdict, || format!("retries {key:?}"));
            }
            self.line.retain(|text| text.key != key);
            Text { key, mark: None, written: true, again: true }
        };
        if self.line.is_empty() {
            self.movable_at = self.movable_at.max(cx.now);
        }
        self.line.push_back(Text { again: true, ..text });
        self.left = false;
    }

    fn heard(&mut self, cx: &Around, news: &News<'_>) {
        self.limited |= news.is_rate_limit() && news.request.is_none();
        let Some(in_flight) = self.in_flight else { return };
        match news.refusal() {
            Some(429 | 4029 | 408 | 500..=599 | 5000..=5999)
                if news.request.is_some_and(|request| request.id == in_flight.id) =>
            {
                self.put_back();
                if !news.is_rate_limit() {
                    self.movable_at = self.movable_at.max(cx.now + self.max_wait);
                }
            }
            // Without a name it means the text only if nothing else is outstanding.
            Some(429 | 4029) if news.request.is_none() && cx.phase != Phase::Configuring => {
                self.doubt();
            }
            _ => {}
        }
    }

    fn put_back(&mut self) {
        if self.in_flight.take().is_some() {
            if let Some(first) = self.line.front_mut() {
                first.again = true;
            }
        }
    }

    fn doubt(&mut self) {
        if let Some(in_flight) = &mut self.in_flight {
            in_flight.doubtful = true;
            if let Some(first) = self.line.front_mut() {
                first.again = true;
            }
        }
    }

    /// Takes a text out of everything.
    fn drop_text(&mut self, key: LocalKey, now: Instant) -> Option<Text> {
        if self.in_flight.is_some_and(|in_flight| in_flight.key == key) {
            self.in_flight = None;
            self.movable_at = self.movable_at.max(now);
        }
        if let Some(place) = self.kept.iter().position(|text| text.key == key) {
            return Some(self.kept.remove(place));
        }
        let place = self.line.iter().position(|text| text.key == key)?;
        if place == 0 {
            self.movable_at = now;
        }
        self.line.remove(place)
    }

    pub(super) fn output(&mut self, cx: &Around, output: &Output, found: &mut Found) {
        match output {
            Output::SendFrame(frame) => {
                if let ClientBody::Text { text, attributes } = &frame.body {
                    self.written(cx, frame.tracing_id, mark(&(&**text, attributes)), found);
                }
            }
            Output::Emit(event) => self.event(cx, event, found),
            _ => {}
        }
    }

    fn written(&mut self, cx: &Around, id: TracingId, what: Mark, found: &mut Found) {
        self.rate(cx, found);
        if cx.now < cx.text_pause.sure {
            self.wrong(cx, found, Rule::PauseKept, || "a text inside a pause".into());
        }
        if self.in_flight.is_some_and(|in_flight| !in_flight.doubtful) {
            self.wrong(cx, found, Rule::OneInFlight, || "another text is in flight".into());
        }
        let Some(first) = self.line.front().copied() else {
            if !self.others {
                self.wrong(cx, found, Rule::TextTwice, || "no text is to be sent".into());
            }
            return;
        };
        if first.mark.is_some_and(|mark| mark != what) {
            if self.others {
                return;
            }
            let elsewhere = self.line.iter().any(|text| text.mark == Some(what));
            let rule = match elsewhere {
                true => Rule::TextOrder,
                false if self.kept.iter().any(|text| text.mark == Some(what)) => Rule::TextTwice,
                false => Rule::TextUnchanged,
            };
            self.wrong(cx, found, rule, || format!("{:?} is the first", first.key));
            return;
        }
        if first.written && !first.again {
            self.wrong(cx, found, Rule::TextTwice, || format!("{:?} again", first.key));
        }
        if let Some(first) = self.line.front_mut() {
            // Among unknown ones it may have been another that says the same; and a rate limit that
            // names nothing may have put it back before it was drained.
            let unsure = self.others || (self.limited && cx.blurred);
            (first.written, first.again) = (true, unsure);
            let key = first.key;
            self.in_flight =
                Some(InFlight { key, id, from: cx.since, to: cx.now, doubtful: unsure });
        }
    }

    fn rate(&mut self, cx: &Around, found: &mut Found) {
        let fifth = self.sent.len().checked_sub(RATE).and_then(|at| self.sent.get(at)).copied();
        if fifth.is_some_and(|(from, _)| cx.now < from + RATE_WINDOW) && !cx.blurred {
            found.add(cx.now, Rule::TextRate, || "the sixth text in 1.1 s".into());
        }
        if self.sent.len() > RATE {
            self.sent.pop_front();
        }
        self.sent.push_back((cx.since, cx.now));
    }

    fn event(&mut self, cx: &Around, event: &Event, found: &mut Found) {
        match event {
            Event::MessageConfirmed { key, .. } => {
                let known = self.drop_text(*key, cx.now);
                self.ends(cx, *key, known.is_some_and(|text| text.written), found);
            }
            Event::MessageUnconfirmed { key } => {
                let in_flight = self.in_flight.filter(|in_flight| in_flight.key == *key);
                let early = in_flight.is_some_and(|in_flight| cx.now < in_flight.from + ECHO)
                    && cx.phase == Phase::Ready
                    && !cx.phase_told;
                if early {
                    self.wrong(cx, found, Rule::TextEnds, || format!("{key:?} is given 30 s"));
                }
                self.keep(cx, *key, in_flight.is_some(), found);
            }
            Event::MessageFailed { key, .. } => {
                let waits = self.line.iter().any(|text| text.key == *key);
                self.keep(cx, *key, waits, found);
            }
            Event::PhaseChanged(Phase::Failed(FailReason::AuthenticationFailed)) => self.put_back(),
            Event::PhaseChanged(Phase::Closing | Phase::Closed) => self.left |= self.leaving,
            Event::PhaseChanged(_) => self.left = false,
            _ => {}
        }
    }

    fn keep(&mut self, cx: &Around, key: LocalKey, is_right: bool, found: &mut Found) {
        if self.discarded.contains(&key) {
            // It had ended before, and nobody had drained that.
            return;
        }
        let text = self.drop_text(key, cx.now);
        self.ends(cx, key, is_right, found);
        self.kept.push(text.unwrap_or(Text { key, mark: None, written: true, again: false }));
    }

    /// A text is told to have come to its end.
    fn ends(&mut self, cx: &Around, key: LocalKey, is_right: bool, found: &mut Found) {
        if !is_right && !self.others && !self.others_kept {
            self.wrong(cx, found, Rule::TextEnds, || format!("{key:?} did not wait for this end"));
        }
        if self.settled.contains(&key) {
            self.wrong(cx, found, Rule::T17, || format!("{key:?} ends twice in a step"));
        }
        self.settled.push(key);
    }

    /// All is written that can be written now? Gives when the next thing is due.
    pub(super) fn settled(&mut self, cx: &Around, found: &mut Found) -> Option<Instant> {
        self.settled.clear();
        self.discarded.clear();
        self.limited = false;
        self.leaving = false;
        let over = matches!(cx.phase, Phase::ReadOnly | Phase::Closing) || self.left;
        if over {
            if cx.blurred {
                self.unknown(cx);
            } else if !self.line.is_empty() {
                let count = self.line.len();
                found.add(cx.now, Rule::TextLeft, || format!("{count} texts in {}", cx.phase));
                self.unknown(cx);
            }
            // What is not known waits no more, either.
            self.others &= cx.blurred;
        }
        if let Some(in_flight) = self.in_flight.filter(|in_flight| !in_flight.doubtful) {
            if cx.phase != Phase::Ready {
                self.wrong(cx, found, Rule::TextEnds, || {
                    format!("{:?} is in flight while {}", in_flight.key, cx.phase)
                });
                self.in_flight = None;
                return None;
            }
            if cx.now >= in_flight.to + ECHO && !cx.waits_for_tick() {
                found.add(cx.now, Rule::TextEnds, || format!("{:?} waits", in_flight.key));
                self.in_flight = None;
                return None;
            }
            return Some(in_flight.to + ECHO);
        }
        if self.in_flight.is_some() || self.others || self.line.is_empty() {
            return None;
        }
        if cx.phase != Phase::Ready || !cx.has_room(1, BUDGET) {
            return None;
        }
        let fifth = self.sent.len().checked_sub(RATE).and_then(|at| self.sent.get(at));
        let rate_at = fifth.map_or(Instant::ORIGIN, |(_, to)| *to + RATE_WINDOW);
        let due_at = self.movable_at.max(rate_at).max(cx.text_pause.perhaps);
        if due_at > cx.now || cx.waits_for_tick() {
            return Some(due_at);
        }
        found.add(cx.now, Rule::TextIdle, || format!("{} wait since {due_at:?}", self.line.len()));
        self.unknown(cx);
        None
    }

    /// Whether a text that the host gave can be refused, and rightly.
    pub(super) fn may_refuse(&self, seen: &Seen, phase: Phase) -> bool {
        let knows =
            |key: &LocalKey| self.line.iter().chain(&self.kept).any(|text| text.key == *key);
        let closed =
            matches!(phase, Phase::ReadOnly | Phase::Closing | Phase::Closed | Phase::Failed(_));
        let unknown = self.others || self.others_kept;
        match seen {
            Seen::Text { key, chars, .. } => {
                let full = self.line.len() + self.kept.len() >= self.limit;
                unknown || closed || full || *chars == 0 || *chars > MAX_TEXT_CHARS || knows(key)
            }
            Seen::Retry(key) => unknown || closed || !self.kept.iter().any(|text| text.key == *key),
            Seen::Discard(key) => unknown || !knows(key),
            _ => true,
        }
    }
}

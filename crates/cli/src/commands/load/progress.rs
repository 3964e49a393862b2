//! How far the run is, while it runs.
//!
//! Owns: the bar on a terminal, and the lines where there is none. Must not know: what is counted.

use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use crate::aside::aside;

/// How often a line is written where there is no terminal.
const LINE_EVERY: Duration = Duration::from_secs(5);

/// One stage of the run, on standard error.
#[derive(Debug)]
pub(super) struct Progress {
    bar: ProgressBar,
    name: &'static str,
    written: Option<Instant>,
}

impl Progress {
    pub(super) fn new(name: &'static str, length: u64) -> Self {
        let bar = ProgressBar::with_draw_target(Some(length), ProgressDrawTarget::stderr());
        let style = ProgressStyle::with_template("{prefix:<10} [{bar:30}] {percent:>3}%  {msg}");
        if let Ok(style) = style {
            bar.set_style(style.progress_chars("=> "));
        }
        bar.set_prefix(name);
        Self { bar, name, written: None }
    }

    pub(super) fn show(&mut self, at: u64, message: String) {
        if self.bar.is_hidden() {
            if self.written.is_none_or(|written| written.elapsed() >= LINE_EVERY) {
                self.written = Some(Instant::now());
                aside(format_args!("{}: {message}", self.name));
            }
            return;
        }
        self.bar.set_position(at);
        self.bar.set_message(message);
    }

    pub(super) fn finish(self) {
        self.bar.finish_and_clear();
    }
}

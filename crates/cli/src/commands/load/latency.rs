//! How long things took.
//!
//! Owns: the histogram and how it is written. Must not know: what was measured.

use std::fmt;
use std::time::Duration;

use hdrhistogram::Histogram;

/// Significant digits.
const PRECISION: u8 = 3;
/// Ten minutes: what takes longer counts as that.
const MOST_MICROS: u64 = 600_000_000;

/// Times in microseconds.
#[derive(Clone, Debug)]
pub(super) struct Latency {
    histogram: Histogram<u64>,
}

impl Default for Latency {
    fn default() -> Self {
        let histogram = Histogram::new_with_max(MOST_MICROS, PRECISION);
        Self { histogram: histogram.expect("the bounds are ones that the histogram knows") }
    }
}

impl Latency {
    pub(super) fn note(&mut self, took: Duration) {
        let micros = u64::try_from(took.as_micros()).unwrap_or(u64::MAX);
        self.histogram.saturating_record(micros);
    }

    pub(super) fn heading(f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names = ["count", "least", "p50", "p90", "p99", "p99.9", "most"];
        write!(f, "{:<14}", "latency")?;
        names.iter().try_for_each(|name| write!(f, "{name:>11}"))?;
        writeln!(f)
    }

    pub(super) fn line(&self, f: &mut fmt::Formatter<'_>, name: &str) -> fmt::Result {
        let all = &self.histogram;
        write!(f, "  {name:<12}{:>11}", all.len())?;
        let quantiles = [0.5, 0.9, 0.99, 0.999].map(|at| all.value_at_quantile(at));
        for micros in [all.min()].into_iter().chain(quantiles).chain([all.max()]) {
            let (ms, rest) = (micros / 1000, micros % 1000 / 10);
            write!(f, "{:>11}", format!("{ms}.{rest:02} ms"))?;
        }
        writeln!(f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Line(Latency);

    impl fmt::Display for Line {
        fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            self.0.line(f, "key to On")
        }
    }

    #[test]
    fn a_line_has_the_count_and_the_quantiles() {
        let mut latency = Latency::default();
        for ms in 1..=1000 {
            latency.note(Duration::from_millis(ms));
        }
        let line = Line(latency).to_string();
        let words: Vec<_> = line.split_whitespace().filter(|word| *word != "ms").collect();
        assert_eq!(&words[..4], ["key", "to", "On", "1000"]);
        let median: f64 = words[5].parse().expect("a number");
        assert!((499.0..502.0).contains(&median), "{line}");
        assert_eq!(words[4], "1.00", "{line}");
        assert!(
            Line(Latency::default()).to_string().contains(" 0 "),
            "nothing is no reason to fail"
        );
    }
}

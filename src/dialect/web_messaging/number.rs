//! Numbers as the service may write them: whole, fractional, or as a decimal string.
//!
//! Owns: their reading. Must not know: what they count.

use core::time::Duration;

/// A number that is not negative.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Number {
    Whole(u64),
    Fraction(f64),
}

impl Number {
    /// The number that a decimal string stands for.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let text = text.trim();
        text.parse().map(Self::Whole).ok().or_else(|| decimal(text).map(Self::Fraction))
    }

    /// Rounded down; `u64::MAX` if it is beyond.
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "rounds down, and saturates at both ends"
    )]
    pub(super) const fn whole(self) -> u64 {
        match self {
            Self::Whole(value) => value,
            Self::Fraction(value) => value as u64,
        }
    }

    /// So many seconds, at most the longest span of whole milliseconds in 64 bits.
    pub(super) fn seconds(self) -> Duration {
        match self {
            Self::Whole(value) => Duration::from_secs(value).min(LONGEST),
            Self::Fraction(value) => fractional_seconds(value),
        }
    }

    /// So many milliseconds, with the same limit.
    pub(super) fn millis(self) -> Duration {
        match self {
            Self::Whole(value) => Duration::from_millis(value),
            Self::Fraction(value) => fractional_seconds(value / 1_000.0),
        }
    }
}

/// The value of `123`, `123.45` or `123.45e-6`. Exact where a float's own parser is, up to 15 digits
/// and 22 places; beyond them off by a hair, for want of that parser's tables.
fn decimal(text: &str) -> Option<f64> {
    let (mantissa, exponent) = text.split_once(['e', 'E']).unwrap_or((text, "0"));
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, "0"));
    let is_number =
        |digits: &str| !digits.is_empty() && digits.bytes().all(|it| it.is_ascii_digit());
    if !is_number(whole) || !is_number(fraction) {
        return None;
    }
    let digits = whole.bytes().chain(fraction.trim_end_matches('0').bytes());
    let value = digits.fold(0.0, |value, digit| value * 10.0 + f64::from(digit - b'0'));
    let places = i32::try_from(fraction.trim_end_matches('0').len()).ok()?;
    let exponent = exponent.parse::<i32>().ok()?.saturating_sub(places);
    // Further off, it is zero or infinity.
    let scale = (0..exponent.unsigned_abs().min(400)).fold(1.0, |scale, _| scale * 10.0);
    Some(if exponent < 0 { value / scale } else { value * scale })
}

const LONGEST: Duration = Duration::from_millis(u64::MAX);

fn fractional_seconds(seconds: f64) -> Duration {
    Duration::try_from_secs_f64(seconds).map_or(LONGEST, |span| span.min(LONGEST))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn decimal_strings_are_numbers_and_nothing_else_is() {
        assert_eq!(Number::parse("3600"), Some(Number::Whole(3600)));
        assert_eq!(Number::parse(" 7 "), Some(Number::Whole(7)));
        assert_eq!(Number::parse("2.5"), Some(Number::Fraction(2.5)));
        assert_eq!(Number::parse("1e3"), Some(Number::Fraction(1000.0)));
        for text in ["", "-1", "-0.5", "NaN", "inf", "infinity", "0x10", "12 s", "3,5"] {
            assert_eq!(Number::parse(text), None, "{text}");
        }
    }

    #[test]
    fn spans_are_exact_and_bounded() {
        assert_eq!(Number::Fraction(5_000.0).millis(), Duration::from_secs(5));
        assert_eq!(Number::Fraction(0.5).seconds(), Duration::from_millis(500));
        for huge in [Number::Whole(u64::MAX), Number::Fraction(1e300), Number::Fraction(1e19)] {
            assert_eq!(huge.seconds(), LONGEST);
            assert!(huge.millis() <= LONGEST);
        }
        assert_eq!(Number::Fraction(1e300).whole(), u64::MAX);
    }
}

//! Numbers as the service may write them: whole, fractional, or as a decimal string.
//!
//! Owns: their reading. By hand, and not as a float: exact, and without a float's parser, which a page
//! would have to load. Must not know: what they count.

use core::time::Duration;

/// A number that is not negative, cut off behind its ninth decimal place; the largest there is, if
/// it is beyond.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) struct Number {
    whole: u64,
    /// Billionths.
    nanos: u32,
}

impl Number {
    /// The number that a decimal string stands for: `123`, `123.45` or `123.45e-6`.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let text = text.trim_ascii().as_bytes();
        // As nearly all are written.
        let mut number = Self { whole: 0, nanos: 0 };
        let mut rest = text;
        while let [digit @ b'0'..=b'9', tail @ ..] = rest {
            number.take(digit - b'0', 1);
            rest = tail;
        }
        if rest.is_empty() && !text.is_empty() {
            return Some(number);
        }
        let (mantissa, exponent) = halves(text, |byte| byte | 0x20 == b'e');
        let (whole, fraction) = halves(mantissa, |byte| byte == b'.');
        let fraction = fraction.unwrap_or(b"0");
        if whole.is_empty() || fraction.is_empty() {
            return None;
        }
        number.whole = 0;
        // How many digits still stand before the point.
        let mut places = exponent.map_or(Some(0), shift)?.saturating_add_unsigned(whole.len());
        for byte in whole.iter().chain(fraction) {
            let digit = byte.wrapping_sub(b'0');
            if digit > 9 {
                return None;
            }
            number.take(digit, places);
            places = places.saturating_sub(1);
        }
        while places > 0 && number.whole != 0 && number.whole != u64::MAX {
            number.take(0, places);
            places -= 1;
        }
        Some(number)
    }

    #[inline]
    fn take(&mut self, digit: u8, places: isize) {
        if places > 0 {
            self.whole = self.whole.saturating_mul(10).saturating_add(digit.into());
        } else if let Ok(power) = u32::try_from(8 + places) {
            self.nanos += u32::from(digit) * 10_u32.pow(power);
        }
    }

    /// Rounded down.
    pub(super) const fn whole(self) -> u64 {
        self.whole
    }

    /// So many seconds, at most the longest span of whole milliseconds in 64 bits.
    pub(super) fn seconds(self) -> Duration {
        Duration::new(self.whole, self.nanos).min(LONGEST)
    }

    /// So many milliseconds, with the same limit.
    pub(super) fn millis(self) -> Duration {
        let fraction = Duration::from_nanos(u64::from(self.nanos / 1_000));
        (Duration::from_millis(self.whole) + fraction).min(LONGEST)
    }
}

const LONGEST: Duration = Duration::from_millis(u64::MAX);

/// What stands before and behind the first of these bytes.
fn halves(text: &[u8], between: impl Fn(u8) -> bool) -> (&[u8], Option<&[u8]>) {
    let mut halves = text.splitn(2, |byte| between(*byte));
    (halves.next().unwrap_or_default(), halves.next())
}

/// How far an exponent moves the point. What is further off moves it out of sight just as well.
fn shift(exponent: &[u8]) -> Option<isize> {
    let signs = usize::from(matches!(exponent, [b'+' | b'-', ..]));
    let digits = exponent.get(signs..)?;
    if digits.is_empty() || !digits.iter().all(u8::is_ascii_digit) {
        return None;
    }
    let far =
        |shift: i16, digit: &u8| shift.saturating_mul(10).saturating_add((digit - b'0').into());
    let shift = isize::from(digits.iter().fold(0, far));
    Some(if exponent.starts_with(b"-") { -shift } else { shift })
}

#[cfg(test)]
mod tests {
    use super::*;

    const fn number(whole: u64, nanos: u32) -> Number {
        Number { whole, nanos }
    }

    #[test]
    fn decimal_strings_are_numbers_and_nothing_else_is() {
        for (text, expected) in [
            ("3600", number(3600, 0)),
            (" 7 ", number(7, 0)),
            ("007", number(7, 0)),
            ("2.5", number(2, 500_000_000)),
            ("1e3", number(1000, 0)),
            ("1.25E+1", number(12, 500_000_000)),
            ("12.5e-1", number(1, 250_000_000)),
            ("125e-4", number(0, 12_500_000)),
            ("0.1234567899", number(0, 123_456_789)),
            ("0.0000000009", number(0, 0)),
            ("0e99999999999999999999", number(0, 0)),
            ("1e-99999999999999999999", number(0, 0)),
            ("1e99999999999999999999", number(u64::MAX, 0)),
            ("18446744073709551615", number(u64::MAX, 0)),
            ("18446744073709551616.5", number(u64::MAX, 500_000_000)),
        ] {
            assert_eq!(Number::parse(text), Some(expected), "{text}");
        }
        for text in [
            "", "-1", "-0.5", "NaN", "inf", "infinity", "0x10", "12 s", "3,5", ".", "1.", ".5",
            "e3", "1e", "1e+", "1e-", "1e1.5", "1.2.3", "1e2e3",
        ] {
            assert_eq!(Number::parse(text), None, "{text}");
        }
    }

    #[test]
    fn spans_are_exact_and_bounded() {
        let parse = |text| Number::parse(text).unwrap();
        assert_eq!(parse("5e3").millis(), Duration::from_secs(5));
        assert_eq!(parse("0.5").seconds(), Duration::from_millis(500));
        assert_eq!(parse("1.5").millis(), Duration::from_micros(1_500));
        for huge in ["18446744073709551615", "1e300", "1e19"] {
            assert_eq!(parse(huge).seconds(), LONGEST);
            assert!(parse(huge).millis() <= LONGEST);
        }
    }
}

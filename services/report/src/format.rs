//! How numbers are written.

use paper::{significant, trimmed};

/// How many digits the errors of one limit are written with.
///
/// Errors and limit get the same exponent and decimals, so that they can be compared by eye.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Digits {
    decimals: usize,
    /// Power of ten that is split off; 0 is not written.
    exponent: i32,
}

impl Digits {
    /// Three decimals of percent, whole numbers of what is counted, and else what shows a limit to
    /// two digits more than its first. A limit below 0.001 gets an exponent.
    pub fn of(limit: f64, unit: &str, counted: bool) -> Digits {
        let magnitude = if limit > 0.0 { limit.log10().floor() as i32 } else { 0 };
        let decimals = if counted { 0 } else { (2 - magnitude).clamp(0, 3) as usize };
        match unit {
            _ if limit > 0.0 && magnitude < -3 => Digits { decimals: 3, exponent: magnitude },
            "%" => Digits { decimals: 3, exponent: 0 },
            _ if magnitude < -1 => Digits { decimals: (1 - magnitude) as usize, exponent: 0 },
            _ => Digits { decimals, exponent: 0 },
        }
    }

    /// The same, and a fourth decimal of percent where the uncertainties are known that well: for a
    /// page, which has room for it.
    pub fn fine(limit: f64, unit: &str, counted: bool, uncertainty: f64) -> Digits {
        let digits = Digits::of(limit, unit, counted);
        let is_coarse = digits.exponent == 0 && digits.decimals == 3;
        if unit.starts_with('%') && is_coarse && uncertainty > 0.0 && uncertainty < 0.005 {
            return Digits { decimals: 4, ..digits };
        }
        digits
    }

    /// A limit: without zeros at its end, since it is not measured.
    pub fn limit(self, value: f64) -> String {
        let text = self.plain(value);
        let (number, exponent) = text.split_at(text.find('e').unwrap_or(text.len()));
        let number = match number.contains('.') {
            true => number.trim_end_matches('0').trim_end_matches('.'),
            false => number,
        };
        format!("{number}{exponent}")
    }

    /// With sign; a zero has none.
    pub fn signed(self, value: f64) -> String {
        let text = self.plain(value);
        if self.is_zero(value) || value < 0.0 { text } else { format!("+{text}") }
    }

    /// With the sign of a negative value only.
    pub fn plain(self, value: f64) -> String {
        let scaled = if self.is_zero(value) { 0.0 } else { value / 10f64.powi(self.exponent) };
        match self.exponent {
            0 => format!("{scaled:.*}", self.decimals),
            exponent => format!("{scaled:.*}e{exponent}", self.decimals),
        }
    }

    /// With sign, and a zero without an exponent.
    pub fn error(self, value: f64) -> String {
        let is_bare = self.exponent != 0 && self.is_zero(value);
        if is_bare { "0".to_string() } else { self.signed(value) }
    }

    /// An uncertainty or a spread: without sign, and to one digit where these would show nothing.
    pub fn seen(self, value: f64) -> String {
        let magnitude = if value > 0.0 { value.log10().floor() as i32 } else { 0 };
        match self.is_zero(value) && value > 0.0 {
            true if magnitude >= -7 => format!("{value:.*}", -magnitude as usize),
            true => significant(value, 1),
            false if self.exponent != 0 => Digits { decimals: 1, ..self }.plain(value),
            false => self.plain(value),
        }
    }

    fn is_zero(self, value: f64) -> bool {
        let scaled = value / 10f64.powi(self.exponent);
        scaled.abs() < 0.5 * 10f64.powi(-(self.decimals as i32))
    }
}

/// A part as percent with one decimal, such as a margin; `n/a` where a limit of 0 leaves none.
pub(crate) fn percent(part: f64) -> String {
    if !part.is_finite() {
        return "n/a".to_string();
    }
    // Rounds to -0.0 otherwise.
    let percent = part * 100.0;
    format!("{:.1}", if percent.abs() < 0.05 { 0.0 } else { percent })
}

/// To three digits, or to six decimals of what is very small: for residuals.
pub(crate) fn small(value: f64) -> String {
    let text = if value.abs() < 1e-4 { format!("{value:.6}") } else { significant(value, 3) };
    // Zero has no sign.
    if text == "-0.000000" { "0.000000".to_string() } else { text }
}

/// A text with each number of four decimals or more [`trimmed`]: what comes as text often has all the
/// digits of the machine.
pub(crate) fn tidied(text: &str) -> String {
    let mut tidy = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(start) = rest.find(|c: char| c.is_ascii_digit()) {
        let (before, from) = rest.split_at(start);
        let is_part = |c: char| c.is_ascii_digit() || c == '.';
        let end = from.find(|c: char| !is_part(c)).unwrap_or(from.len());
        let (number, after) = from.split_at(end);
        let decimals = number.split_once('.').map_or(0, |(_, decimals)| decimals.len());
        // A letter before or behind it makes it a name, or a part of a number with an exponent.
        let is_named =
            before.ends_with(|c: char| c.is_ascii_alphabetic()) || after.starts_with(['e', 'E']);
        tidy.push_str(before);
        match number.parse() {
            Ok(value) if decimals > 3 && !is_named => tidy.push_str(&trimmed(value)),
            _ => tidy.push_str(number),
        }
        rest = after;
    }
    tidy + rest
}

/// A power factor, or a sine of the angle, as people write it.
pub(crate) fn factor(factor: &str) -> String {
    match factor {
        "" => "without factor".to_string(),
        factor if factor.starts_with("sin") => factor.replacen("sin", "sin φ", 1),
        factor => format!("PF {factor}"),
    }
}

/// A number of seconds in the unit that suits it.
pub(crate) fn duration(seconds: f64) -> String {
    match seconds {
        s if s < 600.0 => format!("{} s", significant(s, 3)),
        s if s < 36_000.0 => format!("{} min", significant(s / 60.0, 3)),
        s => format!("{} h", significant(s / 3600.0, 4)),
    }
}

/// `1 point`, `2 points`.
pub(crate) fn counted(count: usize, noun: &str) -> String {
    format!("{count} {noun}{}", if count == 1 { "" } else { "s" })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn errors_get_the_digits_of_their_limit() {
        assert_eq!(Digits::of(1.0, "%", false).signed(0.12345), "+0.123");
        assert_eq!(Digits::of(1.0, "%", false).signed(-0.0001), "0.000");
        assert_eq!(Digits::of(0.05, "%/K", false).signed(0.01234), "+0.012");
        assert_eq!(Digits::of(0.005, "A", false).plain(-0.00123), "-0.0012");
        assert_eq!(Digits::of(1.0, "pulses", true).signed(-1.0), "-1");
        assert_eq!(Digits::of(1e-6, "%", false).signed(3.2e-9), "+0.003e-6");
        assert_eq!(Digits::of(2.5, "V", false).signed(1.0), "+1.00");
        assert_eq!(Digits::of(250.0, "W", false).signed(1.4), "+1");
    }

    #[test]
    fn applied_values_have_no_idle_zeros() {
        assert_eq!(trimmed(65.0), "65");
        assert_eq!(trimmed(230.0 * 1.1), "253");
        assert_eq!(trimmed(0.02), "0.02");
        assert_eq!(trimmed(0.0), "0");
        assert_eq!(trimmed(100.0), "100");
        assert_eq!(trimmed(45.96194077712559), "45.962");
        assert_eq!(trimmed(2.0999999999999996), "2.1");
        assert_eq!(trimmed(-0.19497816060968223), "-0.195");
    }

    #[test]
    fn texts_lose_the_digits_of_the_machine_and_nothing_else() {
        let tidy = "ia delay -0.195 us became 55.405, full scale 1000 V";
        let long =
            "ia delay -0.19497816060968223 us became 55.40502183939032, full scale 1000.000000 V";
        assert_eq!(tidied(long), tidy);
        for kept in ["EMS 0.1.0, 3 x 120 ... 277 V", "9c1f.12345, 1.23456e-7", "-694.03 counts", ""]
        {
            assert_eq!(tidied(kept), kept);
        }
    }

    #[test]
    fn a_page_shows_as_much_as_is_known() {
        assert_eq!(Digits::fine(1.0, "%", false, 0.0004).signed(0.00123), "+0.0012");
        assert_eq!(Digits::fine(1.0, "%", false, 0.04).signed(0.00123), "+0.001");
        assert_eq!(Digits::fine(1.0, "pulses", true, 0.0).signed(1.0), "+1");
        assert_eq!(Digits::fine(1.0, "%", false, 0.0004).limit(2.0999999999999996), "2.1");
        assert_eq!(Digits::fine(470.0, "s", false, 0.0).limit(469.565), "470");
        assert_eq!(Digits::fine(1e-4, "%", false, 0.0).limit(1e-4), "1e-4");
        assert_eq!(Digits::fine(0.05, "%/K", false, 5.1e-5).signed(-9.6e-4), "-0.0010");
        assert_eq!(Digits::fine(0.05, "%/K", false, 2e-5).seen(2e-5), "0.00002");
        assert_eq!(Digits::fine(1e-6, "%", false, 0.0).error(0.0), "0");
        assert_eq!(Digits::fine(1e-4, "%", false, 2e-4).seen(1.633e-4), "1.6e-4");
    }

    #[test]
    fn no_margin_is_minus_zero() {
        assert_eq!(percent(-0.0001), "0.0");
        assert_eq!(percent(0.4567), "45.7");
        assert_eq!(percent(f64::NEG_INFINITY), "n/a");
    }
}

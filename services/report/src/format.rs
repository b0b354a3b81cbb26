//! How numbers are written.

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

    /// Without sign, and to one digit where these would show nothing.
    pub fn seen(self, value: f64) -> String {
        if value != 0.0 && self.is_zero(value) { significant(value, 1) } else { self.plain(value) }
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

/// To so many significant digits, without an exponent unless it is far from 1.
pub(crate) fn significant(value: f64, digits: i32) -> String {
    if value == 0.0 || !value.is_finite() {
        return if value == 0.0 { "0".to_string() } else { value.to_string() };
    }
    let magnitude = value.abs().log10().floor() as i32;
    if !(-4..=9).contains(&magnitude) {
        return format!("{value:.*e}", (digits - 1).max(0) as usize);
    }
    format!("{value:.*}", (digits - 1 - magnitude).max(0) as usize)
}

/// To six significant digits, without zeros at the end: for what was applied.
pub(crate) fn trimmed(value: f64) -> String {
    let text = significant(value, 6);
    match text.contains('.') && !text.contains('e') {
        true => text.trim_end_matches('0').trim_end_matches('.').to_string(),
        false => text,
    }
}

/// With a minus sign as wide as a plus, and no hyphen.
pub(crate) fn typeset(number: &str) -> String {
    number.replace('-', "\u{2212}")
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
    }

    #[test]
    fn no_margin_is_minus_zero() {
        assert_eq!(percent(-0.0001), "0.0");
        assert_eq!(percent(0.4567), "45.7");
        assert_eq!(percent(f64::NEG_INFINITY), "n/a");
    }
}

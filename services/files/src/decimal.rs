//! Integers in steps as decimal numbers, and back: exact, over all of `i64`.

/// Longest time that a row may have measured, in milliseconds: 292 years, as long as times go.
pub(crate) const MEASURED_MS_MAX: u64 = i64::MAX as u64 / 1_000_000;

/// Most decimals of any number here: those of a second in nanoseconds.
const DECIMALS_MAX: u8 = 9;

/// Steps of `10^-decimals` as a number with so many decimals.
pub(crate) fn decimal(steps: i64, decimals: u8, point: char) -> String {
    let decimals = usize::from(decimals);
    let digits = format!("{:0width$}", steps.unsigned_abs(), width = decimals + 1);
    let (whole, rest) = digits.split_at(digits.len() - decimals);
    let sign = if steps < 0 { "-" } else { "" };
    if rest.is_empty() { format!("{sign}{whole}") } else { format!("{sign}{whole}{point}{rest}") }
}

/// A number in steps of `10^-decimals`. Fewer decimals are taken, since spreadsheets drop zeros at the end.
///
/// # Errors
/// A sentence, if it is no such number.
pub(crate) fn parsed(text: &str, decimals: u8, point: char) -> Result<i64, String> {
    let no_number = || format!("`{text}` is no number with up to {decimals} decimals");
    let (negative, digits) = text.strip_prefix('-').map_or((false, text), |rest| (true, rest));
    let (whole, rest) = digits.split_once(point).unwrap_or((digits, ""));
    let plain = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
    let dangling = digits.ends_with(point) || rest.len() > usize::from(decimals);
    if whole.is_empty() || dangling || !plain(whole) || !plain(rest) {
        return Err(no_number());
    }
    let steps = format!("{}{whole}{rest:0<width$}", sign(negative), width = usize::from(decimals));
    steps.parse().map_err(|_| format!("`{text}` is beyond what a column holds"))
}

fn sign(negative: bool) -> &'static str {
    if negative { "-" } else { "" }
}

/// Nanoseconds as seconds, with 0, 3, 6 or 9 decimals, as few as tell it.
pub(crate) fn seconds(ns: i64, point: char) -> String {
    let decimals = decimals_of(ns);
    let step = 10i64.pow(u32::from(DECIMALS_MAX - decimals));
    decimal(ns / step, decimals, point)
}

/// Seconds in nanoseconds.
///
/// # Errors
/// A sentence, if it is no such number.
pub(crate) fn parsed_seconds(text: &str, point: char) -> Result<i64, String> {
    parsed(text, DECIMALS_MAX, point)
}

/// Seconds of what was measured, in milliseconds.
///
/// # Errors
/// A sentence, if it is no such number, negative, or longer than a row may be.
pub(crate) fn parsed_ms(text: &str, point: char) -> Result<u64, String> {
    let ms = u64::try_from(parsed(text, 3, point)?).ok().filter(|ms| *ms <= MEASURED_MS_MAX);
    ms.ok_or_else(|| format!("`{text}` is negative or too long"))
}

/// Decimals that a second needs for these nanoseconds: 0, 3, 6 or 9.
pub(crate) fn decimals_of(ns: i64) -> u8 {
    match ns {
        _ if ns % 1_000_000_000 == 0 => 0,
        _ if ns % 1_000_000 == 0 => 3,
        _ if ns % 1_000 == 0 => 6,
        _ => DECIMALS_MAX,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn steps_come_back_from_their_text() {
        for steps in [0, 1, -1, 9, -10, 99, 12_345, i64::MAX, i64::MIN] {
            for decimals in 0..=9 {
                let text = decimal(steps, decimals, ',');
                assert_eq!(parsed(&text, decimals, ','), Ok(steps), "{text}");
            }
        }
    }

    #[test]
    fn numbers_are_written_as_people_do() {
        let cases = [(5, 1, "0.5"), (-5, 3, "-0.005"), (-12, 0, "-12"), (2300, 1, "230.0")];
        for (steps, decimals, text) in cases {
            assert_eq!(decimal(steps, decimals, '.'), text);
        }
        assert_eq!(seconds(900_000_000_000, '.'), "900");
        assert_eq!(seconds(1_500_000_000, '.'), "1.500");
        assert_eq!(seconds(-1, '.'), "-0.000000001");
    }

    #[test]
    fn what_is_no_number_of_the_column_is_refused() {
        for text in ["", "-", ".", "1.", ".5", "1.25", "1e3", "+1", "--1", "1,5", " 1", "nan"] {
            assert!(parsed(text, 1, '.').is_err(), "{text}");
        }
        assert_eq!(parsed("230", 1, '.'), Ok(2300));
        assert!(parsed("9223372036854775808", 0, '.').is_err());
    }
}

//! Dates and times of day as they are written in a scenario. No clock and no time zone database:
//! the offset stands in the text (RFC 3339).

use super::unit::TIME;

/// When a scenario begins.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Start {
    /// As written, with its offset.
    pub text: String,
    /// Seconds since 1970-01-01T00:00:00Z.
    pub unix_s: i64,
    /// Local time minus UTC, in seconds.
    pub utc_offset_s: i32,
}

impl Start {
    /// Reads `2026-06-17T17:30:00+02:00`; whole seconds, years 1970 to 9999.
    pub fn parse(text: &str) -> Option<Start> {
        let (date, rest) = text.split_once(['T', 't', ' '])?;
        let zone = rest.find(['+', '-', 'Z', 'z'])?;
        let (time, zone) = rest.split_at(zone);
        let [year, month, day] = fields(date, '-', [4, 2, 2])?;
        let [hour, minute, second] = fields(time, ':', [2, 2, 2])?;
        let days_in_month = match month {
            2 if year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) => 29,
            2 => 28,
            4 | 6 | 9 | 11 => 30,
            _ => 31,
        };
        let date_is_right =
            year >= 1970 && (1..=12).contains(&month) && (1..=days_in_month).contains(&day);
        if !date_is_right || hour > 23 || minute > 59 || second > 59 {
            return None;
        }
        let utc_offset_s = offset_s(zone)?;
        let local_s = days_since_1970(year, month, day) * 86_400
            + i64::from(hour * 3600 + minute * 60 + second);
        let unix_s = local_s - i64::from(utc_offset_s);
        Some(Start { text: text.to_owned(), unix_s, utc_offset_s })
    }

    /// Local time of day in seconds.
    pub fn day_s(&self) -> f64 {
        (self.unix_s + i64::from(self.utc_offset_s)).rem_euclid(86_400) as f64
    }
}

/// Reads a moment of the run as seconds from its beginning: `155 s`, the local time of day `18:00` (the
/// first from the start on), or date and time with zone.
pub(super) fn moment_s(text: &str, start: &Start) -> Result<f64, String> {
    if let Some(day_s) = time_of_day_s(text) {
        return Ok((day_s - start.day_s()).rem_euclid(86_400.0));
    }
    if let Some(moment) = Start::parse(text) {
        let after_s = moment.unix_s - start.unix_s;
        return match after_s {
            0.. => Ok(after_s as f64),
            _ => Err(format!("{text} lies before the start, {}", start.text)),
        };
    }
    if text.contains([':', 'T']) {
        return Err(format!(
            "\"{text}\" is no moment: write it like \"155 s\", \"18:00\" or \
             \"2026-06-17T18:00:00+02:00\""
        ));
    }
    TIME.parse(text)
}

/// Reads a time of day, `05:40`, as seconds after midnight.
pub(crate) fn time_of_day_s(text: &str) -> Option<f64> {
    let [hour, minute] = fields(text, ':', [2, 2])?;
    (hour < 24 && minute < 60).then_some(f64::from(hour * 3600 + minute * 60))
}

/// Numbers of fixed width between separators.
fn fields<const N: usize>(text: &str, separator: char, widths: [usize; N]) -> Option<[u32; N]> {
    let mut numbers = [0; N];
    let mut parts = text.split(separator);
    for (number, width) in numbers.iter_mut().zip(widths) {
        let part = parts.next()?;
        if part.len() != width || !part.bytes().all(|byte| byte.is_ascii_digit()) {
            return None;
        }
        *number = part.parse().ok()?;
    }
    parts.next().is_none().then_some(numbers)
}

fn offset_s(zone: &str) -> Option<i32> {
    let sign = match zone.chars().next()? {
        'Z' | 'z' => return (zone.len() == 1).then_some(0),
        '-' => -1,
        _ => 1,
    };
    let seconds = time_of_day_s(&zone[1..])?;
    Some(sign * seconds as i32)
}

/// Days since 1970-01-01, by counting whole years and months of the Gregorian calendar that begins
/// in March, so that the leap day is the last of the year.
fn days_since_1970(year: u32, month: u32, day: u32) -> i64 {
    let (y, m) = if month > 2 { (year, month - 3) } else { (year - 1, month + 9) };
    let leap_days = y / 4 - y / 100 + y / 400;
    let days_before_month = (153 * m + 2) / 5;
    i64::from(y * 365 + leap_days + days_before_month + day) - 719_469
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_become_seconds_since_1970() {
        let unix_s = |text| Start::parse(text).map(|start| start.unix_s);
        assert_eq!(unix_s("1970-01-01T00:00:00Z"), Some(0));
        assert_eq!(unix_s("2000-02-29T12:00:00+00:00"), Some(951_825_600));
        assert_eq!(unix_s("2026-06-17T17:30:00+02:00"), Some(1_781_710_200));
        assert_eq!(unix_s("2025-12-31T19:00:00-05:00"), Some(1_767_225_600));
        assert_eq!(Start::parse("2026-06-17T17:30:00+02:00").unwrap().day_s(), 63_000.0);
    }

    #[test]
    fn a_moment_is_counted_from_the_start_in_all_its_forms() {
        let start = Start::parse("2026-06-17T17:30:00+02:00").unwrap();
        let moment_s = |text| super::moment_s(text, &start);
        assert_eq!(moment_s("2.5 min"), Ok(150.0));
        assert_eq!(moment_s("18:00"), Ok(1800.0));
        assert_eq!(moment_s("17:30"), Ok(0.0));
        assert_eq!(moment_s("06:00"), Ok(45_000.0));
        assert_eq!(moment_s("2026-06-17T15:31:00Z"), Ok(60.0));
        assert!(moment_s("2026-06-17T15:29:00Z").unwrap_err().contains("before the start"));
        assert!(moment_s("25:00").unwrap_err().contains("is no moment"));
        assert!(moment_s("5 V").unwrap_err().contains("not a unit of a time"));
    }

    #[test]
    fn what_is_no_date_is_refused() {
        for text in [
            "2026-02-29T00:00:00Z",
            "2026-06-17T17:30:00",
            "2026-06-17",
            "2026-06-17T24:00:00Z",
            "2026-6-17T17:30:00Z",
            "2026-06-17T17:30:00+2:00",
            "tomorrow",
        ] {
            assert_eq!(Start::parse(text), None, "{text}");
        }
    }
}

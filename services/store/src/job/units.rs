//! Lengths of time, sizes and days as they are written in a configuration, and written back.

use crate::calendar::tariff::{DayTimes, MonthDay, NamedDay};
use jiff::civil::{Date, Weekday};

/// Units of time with their seconds, the longest first. A year has 366 days, so that what is kept for years
/// is never kept shorter.
const TIMES: [(&str, u64); 5] =
    [("y", 366 * 86_400), ("d", 86_400), ("h", 3600), ("min", 60), ("s", 1)];

/// Units of size with their bytes.
const SIZES: [(&str, u64); 4] = [("GB", 1_000_000_000), ("MB", 1_000_000), ("kB", 1000), ("B", 1)];

/// Days of the week, by their short names.
const DAYS: [(&str, Weekday); 7] = [
    ("mon", Weekday::Monday),
    ("tue", Weekday::Tuesday),
    ("wed", Weekday::Wednesday),
    ("thu", Weekday::Thursday),
    ("fri", Weekday::Friday),
    ("sat", Weekday::Saturday),
    ("sun", Weekday::Sunday),
];

/// Seconds of `15min`.
pub(super) fn seconds(text: &str) -> Option<u64> {
    measured(text, &TIMES)
}

/// Bytes of `500MB`.
pub(super) fn bytes(text: &str) -> Option<u64> {
    measured(text, &SIZES)
}

fn measured(text: &str, units: &[(&str, u64)]) -> Option<u64> {
    let unit = text.find(|letter: char| !letter.is_ascii_digit())?;
    let (number, unit) = (text[..unit].parse::<u64>().ok()?, text[unit..].trim_start());
    let (_, size) = units.iter().find(|(name, _)| *name == unit)?;
    number.checked_mul(*size).filter(|amount| *amount > 0)
}

/// Seconds in the longest unit that fits.
pub(super) fn time_text(seconds: u64) -> String {
    text_of(seconds, &TIMES)
}

/// Bytes in the largest unit that fits.
pub(super) fn size_text(bytes: u64) -> String {
    text_of(bytes, &SIZES)
}

fn text_of(amount: u64, units: &[(&str, u64)]) -> String {
    let fits = units.iter().find(|(_, size)| amount.is_multiple_of(*size));
    let (name, size) = fits.expect("the last unit is 1");
    format!("{}{name}", amount / size)
}

/// `mon`, or `mon..fri` for several.
pub(super) fn weekdays(text: &str) -> Option<Vec<Weekday>> {
    let place = |name: &str| DAYS.iter().position(|(known, _)| *known == name);
    let (from, to) = match text.split_once("..") {
        Some((from, to)) => (place(from)?, place(to)?),
        None => (place(text)?, place(text)?),
    };
    let count = (to + DAYS.len() - from) % DAYS.len() + 1;
    Some((0..count).map(|day| DAYS[(from + day) % DAYS.len()].1).collect())
}

/// The short name of a day.
pub(super) fn weekday_text(day: Weekday) -> &'static str {
    let known = DAYS.iter().find(|(_, other)| *other == day);
    known.expect("all seven are listed").0
}

/// `11-01`.
pub(super) fn month_day(text: &str) -> Option<MonthDay> {
    let (month, day) = text.split_once('-')?;
    // A leap year, so that a season may end with February.
    let date = Date::new(2024, two_digits(month)?, two_digits(day)?).ok()?;
    Some(MonthDay { month: date.month(), day: date.day() })
}

fn two_digits(text: &str) -> Option<i8> {
    (text.len() == 2 && text.bytes().all(|byte| byte.is_ascii_digit()))
        .then(|| text.parse().ok())?
}

/// `11-01` again.
pub(super) fn month_day_text(day: MonthDay) -> String {
    format!("{:02}-{:02}", day.month, day.day)
}

/// `2026-12-25` or `12-25`.
pub(super) fn named_day(text: &str) -> Option<NamedDay> {
    month_day(text).map(NamedDay::Yearly).or_else(|| text.parse().ok().map(NamedDay::Once))
}

/// As it was written.
pub(super) fn named_day_text(day: NamedDay) -> String {
    match day {
        NamedDay::Once(date) => date.to_string(),
        NamedDay::Yearly(day) => month_day_text(day),
    }
}

/// `22:00-06:00`.
pub(super) fn day_times(text: &str) -> Option<DayTimes> {
    let (from, to) = text.split_once('-')?;
    let at = DayTimes { from_min: minutes(from)?, to_min: minutes(to)? };
    (at.from_min < 1440 && at.from_min != at.to_min && at.to_min > 0).then_some(at)
}

fn minutes(text: &str) -> Option<u16> {
    let (hour, minute) = text.split_once(':')?;
    let (hour, minute) = (two_digits(hour)? as u16, two_digits(minute)? as u16);
    let total = hour * 60 + minute;
    (minute < 60 && total <= 1440).then_some(total)
}

/// `22:00-06:00` again.
pub(super) fn day_times_text(at: DayTimes) -> String {
    let clock = |minutes: u16| format!("{:02}:{:02}", minutes / 60, minutes % 60);
    format!("{}-{}", clock(at.from_min), clock(at.to_min))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_read_is_written_again() {
        for text in ["1s", "15min", "36h", "31d", "10y"] {
            assert_eq!(time_text(seconds(text).unwrap()), text);
        }
        for text in ["1B", "500MB", "1500kB", "2GB"] {
            assert_eq!(size_text(bytes(text).unwrap()), text);
        }
        for text in ["22:00-06:00", "00:00-24:00", "06:30-09:15"] {
            assert_eq!(day_times_text(day_times(text).unwrap()), text);
        }
        for text in ["2026-12-25", "12-25", "02-29"] {
            assert_eq!(named_day_text(named_day(text).unwrap()), text);
        }
    }

    #[test]
    fn nonsense_is_refused() {
        for text in ["", "5", "min", "0s", "1.5h", "-1s", "99999999999999999999s", "5 weeks"] {
            assert_eq!(seconds(text), None, "{text}");
        }
        for text in
            ["25:00-06:00", "22:00", "22:0-6:00", "06:00-06:00", "24:00-06:00", "06:00-00:00"]
        {
            assert_eq!(day_times(text), None, "{text}");
        }
        assert_eq!([month_day("02-30"), month_day("13-01"), month_day("1-1")], [None; 3]);
        assert_eq!(weekdays("sat..mon").unwrap().len(), 3);
    }
}

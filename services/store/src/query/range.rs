//! Times, steps and columns as people ask for them, on the command line and over HTTP.

use crate::calendar::{Step, Zone};
use crate::row::{Column, Layout};
use jiff::civil::DateTime;
use port::Timestamp;

/// A moment: with its offset, or local in a zone, or the beginning of a local day.
///
/// # Errors
/// With what may be written.
pub fn moment(text: &str, zone: &Zone) -> Result<Timestamp, String> {
    if let Ok(instant) = text.parse::<jiff::Timestamp>() {
        let ns = i64::try_from(instant.as_nanosecond());
        return ns.map(|unix_ns| Timestamp { unix_ns }).map_err(|_| too_far(text));
    }
    // A date alone is its midnight.
    let local = text.parse::<DateTime>().map_err(|_| {
        format!("\"{text}\" is no time: write 2026-11-01, 2026-11-01T06:00 or 2026-11-01T06:00:00Z")
    })?;
    Ok(zone.first(local))
}

fn too_far(text: &str) -> String {
    format!("{text} lies beyond the years 1677 to 2262")
}

/// A step: so many seconds, minutes or hours, or a span of the local calendar.
///
/// # Errors
/// With what may be written.
pub fn step(text: &str) -> Result<Step, String> {
    let named = match text {
        "hour" => Some(Step::HOUR),
        "day" => Some(Step::DAY),
        "week" => Some(Step::Week),
        "month" => Some(Step::Month),
        "year" => Some(Step::Year),
        _ => None,
    };
    let number = text.trim_end_matches(|c: char| c.is_ascii_alphabetic());
    let seconds = match &text[number.len()..] {
        "s" => Some(1),
        "min" => Some(60),
        "h" => Some(3600),
        "d" => Some(86_400),
        _ => None,
    };
    let counted = || Step::seconds(number.parse::<u32>().ok()?.checked_mul(seconds?)?);
    named.or_else(counted).ok_or_else(|| {
        format!(
            "\"{text}\" is no step: write 10s, 15min, 1h (a part of a day without a rest), day, week, month or year"
        )
    })
}

/// Places of the columns that any of the patterns fits; all of them without patterns.
pub fn columns(layout: &Layout, patterns: &[String]) -> Option<Vec<usize>> {
    if patterns.is_empty() {
        return None;
    }
    let wanted = |column: &Column| {
        let path = column.path();
        patterns.iter().any(|pattern| fits(pattern.as_bytes(), path.as_bytes()))
    };
    let places = layout.columns.iter().enumerate().filter(|(_, column)| wanted(column));
    Some(places.map(|(place, _)| place).collect())
}

/// Whether a text is what a pattern says, in which `*` stands for anything. Patterns come from outside: the time
/// is bounded by the product of both lengths.
pub fn fits(pattern: &[u8], text: &[u8]) -> bool {
    let (mut p, mut t) = (0, 0);
    // The last star, and how far into the text it reaches so far.
    let mut star = None;
    while t < text.len() {
        match pattern.get(p) {
            Some(b'*') => {
                star = Some((p, t));
                p += 1;
            }
            Some(byte) if *byte == text[t] => (p, t) = (p + 1, t + 1),
            _ => {
                let Some((at, reach)) = star else { return false };
                star = Some((at, reach + 1));
                (p, t) = (at + 1, reach + 1);
            }
        }
    }
    pattern[p..].iter().all(|byte| *byte == b'*')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moments_are_local_unless_they_say_otherwise() {
        let paris = Zone::parse("Europe/Paris").expect("known");
        let at = |text| moment(text, &paris).map(|time| time.unix_ns / 1_000_000_000);
        assert_eq!(at("2026-11-01"), Ok(1_793_487_600));
        assert_eq!(at("2026-11-01T01:00"), Ok(1_793_491_200));
        assert_eq!(at("2026-11-01T00:00:00Z"), Ok(1_793_491_200));
        assert!(at("yesterday").unwrap_err().contains("2026-11-01T06:00"));
    }

    #[test]
    fn steps_are_seconds_or_spans_of_the_calendar() {
        assert_eq!(step("15min"), Ok(Step::Seconds(900)));
        assert_eq!(step("1d"), Ok(Step::DAY));
        assert_eq!(step("month"), Ok(Step::Month));
        for nonsense in ["", "7", "7s x", "0s", "7min", "fortnight"] {
            assert!(step(nonsense).is_err(), "{nonsense}");
        }
    }

    #[test]
    fn a_star_stands_for_anything() {
        for (pattern, expected) in [
            ("main/*", true),
            ("*/delta", true),
            ("*active*", true),
            ("esy1/*", false),
            ("", false),
        ] {
            assert_eq!(fits(pattern.as_bytes(), b"main/active.total/delta"), expected, "{pattern}");
        }
    }
}

//! Times as text and as parts, exact to the nanosecond.

use crate::decimal::decimals_of;
use jiff::civil;
use jiff::fmt::temporal::DateTimePrinter;
use jiff::tz::TimeZone;
use port::Timestamp;

/// A stamp as jiff's.
pub(crate) fn instant(time: Timestamp) -> jiff::Timestamp {
    jiff::Timestamp::from_nanosecond(i128::from(time.unix_ns))
        .expect("64 bits of nanoseconds end in 2262, jiff's range in 9999")
}

/// RFC 3339 in UTC; parts of a second only where there are any.
pub(crate) fn utc(time: Timestamp) -> String {
    let printer = DateTimePrinter::new().precision(Some(decimals_of(time.unix_ns)));
    printer.timestamp_to_string(&instant(time))
}

/// A stamp from RFC 3339.
///
/// # Errors
/// A sentence, if it is none, or beyond the years 1677 to 2262.
pub(crate) fn parsed(text: &str) -> Result<Timestamp, String> {
    let instant: jiff::Timestamp =
        text.parse().map_err(|_| format!("`{text}` is no time such as 2026-11-26T08:15:00Z"))?;
    let unix_ns = i64::try_from(instant.as_nanosecond())
        .map_err(|_| format!("`{text}` is beyond the years 1677 to 2262"))?;
    Ok(Timestamp { unix_ns })
}

/// The end of an interval from its beginning and its length.
///
/// # Errors
/// A sentence, if it ends before it begins, or after 2262.
pub(crate) fn later(start: Timestamp, duration_ns: i64) -> Result<Timestamp, String> {
    let end = start.unix_ns.checked_add(duration_ns).filter(|end| *end >= start.unix_ns);
    let unix_ns = end.ok_or("the interval ends before it begins, or after 2262")?;
    Ok(Timestamp { unix_ns })
}

/// Minutes by which local time is ahead of UTC. Zones had offsets of odd seconds before 1972: they are
/// cut to whole minutes.
pub(crate) fn offset_min(time: Timestamp, zone: &TimeZone) -> i32 {
    zone.to_offset(instant(time)).seconds().div_euclid(60)
}

/// The day in UTC, as `2026-11-26`.
pub(crate) fn day_utc(time: Timestamp) -> civil::Date {
    TimeZone::UTC.to_datetime(instant(time)).date()
}

/// Basic ISO 8601 in UTC without colons, as file names need it: `20261126T081500Z`.
pub(crate) fn basic(time: Timestamp) -> String {
    TimeZone::UTC.to_datetime(instant(time)).strftime("%Y%m%dT%H%M%SZ").to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_come_back_from_their_text() {
        for unix_ns in [0, 1, -1, 1_500_000_000, 1_000, i64::MAX, i64::MIN] {
            let text = utc(Timestamp { unix_ns });
            assert_eq!(parsed(&text), Ok(Timestamp { unix_ns }), "{text}");
        }
        assert_eq!(utc(Timestamp { unix_ns: 1_500_000_000 }), "1970-01-01T00:00:01.500Z");
        assert_eq!(utc(Timestamp::from_unix_s(0)), "1970-01-01T00:00:00Z");
        assert!(parsed("2300-01-01T00:00:00Z").is_err());
    }

    /// [D-9] The hour that a zone has twice is told apart by its offset.
    #[test]
    fn the_offset_tells_the_two_hours_apart() {
        let zone = TimeZone::get("Europe/Rome").unwrap();
        let first = parsed("2026-10-25T00:30:00Z").unwrap();
        assert_eq!(offset_min(first, &zone), 120);
        assert_eq!(offset_min(first + 3600.0, &zone), 60);
        let west = TimeZone::get("America/St_Johns").unwrap();
        assert_eq!(offset_min(parsed("2026-01-01T00:00:00Z").unwrap(), &west), -210);
    }
}

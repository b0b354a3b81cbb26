//! Times as texts.

use jiff::Timestamp as Moment;
use port::Timestamp;

/// RFC 3339 in UTC, with milliseconds.
pub fn rfc3339(time: Timestamp) -> String {
    let moment = Moment::from_nanosecond(i128::from(time.unix_ns)).unwrap_or_default();
    format!("{moment:.3}")
}

/// The same of seconds since 1970.
pub fn rfc3339_s(seconds: i64) -> String {
    let moment = Moment::from_second(seconds).unwrap_or_default();
    format!("{moment:.0}")
}

/// Milliseconds since 1970.
pub fn unix_ms(time: Timestamp) -> i64 {
    time.unix_ns.div_euclid(1_000_000)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_utc() {
        let time = Timestamp { unix_ns: 1_781_710_200_200_000_000 };
        assert_eq!(rfc3339(time), "2026-06-17T15:30:00.200Z");
        assert_eq!(rfc3339_s(1_781_710_200), "2026-06-17T15:30:00Z");
        assert_eq!(unix_ms(time), 1_781_710_200_200);
    }
}

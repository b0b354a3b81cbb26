//! Civil time, as a plain number. The meter's own time is its sample count; this is for stamps.

use std::ops::{Add, Sub};

/// A moment in UTC, in nanoseconds since 1970-01-01 (negative before; range about +/- 292 years).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Timestamp {
    /// Nanoseconds since 1970-01-01T00:00:00Z.
    pub unix_ns: i64,
}

impl Timestamp {
    /// From whole seconds since 1970.
    pub fn from_unix_s(seconds: i64) -> Self {
        Timestamp { unix_ns: seconds.saturating_mul(1_000_000_000) }
    }

    /// Seconds since an earlier moment (negative if it is later).
    pub fn seconds_since(self, earlier: Timestamp) -> f64 {
        self.unix_ns.saturating_sub(earlier.unix_ns) as f64 * 1e-9
    }
}

/// Seconds as nanoseconds, rounded; beyond the range, its end.
fn nanoseconds(seconds: f64) -> i64 {
    (seconds * 1e9).round() as i64
}

/// Adds seconds, rounded to the nanosecond.
impl Add<f64> for Timestamp {
    type Output = Timestamp;
    fn add(self, seconds: f64) -> Timestamp {
        Timestamp { unix_ns: self.unix_ns.saturating_add(nanoseconds(seconds)) }
    }
}

/// Takes seconds away, rounded to the nanosecond.
impl Sub<f64> for Timestamp {
    type Output = Timestamp;
    fn sub(self, seconds: f64) -> Timestamp {
        Timestamp { unix_ns: self.unix_ns.saturating_sub(nanoseconds(seconds)) }
    }
}

/// Where civil time comes from.
pub trait Clock {
    /// The time now.
    fn now(&self) -> Timestamp;
}

/// Tariffs by the calendar.
pub trait TariffCalendar: Send {
    /// The tariff at a moment, 1 or 2.
    fn tariff(&self, at: Timestamp) -> u8;

    /// When it changes next after a moment; none if it never does.
    fn next_change(&self, after: Timestamp) -> Option<Timestamp>;
}

/// How fast simulated time passes.
pub trait Pace {
    /// Returns when so many simulated seconds since the beginning may have passed.
    fn wait_until(&mut self, elapsed_s: f64);
}

/// As fast as the machine allows.
#[derive(Debug, Clone, Copy, Default)]
pub struct AsFast;

impl Pace for AsFast {
    fn wait_until(&mut self, _: f64) {}
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn seconds_add_and_subtract_to_the_nanosecond() {
        let start = Timestamp::from_unix_s(1_700_000_000);
        let later = start + 0.125_000_001;
        assert_eq!(later.unix_ns - start.unix_ns, 125_000_001);
        assert_eq!(later - 0.125_000_001, start);
        assert_eq!(later.seconds_since(start), 0.125_000_001);
    }

    #[test]
    fn the_ends_of_the_range_hold() {
        let end = Timestamp { unix_ns: i64::MAX };
        assert_eq!(end + 1.0, end);
        assert_eq!(Timestamp { unix_ns: i64::MIN } - 1e300, Timestamp { unix_ns: i64::MIN });
        assert!(end.seconds_since(Timestamp { unix_ns: i64::MIN }) > 9e9);
    }
}

//! Civil time as a plain number. The meter's own time is its sample count; this is for stamps.

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
        (self.unix_ns - earlier.unix_ns) as f64 * 1e-9
    }
}

/// Adds seconds, rounded to the nanosecond.
impl Add<f64> for Timestamp {
    type Output = Timestamp;
    fn add(self, seconds: f64) -> Timestamp {
        Timestamp { unix_ns: self.unix_ns.saturating_add((seconds * 1e9).round() as i64) }
    }
}

impl Sub<f64> for Timestamp {
    type Output = Timestamp;
    fn sub(self, seconds: f64) -> Timestamp {
        self + -seconds
    }
}

/// Where civil time comes from.
pub trait Clock {
    /// The time now.
    fn now(&self) -> Timestamp;
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

//! A reading is a value with its flags, or the reason why there is none. Never NaN, never a zero
//! that means "unknown", never an old value posing as new.

use catalog::{PointId, points};

/// A remark on a value that stands all the same.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Flag {
    /// Samples are missing before or inside the window.
    Gap,
    /// The converter was at its end.
    Clipped,
    /// Above the specified range (datasheet L357 to L385).
    OverRange,
    /// Current peak above 92 A (datasheet L385).
    CrestFactor,
    /// Below the specified range.
    UnderRange,
    /// A counter as it was when it was last heard: the module does not answer.
    Stale,
}

impl Flag {
    /// Most severe first.
    pub const ALL: [Flag; 6] = [
        Flag::Stale,
        Flag::Gap,
        Flag::Clipped,
        Flag::OverRange,
        Flag::CrestFactor,
        Flag::UnderRange,
    ];

    /// Public, stable name.
    pub fn slug(self) -> &'static str {
        match self {
            Flag::Gap => "gap",
            Flag::Clipped => "clipped",
            Flag::OverRange => "over_range",
            Flag::CrestFactor => "crest_factor",
            Flag::UnderRange => "under_range",
            Flag::Stale => "stale",
        }
    }
}

/// A set of flags.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Hash)]
pub struct Flags(u8);

impl Flags {
    /// No remark.
    pub const NONE: Flags = Flags(0);

    /// With one more flag, if `condition` holds.
    #[must_use]
    pub fn with(self, flag: Flag, condition: bool) -> Flags {
        Flags(self.0 | (u8::from(condition) << flag as u8))
    }

    /// Both sets together.
    #[must_use]
    pub fn union(self, other: Flags) -> Flags {
        Flags(self.0 | other.0)
    }

    /// Whether the flag is set.
    pub fn contains(self, flag: Flag) -> bool {
        self.0 & (1 << flag as u8) != 0
    }

    /// Whether there is no remark.
    pub fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// The most severe flag.
    pub fn worst(self) -> Option<Flag> {
        Flag::ALL.into_iter().find(|flag| self.contains(*flag))
    }

    /// One bit a flag, in the order of [`Flag`].
    pub fn bits(self) -> u8 {
        self.0
    }
}

/// Why there is no value.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Reason {
    /// The module is configured and does not exist.
    NotInstalled,
    /// The wiring system has no such phase or pair, or does not define the quantity there.
    NotWired,
    /// The sample rate cannot carry the quantity.
    RateTooLow,
    /// No signal to measure it on.
    NoSignal,
    /// The first window or interval is not complete yet.
    Settling,
    /// The sensor or the converter is at fault.
    SensorFault,
    /// The module did not answer in time.
    BusTimeout,
    /// The last value is too old.
    Stale,
}

impl Reason {
    /// All reasons.
    pub const ALL: [Reason; 8] = [
        Reason::NotInstalled,
        Reason::NotWired,
        Reason::RateTooLow,
        Reason::NoSignal,
        Reason::Settling,
        Reason::SensorFault,
        Reason::BusTimeout,
        Reason::Stale,
    ];

    /// Public, stable name.
    pub fn slug(self) -> &'static str {
        match self {
            Reason::NotInstalled => "not_installed",
            Reason::NotWired => "not_wired",
            Reason::RateTooLow => "rate_too_low",
            Reason::NoSignal => "no_signal",
            Reason::Settling => "settling",
            Reason::SensorFault => "sensor_fault",
            Reason::BusTimeout => "bus_timeout",
            Reason::Stale => "stale",
        }
    }
}

/// A value in the quantity's unit with its flags, or the reason why there is none.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Reading {
    /// Measured.
    Value {
        /// In the unit of the catalogue.
        value: f64,
        /// Remarks.
        flags: Flags,
    },
    /// Not measured.
    Absent(Reason),
}

impl Reading {
    /// A value without remarks.
    pub fn good(value: f64) -> Reading {
        Reading::Value { value, flags: Flags::NONE }
    }

    /// The value, whatever its flags.
    pub fn value(self) -> Option<f64> {
        match self {
            Reading::Value { value, .. } => Some(value),
            Reading::Absent(_) => None,
        }
    }

    /// `good`, the worst flag or the reason.
    pub fn quality(self) -> &'static str {
        match self {
            Reading::Value { flags, .. } => flags.worst().map_or("good", Flag::slug),
            Reading::Absent(reason) => reason.slug(),
        }
    }

    /// The value changed by `f`; a reason stays.
    #[must_use]
    pub fn map(self, f: impl FnOnce(f64) -> f64) -> Reading {
        match self {
            Reading::Value { value, flags } => Reading::Value { value: f(value), flags },
            absent @ Reading::Absent(_) => absent,
        }
    }
}

/// A reading for every point of the catalogue.
#[derive(Debug, Clone, PartialEq)]
pub struct Readings(Box<[Reading]>);

impl Readings {
    /// All absent for one reason.
    pub fn absent(reason: Reason) -> Readings {
        Readings(vec![Reading::Absent(reason); points().len()].into_boxed_slice())
    }

    /// The reading of a point.
    pub fn get(&self, point: PointId) -> Reading {
        self.0[point.index()]
    }

    /// Stores a reading.
    pub fn set(&mut self, point: PointId, reading: Reading) {
        self.0[point.index()] = reading;
    }

    /// All readings in the order of the catalogue.
    pub fn iter(&self) -> impl Iterator<Item = (PointId, Reading)> + '_ {
        points().iter().map(|point| (point.id, self.0[point.id.index()]))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_worst_flag_names_the_quality() {
        let flags = Flags::NONE.with(Flag::UnderRange, true).with(Flag::Clipped, true);
        assert_eq!(Reading::Value { value: 1.0, flags }.quality(), "clipped");
        assert_eq!(Reading::good(1.0).quality(), "good");
        assert_eq!(Reading::Absent(Reason::NotWired).quality(), "not_wired");
    }
}

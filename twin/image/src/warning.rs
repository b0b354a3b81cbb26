//! What the meter warns of besides its readings.

/// Something outside of its limits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Warning {
    /// Air temperature.
    Temperature,
    /// Height above the sea.
    Altitude,
    /// Relative humidity.
    Humidity,
    /// The voltage that feeds the meter.
    Supply,
    /// The contact of the digital input is neither open nor closed.
    InputUndefined,
    /// The digital output carries too much.
    OutputOverload,
}

impl Warning {
    /// All of them, by bit.
    pub const ALL: [Warning; 6] = [
        Warning::Temperature,
        Warning::Altitude,
        Warning::Humidity,
        Warning::Supply,
        Warning::InputUndefined,
        Warning::OutputOverload,
    ];

    /// Public, stable name.
    pub fn slug(self) -> &'static str {
        match self {
            Warning::Temperature => "temperature",
            Warning::Altitude => "altitude",
            Warning::Humidity => "humidity",
            Warning::Supply => "supply",
            Warning::InputUndefined => "input_undefined",
            Warning::OutputOverload => "output_overload",
        }
    }
}

/// A set of warnings.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Hash)]
pub struct Warnings(u8);

impl Warnings {
    /// With one more, if `condition` holds.
    #[must_use]
    pub fn with(self, warning: Warning, condition: bool) -> Warnings {
        Warnings(self.0 | u8::from(condition) << warning as u8)
    }

    /// Whether it is there.
    pub fn contains(self, warning: Warning) -> bool {
        self.0 & 1 << warning as u8 != 0
    }

    /// One bit a warning, in the order of [`Warning::ALL`].
    pub fn bits(self) -> u8 {
        self.0
    }
}

//! Units, signs and the formats of the display.

/// Unit of a quantity, as printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Unit {
    /// Volt.
    Volt,
    /// Ampere.
    Ampere,
    /// Watt.
    Watt,
    /// Volt-ampere reactive.
    Var,
    /// Volt-ampere.
    VoltAmpere,
    /// Hertz.
    Hertz,
    /// Percent.
    Percent,
    /// A ratio or a code without a unit.
    None,
    /// Kilowatt-hour.
    KilowattHour,
    /// Kilovar-hour.
    KilovarHour,
    /// Kilovolt-ampere-hour.
    KilovoltAmpereHour,
    /// Hour.
    Hour,
}

impl Unit {
    /// The symbol as the field writes it; empty for a plain number.
    pub fn symbol(self) -> &'static str {
        match self {
            Unit::Volt => "V",
            Unit::Ampere => "A",
            Unit::Watt => "W",
            Unit::Var => "var",
            Unit::VoltAmpere => "VA",
            Unit::Hertz => "Hz",
            Unit::Percent => "%",
            Unit::None => "",
            Unit::KilowattHour => "kWh",
            Unit::KilovarHour => "kvarh",
            Unit::KilovoltAmpereHour => "kVAh",
            Unit::Hour => "h",
        }
    }
}

/// What the sign of a value says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sign {
    /// Never negative.
    Unsigned,
    /// Positive is imported (consumed), negative is exported (decision 13).
    ImportPositive,
    /// Positive is inductive (current lags the voltage), negative capacitive.
    InductivePositive,
    /// A code whose values the documentation sentence names.
    Code,
}

/// How the built-in display shows a value (datasheet L505 to L517, L611, L612).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Display {
    /// Five digits before and one after the decimal point.
    FiveOne,
    /// Five digits before and three after; powers are shown in kilo-units.
    FiveThree,
    /// Two decimals.
    TwoDecimals,
    /// Eight digits before and three after.
    EightThree,
    /// Hours and minutes, hh:mm.
    HoursMinutes,
    /// Not on the display, only by communication.
    NotShown,
}

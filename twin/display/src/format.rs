//! Numbers as the display writes them (datasheet L505 to L517, L611, L612): so many digits before and
//! after the point, [`OVERFLOW`] for more, [`ABSENT`] for none.
//!
//! The point is a point in all languages, as on the rest of the family.

use catalog::{Display as Format, Quantity, Unit};
use port::Reading;

/// Stands for a value with more digits than there are.
pub const OVERFLOW: &str = "EEE";
/// Stands for a value that does not exist.
pub const ABSENT: &str = "----";

/// A reading of a quantity in its format.
pub fn reading(quantity: &Quantity, reading: Reading) -> String {
    match reading.value() {
        Some(value) => number(value / scale(quantity), quantity.display),
        None => ABSENT.into(),
    }
}

/// The unit that goes with it: powers are in kilo-units.
pub fn unit(quantity: &Quantity) -> String {
    let kilo = if scale(quantity) > 1.0 { "k" } else { "" };
    format!("{kilo}{}", quantity.unit.symbol())
}

/// Decimals of a format; hours have none.
pub fn decimals(format: Format) -> usize {
    match format {
        Format::FiveOne => 1,
        Format::TwoDecimals => 2,
        Format::FiveThree | Format::EightThree => 3,
        Format::HoursMinutes | Format::NotShown => 0,
    }
}

/// What one of the shown unit is in the unit of the catalogue.
fn scale(quantity: &Quantity) -> f64 {
    match quantity.unit {
        Unit::Watt | Unit::Var | Unit::VoltAmpere => 1000.0,
        Unit::Volt
        | Unit::Ampere
        | Unit::Hertz
        | Unit::Percent
        | Unit::None
        | Unit::KilowattHour
        | Unit::KilovarHour
        | Unit::KilovoltAmpereHour
        | Unit::Hour => 1.0,
    }
}

/// A value in the shown unit.
fn number(value: f64, format: Format) -> String {
    match format {
        Format::FiveOne | Format::FiveThree | Format::TwoDecimals => {
            digits(value, 5, decimals(format))
        }
        Format::EightThree => digits(value, 8, decimals(format)),
        Format::HoursMinutes => hours(value),
        Format::NotShown => ABSENT.into(),
    }
}

/// Rounded first, so that 99999.96 with one decimal has too many digits.
fn digits(value: f64, before: i32, decimals: usize) -> String {
    let step = 10f64.powi(i32::try_from(decimals).expect("at most 3"));
    let rounded = (value * step).round() / step;
    if rounded.abs() >= 10f64.powi(before) {
        return OVERFLOW.into();
    }
    // Zero has no sign, whatever side it was rounded from.
    format!("{:.decimals$}", if rounded == 0.0 { 0.0 } else { rounded })
}

/// Whole minutes that have passed: eight digits of hours are eleven thousand years.
fn hours(value: f64) -> String {
    // Half a second, so that a minute that lacks the last bits of a double has passed.
    let minutes = (value * 60.0 + 0.5 / 60.0).floor();
    if !(0.0..1e8 * 60.0).contains(&minutes) {
        return OVERFLOW.into();
    }
    format!("{:.0}:{:02.0}", (minutes / 60.0).floor(), minutes % 60.0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use catalog::{QUANTITIES, QuantityId};
    use port::Reason;
    use proptest::prelude::*;

    fn shown(id: QuantityId, value: f64) -> String {
        reading(id.row(), Reading::good(value))
    }

    /// [D2, R1, R3, R4, R5, R7] The steps of the display and its ends are the datasheet's.
    #[test]
    fn formats_are_the_datasheets() {
        use QuantityId::*;
        let cases = [
            (VoltageLn, 230.04, "230.0"),
            (VoltageLn, 99_999.94, "99999.9"),
            (VoltageLn, 99_999.96, OVERFLOW),
            (Current, 0.000_4, "0.000"),
            (Current, 64.999_6, "65.000"),
            (ActivePower, -1234.5, "-1.235"),
            (ActivePower, -0.4, "0.000"),
            (ActivePower, 99_999_999.4, "99999.999"),
            (ActivePower, 99_999_999.6, OVERFLOW),
            (ReactivePower, -99_999_999.6, OVERFLOW),
            (PowerFactor, -0.987_6, "-0.99"),
            (ThdCurrent, 12.345, "12.3"),
            (ActiveEnergyImport, 99_999_999.999, "99999999.999"),
            (ApparentEnergy, 0.001, "0.001"),
            (ApparentEnergy, 1e8, OVERFLOW),
            (OperatingHours, 26.5, "26:30"),
            (OperatingHours, 0.99, "0:59"),
            (Frequency, 50.0, ABSENT),
        ];
        for (id, value, expected) in cases {
            assert_eq!(shown(id, value), expected, "{} of {value}", id.row().slug);
        }
        assert_eq!(unit(ActivePower.row()), "kW");
        assert_eq!(unit(ApparentPowerDemand.row()), "kVA");
        assert_eq!(unit(ActiveEnergyImport.row()), ActiveEnergyImport.row().unit.symbol());
    }

    /// [D2] Whatever the reason, there is no number where there is no value.
    #[test]
    fn a_reason_is_no_number() {
        for quantity in QUANTITIES {
            for reason in Reason::ALL {
                assert_eq!(reading(quantity, Reading::Absent(reason)), ABSENT);
            }
        }
    }

    proptest! {
        /// [D2] What is shown has no more digits than the format and is half a step from the value;
        /// what is not shown has more.
        #[test]
        fn a_shown_number_is_the_rounded_value(value in -2e8f64..2e8, tall in any::<bool>()) {
            let (format, before) = if tall { (Format::EightThree, 8) } else { (Format::FiveThree, 5) };
            let text = number(value, format);
            if text == OVERFLOW {
                prop_assert!(value.abs() >= 10f64.powi(before) - 0.0005);
            } else {
                let (whole, decimals) = text.split_once('.').expect("a point");
                prop_assert!(whole.trim_start_matches('-').len() <= before as usize);
                prop_assert_eq!(decimals.len(), 3);
                let back: f64 = text.parse().expect("a number");
                prop_assert!((back - value).abs() <= 0.000_500_1);
            }
        }
    }
}

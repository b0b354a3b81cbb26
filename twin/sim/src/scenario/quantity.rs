//! Values with their unit written behind them: `"230 V"`, `"15 min"`, `"-3 deg"`.
//!
//! A value without a unit, or with the unit of something else, is refused.

use serde::de::{self, Deserialize, Deserializer, Visitor};
use std::fmt;
use std::marker::PhantomData;

/// What is measured, and how its units are written.
pub trait Dimension {
    /// For people: "voltage".
    const NAME: &'static str;
    /// How one is written.
    const EXAMPLE: &'static str;
    /// Units and what each is worth in the first one.
    const UNITS: &'static [(&'static str, f64)];
}

/// A value of a dimension, in the first of its units.
#[derive(Debug)]
pub struct Quantity<D> {
    /// In the first unit of the dimension.
    pub value: f64,
    dimension: PhantomData<D>,
}

macro_rules! dimensions {
    ($($(#[$doc:meta])* $name:ident, $said:literal, $example:literal, $units:expr;)*) => {
        $($(#[$doc])*
        #[derive(Debug)]
        pub enum $name {}
        impl Dimension for $name {
            const NAME: &'static str = $said;
            const EXAMPLE: &'static str = $example;
            const UNITS: &'static [(&'static str, f64)] = &$units;
        })*
    };
}

dimensions! {
    /// In volts.
    Voltage, "a voltage", "230 V", [("V", 1.0), ("mV", 1e-3), ("kV", 1e3)];
    /// In amperes.
    Current, "a current", "100 A", [("A", 1.0), ("mA", 1e-3), ("kA", 1e3)];
    /// In ohms.
    Resistance, "a resistance", "0.2 ohm", [("ohm", 1.0), ("mohm", 1e-3)];
    /// In watts.
    Power, "a power", "2.5 kW", [("W", 1.0), ("kW", 1e3), ("MW", 1e6)];
    /// In var.
    ReactivePower, "a reactive power", "0.5 kvar", [("var", 1.0), ("kvar", 1e3)];
    /// In hertz.
    Frequency, "a frequency", "50 Hz", [("Hz", 1.0), ("mHz", 1e-3)];
    /// In hertz a second.
    FrequencyRate, "a rate of frequency", "0.8 Hz/s", [("Hz/s", 1.0), ("mHz/s", 1e-3)];
    /// In degrees.
    Angle, "an angle", "-3 deg", [("deg", 1.0), ("rad", 57.295_779_513_082_32)];
    /// As a part of one.
    Part, "a part", "5 %", [("", 1.0), ("%", 0.01), ("ppm", 1e-6)];
    /// In seconds.
    Time, "a time", "15 min", [
        ("s", 1.0), ("ms", 1e-3), ("us", 1e-6), ("min", 60.0), ("h", 3600.0), ("d", 86_400.0)];
}

/// Reads a value with its unit.
fn parse<D: Dimension>(text: &str) -> Result<f64, String> {
    let text = text.trim();
    let digits = text.find(|c: char| !(c.is_ascii_digit() || "+-.".contains(c)));
    let (number, unit) = text.split_at(digits.unwrap_or(text.len()));
    let unit = unit.trim();
    let known: Vec<&str> =
        D::UNITS.iter().map(|(unit, _)| *unit).filter(|u| !u.is_empty()).collect();
    let value: f64 = number
        .parse()
        .map_err(|_| format!("\"{text}\" is not {}: write it like \"{}\"", D::NAME, D::EXAMPLE))?;
    match D::UNITS.iter().find(|(known, _)| *known == unit && !unit.is_empty()) {
        // Dividing by the whole inverse keeps "49.97 %" the float nearest to 0.4997.
        Some((_, worth)) if *worth < 1.0 => Ok(value / (1.0 / worth).round()),
        Some((_, worth)) => Ok(value * worth),
        None if unit.is_empty() => Err(format!(
            "{} needs a unit: write it like \"{}\" (units: {})",
            D::NAME,
            D::EXAMPLE,
            known.join(", ")
        )),
        None => {
            Err(format!("\"{unit}\" is not a unit of {} (units: {})", D::NAME, known.join(", ")))
        }
    }
}

impl<'de, D: Dimension> Deserialize<'de> for Quantity<D> {
    fn deserialize<T: Deserializer<'de>>(deserializer: T) -> Result<Self, T::Error> {
        deserializer.deserialize_any(QuantityVisitor(PhantomData))
    }
}

struct QuantityVisitor<D>(PhantomData<D>);

impl<D: Dimension> Visitor<'_> for QuantityVisitor<D> {
    type Value = Quantity<D>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} with its unit, like \"{}\"", D::NAME, D::EXAMPLE)
    }

    fn visit_str<E: de::Error>(self, text: &str) -> Result<Quantity<D>, E> {
        let value = parse::<D>(text).map_err(E::custom)?;
        Ok(Quantity { value, dimension: PhantomData })
    }

    fn visit_i64<E: de::Error>(self, number: i64) -> Result<Quantity<D>, E> {
        self.visit_str(&number.to_string())
    }

    fn visit_f64<E: de::Error>(self, number: f64) -> Result<Quantity<D>, E> {
        self.visit_str(&number.to_string())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check<D: Dimension>(text: &str, expected: Result<f64, &str>) {
        assert_eq!(parse::<D>(text), expected.map_err(str::to_owned), "{text}");
    }

    #[test]
    fn values_carry_their_unit() {
        check::<Voltage>("230 V", Ok(230.0));
        check::<Voltage>(" -0.5kV ", Ok(-500.0));
        check::<Time>("15 min", Ok(900.0));
        check::<Time>("200 ms", Ok(0.2));
        check::<FrequencyRate>("0.8 Hz/s", Ok(0.8));
        check::<Part>("1.6 %", Ok(0.016));
        check::<Angle>("-3 deg", Ok(-3.0));
        check::<Power>("2.5 kW", Ok(2500.0));
    }

    #[test]
    fn a_wrong_or_missing_unit_is_refused() {
        let needs = "a voltage needs a unit: write it like \"230 V\" (units: V, mV, kV)";
        check::<Voltage>("230", Err(needs));
        check::<Voltage>("230 W", Err("\"W\" is not a unit of a voltage (units: V, mV, kV)"));
        check::<Voltage>(
            "about 230 V",
            Err("\"about 230 V\" is not a voltage: write it like \"230 V\""),
        );
        check::<Part>("0.5", Err("a part needs a unit: write it like \"5 %\" (units: %, ppm)"));
    }
}

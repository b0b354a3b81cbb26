//! Values with their unit written behind them: `"230 V"`, `"15 min"`, `"-3 deg"`.
//!
//! A value without a unit, or with the unit of something else, is refused.

use catalog::Unit;

/// What is measured, and how its units are written.
#[derive(Debug)]
pub(super) struct Dimension {
    /// For people: "a voltage".
    pub name: &'static str,
    /// How one is written.
    pub example: &'static str,
    /// Units and what each is worth in the first one.
    pub units: &'static [(&'static str, f64)],
}

macro_rules! dimensions {
    ($($name:ident, $said:literal, $example:literal, $units:expr;)*) => {
        $(pub(super) static $name: Dimension =
            Dimension { name: $said, example: $example, units: &$units };)*
    };
}

dimensions! {
    VOLTAGE, "a voltage", "230 V", [("V", 1.0), ("mV", 1e-3), ("kV", 1e3)];
    CURRENT, "a current", "100 A", [("A", 1.0), ("mA", 1e-3), ("kA", 1e3)];
    RESISTANCE, "a resistance", "0.2 ohm", [("ohm", 1.0), ("mohm", 1e-3), ("kohm", 1e3)];
    TEMPERATURE, "a temperature", "23 C", [("C", 1.0)];
    LENGTH, "a height", "400 m", [("m", 1.0), ("km", 1e3)];
    POWER, "a power", "2.5 kW", [("W", 1.0), ("kW", 1e3), ("MW", 1e6)];
    REACTIVE_POWER, "a reactive power", "0.5 kvar", [("var", 1.0), ("kvar", 1e3)];
    APPARENT_POWER, "an apparent power", "2.5 kVA", [("VA", 1.0), ("kVA", 1e3)];
    FREQUENCY, "a frequency", "50 Hz", [("Hz", 1.0), ("mHz", 1e-3)];
    FREQUENCY_RATE, "a rate of frequency", "0.8 Hz/s", [("Hz/s", 1.0), ("mHz/s", 1e-3)];
    ANGLE, "an angle", "-3 deg", [("deg", 1.0), ("rad", 57.295_779_513_082_32)];
    PART, "a part", "5 %", [("%", 0.01), ("ppm", 1e-6)];
    RELATIVE_DRIFT, "a drift", "300 ppm", [("ppm", 1.0), ("%", 1e4)];
    TIME, "a time", "15 min", [
        ("s", 1.0), ("ms", 1e-3), ("us", 1e-6), ("min", 60.0), ("h", 3600.0), ("d", 86_400.0)];
    PERCENTAGE, "a percentage", "34.5 %", [("%", 1.0)];
    POINTS, "a difference of percentages", "0.5 points", [("points", 1.0)];
    ACTIVE_ENERGY, "an active energy", "1.5 kWh", [("kWh", 1.0), ("Wh", 1e-3), ("MWh", 1e3)];
    REACTIVE_ENERGY, "a reactive energy", "1.5 kvarh", [("kvarh", 1.0), ("varh", 1e-3)];
    APPARENT_ENERGY, "an apparent energy", "1.5 kVAh", [("kVAh", 1.0), ("VAh", 1e-3)];
    HOURS, "a time", "1.5 h", [
        ("h", 1.0), ("s", 1.0 / 3600.0), ("min", 1.0 / 60.0), ("d", 24.0)];
    PLAIN, "a number", "0.95", [("", 1.0)];
}

/// How values of a unit of the catalogue are written; the first unit is the catalogue's.
pub(super) fn dimension_of(unit: Unit) -> &'static Dimension {
    match unit {
        Unit::Volt => &VOLTAGE,
        Unit::Ampere => &CURRENT,
        Unit::Watt => &POWER,
        Unit::Var => &REACTIVE_POWER,
        Unit::VoltAmpere => &APPARENT_POWER,
        Unit::Hertz => &FREQUENCY,
        Unit::Percent => &PERCENTAGE,
        Unit::None => &PLAIN,
        Unit::KilowattHour => &ACTIVE_ENERGY,
        Unit::KilovarHour => &REACTIVE_ENERGY,
        Unit::KilovoltAmpereHour => &APPARENT_ENERGY,
        Unit::Hour => &HOURS,
    }
}

impl Dimension {
    /// Reads a value with its unit, in the first unit (a part as a part of one).
    pub fn parse(&self, text: &str) -> Result<f64, String> {
        let text = text.trim();
        let digits = text.find(|c: char| !(c.is_ascii_digit() || "+-.".contains(c)));
        let (number, unit) = text.split_at(digits.unwrap_or(text.len()));
        let unit = unit.trim();
        let value: f64 = number.parse().map_err(|_| {
            format!("\"{text}\" is not {}: write it like \"{}\"", self.name, self.example)
        })?;
        match self.units.iter().find(|(known, _)| *known == unit) {
            // Dividing by the whole inverse keeps "49.97 %" the float nearest to 0.4997.
            Some((_, worth)) if *worth < 1.0 => Ok(value / (1.0 / worth).round()),
            Some((_, worth)) => Ok(value * worth),
            None => Err(self.wrong_unit(unit)),
        }
    }

    fn wrong_unit(&self, unit: &str) -> String {
        let known: Vec<&str> = self.units.iter().map(|(unit, _)| *unit).collect();
        let known = known.join(", ");
        match (unit, known.as_str()) {
            (_, "") => format!("{} has no unit: write it like \"{}\"", self.name, self.example),
            ("", _) => format!(
                "{} needs a unit: write it like \"{}\" (units: {known})",
                self.name, self.example
            ),
            _ => format!("\"{unit}\" is not a unit of {} (units: {known})", self.name),
        }
    }

    /// A value as people write it: a part in percent.
    pub fn say(&self, value: f64) -> String {
        let (unit, worth) = self.units[0];
        let value = if worth < 1.0 { value * (1.0 / worth).round() } else { value / worth };
        format!("{} {unit}", short(value)).trim_end().to_owned()
    }
}

/// A number without the digits that rounding left behind.
pub(super) fn short(value: f64) -> String {
    let rounded: f64 = format!("{value:.12e}").parse().expect("written by ourselves");
    format!("{rounded}")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(dimension: &Dimension, text: &str, expected: Result<f64, &str>) {
        assert_eq!(dimension.parse(text), expected.map_err(str::to_owned), "{text}");
    }

    #[test]
    fn values_carry_their_unit() {
        check(&VOLTAGE, "230 V", Ok(230.0));
        check(&VOLTAGE, " -0.5kV ", Ok(-500.0));
        check(&TIME, "15 min", Ok(900.0));
        check(&TIME, "200 ms", Ok(0.2));
        check(&FREQUENCY_RATE, "0.8 Hz/s", Ok(0.8));
        check(&PART, "1.6 %", Ok(0.016));
        check(&ANGLE, "-3 deg", Ok(-3.0));
        check(&POWER, "2.5 kW", Ok(2500.0));
        check(&ACTIVE_ENERGY, "12 Wh", Ok(0.012));
        check(&HOURS, "36 s", Ok(0.01));
        check(&PLAIN, "0.95", Ok(0.95));
    }

    #[test]
    fn a_wrong_or_missing_unit_is_refused() {
        let needs = "a voltage needs a unit: write it like \"230 V\" (units: V, mV, kV)";
        check(&VOLTAGE, "230", Err(needs));
        check(&VOLTAGE, "230 W", Err("\"W\" is not a unit of a voltage (units: V, mV, kV)"));
        check(
            &VOLTAGE,
            "about 230 V",
            Err("\"about 230 V\" is not a voltage: write it like \"230 V\""),
        );
        check(&PART, "0.5", Err("a part needs a unit: write it like \"5 %\" (units: %, ppm)"));
        check(&PLAIN, "0.9 V", Err("a number has no unit: write it like \"0.95\""));
    }

    #[test]
    fn every_unit_of_the_catalogue_is_the_first_of_its_dimension() {
        for quantity in catalog::QUANTITIES {
            let (unit, worth) = dimension_of(quantity.unit).units[0];
            assert_eq!((unit, worth), (quantity.unit.symbol(), 1.0), "{}", quantity.slug);
        }
    }

    #[test]
    fn values_are_said_as_people_write_them() {
        assert_eq!(PART.say(0.07), "7 %");
        assert_eq!(VOLTAGE.say(230.0), "230 V");
        assert_eq!(PLAIN.say(0.95), "0.95");
    }
}

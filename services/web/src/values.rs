//! Readings as they are sent.

use catalog::{Point, QuantityId, Scope, point, points};
use image::{Image, MeterId, MeterImage, Reading, Timestamp};
use port::SlotId;
use schemars::JsonSchema;
use serde::Serialize;
use store::query::range;

/// A reading.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct Value {
    /// At the resolution of the catalogue; null if there is none, and then `quality` says why.
    pub value: Option<f64>,
    /// Symbol of the unit; empty for a plain number.
    pub unit: &'static str,
    /// `good`, the worst flag, or the reason why there is no value.
    pub quality: &'static str,
    /// When its window ended, in UTC.
    pub time: String,
}

impl Value {
    /// Of a point.
    pub fn of(point: &Point, reading: Reading, time: Timestamp) -> Value {
        let quantity = point.quantity;
        Value {
            value: reading.value().map(|value| rounded(value, quantity.decimals)),
            unit: quantity.unit.symbol(),
            quality: reading.quality(),
            time: crate::time::rfc3339(time),
        }
    }
}

/// To so many decimals, half away from zero.
pub fn rounded(value: f64, decimals: u8) -> f64 {
    let scale = 10f64.powi(decimals.into());
    let rounded = (value * scale).round() / scale;
    // There is no minus zero on a display.
    if rounded == 0.0 { 0.0 } else { rounded }
}

/// The meter of a name.
pub fn meter_id(slug: &str) -> Option<MeterId> {
    if slug == "main" {
        return Some(MeterId::Main);
    }
    let number = slug.strip_prefix("esy")?.parse().ok()?;
    let id = MeterId::Esy(SlotId::new(number)?);
    (id.slug() == slug).then_some(id)
}

/// Points whose path fits a pattern, in which `*` stands for anything.
pub fn points_like(pattern: &str) -> Vec<&'static Point> {
    let fits = |point: &&Point| range::fits(pattern.as_bytes(), point.path().as_bytes());
    points().iter().filter(fits).collect()
}

/// Rms and angle in degrees, by phase; none where there is none.
pub type Pairs = [Option<[f64; 2]>; 3];

/// Fundamentals of a meter's voltages and currents; none before the first window. The voltages of a module are
/// those of the built-in meter, and its currents stand to them as its powers say.
pub fn phasor_pairs(image: &Image, meter: &MeterImage) -> Option<(Pairs, Pairs)> {
    let main = image.main();
    let phasors = main.phasors?;
    let of = |meter: &MeterImage, quantity: QuantityId, phase: usize| {
        point(quantity, None, Scope::PHASES[phase]).and_then(|point| meter.get(point).value())
    };
    let pair = |rms: f64, angle_deg: f64| [rounded(rms, 3), rounded(angle_deg, 2)];
    let voltages: Pairs = std::array::from_fn(|phase| {
        let phasor = phasors.voltages[phase];
        of(main, QuantityId::VoltageLn, phase).map(|_| pair(phasor.rms, phasor.angle_deg))
    });
    let currents = std::array::from_fn(|phase| match meter.id {
        MeterId::Main => {
            let phasor = phasors.currents[phase];
            of(meter, QuantityId::Current, phase).map(|_| pair(phasor.rms, phasor.angle_deg))
        }
        MeterId::Esy(_) => {
            let amperes = of(meter, QuantityId::Current, phase)?;
            let watts = of(meter, QuantityId::ActivePower, phase)?;
            let vars = of(meter, QuantityId::ReactivePower, phase)?;
            let [_, voltage_deg] = voltages[phase]?;
            Some(pair(amperes, wrapped(voltage_deg - vars.atan2(watts).to_degrees())))
        }
    });
    Some((voltages, currents))
}

/// From -180 to 180 degrees.
fn wrapped(degrees: f64) -> f64 {
    let turned = degrees.rem_euclid(360.0);
    if turned > 180.0 { turned - 360.0 } else { turned }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn meters_have_one_name_each() {
        for (name, expected) in [("main", true), ("esy1", true), ("esy10", true), ("esy11", false)]
        {
            assert_eq!(meter_id(name).is_some(), expected, "{name}");
        }
        for name in ["", "esy", "esy0", "esy01", "ESY1", "esy+1", "mainx"] {
            assert_eq!(meter_id(name), None, "{name}");
        }
    }

    #[test]
    fn values_have_the_digits_of_the_catalogue() {
        assert_eq!(rounded(230.049, 1), 230.0);
        assert_eq!(rounded(230.05, 1), 230.1);
        assert_eq!(rounded(-0.04, 1).to_bits(), 0.0f64.to_bits(), "no minus zero");
    }
}

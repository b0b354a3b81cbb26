//! Limits of the surroundings: where the meter is outside of what the datasheet promises for, it says so.

use crate::components::{DigitalOutput, Inbox, MeterOf, Noted, Shown, Warned};
use crate::twin::NoteKind;
use bevy_ecs::prelude::*;
use catalog::{QuantityId, Scope, point};
use image::{MeterId, Warning, Warnings};
use metering::Limits;
use port::Surroundings;
use std::ops::RangeInclusive;

/// Operating temperature, in degrees Celsius (datasheet L298).
const TEMPERATURE_C: RangeInclusive<f64> = -25.0..=55.0;

/// Greatest height above the sea, in metres (datasheet L302).
const ALTITUDE_M: f64 = 3000.0;

/// Relative humidity that is not reached (datasheet L312).
const HUMIDITY: f64 = 0.9;

/// What the output carries and keeps away, in amperes and volts (datasheet L573 to L575).
const OUTPUT_A: f64 = 0.1;
const OUTPUT_V: f64 = 42.0;

/// Holds the surroundings against the limits. What changes is noted.
pub fn judge_surroundings(
    inbox: Res<Inbox>,
    meters: Query<(&MeterOf, &Shown)>,
    outputs: Query<&DigitalOutput>,
    mut warned: Query<&mut Warned>,
    mut notes: MessageWriter<Noted>,
) {
    let main = meters.iter().find(|(meter, _)| meter.0 == MeterId::Main);
    let closed = outputs.iter().next().is_some_and(|output| output.closed);
    for mut warned in &mut warned {
        let supply = main.and_then(|(_, shown)| supply_v(shown));
        let now = warnings(&inbox.surroundings, inbox.contact.undefined, supply, closed);
        for warning in Warning::ALL {
            if now.contains(warning) != warned.0.contains(warning) {
                let text = match now.contains(warning) {
                    true => sentence(warning).to_string(),
                    false => format!("{}: within its limits again", warning.slug()),
                };
                notes.write(Noted::new(NoteKind::Surroundings, text));
            }
        }
        warned.set_if_neq(Warned(now));
    }
}

fn warnings(
    around: &Surroundings,
    undefined: bool,
    supply_v: Option<f64>,
    closed: bool,
) -> Warnings {
    // It feeds itself from the voltages that it measures (datasheet L315).
    let (low, high) = Limits::EMS_AV2.voltage_ln_v;
    let over = |load: (f64, f64)| if closed { load.1 > OUTPUT_A } else { load.0 > OUTPUT_V };
    [
        (Warning::Temperature, around.temperature_c.is_some_and(|c| !TEMPERATURE_C.contains(&c))),
        (Warning::Altitude, around.altitude_m.is_some_and(|m| m > ALTITUDE_M)),
        (Warning::Humidity, around.humidity.is_some_and(|part| part >= HUMIDITY)),
        (Warning::Supply, supply_v.is_some_and(|volts| !(low..=high).contains(&volts))),
        (Warning::InputUndefined, undefined),
        (Warning::OutputOverload, around.output_load.is_some_and(over)),
    ]
    .into_iter()
    .fold(Warnings::default(), |all, (warning, holds)| all.with(warning, holds))
}

/// The highest voltage between a phase and neutral, of which the meter lives.
fn supply_v(shown: &Shown) -> Option<f64> {
    let volts = Scope::PHASES.iter().filter_map(|scope| {
        let id = point(QuantityId::VoltageLn, None, *scope)?;
        shown.readings.get(id).value()
    });
    volts.reduce(f64::max)
}

fn sentence(warning: Warning) -> &'static str {
    match warning {
        Warning::Temperature => {
            "temperature: outside -25 to 55 degrees Celsius, accuracy is not promised"
        }
        Warning::Altitude => "altitude: above 3000 m, insulation is not promised",
        Warning::Humidity => "humidity: 90 % and more, keep water from condensing",
        Warning::Supply => "supply: outside 102 to 318.55 V, the meter may go off",
        Warning::InputUndefined => {
            "input_undefined: the contact is neither open (25 kohm) nor closed (840 ohm), the last state is held"
        }
        Warning::OutputOverload => {
            "output_overload: more than 100 mA or 42 V, the output may be damaged"
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// [B4, O1] Each limit by itself, at it and beyond.
    #[test]
    fn limits_are_those_of_the_sheet() {
        let nothing = Surroundings::default();
        let at = |around: Surroundings, supply, closed| warnings(&around, false, supply, closed);
        let none = Warnings::default();
        let only = |warning| none.with(warning, true);
        let temperature = |c| Surroundings { temperature_c: Some(c), ..nothing };
        assert_eq!(at(temperature(55.0), None, false), none);
        assert_eq!(at(temperature(55.1), None, false), only(Warning::Temperature));
        assert_eq!(at(temperature(-25.1), None, false), only(Warning::Temperature));
        let high = Surroundings { altitude_m: Some(3001.0), ..nothing };
        assert_eq!(at(high, None, false), only(Warning::Altitude));
        let damp = Surroundings { humidity: Some(0.9), ..nothing };
        assert_eq!(at(damp, None, false), only(Warning::Humidity));
        assert_eq!(at(nothing, Some(101.9), false), only(Warning::Supply));
        assert_eq!(at(nothing, Some(230.0), false), none);
        // What an open contact would carry counts once it closes, and the other way round.
        let load = Surroundings { output_load: Some((24.0, 0.15)), ..nothing };
        assert_eq!(at(load, None, false), none);
        assert_eq!(at(load, None, true), only(Warning::OutputOverload));
        let load = Surroundings { output_load: Some((48.0, 0.05)), ..nothing };
        assert_eq!(at(load, None, false), only(Warning::OutputOverload));
        assert_eq!(at(load, None, true), none);
    }
}

//! The `[grid]` table.

use super::error::ScenarioError;
use super::shape::{Key, Shape, Table, Takes};
use super::unit::{ANGLE, FREQUENCY, PART, RESISTANCE, VOLTAGE};
use crate::synthetic::{Grid, HARMONICS, Harmonic, System};

/// `[grid]`.
pub(super) static GRID: Shape = Shape {
    kinds: None,
    keys: &[
        Key::optional(
            "voltage",
            Takes::Quantity(&VOLTAGE, 1.0, 1000.0),
            "From phase to neutral, but phase to phase in 3p3w; in a wild leg half a winding. Usually 230 V, 400 V in 3p3w, 120 V in 2p3w and wild-leg.",
        ),
        Key::optional(
            "frequency",
            Takes::Quantity(&FREQUENCY, 40.0, 70.0),
            "Usually 50 Hz, 60 Hz in 2p3w and wild-leg.",
        ),
        Key::optional(
            "leg_angle",
            Takes::Quantity(&ANGLE, 120.0, 180.0),
            "Angle between the legs in 2p3w, 180 deg (usual) or 120 deg.",
        ),
        Key::usually("reversed_sequence", Takes::Flag, "false", "Phases 2 and 3 are exchanged."),
        Key::optional(
            "harmonics",
            Takes::Tables(&HARMONIC),
            "Background distortion, the same on all phases: `[{ order = 5, level = \"1.5 %\", angle = \"175 deg\" }]`.",
        ),
        Key::usually(
            "voltage_wander",
            Takes::Quantity(&PART, 0.0, 0.5),
            "0 %",
            "Slow random movement of the voltages, at most this part.",
        ),
        Key::usually(
            "frequency_wander",
            Takes::Quantity(&FREQUENCY, 0.0, 5.0),
            "0 Hz",
            "Slow random movement of the frequency, at most so much.",
        ),
        Key::usually(
            "line_resistance",
            Takes::Quantity(&RESISTANCE, 0.0, 10.0),
            "0 ohm",
            "Of each line up to the meter: loads pull their own voltage down.",
        ),
        Key::usually(
            "noise",
            Takes::Quantity(&VOLTAGE, 0.0, 100.0),
            "0 V",
            "White noise of the voltages, rms a sample.",
        ),
    ],
};

/// A harmonic of a voltage or current.
pub(super) static HARMONIC: Shape = Shape {
    kinds: None,
    keys: &[
        Key::needed("order", Takes::Whole(2, HARMONICS as i64), "2 to 31."),
        Key::needed("level", Takes::Quantity(&PART, 0.0, 1.0), "Part of the fundamental."),
        Key::usually(
            "angle",
            Takes::Quantity(&ANGLE, -720.0, 720.0),
            "0 deg",
            "Angle of cos(h x + angle) where the fundamental is cos x.",
        ),
    ],
};

pub(super) fn read(table: Table, system: System) -> Result<Grid, ScenarioError> {
    let usual = Grid::usual(system);
    let leg_angle_deg = table.maybe_number("leg_angle");
    if let Some(given) = leg_angle_deg
        && (system != System::TwoPhaseThreeWire || ![120.0, 180.0].contains(&given))
    {
        let message = "the angle between the legs is 120 deg or 180 deg, in wiring \"2p3w\" only";
        return Err(table.refuse("leg_angle", message));
    }
    Ok(Grid {
        system,
        voltage_v: table.maybe_number("voltage").unwrap_or(usual.voltage_v),
        frequency_hz: table.maybe_number("frequency").unwrap_or(usual.frequency_hz),
        leg_angle_deg: leg_angle_deg.unwrap_or(usual.leg_angle_deg),
        reversed_sequence: table.flag("reversed_sequence"),
        harmonics: read_harmonics(table),
        voltage_wander: table.number("voltage_wander"),
        frequency_wander_hz: table.number("frequency_wander"),
        line_ohm: table.number("line_resistance"),
        noise_v: table.number("noise"),
    })
}

/// The key `harmonics` of a grid or a load.
pub(super) fn read_harmonics(table: Table) -> Vec<Harmonic> {
    let harmonic = |table: Table| Harmonic {
        order: table.whole("order") as usize,
        level: table.number("level"),
        angle_deg: table.number("angle"),
    };
    table.tables("harmonics").map(harmonic).collect()
}

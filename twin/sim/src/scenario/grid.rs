//! The `[grid]` table.

use super::document::{GridTable, HarmonicTable};
use super::error::Fault;
use super::field::{within, within_or};
use crate::synthetic::{Grid, HARMONICS, Harmonic, System};

pub(super) fn check(table: &GridTable, system: System) -> Result<Grid, Fault> {
    let usual = Grid::usual(system);
    let leg_angle_deg = within_or(&table.leg_angle, usual.leg_angle_deg, 120.0..=180.0)?;
    if let Some(given) = &table.leg_angle
        && (system != System::TwoPhaseThreeWire || ![120.0, 180.0].contains(&leg_angle_deg))
    {
        let message = "the angle between the legs is 120 deg or 180 deg, in wiring \"2p3w\" only";
        return Err(Fault::new(given.span(), message));
    }
    let harmonics = table.harmonics.iter().map(check_harmonic);
    Ok(Grid {
        system,
        voltage_v: within_or(&table.voltage, usual.voltage_v, 1.0..=1000.0)?,
        frequency_hz: within_or(&table.frequency, usual.frequency_hz, 40.0..=70.0)?,
        leg_angle_deg,
        reversed_sequence: table.reversed_sequence,
        harmonics: harmonics.collect::<Result<_, _>>()?,
        voltage_wander: within_or(&table.voltage_wander, 0.0, 0.0..=0.5)?,
        frequency_wander_hz: within_or(&table.frequency_wander, 0.0, 0.0..=5.0)?,
        line_ohm: within_or(&table.line_resistance, 0.0, 0.0..=10.0)?,
        noise_v: within_or(&table.noise, 0.0, 0.0..=100.0)?,
    })
}

fn check_harmonic(table: &HarmonicTable) -> Result<Harmonic, Fault> {
    let order = *table.order.get_ref();
    if !(2..=HARMONICS).contains(&order) {
        return Err(Fault::new(table.order.span(), "the order of a harmonic is 2 to 31"));
    }
    Ok(Harmonic {
        order,
        level: within(&table.level, 0.0..=1.0)?,
        angle_deg: within_or(&table.angle, 0.0, -720.0..=720.0)?,
    })
}

//! Errors of energy: by the time between pulses, or between two values of a register.

use super::{Finding, percent};
use crate::bench::{Run, Specimen};
use crate::error::VerifyError;
use crate::limits::PULSE_WH;
use crate::plan::Take;
use crate::setup::{Meter, Setup, Waveform};
use crate::uncertainty;
use catalog::{QuantityId, Register, Scope, point};
use image::MeterImage;

/// Seconds over which an error is taken, at least.
const SECONDS: f64 = 2.0;

/// Of a burst, since power jumps within windows and a pulse lies somewhere in one.
const BURST_SECONDS: f64 = 60.0;

/// Seconds before a register is first read: what began before the load is past.
const SETTLING_S: f64 = 0.5;

/// A module's sensors settle from the first sample on.
const MODULE_SETTLING_S: f64 = 4.0;

/// An error of an energy.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct EnergyError {
    /// Watt-hours or varh that the unit counted.
    pub indicated: f64,
    /// The same that were applied.
    pub reference: f64,
    /// Percent.
    pub error: f64,
    /// Seconds over which it was taken.
    pub seconds: f64,
    /// Seconds simulated.
    pub simulated_s: f64,
}

impl EnergyError {
    pub(super) fn finding(&self, uncertainty: f64) -> Finding {
        Finding {
            indicated: self.indicated,
            reference: self.reference,
            error: self.error,
            uncertainty,
            simulated_s: self.simulated_s,
            limit: None,
        }
    }
}

/// The percentage error of a unit at a setup. A unit that counts nothing has an error of -100 %.
pub(super) fn error(
    specimen: &Specimen,
    setup: &Setup,
    take: Take,
    repetition: u64,
) -> Result<EnergyError, VerifyError> {
    match take {
        Take::ActivePulses => by_pulses(specimen, setup, repetition),
        Take::ActiveRegister => {
            let power = setup.truth().power_w();
            by_register(specimen, setup, active_wh, power, repetition)
        }
        Take::ReactiveRegister => {
            let power = setup.truth().power_var();
            by_register(specimen, setup, reactive_varh, power, repetition)
        }
    }
}

fn seconds(setup: &Setup) -> f64 {
    if setup.waveform == Waveform::BurstFired { BURST_SECONDS } else { SECONDS }
}

fn by_pulses(
    specimen: &Specimen,
    setup: &Setup,
    repetition: u64,
) -> Result<EnergyError, VerifyError> {
    let power_w = setup.truth().power_w();
    let period_s = 3600.0 * PULSE_WH / power_w;
    let wanted_s = seconds(setup);
    // Until the first, between the first and the last, and as much again for a unit that is slow.
    let longest_s = 2.0 * (2.0 * period_s + wanted_s) + 1.0;
    let run = Run { specimen, setup, actions: &[], repetition, longest_s };
    let mut pulses_s: Vec<f64> = Vec::new();
    let ended = run.look(|sight| {
        pulses_s.extend(sight.pulses_s);
        match pulses_s.as_slice() {
            [first, .., last] => last - first < wanted_s,
            _ => true,
        }
    })?;
    let elapsed_s = match pulses_s.as_slice() {
        [first, .., last] => last - first,
        _ => ended.simulated_s,
    };
    let indicated = PULSE_WH * pulses_s.len().saturating_sub(1) as f64;
    Ok(finished(indicated, power_w * elapsed_s / 3600.0, elapsed_s, ended.simulated_s))
}

fn by_register(
    specimen: &Specimen,
    setup: &Setup,
    energy: fn(&MeterImage) -> f64,
    power: f64,
    repetition: u64,
) -> Result<EnergyError, VerifyError> {
    let settling_s = match setup.meter {
        Meter::Main => SETTLING_S,
        Meter::Module(..) => MODULE_SETTLING_S,
    };
    let wanted_s = seconds(setup);
    let longest_s = settling_s + wanted_s + 2.0;
    let run = Run { specimen, setup, actions: &[], repetition, longest_s };
    let mut first: Option<(f64, f64)> = None;
    let mut last = (0.0, 0.0);
    let ended = run.look(|sight| {
        let Some(end_s) = sight.window_end_s.filter(|end_s| *end_s >= settling_s) else {
            return true;
        };
        last = (end_s, energy(sight.meter));
        let (first_s, _) = *first.get_or_insert(last);
        end_s - first_s < wanted_s
    })?;
    let (first_s, before) = first.unwrap_or_default();
    let elapsed_s = last.0 - first_s;
    let reference = power * elapsed_s / 3600.0;
    Ok(finished(last.1 - before, reference, elapsed_s, ended.simulated_s))
}

fn finished(indicated: f64, reference: f64, seconds: f64, simulated_s: f64) -> EnergyError {
    // Without a window there is nothing to compare: nothing was counted of what was applied.
    let error = if reference == 0.0 { -100.0 } else { percent(indicated, reference) };
    EnergyError { indicated, reference, error, seconds, simulated_s }
}

/// Import less export, in watt-hours.
pub(super) fn active_wh(meter: &MeterImage) -> f64 {
    net(meter, QuantityId::ActiveEnergyImport, QuantityId::ActiveEnergyExport)
}

/// Import less export, in varh.
pub(super) fn reactive_varh(meter: &MeterImage) -> f64 {
    net(meter, QuantityId::ReactiveEnergyImport, QuantityId::ReactiveEnergyExport)
}

fn net(meter: &MeterImage, import: QuantityId, export: QuantityId) -> f64 {
    total(meter, import) - total(meter, export)
}

/// A total register in units, not in kilo-units.
fn total(meter: &MeterImage, quantity: QuantityId) -> f64 {
    let id = point(quantity, Some(Register::Total), Scope::System).expect("in the catalogue");
    1000.0 * meter.get(id).value().unwrap_or(0.0)
}

/// By how much the error differs from that of the base, for each of the others.
pub(super) fn changes(
    specimen: &Specimen,
    base: &Setup,
    others: &[Setup],
    take: Take,
) -> Result<Vec<Finding>, VerifyError> {
    let reference = error(specimen, base, take, 0)?;
    let base_budget = uncertainty::of_energy(specimen, base, take, reference.seconds);
    let mut findings = Vec::new();
    for other in others {
        let influenced = error(specimen, other, take, 0)?;
        let budget = uncertainty::of_energy(specimen, other, take, influenced.seconds);
        findings.push(Finding {
            indicated: influenced.error,
            reference: reference.error,
            error: influenced.error - reference.error,
            uncertainty: base_budget.expanded().hypot(budget.expanded()),
            simulated_s: influenced.simulated_s + reference.simulated_s / others.len() as f64,
            limit: None,
        });
    }
    Ok(findings)
}

/// Change of the error a kelvin in each interval.
pub(super) fn drifts(
    specimen: &Specimen,
    intervals: &[(Setup, Setup)],
    take: Take,
) -> Result<Vec<Finding>, VerifyError> {
    let mut findings = Vec::new();
    for (cold, warm) in intervals {
        let (at_cold, at_warm) = (error(specimen, cold, take, 0)?, error(specimen, warm, take, 0)?);
        let kelvin = warm.temperature_degc - cold.temperature_degc;
        let budget = uncertainty::of_energy(specimen, warm, take, at_warm.seconds);
        findings.push(Finding {
            indicated: at_warm.error,
            reference: at_cold.error,
            error: (at_warm.error - at_cold.error) / kelvin,
            uncertainty: budget.expanded() * std::f64::consts::SQRT_2 / kelvin,
            simulated_s: at_cold.simulated_s + at_warm.simulated_s,
            limit: None,
        });
    }
    Ok(findings)
}

/// Largest less smallest error of repeated measurements, each over another stretch of the unit's noise.
pub(super) fn spread(
    specimen: &Specimen,
    setup: &Setup,
    take: Take,
    times: u64,
) -> Result<Finding, VerifyError> {
    let (mut smallest, mut largest) = (f64::INFINITY, f64::NEG_INFINITY);
    let (mut simulated_s, mut uncertainty) = (0.0, 0.0);
    for repetition in 0..times {
        let found = error(specimen, setup, take, repetition)?;
        smallest = smallest.min(found.error);
        largest = largest.max(found.error);
        simulated_s += found.simulated_s;
        uncertainty = uncertainty::of_energy(specimen, setup, take, found.seconds).expanded();
    }
    Ok(Finding {
        indicated: largest,
        reference: smallest,
        error: largest - smallest,
        uncertainty,
        simulated_s,
        limit: None,
    })
}

//! What is counted: pulses, steps of registers, samples.

use super::energy::{active_wh, reactive_varh};
use super::{Finding, percent};
use crate::bench::{Action, RATE_HZ, Run, Specimen};
use crate::error::VerifyError;
use crate::limits::PULSE_WH;
use crate::plan::{Point, Take};
use crate::setup::Setup;
use catalog::{Class, QuantityId, Register, Scope, SettingId, points};
use image::{MeterImage, Request};

fn counted(indicated: f64, reference: f64, error: f64, simulated_s: f64) -> Finding {
    Finding { indicated, reference, error, uncertainty: 0.0, simulated_s, limit: None }
}

/// Seconds to the first pulse, and from it to the next. For reactive energy a step of the register, 1 varh,
/// stands for a pulse.
pub(super) fn starting(
    specimen: &Specimen,
    setup: &Setup,
    take: Take,
    points: &[Point],
) -> Result<Vec<Finding>, VerifyError> {
    let limits: Vec<f64> = points.iter().map(|point| point.limit).collect();
    let longest_s: f64 = limits.iter().sum::<f64>() + 1.0;
    let run = Run { specimen, setup, actions: &[], repetition: 0, longest_s };
    let mut stamps_s: Vec<f64> = Vec::new();
    let ended = run.look(|sight| {
        match take {
            Take::ActivePulses => stamps_s.extend(sight.pulses_s),
            Take::ActiveRegister | Take::ReactiveRegister => {
                let steps = reactive_varh(sight.meter).abs();
                if steps >= (stamps_s.len() + 1) as f64 {
                    stamps_s.push(sight.now_s);
                }
            }
        }
        stamps_s.len() < 2
    })?;
    // What did not come in time came as late as the run was long.
    let first_s = stamps_s.first().copied().unwrap_or(longest_s);
    let next_s = stamps_s.get(1).map_or(longest_s, |second| second - first_s);
    let truth = setup.truth();
    let power = truth.power_w().abs().max(truth.power_var().abs());
    let true_s = 3600.0 * PULSE_WH / power;
    let finding = |found_s: f64| counted(found_s, true_s, found_s, 0.5 * ended.simulated_s);
    Ok(vec![finding(first_s), finding(next_s)])
}

/// Pulses, varh, or watt-hours of all registers together, that come without current.
pub(super) fn no_load(
    specimen: &Specimen,
    setup: &Setup,
    take: Take,
    seconds: f64,
) -> Result<Finding, VerifyError> {
    let run = Run { specimen, setup, actions: &[], repetition: 0, longest_s: seconds };
    let mut pulses = 0;
    let ended = run.look(|sight| {
        pulses += sight.pulses_s.len();
        true
    })?;
    let meter = ended.image.main();
    let found = match take {
        Take::ActivePulses => pulses as f64,
        Take::ReactiveRegister => {
            energy_of(meter, &[QuantityId::ReactiveEnergyImport, QuantityId::ReactiveEnergyExport])
        }
        Take::ActiveRegister => all_energies(meter),
    };
    Ok(counted(found, 0.0, found, ended.simulated_s))
}

fn energy_of(meter: &MeterImage, quantities: &[QuantityId]) -> f64 {
    let total = |quantity: &QuantityId| register(meter, *quantity, Register::Total);
    quantities.iter().map(total).sum()
}

/// The sum of every energy register there is, in units.
fn all_energies(meter: &MeterImage) -> f64 {
    let energies = points().iter().filter(|point| point.quantity.class == Class::Energy);
    energies.filter_map(|point| meter.get(point.id).value()).map(|kilo| 1000.0 * kilo.abs()).sum()
}

/// A register of the system in units, not in kilo-units.
fn register(meter: &MeterImage, quantity: QuantityId, register: Register) -> f64 {
    let id = catalog::point(quantity, Some(register), Scope::System).expect("in the catalogue");
    1000.0 * meter.get(id).value().unwrap_or(0.0)
}

/// Pulses times the energy that the nameplate gives each, against the register.
pub(super) fn constant(
    specimen: &Specimen,
    setup: &Setup,
    kwh: f64,
    point: &Point,
) -> Result<Finding, VerifyError> {
    let wanted_wh = 1000.0 * kwh;
    let longest_s = 3.0 * 3600.0 * wanted_wh / setup.truth().power_w();
    let run = Run { specimen, setup, actions: &[], repetition: 0, longest_s };
    let (mut pulses, mut counted_wh) = (0, 0.0);
    let ended = run.look(|sight| {
        pulses += sight.pulses_s.len();
        counted_wh = active_wh(sight.meter);
        counted_wh < wanted_wh
    })?;
    let indicated = PULSE_WH * pulses as f64;
    let error = match point.error_unit {
        "%" => percent(indicated, counted_wh),
        _ => indicated - counted_wh,
    };
    Ok(counted(indicated, counted_wh, error, ended.simulated_s))
}

/// Samples that the register of operating hours has counted, against those that passed.
pub(super) fn samples(
    specimen: &Specimen,
    setup: &Setup,
    seconds: f64,
) -> Result<Finding, VerifyError> {
    let run = Run { specimen, setup, actions: &[], repetition: 0, longest_s: seconds };
    let ended = run.look(|_| true)?;
    let id = catalog::point(QuantityId::OperatingHours, Some(Register::Total), Scope::System);
    let hours = ended.image.main().get(id.expect("in the catalogue")).value().unwrap_or(0.0);
    let (found, due) = (hours * 3600.0 * RATE_HZ, ended.samples_due as f64);
    Ok(counted(found, due, found - due, ended.simulated_s))
}

/// The tariffs' registers together against the total, after a change from one to the other and back.
pub(super) fn tariffs(specimen: &Specimen, setup: &Setup) -> Result<Finding, VerifyError> {
    const BY_COMMAND: i64 = 1;
    let select = |at_s: f64, tariff: i64| (at_s, Request::Set(SettingId::TariffSelected, tariff));
    let by_command = (0.0, Request::Set(SettingId::TariffMode, BY_COMMAND));
    let actions: [Action; 4] = [by_command, select(0.1, 1), select(2.0, 2), select(5.3, 1)];
    let run = Run { specimen, setup, actions: &actions, repetition: 0, longest_s: 8.0 };
    let ended = run.look(|_| true)?;
    let meter = ended.image.main();
    let import = |of: Register| register(meter, QuantityId::ActiveEnergyImport, of);
    let (first, second) = (import(Register::T1), import(Register::T2));
    let total = import(Register::Total);
    // A tariff that never counted would make the sum hold by itself.
    let sum = if first > 0.0 && second > 0.0 { first + second } else { 0.0 };
    Ok(counted(sum, total, sum - total, ended.simulated_s))
}

//! Loads that change: each window, and all of them together, against the integral over just that time.

use super::energy::active_wh;
use super::{Finding, percent};
use crate::bench::{RATE_HZ, Run, Specimen};
use crate::error::VerifyError;
use crate::setup::Setup;
use catalog::{QuantityId, Scope, point};
use port::Role;
use sim::synthetic::{Signal, Spectrum, truth};

/// Loads one after the other, as parts of the setup's current.
const PARTS: [f64; 12] = [1.0, 3.0, 0.2, 10.0, 0.5, 2.0, 0.1, 7.0, 1.5, 0.3, 12.0, 1.0];

/// Seconds of each: no whole number of cycles, windows or samples.
const STEP_S: f64 = 0.773_1;

/// The current of every phase steps through the parts, beginning one step after the first sample.
fn signal(setup: &Setup, first_s: f64) -> Signal {
    let mut signal = setup.signal();
    for (place, part) in PARTS.iter().enumerate() {
        let at_s = first_s + STEP_S * (place as f64 + 1.0);
        for (phase, (_, current)) in setup.spectra().into_iter().enumerate() {
            let scaled: Spectrum = current * *part;
            signal = signal.step(Role::ALL[3 + phase], at_s, scaled);
        }
    }
    signal
}

/// Watt-seconds of all phases between two instants of the signal.
fn true_ws(signal: &Signal, setup: &Setup, from_s: f64, to_s: f64) -> f64 {
    let phases = setup.roles().len() / 2;
    (0..phases).map(|phase| truth::active_energy_ws(signal, phase, from_s, to_s)).sum()
}

/// Energy over all the steps, in percent of it. Where the load jumps, the sample that is the last of one
/// and the first of the next may count half to either: that is added to the limit.
pub(super) fn energy(
    specimen: &Specimen,
    setup: &Setup,
    limit: f64,
) -> Result<Finding, VerifyError> {
    let longest_s = STEP_S * (PARTS.len() as f64 + 2.0);
    let run = Run { specimen, setup, actions: &[], repetition: 0, longest_s };
    let signal = signal(setup, run.begins_s());
    let mut ends: Vec<(f64, f64)> = Vec::new();
    let ended = run.look_at(&signal, |sight| {
        ends.extend(sight.window_end_s.map(|end_s| (end_s, active_wh(sight.meter))));
        true
    })?;
    let (Some((from_s, before)), Some((to_s, after))) = (ends.first(), ends.last()) else {
        return Err(VerifyError::NoWindow(Box::new(setup.applied())));
    };
    let begins_s = run.begins_s();
    let reference = true_ws(&signal, setup, begins_s + from_s, begins_s + to_s) / 3600.0;
    let highest_w = setup.highest_power_w();
    let jumps: f64 = PARTS.windows(2).map(|parts| (parts[1] - parts[0]).abs() * highest_w).sum();
    let half_samples_wh = jumps * 0.5 / RATE_HZ / 3600.0;
    let indicated = after - before;
    Ok(Finding {
        indicated,
        reference,
        error: percent(indicated, reference),
        uncertainty: 0.0,
        simulated_s: ended.simulated_s,
        limit: Some(limit + 100.0 * half_samples_wh / reference),
    })
}

/// The worst window: the power that it shows against the mean over that window, in percent of the largest.
pub(super) fn freshness(specimen: &Specimen, setup: &Setup) -> Result<Finding, VerifyError> {
    let longest_s = STEP_S * (PARTS.len() as f64 + 2.0);
    let run = Run { specimen, setup, actions: &[], repetition: 0, longest_s };
    let begins_s = run.begins_s();
    let signal = signal(setup, begins_s);
    let id = point(QuantityId::ActivePower, None, Scope::System).expect("in the catalogue");
    let mut shown: Vec<(f64, f64)> = Vec::new();
    let ended = run.look_at(&signal, |sight| {
        let power = sight.meter.get(id).value().unwrap_or(0.0);
        shown.extend(sight.window_end_s.map(|end_s| (end_s, power)));
        true
    })?;
    let largest = PARTS.into_iter().fold(0.0, f64::max) * setup.truth().power_w();
    let mut worst = Finding {
        indicated: 0.0,
        reference: 0.0,
        error: 0.0,
        uncertainty: 0.0,
        simulated_s: ended.simulated_s,
        limit: None,
    };
    for pair in shown.windows(2) {
        let [(from_s, _), (to_s, indicated)] = pair else { continue };
        let energy = true_ws(&signal, setup, begins_s + from_s, begins_s + to_s);
        let reference = energy / (to_s - from_s);
        let error = 100.0 * (indicated - reference) / largest;
        if error.abs() > worst.error.abs() {
            worst = Finding { indicated: *indicated, reference, error, ..worst };
        }
    }
    Ok(worst)
}

//! Errors of readings: the worst of every window, phase and pair.

use super::Finding;
use crate::bench::{Run, Specimen};
use crate::error::VerifyError;
use crate::plan::Line;
use crate::setup::{Meter, Setup, Truth};
use crate::uncertainty;
use catalog::{PointId, QuantityId, Scope, point};

/// Seconds that are read.
const SECONDS: f64 = 1.5;

/// Seconds before the first reading that counts.
const SETTLING_S: f64 = 0.5;

/// Worst errors of several lines at one setup.
pub(super) fn worst(
    specimen: &Specimen,
    setup: &Setup,
    lines: &[Line],
    of_apparent: bool,
) -> Result<Vec<Finding>, VerifyError> {
    debug_assert_eq!(setup.meter, Meter::Main, "modules are judged by their registers");
    let truth = setup.truth();
    let expected: Vec<Vec<Expected>> =
        lines.iter().map(|line| expected(*line, setup, &truth, of_apparent)).collect();
    let mut found: Vec<Option<Finding>> = vec![None; lines.len()];
    let longest_s = SETTLING_S + SECONDS;
    let run = Run { specimen, setup, actions: &[], repetition: 0, longest_s };
    let ended = run.look(|sight| {
        if sight.window_end_s.is_some_and(|end_s| end_s >= SETTLING_S) {
            for (places, worst) in expected.iter().zip(&mut found) {
                for place in places {
                    place.judge(sight.meter.get(place.point).value(), worst);
                }
            }
        }
        true
    })?;
    let simulated_s = ended.simulated_s / lines.len() as f64;
    let finding = |(found, line): (Option<Finding>, &Line)| {
        let uncertainty = uncertainty::of_reading(specimen, setup, *line).expanded();
        let found = found.ok_or_else(|| VerifyError::NoWindow(Box::new(setup.applied())))?;
        Ok(Finding { simulated_s, uncertainty, ..found })
    };
    found.into_iter().zip(lines).map(finding).collect()
}

/// A value that is to be read, and what its error is taken of.
struct Expected {
    point: PointId,
    value: f64,
    /// By which the error is divided, in the same unit; 100 for what is said in points already.
    of: f64,
}

impl Expected {
    fn judge(&self, read: Option<f64>, worst: &mut Option<Finding>) {
        // No value at all is as wrong as a value of zero.
        let indicated = read.unwrap_or(0.0);
        let error = 100.0 * (indicated - self.value) / self.of;
        if worst.as_ref().is_none_or(|worst| error.abs() > worst.error.abs()) {
            *worst = Some(Finding {
                indicated,
                reference: self.value,
                error,
                uncertainty: 0.0,
                simulated_s: 0.0,
                limit: None,
            });
        }
    }
}

fn expected(line: Line, setup: &Setup, truth: &Truth, of_apparent: bool) -> Vec<Expected> {
    let wired = setup.wiring.phases();
    let phases = |quantity: QuantityId, values: [f64; 3], points: bool| -> Vec<Expected> {
        let place = |phase: usize| {
            let value = values[phase];
            let of = if points { 100.0 } else { value };
            Some(Expected { point: point(quantity, None, Scope::PHASES[phase])?, value, of })
        };
        (0..3).filter(|phase| wired[*phase]).filter_map(place).collect()
    };
    let apparent: [f64; 3] = std::array::from_fn(|k| truth.voltage_v[k] * truth.current_a[k]);
    match line {
        Line::Current => phases(QuantityId::Current, truth.current_a, false),
        Line::VoltageLn => phases(QuantityId::VoltageLn, truth.voltage_v, false),
        Line::ThdVoltage => phases(QuantityId::ThdVoltageLn, truth.thd_voltage, true),
        Line::ThdCurrent => phases(QuantityId::ThdCurrent, truth.thd_current, true),
        Line::VoltageLl => {
            let pairs =
                [Scope::L12, Scope::L23, Scope::L31].into_iter().zip(truth.phase_to_phase_v);
            let wired = pairs.filter(|(_, value)| *value > 0.0);
            let place = |(scope, value)| {
                Some(Expected {
                    point: point(QuantityId::VoltageLl, None, scope)?,
                    value,
                    of: value,
                })
            };
            wired.filter_map(place).collect()
        }
        Line::Frequency => {
            let id = point(QuantityId::Frequency, None, Scope::System).expect("in the catalogue");
            vec![Expected { point: id, value: setup.frequency_hz, of: setup.frequency_hz }]
        }
        Line::ActivePower => {
            power(QuantityId::ActivePower, setup, truth.active_w, apparent, of_apparent)
        }
        Line::ReactivePower => {
            power(QuantityId::ReactivePower, setup, truth.reactive_var, apparent, of_apparent)
        }
        Line::ApparentPower => {
            power(QuantityId::ApparentPower, setup, apparent, apparent, of_apparent)
        }
    }
}

/// A power of each phase, where the wiring defines it, and of all together.
fn power(
    quantity: QuantityId,
    setup: &Setup,
    by_phase: [f64; 3],
    apparent: [f64; 3],
    of_apparent: bool,
) -> Vec<Expected> {
    let mut places = Vec::new();
    let mut push = |scope: Scope, value: f64, apparent: f64| {
        let of = if of_apparent { apparent } else { value };
        places.extend(point(quantity, None, scope).map(|point| Expected { point, value, of }));
    };
    if setup.wiring.has_phase_power() {
        let wired = setup.wiring.phases();
        for phase in (0..3).filter(|phase| wired[*phase]) {
            push(Scope::PHASES[phase], by_phase[phase], apparent[phase]);
        }
    }
    push(Scope::System, by_phase.iter().sum(), apparent.iter().sum());
    places
}

//! A production lot: many units, each drawn, calibrated and verified at the same points.

use crate::bench::Specimen;
use crate::calibrate::calibrate;
use crate::document::{LotPoint, LotResidual, LotResult, LotWorst, Residual};
use crate::error::VerifyError;
use crate::limits::{IB_A, IMAX_A, IMIN_A};
use crate::measure::{Bench, Finding, measure};
use crate::plan::{Item, Line, Point, Take, Work, lot_item};
use crate::setup::{Factor, Setup};
use crate::standard::Standard;
use crate::unit::Unit;
use metering::Wiring;
use serde::{Deserialize, Serialize};

/// Rough simulated seconds of a unit.
pub(crate) const WEIGHT_S: f64 = 50.0;

/// Bins of a histogram.
const BINS: usize = 24;

/// What became of one unit.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct LotUnit {
    /// Seed by which it was drawn.
    pub seed: u64,
    /// Findings at the points of the lot, in their order.
    pub findings: Vec<Finding>,
    /// What the check after its calibration found.
    pub residuals: Vec<Residual>,
}

/// The points that every unit is verified at: none of them was used to calibrate it.
fn items() -> Vec<Item> {
    let at = |current_a: f64, factor: Factor| {
        Setup::balanced(Wiring::ThreePhaseFourWire, 230.0, 50.0, current_a, factor)
    };
    let energy = |setup: Setup, take: Take| lot_item(Work::Error(setup, take));
    let reading = |setup: Setup, line: Line| {
        lot_item(Work::Readings { setup, lines: vec![line], of_apparent: false })
    };
    let active = |current_a, factor| energy(at(current_a, factor), Take::ActiveRegister);
    let reactive = |current_a, factor| energy(at(current_a, factor), Take::ReactiveRegister);
    let warmer = |current_a, factor| {
        let at_degc = |temperature_degc| Setup { temperature_degc, ..at(current_a, factor) };
        let intervals = vec![(at_degc(23.0), at_degc(43.0))];
        lot_item(Work::Drift { intervals, take: Take::ActiveRegister })
    };
    let volts = |voltage_v: f64| Setup { voltage: voltage_v / 230.0, ..at(10.0, Factor::ONE) };
    vec![
        active(IMIN_A, Factor::ONE),
        active(10.0, Factor::ONE),
        active(IMAX_A, Factor::ONE),
        active(1.0, Factor::HALF_L),
        active(IMAX_A, Factor::HALF_L),
        active(10.0, Factor::EIGHT_C),
        energy(Setup { frequency_hz: 60.0, ..at(10.0, Factor::HALF_L) }, Take::ActiveRegister),
        warmer(10.0, Factor::ONE),
        warmer(10.0, Factor::HALF_L),
        reactive(10.0, Factor::SIN_ONE),
        reactive(10.0, Factor::SIN_HALF_L),
        reading(at(0.5, Factor::ONE), Line::Current),
        reading(volts(96.0), Line::VoltageLn),
        reading(volts(318.5), Line::VoltageLn),
        reading(at(IB_A, Factor::ONE), Line::Frequency),
    ]
}

/// Largest lot; lots of neighbouring seeds have no unit in common.
pub const UNITS_MAX: u64 = 1_000_000;

/// Seed of a unit, by which it can be had alone.
fn seed(lot_seed: u64, number: u64) -> u64 {
    lot_seed.wrapping_mul(UNITS_MAX).wrapping_add(number)
}

/// Makes, calibrates and verifies a unit.
pub(crate) fn unit(lot_seed: u64, number: u64) -> Result<LotUnit, VerifyError> {
    let unit = Unit::typical(seed(lot_seed, number));
    let calibrated = calibrate(&unit, Standard::of_place(unit.seed))?;
    let specimen = Specimen::new(unit.clone(), calibrated.coefficients, Vec::new());
    let bench = Bench { exact: specimen.clone(), class: specimen };
    let mut findings = Vec::new();
    for item in items() {
        findings.extend(measure(&item, &bench)?);
    }
    Ok(LotUnit { seed: unit.seed, findings, residuals: calibrated.sheet.residuals })
}

/// What a lot amounts to. No unit, no lot.
pub(crate) fn result(units: &[LotUnit]) -> Option<LotResult> {
    let points: Vec<Point> = items().into_iter().flat_map(|item| item.points).collect();
    let first = units.first()?;
    let passes = |guarded: bool| {
        let within = |unit: &&LotUnit| {
            unit.findings.iter().zip(&points).all(|(found, point)| {
                let band = if guarded { found.uncertainty } else { 0.0 };
                found.error.abs() <= point.limit - band
            })
        };
        units.iter().filter(within).count() as u64
    };
    let count = units.len() as u64;
    let passed = passes(false);
    let of_points = points.iter().enumerate().map(|(place, point)| lot_point(units, place, point));
    let of_residuals = first.residuals.iter().enumerate().map(|(place, residual)| {
        let values: Vec<f64> = units.iter().map(|unit| unit.residuals[place].value).collect();
        let (mean, sigma) = mean_and_sigma(&values);
        LotResidual {
            name: residual.name.clone(),
            unit: residual.unit.clone(),
            mean,
            sigma,
            largest: values.iter().fold(0.0, |largest, value| value.abs().max(largest)),
        }
    });
    Some(LotResult {
        units: count,
        passed,
        yield_simple: passed as f64 / count as f64,
        yield_guarded: passes(true) as f64 / count as f64,
        points: of_points.collect(),
        residuals: of_residuals.collect(),
        worst: worst(units, &points),
    })
}

fn lot_point(units: &[LotUnit], place: usize, point: &Point) -> LotPoint {
    let errors: Vec<f64> = units.iter().map(|unit| unit.findings[place].error).collect();
    let (mean, sigma) = mean_and_sigma(&errors);
    let smallest = errors.iter().copied().fold(f64::INFINITY, f64::min);
    let largest = errors.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    let guard_band = units.iter().map(|unit| unit.findings[place].uncertainty).fold(0.0, f64::max);
    let worst = units
        .iter()
        .max_by(|a, b| a.findings[place].error.abs().total_cmp(&b.findings[place].error.abs()));
    LotPoint {
        id: point.id.clone(),
        clause: point.clause.to_string(),
        limit: point.limit,
        error_unit: point.error_unit.to_string(),
        guard_band,
        mean,
        sigma,
        smallest,
        largest,
        cpk: cpk(point.limit, mean, sigma),
        failed: errors.iter().filter(|error| error.abs() > point.limit).count() as u64,
        worst_seed: worst.map_or(0, |unit| unit.seed),
        histogram: histogram(&errors, smallest, largest),
    }
}

/// The distance of the mean from the nearer limit, in units of three standard deviations. A lot without
/// scatter has no finite one; it is then as large as a document can say sensibly.
fn cpk(limit: f64, mean: f64, sigma: f64) -> f64 {
    const MOST: f64 = 1e6;
    let nearer = (limit - mean).min(limit + mean);
    if sigma > 0.0 { (nearer / (3.0 * sigma)).min(MOST) } else { MOST.copysign(nearer) }
}

/// The standard deviation is that of the sample; 0 for one value.
fn mean_and_sigma(values: &[f64]) -> (f64, f64) {
    let count = values.len() as f64;
    let mean = values.iter().sum::<f64>() / count;
    let squares: f64 = values.iter().map(|value| (value - mean).powi(2)).sum();
    (mean, if count > 1.0 { (squares / (count - 1.0)).sqrt() } else { 0.0 })
}

fn histogram(values: &[f64], smallest: f64, largest: f64) -> Vec<u64> {
    let mut bins = vec![0; BINS];
    for value in values {
        let part = (value - smallest) / (largest - smallest);
        // All alike: no width, one bin.
        let bin = if part.is_finite() { (part * BINS as f64) as usize } else { 0 };
        bins[bin.min(BINS - 1)] += 1;
    }
    bins
}

fn worst(units: &[LotUnit], points: &[Point]) -> LotWorst {
    let mut worst = LotWorst {
        seed: 0,
        point: String::new(),
        error: 0.0,
        limit: 1.0,
        error_unit: String::new(),
        used: -1.0,
    };
    for unit in units {
        for (found, point) in unit.findings.iter().zip(points) {
            let used = found.error.abs() / point.limit;
            if used > worst.used {
                worst = LotWorst {
                    seed: unit.seed,
                    point: point.id.clone(),
                    error: found.error,
                    limit: point.limit,
                    error_unit: point.error_unit.to_string(),
                    used,
                };
            }
        }
    }
    worst
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cpk_is_that_of_the_nearer_limit() {
        assert!((cpk(1.0, 0.4, 0.1) - 2.0).abs() < 1e-12);
        assert!((cpk(1.0, -0.4, 0.1) - 2.0).abs() < 1e-12);
        assert!(cpk(1.0, 1.3, 0.1) < 0.0);
    }

    #[test]
    fn every_value_is_in_a_bin() {
        let values = [1.0, 2.0, 3.0, 3.0];
        assert_eq!(histogram(&values, 1.0, 3.0).iter().sum::<u64>(), 4);
        assert_eq!(histogram(&[0.5; 7], 0.5, 0.5)[0], 7);
    }

    #[test]
    fn seeds_differ() {
        assert_ne!(seed(7, 0), seed(7, 1));
        assert_ne!(seed(7, UNITS_MAX - 1), seed(8, 0));
    }

    /// Every point of a lot has a limit and a clause.
    #[test]
    fn points_have_limits() {
        for point in items().iter().flat_map(|item| &item.points) {
            assert!(point.limit > 0.0, "{}", point.id);
        }
    }
}

//! How errors are taken: an item of the plan in, a finding for each of its points out.

mod counted;
mod energy;
mod moving;
mod over_modbus;
mod reading;

use crate::bench::Specimen;
use crate::document::Arm;
use crate::error::VerifyError;
use crate::plan::{Item, Point, Work};
use crate::uncertainty;
use serde::{Deserialize, Serialize};

/// What was found at a point.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Finding {
    /// What the unit said.
    pub indicated: f64,
    /// What was true.
    pub reference: f64,
    /// The error, in the point's unit of it.
    pub error: f64,
    /// Expanded uncertainty of the error, k = 2.
    pub uncertainty: f64,
    /// Simulated seconds.
    pub simulated_s: f64,
    /// The limit, where the measurement itself widens it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub limit: Option<f64>,
}

/// The two units on the bench, one for each arm.
#[derive(Debug, Clone)]
pub struct Bench {
    /// The calibrated unit.
    pub class: Specimen,
    /// An ideal front end with the unit's firmware.
    pub exact: Specimen,
}

impl Bench {
    fn specimen(&self, point: &Point) -> &Specimen {
        match point.arm() {
            Arm::Class => &self.class,
            Arm::Exactness => &self.exact,
        }
    }
}

/// Does the work of an item.
///
/// # Errors
/// If the unit cannot be built, or its source fails.
pub fn measure(item: &Item, bench: &Bench) -> Result<Vec<Finding>, VerifyError> {
    let specimen = bench.specimen(&item.points[0]);
    let points = &item.points;
    match &item.work {
        Work::Error(setup, take) => {
            let error = energy::error(specimen, setup, *take, 0)?;
            let uncertainty =
                uncertainty::of_energy(specimen, setup, *take, error.seconds).expanded();
            Ok(vec![error.finding(uncertainty)])
        }
        Work::Readings { setup, lines, of_apparent } => {
            reading::worst(specimen, setup, lines, *of_apparent)
        }
        Work::Change { base, others, take } => energy::changes(specimen, base, others, *take),
        Work::Drift { intervals, take } => energy::drifts(specimen, intervals, *take),
        Work::Starting(setup, take) => counted::starting(specimen, setup, *take, points),
        Work::NoLoad(setup, take, seconds) => {
            Ok(vec![counted::no_load(specimen, setup, *take, *seconds)?])
        }
        Work::Constant(setup, kwh) => {
            Ok(vec![counted::constant(specimen, setup, *kwh, &points[0])?])
        }
        Work::Repeatability(setup, take, times) => {
            Ok(vec![energy::spread(specimen, setup, *take, *times)?])
        }
        Work::Modbus(setup) => over_modbus::differences(specimen, setup, points),
        Work::ChangingLoad(setup) => Ok(vec![moving::energy(specimen, setup, points[0].limit)?]),
        Work::Freshness(setup) => Ok(vec![moving::freshness(specimen, setup)?]),
        Work::Samples(setup, seconds) => Ok(vec![counted::samples(specimen, setup, *seconds)?]),
        Work::Tariffs(setup) => Ok(vec![counted::tariffs(specimen, setup)?]),
    }
}

/// `indicated` against `reference` in percent of it.
fn percent(indicated: f64, reference: f64) -> f64 {
    100.0 * (indicated - reference) / reference
}

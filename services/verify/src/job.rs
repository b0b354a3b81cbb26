//! A verification as work that can be spread: so many independent pieces, then a certificate of them all.
//!
//! Pieces are the items of the plan, then the units of a lot. A piece depends on nothing but the request
//! and its number, so any program that does it comes to the same bytes: threads, shards, other machines.

use crate::bench::{ModuleSpecimen, Specimen};
use crate::calibrate::{Calibrated, calibrate, calibrate_module};
use crate::error::VerifyError;
use crate::lot::{self, LotUnit};
use crate::measure::{Bench, Finding, measure};
use crate::plan::{Item, Level, Selection};
use crate::standard::Standard;
use crate::unit::Unit;
use metering::Wiring;
use serde::{Deserialize, Serialize};
use sim::frontend::FrontEndError;

/// What is asked for; all that a certificate depends on but the program.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Request {
    /// `quick` or `full`.
    pub level: Level,
    /// Only these wiring systems, by slug; all if empty.
    pub wirings: Vec<String>,
    /// Only these nominal voltages L-N in volts; all if empty.
    pub nominal_v: Vec<f64>,
    /// Seed of everything random.
    pub seed: u64,
    /// Units of a production lot; 0 for none.
    pub lot: u64,
    /// How errors become verdicts.
    pub decision: Decision,
    /// Name and text of a front-end file, if the unit is not a typical one.
    pub front_end: Option<(String, String)>,
}

/// The decision rules.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Decision {
    /// An error passes if it is within its limit.
    SimpleAcceptance,
    /// An error passes if it is within its limit less the expanded uncertainty.
    GuardBand,
}

impl Decision {
    /// Public, stable name.
    pub fn slug(self) -> &'static str {
        match self {
            Decision::SimpleAcceptance => "simple-acceptance",
            Decision::GuardBand => "guard-band",
        }
    }
}

/// Why a request cannot be carried out.
#[derive(Debug, thiserror::Error)]
pub enum RequestError {
    /// Its front-end file is not sound.
    #[error("{file}: {error}")]
    FrontEnd {
        /// Name of the file.
        file: String,
        /// What is wrong, and where.
        error: FrontEndError,
    },
    /// A wiring system that there is not.
    #[error("no wiring system is called {0}")]
    Wiring(String),
    /// Nothing fits the selection.
    #[error(
        "nothing to test: a wild leg is tested at 120 V only, since at more its high leg is out of range; every \
         other wiring system is tested at 120, 230 and 277 V"
    )]
    Nothing,
    /// The unit that a file describes cannot be calibrated.
    #[error("{file}: {error}")]
    Uncalibrated {
        /// Name of the file.
        file: String,
        /// Why.
        error: VerifyError,
    },
    /// The bench cannot be set up.
    #[error(transparent)]
    Verify(#[from] VerifyError),
}

/// What came of a piece of work.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Outcome {
    /// Of an item of the plan: a finding for each of its points.
    Points(Vec<Finding>),
    /// Of a unit of the lot.
    Unit(LotUnit),
}

/// See the module.
pub struct Job {
    pub(crate) request: Request,
    pub(crate) unit: Unit,
    pub(crate) standard: Standard,
    pub(crate) calibrated: Calibrated,
    pub(crate) plan: Vec<Item>,
    pub(crate) bench: Bench,
}

impl Job {
    /// Builds the unit, calibrates it and makes the plan.
    ///
    /// # Errors
    /// If the request asks for what is not there, or its front-end file is not sound.
    pub fn new(request: Request) -> Result<Job, RequestError> {
        let plan = plan(&request)?;
        let unit = unit(&request)?;
        let standard = Standard::of_place(unit.seed);
        let calibrated =
            calibrate(&unit, standard).map_err(|error| uncalibrated(&request, error))?;
        let bench = Bench { class: specimen(&unit, &calibrated, &plan)?, exact: exact(&unit)? };
        Ok(Job { request, unit, standard, calibrated, plan, bench })
    }

    /// How many pieces there are.
    pub fn pieces(&self) -> usize {
        self.plan.len() + self.request.lot as usize
    }

    /// Rough simulated seconds of a piece: what is long is begun first, and progress is told by it.
    pub fn weight_s(&self, piece: usize) -> f64 {
        match self.plan.get(piece) {
            Some(item) => item.weight_s(),
            None => lot::WEIGHT_S,
        }
    }

    /// The first point of a piece, or the unit of a lot, for people.
    pub fn name(&self, piece: usize) -> String {
        match self.plan.get(piece) {
            Some(item) => item.points[0].id.clone(),
            None => format!("unit {} of the lot", piece - self.plan.len() + 1),
        }
    }

    /// Does a piece.
    ///
    /// # Errors
    /// If the unit cannot be built, or its source fails.
    pub fn work(&self, piece: usize) -> Result<Outcome, VerifyError> {
        match self.plan.get(piece) {
            Some(item) => Ok(Outcome::Points(measure(item, &self.bench)?)),
            None => {
                let number = (piece - self.plan.len()) as u64;
                Ok(Outcome::Unit(lot::unit(self.request.seed, number)?))
            }
        }
    }

    /// Whether an outcome can be that of a piece: there is such a piece, of this kind and with so many points.
    pub fn fits(&self, piece: usize, outcome: &Outcome) -> bool {
        match (self.plan.get(piece), outcome) {
            (Some(item), Outcome::Points(findings)) => findings.len() == item.points.len(),
            (None, Outcome::Unit(_)) => piece < self.pieces(),
            (Some(_), Outcome::Unit(_)) | (None, Outcome::Points(_)) => false,
        }
    }

    /// What the unit claims must catch it, if it was spoiled on purpose.
    pub fn claim(&self) -> Option<&crate::unit::Claim> {
        self.unit.claim.as_ref()
    }
}

fn plan(request: &Request) -> Result<Vec<Item>, RequestError> {
    let wiring =
        |slug: &String| Wiring::from_slug(slug).ok_or_else(|| RequestError::Wiring(slug.clone()));
    let selection = Selection {
        level: request.level,
        wirings: request.wirings.iter().map(wiring).collect::<Result<_, _>>()?,
        nominal_v: request.nominal_v.clone(),
    };
    let plan = selection.plan();
    if plan.is_empty() { Err(RequestError::Nothing) } else { Ok(plan) }
}

fn unit(request: &Request) -> Result<Unit, RequestError> {
    match &request.front_end {
        None => Ok(Unit::typical(request.seed)),
        Some((file, text)) => Unit::parse(text, request.seed)
            .map_err(|error| RequestError::FrontEnd { file: file.clone(), error }),
    }
}

fn uncalibrated(request: &Request, error: VerifyError) -> RequestError {
    match &request.front_end {
        Some((file, _)) => RequestError::Uncalibrated { file: file.clone(), error },
        None => RequestError::Verify(error),
    }
}

/// Seed of the module that is tested with a unit.
const MODULE_SEED: u64 = 0x0e57;

/// The unit and modules of the same make, all calibrated, if the plan tests them.
fn specimen(unit: &Unit, calibrated: &Calibrated, plan: &[Item]) -> Result<Specimen, VerifyError> {
    let mut modules: Vec<ModuleSpecimen> = Vec::new();
    for primary_a in plan.iter().filter_map(Item::primary_a) {
        if modules.iter().any(|module| module.primary_a == primary_a) {
            continue;
        }
        let own = Unit::typical(unit.seed ^ MODULE_SEED);
        let standard = Standard::of_place(own.seed);
        let (module, calibrated) = calibrate_module(&own, primary_a, unit, standard)?;
        let (front_end, coefficients) = (module.later, calibrated.coefficients);
        modules.push(ModuleSpecimen { primary_a, front_end, coefficients });
    }
    let coefficients = calibrated.coefficients.clone();
    Ok(Specimen::new(unit.clone(), coefficients, modules))
}

/// An ideal front end with the unit's program.
fn exact(unit: &Unit) -> Result<Specimen, VerifyError> {
    let ideal = Unit { defects: unit.defects.clone(), ..Unit::ideal() };
    let coefficients = crate::calibrate::by_design(&ideal)?;
    Ok(Specimen::new(ideal, coefficients, Vec::new()))
}

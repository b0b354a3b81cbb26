//! The certificate as data: what `certificate.json` holds, and what the report and a comparison read.
//!
//! Numbers stand in the units that their names or a `unit` beside them say. *Used* is the part of a limit
//! that an error takes, `|error| / limit`; the *margin* is what is left of the limit, `1 - used`, negative
//! where it is exceeded.

use serde::{Deserialize, Serialize};

/// Version of the format.
pub const SCHEMA: u32 = 1;

/// Stands on every page.
pub const NOTICE: &str = "SIMULATED: not a type approval";

/// Everything that a verification found.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Certificate {
    /// Version of the format.
    pub schema: u32,
    /// [`NOTICE`].
    pub notice: String,
    /// Sixteen hexadecimal digits: a hash of all that follows but the date.
    pub report_id: String,
    /// When, in UTC by RFC 3339: all that differs between two runs of one program and seed.
    pub issued: String,
    /// What was run.
    pub program: Program,
    /// How much was tested.
    pub scope: Scope,
    /// What was tested.
    pub unit: UnitSheet,
    /// Reference conditions and how errors were taken, for people.
    pub conditions: Vec<Entry>,
    /// How errors become verdicts.
    pub rule: Rule,
    /// Whether every point passed, and every unit of a lot.
    pub passed: bool,
    /// One for each clause that was tested, in the order of the plan.
    pub clauses: Vec<ClauseResult>,
    /// Every point, in the order of the plan.
    pub points: Vec<PointResult>,
    /// Where the uncertainty comes from.
    pub budgets: Vec<Budget>,
    /// A production lot, if one was made.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lot: Option<LotResult>,
    /// What the standards ask and a simulation cannot say.
    pub not_covered: Vec<String>,
}

/// The program that measured.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Program {
    /// `ems`.
    pub name: String,
    /// Version of the package.
    pub version: String,
    /// Commit of the sources.
    pub commit: String,
    /// Software id of the metrology crates.
    pub software_id: String,
    /// A command line that gives the same certificate.
    pub command: String,
}

/// How much was tested.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Scope {
    /// `quick` or `full`.
    pub level: String,
    /// Seed of everything random.
    pub seed: u64,
    /// Wiring systems, by slug.
    pub wirings: Vec<String>,
    /// Nominal voltages L-N in volts.
    pub nominal_v: Vec<f64>,
    /// Simulated seconds of all points together.
    pub simulated_s: f64,
}

/// A line of a list: a name and what it is.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Entry {
    /// Name.
    pub name: String,
    /// Value with its unit.
    pub value: String,
}

/// The unit under test.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct UnitSheet {
    /// What it is.
    pub name: String,
    /// Serial number that its registers show.
    pub serial: String,
    /// What its nameplate says.
    pub ratings: Vec<Entry>,
    /// True errors of its front end, which the test bench does not know.
    pub errors: Vec<Entry>,
    /// What was spoiled on purpose; empty for an honest unit.
    pub spoiled: Vec<Entry>,
    /// Its calibration.
    pub calibration: CalibrationSheet,
}

/// The calibration of a unit.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct CalibrationSheet {
    /// Version of the record of coefficients.
    pub version: u16,
    /// CRC-32C of the record, eight hexadecimal digits.
    pub crc: String,
    /// What was done, in order.
    pub steps: Vec<CalibrationStep>,
    /// The coefficients.
    pub channels: Vec<ChannelSheet>,
    /// What the check after it found.
    pub residuals: Vec<Residual>,
}

/// A step of the calibration on one channel.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct CalibrationStep {
    /// Such as `voltage gain`.
    pub name: String,
    /// Channel or phase.
    pub of: String,
    /// What the bench applied.
    pub applied: f64,
    /// What the unit showed before the step.
    pub found: f64,
    /// Unit of both.
    pub unit: String,
    /// What was changed, with its unit.
    pub correction: String,
}

/// Coefficients of a channel.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ChannelSheet {
    /// Channel, by slug.
    pub channel: String,
    /// Against the design, in percent.
    pub gain_percent: f64,
    /// Counts at zero input.
    pub offset_counts: f64,
    /// Lead of the sensor, in degrees at 50 Hz.
    pub lead_deg: f64,
}

/// What is left after the calibration.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Residual {
    /// Such as `power L1 at Ib, PF 1`.
    pub name: String,
    /// How much.
    pub value: f64,
    /// Unit of it.
    pub unit: String,
}

/// The decision rule.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Rule {
    /// `simple-acceptance` or `guard-band`.
    pub name: String,
    /// In a sentence.
    pub text: String,
    /// Coverage factor of the uncertainties.
    pub coverage_factor: f64,
}

/// One of the two arms of the verification.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Arm {
    /// The calibrated unit against the limits of the standards and the sheet.
    Class,
    /// An ideal front end against the mathematics, and what can be counted.
    Exactness,
}

impl Arm {
    /// Public, stable name.
    pub fn slug(self) -> &'static str {
        match self {
            Arm::Class => "class",
            Arm::Exactness => "exactness",
        }
    }
}

/// What became of a clause.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ClauseResult {
    /// Short, stable name, such as `62053-21/balanced` or `A2`.
    pub id: String,
    /// Which arm it belongs to.
    pub arm: Arm,
    /// Where it stands, such as `EN IEC 62053-21, table 6`.
    pub source: String,
    /// What it demands.
    pub title: String,
    /// Rows of the datasheet that it serves.
    pub requirements: Vec<String>,
    /// Points tested.
    pub points: usize,
    /// How many of them failed.
    pub failed: usize,
    /// The point that uses most of its limit.
    pub worst: String,
    /// Part of the limit that it uses.
    pub used: f64,
    /// What is left, `1 - used`.
    pub margin: f64,
    /// Whether all passed.
    pub passed: bool,
}

/// What was applied at a point.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Applied {
    /// Wiring system, by slug.
    pub wiring: String,
    /// Meter: `main`, or a module such as `esy1 ESY3XMV 100 A` with the primary current of its transformers.
    pub meter: String,
    /// Nominal voltage L-N in volts.
    pub nominal_v: f64,
    /// Voltage applied L-N in volts.
    pub voltage_v: f64,
    /// Current in amperes; of a switched waveform that before it is cut.
    pub current_a: f64,
    /// `1`, `0.5L`, `0.8C`, or for reactive quantities sin phi: `sin 1`, `sin 0.5L`. Empty without load.
    pub factor: String,
    /// Frequency in hertz.
    pub frequency_hz: f64,
    /// Ambient temperature in degrees Celsius.
    pub temperature_degc: f64,
    /// Such as `sinusoidal`, `5th harmonic`, `half-wave`.
    pub waveform: String,
    /// Phases that carry current, such as `L1 L2 L3`; or what is special about them.
    pub phases: String,
}

/// What became of a point.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PointResult {
    /// Unique and the same in every commit, such as `62053-21/balanced/3p4w/230V/50Hz/5A/0.5L`.
    pub id: String,
    /// The clause whose limit holds.
    pub clause: String,
    /// Which arm it belongs to.
    pub arm: Arm,
    /// Such as `active energy`.
    pub quantity: String,
    /// What was applied.
    pub applied: Applied,
    /// How the error was taken: `pulses`, `register`, `reading`, `count` or `modbus`.
    pub method: String,
    /// `waveform`, `sampled` or `phasor`.
    pub fidelity: String,
    /// Simulated seconds that it took.
    pub simulated_s: f64,
    /// What the unit said, in `unit`.
    pub indicated: f64,
    /// What was true.
    pub reference: f64,
    /// Unit of both.
    pub unit: String,
    /// The error, or the change of the error, in `error_unit`.
    pub error: f64,
    /// Largest magnitude of it that is allowed.
    pub limit: f64,
    /// `%`, `%/K`, `points`, `pulses` and so on.
    pub error_unit: String,
    /// Expanded uncertainty of the error, k = 2, in `error_unit`; 0 for what is counted.
    pub uncertainty: f64,
    /// Part of the limit that the error uses.
    pub used: f64,
    /// What is left, `1 - used`.
    pub margin: f64,
    /// Whether it passed by the rule.
    pub passed: bool,
    /// Anything else worth saying; empty as a rule.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub note: String,
}

/// An uncertainty budget.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Budget {
    /// For which points, such as `active energy, Ib, PF 0.5L`.
    pub name: String,
    /// Unit of the contributions.
    pub unit: String,
    /// Each source.
    pub contributions: Vec<Contribution>,
    /// Root of the sum of squares.
    pub combined: f64,
    /// Times the coverage factor.
    pub expanded: f64,
}

/// One source of uncertainty.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Contribution {
    /// What it is.
    pub source: String,
    /// Where its size comes from.
    pub basis: String,
    /// `normal` or `rectangular`.
    pub distribution: String,
    /// Half width, or standard deviation, in its own unit.
    pub half_width: f64,
    /// Unit of the half width.
    pub unit: String,
    /// By which the half width is divided to a standard uncertainty.
    pub divisor: f64,
    /// Change of the result for a unit of the source.
    pub sensitivity: f64,
    /// In the unit of the budget.
    pub standard_uncertainty: f64,
}

/// A production lot.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct LotResult {
    /// Units made.
    pub units: u64,
    /// Units of which every point passed by simple acceptance.
    pub passed: u64,
    /// Part of the units that passed.
    pub yield_simple: f64,
    /// The same where a limit is first made smaller by the expanded uncertainty.
    pub yield_guarded: f64,
    /// Points that every unit was verified at.
    pub points: Vec<LotPoint>,
    /// What the check after the calibration found, over the lot.
    pub residuals: Vec<LotResidual>,
    /// The worst of all.
    pub worst: LotWorst,
}

/// One point over a lot.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct LotPoint {
    /// The point.
    pub id: String,
    /// Its clause.
    pub clause: String,
    /// Limit of the error.
    pub limit: f64,
    /// Unit of all errors here.
    pub error_unit: String,
    /// Expanded uncertainty, by which a guard band makes the limit smaller.
    pub guard_band: f64,
    /// Mean error.
    pub mean: f64,
    /// Standard deviation of the errors.
    pub sigma: f64,
    /// Smallest error.
    pub smallest: f64,
    /// Largest error.
    pub largest: f64,
    /// `min(limit - mean, limit + mean) / (3 sigma)`.
    pub cpk: f64,
    /// Units that failed here.
    pub failed: u64,
    /// Seed of the unit with the largest magnitude.
    pub worst_seed: u64,
    /// Errors counted in equal bins from `smallest` to `largest`.
    pub histogram: Vec<u64>,
}

/// One residual over a lot.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct LotResidual {
    /// Name, as in the calibration of a unit.
    pub name: String,
    /// Unit.
    pub unit: String,
    /// Mean.
    pub mean: f64,
    /// Standard deviation.
    pub sigma: f64,
    /// Largest magnitude.
    pub largest: f64,
}

/// The worst unit of a lot.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct LotWorst {
    /// Its seed.
    pub seed: u64,
    /// Where.
    pub point: String,
    /// Its error there.
    pub error: f64,
    /// The limit.
    pub limit: f64,
    /// Unit of both.
    pub error_unit: String,
    /// Part of the limit that it uses.
    pub used: f64,
}

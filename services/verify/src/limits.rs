//! The limits, as data: what the standards and the sheet demand, each with its clause.
//!
//! Numbers of EN IEC 62053-21 (class 1, active energy) and EN IEC 62053-23 (class 2, reactive energy) are
//! those of `docs/verification.md`, which says where they were read. Currents are parts of the basic
//! current Ib of a directly connected meter, or of the rated current In of one behind transformers.

use crate::document::Arm;
use crate::setup::Factor;
use serde::Deserialize;
use std::sync::OnceLock;

/// Basic current of the built-in meter, in amperes (datasheet L371).
pub const IB_A: f64 = 5.0;
/// Smallest current of full accuracy (datasheet L377).
pub const IMIN_A: f64 = 0.25;
/// Largest current (datasheet L375).
pub const IMAX_A: f64 = 65.0;
/// Starting current (datasheet L378).
pub const IST_A: f64 = 0.020;
/// Pulses of the LED for a kilowatt-hour (datasheet L616).
pub const IMPULSES_PER_KWH: f64 = 1000.0;
/// Energy of a pulse in watt-hours, as the nameplate says.
pub const PULSE_WH: f64 = 1000.0 / IMPULSES_PER_KWH;

/// What a clause demands.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Clause {
    /// Short, stable name.
    pub id: &'static str,
    /// Arm that tests it.
    pub arm: Arm,
    /// Where it stands.
    pub source: &'static str,
    /// What it demands.
    pub title: &'static str,
    /// Rows of the datasheet that it serves.
    pub requirements: &'static [&'static str],
}

const fn class(
    id: &'static str,
    source: &'static str,
    title: &'static str,
    requirements: &'static [&'static str],
) -> Clause {
    Clause { id, arm: Arm::Class, source, title, requirements }
}

const fn exact(
    id: &'static str,
    title: &'static str,
    requirements: &'static [&'static str],
) -> Clause {
    Clause { id, arm: Arm::Exactness, source: "ours", title, requirements }
}

/// Every clause, in the order of a certificate.
#[rustfmt::skip]
pub const CLAUSES: &[Clause] = &[
    class("62053-21/balanced",      "EN IEC 62053-21, table 3 (2003: table 6)", "active energy, balanced load",                       &["A4", "A3"]),
    class("62053-21/single-phase",  "EN IEC 62053-21, 2003: table 7",           "active energy, load on one phase",                   &["A4"]),
    class("62053-21/difference",    "EN IEC 62053-21, 2003: table 7",           "difference of single-phase and balanced load",       &["A4"]),
    class("62053-21/voltage",       "EN IEC 62053-21, table 4 (2003: table 8)", "voltage",                                            &["A4"]),
    class("62053-21/frequency",     "EN IEC 62053-21, table 4 (2003: table 8)", "frequency",                                          &["A4"]),
    class("62053-21/sequence",      "EN IEC 62053-21, table 4 (2003: table 8)", "reversed phase sequence",                            &["A4"]),
    class("62053-21/unbalance",     "EN IEC 62053-21, table 4 (2003: table 8)", "phases without voltage",                             &["A4"]),
    class("62053-21/harmonics",     "EN IEC 62053-21, table 4 (2003: table 8)", "5th harmonic in voltage and current",                &["A4"]),
    class("62053-21/dc",            "EN IEC 62053-21, table 4 (2003: table 8)", "DC and even harmonics in the current",               &["A4"]),
    class("62053-21/odd",           "EN IEC 62053-21, table 4 (2003: table 8)", "odd harmonics in the current, phase fired",          &["A4"]),
    class("62053-21/sub",           "EN IEC 62053-21, table 4 (2003: table 8)", "sub-harmonics in the current, burst fired",          &["A4"]),
    class("62053-21/temperature",   "EN IEC 62053-21, table 4 (2003: table 8)", "mean temperature coefficient",                       &["A4", "B8"]),
    class("62053-21/starting",      "EN IEC 62053-21, 7.7",                     "starts and registers at the starting current",       &["A4", "E10"]),
    class("62053-21/no-load",       "EN IEC 62053-21, 7.6",                     "at most one pulse without current",                  &["A4", "E10"]),
    class("62053-21/constant",      "EN IEC 62053-21, 7.4",                     "pulses against the register",                        &["A4", "L1"]),
    class("62053-21/repeatability", "EN IEC 62053-21, 7.8",                     "spread of repeated measurements",                    &["A4"]),
    class("62053-23/balanced",      "EN IEC 62053-23, limits of error",         "reactive energy, balanced load",                     &["A6"]),
    class("62053-23/single-phase",  "EN IEC 62053-23, limits of error",         "reactive energy, load on one phase",                 &["A6"]),
    class("62053-23/difference",    "EN IEC 62053-23, limits of error",         "difference of single-phase and balanced load",       &["A6"]),
    class("62053-23/voltage",       "EN IEC 62053-23, influence",               "voltage",                                            &["A6"]),
    class("62053-23/frequency",     "EN IEC 62053-23, influence",               "frequency",                                          &["A6"]),
    class("62053-23/dc",            "EN IEC 62053-23, influence",               "DC and even harmonics in the current",               &["A6"]),
    class("62053-23/temperature",   "EN IEC 62053-23, influence",               "mean temperature coefficient",                       &["A6", "B8"]),
    class("62053-23/starting",      "EN IEC 62053-23, starting",                "starts and registers at the starting current",       &["A6"]),
    class("62053-23/no-load",       "EN IEC 62053-23, no load",                 "at most one step of the register without current",   &["A6"]),
    class("62053-23/repeatability", "EN IEC 62053-23, repeatability",           "spread of repeated measurements",                    &["A6"]),
    class("A1",                     "datasheet L441",                           "current",                                            &["A1"]),
    class("A2",                     "datasheet L444",                           "voltage, L-N and L-L",                               &["A2"]),
    class("A3",                     "datasheet L454",                           "active and apparent power",                          &["A3"]),
    class("A5",                     "datasheet L483",                           "reactive power",                                     &["A5"]),
    class("A7",                     "datasheet L497",                           "frequency",                                          &["A7"]),
    class("A8",                     "ours; the datasheet states none",          "THD of voltage and current up to the 31st harmonic", &["A8", "V7"]),
    class("esy/balanced",           "EN IEC 62053-21, by transformer",          "active energy of a module, balanced load",           &["A4", "G3"]),
    class("esy/reactive",           "EN IEC 62053-23, by transformer",          "reactive energy of a module, balanced load",         &["A6", "G3"]),
    class("R1",                     "datasheet L505, over Modbus",              "resolution of energies",                             &["R1"]),
    class("R2",                     "datasheet L507, over Modbus",              "resolution of energies by phase",                    &["R2"]),
    class("R3",                     "datasheet L509, over Modbus",              "resolution of powers",                               &["R3"]),
    class("R4",                     "datasheet L511, over Modbus",              "resolution of currents",                             &["R4"]),
    class("R5",                     "datasheet L513, over Modbus",              "resolution of voltages",                             &["R5"]),
    class("R6",                     "datasheet L515, over Modbus",              "resolution of the frequency",                        &["R6"]),
    class("R7",                     "datasheet L517, over Modbus",              "resolution of power factors",                        &["R7"]),
    exact("exact/readings",         "voltage, current, power, frequency and THD against closed forms",  &["V1", "V2", "V3", "V4", "V6", "V7", "E8"]),
    exact("exact/energy",           "energy of a load that changes against its integral",               &["A4", "N1"]),
    exact("exact/pulses",           "pulses equal the register within one",                             &["L1"]),
    exact("exact/zero",             "zero current registers nothing",                                   &["E10"]),
    exact("exact/samples",          "every sample is counted once",                                     &["H3"]),
    exact("exact/tariffs",          "tariffs sum to the total",                                         &["N5"]),
    exact("exact/freshness",        "a reading is of its own window",                                   &["G10"]),
];

/// The clause of an id.
///
/// # Panics
/// If there is none: ids are constants of this crate.
pub fn clause(id: &str) -> &'static Clause {
    CLAUSES.iter().find(|clause| clause.id == id).unwrap_or_else(|| panic!("no clause {id}"))
}

/// Which energy.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Energy {
    /// Active energy, class 1.
    Active,
    /// Reactive energy, class 2.
    Reactive,
}

impl Energy {
    /// For people.
    pub fn name(self) -> &'static str {
        match self {
            Energy::Active => "active energy",
            Energy::Reactive => "reactive energy",
        }
    }

    /// A clause of its standard.
    pub fn clause(self, name: &str) -> &'static Clause {
        let standard = match self {
            Energy::Active => "62053-21",
            Energy::Reactive => "62053-23",
        };
        clause(&format!("{standard}/{name}"))
    }
}

/// How a load stands on the phases, and by what it is measured.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Load {
    /// All phases alike, directly connected.
    Balanced,
    /// One phase only, with all voltages.
    SinglePhase,
    /// All phases alike, behind transformers.
    ByTransformer,
}

/// A limit of the percentage error.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ErrorLimit {
    /// Of which energy.
    pub energy: Energy,
    /// For which load.
    pub load: Load,
    /// Smallest current, as a part of Ib or In.
    pub from: f64,
    /// Current from which the next row holds; infinite for Imax.
    pub below: f64,
    /// Displacements.
    pub factors: &'static [Factor],
    /// Largest magnitude of the error in percent.
    pub percent: f64,
}

const ONE: &[Factor] = &[Factor::ONE];
const L_AND_C: &[Factor] = &[Factor::HALF_L, Factor::EIGHT_C];
const SIN_ONE: &[Factor] = &[Factor::SIN_ONE];
const SIN_HALF: &[Factor] = &[Factor::SIN_HALF_L, Factor::SIN_HALF_C];
const SIN_QUARTER: &[Factor] = &[Factor::SIN_QUARTER_L, Factor::SIN_QUARTER_C];
const MAX: f64 = f64::INFINITY;

const fn row(
    energy: Energy,
    load: Load,
    [from, below]: [f64; 2],
    factors: &'static [Factor],
    percent: f64,
) -> ErrorLimit {
    ErrorLimit { energy, load, from, below, factors, percent }
}

/// Limits of the percentage error. The rows of 0.25L and 0.5C hold up to Ib and on request only.
#[rustfmt::skip]
pub const ERROR_LIMITS: &[ErrorLimit] = &[
    row(Energy::Active,   Load::Balanced,      [0.05, 0.10], ONE,                    1.5),
    row(Energy::Active,   Load::Balanced,      [0.10, MAX],  ONE,                    1.0),
    row(Energy::Active,   Load::Balanced,      [0.10, 0.20], L_AND_C,                1.5),
    row(Energy::Active,   Load::Balanced,      [0.20, MAX],  L_AND_C,                1.0),
    row(Energy::Active,   Load::Balanced,      [0.20, 1.01], &[Factor::QUARTER_L],   3.5),
    row(Energy::Active,   Load::Balanced,      [0.20, 1.01], &[Factor::HALF_C],      2.5),
    row(Energy::Active,   Load::SinglePhase,   [0.10, MAX],  ONE,                    2.0),
    row(Energy::Active,   Load::SinglePhase,   [0.20, MAX],  &[Factor::HALF_L],      2.0),
    row(Energy::Active,   Load::ByTransformer, [0.02, 0.05], ONE,                    1.5),
    row(Energy::Active,   Load::ByTransformer, [0.05, MAX],  ONE,                    1.0),
    row(Energy::Active,   Load::ByTransformer, [0.05, 0.10], L_AND_C,                1.5),
    row(Energy::Active,   Load::ByTransformer, [0.10, MAX],  L_AND_C,                1.0),
    row(Energy::Reactive, Load::Balanced,      [0.05, 0.10], SIN_ONE,                2.5),
    row(Energy::Reactive, Load::Balanced,      [0.10, MAX],  SIN_ONE,                2.0),
    row(Energy::Reactive, Load::Balanced,      [0.10, 0.20], SIN_HALF,               2.5),
    row(Energy::Reactive, Load::Balanced,      [0.20, MAX],  SIN_HALF,               2.0),
    row(Energy::Reactive, Load::Balanced,      [0.20, MAX],  SIN_QUARTER,            2.5),
    row(Energy::Reactive, Load::SinglePhase,   [0.10, MAX],  SIN_ONE,                3.0),
    row(Energy::Reactive, Load::SinglePhase,   [0.20, MAX],  &[Factor::SIN_HALF_L],  3.0),
    row(Energy::Reactive, Load::ByTransformer, [0.02, 0.05], SIN_ONE,                2.5),
    row(Energy::Reactive, Load::ByTransformer, [0.05, MAX],  SIN_ONE,                2.0),
    row(Energy::Reactive, Load::ByTransformer, [0.05, 0.10], SIN_HALF,               2.5),
    row(Energy::Reactive, Load::ByTransformer, [0.10, MAX],  SIN_HALF,               2.0),
];

impl ErrorLimit {
    /// Whether a current, as a part of Ib or In, lies in the row.
    pub fn holds_at(&self, part: f64) -> bool {
        // Currents are written in amperes: 0.25 A over 5 A is 0.05 but for rounding.
        part >= self.from * (1.0 - 1e-9) && part < self.below * (1.0 - 1e-9)
    }
}

/// The limit of the error in percent for an energy, a load, a current as a part of Ib or In and a
/// displacement; none if the tables have no such row.
pub fn error_percent(energy: Energy, load: Load, part: f64, factor: Factor) -> Option<f64> {
    let row = ERROR_LIMITS.iter().find(|row| {
        (row.energy, row.load) == (energy, load)
            && row.factors.contains(&factor)
            && row.holds_at(part)
    });
    row.map(|row| row.percent)
}

/// Largest difference of the single-phase and the balanced error at Ib, in percent.
pub fn difference_percent(energy: Energy) -> f64 {
    match energy {
        Energy::Active => 1.5,
        Energy::Reactive => 2.5,
    }
}

/// A limit of the change of the percentage error by an influence.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct InfluenceLimit {
    /// Of which energy.
    pub energy: Energy,
    /// Last part of the clause.
    pub influence: &'static str,
    /// Currents at which it is tested, in amperes; of cut waveforms the rms of the cut current.
    pub currents_a: &'static [f64],
    /// Displacement.
    pub factor: Factor,
    /// Largest change in percent; of the temperature in percent a kelvin.
    pub percent: f64,
}

const fn influence(
    energy: Energy,
    influence: &'static str,
    currents_a: &'static [f64],
    factor: Factor,
    percent: f64,
) -> InfluenceLimit {
    InfluenceLimit { energy, influence, currents_a, factor, percent }
}

/// Limits of influence.
#[rustfmt::skip]
pub const INFLUENCE_LIMITS: &[InfluenceLimit] = &[
    influence(Energy::Active,   "voltage",     &[0.25, 5.0, 65.0], Factor::ONE,        0.7),
    influence(Energy::Active,   "voltage",     &[0.5, 5.0, 65.0],  Factor::HALF_L,     1.0),
    influence(Energy::Active,   "frequency",   &[0.25, 5.0, 65.0], Factor::ONE,        0.5),
    influence(Energy::Active,   "frequency",   &[0.5, 5.0, 65.0],  Factor::HALF_L,     0.7),
    influence(Energy::Active,   "sequence",    &[0.5],             Factor::ONE,        1.5),
    influence(Energy::Active,   "unbalance",   &[5.0],             Factor::ONE,        2.0),
    influence(Energy::Active,   "harmonics",   &[32.5],            Factor::ONE,        0.8),
    influence(Energy::Active,   "dc",          &[IMAX_CUT_A],      Factor::ONE,        3.0),
    influence(Energy::Active,   "odd",         &[2.5],             Factor::ONE,        3.0),
    influence(Energy::Active,   "sub",         &[2.5],             Factor::ONE,        3.0),
    influence(Energy::Active,   "temperature", &[0.5, 5.0, 65.0],  Factor::ONE,        0.05),
    influence(Energy::Active,   "temperature", &[1.0, 5.0, 65.0],  Factor::HALF_L,     0.07),
    influence(Energy::Reactive, "voltage",     &[0.25, 5.0, 65.0], Factor::SIN_ONE,    1.0),
    influence(Energy::Reactive, "voltage",     &[0.5, 5.0, 65.0],  Factor::SIN_HALF_L, 1.5),
    influence(Energy::Reactive, "frequency",   &[0.25, 5.0, 65.0], Factor::SIN_ONE,    2.5),
    influence(Energy::Reactive, "frequency",   &[0.5, 5.0, 65.0],  Factor::SIN_HALF_L, 2.5),
    influence(Energy::Reactive, "dc",          &[IMAX_CUT_A],      Factor::SIN_ONE,    6.0),
    influence(Energy::Reactive, "temperature", &[0.5, 5.0, 65.0],  Factor::SIN_ONE,    0.10),
    influence(Energy::Reactive, "temperature", &[1.0, 5.0, 65.0],  Factor::SIN_HALF_L, 0.15),
];

/// Imax over the root of two.
const IMAX_CUT_A: f64 = 45.961_940_777_125_59;

/// Voltages as parts of the nominal one, with the factor by which their limit grows.
pub const VOLTAGE_PARTS: [(f64, f64); 4] = [(0.8, 3.0), (0.9, 1.0), (1.1, 1.0), (1.15, 3.0)];

/// Frequencies as parts of the nominal one.
pub const FREQUENCY_PARTS: [f64; 2] = [0.98, 1.02];

/// Ends of the intervals over which the mean temperature coefficient is taken, in degrees Celsius: 20 K
/// each, over the range of operation (datasheet L295).
pub const TEMPERATURE_INTERVALS_DEGC: [(f64, f64); 4] =
    [(-25.0, -5.0), (3.0, 23.0), (23.0, 43.0), (35.0, 55.0)];

/// Part of the limit of error that repeated measurements may spread over, and that pulses may differ from
/// the register.
pub const TENTH: f64 = 0.1;

/// Largest error of THD in percentage points; ours, since the datasheet states none (A8).
pub const THD_POINTS: f64 = 0.1;

/// A line of the sheet's accuracy (`device.toml`).
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct SheetLine {
    /// Clause: A1 to A7.
    pub id: String,
    /// What is measured.
    pub quantity: String,
    /// What the range is of.
    pub over: String,
    /// Beginning of the range.
    pub from: f64,
    /// End of the range.
    pub to: f64,
    /// Displacements by name, without unit; empty where it does not matter.
    pub points: Vec<String>,
    /// Whether they are of the power factor or of sin phi.
    pub factor: String,
    /// Limit in percent.
    pub limit_percent: f64,
}

/// The accuracy lines of the sheet.
pub fn sheet() -> &'static [SheetLine] {
    static LINES: OnceLock<Vec<SheetLine>> = OnceLock::new();
    LINES.get_or_init(|| {
        let device: toml::Table = include_str!("../../../device.toml").parse().expect("TOML");
        let rows = device["accuracy"]["rows"].as_array().expect("a table of rows");
        let line = |row: &toml::Value| row.clone().try_into().expect("a test reads every row");
        rows.iter().map(line).collect()
    })
}

/// The limit of the sheet for a quantity at a value of what its range is of, and a displacement such as
/// `0.5L`. The stricter one where two rows meet.
pub fn sheet_limit(quantity: &str, at: f64, point: &str) -> Option<f64> {
    let holds = |line: &&SheetLine| {
        line.quantity == quantity
            && (line.from..=line.to).contains(&at)
            && (line.points.is_empty() || line.points.iter().any(|known| known == point))
    };
    sheet().iter().filter(holds).map(|line| line.limit_percent).reduce(f64::min)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// [A4] The steps of the table, in the meter's own amperes.
    #[test]
    fn limits_of_class_1_in_amperes() {
        let limit = |load, current_a: f64, factor: Factor| {
            let rows = ERROR_LIMITS.iter().filter(|row| {
                row.energy == Energy::Active
                    && row.load == load
                    && row.factors.contains(&factor)
                    && row.holds_at(current_a / IB_A)
            });
            rows.map(|row| row.percent).collect::<Vec<_>>()
        };
        assert_eq!(limit(Load::Balanced, 0.24, Factor::ONE), Vec::<f64>::new());
        assert_eq!(limit(Load::Balanced, 0.25, Factor::ONE), [1.5]);
        assert_eq!(limit(Load::Balanced, 0.5, Factor::ONE), [1.0]);
        assert_eq!(limit(Load::Balanced, 0.5, Factor::HALF_L), [1.5]);
        assert_eq!(limit(Load::Balanced, 1.0, Factor::EIGHT_C), [1.0]);
        assert_eq!(limit(Load::Balanced, 65.0, Factor::HALF_L), [1.0]);
        assert_eq!(limit(Load::SinglePhase, 0.25, Factor::ONE), Vec::<f64>::new());
        assert_eq!(limit(Load::SinglePhase, 65.0, Factor::ONE), [2.0]);
    }

    /// [A1, A2, A3, A5, A7] Every line of the sheet is read, and the stricter one holds where two meet.
    #[test]
    fn the_sheet_is_read() {
        assert_eq!(sheet_limit("current", 2.0, ""), Some(0.5));
        assert_eq!(sheet_limit("current", 0.5, ""), Some(1.0));
        assert_eq!(sheet_limit("current", 0.4, ""), None);
        assert_eq!(sheet_limit("voltage L-N", 318.6, ""), Some(0.5));
        assert_eq!(sheet_limit("active power", 0.25, "1"), Some(1.5));
        assert_eq!(sheet_limit("reactive power", 1.0, "0.5L"), Some(2.5));
        assert_eq!(sheet_limit("frequency", 65.0, ""), Some(0.1));
    }

    /// [E9, E10, L1] The nameplate that the bench goes by is that of the sheet.
    #[test]
    fn the_nameplate_is_that_of_the_sheet() {
        let device: toml::Table = include_str!("../../../device.toml").parse().expect("TOML");
        let current = |key: &str| device["current"][key].as_float();
        assert_eq!(current("in_a"), Some(IB_A));
        assert_eq!(current("imin_a"), Some(IMIN_A));
        assert_eq!(current("imax_a"), Some(IMAX_A));
        assert_eq!(current("ist_a"), Some(IST_A));
        let impulses = device["led"]["impulses_per_kwh"].as_integer();
        assert_eq!(impulses, Some(IMPULSES_PER_KWH as i64));
    }

    /// Ids are unique, and every clause names a row of the datasheet.
    #[test]
    fn clauses_are_unique() {
        for (place, clause) in CLAUSES.iter().enumerate() {
            assert!(
                CLAUSES[place + 1..].iter().all(|other| other.id != clause.id),
                "{}",
                clause.id
            );
            assert!(!clause.requirements.is_empty(), "{}", clause.id);
        }
    }
}

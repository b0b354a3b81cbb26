//! The plan: what is tested, generated from the meter's own numbers and the limits.
//!
//! An *item* is a piece of work that gives the results of one or several points; items do not depend on
//! each other and run in any order. Ids of points are stable: a comparison of two commits matches them.

mod class;
mod exactness;
mod influence;
mod lot;
mod sheet;

pub(crate) use lot::lot_item;

use crate::document::{Applied, Arm};
use crate::limits::clause;
use crate::setup::{Meter, Setup};
use metering::Wiring;
use serde::{Deserialize, Serialize};

/// How much is tested.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Level {
    /// What a commit needs: under a minute on two cores.
    Quick,
    /// Everything.
    Full,
}

impl Level {
    /// Public, stable name.
    pub fn slug(self) -> &'static str {
        match self {
            Level::Quick => "quick",
            Level::Full => "full",
        }
    }
}

/// A point of the plan: what is demanded there.
#[derive(Debug, Clone, PartialEq)]
pub struct Point {
    /// Unique and stable.
    pub id: String,
    /// The clause.
    pub clause: &'static str,
    /// Such as `active energy`.
    pub quantity: &'static str,
    /// What is applied.
    pub applied: Applied,
    /// How the error is taken.
    pub method: Method,
    /// Unit of what is indicated.
    pub unit: &'static str,
    /// Unit of the error.
    pub error_unit: &'static str,
    /// Largest magnitude of the error.
    pub limit: f64,
}

impl Point {
    /// Which arm tests it.
    pub fn arm(&self) -> Arm {
        clause(self.clause).arm
    }
}

/// How an error is taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Method {
    /// True energy between pulses of the LED.
    Pulses,
    /// True energy between two values of a register.
    Register,
    /// The worst reading of a second or more.
    Reading,
    /// Something is counted.
    Count,
    /// Read back over Modbus.
    Modbus,
}

impl Method {
    /// Public, stable name.
    pub fn slug(self) -> &'static str {
        match self {
            Method::Pulses => "pulses",
            Method::Register => "register",
            Method::Reading => "reading",
            Method::Count => "count",
            Method::Modbus => "modbus",
        }
    }
}

/// What is taken of an energy.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Take {
    /// Active energy by pulses.
    ActivePulses,
    /// Active energy by register.
    ActiveRegister,
    /// Reactive energy by register.
    ReactiveRegister,
}

impl Take {
    /// How.
    pub fn method(self) -> Method {
        match self {
            Take::ActivePulses => Method::Pulses,
            Take::ActiveRegister | Take::ReactiveRegister => Method::Register,
        }
    }
}

/// A line of readings.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Line {
    /// Current of each phase.
    Current,
    /// Voltage of each phase against neutral.
    VoltageLn,
    /// Voltage between phases.
    VoltageLl,
    /// Active power, of each phase and together.
    ActivePower,
    /// Apparent power.
    ApparentPower,
    /// Reactive power.
    ReactivePower,
    /// Frequency.
    Frequency,
    /// THD of the voltages L-N.
    ThdVoltage,
    /// THD of the currents.
    ThdCurrent,
}

/// What an item does.
#[derive(Debug, Clone, PartialEq)]
pub enum Work {
    /// The error of an energy.
    Error(Setup, Take),
    /// The worst error of each line of readings; errors of powers are of reading, or, where `of_apparent`,
    /// of the apparent power.
    Readings {
        /// What is applied.
        setup: Setup,
        /// A point each.
        lines: Vec<Line>,
        /// Whether errors of powers are parts of the apparent power.
        of_apparent: bool,
    },
    /// How much the error of an energy changes from the base to each of the others.
    Change {
        /// Reference condition.
        base: Setup,
        /// A point each.
        others: Vec<Setup>,
        /// Of which energy.
        take: Take,
    },
    /// How much the error changes a kelvin, in each of the intervals.
    Drift {
        /// The colder and the warmer end; a point each.
        intervals: Vec<(Setup, Setup)>,
        /// Of which energy.
        take: Take,
    },
    /// Seconds to the first pulse and from it to the next; or to the first steps of a register.
    Starting(Setup, Take),
    /// What is counted without current, in so many seconds.
    NoLoad(Setup, Take, f64),
    /// Pulses against the register over so many kilowatt-hours.
    Constant(Setup, f64),
    /// Spread of so many measurements.
    Repeatability(Setup, Take, u64),
    /// The worst difference between a value and what Modbus says, in steps of the resolution, a point for
    /// each clause R1 to R7.
    Modbus(Setup),
    /// Energy over a load that changes, against its integral.
    ChangingLoad(Setup),
    /// Windows of a load that changes, each against its own integral.
    Freshness(Setup),
    /// Samples counted against samples that passed.
    Samples(Setup, f64),
    /// Tariffs against the total.
    Tariffs(Setup),
}

/// A piece of work and the points that it gives, in order.
#[derive(Debug, Clone, PartialEq)]
pub struct Item {
    /// What is demanded.
    pub points: Vec<Point>,
    /// What is done.
    pub work: Work,
}

impl Item {
    /// Primary current of the transformers in amperes, if it tests a module.
    pub fn primary_a(&self) -> Option<f64> {
        match &self.work {
            Work::Error(Setup { meter: Meter::Module(_, primary_a), .. }, _) => Some(*primary_a),
            _ => None,
        }
    }

    /// Rough simulated seconds of its work.
    pub fn weight_s(&self) -> f64 {
        match &self.work {
            Work::Error(setup, take) => error_s(setup, *take),
            Work::Readings { .. } | Work::Modbus(_) => 3.0,
            Work::Change { base, others, take } => {
                std::iter::once(base).chain(others).map(|setup| error_s(setup, *take)).sum()
            }
            Work::Drift { intervals, take } => intervals
                .iter()
                .map(|(cold, warm)| error_s(cold, *take) + error_s(warm, *take))
                .sum(),
            Work::Starting(setup, _) => 2.0 * period_s(setup),
            Work::NoLoad(_, _, seconds) | Work::Samples(_, seconds) => *seconds,
            Work::Constant(setup, kwh) => 1000.0 * kwh * period_s(setup),
            Work::Repeatability(setup, take, times) => *times as f64 * error_s(setup, *take),
            Work::ChangingLoad(_) | Work::Freshness(_) | Work::Tariffs(_) => 11.0,
        }
    }
}

/// Seconds in which a load takes a watt-hour or a varh.
fn period_s(setup: &Setup) -> f64 {
    let truth = setup.truth();
    3600.0 / truth.power_w().abs().max(truth.power_var().abs())
}

fn error_s(setup: &Setup, take: Take) -> f64 {
    match (take, setup.meter) {
        // Until the first pulse, and to the one that ends the measurement.
        (Take::ActivePulses, _) => 2.0 * period_s(setup) + 2.0,
        (_, Meter::Main) => 3.0,
        // Three front ends, and sensors that settle.
        (_, Meter::Module(..)) => 18.0,
    }
}

/// What a user may choose.
#[derive(Debug, Clone, PartialEq)]
pub struct Selection {
    /// How much.
    pub level: Level,
    /// Only these wiring systems; all if empty.
    pub wirings: Vec<Wiring>,
    /// Only these nominal voltages; all if empty.
    pub nominal_v: Vec<f64>,
}

/// A supply that a meter is tested on.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Supply {
    wiring: Wiring,
    nominal_v: f64,
    frequency_hz: f64,
}

impl Supply {
    const fn new(wiring: Wiring, nominal_v: f64, frequency_hz: f64) -> Supply {
        Supply { wiring, nominal_v, frequency_hz }
    }

    /// Part of an id.
    fn slug(&self) -> String {
        format!("{}/{}V/{}Hz", self.wiring.slug(), self.nominal_v, self.frequency_hz)
    }
}

/// The supplies, the reference one first. Nominal voltages are 120, 230 and 277 V L-N where the system
/// keeps within 480 V L-L; a wild leg at 120 V has its high leg at 208 V.
const SUPPLIES: [Supply; 15] = [
    Supply::new(Wiring::ThreePhaseFourWire, 230.0, 50.0),
    Supply::new(Wiring::ThreePhaseFourWire, 120.0, 60.0),
    Supply::new(Wiring::ThreePhaseFourWire, 277.0, 60.0),
    Supply::new(Wiring::ThreePhaseFourWire, 230.0, 60.0),
    Supply::new(Wiring::ThreePhaseFourWire, 120.0, 50.0),
    Supply::new(Wiring::ThreePhaseFourWire, 277.0, 50.0),
    Supply::new(Wiring::ThreePhaseThreeWire, 230.0, 50.0),
    Supply::new(Wiring::ThreePhaseThreeWire, 120.0, 60.0),
    Supply::new(Wiring::ThreePhaseThreeWire, 277.0, 60.0),
    Supply::new(Wiring::TwoPhaseThreeWire, 120.0, 60.0),
    Supply::new(Wiring::TwoPhaseThreeWire, 230.0, 50.0),
    Supply::new(Wiring::SinglePhaseTwoWire, 230.0, 50.0),
    Supply::new(Wiring::SinglePhaseTwoWire, 120.0, 60.0),
    Supply::new(Wiring::WildLeg, 120.0, 60.0),
    Supply::new(Wiring::ThreeSinglePhase, 230.0, 50.0),
];

impl Selection {
    /// The nominal voltages that there are.
    pub const NOMINAL_V: [f64; 3] = [120.0, 230.0, 277.0];

    fn supplies(&self) -> Vec<Supply> {
        let chosen = |supply: &&Supply| {
            (self.wirings.is_empty() || self.wirings.contains(&supply.wiring))
                && (self.nominal_v.is_empty() || self.nominal_v.contains(&supply.nominal_v))
        };
        SUPPLIES.iter().filter(chosen).copied().collect()
    }

    /// Everything to be done, in the order of a certificate. Empty if nothing fits the selection.
    pub fn plan(&self) -> Vec<Item> {
        let supplies = self.supplies();
        let mut items = Vec::new();
        // A wiring system's first supply is tested in depth.
        for (place, supply) in supplies.iter().enumerate() {
            let first = supplies[..place].iter().all(|other| other.wiring != supply.wiring);
            let depth = match (self.level, place, first) {
                (_, 0, _) => Depth::Whole,
                (Level::Full, _, _) => Depth::Wide,
                (Level::Quick, _, true) => Depth::Spot,
                (Level::Quick, _, false) => continue,
            };
            items.extend(class::items(*supply, depth, self.level));
            items.extend(influence::items(*supply, depth, self.level));
            items.extend(sheet::items(*supply, depth, self.level));
            items.extend(exactness::items(*supply, depth));
        }
        items.sort_by_key(|item| {
            let place = |id| crate::limits::CLAUSES.iter().position(|clause| clause.id == id);
            item.points.first().and_then(|point| place(point.clause))
        });
        items
    }
}

/// How deeply a supply is tested.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd)]
enum Depth {
    /// A few points.
    Spot,
    /// Errors over the range.
    Wide,
    /// All, with influences.
    Whole,
}

/// A point at a setup; `rest` is what tells it from its neighbours.
fn point(
    clause_id: &'static str,
    quantity: &'static str,
    supply: Supply,
    rest: &str,
    setup: &Setup,
    method: Method,
    limit: f64,
) -> Point {
    let module = match setup.meter {
        Meter::Main => String::new(),
        Meter::Module(model, primary_a) => format!("/{}/{primary_a}A", model.slug().to_lowercase()),
    };
    Point {
        id: format!("{clause_id}/{}{module}/{rest}", supply.slug()),
        clause: clause(clause_id).id,
        quantity,
        applied: setup.applied(),
        method,
        unit: "",
        error_unit: "%",
        limit,
    }
}

/// Current and displacement as a part of an id.
fn at(setup: &Setup) -> String {
    let milliamperes = (1000.0 * setup.current_a).round();
    format!("{}A/{}", milliamperes / 1000.0, setup.factor.label.replace(' ', "-"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    fn plan(level: Level) -> Vec<Item> {
        Selection { level, wirings: Vec::new(), nominal_v: Vec::new() }.plan()
    }

    /// Ids match points of two commits, so no two are the same.
    #[test]
    fn ids_are_unique() {
        for level in [Level::Quick, Level::Full] {
            let mut seen = BTreeSet::new();
            for point in plan(level).iter().flat_map(|item| &item.points) {
                assert!(seen.insert(point.id.clone()), "{}", point.id);
            }
        }
    }

    /// [A1, A2, A3, A4, A5, A6, A7, A8, L1, E10, B8] Every clause is tested at both levels.
    #[test]
    fn every_clause_is_tested() {
        for level in [Level::Quick, Level::Full] {
            let items = plan(level);
            for clause in crate::limits::CLAUSES {
                let tested = items.iter().flat_map(|item| &item.points);
                assert!(tested.clone().any(|point| point.clause == clause.id), "{}", clause.id);
            }
        }
    }

    /// [E1, E2, E3, E4, E5] Every wiring system, every nominal voltage and both frequencies.
    #[test]
    fn every_wiring_system_is_tested() {
        let full = plan(Level::Full);
        let applied = || full.iter().flat_map(|item| &item.points).map(|point| &point.applied);
        for wiring in Wiring::ALL {
            assert!(applied().any(|applied| applied.wiring == wiring.slug()), "{wiring:?}");
        }
        for nominal_v in Selection::NOMINAL_V {
            assert!(applied().any(|applied| applied.nominal_v == nominal_v), "{nominal_v}");
        }
    }
}

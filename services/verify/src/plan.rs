//! The plan: what is tested, generated from the meter's own numbers and the limits.
//!
//! An *item* is a piece of work that gives the results of one or several points; items do not depend on
//! each other and run in any order. Ids of points are stable: a comparison of two commits matches them.

mod class;
mod exactness;
mod influence;
mod item;
mod lot;
mod sheet;

pub use item::{Item, Line, Method, Point, Take, Work};
pub(crate) use lot::lot_item;

use crate::limits::clause;
use crate::setup::{Factor, Meter, Setup};
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

    /// A balanced sinusoidal load on it.
    fn balanced(&self, current_a: f64, factor: Factor) -> Setup {
        Setup::balanced(self.wiring, self.nominal_v, self.frequency_hz, current_a, factor)
    }

    /// Part of an id.
    fn slug(&self) -> String {
        format!("{}/{}V/{}Hz", self.wiring.slug(), self.nominal_v, self.frequency_hz)
    }
}

/// The supplies, the reference one first. Nominal voltages are 120, 230 and 277 V L-N; the high leg of a
/// wild leg is within the range of the meter at 120 V only.
const SUPPLIES: [Supply; 19] = [
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
    Supply::new(Wiring::TwoPhaseThreeWire, 277.0, 60.0),
    Supply::new(Wiring::SinglePhaseTwoWire, 230.0, 50.0),
    Supply::new(Wiring::SinglePhaseTwoWire, 120.0, 60.0),
    Supply::new(Wiring::SinglePhaseTwoWire, 277.0, 60.0),
    Supply::new(Wiring::WildLeg, 120.0, 60.0),
    Supply::new(Wiring::ThreeSinglePhase, 230.0, 50.0),
    Supply::new(Wiring::ThreeSinglePhase, 120.0, 60.0),
    Supply::new(Wiring::ThreeSinglePhase, 277.0, 60.0),
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

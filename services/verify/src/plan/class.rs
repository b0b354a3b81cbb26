//! Errors of energy over current and displacement, and what else the standards test at reference conditions.

use super::{Depth, Item, Level, Method, Point, Supply, Take, Work, at, point};
use crate::limits::{
    ERROR_LIMITS, Energy, IB_A, IMAX_A, IMIN_A, IMPULSES_PER_KWH, IST_A, Load, PULSE_WH, TENTH,
    difference_percent, error_percent,
};
use crate::setup::{Factor, Meter, Setup};
use metering::Wiring;
use port::ModuleModel;

/// Currents of a curve over the whole range, in amperes.
const CURVE_A: [f64; 12] = [0.25, 0.35, 0.5, 0.75, 1.0, 2.0, 5.0, 10.0, 20.0, 32.5, 50.0, 65.0];
/// The same with fewer points.
const CURVE_QUICK_A: [f64; 7] = [0.25, 0.5, 1.0, 2.5, 5.0, 20.0, 65.0];
/// Of a supply that is spot-checked.
const CURVE_SPOT_A: [f64; 3] = [0.5, 5.0, 65.0];
/// Of energy that is supplied.
const EXPORT_A: [f64; 3] = [0.5, 5.0, 65.0];
/// With load on one phase.
const SINGLE_PHASE_A: [f64; 4] = [0.5, 1.0, 5.0, 65.0];
/// Currents of a module, as parts of In; its largest is 1.2 In.
const MODULE_PARTS: [f64; 6] = [0.02, 0.05, 0.1, 0.5, 1.0, 1.2];

/// Kilowatt-hours over which pulses are counted against the register, at least.
const CONSTANT_KWH: f64 = 10.0;
/// Measurements whose spread is taken.
const REPETITIONS: u64 = 5;

pub(super) fn items(supply: Supply, depth: Depth, level: Level) -> Vec<Item> {
    let mut items = Vec::new();
    for energy in [Energy::Active, Energy::Reactive] {
        items.extend(balanced(supply, depth, level, energy));
        if depth > Depth::Spot && supply.wiring != Wiring::ThreePhaseThreeWire {
            items.extend(single_phase(supply, depth, level, energy));
        }
        if depth > Depth::Spot && energy == Energy::Active {
            items.extend(export(supply));
        }
        if depth > Depth::Spot {
            items.extend(starting(supply, energy));
            items.extend(no_load(supply, energy));
        }
    }
    if depth > Depth::Spot {
        items.push(constant(supply));
    }
    if depth == Depth::Whole {
        items.extend(repeatability(supply));
        items.extend(modules(supply, level));
    }
    items
}

/// Unit of an energy here.
fn unit(energy: Energy) -> &'static str {
    match energy {
        Energy::Active => "Wh",
        Energy::Reactive => "varh",
    }
}

fn curve(depth: Depth, level: Level) -> &'static [f64] {
    match (depth, level) {
        (Depth::Spot, _) => &CURVE_SPOT_A,
        (_, Level::Quick) => &CURVE_QUICK_A,
        (Depth::Wide, Level::Full) => &CURVE_QUICK_A,
        (Depth::Whole, Level::Full) => &CURVE_A,
    }
}

fn error_item(
    clause: &'static str,
    supply: Supply,
    setup: Setup,
    take: Take,
    rest: &str,
    limit: f64,
) -> Item {
    let energy = take.energy();
    let point = point(clause, energy.name(), supply, rest, &setup, take.method(), limit);
    Item { points: vec![Point { unit: unit(energy), ..point }], work: Work::Error(setup, take) }
}

fn balanced(supply: Supply, depth: Depth, level: Level, energy: Energy) -> Vec<Item> {
    let rows = ERROR_LIMITS.iter().filter(|row| row.energy == energy && row.load == Load::Balanced);
    let mut items = Vec::new();
    for row in rows {
        for factor in row.factors {
            for current_a in curve(depth, level).iter().filter(|amps| row.holds_at(**amps / IB_A)) {
                let setup = supply.balanced(*current_a, *factor);
                let clause = energy.clause("balanced").id;
                let rest = at(&setup);
                items.push(error_item(clause, supply, setup, Take::of(energy), &rest, row.percent));
            }
        }
    }
    items
}

/// Energy that is supplied, by its register: the LED tells of import. The limits are those of import.
fn export(supply: Supply) -> Vec<Item> {
    let mut items = Vec::new();
    for (factor, like) in [(Factor::ONE_EXPORT, Factor::ONE), (Factor::HALF_EXPORT, Factor::HALF_L)]
    {
        for current_a in EXPORT_A {
            let limit = error_percent(Energy::Active, Load::Balanced, current_a / IB_A, like);
            let limit = limit.expect("currents of the table");
            let setup = supply.balanced(current_a, factor);
            let rest = at(&setup);
            let clause = Energy::Active.clause("balanced").id;
            let take = Take::ActiveRegister;
            items.push(error_item(clause, supply, setup, take, &rest, limit));
        }
    }
    items
}

/// With load on each phase in turn and all voltages, and at Ib its difference to a balanced load.
fn single_phase(supply: Supply, depth: Depth, level: Level, energy: Energy) -> Vec<Item> {
    if supply.wiring == Wiring::SinglePhaseTwoWire {
        return Vec::new();
    }
    let mut items = Vec::new();
    let wired = supply.wiring.phases();
    let few = depth < Depth::Whole || level == Level::Quick;
    for phase in (0..3).filter(|phase| wired[*phase]) {
        let loaded = std::array::from_fn(|k| k == phase);
        let alone = |setup: Setup| Setup { loaded, ..setup };
        let rows =
            ERROR_LIMITS.iter().filter(|row| row.energy == energy && row.load == Load::SinglePhase);
        for row in rows {
            for current_a in SINGLE_PHASE_A.iter().filter(|amps| row.holds_at(**amps / IB_A)) {
                if few && *current_a < IB_A {
                    continue;
                }
                let setup = alone(supply.balanced(*current_a, row.factors[0]));
                let rest = format!("L{}/{}", phase + 1, at(&setup));
                let clause = energy.clause("single-phase").id;
                items.push(error_item(clause, supply, setup, Take::of(energy), &rest, row.percent));
            }
        }
        let factor = match energy {
            Energy::Active => Factor::ONE,
            Energy::Reactive => Factor::SIN_ONE,
        };
        let base = supply.balanced(IB_A, factor);
        let other = alone(base.clone());
        let limit = difference_percent(energy);
        let clause = energy.clause("difference").id;
        let rest = format!("L{}/{}", phase + 1, at(&other));
        let method = Take::of(energy).method();
        let point = point(clause, energy.name(), supply, &rest, &other, method, limit);
        items.push(Item {
            points: vec![Point { unit: "%", ..point }],
            work: Work::Change { base, others: vec![other], take: Take::of(energy) },
        });
    }
    items
}

/// Longest pulse period at the starting current, in seconds: a fifth more than the true one
/// (EN 50470-3). The first pulse may take half as long again.
fn pulse_period_s(power: f64) -> f64 {
    1.2 * 3600.0 * PULSE_WH / power
}

fn starting(supply: Supply, energy: Energy) -> Vec<Item> {
    // Starting current of the reactive standard is 0.005 Ib.
    let (current_a, factor) = match energy {
        Energy::Active => (IST_A, Factor::ONE),
        Energy::Reactive => (0.005 * IB_A, Factor::SIN_ONE),
    };
    let setup = supply.balanced(current_a, factor);
    let truth = setup.truth();
    let period_s = pulse_period_s(truth.power_w().abs().max(truth.power_var().abs()));
    let clause = energy.clause("starting").id;
    let one = |rest: &str, limit: f64| Point {
        unit: "s",
        error_unit: "s",
        ..point(clause, energy.name(), supply, rest, &setup, Method::Count, limit)
    };
    let points = vec![one("first", 1.5 * period_s), one("next", period_s)];
    vec![Item { points, work: Work::Starting(setup, Take::of(energy)) }]
}

/// Without current at 115 % of the nominal voltage (edition 1) and 110 % (edition 2, active energy only),
/// for the whole prescribed time.
fn no_load(supply: Supply, energy: Energy) -> Vec<Item> {
    let elements = supply.wiring.phases().into_iter().filter(|wired| *wired).count() as f64;
    let mut items = Vec::new();
    let first = match energy {
        Energy::Active => 600e6,
        Energy::Reactive => 480e6,
    };
    let per_volt = IMPULSES_PER_KWH * elements;
    let first_s = 60.0 * first / (per_volt * supply.nominal_v * IMAX_A);
    let second_s = 60.0 * 240e3 / (per_volt * 1.1 * supply.nominal_v * IST_A);
    let mut cases = vec![("edition-1", 1.15, first_s)];
    if energy == Energy::Active {
        cases.push(("edition-2", 1.10, second_s));
    }
    for (rest, voltage, seconds) in cases {
        let factor = Factor::ONE;
        let setup = Setup { voltage, ..supply.balanced(0.0, factor) };
        let clause = energy.clause("no-load").id;
        let (unit, method) = match energy {
            Energy::Active => ("pulses", Method::Count),
            Energy::Reactive => ("varh", Method::Register),
        };
        let point = point(clause, energy.name(), supply, rest, &setup, method, 1.0);
        items.push(Item {
            points: vec![Point { unit, error_unit: unit, ..point }],
            work: Work::NoLoad(setup, Take::of(energy), seconds),
        });
    }
    items
}

fn constant(supply: Supply) -> Item {
    let setup = supply.balanced(IMAX_A, Factor::ONE);
    let clause = "62053-21/constant";
    // A tenth of the limit of error at this current.
    let limit = TENTH * 1.0;
    let point =
        point(clause, "pulses of the LED", supply, &at(&setup), &setup, Method::Count, limit);
    Item { points: vec![Point { unit: "Wh", ..point }], work: Work::Constant(setup, CONSTANT_KWH) }
}

fn repeatability(supply: Supply) -> Vec<Item> {
    let cases = [
        (Energy::Active, IMIN_A, Factor::ONE, 1.5),
        (Energy::Active, IB_A, Factor::ONE, 1.0),
        (Energy::Active, IB_A, Factor::HALF_L, 1.0),
        (Energy::Reactive, IMIN_A, Factor::SIN_ONE, 2.5),
        (Energy::Reactive, IB_A, Factor::SIN_HALF_L, 2.0),
    ];
    let item = |(energy, current_a, factor, limit): (Energy, f64, Factor, f64)| {
        let setup = supply.balanced(current_a, factor);
        let clause = energy.clause("repeatability").id;
        let method = Take::of(energy).method();
        let limit = TENTH * limit;
        let point = point(clause, energy.name(), supply, &at(&setup), &setup, method, limit);
        Item {
            points: vec![Point { unit: "%", ..point }],
            work: Work::Repeatability(setup, Take::of(energy), REPETITIONS),
        }
    };
    cases.into_iter().map(item).collect()
}

/// Modules behind transformers of 333 mV and of 5 A, at parts of their rated primary current.
fn modules(supply: Supply, level: Level) -> Vec<Item> {
    let mut items = Vec::new();
    for (model, primary_a) in [(ModuleModel::Esy3xmv, 100.0), (ModuleModel::Esy3xav5, 250.0)] {
        let rows = ERROR_LIMITS.iter().filter(|row| row.load == Load::ByTransformer);
        for row in rows {
            let clause = match row.energy {
                Energy::Active => "esy/balanced",
                Energy::Reactive => "esy/reactive",
            };
            for factor in row.factors {
                for part in MODULE_PARTS.iter().filter(|part| row.holds_at(**part)) {
                    if level == Level::Quick && ![0.05, 1.0].contains(part) {
                        continue;
                    }
                    let meter = Meter::Module(model, primary_a);
                    let setup = Setup { meter, ..supply.balanced(part * primary_a, *factor) };
                    let take = match row.energy {
                        Energy::Active => Take::ActiveRegister,
                        Energy::Reactive => Take::ReactiveRegister,
                    };
                    let rest = at(&setup);
                    items.push(error_item(clause, supply, setup, take, &rest, row.percent));
                }
            }
        }
    }
    items
}

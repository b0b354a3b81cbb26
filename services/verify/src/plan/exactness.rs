//! The exactness arm: an ideal front end against the mathematics, and what can be counted.

use super::{Depth, Item, Line, Method, Point, Supply, Take, Work, at, point};
use crate::limits::{IB_A, IMAX_A};
use crate::setup::{Factor, Setup, Waveform};

/// Frequencies off the grid of samples, in hertz.
const FREQUENCIES_HZ: [f64; 5] = [45.0, 49.37, 50.0, 60.0, 65.0];

/// The project's own limits for an ideal front end: what rounding to 24 bits leaves, in percent; of powers in
/// percent of the apparent power, of THD in points.
const LINES: [(Line, &str, &str, f64); 7] = [
    (Line::VoltageLn, "voltage L-N", "V", 1e-4),
    (Line::Current, "current", "A", 1e-4),
    (Line::ActivePower, "active power", "W", 1e-4),
    (Line::ReactivePower, "reactive power", "var", 1e-3),
    (Line::Frequency, "frequency", "Hz", 1e-4),
    (Line::ThdVoltage, "THD of voltage L-N", "%", 0.01),
    (Line::ThdCurrent, "THD of current", "%", 0.01),
];

/// Seconds over which samples are counted.
const SAMPLES_S: f64 = 20.0;

pub(super) fn items(supply: Supply, depth: Depth) -> Vec<Item> {
    let mut items = Vec::new();
    let frequencies: &[f64] = match depth {
        Depth::Whole => &FREQUENCIES_HZ,
        Depth::Wide | Depth::Spot => &[49.37],
    };
    items.extend(frequencies.iter().map(|frequency_hz| readings(supply, *frequency_hz)));
    items.push(changing_load(supply));
    if depth == Depth::Whole {
        items.push(counted(
            "exact/pulses",
            "pulses of the LED",
            "Wh",
            supply,
            Work::Constant(supply.balanced(IMAX_A, Factor::ONE), 1.0),
        ));
        items.push(counted(
            "exact/zero",
            "all energies",
            "Wh",
            supply,
            Work::NoLoad(supply.balanced(0.0, Factor::ONE), Take::ActiveRegister, 60.0),
        ));
        items.push(counted(
            "exact/samples",
            "samples",
            "samples",
            supply,
            Work::Samples(supply.balanced(IB_A, Factor::ONE), SAMPLES_S),
        ));
        items.push(counted(
            "exact/tariffs",
            "active energy",
            "Wh",
            supply,
            Work::Tariffs(supply.balanced(IMAX_A, Factor::ONE)),
        ));
        items.push(freshness(supply));
    }
    items
}

/// Everything at once: distorted, displaced and off the grid.
fn readings(supply: Supply, frequency_hz: f64) -> Item {
    let setup = Setup {
        frequency_hz,
        waveform: Waveform::ThirtyFirst,
        ..supply.balanced(IB_A, Factor::HALF_L)
    };
    let point = |(line, quantity, unit, limit): (Line, &'static str, &'static str, f64)| {
        let rest = format!("{}/{frequency_hz}Hz", quantity.replace(' ', "-"));
        let thd = matches!(line, Line::ThdVoltage | Line::ThdCurrent);
        let point =
            point("exact/readings", quantity, supply, &rest, &setup, Method::Reading, limit);
        Point { unit, error_unit: if thd { "points" } else { "%" }, ..point }
    };
    Item {
        points: LINES.map(point).into(),
        work: Work::Readings {
            lines: LINES.map(|(line, ..)| line).into(),
            setup,
            of_apparent: true,
        },
    }
}

/// A window's edge is known to a part of a sample where the load jumps; what that is worth is added to the
/// limit by whoever measures.
fn changing_load(supply: Supply) -> Item {
    let setup = supply.balanced(IB_A, Factor::HALF_L);
    let point =
        point("exact/energy", "active energy", supply, &at(&setup), &setup, Method::Register, 1e-4);
    Item { points: vec![Point { unit: "Wh", ..point }], work: Work::ChangingLoad(setup) }
}

fn freshness(supply: Supply) -> Item {
    let setup = supply.balanced(IB_A, Factor::ONE);
    let point =
        point("exact/freshness", "active power", supply, &at(&setup), &setup, Method::Reading, 0.1);
    Item { points: vec![Point { unit: "W", ..point }], work: Work::Freshness(setup) }
}

fn counted(
    clause: &'static str,
    quantity: &'static str,
    unit: &'static str,
    supply: Supply,
    work: Work,
) -> Item {
    let (Work::Constant(setup, _)
    | Work::NoLoad(setup, ..)
    | Work::Samples(setup, _)
    | Work::Tariffs(setup)) = &work
    else {
        unreachable!("only what is counted comes here")
    };
    let limit = match clause {
        "exact/pulses" | "exact/samples" => 1.0,
        // Nothing at all, and sums to the last bit; a millionth of a watt-hour is a value to divide by.
        _ => 1e-6,
    };
    let point = point(clause, quantity, supply, "counted", setup, Method::Count, limit);
    Item { points: vec![Point { unit, error_unit: unit, ..point }], work }
}

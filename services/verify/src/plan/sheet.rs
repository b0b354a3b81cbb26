//! The accuracy lines of the datasheet, THD, and what Modbus resolves.

use super::{Depth, Item, Level, Line, Method, Point, Supply, Work, at, point};
use crate::limits::{IB_A, THD_POINTS, sheet_limit};
use crate::setup::{Factor, Setup, Waveform};
use metering::Wiring;

/// Currents of the sweep of 13 points (A1).
const CURRENTS_A: [f64; 13] =
    [0.5, 0.7, 1.0, 1.5, 2.0, 3.0, 5.0, 10.0, 20.0, 32.5, 45.0, 55.0, 65.0];
const CURRENTS_FEW_A: [f64; 5] = [0.5, 1.0, 2.0, 10.0, 65.0];
/// Voltages L-N of the sweep (A2): from Un,min - 20 % to Un,max + 15 %.
const VOLTAGES_V: [f64; 8] = [96.0, 102.0, 120.0, 160.0, 230.0, 277.0, 300.0, 318.5];
const VOLTAGES_FEW_V: [f64; 3] = [96.0, 230.0, 318.5];
/// Frequencies of the sweep (A7).
const FREQUENCIES_HZ: [f64; 9] = [45.0, 47.5, 49.0, 50.0, 51.0, 55.0, 60.0, 62.5, 65.0];
const FREQUENCIES_FEW_HZ: [f64; 4] = [45.0, 50.0, 60.0, 65.0];

/// Displacements by what the sheet calls them.
const FACTORS: [(Factor, &str, bool); 6] = [
    (Factor::ONE, "1", true),
    (Factor::HALF_L, "0.5L", true),
    (Factor::EIGHT_C, "0.8C", true),
    (Factor::SIN_ONE, "1", false),
    (Factor::SIN_HALF_L, "0.5L", false),
    (Factor::SIN_HALF_C, "0.5C", false),
];

pub(super) fn items(supply: Supply, depth: Depth, level: Level) -> Vec<Item> {
    let many = depth == Depth::Whole && level == Level::Full;
    let mut items = Vec::new();
    if depth > Depth::Spot || supply.wiring != Wiring::ThreePhaseFourWire {
        items.extend(powers(supply, if many { &CURRENTS_A } else { &CURRENTS_FEW_A }, depth));
        items.push(thd(supply, Waveform::FifthHarmonic));
        items.push(thd(supply, Waveform::ThirtyFirst));
    }
    if depth == Depth::Whole {
        items.extend(voltages(supply, if many { &VOLTAGES_V } else { &VOLTAGES_FEW_V }));
        items.extend(frequencies(supply, if many { &FREQUENCIES_HZ } else { &FREQUENCIES_FEW_HZ }));
    }
    if depth == Depth::Whole || level == Level::Full {
        items.push(modbus(supply));
    }
    items
}

fn reading(
    clause: &'static str,
    quantity: &'static str,
    unit: &'static str,
    supply: Supply,
    setup: &Setup,
    rest: &str,
    limit: f64,
) -> Point {
    let rest = format!("{}/{rest}", quantity.replace(' ', "-"));
    Point { unit, ..point(clause, quantity, supply, &rest, setup, Method::Reading, limit) }
}

/// Current (A1), active and apparent power (A3) and reactive power (A5) over the current.
fn powers(supply: Supply, currents_a: &[f64], depth: Depth) -> Vec<Item> {
    let mut items = Vec::new();
    for (factor, label, active) in FACTORS {
        // Imin itself belongs to the sheet's lines of power at PF 1.
        let first = if factor == Factor::ONE { Some(0.25) } else { None };
        for current_a in first.into_iter().chain(currents_a.iter().copied()) {
            if depth == Depth::Spot && ![1.0, 65.0].contains(&current_a) {
                continue;
            }
            let setup = supply.balanced(current_a, factor);
            let candidates: &[(&'static str, &'static str, &'static str, Line, &str)] = if active {
                &[
                    ("A1", "current", "A", Line::Current, ""),
                    ("A3", "active power", "W", Line::ActivePower, label),
                    ("A3", "apparent power", "VA", Line::ApparentPower, label),
                ]
            } else {
                &[("A5", "reactive power", "var", Line::ReactivePower, label)]
            };
            let (mut points, mut lines) = (Vec::new(), Vec::new());
            for (clause, quantity, unit, line, label) in candidates {
                // The current is the same at every displacement.
                if *line == Line::Current && factor != Factor::ONE {
                    continue;
                }
                if let Some(limit) = sheet_limit(quantity, current_a, label) {
                    let rest = at(&setup);
                    points.push(reading(clause, quantity, unit, supply, &setup, &rest, limit));
                    lines.push(*line);
                }
            }
            if !points.is_empty() {
                items.push(Item {
                    points,
                    work: Work::Readings { setup, lines, of_apparent: false },
                });
            }
        }
    }
    items
}

/// Voltage over its range (A2), whatever the nominal one.
fn voltages(supply: Supply, voltages_v: &[f64]) -> Vec<Item> {
    let one = |voltage_v: &f64| {
        let voltage = voltage_v / supply.nominal_v;
        let setup = Setup { voltage, ..supply.balanced(IB_A, Factor::ONE) };
        let (mut points, mut lines) = (Vec::new(), Vec::new());
        let between = voltage_v * 3f64.sqrt();
        for (quantity, at, line) in [
            ("voltage L-N", *voltage_v, Line::VoltageLn),
            ("voltage L-L", between, Line::VoltageLl),
        ] {
            let pairs = supply.wiring.phases()[1];
            if let Some(limit) =
                sheet_limit(quantity, at, "").filter(|_| line == Line::VoltageLn || pairs)
            {
                let rest = format!("{voltage_v}V");
                points.push(reading("A2", quantity, "V", supply, &setup, &rest, limit));
                lines.push(line);
            }
        }
        Item { points, work: Work::Readings { setup, lines, of_apparent: false } }
    };
    voltages_v.iter().map(one).collect()
}

fn frequencies(supply: Supply, frequencies_hz: &[f64]) -> Vec<Item> {
    let one = |frequency_hz: &f64| {
        let setup = Setup { frequency_hz: *frequency_hz, ..supply.balanced(IB_A, Factor::ONE) };
        let limit = sheet_limit("frequency", *frequency_hz, "").expect("within 45 to 65 Hz");
        let rest = format!("{frequency_hz}Hz");
        Item {
            points: vec![reading("A7", "frequency", "Hz", supply, &setup, &rest, limit)],
            work: Work::Readings { setup, lines: vec![Line::Frequency], of_apparent: false },
        }
    };
    frequencies_hz.iter().map(one).collect()
}

fn thd(supply: Supply, waveform: Waveform) -> Item {
    let setup = Setup { waveform, ..supply.balanced(10.0, Factor::ONE) };
    let rest = waveform.name().replace(' ', "-");
    let one = |quantity| Point {
        error_unit: "points",
        ..reading("A8", quantity, "%", supply, &setup, &rest, THD_POINTS)
    };
    Item {
        points: vec![one("THD of voltage L-N"), one("THD of current")],
        work: Work::Readings {
            lines: vec![Line::ThdVoltage, Line::ThdCurrent],
            setup,
            of_apparent: false,
        },
    }
}

/// What a client reads over TCP, against what the unit measured.
fn modbus(supply: Supply) -> Item {
    let setup = supply.balanced(7.3, Factor::EIGHT_C);
    let rows: [(&'static str, &'static str); 7] = [
        ("R1", "energy"),
        ("R2", "energy by phase"),
        ("R3", "power"),
        ("R4", "current"),
        ("R5", "voltage"),
        ("R6", "frequency"),
        ("R7", "power factor"),
    ];
    // A value is rounded to the nearest step.
    let one = |(clause, quantity)| Point {
        unit: "",
        error_unit: "steps",
        ..point(clause, quantity, supply, &at(&setup), &setup, Method::Modbus, 0.5 + 1e-6)
    };
    // Two wattmeters have no energies by phase.
    let there = |(clause, _): &(&'static str, &'static str)| {
        *clause != "R2" || supply.wiring.has_phase_power()
    };
    let points = rows.into_iter().filter(there).map(one).collect();
    Item { points, work: Work::Modbus(setup) }
}

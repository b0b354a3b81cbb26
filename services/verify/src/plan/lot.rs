//! The points of a production lot: a setup in, the limit of its clause found.

use super::{Item, Line, Method, Point, Supply, Take, Work, at, point};
use crate::limits::{IB_A, INFLUENCE_LIMITS, Load, error_percent, sheet_limit};
use crate::setup::{Factor, Setup};

/// The item of a piece of work on a balanced load of the built-in meter.
///
/// # Panics
/// If no limit is known for it: the points of a lot are constants of this crate.
pub(crate) fn lot_item(work: Work) -> Item {
    let points = match &work {
        Work::Error(setup, take) => vec![error(setup, *take)],
        Work::Readings { setup, lines, .. } => {
            lines.iter().map(|line| reading(setup, *line)).collect()
        }
        Work::Drift { intervals, take } => {
            intervals.iter().map(|(cold, warm)| drift(cold, warm, *take)).collect()
        }
        other => panic!("a lot has no points like {other:?}"),
    };
    Item { points, work }
}

fn supply(setup: &Setup) -> Supply {
    Supply::new(setup.wiring, setup.nominal_v, setup.frequency_hz)
}

fn error(setup: &Setup, take: Take) -> Point {
    let energy = take.energy();
    let part = setup.current_a / IB_A;
    let limit = error_percent(energy, Load::Balanced, part, setup.factor);
    let limit = limit.expect("a point of the tables");
    let clause = energy.clause("balanced").id;
    point(clause, energy.name(), supply(setup), &at(setup), setup, take.method(), limit)
}

fn drift(cold: &Setup, warm: &Setup, take: Take) -> Point {
    let energy = take.energy();
    let row = INFLUENCE_LIMITS.iter().find(|row| {
        row.energy == energy && row.influence == "temperature" && row.factor == warm.factor
    });
    let limit = row.expect("a point of the tables").percent;
    let clause = energy.clause("temperature").id;
    let rest = format!("{}/{}..{}C", at(warm), cold.temperature_degc, warm.temperature_degc);
    let point = point(clause, energy.name(), supply(warm), &rest, warm, take.method(), limit);
    Point { error_unit: "%/K", ..point }
}

fn reading(setup: &Setup, line: Line) -> Point {
    let voltage_v = setup.nominal_v * setup.voltage;
    let (clause, quantity, value, rest) = match line {
        Line::Current => ("A1", "current", setup.current_a, at(setup)),
        Line::VoltageLn => ("A2", "voltage L-N", voltage_v, format!("{voltage_v:.1}V")),
        Line::Frequency => ("A7", "frequency", setup.frequency_hz, at(setup)),
        other => panic!("a lot has no line of {other:?}"),
    };
    debug_assert_eq!(setup.factor, Factor::ONE);
    let limit = sheet_limit(quantity, value, "").expect("within the range of the sheet");
    let rest = format!("{}/{rest}", quantity.replace(' ', "-"));
    point(clause, quantity, supply(setup), &rest, setup, Method::Reading, limit)
}

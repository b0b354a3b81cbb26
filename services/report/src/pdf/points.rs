//! The points of a clause as a table.
//!
//! What all points have in common stands once above the table; what changes seldom stands on a line
//! of its own between the rows; only the rest gets columns.

use verify::document::PointResult;

use super::flow::Flow;
use super::table::{Align, Cell, Column, Row, Table, column, number, text};
use crate::format::{Digits, percent, significant, trimmed};
use crate::groups::{Clause, is_counted};

const SIZE: f32 = 7.5;

/// Something that was applied, as text of a point.
struct Condition {
    head: &'static str,
    align: Align,
    of: fn(&PointResult) -> String,
    /// Of a value in words, for a line between rows.
    words: fn(&str) -> String,
    /// Whether it may stand on a line between the rows.
    groups: bool,
}

const CONDITIONS: [Condition; 12] = [
    seldom("Quantity", Align::Left, |p| p.quantity.clone(), str::to_string),
    seldom("Wiring", Align::Left, |p| p.applied.wiring.clone(), str::to_string),
    seldom("Meter", Align::Left, |p| p.applied.meter.clone(), |t| format!("meter {t}")),
    seldom("Un in V", Align::Point, |p| trimmed(p.applied.nominal_v), |t| format!("Un {t} V")),
    seldom("f in Hz", Align::Point, |p| trimmed(p.applied.frequency_hz), |t| format!("{t} Hz")),
    often("Phases", Align::Left, |p| p.applied.phases.clone(), str::to_string),
    often("Waveform", Align::Left, |p| p.applied.waveform.clone(), str::to_string),
    often("T in °C", Align::Point, |p| trimmed(p.applied.temperature_degc), |t| format!("{t} °C")),
    often("U in V", Align::Point, |p| trimmed(p.applied.voltage_v), |t| format!("{t} V applied")),
    often("I in A", Align::Point, |p| trimmed(p.applied.current_a), |t| format!("{t} A")),
    often("Factor", Align::Left, |p| p.applied.factor.clone(), |t| format!("factor {t}")),
    often("Method", Align::Left, |p| method(p), str::to_string),
];

const fn seldom(
    head: &'static str,
    align: Align,
    of: fn(&PointResult) -> String,
    words: fn(&str) -> String,
) -> Condition {
    Condition { head, align, of, words, groups: true }
}

const fn often(
    head: &'static str,
    align: Align,
    of: fn(&PointResult) -> String,
    words: fn(&str) -> String,
) -> Condition {
    Condition { head, align, of, words, groups: false }
}

fn method(point: &PointResult) -> String {
    format!("{}, {}", point.method, point.fidelity)
}

/// Where the conditions of a table stand.
struct Places {
    above: Vec<&'static Condition>,
    between: Vec<&'static Condition>,
    columns: Vec<&'static Condition>,
}

/// The clause with its points; `change` says that its errors are changes of an error.
pub(crate) fn write(flow: &mut Flow<'_>, clause: &Clause<'_>, change: bool) {
    let result = clause.result;
    flow.heading(&format!("{}  {}", result.id, result.title), 80.0);
    let places = places(&clause.points);
    let mut common = vec![result.source.clone()];
    common.extend(words(&places.above, clause.points.first().copied()));
    if !result.requirements.is_empty() {
        common.push(format!("serves {}", result.requirements.join(", ")));
    }
    flow.remark(&common.join(" · "));
    let notes = notes(&clause.points);
    flow.table(&table(clause, &places, change, &notes));
    for (n, note) in notes.iter().enumerate() {
        flow.remark(&format!("{}) {note}", n + 1));
    }
}

fn words(conditions: &[&Condition], point: Option<&PointResult>) -> Vec<String> {
    let Some(point) = point else { return Vec::new() };
    let values = conditions.iter().map(|condition| (condition, (condition.of)(point)));
    let said = values.filter(|(_, value)| !value.is_empty());
    said.map(|(condition, value)| (condition.words)(&value)).collect()
}

/// Above the table if always the same, between rows if at least three rows in a row agree on average.
fn places(points: &[&PointResult]) -> Places {
    let mut places = Places { above: Vec::new(), between: Vec::new(), columns: Vec::new() };
    for condition in &CONDITIONS {
        let values: Vec<String> = points.iter().map(|point| (condition.of)(point)).collect();
        let changes = values.windows(2).filter(|pair| pair[0] != pair[1]).count();
        let runs = changes + 1;
        match () {
            () if changes == 0 => places.above.push(condition),
            () if condition.groups && points.len() >= 3 * runs => places.between.push(condition),
            () => places.columns.push(condition),
        }
    }
    // Voltage at nominal is said by the nominal voltage.
    let nominal = |point: &&PointResult| point.applied.voltage_v == point.applied.nominal_v;
    if points.iter().all(nominal) {
        places.above.retain(|condition| condition.head != "U in V");
        places.columns.retain(|condition| condition.head != "U in V");
    }
    places
}

fn table(clause: &Clause<'_>, places: &Places, change: bool, notes: &[&str]) -> Table {
    let shared = shared_units(&clause.points);
    let mut columns: Vec<Column> =
        places.columns.iter().map(|condition| column(condition.head, condition.align)).collect();
    let error = if change { "Change of\nerror" } else { "Error" };
    columns.extend(value_columns(error, shared, !notes.is_empty()));
    let is_counted = is_counted(&clause.points);
    let mut rows = Vec::new();
    let mut group: Vec<String> = Vec::new();
    for &point in &clause.points {
        let words = words(&places.between, Some(point));
        if words != group {
            rows.push(Row::Group(words.join(" · ")));
            group = words;
        }
        let mut cells: Vec<Cell> =
            places.columns.iter().map(|condition| number((condition.of)(point))).collect();
        cells.extend(value_cells(point, shared, is_counted, notes));
        rows.push(if point.passed { Row::Cells(cells) } else { Row::Failed(cells) });
    }
    Table { columns, rows, size: SIZE }
}

/// Unit of values and of errors, where all points have the same.
#[derive(Clone, Copy)]
struct Shared<'a> {
    unit: Option<&'a str>,
    error_unit: Option<&'a str>,
}

fn shared_units<'a>(points: &[&'a PointResult]) -> Shared<'a> {
    let same = |of: fn(&PointResult) -> &str| {
        let first = points.first().copied().map(of)?;
        points.iter().all(|&point| of(point) == first).then_some(first)
    };
    Shared { unit: same(|point| &point.unit), error_unit: same(|point| &point.error_unit) }
}

fn value_columns(error: &str, shared: Shared<'_>, notes: bool) -> Vec<Column> {
    let with = |head: &str, unit: Option<&str>| match unit {
        Some(unit) if !unit.is_empty() => format!("{head}\nin {unit}"),
        _ => head.to_string(),
    };
    let mut columns = vec![
        column(&with("Indicated", shared.unit), Align::Right),
        column(&with("Reference", shared.unit), Align::Right),
    ];
    if shared.unit.is_none() {
        columns.push(column("Unit", Align::Left));
    }
    let error_lines = with(error, shared.error_unit);
    columns.push(column(&error_lines, Align::Point));
    columns.push(column(&with("Limit ±", shared.error_unit), Align::Point));
    columns.push(column(&with("U (k = 2)", shared.error_unit), Align::Point));
    if shared.error_unit.is_none() {
        columns.push(column("Unit", Align::Left));
    }
    columns.push(column("Margin\nin %", Align::Point));
    columns.push(column("Verdict", Align::Center));
    if notes {
        columns.push(column("Note", Align::Left));
    }
    columns
}

fn value_cells(
    point: &PointResult,
    shared: Shared<'_>,
    is_counted: bool,
    notes: &[&str],
) -> Vec<Cell> {
    let digits = Digits::of(point.limit, &point.error_unit, is_counted);
    let mut cells = vec![number(value(point.indicated)), number(value(point.reference))];
    if shared.unit.is_none() {
        cells.push(text(&*point.unit));
    }
    cells.push(number(digits.signed(point.error)));
    cells.push(number(digits.plain(point.limit)));
    // What is counted has no uncertainty.
    let uncertainty =
        if point.uncertainty == 0.0 { "–".into() } else { digits.plain(point.uncertainty) };
    cells.push(number(uncertainty));
    if shared.error_unit.is_none() {
        cells.push(text(&*point.error_unit));
    }
    cells.push(number(percent(point.margin)));
    cells.push(Cell::Verdict(point.passed));
    if !notes.is_empty() {
        let place = notes.iter().position(|note| *note == point.note);
        cells.push(text(place.map_or(String::new(), |n| format!("{})", n + 1))));
    }
    cells
}

/// Whole numbers as they are, since they were counted; else seven digits.
fn value(value: f64) -> String {
    if value.fract() == 0.0 && value.abs() < 1e12 {
        return format!("{value:.0}");
    }
    significant(value, 7)
}

fn notes<'a>(points: &[&'a PointResult]) -> Vec<&'a str> {
    let mut notes: Vec<&str> = Vec::new();
    for point in points.iter().filter(|point| !point.note.is_empty()) {
        if !notes.contains(&point.note.as_str()) {
            notes.push(&point.note);
        }
    }
    notes
}

//! The points of a clause as a table.
//!
//! What all points have in common stands once above the table; what changes seldom stands on a line
//! of its own between the rows; only the rest gets columns. Many points are a [`Grid`].

use verify::document::PointResult;

use super::conditions::{Condition, Places, places, words};
use super::grid::Grid;
use crate::format::{Digits, percent, tidied};
use crate::groups::{Clause, is_counted};
use paper::Flow;
use paper::{Align, Cell, Column, Row, Table, column, number, text};

/// More digits of a value than these say nothing, and after the point of a percentage.
const MOST_DIGITS: i32 = 7;
const MOST_DECIMALS_OF_PERCENT: i32 = 4;

/// A clause with its points; `change` says that its errors are changes of an error.
pub(crate) fn write(flow: &mut Flow<'_>, clause: &Clause<'_>, change: bool) {
    let result = clause.result;
    flow.heading(&format!("{} – {}", result.id, result.title), 80.0);
    let grid = Grid::of(&clause.points);
    let places = places(&clause.points);
    let mut common = vec![result.source.clone()];
    let above = grid.as_ref().map_or(&places.above, |grid| &grid.above);
    common.extend(words(above, clause.points.first().copied()));
    if !result.requirements.is_empty() && result.requirements != [&*result.id] {
        common.push(format!("serves {}", result.requirements.join(", ")));
    }
    match grid {
        Some(grid) => {
            let what = if change { "changes of the error" } else { "errors" };
            let unit = clause.points.first().map_or("", |point| point.error_unit.as_str());
            // Behind the source, where no line ends before a unit.
            common.insert(1, format!("{what} and limits in {unit}"));
            flow.remark(&common.join(" · "));
            flow.table(&grid.table());
        }
        None => {
            flow.remark(&common.join(" · "));
            put(flow, clause, &places, change);
        }
    }
}

fn put(flow: &mut Flow<'_>, clause: &Clause<'_>, places: &Places, change: bool) {
    let notes = notes(&clause.points);
    let shared = Shared::of(&clause.points);
    let mut columns: Vec<Column> =
        places.columns.iter().map(|condition| column(condition.head, condition.align)).collect();
    let error = if change { "Change" } else { "Error" };
    columns.extend(value_columns(error, shared, !notes.is_empty()));
    let rows = rows(clause, places, shared, &notes);
    flow.table(&Table::new(columns, rows).whole());
    for (n, note) in notes.iter().enumerate() {
        flow.remark(&format!("{}) {}", n + 1, tidied(note)));
    }
}

fn rows(clause: &Clause<'_>, places: &Places, shared: Shared<'_>, notes: &[&str]) -> Vec<Row> {
    let style = Style::of(&clause.points);
    let mut rows = Vec::new();
    let mut group: Vec<String> = Vec::new();
    for &point in &clause.points {
        let words = words(&places.between, Some(point));
        if words != group {
            rows.push(Row::Group(words.join(" · ")));
            group = words;
        }
        let conditions = places.columns.iter().map(|condition| condition.cell(point));
        let mut cells: Vec<Cell> = conditions.collect();
        cells.extend(value_cells(point, shared, style, notes));
        rows.push(if point.passed { Row::Cells(cells) } else { Row::Failed(cells) });
    }
    rows
}

impl Condition {
    /// What it is at a point.
    pub fn cell(&self, point: &PointResult) -> Cell {
        let value = (self.of)(point);
        if self.align == Align::Point { number(value) } else { text(value) }
    }
}

/// Unit of values and of errors, where all points of a table have the same.
#[derive(Clone, Copy)]
struct Shared<'a> {
    unit: Option<&'a str>,
    error_unit: Option<&'a str>,
}

impl<'a> Shared<'a> {
    fn of(points: &[&'a PointResult]) -> Shared<'a> {
        let same = |of: fn(&PointResult) -> &str| {
            let first = points.first().copied().map(of)?;
            points.iter().all(|&point| of(point) == first).then_some(first)
        };
        Shared { unit: same(|point| &point.unit), error_unit: same(|point| &point.error_unit) }
    }
}

/// How the numbers of a clause are written.
#[derive(Clone, Copy)]
struct Style {
    /// Values are whole, since something was counted.
    whole_values: bool,
    counted_errors: bool,
}

impl Style {
    fn of(points: &[&PointResult]) -> Style {
        let whole =
            |point: &&PointResult| point.indicated.fract() == 0.0 && point.reference.fract() == 0.0;
        Style { whole_values: points.iter().all(whole), counted_errors: is_counted(points) }
    }

    fn value(self, value: f64, point: &PointResult) -> String {
        let decimals = if self.whole_values { 0 } else { decimals(value, point) };
        let text = format!("{value:.decimals$}");
        // A zero has no sign.
        let is_zero = !text.contains(|c: char| c.is_ascii_digit() && c != '0');
        if is_zero { text.trim_start_matches('-').to_string() } else { text }
    }
}

/// Decimals that show a value to two digits of its uncertainty or, where it has none, to three of its
/// limit.
fn decimals(value: f64, point: &PointResult) -> usize {
    let difference = (point.indicated - point.reference).abs();
    let error_unit = match point.error_unit.as_str() {
        unit if unit == point.unit => 1.0,
        "%" => point.reference.abs() / 100.0,
        _ if difference > 0.0 && point.error != 0.0 => difference / point.error.abs(),
        _ => 1.0,
    };
    let (known, digits) =
        if point.uncertainty > 0.0 { (point.uncertainty, 1) } else { (point.limit, 2) };
    let known = known * error_unit;
    let places = |value: f64| if value > 0.0 { value.log10().floor() as i32 } else { 0 };
    let wanted = digits - places(known);
    let most = match point.unit.as_str() {
        "%" => MOST_DECIMALS_OF_PERCENT,
        _ => (MOST_DIGITS - 1 - places(value.abs())).min(MOST_DIGITS),
    };
    wanted.min(most).max(0) as usize
}

fn value_columns(error: &str, shared: Shared<'_>, notes: bool) -> Vec<Column> {
    let with = |head: &str, unit: Option<&str>| match unit {
        Some(unit) if !unit.is_empty() => format!("{head}\nin {unit}"),
        _ => head.to_string(),
    };
    let mut columns = vec![
        column(&with("Indicated", shared.unit), Align::Point),
        column(&with("Reference", shared.unit), Align::Point),
    ];
    if shared.unit.is_none() {
        columns.push(column("Unit", Align::Left));
    }
    let error_lines = with(error, shared.error_unit);
    columns.push(column(&error_lines, Align::Point));
    columns.push(column(&with("Limit ±", shared.error_unit), Align::Point));
    columns.push(column(&with("U, k = 2", shared.error_unit), Align::Point));
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

fn value_cells(point: &PointResult, shared: Shared<'_>, style: Style, notes: &[&str]) -> Vec<Cell> {
    let digits =
        Digits::fine(point.limit, &point.error_unit, style.counted_errors, point.uncertainty);
    let mut cells = vec![
        number(style.value(point.indicated, point)),
        number(style.value(point.reference, point)),
    ];
    if shared.unit.is_none() {
        cells.push(text(&*point.unit));
    }
    cells.push(number(digits.error(point.error)));
    cells.push(number(digits.limit(point.limit)));
    // What is counted has no uncertainty.
    let uncertainty =
        if point.uncertainty == 0.0 { "–".into() } else { digits.seen(point.uncertainty) };
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

fn notes<'a>(points: &[&'a PointResult]) -> Vec<&'a str> {
    let mut notes: Vec<&str> = Vec::new();
    for point in points.iter().filter(|point| !point.note.is_empty()) {
        if !notes.contains(&point.note.as_str()) {
            notes.push(&point.note);
        }
    }
    notes
}

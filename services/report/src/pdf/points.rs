//! The points of a clause as a table.
//!
//! What all points have in common stands once above the table; what changes seldom stands on a line
//! of its own between the rows; only the rest gets columns.

use verify::document::PointResult;

use super::conditions::{Places, places, words};
use super::flow::Flow;
use super::table::{Align, Cell, Column, Row, Table, column, number, text};
use crate::format::{Digits, percent, significant};
use crate::groups::{Clause, is_counted};

/// A clause with its points; `change` says that its errors are changes of an error.
pub(crate) fn write(flow: &mut Flow<'_>, clause: &Clause<'_>, change: bool) {
    let result = clause.result;
    flow.heading(&format!("{} – {}", result.id, result.title), 80.0);
    let places = places(&clause.points, false);
    let mut common = vec![result.source.clone()];
    common.extend(words(&places.above, clause.points.first().copied()));
    if !result.requirements.is_empty() && result.requirements != [&*result.id] {
        common.push(format!("serves {}", result.requirements.join(", ")));
    }
    flow.remark(&common.join(" · "));
    put(flow, &[clause], &places, change);
}

/// Several clauses of a few points each in one table.
pub(crate) fn write_together(flow: &mut Flow<'_>, title: &str, clauses: &[&Clause<'_>]) {
    flow.heading(title, 80.0);
    let points: Vec<&PointResult> = clauses.iter().flat_map(|c| &c.points).copied().collect();
    let places = places(&points, true);
    let common = words(&places.above, points.first().copied());
    if !common.is_empty() {
        flow.remark(&common.join(" · "));
    }
    put(flow, clauses, &places, false);
}

fn put(flow: &mut Flow<'_>, clauses: &[&Clause<'_>], places: &Places, change: bool) {
    let points: Vec<&PointResult> = clauses.iter().flat_map(|c| &c.points).copied().collect();
    let notes = notes(&points);
    let shared = Shared::of(&points);
    let mut columns: Vec<Column> =
        places.columns.iter().map(|condition| column(condition.head, condition.align)).collect();
    let error = if change { "Change" } else { "Error" };
    columns.extend(value_columns(error, shared, !notes.is_empty()));
    let mut rows = Vec::new();
    for clause in clauses {
        if clauses.len() > 1 {
            let result = clause.result;
            rows.push(Row::Group(format!("{} – {} ({})", result.id, result.title, result.source)));
        }
        push_rows(&mut rows, clause, places, shared, &notes);
    }
    flow.table(&Table { columns, rows });
    for (n, note) in notes.iter().enumerate() {
        flow.remark(&format!("{}) {note}", n + 1));
    }
}

fn push_rows(
    rows: &mut Vec<Row>,
    clause: &Clause<'_>,
    places: &Places,
    shared: Shared<'_>,
    notes: &[&str],
) {
    let style = Style::of(&clause.points);
    let mut group: Vec<String> = Vec::new();
    for &point in &clause.points {
        let words = words(&places.between, Some(point));
        if words != group {
            rows.push(Row::Group(words.join(" · ")));
            group = words;
        }
        let conditions = places.columns.iter().map(|condition| {
            let value = (condition.of)(point);
            if condition.align == Align::Point { number(value) } else { text(value) }
        });
        let mut cells: Vec<Cell> = conditions.collect();
        cells.extend(value_cells(point, shared, style, notes));
        rows.push(if point.passed { Row::Cells(cells) } else { Row::Failed(cells) });
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

    /// To seven digits, or whole.
    fn value(self, value: f64) -> String {
        if self.whole_values { format!("{value:.0}") } else { significant(value, 7) }
    }
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
    let digits = Digits::of(point.limit, &point.error_unit, style.counted_errors);
    let mut cells =
        vec![number(style.value(point.indicated)), number(style.value(point.reference))];
    if shared.unit.is_none() {
        cells.push(text(&*point.unit));
    }
    cells.push(number(digits.signed(point.error)));
    cells.push(number(digits.plain(point.limit)));
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

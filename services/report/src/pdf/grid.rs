//! Many points of a clause as a grid: one of their conditions goes across, the others go down.
//!
//! A row gives the error of each of its points and, of all of them, the largest uncertainty and the
//! smallest margin. Where limits differ within a column, each stands beside its error.

use std::collections::{BTreeMap, BTreeSet};

use verify::document::PointResult;

use super::conditions::{Condition, between_rows, changes, key, relevant, words};
use crate::format::{Digits, percent};
use paper::typeset;
use paper::{Align, Cell, Column, Row, Table, column, number, text};

/// Fewer points are a list, with all that is known of each.
const MANY: usize = 24;
/// Columns that have room beside each other, with a limit for each.
const MOST_ACROSS: usize = 5;
/// Never across: a supply is what the rows of a group have in common.
const SUPPLY: [&str; 3] = ["Wiring", "Meter", "Un in V"];

/// Which conditions stand where.
pub(crate) struct Grid<'a> {
    pub above: Vec<&'static Condition>,
    between: Vec<&'static Condition>,
    down: Vec<&'static Condition>,
    across: Vec<&'static Condition>,
    /// A point for each column, from left to right.
    heads: Vec<&'a PointResult>,
    rows: Vec<Vec<&'a PointResult>>,
    digits: Digits,
}

impl<'a> Grid<'a> {
    /// The grid of fewest rows, or `None` where a list is not much longer or errors do not compare.
    pub fn of(points: &[&'a PointResult]) -> Option<Grid<'a>> {
        let first = points.first()?;
        let is_plain =
            |point: &&PointResult| point.error_unit == first.error_unit && point.note.is_empty();
        if points.len() < MANY || !points.iter().all(is_plain) {
            return None;
        }
        let (varying, above): (Vec<&Condition>, Vec<&Condition>) =
            relevant(points).into_iter().partition(|condition| changes(condition, points) > 0);
        if distinct(&varying, points) < points.len() {
            return None;
        }
        let splits = candidates(&varying).into_iter().filter_map(|across| {
            let down: Vec<&Condition> =
                varying.iter().filter(|own| !is_in(own, &across)).copied().collect();
            let (columns, rows) = (distinct(&across, points), distinct(&down, points));
            let is_shorter = columns <= MOST_ACROSS && rows * 3 <= points.len() * 2;
            is_shorter.then_some((rows, across, down))
        });
        let (_, across, down) = splits.min_by_key(|(rows, ..)| *rows)?;
        let mut grid = Grid {
            above,
            between: Vec::new(),
            down,
            heads: first_of_each(&across, points),
            across,
            rows: Vec::new(),
            digits: finest(points),
        };
        grid.fill(points);
        Some(grid)
    }

    fn fill(&mut self, points: &[&'a PointResult]) {
        let mut at: BTreeMap<String, usize> = BTreeMap::new();
        for &point in points {
            let next = at.len();
            let row = *at.entry(key(&self.down, point)).or_insert(next);
            if row == self.rows.len() {
                self.rows.push(Vec::new());
            }
            self.rows[row].push(point);
        }
        self.sort(points);
        let firsts: Vec<&PointResult> = self.rows.iter().map(|row| row[0]).collect();
        (self.between, self.down) = between_rows(&self.down, &firsts);
    }

    /// By what was applied, condition by condition: by number, or as the plan has it.
    fn sort(&mut self, points: &[&PointResult]) {
        let orders: Vec<Vec<String>> =
            self.down.iter().map(|condition| values(condition, points)).collect();
        let places = |row: &[&PointResult]| -> Vec<f64> {
            let of = |(condition, order): (&&Condition, &Vec<String>)| {
                let value = (condition.of)(row[0]);
                let place = order.iter().position(|known| *known == value).unwrap_or(order.len());
                let number = value.parse().ok().filter(|_| !condition.groups);
                number.unwrap_or(place as f64)
            };
            self.down.iter().zip(&orders).map(of).collect()
        };
        let compare = |a: &[f64], b: &[f64]| {
            let different = a.iter().zip(b).map(|(a, b)| a.total_cmp(b)).find(|way| way.is_ne());
            different.unwrap_or(std::cmp::Ordering::Equal)
        };
        let mut rows: Vec<(Vec<f64>, Vec<&'a PointResult>)> =
            std::mem::take(&mut self.rows).into_iter().map(|row| (places(&row), row)).collect();
        rows.sort_by(|(a, _), (b, _)| compare(a, b));
        self.rows = rows.into_iter().map(|(_, row)| row).collect();
    }

    /// The largest limit of a column, if it is the same at all its points.
    fn limit_of_column(&self, head: &PointResult) -> Option<f64> {
        let column = key(&self.across, head);
        let points = self.rows.iter().flatten();
        let mut limits = points.filter(|p| key(&self.across, p) == column).map(|p| p.limit);
        let first = limits.next()?;
        limits.all(|limit| limit == first).then_some(first)
    }

    pub fn table(&self) -> Table {
        let unit = self.heads.first().map_or("", |point| point.error_unit.as_str());
        let mut columns: Vec<Column> =
            self.down.iter().map(|condition| column(condition.head, condition.align)).collect();
        for head in &self.heads {
            let words = self.across.iter().map(|own| (own.words)(&typeset(&(own.of)(head))));
            let mut lines: Vec<String> = words.collect();
            match self.limit_of_column(head) {
                Some(limit) => {
                    lines.push(format!("± {} {unit}", self.digits.limit(limit)));
                    columns.push(column(&lines.join("\n"), Align::Point));
                }
                None => {
                    columns.push(column(&lines.join("\n"), Align::Point));
                    columns.push(column("±", Align::Point));
                }
            }
        }
        columns.push(column("U ≤", Align::Point));
        columns.push(column("Margin\n≥ in %", Align::Point));
        columns.push(column("Verdict", Align::Center));
        Table::new(columns, self.table_rows()).whole()
    }

    fn table_rows(&self) -> Vec<Row> {
        let mut rows = Vec::new();
        let mut group: Vec<String> = Vec::new();
        for points in &self.rows {
            let words = words(&self.between, points.first().copied());
            if words != group {
                rows.push(Row::Group(words.join(" · ")));
                group = words;
            }
            rows.push(Row::Cells(self.row(points)));
        }
        rows
    }

    fn row(&self, points: &[&PointResult]) -> Vec<Cell> {
        let mut cells: Vec<Cell> = self.down.iter().map(|own| own.cell(points[0])).collect();
        for head in &self.heads {
            let column = key(&self.across, head);
            let point = points.iter().find(|point| key(&self.across, point) == column);
            cells.push(match point {
                Some(point) if point.passed => number(self.digits.error(point.error)),
                Some(point) => Cell::Marked(typeset(&self.digits.error(point.error))),
                None => text(""),
            });
            if self.limit_of_column(head).is_none() {
                cells.push(text(point.map_or(String::new(), |p| self.digits.limit(p.limit))));
            }
        }
        let uncertainty = points.iter().fold(0.0, |most: f64, point| most.max(point.uncertainty));
        let margin = points.iter().fold(f64::INFINITY, |least, point| least.min(point.margin));
        cells.push(number(match uncertainty {
            0.0 => "–".to_string(),
            uncertainty => self.digits.seen(uncertainty),
        }));
        cells.push(number(percent(margin)));
        cells.push(Cell::Verdict(points.iter().all(|point| point.passed)));
        cells
    }
}

/// Each condition alone, and each with the quantity.
fn candidates(varying: &[&'static Condition]) -> Vec<Vec<&'static Condition>> {
    let own = varying.iter().filter(|condition| !SUPPLY.contains(&condition.head));
    let own: Vec<&Condition> = own.copied().collect();
    let quantity = own.iter().find(|condition| condition.head == "Quantity").copied();
    let pairs = quantity.into_iter().flat_map(|quantity| {
        let others = own.iter().filter(move |condition| condition.head != quantity.head);
        others.map(move |condition| vec![quantity, *condition])
    });
    let pairs: Vec<Vec<&Condition>> = pairs.collect();
    own.iter().map(|condition| vec![*condition]).chain(pairs).collect()
}

fn is_in(condition: &Condition, conditions: &[&Condition]) -> bool {
    conditions.iter().any(|other| other.head == condition.head)
}

fn distinct(conditions: &[&Condition], points: &[&PointResult]) -> usize {
    points.iter().map(|point| key(conditions, point)).collect::<BTreeSet<_>>().len()
}

/// The values of a condition, in the order in which they come.
fn values(condition: &Condition, points: &[&PointResult]) -> Vec<String> {
    let mut values: Vec<String> = Vec::new();
    for value in points.iter().map(|point| (condition.of)(point)) {
        if !values.contains(&value) {
            values.push(value);
        }
    }
    values
}

fn first_of_each<'a>(
    conditions: &[&Condition],
    points: &[&'a PointResult],
) -> Vec<&'a PointResult> {
    let mut seen = BTreeSet::new();
    points.iter().filter(|point| seen.insert(key(conditions, point))).copied().collect()
}

/// Digits that suit the smallest limit and uncertainty.
fn finest(points: &[&PointResult]) -> Digits {
    let is_counted = crate::groups::is_counted(points);
    let limit = points.iter().fold(f64::INFINITY, |least, point| least.min(point.limit));
    let seen = points.iter().map(|point| point.uncertainty).filter(|u| *u > 0.0);
    let uncertainty = seen.fold(f64::INFINITY, f64::min);
    let uncertainty = if uncertainty.is_finite() { uncertainty } else { 0.0 };
    let unit = points.first().map_or("", |point| point.error_unit.as_str());
    Digits::fine(limit, unit, is_counted, uncertainty)
}

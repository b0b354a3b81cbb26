//! Questions to the history: rows by longer steps, and what is missing.
//!
//! A row belongs to the step in which it begins and counts there once. Answers come row by row and need
//! the memory of one row, however long the range. Rows are taken in the order of their numbers: where the
//! clock was set back to another step, that step comes again as a row of its own.

mod quality;
pub mod range;

pub use quality::{ColumnQuality, Hole, QualityReport, quality};

use crate::calendar::{Span, Step, Zone};
use crate::engine::StoreError;
use crate::row::{Aggregate, Cell, Column, Layout, Quality, Row, RowFlag, RowFlags, Rows};
use port::{Reason, Timestamp};

/// What a row may lack and still be whole: what was measured is rounded to a millisecond.
pub(crate) const WHOLE_MS: u64 = 1;

/// Rows by longer steps: means are weighted by the time that was measured, extremes keep their moment, sums
/// and gains are added, the last standing stands. `measured_ms` against the length of the step is the
/// coverage. The number of a row is that of the last row in it, so that a reader can go on after it.
///
/// # Errors
/// If the rows' own intervals are longer than the step, or if the moment of an extreme is asked for without
/// the extreme.
pub fn resample<'a>(
    layout: &Layout,
    rows: Rows<'a>,
    step: Step,
    zone: &Zone,
) -> Result<(Layout, Rows<'a>), StoreError> {
    let (own, wanted) = (layout.interval_s, step.nominal_s());
    if own > wanted {
        return Err(StoreError::Asked(format!(
            "the rows of \"{}\" are {own} s long and cannot be cut into {wanted} s; ask for {own} s or more",
            layout.job
        )));
    }
    let rules =
        layout.columns.iter().map(|column| rule(layout, column)).collect::<Result<_, _>>()?;
    let coarse = Layout { id: 0, interval_s: wanted, ..layout.clone() };
    let resampler = Resampler { rows, step, zone: zone.clone(), rules, group: None };
    Ok((coarse, Box::new(resampler)))
}

/// The largest values of a column and the moments at which their rows began, the largest first; of equal
/// ones, the earlier.
///
/// # Errors
/// As the rows say.
pub fn peaks(
    rows: Rows<'_>,
    column: usize,
    count: usize,
) -> Result<Vec<(Timestamp, i64)>, StoreError> {
    let mut found: Vec<(Timestamp, i64)> = Vec::with_capacity(count + 1);
    for row in rows {
        let row = row?;
        let Some(value) = row.cells.get(column).and_then(|cell| cell.value()) else { continue };
        let place = found.partition_point(|(_, other)| *other >= value);
        found.insert(place, (row.start, value));
        found.truncate(count);
    }
    Ok(found)
}

/// How the cells of a column become one.
#[derive(Debug, Clone, Copy)]
enum Rule {
    Mean,
    /// With the column that holds its moment.
    Min(Option<usize>),
    /// With the column that holds its moment.
    Max(Option<usize>),
    /// Goes with its extreme.
    Moment,
    Add,
    Last,
}

fn rule(layout: &Layout, column: &Column) -> Result<Rule, StoreError> {
    let place = |aggregate: Aggregate| {
        layout.columns.iter().position(|other| *other == Column { aggregate, ..*column })
    };
    let moment = |of: Aggregate| match place(of) {
        Some(_) => Ok(Rule::Moment),
        None => Err(StoreError::Asked(format!(
            "{} says nothing without its {}; ask for both",
            column.path(),
            of.slug()
        ))),
    };
    match column.aggregate {
        Aggregate::Mean => Ok(Rule::Mean),
        Aggregate::Min => Ok(Rule::Min(place(Aggregate::MinAt))),
        Aggregate::Max => Ok(Rule::Max(place(Aggregate::MaxAt))),
        Aggregate::MinAt => moment(Aggregate::Min),
        Aggregate::MaxAt => moment(Aggregate::Max),
        Aggregate::Sum | Aggregate::Delta => Ok(Rule::Add),
        Aggregate::Last => Ok(Rule::Last),
    }
}

struct Resampler<'a> {
    rows: Rows<'a>,
    step: Step,
    zone: Zone,
    rules: Vec<Rule>,
    group: Option<Group>,
}

/// The step in progress.
struct Group {
    span: Span,
    seq: u64,
    rows: u64,
    measured_ms: u64,
    flags: RowFlags,
    cells: Vec<Joined>,
}

/// A cell of the step in progress.
#[derive(Debug, Clone, Copy)]
struct Joined {
    /// Sum, extreme or last value; of a mean, the sum of steps times milliseconds.
    steps: i128,
    /// Milliseconds of a mean.
    weight: i128,
    /// Whether there was any value.
    found: bool,
    /// Flags of the values, or the last reason.
    quality: Quality,
}

const NO_CELL: Joined = Joined { steps: 0, weight: 0, found: false, quality: Quality::GOOD };

impl Iterator for Resampler<'_> {
    type Item = Result<Row, StoreError>;

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            match self.rows.next() {
                Some(Ok(row)) => {
                    let span = self.zone.span(row.start, self.step);
                    let same = self.group.as_ref().is_some_and(|group| group.span == span);
                    let finished = if same { None } else { self.group.take() };
                    let group =
                        self.group.get_or_insert_with(|| Group::new(span, self.rules.len()));
                    group.add(&row, &self.rules);
                    if let Some(finished) = finished {
                        return Some(Ok(finished.row(&self.rules)));
                    }
                }
                Some(Err(error)) => {
                    self.group = None;
                    return Some(Err(error));
                }
                None => return self.group.take().map(|group| Ok(group.row(&self.rules))),
            }
        }
    }
}

impl Group {
    fn new(span: Span, columns: usize) -> Group {
        Group {
            span,
            seq: 0,
            rows: 0,
            measured_ms: 0,
            flags: RowFlags::NONE,
            cells: vec![NO_CELL; columns],
        }
    }

    fn add(&mut self, row: &Row, rules: &[Rule]) {
        self.seq = row.seq;
        self.rows += 1;
        self.measured_ms += row.measured_ms;
        self.flags = self.flags.union(row.flags);
        let since_ms = i128::from(row.start.unix_ns - self.span.start.unix_ns) / 1_000_000;
        for (place, (rule, cell)) in rules.iter().zip(&row.cells).enumerate() {
            let Some(value) = cell.value() else {
                self.cells[place].miss(cell.quality);
                continue;
            };
            let value = i128::from(value);
            let weight = i128::from(row.measured_ms.max(1));
            let joined = &mut self.cells[place];
            let moment = match *rule {
                Rule::Mean => {
                    joined.steps += value * weight;
                    joined.weight += weight;
                    None
                }
                Rule::Min(at) => {
                    joined.take_if(value, |now, best| now < best).then_some(at).flatten()
                }
                Rule::Max(at) => {
                    joined.take_if(value, |now, best| now > best).then_some(at).flatten()
                }
                Rule::Add => {
                    joined.steps += value;
                    None
                }
                Rule::Last => {
                    joined.steps = value;
                    None
                }
                Rule::Moment => None,
            };
            joined.find(cell.quality);
            if let Some(at) = moment {
                self.cells[at].steps = since_ms + i128::from(row.cells[at].steps);
            }
        }
    }

    fn row(self, rules: &[Rule]) -> Row {
        let whole_ms = self.span.ms().saturating_sub(WHOLE_MS * self.rows);
        let cells = self.cells.iter().zip(rules).map(|(cell, rule)| cell.cell(*rule)).collect();
        Row {
            seq: self.seq,
            start: self.span.start,
            end: self.span.end,
            measured_ms: self.measured_ms,
            flags: self.flags.with(RowFlag::Gap, self.measured_ms < whole_ms),
            cells,
        }
    }
}

impl Joined {
    fn find(&mut self, quality: Quality) {
        let before = if self.found { self.quality.0 } else { 0 };
        self.quality = Quality(before | quality.0);
        self.found = true;
    }

    fn miss(&mut self, quality: Quality) {
        if !self.found {
            self.quality = quality;
        }
    }

    fn take_if(&mut self, value: i128, better: impl Fn(i128, i128) -> bool) -> bool {
        let taken = !self.found || better(value, self.steps);
        if taken {
            self.steps = value;
        }
        taken
    }

    fn cell(&self, rule: Rule) -> Cell {
        if !self.found {
            let reason = self.quality.reason().unwrap_or(Reason::Settling);
            return Cell::absent(reason);
        }
        let steps = match rule {
            Rule::Mean => half_away(self.steps, self.weight.max(1)),
            Rule::Min(_) | Rule::Max(_) | Rule::Moment | Rule::Add | Rule::Last => self.steps,
        };
        let steps = steps.clamp(i64::MIN.into(), i64::MAX.into()) as i64;
        Cell { steps, quality: self.quality }
    }
}

/// A quotient, half a step rounded away from zero.
fn half_away(sum: i128, weight: i128) -> i128 {
    let half = if sum < 0 { -(weight / 2) } else { weight / 2 };
    (sum + half) / weight
}

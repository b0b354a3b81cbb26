//! Questions of reports to the history.

use crate::api::history::{Ask, Found, Wish, find};
use crate::problem::Problem;
use catalog::{QuantityId, Register, Scope, point};
use image::MeterId;
use port::Timestamp;
use store::calendar::{Step, Zone};
use store::keep::Reader;
use store::{Aggregate, Column};

/// Rows of a table at most: ten years of days.
const ROWS_MAX: usize = 4000;

/// A column by its parts; the catalogue has it.
pub fn column(
    meter: MeterId,
    quantity: QuantityId,
    register: Option<Register>,
    scope: Scope,
    aggregate: Aggregate,
) -> Column {
    let point = point(quantity, register, scope).expect("in the catalogue");
    Column { meter, point, aggregate }
}

/// Rows with their values.
pub struct Answer {
    /// What was found.
    pub found: Found,
}

impl Answer {
    /// Value of a row in a column, in its unit.
    pub fn value(&self, row: usize, column: usize) -> Option<f64> {
        let steps = self.found.rows[row].cells[column].value()?;
        let decimals = self.found.layout.columns[column].decimals();
        Some(steps as f64 / 10f64.powi(decimals.into()))
    }

    /// Sum of a column; none if it has no value at all.
    pub fn sum(&self, column: usize) -> Option<f64> {
        let values = (0..self.found.rows.len()).filter_map(|row| self.value(row, column));
        values.fold(None, |sum, value| Some(sum.unwrap_or(0.0) + value))
    }

    /// Rows.
    pub fn len(&self) -> usize {
        self.found.rows.len()
    }

    /// When a row begins.
    pub fn start(&self, row: usize) -> Timestamp {
        self.found.rows[row].start
    }

    /// How much of the time between two moments was measured, 0 to 1.
    pub fn coverage(&self, (from, to): (Timestamp, Timestamp)) -> f64 {
        let measured_ms: u64 = self.found.rows.iter().map(|row| row.measured_ms).sum();
        let length_s = to.seconds_since(from);
        if length_s <= 0.0 { 0.0 } else { (measured_ms as f64 / 1000.0 / length_s).min(1.0) }
    }
}

/// Rows of some columns of one job; none if one of them is not kept.
///
/// # Errors
/// If the history cannot be read.
pub fn rows(
    reader: &Reader,
    zone: &Zone,
    (from, to): (Timestamp, Timestamp),
    step: Step,
    columns: &[Column],
) -> Result<Option<Answer>, Problem> {
    let columns = columns.iter().map(Column::path).collect();
    let ask = Ask { from, to, step: Wish::Step(step), columns };
    match find(reader, zone, &ask, ROWS_MAX) {
        Ok(found) => Ok(Some(Answer { found })),
        Err(problem) if problem.status == 422 => Ok(None),
        Err(problem) => Err(problem),
    }
}

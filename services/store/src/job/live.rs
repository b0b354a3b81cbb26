//! A live or demand quantity within a row: mean, extremes, sum and last value.

use crate::row::{Aggregate, Cell, Quality};
use catalog::{Point, PointId};
use port::{Flags, Reading, Reason};

/// A quantity of a meter that is no counter.
#[derive(Debug, Clone)]
pub(super) struct Live {
    point: PointId,
    scale: f64,
    reason: Reason,
    row: Seen,
}

/// What the row in progress has seen.
#[derive(Debug, Clone, Copy)]
struct Seen {
    /// Value times seconds.
    sum: f64,
    seconds: f64,
    min: (f64, i64),
    max: (f64, i64),
    last: f64,
    flags: Flags,
}

const NOTHING: Seen = Seen {
    sum: 0.0,
    seconds: 0.0,
    min: (f64::INFINITY, 0),
    max: (f64::NEG_INFINITY, 0),
    last: 0.0,
    flags: Flags::NONE,
};

impl Live {
    pub fn new(point: &Point) -> Live {
        let scale = 10f64.powi(point.quantity.decimals.into());
        Live { point: point.id, scale, reason: Reason::Settling, row: NOTHING }
    }

    pub fn point(&self) -> PointId {
        self.point
    }

    /// Adds so many seconds of a window that end so many milliseconds after the row began.
    pub fn add(&mut self, reading: Reading, seconds: f64, end_ms: i64) {
        let (value, flags) = match reading {
            Reading::Value { value, flags } => (value, flags),
            Reading::Absent(reason) => {
                self.reason = reason;
                return;
            }
        };
        let row = &mut self.row;
        row.sum += value * seconds;
        row.seconds += seconds;
        row.last = value;
        row.flags = row.flags.union(flags);
        if value < row.min.0 {
            row.min = (value, end_ms);
        }
        if value > row.max.0 {
            row.max = (value, end_ms);
        }
    }

    /// What a column says of the row in progress.
    pub fn cell(&self, aggregate: Aggregate) -> Cell {
        let row = &self.row;
        if row.seconds <= 0.0 {
            return Cell::absent(self.reason);
        }
        let steps = match aggregate {
            Aggregate::Mean => self.steps(row.sum / row.seconds),
            Aggregate::Min => self.steps(row.min.0),
            Aggregate::MinAt => row.min.1,
            Aggregate::Max => self.steps(row.max.0),
            Aggregate::MaxAt => row.max.1,
            Aggregate::Sum => self.steps(row.sum),
            Aggregate::Last | Aggregate::Delta => self.steps(row.last),
        };
        Cell { steps, quality: Quality::of(row.flags) }
    }

    /// Half a step away from zero, as everywhere that a value is shown.
    fn steps(&self, value: f64) -> i64 {
        (value * self.scale).round() as i64
    }

    /// Begins the next row.
    pub fn begin_row(&mut self) {
        self.row = NOTHING;
    }

    /// Why there is nothing, if it was not read.
    pub fn miss(&mut self, reason: Reason) {
        self.reason = reason;
    }
}

//! What is missing in the rows of a job and how good the rest is, as data for a report.

use super::WHOLE_MS;
use crate::engine::StoreError;
use crate::row::{Layout, Row, RowFlag, RowFlags, Rows};
use port::Timestamp;

/// Most holes that a report lists; of more it tells how many there are.
const HOLES_MAX: usize = 1000;

/// A stretch of time that was not measured, or not all of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Hole {
    /// Its beginning.
    pub from: Timestamp,
    /// Its end.
    pub to: Timestamp,
    /// How much of it was not measured, in milliseconds.
    pub missing_ms: u64,
    /// Remarks on the rows in it.
    pub flags: RowFlags,
}

/// The cells of a column, counted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ColumnQuality {
    /// Path of the column.
    pub path: String,
    /// Values without remarks.
    pub good: u64,
    /// Values with remarks.
    pub flagged: u64,
    /// Cells without a value.
    pub absent: u64,
}

/// Gaps and quality of a job's rows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct QualityReport {
    /// Name of the job.
    pub job: String,
    /// How many rows there are.
    pub rows: u64,
    /// Milliseconds that the rows should cover.
    pub expected_ms: u64,
    /// Milliseconds that were measured.
    pub measured_ms: u64,
    /// How many rows have which flag, in the order of [`RowFlag::ALL`].
    pub flags: [u64; RowFlag::ALL.len()],
    /// Holes, in the order of rows; those that touch are one.
    pub holes: Vec<Hole>,
    /// How many more there are.
    pub holes_left_off: u64,
    /// Column by column.
    pub columns: Vec<ColumnQuality>,
}

/// The report of a range. What lies between its ends and the first and last row is missing too.
///
/// # Errors
/// As the rows say.
pub fn quality(
    layout: &Layout,
    rows: Rows<'_>,
    from: Timestamp,
    to: Timestamp,
) -> Result<QualityReport, StoreError> {
    let column = |path| ColumnQuality { path, good: 0, flagged: 0, absent: 0 };
    let mut report = QualityReport {
        job: layout.job.clone(),
        rows: 0,
        expected_ms: 0,
        measured_ms: 0,
        flags: [0; RowFlag::ALL.len()],
        holes: Vec::new(),
        holes_left_off: 0,
        columns: layout.columns.iter().map(|known| column(known.path())).collect(),
    };
    let (mut reached, mut was_set) = (from, true);
    for row in rows {
        let row = row?;
        let set = row.flags.contains(RowFlag::ClockSet);
        // Between two rows that were cut, the clock leapt: nothing is missing there.
        if !(was_set && set) {
            report.miss(reached, row.start, RowFlags::NONE);
        }
        report.count(&row);
        (reached, was_set) = (row.end, set);
    }
    report.miss(reached, to, RowFlags::NONE);
    Ok(report)
}

fn ms(from: Timestamp, to: Timestamp) -> u64 {
    (to.unix_ns.saturating_sub(from.unix_ns) / 1_000_000).max(0).unsigned_abs()
}

impl QualityReport {
    fn count(&mut self, row: &Row) {
        let length_ms = ms(row.start, row.end);
        self.rows += 1;
        self.measured_ms += row.measured_ms;
        self.expected_ms += length_ms;
        for (count, flag) in self.flags.iter_mut().zip(RowFlag::ALL) {
            *count += u64::from(row.flags.contains(flag));
        }
        for (column, cell) in self.columns.iter_mut().zip(&row.cells) {
            match (cell.quality.has_value(), cell.quality.0) {
                (true, 0) => column.good += 1,
                (true, _) => column.flagged += 1,
                (false, _) => column.absent += 1,
            }
        }
        let missing_ms = length_ms.saturating_sub(row.measured_ms);
        if missing_ms > WHOLE_MS {
            self.hole(Hole { from: row.start, to: row.end, missing_ms, flags: row.flags });
        }
    }

    /// An interval without a row.
    fn miss(&mut self, from: Timestamp, to: Timestamp, flags: RowFlags) {
        let missing_ms = ms(from, to);
        if missing_ms > 0 {
            self.expected_ms += missing_ms;
            self.hole(Hole { from, to, missing_ms, flags });
        }
    }

    fn hole(&mut self, hole: Hole) {
        if let Some(last) = self.holes.last_mut().filter(|last| last.to == hole.from) {
            last.to = hole.to;
            last.missing_ms += hole.missing_ms;
            last.flags = last.flags.union(hole.flags);
        } else if self.holes.len() < HOLES_MAX {
            self.holes.push(hole);
        } else {
            self.holes_left_off += 1;
        }
    }
}

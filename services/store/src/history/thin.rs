//! Thinning: of the rows of a day, fewer and longer ones are made. What a counter gained stays the same.
//!
//! A thinned row has the number of the last row that it was made of, begins where the first began, and stays
//! in their layout. A column has no value only if none of the rows had one; flags of values are united.

use super::group::{Group, day_of};
use super::retain::{Thin, before};
use super::seal::group_changes;
use super::{History, read};
use crate::chunk::rows_max;
use crate::engine::{Batch, StoreError};
use crate::row::{Aggregate, Cell, Column, Layout, Quality, Row, RowFlag, RowFlags};
use port::{Reason, Timestamp};

/// Consecutive groups of one day: places of the first and last rows.
struct Run {
    groups: Vec<u64>,
    last: Group,
}

impl History {
    /// Thins a job's days that are old enough and that all consumers have read.
    pub(super) fn thin(
        &mut self,
        job: &str,
        thin: &Thin,
        now: Timestamp,
    ) -> Result<Vec<String>, StoreError> {
        let limit = before(now, thin.after_s);
        let mut findings = Vec::new();
        for id in self.layouts_of(job) {
            for run in self.runs_to_thin(id, thin.interval_s, limit) {
                match self.thin_run(id, &run, thin.interval_s) {
                    Ok(()) => {}
                    // It is told again each time, until retention takes it: it cannot be made right.
                    Err(error @ StoreError::Damaged { .. }) => {
                        findings.push(format!("job {job} was not thinned there: {error}"));
                    }
                    Err(error) => return Err(error),
                }
            }
        }
        Ok(findings)
    }

    fn runs_to_thin(&self, id: u32, interval_s: u32, limit: Timestamp) -> Vec<Run> {
        let mut runs: Vec<Run> = Vec::new();
        if self.layout(id).is_none_or(|layout| layout.interval_s >= interval_s) {
            return runs;
        }
        let mut goes_on = false;
        for (&place, group) in self.groups.range((id, 0)..=(id, u64::MAX)) {
            let due =
                group.end_max < limit && group.thinned_s < interval_s && self.is_read(place, group);
            let same_day = |run: &Run| day_of(run.last.start_min) == day_of(group.start_min);
            match runs.last_mut() {
                _ if !due => {}
                Some(run) if goes_on && same_day(run) => {
                    run.groups.push(place.1);
                    run.last = *group;
                }
                Some(_) | None => runs.push(Run { groups: vec![place.1], last: *group }),
            }
            goes_on = due;
        }
        runs
    }

    /// One batch: the groups go and the thinned ones come.
    fn thin_run(&mut self, id: u32, run: &Run, interval_s: u32) -> Result<(), StoreError> {
        let layout = self.known(id)?;
        let all: Vec<usize> = (0..layout.columns.len()).collect();
        let mut thinner = Thinner::new(layout, interval_s);
        for first in &run.groups {
            let part = read::part_of(self.store.as_ref(), id, *first, &all)?;
            (0..part.heads.len()).for_each(|place| thinner.add(&part.row(place)));
        }
        let rows = thinner.finish();
        let mut batch: Batch =
            run.groups.iter().flat_map(|first| self.removal((id, *first))).collect();
        let mut made = Vec::new();
        let mut first = run.groups[0];
        for some in rows.chunks(rows_max(layout.columns.len())) {
            let (changes, group) = group_changes(id, first, some, interval_s);
            batch.extend(changes);
            made.push(((id, first), group));
            first = group.last + 1;
        }
        self.store.commit(&batch)?;
        for first in &run.groups {
            self.groups.remove(&(id, *first));
        }
        self.groups.extend(made);
        Ok(())
    }
}

/// What is known of a column within one coarse interval.
#[derive(Debug, Clone, Default)]
struct Sum {
    /// Values times measured milliseconds.
    weighted: i128,
    /// Measured milliseconds of the rows with a value.
    weight_ms: i128,
    /// Values.
    plain: i128,
    /// How many.
    count: i128,
    /// Smallest or largest, and its moment after the beginning, with the moment's quality.
    extreme: Option<(i64, Cell)>,
    /// Flags of all values.
    flags: u8,
    /// The last cell.
    last: Cell,
}

impl Sum {
    fn add(&mut self, cell: Cell, measured_ms: u64) {
        self.last = cell;
        if let Some(value) = cell.value() {
            self.weighted += i128::from(value) * i128::from(measured_ms);
            self.weight_ms += i128::from(measured_ms);
            self.plain += i128::from(value);
            self.count += 1;
            self.flags |= cell.quality.0;
        }
    }

    fn with(&self, value: i128) -> Cell {
        if self.count == 0 {
            return Cell { steps: 0, quality: self.last.quality };
        }
        let steps = value.clamp(i128::from(i64::MIN), i128::from(i64::MAX)) as i64;
        Cell { steps, quality: Quality(self.flags) }
    }

    fn mean(&self) -> i128 {
        match (self.weight_ms, self.count) {
            (0, 0) => 0,
            (0, count) => rounded(self.plain, count),
            (weight, _) => rounded(self.weighted, weight),
        }
    }

    fn extreme(&self) -> i128 {
        self.extreme.map_or(0, |(value, _)| i128::from(value))
    }
}

/// To the nearest, halves away from zero, as the rows were made.
fn rounded(value: i128, by: i128) -> i128 {
    let half = by / 2 * value.signum();
    (value + half) / by
}

/// Makes long rows out of short ones.
struct Thinner<'a> {
    columns: &'a [Column],
    /// For each column the one that says when its extreme was.
    moments: Vec<Option<usize>>,
    interval_ns: i64,
    running: Option<(Row, Vec<Sum>)>,
    done: Vec<Row>,
}

impl<'a> Thinner<'a> {
    fn new(layout: &'a Layout, interval_s: u32) -> Thinner<'a> {
        let columns = &layout.columns;
        let place = |wanted: Column| columns.iter().position(|column| *column == wanted);
        let moment = |column: &Column| match column.aggregate {
            Aggregate::Min => place(Column { aggregate: Aggregate::MinAt, ..*column }),
            Aggregate::Max => place(Column { aggregate: Aggregate::MaxAt, ..*column }),
            Aggregate::MinAt => place(Column { aggregate: Aggregate::Min, ..*column }),
            Aggregate::MaxAt => place(Column { aggregate: Aggregate::Max, ..*column }),
            Aggregate::Mean | Aggregate::Sum | Aggregate::Last | Aggregate::Delta => None,
        };
        Thinner {
            columns,
            moments: columns.iter().map(moment).collect(),
            interval_ns: i64::from(interval_s) * 1_000_000_000,
            running: None,
            done: Vec::new(),
        }
    }

    fn add(&mut self, row: &Row) {
        let interval = |time: Timestamp| time.unix_ns.div_euclid(self.interval_ns);
        let another = |(running, _): &(Row, Vec<Sum>)| {
            // A clock that was set back makes another row, or times would go back within one.
            interval(running.start) != interval(row.start) || row.start < running.end
        };
        if self.running.as_ref().is_some_and(another) {
            self.close();
        }
        let (running, sums) = self.running.get_or_insert_with(|| {
            let row = Row { measured_ms: 0, flags: RowFlags::NONE, ..row.clone() };
            (row, vec![Sum::default(); self.columns.len()])
        });
        (running.seq, running.end) = (row.seq, row.end);
        running.measured_ms = running.measured_ms.saturating_add(row.measured_ms);
        running.flags = running.flags.union(row.flags).with(RowFlag::Thinned, true);
        let since_ms = (row.start.unix_ns - running.start.unix_ns) / 1_000_000;
        for (place, sum) in sums.iter_mut().enumerate() {
            let cell = row.cells[place];
            sum.add(cell, row.measured_ms);
            let aggregate = self.columns[place].aggregate;
            if let Some(value) = cell.value()
                && is_beyond(aggregate, value, sum.extreme.map(|(value, _)| value))
            {
                let at = self.moments[place].map_or(Cell::absent(Reason::NotWired), |moment| {
                    let at = row.cells[moment];
                    Cell { steps: at.value().map_or(0, |at| at + since_ms), ..at }
                });
                sum.extreme = Some((value, at));
            }
        }
    }

    fn close(&mut self) {
        let Some((mut row, sums)) = self.running.take() else { return };
        for (place, cell) in row.cells.iter_mut().enumerate() {
            let sum = &sums[place];
            *cell = match self.columns[place].aggregate {
                Aggregate::Mean => sum.with(sum.mean()),
                Aggregate::Min | Aggregate::Max => sum.with(sum.extreme()),
                Aggregate::Sum | Aggregate::Delta => sum.with(sum.plain),
                Aggregate::Last => sum.last,
                // Without the extreme beside it nobody knows whose moment to keep.
                Aggregate::MinAt | Aggregate::MaxAt => self.moments[place]
                    .and_then(|extreme| sums[extreme].extreme)
                    .map_or(Cell::absent(Reason::NotWired), |(_, at)| at),
            };
        }
        self.done.push(row);
    }

    fn finish(mut self) -> Vec<Row> {
        self.close();
        self.done
    }
}

/// Whether a value is further out than the one that is kept; the first of equal ones stays.
fn is_beyond(aggregate: Aggregate, value: i64, kept: Option<i64>) -> bool {
    match aggregate {
        Aggregate::Min => kept.is_none_or(|kept| value < kept),
        Aggregate::Max => kept.is_none_or(|kept| value > kept),
        Aggregate::Mean
        | Aggregate::MinAt
        | Aggregate::MaxAt
        | Aggregate::Sum
        | Aggregate::Last
        | Aggregate::Delta => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use catalog::{Class, points};
    use image::MeterId;
    use port::{Flag, Flags};

    fn layout() -> Layout {
        let of = |class: Class| points().iter().find(|row| row.quantity.class == class);
        let live = of(Class::Live).expect("there are live points").id;
        let energy = of(Class::Energy).expect("there are energies").id;
        let column = |aggregate| Column {
            meter: MeterId::Main,
            point: if matches!(aggregate, Aggregate::Delta | Aggregate::Last) {
                energy
            } else {
                live
            },
            aggregate,
        };
        let columns = Aggregate::ALL.map(column).to_vec();
        Layout { id: 1, job: "seconds".into(), interval_s: 20, columns }
    }

    /// Mean, Min, MinAt, Max, MaxAt, Sum, Last, Delta.
    fn row(seq: u64, start_s: i64, measured_ms: u64, cells: [i64; 8]) -> Row {
        let start = Timestamp::from_unix_s(start_s);
        let cells = cells.map(Cell::good).to_vec();
        Row { seq, start, end: start + 20.0, measured_ms, flags: RowFlags::NONE, cells }
    }

    fn thinned(rows: &[Row]) -> Vec<Row> {
        let layout = layout();
        let mut thinner = Thinner::new(&layout, 60);
        rows.iter().for_each(|row| thinner.add(row));
        thinner.finish()
    }

    #[test]
    fn three_rows_become_one_by_the_meaning_of_each_column() {
        let rows = [
            row(4, 120, 20_000, [100, 90, 5_000, 110, 6_000, 2_000, 1_000, 10]),
            row(5, 140, 10_000, [200, 80, 7_000, 110, 8_000, 2_000, 1_020, 20]),
            row(6, 160, 20_000, [301, 85, 9_000, 400, 1_000, 6_000, 1_025, 5]),
        ];
        let made = thinned(&rows);
        assert_eq!(made.len(), 1);
        let values: Vec<i64> = made[0].cells.iter().map(|cell| cell.steps).collect();
        // (100 * 20 + 200 * 10 + 301 * 20) / 50 = 200.4
        assert_eq!(values, [200, 80, 27_000, 400, 41_000, 10_000, 1_025, 35]);
        assert_eq!((made[0].seq, made[0].measured_ms), (6, 50_000));
        assert_eq!((made[0].start, made[0].end), (rows[0].start, rows[2].end));
        assert!(made[0].flags.contains(RowFlag::Thinned));
    }

    #[test]
    fn a_cell_without_value_takes_nothing_from_the_others() {
        let mut rows =
            [row(1, 0, 20_000, [100, 90, 1, 110, 1, 5, 1_000, 10]), row(2, 20, 20_000, [0; 8])];
        rows[1].cells.fill(Cell::absent(Reason::Stale));
        rows[0].cells[0].quality = Quality::of(Flags::NONE.with(Flag::Clipped, true));
        let made = thinned(&rows);
        assert_eq!(made[0].cells[0], rows[0].cells[0]);
        assert_eq!(made[0].cells[6], Cell::absent(Reason::Stale), "the last is the last");
        let none = thinned(&rows[1..]);
        assert_eq!(none[0].cells[0], Cell::absent(Reason::Stale));
    }

    #[test]
    fn a_clock_that_was_set_back_makes_another_row() {
        let rows = [row(1, 20, 1, [1; 8]), row(2, 0, 1, [1; 8]), row(3, 20, 1, [1; 8])];
        assert_eq!(thinned(&rows).len(), 2);
    }

    #[test]
    fn halves_go_away_from_zero() {
        assert_eq!([rounded(5, 2), rounded(-5, 2), rounded(4, 3), rounded(-4, 3)], [3, -3, 1, -1]);
    }
}
